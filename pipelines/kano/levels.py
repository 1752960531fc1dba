"""Levels: ratings as columns of a regression, step by step of their scale.

A driver enters as its use and, for each cut of its scale, as whether the rating reaches it. Every
level, every pair of cuts and every line with a knot is a weighted sum of these columns: one matrix
of moments, and one per bootstrap replicate, holds all models.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.core.scales import MIDDLE
from pipelines.importance.designs import MAX_SHARE_OF_USERS, MIN_NON_USERS, Design
from pipelines.statistics.penalty_reward import Steps, cuts_of
from pipelines.statistics.survey import BoolArray, FloatArray


@dataclass(frozen=True)
class DriverColumns:
    """Where the columns of a driver stand.

    Attributes
    ----------
    use : int or None
        Column of its use; None if nearly all used it.
    first : int
        Column of the first cut.
    cuts : ndarray
        The lowest rating of each step but the first.
    """

    use: int | None
    first: int
    cuts: FloatArray

    def of_steps(self, value: FloatArray, columns: int) -> FloatArray:
        """Weights of the columns that add up to a value on each step, and to 0 without use."""
        found = np.zeros(columns)
        if self.use is not None:
            found[self.use] = value[0]
        found[self.first : self.first + len(self.cuts)] = np.diff(value)
        return found


@dataclass(frozen=True)
class LevelDesign:
    """Columns of all drivers, then those that are held, then the outcome.

    Attributes
    ----------
    design : Design
    drivers : tuple of DriverColumns
    held : range
        Columns of the confounders.
    """

    design: Design
    drivers: tuple[DriverColumns, ...]
    held: range

    @property
    def outcome(self) -> int:
        """Column of the outcome."""
        return self.design.columns - 1

    @property
    def slopes(self) -> int:
        """Columns of one model: of each driver its use and two more, and what is held."""
        uses = sum(one.use is not None for one in self.drivers)
        return uses + 2 * len(self.drivers) + len(self.held)


def level_design(
    rating: FloatArray,
    used: FloatArray,
    outcome: FloatArray,
    held: FloatArray,
    weight: FloatArray,
    least: int,
) -> LevelDesign:
    """Make columns of ratings.

    Parameters
    ----------
    rating : ndarray, shape (n, n_drivers)
        0 to 100; NaN without one.
    used : ndarray, shape (n, n_drivers)
        1 if experienced, 0 if not, NaN if that is unknown.
    outcome : ndarray, shape (n,)
    held : ndarray, shape (n, n_held)
        Confounders, without blanks.
    weight : ndarray, shape (n,)
    least : int
        Answers below and above each cut.
    """
    columns: list[FloatArray] = []
    drivers: list[DriverColumns] = []
    for own, use in zip(rating.T, used.T, strict=True):
        place = None
        if _use_says_something(use, weight):
            place = len(columns)
            columns.append(use)
        points, counts = np.unique(own[~np.isnan(own)], return_counts=True)
        cuts = cuts_of(points, counts, least)
        drivers.append(DriverColumns(place, len(columns), cuts))
        columns += [_reaches(own, use, cut) for cut in cuts]
    first = len(columns)
    values = np.column_stack([*columns, held, outcome])
    groups = tuple(
        tuple(range(one.first - (one.use is not None), one.first + len(one.cuts)))
        for one in drivers
    )
    design = Design(values, groups, np.zeros(len(groups)), ("mean",))
    return LevelDesign(design, tuple(drivers), range(first, first + held.shape[1]))


def _use_says_something(use: FloatArray, weight: FloatArray) -> bool:
    known = ~np.isnan(use)
    share = weight[known] @ use[known] / weight[known].sum()
    return bool(share < MAX_SHARE_OF_USERS and (use == 0).sum() >= MIN_NON_USERS)


def _reaches(rating: FloatArray, use: FloatArray, cut: float) -> FloatArray:
    """1 if the rating reaches a cut, 0 if not or without use, NaN if blank."""
    reached = np.where(np.isnan(rating), np.nan, (rating >= cut).astype(np.float64))
    return np.where(use == 0, 0.0, reached)


def steps_of(
    columns: DriverColumns, rating: FloatArray, weight: FloatArray, rows: BoolArray
) -> Steps:
    """What some respondents answered on the steps of a driver's scale."""
    there = rows & ~np.isnan(rating)
    return Steps.of(rating[there], weight[there], columns.cuts)


def knee(value: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How far values lie below the middle, negative, and above it."""
    return np.minimum(value - MIDDLE, 0.0), np.maximum(value - MIDDLE, 0.0)
