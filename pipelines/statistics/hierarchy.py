"""False discovery control over families of hypotheses that are looked at one by one.

A reader who looks at some families because something was found in them, and at others not, sees
more false discoveries than a plain adjustment within each family allows for. Benjamini and
Bogomolov's remedy: of m families R are selected, and within them q R / m is the rate, not q.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def over_selected_families(p_values: FloatArray, family: IntArray) -> FloatArray:
    """Adjust p-values for a selection of families, and within the families selected.

    A family is selected if its Simes p-value survives Benjamini-Hochberg over the families. Of
    m families let R be selected at the rate q; within them Benjamini-Hochberg runs at q R / m.
    An adjusted p-value is the lowest q at which its hypothesis is rejected, so one number serves
    every q. With a single family it is Benjamini and Hochberg's.

    Parameters
    ----------
    p_values : ndarray of float, shape (n,)
        Between 0 and 1.
    family : ndarray of int, shape (n,)
        Which family each belongs to: 0, 1, and so on, none left out.

    Returns
    -------
    ndarray of float, shape (n,)
        Adjusted p-values, none below its p-value.

    References
    ----------
    Benjamini and Bogomolov (2014), Journal of the Royal Statistical Society B 76(1), 297-318.
    Peterson, Bogomolov, Benjamini and Sabatti (2016), Genetic Epidemiology 40(1), 45-56: Simes
    p-values as those of the families.

    Examples
    --------
    Two families; in the first one of two hypotheses is clear. One of two families is selected,
    so its p-values, .02 and .8 within the family, count twice.

    >>> import numpy as np
    >>> found = over_selected_families(np.array([0.01, 0.8, 0.5, 0.6]), np.array([0, 0, 1, 1]))
    >>> found.round(2).tolist()
    [0.04, 0.8, 0.6, 0.6]
    """
    if p_values.size == 0:
        return p_values
    within, simes = _within_families(p_values, family)
    families = np.sort(simes)
    m = len(families)
    rank = np.arange(1, m + 1)
    later = np.minimum.accumulate((families * (m / rank))[::-1])[::-1]
    selected = np.searchsorted(families, within, side="right")  # families as clear as this
    at_once = within * (m / selected)
    # With a higher q more families are selected, which may let a hypothesis in sooner.
    adjusted: FloatArray = np.minimum(at_once, np.append(later, np.inf)[selected])
    return adjusted


def _within_families(p_values: FloatArray, family: IntArray) -> tuple[FloatArray, FloatArray]:
    """Benjamini-Hochberg within each family, and the lowest of each, its Simes p-value."""
    order = np.lexsort((p_values, family))
    number = family[order]
    sizes = np.bincount(number)
    rank = np.arange(len(number)) - (np.cumsum(sizes) - sizes)[number] + 1
    table = np.full((len(sizes), sizes.max()), np.inf)  # families by rank
    table[number, rank - 1] = p_values[order] * (sizes[number] / rank)
    table = np.minimum.accumulate(table[:, ::-1], axis=1)[:, ::-1]
    within = np.empty(len(number))
    within[order] = table[number, rank - 1]
    return within, table[:, 0]
