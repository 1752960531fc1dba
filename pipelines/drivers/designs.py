"""Designs: the columns of a model, and what its rows are expected to hold where blank.

Not experienced is no missing answer: a routed touchpoint enters as its use and as use times
rating, together. Blanks are filled in expectation: the normal distribution is fitted once
per wave and outcome, and every row keeps its expected values and products. All models of
the wave, of segments and of bootstrap replicates are sums of those.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.core.errors import ContractError
from pipelines.drivers.auxiliaries import auxiliaries
from pipelines.drivers.sheets import Sheets
from pipelines.statistics.em import (
    ENOUGH,
    NormalFit,
    Patterns,
    find_patterns,
    fit_patterns,
    is_joint,
)
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray

ROUTED = 0.98  # of users; with more, use says nothing
FEWEST = 10  # users and non-users for a column of use
TOLERANCE, MOST_STEPS = 1e-13, 3000  # of EM; what is left of it shows in no digit that is kept
FEW_ROWS = (5, 10)  # rows per column: refused below the first, shrunk below the second
TARGETS = 3  # the last columns


@dataclass(frozen=True)
class Design:
    """Columns of a model.

    Attributes
    ----------
    values : ndarray of float, shape (n, n_columns)
        Columns of the drivers, then the three targets; NaN where blank.
    groups : tuple of tuple of int
        Columns of each driver; the last is the rating, centred among users and 0 for
        others.
    centre : ndarray of float, shape (n_drivers,)
        Mean rating of users, which was taken out.
    """

    values: FloatArray
    groups: tuple[tuple[int, ...], ...]
    centre: FloatArray

    @property
    def columns(self) -> int:
        """Number of columns."""
        return int(self.values.shape[1])

    @cached_property
    def whole(self) -> BoolArray:
        """Which rows have no blank, shape (n,)."""
        return np.asarray(~np.isnan(self.values).any(axis=1))


def use_and_rating(sheets: Sheets) -> Design:
    """Routed drivers as use and use times rating."""
    columns: list[FloatArray] = []
    groups: list[tuple[int, ...]] = []
    weight = sheets.weight
    centre = _means(sheets.rating, weight)
    for k in range(len(sheets.drivers)):
        used, rating = sheets.used[:, k], sheets.rating[:, k] - centre[k]
        known = ~np.isnan(used)
        share = weight[known] @ used[known] / weight[known].sum()
        others = int((used == 0).sum())
        first = len(columns)
        if share < ROUTED and others >= FEWEST:
            columns.append(used)
        columns.append(np.where(used == 0, 0.0, rating))
        groups.append(tuple(range(first, len(columns))))
    return Design(np.column_stack([*columns, sheets.target]), tuple(groups), centre)


def rating_alone(sheets: Sheets) -> Design:
    """Drivers as their ratings; who did not experience one counts as blank."""
    centre = _means(sheets.rating, sheets.weight)
    values = np.column_stack([sheets.rating - centre, sheets.target])
    return Design(values, tuple((k,) for k in range(len(sheets.drivers))), centre)


def _means(values: FloatArray, weight: FloatArray) -> FloatArray:
    seen = ~np.isnan(values)
    total: FloatArray = weight @ np.where(seen, values, 0.0)
    return total / (weight @ seen)


@dataclass(frozen=True)
class Expected:
    """Rows completed in expectation.

    Attributes
    ----------
    values : ndarray of float, shape (n, n_columns)
        Expected values; the observed ones where there are some.
    pattern : ndarray of int, shape (n,)
        What each row lacks.
    left : ndarray of float, shape (n_patterns, n_columns (n_columns + 1) / 2)
        Covariance that is left in the missing values, upper triangle.
    missing_share : ndarray of float, shape (n_columns, n_columns)
        Share of weight in which one of two columns is blank.
    prior : ndarray of float, shape (n_columns,)
        Variances that the prior adds, times its rows; zeros without a prior.
    prior_rows : float
    """

    values: FloatArray
    pattern: IntArray
    left: FloatArray
    missing_share: FloatArray
    prior: FloatArray
    prior_rows: float


def complete(design: Design, weight: FloatArray, segments: pl.DataFrame) -> Expected:
    """Fill the blanks of a design in expectation, from the answers and the attributes.

    Parameters
    ----------
    design : Design
    weight : ndarray, shape (n,)
    segments : DataFrame, n rows
        A column per attribute, or none.

    Raises
    ------
    ContractError
        If there are fewer than `FEW_ROWS` rows per column, or two columns that hardly
        anybody answered together.

    References
    ----------
    Little and Rubin (2019), Statistical Analysis with Missing Data, 3rd ed., section 11.2.
    """
    rows, columns = design.values.shape
    least, shrunk_below = FEW_ROWS
    if rows < least * columns:
        raise ContractError(
            "drivers",
            expected=f"{least} answers per column, {least * columns} for {columns} columns",
            got=str(rows),
            todo="use fewer drivers or more answers",
        )
    patterns = find_patterns(design.values, weight)
    variances = patterns.scale**2
    scarce = rows < shrunk_below * columns or not is_joint(patterns)
    prior_rows = float(columns) if scarce else 0.0
    room = min(rows // shrunk_below, patterns.fewest // ENOUGH) - columns
    known = auxiliaries(segments, design.values, room)
    if known.size:
        patterns = find_patterns(np.column_stack([design.values, known]), weight)
    fit = fit_patterns(patterns, patterns.weights, prior_rows, TOLERANCE, MOST_STEPS)
    values, left = _expect(design.values, known, patterns, fit)
    seen = (~np.isnan(design.values)).astype(np.float64)
    both = (weight[:, None] * seen).T @ seen / weight.sum()
    return Expected(values, patterns.of_row, left, 1 - both, prior_rows * variances, prior_rows)


def draw_blanks(expected: Expected, rng: np.random.Generator) -> FloatArray:
    """Fill the blanks with one draw of what they may hold, shape (n, n_columns).

    For models that rows enter one by one: expected values alone would vary too little.
    """
    size = expected.values.shape[1]
    upper = np.triu_indices(size)
    drawn = expected.values.copy()
    for pattern in np.flatnonzero(expected.left.any(axis=1)):
        rows = np.flatnonzero(expected.pattern == pattern)
        covariance = np.zeros((size, size))
        covariance[upper] = covariance.T[upper] = expected.left[pattern]
        gone = np.flatnonzero(np.diagonal(covariance) > 0)
        value, vector = np.linalg.eigh(covariance[np.ix_(gone, gone)])
        # The symmetric root: signs of eigenvectors differ between machines.
        root = (vector * np.sqrt(np.maximum(value, 0.0))) @ vector.T
        drawn[np.ix_(rows, gone)] += rng.normal(size=(rows.size, gone.size)) @ root
    return drawn


def _expect(
    values: FloatArray, known: FloatArray, patterns: Patterns, fit: NormalFit
) -> tuple[FloatArray, FloatArray]:
    """Expected values of rows, and the covariance left by pattern."""
    size, mean, covariance = values.shape[1], fit.mean, fit.covariance
    whole = np.column_stack([np.where(np.isnan(values), 0.0, values), known])
    upper = np.triu_indices(size)
    left = np.zeros((len(patterns.seen), len(upper[0])))
    order = np.argsort(patterns.of_row, kind="stable")
    starts = np.searchsorted(patterns.of_row[order], np.arange(len(patterns.seen) + 1))
    for pattern, has in enumerate(patterns.seen):
        gone, there = np.flatnonzero(has == 0), np.flatnonzero(has)
        if not gone.size:
            continue
        rows = order[starts[pattern] : starts[pattern + 1]]
        inverse = np.linalg.pinv(covariance[np.ix_(there, there)], hermitian=True)
        slopes = covariance[np.ix_(gone, there)] @ inverse
        whole[np.ix_(rows, gone)] = (
            mean[gone] + (whole[np.ix_(rows, there)] - mean[there]) @ slopes.T
        )
        rest = np.zeros((size, size))
        rest[np.ix_(gone, gone)] = (
            covariance[np.ix_(gone, gone)] - slopes @ covariance[np.ix_(there, gone)]
        )
        left[pattern] = rest[upper]
    return whole[:, :size], left
