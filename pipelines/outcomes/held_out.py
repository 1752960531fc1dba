"""Held-out respondents: how well a model foretells the answers of those it has not seen."""

from __future__ import annotations

import numpy as np

from pipelines.contract.whatif_codes import WHATIF_TARGETS
from pipelines.outcomes.filling import Filled
from pipelines.outcomes.models import OutcomeFit, fit_outcome
from pipelines.outcomes.scales import SheetScales
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray

HELD_OUT_PARTS = 5
ALL_BUT_MEAN = tuple(name for name in WHATIF_TARGETS.names if name != "mean")  # not foretold here


def predicted_when_held_out(
    fit: OutcomeFit, filled: Filled, scales: SheetScales, fold: IntArray
) -> FloatArray:
    """Expected mean of every row from a model that was fitted without its part.

    Parameters
    ----------
    fit : OutcomeFit
        Of all these rows.
    filled : Filled
    scales : SheetScales
    fold : ndarray of int, shape (n,)
        Part of each row, from 0.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    ContractError
        If the rows without a part do not bear the model.
    """
    found = np.empty(fold.size)
    for part in range(int(fold.max()) + 1):
        out = fold == part
        seen = fit_outcome(
            filled.of_rows(~out), fit.answers[~out], fit.weights[~out], fit.model.slopes, scales,
            ALL_BUT_MEAN, fit.model,
        )  # fmt: skip
        found[out] = seen.model.predict(filled.of_rows(out))["mean"]
    return found


def r2_of(answers: FloatArray, predicted: FloatArray, weights: FloatArray) -> float:
    """Share of the variance of answers that predictions explain; below 0 if less than the mean.

    >>> r2_of(np.array([0.0, 100.0]), np.array([0.0, 50.0]), np.ones(2))
    0.5
    """
    spread = weights @ (answers - weights @ answers / weights.sum()) ** 2
    return float(1 - weights @ (answers - predicted) ** 2 / spread)


def whole_rows(rating: FloatArray, used: FloatArray) -> BoolArray:
    """Which rows have no blank: every rating is given, or the touchpoint was not experienced."""
    return np.asarray((~np.isnan(rating) | (used == 0)).all(axis=1))
