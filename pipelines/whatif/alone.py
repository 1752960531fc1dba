"""Slopes alone: what a correlation would promise, and how much of it all ratings share."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pipelines.core.scales import MIDDLE
from pipelines.outcomes.filling import Filled
from pipelines.outcomes.models import covariance_in_parts
from pipelines.statistics.regression import coefficients
from pipelines.statistics.survey import FloatArray
from pipelines.whatif.moves import Move

MIN_SLOPE = 1e-9  # points per point; of less no share is told


def slopes_alone(filled: Filled, scores: FloatArray, weights: FloatArray) -> FloatArray:
    """Simple regressions of targets on each rating among its users.

    Parameters
    ----------
    filled : Filled
    scores : ndarray, shape (n, n_targets)
    weights : ndarray, shape (n,)

    Returns
    -------
    ndarray, shape (n_drivers, n_targets)
        Points per point; 0 where all rate alike.
    """
    weighed = weights[:, None] * filled.used
    total = np.maximum(weighed.sum(axis=0), np.finfo(float).tiny)
    mean = (weighed * filled.rating).sum(axis=0) / total
    deviation = weighed * (filled.rating - mean)
    spread = (deviation * (filled.rating - mean)).sum(axis=0)
    joint = deviation.T @ (scores - scores.mean(axis=0))
    varies = spread[:, None] > 0
    return np.asarray(np.divide(joint, spread[:, None], out=np.zeros_like(joint), where=varies))


def promised(
    moves: Iterable[Move], filled: Filled, scores: FloatArray, weights: FloatArray
) -> FloatArray:
    """What correlation alone would promise of moves at full strength, shape (n_moves, n_targets).

    Of a lift the slope alone times the mean lift of all customers; of reach the difference of
    users and others, times the share of those concerned.
    """
    slope = slopes_alone(filled, scores, weights)
    users = weights[:, None] * filled.used
    others = weights[:, None] - users
    tiny = np.finfo(float).tiny
    gap = (users.T @ scores) / np.maximum(users.sum(axis=0), tiny)[:, None] - (
        others.T @ scores
    ) / np.maximum(others.sum(axis=0), tiny)[:, None]
    found = []
    for move in moves:
        if move.name in ("widen", "narrow"):
            sign = 1.0 if move.name == "widen" else -1.0
            found.append(sign * gap[move.driver] * weights[move.rows].sum())
        else:
            found.append(slope[move.driver] * (weights[move.rows] @ move.lift))
    return np.asarray(np.array(found) / weights.sum())


def shared_with_others(filled: Filled, answers: FloatArray, weights: FloatArray) -> FloatArray:
    """Share of each rating's slope alone that is shared with all other ratings, uses and what is
    held: 1 less slope with them held over slope alone, shape (n_drivers,); NaN without a slope.
    """

    def columns(part: slice) -> FloatArray:
        used = filled.used[part]
        rating = used * (filled.rating[part] - MIDDLE)
        return np.column_stack([rating, used, filled.held[part], answers[part]])

    table = covariance_in_parts(columns, weights)
    spread = np.sqrt(np.diagonal(table))
    scale = np.where(spread > 0, spread, 1.0)
    drivers = filled.rating.shape[1]
    held = coefficients(table / np.outer(scale, scale))[:drivers] * scale[-1] / scale[:drivers]
    alone = slopes_alone(filled, answers[:, None], weights)[:, 0]
    tells = np.abs(alone) > MIN_SLOPE
    return np.where(tells, 1 - held / np.where(tells, alone, 1.0), np.nan)
