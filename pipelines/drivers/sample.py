"""A sample: answer sheets, their sampling units, and the draws that all models of them share."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from pipelines.contract.drivers import DriversSettings
from pipelines.importance.contrasts import FreeUnits
from pipelines.importance.frames import MAX_UNITS
from pipelines.importance.totals import CROSS_VALIDATION_FOLDS, Totals
from pipelines.outcomes.sheets import Sheets
from pipelines.statistics.bootstrap import (
    Units,
    degrees_of_freedom,
    draws,
    expanded_level,
    sampling_units,
)
from pipelines.statistics.effective_size import effective_n
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class ModelTerms:
    """How models are made; see params.yaml."""

    level: float
    replicates: int
    segment_replicates: int
    min_n: int
    flag_n: int
    seed: int

    @classmethod
    def of(cls, settings: DriversSettings) -> ModelTerms:
        """Take them from the step's settings."""
        return cls(**settings.model_dump(exclude={"engine", "min_users"}))


@dataclass(frozen=True)
class ModelSample:
    """Sheets and what is drawn of them.

    Attributes
    ----------
    sheets : Sheets
    terms : ModelTerms
    units : Units
        What is drawn: customers, or blocks of them.
    people : Units
        Customers.
    counts : ndarray, shape (n_replicates, n_units)
        How often each unit counts in a replicate.
    fold : ndarray of int, shape (n_units,)
        Of the cross-validation.
    rng : Generator
    """

    sheets: Sheets
    terms: ModelTerms
    units: Units
    people: Units
    counts: FloatArray
    fold: IntArray
    rng: np.random.Generator

    @classmethod
    def of(cls, sheets: Sheets, terms: ModelTerms) -> ModelSample:
        """Draw from sheets; what is drawn depends on their names and the seed alone."""
        name = f"{sheets.mode}/{sheets.wave}/{sheets.outcome}"
        rng = np.random.default_rng([terms.seed, zlib.crc32(name.encode())])
        units = sampling_units(sheets.n, sheets.cluster, sheets.stratum, MAX_UNITS, rng)
        people = sampling_units(sheets.n, sheets.cluster, sheets.stratum, sheets.n, rng)
        counts = np.concatenate(list(draws(units, terms.replicates, rng)))
        return cls(
            sheets,
            terms,
            units,
            people,
            counts,
            rng.permutation(units.n) % CROSS_VALIDATION_FOLDS,
            rng,
        )

    def differing(self, target: str, rows: BoolArray) -> int:
        """Sampling units that differ from the answer which most units give throughout.

        A bootstrap sample that draws none of them has no variance to share; with m of them
        that happens at a rate below exp(-m).
        """
        answers = pl.DataFrame(
            {"unit": self.units.of_row[rows], "answer": self.sheets.targets[target][rows]}
        )
        units = answers.group_by("unit").agg(
            least=pl.col("answer").min(), most=pl.col("answer").max()
        )
        throughout = units.filter(pl.col("least") == pl.col("most")).group_by("least").len()
        return units.height - max(throughout["len"].to_list(), default=0)

    def sized(self, totals: Totals, rows: BoolArray) -> Totals:
        """Totals of rows with the effective number of the outcome's answers, by the design."""
        sheets = self.sheets
        n_eff = effective_n(sheets.target[:, 0], sheets.weight, self.people, rows)
        return replace(totals, n_eff=n_eff)

    def level(self, totals: Totals, slopes: int) -> float:
        """Level at which percentiles cover, for the units that these totals have."""
        return expanded_level(self.terms.level, self._units_of(totals), slopes)

    def free(self, totals: Totals, slopes: int) -> FreeUnits:
        """Degrees of freedom of the units that these totals have."""
        units = degrees_of_freedom(self._units_of(totals))
        return FreeUnits(units, max(units - slopes, 1))

    def _units_of(self, totals: Totals) -> Units:
        there = np.flatnonzero(totals.sums[:, 0] > 0)
        return Units(there, self.units.stratum[there])
