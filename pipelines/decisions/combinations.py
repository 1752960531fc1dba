"""Combinations: all sets of measures that are allowed, where these are not too many."""

from __future__ import annotations

import numpy as np

from pipelines.decisions.portfolio import Options, allowed
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray

MOST_SETS = 100_000  # beyond, each draw is a programme of its own
SETS_AT_ONCE = 10_000  # in memory, times the number of draws


def allowed_sets(options: Options, budget: float) -> BoolArray | None:
    """List every set that keeps all constraints, the smaller first of those equally good.

    Returns
    -------
    ndarray of bool, shape (n_sets, n_measures), or None
        None if there are more than `MOST_SETS` on the way.

    Examples
    --------
    >>> import numpy as np
    >>> none = np.zeros((2, 0))
    >>> options = Options(np.array([[3.0, 2.0]]), np.array([3.0, 2.0]), none, none[0], (), (),
    ...                   np.zeros(2, bool))
    >>> allowed_sets(options, 4.0).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1]]
    """
    sets = np.zeros((1, options.n), bool)
    for at in np.flatnonzero(~options.barred):
        more = sets.copy()
        more[:, at] = True
        kept = more[allowed(options, more, budget, whole=False)]
        sets = np.concatenate([sets, kept])
        if len(sets) > MOST_SETS:
            return None
    return sets[allowed(options, sets, budget)]


def best_sets(options: Options, sets: BoolArray) -> tuple[IntArray, FloatArray]:
    """The best of the sets in each draw, and its value; the first of equally good ones.

    Returns
    -------
    place : ndarray of int, shape (n_draws,)
    value : ndarray of float, shape (n_draws,)
    """
    n_draws = len(options.value)
    place, value = np.zeros(n_draws, np.int64), np.full(n_draws, -np.inf)
    for first in range(0, len(sets), SETS_AT_ONCE):
        found = options.value @ sets[first : first + SETS_AT_ONCE].T.astype(float)
        here = found.argmax(axis=1)
        best = found[np.arange(n_draws), here]
        better = best > value + slack(value)
        place[better], value[better] = first + here[better], best[better]
    return place, value


def slack(value: FloatArray) -> FloatArray:
    """Differences that are rounding."""
    return np.where(np.isfinite(value), 1e-9 * np.maximum(np.abs(value), 1.0), 0.0)
