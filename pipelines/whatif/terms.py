"""Terms: how models of outcomes are made, and what is drawn for all of them together."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from pipelines.contract.whatif import WhatifSettings
from pipelines.importance.frames import MAX_UNITS
from pipelines.outcomes.filling import blank_share, held_columns
from pipelines.outcomes.held_out import HELD_OUT_PARTS
from pipelines.outcomes.scales import SheetScales
from pipelines.outcomes.sheets import Sheets
from pipelines.statistics.bootstrap import Units, draws, sampling_units
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class WhatifTerms:
    """How models are made; see params.yaml."""

    seed: int
    level: float
    flag_n: int
    draws: int
    segment_draws: int
    imputations: int
    min_n: int
    min_shown: int

    @classmethod
    def of(cls, settings: WhatifSettings) -> WhatifTerms:
        """Take them from the step's settings."""
        return cls(**settings.model_dump(exclude={"engine", "min_users"}))


@dataclass(frozen=True)
class WhatifSample:
    """Sheets and what is drawn of them.

    Parameters
    ----------
    sheets : Sheets
    scales : SheetScales
    terms : WhatifTerms
    units : Units
        What is drawn: customers, or blocks of them.
    people : Units
        Customers.
    counts : ndarray, shape (n_draws, n_units)
        How often each unit counts in a draw.
    fold : ndarray of int, shape (n_units,)
        Part of each unit, of those that are held out one after the other.
    held : int
        Columns of the confounders.
    rng : Generator
    """

    sheets: Sheets
    scales: SheetScales
    terms: WhatifTerms
    units: Units
    people: Units
    counts: FloatArray
    fold: IntArray
    held: int
    rng: np.random.Generator

    @classmethod
    def of(cls, sheets: Sheets, scales: SheetScales, terms: WhatifTerms) -> WhatifSample:
        """Draw from sheets; what is drawn depends on their names and the seed alone."""
        rng = stream(terms, sheets, "")
        units = sampling_units(sheets.n, sheets.cluster, sheets.stratum, MAX_UNITS, rng)
        people = sampling_units(sheets.n, sheets.cluster, sheets.stratum, sheets.n, rng)
        counts = np.concatenate(list(draws(units, terms.draws, rng)))
        fold = rng.permutation(units.n) % HELD_OUT_PARTS
        held = held_columns(sheets).shape[1]
        return cls(sheets, scales, terms, units, people, counts, fold, held, rng)

    def stream(self, purpose: str) -> np.random.Generator:
        """Random numbers of their own for one purpose, whatever else is drawn."""
        return stream(self.terms, self.sheets, purpose)

    @property
    def fillings(self) -> int:
        """How often blanks are filled; once if there are none."""
        return self.terms.imputations if blank_share(self.sheets) else 1

    def units_of(self, rows: BoolArray) -> Units:
        """Unit of some rows; the units are those of the sample, some of them without rows."""
        return Units(self.units.of_row[rows], self.units.stratum)

    def free(self, rows: BoolArray) -> int:
        """Degrees of freedom of the units that have rows: units less strata."""
        there = np.unique(self.units.of_row[rows])
        return int(there.size - np.unique(self.units.stratum[there]).size)

    def differing(self, answers: FloatArray, rows: BoolArray) -> int:
        """Units that differ from the answer which most units give throughout.

        A bootstrap sample that draws none of m such units comes up at a rate below exp(-m).
        """
        unit = self.units.of_row[rows]
        least, most = np.full(self.units.n, np.inf), np.full(self.units.n, -np.inf)
        np.minimum.at(least, unit, answers[rows])
        np.maximum.at(most, unit, answers[rows])
        there = most >= least
        agreed = least[there & (least == most)]
        throughout = np.unique(agreed, return_counts=True)[1].max(initial=0)
        return int(there.sum() - throughout)


def stream(terms: WhatifTerms, sheets: Sheets, purpose: str) -> np.random.Generator:
    """Random numbers that depend on the seed, the names of sheets and the purpose alone."""
    name = f"{sheets.mode}/{sheets.wave}/{sheets.outcome}/{purpose}"
    return np.random.default_rng([terms.seed, zlib.crc32(name.encode())])
