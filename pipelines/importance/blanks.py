"""Blanks of a design, filled in expectation: what its rows may hold where nobody answered.

A normal distribution is fitted, and every row keeps its expected values and products. Where
little is blank all models of the rows, of parts of them and of bootstrap replicates are sums of
those. Where much is, as by rotation, parts are fitted anew, and replicates move the fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.contract.code import write_code
from pipelines.core.errors import ContractError
from pipelines.importance.auxiliaries import auxiliaries
from pipelines.importance.designs import Design
from pipelines.statistics.completed_rows import CompletedRows, complete_rows
from pipelines.statistics.em import (
    MAX_EM_STEPS,
    MIN_JOINT_ANSWERS_PER_COLUMN,
    NormalFit,
    Patterns,
    find_patterns,
    fit_patterns,
    is_joint,
)
from pipelines.statistics.observed_information import Refilling
from pipelines.statistics.survey import BoolArray, FloatArray

EM_TOLERANCE_OF_BLANKS = 1e-13  # in standard deviations; what is left shows in no digit kept
MIN_ROWS_PER_COLUMN = 5  # with fewer a model is refused
MIN_UNSHRUNK_ROWS_PER_COLUMN = 10  # with fewer covariances are shrunk
# Share of weight in which one of two columns is blank, up to which what fills the blanks is held
# in replicates, and in parts of the sample. Replicates then spread by the share of rows that have
# both; up to here standard errors come out 1 % too small (benchmarks/README.md).
MAX_HELD_SHARE = 0.125
EDGE_EIGENVALUE = 1e-4  # of correlations where much is blank; below, covariances are shrunk


@dataclass(frozen=True)
class Expected:
    """Rows completed in expectation.

    Attributes
    ----------
    rows : CompletedRows
        Of the design.
    seen : ndarray of bool, shape (n, n_columns)
        Where there was an answer.
    refilling : Refilling or None
        How the fit moves when rows count more or less; None if it is held, since little is
        blank.
    prior : ndarray of float, shape (n_columns,)
        Variances that the prior adds, times its rows; zeros without a prior.
    prior_rows : float
    """

    rows: CompletedRows
    seen: BoolArray
    refilling: Refilling | None
    prior: FloatArray
    prior_rows: float


def present_shares(seen: BoolArray, weight: FloatArray) -> FloatArray:
    """Share of weight in which two columns have answers, shape (n_columns, n_columns)."""
    there = seen.astype(np.float64)
    shares: FloatArray = (weight[:, None] * there).T @ there / weight.sum()
    return shares


def is_much_blank(present: FloatArray) -> bool:
    """Whether so much is blank that every replicate has to fill it anew."""
    return bool(present.min() < 1 - MAX_HELD_SHARE)


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
    fit = _fit(patterns, prior_rows)
    seen = ~np.isnan(design.values)
    much = is_much_blank(present_shares(seen, weight))
    if much and not prior_rows and _is_at_edge(fit):
        prior_rows = float(columns)
        fit = _fit(patterns, prior_rows)
    whole = complete_rows(np.column_stack([design.values, known]), patterns, fit)
    refilling = Refilling.of(whole, patterns, fit) if much else None
    prior = prior_rows * variances
    return Expected(whole.first(columns), seen, refilling, prior, prior_rows)


def _fit(patterns: Patterns, prior_rows: float) -> NormalFit:
    return fit_patterns(
        patterns, patterns.weights, prior_rows, EM_TOLERANCE_OF_BLANKS, MAX_EM_STEPS
    )


def _is_at_edge(fit: NormalFit) -> bool:
    """Whether columns foretell each other: so few answers say nothing against it."""
    spread = np.sqrt(np.diagonal(fit.covariance))
    smallest = np.linalg.eigvalsh(fit.covariance / np.outer(spread, spread))[0]
    return bool(smallest < EDGE_EIGENVALUE or not fit.converged)


def draw_blanks(expected: Expected, rng: np.random.Generator) -> FloatArray:
    """Fill the blanks with one draw of what they may hold, shape (n, n_columns).

    For models that rows enter one by one: expected values alone would vary too little.
    """
    completed = expected.rows
    size = completed.values.shape[1]
    upper = np.triu_indices(size)
    drawn = completed.values.copy()
    for pattern in np.flatnonzero(completed.left.any(axis=1)):
        rows = np.flatnonzero(completed.pattern == pattern)
        covariance = np.zeros((size, size))
        covariance[upper] = covariance.T[upper] = completed.left[pattern]
        gone = np.flatnonzero(np.diagonal(covariance) > 0)
        value, vector = np.linalg.eigh(covariance[np.ix_(gone, gone)])
        # The symmetric root: signs of eigenvectors differ between machines.
        root = (vector * np.sqrt(np.maximum(value, 0.0))) @ vector.T
        drawn[np.ix_(rows, gone)] += rng.normal(size=(rows.size, gone.size)) @ root
    return drawn
