"""Combining: several moves put together from what each changes, and each two."""

from __future__ import annotations

import numpy as np

from pipelines.statistics.survey import FloatArray

EDGE = 1e-4  # of shares, from 0 and 1: a draw beyond has no logit
MOST_RATIO = 5.0  # of a column's effect to the point's, in what two moves add
SMALLEST_EFFECT = 1e-6  # of effects, in points


def combine(
    today: float,
    effects: FloatArray,
    points: FloatArray,
    interactions: FloatArray | None,
    share: FloatArray,
) -> FloatArray:
    """Put moves together.

    Of one and of two moves the change is exact, with the share of each as a factor. More add up
    on the logit scale: singly, and what each two add there beside one another.

    Parameters
    ----------
    today : float
        0 to 100.
    effects : ndarray, shape (n_moves, n_columns)
        Changes at full strength, in columns that are put together each by itself.
    points : ndarray, shape (n_moves,)
        The effects that `interactions` belong to. In a column whose effects are larger or
        smaller the interaction is so, in proportion to both.
    interactions : ndarray, shape (n_moves, n_moves), or None
        Change of two moves less both of their own; None adds plainly.
    share : ndarray, shape (n_moves,)

    Returns
    -------
    ndarray, shape (n_columns,)

    Examples
    --------
    >>> effects, none = np.array([[10.0], [20.0]]), np.zeros((2, 2))
    >>> combine(50, effects, effects[:, 0], none, np.array([1.0, 0.5])).round(6).tolist()
    [20.0]
    """
    moved = share[:, None] * effects
    if interactions is None or len(moved) < 2:
        total: FloatArray = moved.sum(axis=0)
        return total
    small = np.abs(points) < SMALLEST_EFFECT
    ratio = np.where(small[:, None], 1.0, effects / np.where(small, 1.0, points)[:, None])
    ratio = share[:, None] * np.clip(ratio, -MOST_RATIO, MOST_RATIO)
    first, second = np.triu_indices(len(moved), 1)
    added = interactions[first, second][:, None] * ratio[first] * ratio[second]
    if len(moved) == 2:
        return np.asarray(moved.sum(axis=0) + added[0])
    base, single = _logit(today), _logit(today + moved)
    pair = _logit(today + moved[first] + moved[second] + added)
    beside = pair.sum(axis=0) - (len(moved) - 2) * single.sum(axis=0)
    count = (len(moved) - 1) * (len(moved) - 2) // 2
    return np.asarray(100 / (1 + np.exp(-(beside + count * base))) - today)


def _logit(percent: FloatArray | float) -> FloatArray:
    share = np.clip(np.asarray(percent) / 100, EDGE, 1 - EDGE)
    return np.asarray(np.log(share / (1 - share)))
