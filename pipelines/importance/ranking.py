"""How sure the order of drivers is: ranks, and their probabilities."""

from __future__ import annotations

import numpy as np

from pipelines.statistics.survey import FloatArray, IntArray

SAME_IMPORTANCE = 1e-12  # importances that differ by less are equal


def ranks(importance: FloatArray) -> IntArray:
    """Rank of every driver, 1 for the most important; drivers that tie share the better one.

    Parameters
    ----------
    importance : ndarray, shape (..., n_drivers)
    """
    above = importance[..., None, :] > importance[..., :, None] + SAME_IMPORTANCE
    return np.asarray(1 + above.sum(axis=-1), dtype=np.int64)


def rank_probabilities(draws: FloatArray) -> FloatArray:
    """Share of draws in which a driver (row) has a rank (column), shape (p, p).

    A probability only if the draws are of what may be true; see `shrinkage`.
    """
    found = ranks(draws)
    places = np.arange(1, draws.shape[1] + 1)
    return np.asarray((found[:, :, None] == places).mean(axis=0))


def rank_interval(draws: FloatArray, level: float) -> tuple[IntArray, IntArray]:
    """Best and worst rank between the quantiles of the draws."""
    tail = (1 - level) / 2
    ends = np.quantile(ranks(draws), [tail, 1 - tail], axis=0, method="inverted_cdf")
    low, high = ends.astype(np.int64)
    return low, high
