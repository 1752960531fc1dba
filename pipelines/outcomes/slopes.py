"""Slopes: the columns of a model of an outcome, two slopes for every rating that has room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.core.scales import MIDDLE
from pipelines.importance.designs import MAX_SHARE_OF_USERS, MIN_NON_USERS
from pipelines.outcomes.filling import Filled
from pipelines.outcomes.scales import SheetScales
from pipelines.outcomes.sheets import Sheets
from pipelines.statistics.survey import BoolArray, FloatArray

MIN_POINTS_OF_BEND = 4  # of a scale; of fewer there is one slope
MIN_BESIDE_BEND = 30  # ratings below the middle, and above it, for a slope of their own


@dataclass(frozen=True)
class Slopes:
    """Columns of a model: of each driver its use, then its rating; then confounders.

    Parameters
    ----------
    use : tuple of int or None
        Column of each driver's use; None if all or nearly all of these customers used it.
    rating : tuple of tuple of int
        Columns of each driver's rating: points below the middle (0 or less), and above it; one
        column of points from the middle where few rate on one side; none if few rate, or all alike.
    absent : ndarray, shape (n_columns,)
        What stands in a driver's columns of rating for who did not use it: 0 with a column of
        use, else the mean of the others.
    """

    use: tuple[int | None, ...]
    rating: tuple[tuple[int, ...], ...]
    absent: FloatArray

    @classmethod
    def of(cls, sheets: Sheets, scales: SheetScales, rows: BoolArray, held: int) -> Slopes:
        """Say which columns the answers of some rows have room for.

        Parameters
        ----------
        sheets : Sheets
        scales : SheetScales
        rows : ndarray of bool, shape (n,)
        held : int
            Columns of confounders.
        """
        use: list[int | None] = []
        rating: list[tuple[int, ...]] = []
        absent: list[float] = []
        for k, points in enumerate(scales.drivers):
            if _has_use(sheets, rows, k):
                use.append(len(absent))
                absent.append(0.0)
            else:
                use.append(None)
            given = rows & ~np.isnan(sheets.rating[:, k])
            found, weight = sheets.rating[given, k], sheets.weight[given]
            bends = points >= MIN_POINTS_OF_BEND and all(
                side.sum() >= MIN_BESIDE_BEND for side in (found < MIDDLE, found > MIDDLE)
            )
            differ = found.size >= MIN_BESIDE_BEND and np.ptp(found) > 0
            columns = (2 if bends else 1) if differ else 0
            rating.append(tuple(range(len(absent), len(absent) + columns)))
            means = weight @ parts_of(found, columns) / max(weight.sum(), 1e-300)
            absent += [0.0] * columns if use[-1] is not None else means.tolist()
        return cls(tuple(use), tuple(rating), np.array(absent + [0.0] * held))

    def columns(self, filled: Filled) -> FloatArray:
        """Columns of rows, shape (n, n_columns)."""
        found = np.empty((len(filled.rating), self.absent.size))
        for k, columns in enumerate(self.rating):
            used = filled.used[:, k] > 0
            use = self.use[k]
            if use is not None:
                found[:, use] = used
            parts = parts_of(filled.rating[:, k], len(columns))
            for at, part in zip(columns, parts.T, strict=True):
                found[:, at] = np.where(used, part, self.absent[at])
        found[:, self.absent.size - filled.held.shape[1] :] = filled.held
        return found

    @property
    def drivers(self) -> tuple[tuple[int, ...], ...]:
        """All columns of each driver."""
        both = zip(self.use, self.rating, strict=True)
        return tuple((*(() if use is None else (use,)), *rating) for use, rating in both)


def parts_of(rating: FloatArray, columns: int) -> FloatArray:
    """Points of ratings below and above the middle, or from the middle; shape (n, columns).

    >>> parts_of(np.array([25.0, 100.0]), 2).tolist()
    [[-25.0, 0.0], [0.0, 50.0]]
    """
    beside = rating - MIDDLE
    sides = [np.minimum(beside, 0.0), np.maximum(beside, 0.0)] if columns == 2 else [beside]
    return np.column_stack(sides)[:, :columns]


def _has_use(sheets: Sheets, rows: BoolArray, k: int) -> bool:
    use = sheets.used[rows, k]
    known = ~np.isnan(use)
    weight = sheets.weight[rows][known]
    if not known.any():
        return False
    share = weight @ use[known] / weight.sum()
    return bool(share < MAX_SHARE_OF_USERS and (use == 0).sum() >= MIN_NON_USERS)
