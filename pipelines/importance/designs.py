"""Designs: the columns of a model of ratings that not everybody could give.

Not experienced is no missing answer: a routed driver enters as its use and as use times
rating, together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipelines.statistics.survey import BoolArray, FloatArray

MAX_SHARE_OF_USERS = 0.98  # of people; with more, use says nothing
MIN_NON_USERS = 10  # for a column of use
MIN_VARIANCE = 1e-9  # variance below which a column is constant


@dataclass(frozen=True)
class Design:
    """Columns of a model.

    Attributes
    ----------
    values : ndarray of float, shape (n, n_columns)
        Columns of the drivers, then of the targets; NaN where blank.
    groups : tuple of tuple of int
        Columns of each driver; the last is the rating, centred among users and 0 for
        others.
    centre : ndarray of float, shape (n_drivers,)
        Mean rating of users, which was taken out.
    targets : tuple of str
        Names of the last columns, each of which a model may explain.
    """

    values: FloatArray
    groups: tuple[tuple[int, ...], ...]
    centre: FloatArray
    targets: tuple[str, ...]

    @property
    def columns(self) -> int:
        """Number of columns."""
        return int(self.values.shape[1])

    @cached_property
    def whole(self) -> BoolArray:
        """Which rows have no blank, shape (n,)."""
        return np.asarray(~np.isnan(self.values).any(axis=1))


def use_and_rating(
    rating: FloatArray, used: FloatArray, targets: Mapping[str, FloatArray], weight: FloatArray
) -> Design:
    """Routed drivers as use and use times rating.

    Parameters
    ----------
    rating : ndarray, shape (n, n_drivers)
        NaN without one.
    used : ndarray, shape (n, n_drivers)
        1 if experienced, 0 if not, NaN if that is unknown.
    targets : mapping of str to ndarray, shape (n,)
        What models may explain.
    weight : ndarray, shape (n,)
    """
    columns: list[FloatArray] = []
    groups: list[tuple[int, ...]] = []
    centre = _means(rating, weight)
    for k in range(rating.shape[1]):
        use, centred = used[:, k], rating[:, k] - centre[k]
        known = ~np.isnan(use)
        share = weight[known] @ use[known] / weight[known].sum()
        others = int((use == 0).sum())
        first = len(columns)
        if share < MAX_SHARE_OF_USERS and others >= MIN_NON_USERS:
            columns.append(use)
        columns.append(np.where(use == 0, 0.0, centred))
        groups.append(tuple(range(first, len(columns))))
    values = np.column_stack([*columns, *targets.values()])
    return Design(values, tuple(groups), centre, tuple(targets))


def rating_alone(
    rating: FloatArray, targets: Mapping[str, FloatArray], weight: FloatArray
) -> Design:
    """Drivers as their ratings; who did not experience one counts as blank.

    Parameters are those of `use_and_rating`.
    """
    centre = _means(rating, weight)
    values = np.column_stack([rating - centre, *targets.values()])
    groups = tuple((k,) for k in range(rating.shape[1]))
    return Design(values, groups, centre, tuple(targets))


def _means(values: FloatArray, weight: FloatArray) -> FloatArray:
    seen = ~np.isnan(values)
    total: FloatArray = weight @ np.where(seen, values, 0.0)
    return total / (weight @ seen)
