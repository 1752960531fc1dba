"""p-values adjusted for the number of comparisons."""

from __future__ import annotations

import numpy as np

from pipelines.core.errors import ContractError, examples
from pipelines.statistics.survey import FloatArray


def benjamini_hochberg(p_values: FloatArray) -> FloatArray:
    """Adjust p-values so that their cut-off is the false discovery rate.

    Parameters
    ----------
    p_values : ndarray, shape (n_comparisons,)
        All p-values of one family.

    Returns
    -------
    ndarray, shape (n_comparisons,)
        Adjusted p-values, in the same order; as R's ``p.adjust(method = "BH")``.

    Raises
    ------
    ContractError
        If a p-value is missing or outside 0-1.

    References
    ----------
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300.
    """
    _check(p_values)
    n = p_values.size
    falling = np.argsort(-p_values, kind="stable")
    scaled = p_values[falling] * n / np.arange(n, 0, -1)
    adjusted = np.empty(n)
    adjusted[falling] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return adjusted


def holm(p_values: FloatArray) -> FloatArray:
    """Adjust p-values so that their cut-off is the chance of any false discovery.

    Parameters, result and errors are those of `benjamini_hochberg`.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    _check(p_values)
    n = p_values.size
    rising = np.argsort(p_values, kind="stable")
    scaled = p_values[rising] * np.arange(n, 0, -1)
    adjusted = np.empty(n)
    adjusted[rising] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return adjusted


def _check(p_values: FloatArray) -> None:
    bad = p_values[~((p_values >= 0) & (p_values <= 1))]  # catches NaN too
    if bad.size:
        raise ContractError(
            "multiple comparisons",
            expected="p-values in 0-1",
            got=f"{bad.size} others: {examples(bad.tolist())}",
            todo="leave out comparisons that could not be tested",
        )
