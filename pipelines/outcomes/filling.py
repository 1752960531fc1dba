"""Filling: blank ratings and uses drawn several times, so that intervals hold what they hide.

Each time a normal distribution is fitted to another bootstrap sample of the same sheets, and the
blanks are drawn from it given the answers of their row, the outcome's among them; what is drawn
is rounded to the answers that the scale has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipelines.contract.code import write_code
from pipelines.core.errors import ContractError
from pipelines.importance.auxiliaries import auxiliaries
from pipelines.importance.blanks import MIN_ROWS_PER_COLUMN, MIN_UNSHRUNK_ROWS_PER_COLUMN
from pipelines.importance.designs import Design, use_and_rating
from pipelines.outcomes.confounders import columns_of
from pipelines.outcomes.scales import SheetScales
from pipelines.outcomes.sheets import Sheets
from pipelines.statistics.bootstrap import Units, draw
from pipelines.statistics.completed_rows import CompletedRows, complete_rows
from pipelines.statistics.em import (
    MAX_EM_STEPS,
    MIN_JOINT_ANSWERS_PER_COLUMN,
    find_patterns,
    fit_patterns,
    is_joint,
)
from pipelines.statistics.survey import FloatArray

DRAW_TOLERANCE = 1e-6  # of EM, in standard deviations; draws spread by far more
MIN_OWN_VARIANCE = 0.01  # of an attribute's direction, beside the confounders
LIKELY_USE = 0.5  # above it a drawn use is one


@dataclass(frozen=True)
class Filled:
    """Ratings without blanks.

    Parameters
    ----------
    rating : ndarray, shape (n, n_drivers)
        0 to 100; of who did not experience it 50, the middle, which no model reads.
    used : ndarray, shape (n, n_drivers)
        1 or 0.
    held : ndarray, shape (n, n_held)
        Columns of the confounders.
    """

    rating: FloatArray
    used: FloatArray
    held: FloatArray

    def of_rows(self, rows: np.ndarray) -> Filled:
        """The same of some rows."""
        return Filled(self.rating[rows], self.used[rows], self.held[rows])


def blank_share(sheets: Sheets) -> float:
    """Share of ratings that are blank: of users, and of whom use is not known."""
    blank = np.isnan(sheets.rating) & ~(sheets.used == 0)
    return float(blank.mean()) if blank.size else 0.0


def held_columns(sheets: Sheets) -> FloatArray:
    """Columns of the confounders, shape (n, n_held)."""
    if not sheets.confounders.columns:  # a frame without columns has no rows either
        return np.empty((sheets.n, 0))
    return columns_of(sheets.confounders).values


def fillings(
    sheets: Sheets, scales: SheetScales, units: Units, count: int, rng: np.random.Generator
) -> Iterator[Filled]:
    """Fill the blanks several times; once if there are none.

    Parameters
    ----------
    sheets : Sheets
    scales : SheetScales
        Theirs.
    units : Units
        What is drawn in the bootstrap.
    count : int
        How many times.
    rng : Generator

    Raises
    ------
    ContractError
        If there are too few rows for so many columns, or a column is constant.

    References
    ----------
    Honaker, King and Blackwell (2011), Journal of Statistical Software 45(7): EM on bootstrap
    samples, where the parameters of what is drawn differ from one filling to the next.
    """
    held = held_columns(sheets)
    design = _design(sheets, scales, held)
    if not blank_share(sheets):
        yield _filled(sheets, scales, design, design.values, held)
        return
    known = _attributes(sheets, design, held)
    values = np.column_stack([design.values, known]) if known.size else design.values
    patterns = find_patterns(values, sheets.weight)
    scarce = len(values) < MIN_UNSHRUNK_ROWS_PER_COLUMN * design.columns or not is_joint(patterns)
    prior_rows = float(design.columns) if scarce else 0.0
    for _ in range(count):
        times = draw(units, 1, rng)[0][units.of_row]
        fit = fit_patterns(
            patterns, patterns.weights * times, prior_rows, DRAW_TOLERANCE, MAX_EM_STEPS
        )
        drawn = draw_rows(complete_rows(values, patterns, fit).first(design.columns), rng)
        yield _filled(sheets, scales, design, drawn, held)


def _design(sheets: Sheets, scales: SheetScales, held: FloatArray) -> Design:
    """Uses and ratings, then confounders, then the outcome's targets that vary."""
    targets = scales.scores(sheets.target[:, 0])
    beside = {f"held {at}": column for at, column in enumerate(held.T)}
    varying = {name: column for name, column in targets.items() if np.ptp(column) > 0}
    design = use_and_rating(sheets.rating, sheets.used, beside | varying, sheets.weight)
    rows, columns = design.values.shape
    if rows < MIN_ROWS_PER_COLUMN * columns:
        needed = MIN_ROWS_PER_COLUMN * columns
        raise ContractError(
            "what-if",
            expected=f"{MIN_ROWS_PER_COLUMN} answers per column, {needed} for {columns} columns",
            got=str(rows),
            todo="use fewer drivers or more answers",
            code=write_code("few_per_column", n=rows, least=MIN_ROWS_PER_COLUMN, needed=needed,
                            columns=columns),
        )  # fmt: skip
    return design


