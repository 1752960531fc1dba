"""A sample: answers as columns of levels, their sampling units, and the draws of all models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.contract.code import write_code
from pipelines.core.errors import ContractError
from pipelines.importance.blanks import is_much_blank
from pipelines.importance.frames import MAX_UNITS
from pipelines.importance.parts import CompletedDesign
from pipelines.importance.totals import Totals
from pipelines.kano.levels import LevelDesign, level_design, steps_of
from pipelines.kano.models import MIN_ROWS_HELD, LevelSample
from pipelines.statistics.bootstrap import (
    Units,
    degrees_of_freedom,
    draws,
    expanded_level,
    sampling_units,
)
from pipelines.statistics.effective_size import effective_n
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray

# Customers or clusters, less strata, beyond the columns of a model: with fewer the variance over
# clusters says too little of itself.
MIN_FREE_UNITS = 30
MIN_DIFFERING_RESPONDENTS = 15  # respondents whose outcome is not the most frequent one


@dataclass(frozen=True)
class RatedAnswers:
    """What respondents answered.

    Attributes
    ----------
    rating, used : ndarray, shape (n, n_drivers)
        0 to 100, NaN without one; 1 if experienced, 0 if not, NaN if that is unknown.
    outcome : ndarray, shape (n,)
        0 to 100.
    held : ndarray, shape (n, n_held)
        Confounders, without blanks.
    weight : ndarray, shape (n,)
    cluster, stratum : ndarray of int, shape (n,), or None
    attributes : DataFrame, n rows
        What helps to fill blanks; a column for each, or none.
    """

    rating: FloatArray
    used: FloatArray
    outcome: FloatArray
    held: FloatArray
    weight: FloatArray
    cluster: IntArray | None
    stratum: IntArray | None
    attributes: pl.DataFrame

    @property
    def n(self) -> int:
        """Number of respondents."""
        return len(self.weight)


@dataclass(frozen=True)
class RatedSample:
    """Answers, the moments of their columns, and the draws that all models share.

    Attributes
    ----------
    answers : RatedAnswers
    levels : LevelDesign
    completed : CompletedDesign
    units, people : Units
        What is drawn: customers, or blocks of them; and the customers.
    counts : ndarray, shape (n_replicates, n_units)
    """

    answers: RatedAnswers
    levels: LevelDesign
    completed: CompletedDesign
    units: Units
    people: Units
    counts: FloatArray

    @classmethod
    def of(
        cls, answers: RatedAnswers, least: int, replicates: int, rng: np.random.Generator
    ) -> RatedSample:
        """Make columns, fill their blanks in expectation, and draw.

        Raises
        ------
        ContractError
            If too few answered, or nearly all gave the same outcome; see also `blanks.complete`.
        """
        require_differing(answers.outcome)
        levels = level_design(
            answers.rating, answers.used, answers.outcome, answers.held, answers.weight, least
        )
        where = (answers.n, answers.cluster, answers.stratum)
        units = sampling_units(*where, MAX_UNITS, rng)
        people = sampling_units(*where, answers.n, rng)
        counts = np.concatenate(list(draws(units, replicates, rng)))
        completed = CompletedDesign.of(levels.design, answers.weight, answers.attributes, units)
        return cls(answers, levels, completed, units, people, counts)

    def everybody(self, level: float) -> LevelSample:
        """All respondents.

        Raises
        ------
        ContractError
            If they are too few customers or clusters for the columns.
        """
        every = np.ones(self.answers.n, bool)
        return self._sample(self.completed.whole, every, self.counts, level)

    def part(self, rows: BoolArray, replicates: int, level: float) -> LevelSample:
        """Some of them.

        Raises
        ------
        ContractError
            If nearly all gave the same outcome, or they are too few customers or clusters; see also
        `CompletedDesign.part`.
        """
        require_differing(self.answers.outcome[rows])
        return self._sample(self.completed.part(rows), rows, self.counts[:replicates], level)

    def n_eff(self, rows: BoolArray) -> float:
        """Effective number of some respondents, by the design effect of the mean outcome."""
        return effective_n(self.answers.outcome, self.answers.weight, self.people, rows)

    def _sample(
        self, totals: Totals, rows: BoolArray, counts: FloatArray, level: float
    ) -> LevelSample:
        answers, design = self.answers, self.levels.design
        there = np.unique(self.units.of_row[rows])
        units = Units(there, self.units.stratum[there])
        require_units(units, self.levels.slopes)
        joint = float(totals.present.min())
        return LevelSample(
            levels=self.levels,
            draws=totals.draws(counts),
            steps=tuple(
                steps_of(columns, answers.rating[:, k], answers.weight, rows)
                for k, columns in enumerate(self.levels.drivers)
            ),
            differs=_differs(design.values[rows]),
            level=level,
            wide=expanded_level(level, units, self.levels.slopes),
            joint=joint if is_much_blank(totals.present) else None,
        )


def require_differing(outcome: FloatArray) -> None:
    """Refuse an outcome in which nearly all agree.

    Raises
    ------
    ContractError
    """
    _, counts = np.unique(outcome, return_counts=True)
    n = int(counts.sum() - counts.max(initial=0))
    if n < MIN_DIFFERING_RESPONDENTS:
        raise ContractError(
            "kano",
            expected=f"{MIN_DIFFERING_RESPONDENTS} respondents who differ from the usual outcome",
            got=str(n),
            todo="use more answers, or another outcome",
            code=write_code("few_differ", n=n, least=MIN_DIFFERING_RESPONDENTS),
        )


def require_units(units: Units, slopes: int) -> None:
    """Refuse a model with more columns than customers or clusters tell apart.

    Raises
    ------
    ContractError
    """
    if degrees_of_freedom(units) < slopes + MIN_FREE_UNITS:
        raise ContractError(
            "kano",
            expected=f"{MIN_FREE_UNITS} more customers or clusters than the {slopes} columns",
            got=str(units.n),
            todo="use more answers, fewer drivers, or clusters that hold fewer answers",
            code=write_code("few_units", n=units.n, least=MIN_FREE_UNITS, columns=slopes),
        )


def _differs(values: FloatArray) -> BoolArray:
    """Which columns hold at least `MIN_ROWS_HELD` values apart from their most frequent one."""
    found = []
    for column in values.T:
        _, counts = np.unique(column[~np.isnan(column)], return_counts=True)
        found.append(counts.sum() - counts.max(initial=0) >= MIN_ROWS_HELD)
    return np.array(found, bool)
