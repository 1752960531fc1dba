"""How sure the order of drivers is: probabilities of ranks, and tiers."""

from __future__ import annotations

import numpy as np
from scipy import special

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


def rank_probabilities(replicates: FloatArray) -> FloatArray:
    """Share of replicates in which a driver (row) has a rank (column), shape (p, p)."""
    found = ranks(replicates)
    places = np.arange(1, replicates.shape[1] + 1)
    return np.asarray((found[:, :, None] == places).mean(axis=0))


def rank_interval(replicates: FloatArray, level: float) -> tuple[IntArray, IntArray]:
    """Best and worst rank between the quantiles of the replicates."""
    tail = (1 - level) / 2
    ends = np.quantile(ranks(replicates), [tail, 1 - tail], axis=0, method="inverted_cdf")
    low, high = ends.astype(np.int64)
    return low, high


def tiers(importance: FloatArray, replicates: FloatArray, level: float) -> IntArray:
    """Put drivers that cannot be told apart into one tier, 1 the most important.

    A tier has a leader, the most important driver that is left; those that follow belong to
    it until one differs from the leader. Differences are tested against their bootstrap
    standard error, with false discoveries held at ``1 - level`` over all pairs. Two drivers
    of different tiers need not differ from each other.
    """
    from scipy.stats import false_discovery_control  # slow: a third of a second

    p = importance.size
    first, second = np.triu_indices(p, 1)
    gap = importance[first] - importance[second]
    spread = (replicates[:, first] - replicates[:, second]).std(axis=0, ddof=1)
    differs = np.zeros((p, p), dtype=np.bool_)
    if gap.size:
        certain = (spread <= SAME_IMPORTANCE) & (np.abs(gap) > SAME_IMPORTANCE)
        z = np.where(
            spread > SAME_IMPORTANCE,
            np.abs(gap) / np.where(spread > SAME_IMPORTANCE, spread, 1.0),
            0.0,
        )
        p_values = np.where(certain, 0.0, 2 * special.ndtr(-z))
        differs[first, second] = false_discovery_control(p_values) < 1 - level
    differs |= differs.T
    tier = np.empty(p, dtype=np.int64)
    leader, number = -1, 0
    for driver in np.argsort(-importance, kind="stable"):
        if leader < 0 or differs[leader, driver]:
            leader, number = int(driver), number + 1
        tier[driver] = number
    return tier
