"""Blanks of a design, filled in expectation: what its rows may hold where nobody answered.

The normal distribution is fitted once, and every row keeps its expected values and products.
All models of the rows, of parts of them and of bootstrap replicates are sums of those.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.contract.code import write_code
from pipelines.core.errors import ContractError
from pipelines.importance.auxiliaries import auxiliaries
from pipelines.importance.designs import Design
from pipelines.statistics.em import (
    MAX_EM_STEPS,
    MIN_JOINT_ANSWERS_PER_COLUMN,
    NormalFit,
    Patterns,
    find_patterns,
    fit_patterns,
    is_joint,
)
from pipelines.statistics.survey import FloatArray, IntArray

EM_TOLERANCE_OF_BLANKS = 1e-13  # in standard deviations; what is left shows in no digit kept
MIN_ROWS_PER_COLUMN = 5  # with fewer a model is refused
MIN_UNSHRUNK_ROWS_PER_COLUMN = 10  # with fewer covariances are shrunk


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


def complete(design: Design, weight: FloatArray, attributes: pl.DataFrame) -> Expected:
    """Fill the blanks of a design in expectation, from the answers and the attributes.

    Parameters
    ----------
    design : Design
    weight : ndarray, shape (n,)
    attributes : DataFrame, n rows
        A column for each, or none.

    Raises
    ------
    ContractError
        If there are fewer than `MIN_ROWS_PER_COLUMN` rows per column, or two columns that hardly
        anybody answered together.

    References
    ----------
    Little and Rubin (2019), Statistical Analysis with Missing Data, 3rd ed., section 11.2.
    """
    rows, columns = design.values.shape
    if rows < MIN_ROWS_PER_COLUMN * columns:
        raise ContractError(
            "drivers",
            expected=f"{MIN_ROWS_PER_COLUMN} answers per column,"
            f" {MIN_ROWS_PER_COLUMN * columns} for {columns} columns",
            got=str(rows),
            todo="use fewer drivers or more answers",
            code=write_code(
                "few_per_column",
                n=rows,
                least=MIN_ROWS_PER_COLUMN,
                needed=MIN_ROWS_PER_COLUMN * columns,
                columns=columns,
            ),
        )
    patterns = find_patterns(design.values, weight)
    variances = patterns.scale**2
    scarce = rows < MIN_UNSHRUNK_ROWS_PER_COLUMN * columns or not is_joint(patterns)
    prior_rows = float(columns) if scarce else 0.0
    bearable = patterns.fewest // MIN_JOINT_ANSWERS_PER_COLUMN
    room = min(rows // MIN_UNSHRUNK_ROWS_PER_COLUMN, bearable) - columns
    known = auxiliaries(attributes, design.values, room)
    if known.size:
        patterns = find_patterns(np.column_stack([design.values, known]), weight)
    fit = fit_patterns(patterns, patterns.weights, prior_rows, EM_TOLERANCE_OF_BLANKS, MAX_EM_STEPS)
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
