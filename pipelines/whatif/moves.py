"""Moves: whom each concerns, and how it changes the columns of a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipelines.contract.whatif_codes import LIFTS, MOVES
from pipelines.core.scales import MIDDLE
from pipelines.outcomes.filling import Filled
from pipelines.outcomes.models import OutcomeModel
from pipelines.outcomes.slopes import parts_of
from pipelines.statistics.survey import FloatArray, IntArray

MOVE_NAMES = tuple(sorted(MOVES.names))  # the order of every array of moves, and of the table
# Ratings of who comes to use a touchpoint are spread by it over those expected alike, evenly
# whatever their number.
GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True)
class Move:
    """A move at full strength.

    Parameters
    ----------
    driver : int
    name : str
    rows : ndarray of int, shape (n_moved,)
        Whom it concerns.
    columns : ndarray of int, shape (n_changed,)
        Columns of the model that it changes.
    change : ndarray, shape (n_moved, n_changed)
        By how much, in standardised columns.
    lift : ndarray, shape (n_moved,)
        Points by which the rating rises; 0 of reach.
    """

    driver: int
    name: str
    rows: IntArray
    columns: IntArray
    change: FloatArray
    lift: FloatArray


def goals(points: int) -> dict[str, float]:
    """Where ratings are lifted to, 0 to 100.

    >>> goals(5)
    {'lift_middle': 50.0, 'lift_good': 75.0, 'lift_best': 100.0}
    """
    return dict(zip(LIFTS, (MIDDLE, 100.0 * (points - 2) / (points - 1), 100.0), strict=True))


def moves_of(
    filled: Filled, model: OutcomeModel, latent: FloatArray, weights: FloatArray,
    points: tuple[int, ...],
) -> Iterator[Move]:  # fmt: skip
    """Every move of every driver, by driver and name.

    Parameters
    ----------
    filled : Filled
    model : OutcomeModel
    latent : ndarray, shape (n,)
        The model's linear predictor.
    weights : ndarray, shape (n,)
    points : tuple of int
        Of the drivers' scales.
    """
    for k, scale in enumerate(points):
        levels = goals(scale)
        for name in MOVE_NAMES:
            if name in levels:
                yield _lift(filled, model, k, name, levels[name])
            else:
                yield _reach(filled, model, k, name, latent, weights)


def _lift(filled: Filled, model: OutcomeModel, k: int, name: str, goal: float) -> Move:
    rating = filled.rating[:, k]
    rows = np.flatnonzero((filled.used[:, k] > 0) & (rating < goal - 1e-9))
    columns = np.array(model.slopes.rating[k], np.int64)
    size = len(columns)
    change = parts_of(np.array([goal]), size) - parts_of(rating[rows], size)
    return Move(k, name, rows, columns, change / model.scale[columns], goal - rating[rows])


def _reach(
    filled: Filled,
    model: OutcomeModel,
    k: int,
    name: str,
    latent: FloatArray,
    weights: FloatArray,
) -> Move:
    """Who does not use it comes to, or who does no longer does; nobody without a column of use."""
    use = model.slopes.use[k]
    columns = np.array([*([] if use is None else [use]), *model.slopes.rating[k]], np.int64)
    users, others = np.flatnonzero(filled.used[:, k] > 0), np.flatnonzero(filled.used[:, k] == 0)
    rows = users if name == "narrow" else others
    if use is None or not users.size:
        rows = rows[:0]
    if name == "narrow":
        sign, rating = -1.0, filled.rating[rows, k]
    else:
        sign, rating = 1.0, _as_users(filled.rating[users, k], weights[users], latent[rows])
    parts = parts_of(rating, len(model.slopes.rating[k]))
    change = sign * np.column_stack([np.ones((rows.size, columns.size - parts.shape[1])), parts])
    return Move(k, name, rows, columns, change / model.scale[columns], np.zeros(rows.size))


def _as_users(rating: FloatArray, weights: FloatArray, latent: FloatArray) -> FloatArray:
    """Deal the ratings of users to others, alike at every level of what is expected of these."""
    if not latent.size:
        return np.empty(0)
    order = np.argsort(rating, kind="stable")
    below = np.cumsum(weights[order]) / weights.sum()
    place = np.empty(latent.size)
    place[np.argsort(latent, kind="stable")] = np.arange(latent.size) + 0.5
    at = np.searchsorted(below, (place * GOLDEN) % 1.0)
    return np.asarray(rating[order][np.minimum(at, rating.size - 1)])
