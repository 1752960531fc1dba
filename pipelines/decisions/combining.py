"""Combining: several moves put together from what each changes, each two, and each three."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np

from pipelines.statistics.survey import FloatArray

EDGE = 1e-4  # of shares, from 0 and 1: a draw beyond has no logit
MOST_RATIO = 5.0  # of a column's effect to the point's, in what moves add beside each other
SMALLEST_EFFECT = 1e-6  # of effects, in points


def combine(
    today: float,
    effects: FloatArray,
    points: FloatArray,
    pairs: FloatArray | None,
    triples: FloatArray | None,
    share: FloatArray,
) -> FloatArray:
    """Put moves together.

    Of one and of two moves the change is exact, with the share of each as a factor, and of three
    where it is known what they add. More add up on the logit scale: singly, and what each two,
    and each three, add there beside one another.

    Parameters
    ----------
    today : float
        0 to 100.
    effects : ndarray, shape (n_moves, n_columns)
        Changes at full strength, in columns that are put together each by itself.
    points : ndarray, shape (n_moves,)
        The effects that `pairs` and `triples` belong to. In a column whose effects are larger or
        smaller what pairs add is so, in proportion to each; what triples add is the same in all.
    pairs : ndarray, shape (n_moves, n_moves), or None
        Change of two moves less both of their own; without it moves add up.
    triples : ndarray, shape (n_moves over 3,), or None
        Change of three moves less those of their singles and pairs, in the order of
        `itertools.combinations`; without it only singles and pairs are put together.
    share : ndarray, shape (n_moves,)

    Returns
    -------
    ndarray, shape (n_columns,)

    Examples
    --------
    >>> effects, none = np.array([[10.0], [20.0]]), np.zeros((2, 2))
    >>> combine(50, effects, effects[:, 0], none, None, np.array([1.0, 0.5])).round(6).tolist()
    [20.0]
    """
    moved, n = share[:, None] * effects, len(effects)
    if pairs is None or n < 2:
        return np.asarray(moved.sum(axis=0))
    ratio = share[:, None] * _ratios(effects, points)
    i, j = np.triu_indices(n, 1)
    added = pairs[i, j][:, None] * ratio[i] * ratio[j]
    if n == 2:
        return np.asarray(moved.sum(axis=0) + added[0])
    orders = [np.full((1, effects.shape[1]), today), today + moved,
              today + moved[i] + moved[j] + added]  # fmt: skip
    found = _put_together(n, orders) - today
    if triples is None:
        return found
    own = share * points
    beside = np.zeros((n, n))
    beside[i, j] = pairs[i, j] * share[i] * share[j]
    a, b, c = np.array(list(combinations(range(n), 3))).T
    third = own[a] + own[b] + own[c] + beside[a, b] + beside[a, c] + beside[b, c]
    third += triples * share[a] * share[b] * share[c]
    alone = [np.full((1, 1), today), today + own[:, None],
             today + (own[i] + own[j] + beside[i, j])[:, None]]  # fmt: skip
    whole = today + third if n == 3 else _put_together(n, [*alone, today + third[:, None]])
    return np.asarray(found + whole - _put_together(n, alone))


def _put_together(n: int, orders: list[FloatArray]) -> FloatArray:
    """Where n moves lead, from where none, each, each two (and three) of them do."""
    total = sum(
        times * logit(one).sum(axis=0)
        for times, one in zip(_times(n, len(orders) - 1), orders, strict=True)
    )
    return np.asarray(100 / (1 + np.exp(-total)))


def moved_along(
    today: float,
    floors: FloatArray,
    halves: FloatArray,
    ceilings: FloatArray,
    part: FloatArray,
) -> FloatArray:
    """Changes where only a part of what moves along alone does: a parabola on the logit scale.

    Parameters
    ----------
    today : float
        0 to 100.
    floors, ceilings : ndarray, shape (n_moves, n_columns)
        Changes where nothing, and where all moves along; the points are in the first column.
    halves : ndarray, shape (n_moves,)
        The points where half of it does.
    part : ndarray, shape (n_moves,)

    Examples
    --------
    >>> none, whole = np.zeros((1, 1)), np.full((1, 1), 20.0)
    >>> moved_along(50, none, np.array([12.0]), whole, np.array([0.5])).round(3)
    array([[12.]])
    """
    low, high, along = logit(today + floors), logit(today + ceilings), part[:, None]
    bend = logit(today + halves) - (low[:, 0] + high[:, 0]) / 2
    between = low + along * (high - low) + 4 * along * (1 - along) * bend[:, None]
    return np.asarray(100 / (1 + np.exp(-between)) - today)


def pairs_along(
    today: float,
    floors: tuple[FloatArray, FloatArray],
    ceilings: tuple[FloatArray, FloatArray],
    part: FloatArray,
) -> FloatArray:
    """What two moves add beside each other, where only a part of what moves along alone does.

    It is known where nothing does, and where all does; where it does for one of them, it is taken
    to be as much smaller as the other's effect is.

    Parameters
    ----------
    today : float
        0 to 100.
    floors, ceilings : (ndarray, shape (n_moves,), ndarray, shape (n_moves, n_moves))
        Changes and what pairs add: where nothing, and where all moves along.
    part : ndarray, shape (n_moves,)

    Returns
    -------
    ndarray, shape (n_moves, n_moves)
    """
    base = logit(today)
    none, whole = (logit(today + single) - base for single, _ in (floors, ceilings))
    own = none + part * (whole - none)
    beside_none, beside_whole = (
        logit(today + single[:, None] + single + pairs) - base - own_[:, None] - own_
        for (single, pairs), own_ in ((floors, none), (ceilings, whole))
    )
    tells = np.abs(whole) > SMALLEST_EFFECT
    smaller = np.clip(np.where(tells, none / np.where(tells, whole, 1.0), 0.0), -1.0, 1.0)
    first, second = part[:, None], part[None, :]
    beside = (
        (1 - first) * (1 - second) * beside_none
        + first * second * beside_whole
        + first * (1 - second) * beside_whole * smaller[None, :]
        + (1 - first) * second * beside_whole * smaller[:, None]
    )
    both = 100 / (1 + np.exp(-(base + own[:, None] + own + beside)))
    alone = 100 / (1 + np.exp(-(base + own)))
    return np.asarray(both - alone[:, None] - alone + today)


def logit(percent: FloatArray | float) -> FloatArray:
    """Log odds of a share in percent, kept from 0 and 100.

    >>> float(logit(50))
    0.0
    """
    share = np.clip(np.asarray(percent) / 100, EDGE, 1 - EDGE)
    return np.asarray(np.log(share / (1 - share)))


def _ratios(effects: FloatArray, points: FloatArray) -> FloatArray:
    small = np.abs(points) < SMALLEST_EFFECT
    ratio = np.where(small[:, None], 1.0, effects / np.where(small, 1.0, points)[:, None])
    return np.asarray(np.clip(ratio, -MOST_RATIO, MOST_RATIO))


def _times(n: int, order: int) -> list[int]:
    """How often sums over all sets of 0, 1, ... moves count, if only so many add beside each other.

    >>> _times(3, 2)
    [1, -1, 1]
    """
    return [
        sum((-1) ** more * comb(n - size, more) for more in range(order - size + 1))
        for size in range(order + 1)
    ]