def _attributes(sheets: Sheets, design: Design, held: FloatArray) -> FloatArray:
    """Directions in the attributes that the confounders do not hold already."""
    rows, columns = design.values.shape
    free = sheets.segments.drop(name for name in sheets.confounders.columns
                                if name in sheets.segments.columns)  # fmt: skip
    fewest = find_patterns(design.values, sheets.weight).fewest // MIN_JOINT_ANSWERS_PER_COLUMN
    room = min(rows // MIN_UNSHRUNK_ROWS_PER_COLUMN, fewest) - columns
    known = auxiliaries(free, design.values, room)
    if not held.shape[1] or not known.shape[1]:
        return known
    basis = np.column_stack([np.ones(rows), held])
    own = known - basis @ np.linalg.lstsq(basis, known, rcond=None)[0]
    return np.asarray(own[:, own.var(axis=0) > MIN_OWN_VARIANCE])


def draw_rows(completed: CompletedRows, rng: np.random.Generator) -> FloatArray:
    """Draw the missing values of rows from their normal distribution, shape (n, n_columns)."""
    size = completed.values.shape[1]
    upper = np.triu_indices(size)
    drawn = completed.values.copy()
    order = np.argsort(completed.pattern, kind="stable")
    starts = np.searchsorted(completed.pattern[order], np.arange(len(completed.left) + 1))
    for pattern in np.flatnonzero(completed.left.any(axis=1)):
        rows = order[starts[pattern] : starts[pattern + 1]]
        covariance = np.zeros((size, size))
        covariance[upper] = covariance.T[upper] = completed.left[pattern]
        gone = np.flatnonzero(np.diagonal(covariance) > 0)
        value, vector = np.linalg.eigh(covariance[np.ix_(gone, gone)])
        # The symmetric root: signs of eigenvectors differ between machines.
        root = (vector * np.sqrt(np.maximum(value, 0.0))) @ vector.T
        drawn[np.ix_(rows, gone)] += rng.normal(size=(rows.size, gone.size)) @ root
    return drawn


def _filled(
    sheets: Sheets, scales: SheetScales, design: Design, drawn: FloatArray, held: FloatArray
) -> Filled:
    """Round what was drawn to the answers there are."""
    rating, used = np.full(sheets.rating.shape, 50.0), np.ones(sheets.used.shape)
    for k, columns in enumerate(design.groups):
        known = sheets.used[:, k]
        if len(columns) > 1:
            likely = drawn[:, columns[0]] >= LIKELY_USE
            used[:, k] = np.where(np.isnan(known), likely, known)
        else:  # hardly anybody did not use it: who is not known to have not, did
            used[:, k] = known != 0
        last = scales.drivers[k] - 1
        place = np.clip(np.round((drawn[:, columns[-1]] + design.centre[k]) / 100 * last), 0, last)
        answered = ~np.isnan(sheets.rating[:, k])
        found = np.where(answered, sheets.rating[:, k], 100 * place / last)
        rating[:, k] = np.where(used[:, k] > 0, found, 50.0)
    return Filled(rating, used, held)
