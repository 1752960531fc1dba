"""Parts of a sample: totals of all rows, and of any group of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.importance.blanks import Expected, complete, is_much_blank, present_shares
from pipelines.importance.designs import Design
from pipelines.importance.totals import Totals, add_up
from pipelines.statistics.bootstrap import Units
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray

MIN_ANSWERS_PER_COLUMN = 10  # of a part: a column with fewer is no part of its fit


@dataclass(frozen=True)
class CompletedDesign:
    """A design whose blanks are filled in expectation.

    A part in which little is blank is added up from the rows as all of them complete each
    other. One in which much is blank would look too much like all: it is fitted by itself.

    Attributes
    ----------
    design : Design
    weight : ndarray, shape (n,)
    attributes : DataFrame, n rows
    units : Units
    expected : Expected
        All rows.
    """

    design: Design
    weight: FloatArray
    attributes: pl.DataFrame
    units: Units
    expected: Expected

    @classmethod
    def of(
        cls, design: Design, weight: FloatArray, attributes: pl.DataFrame, units: Units
    ) -> CompletedDesign:
        """Fill the blanks of all rows; see `complete`."""
        return cls(design, weight, attributes, units, complete(design, weight, attributes))

    @cached_property
    def whole(self) -> Totals:
        """Totals of all rows."""
        every = np.ones(len(self.weight), bool)
        totals = add_up(self.expected, self.weight, self.units, every)
        refilling = self.expected.refilling
        if refilling is None:
            return totals
        return replace(totals, moves=refilling.moves(self.units, self.design.columns))

    def part(self, rows: BoolArray) -> Totals:
        """Totals of some rows.

        Raises
        ------
        ContractError
            If much is blank in them, and too few are left for a fit.
        """
        if is_much_blank(present_shares(self.expected.seen[rows], self.weight[rows])):
            return self._fitted(rows)
        return add_up(self.expected, self.weight, self.units, rows)

    def others(self, part: Totals, rows: BoolArray) -> Totals:
        """Totals of the rows that are not in a part.

        Raises
        ------
        ContractError
            As `part`.
        """
        rest = self.whole - part
        return self._fitted(~rows) if is_much_blank(rest.present) else rest

    def _fitted(self, rows: BoolArray) -> Totals:
        """Totals of rows whose blanks are filled from them alone."""
        values = self.design.values[rows]
        kept = _varying(values)
        own = replace(
            self,
            design=replace(self.design, values=values[:, kept]),
            weight=self.weight[rows],
            attributes=self.attributes.filter(rows) if self.attributes.width else self.attributes,
            units=replace(self.units, of_row=self.units.of_row[rows]),
        )
        expected = complete(own.design, own.weight, own.attributes)
        return _widened(replace(own, expected=expected).whole, kept, _constants(values))


def _varying(values: FloatArray) -> IntArray:
    """Columns that enough rows have, and that vary in them."""
    seen = ~np.isnan(values)
    low = np.min(values, axis=0, where=seen, initial=np.inf)
    high = np.max(values, axis=0, where=seen, initial=-np.inf)
    return np.flatnonzero((seen.sum(axis=0) >= MIN_ANSWERS_PER_COLUMN) & (low < high))


def _constants(values: FloatArray) -> FloatArray:
    """What columns hold that do not vary; 0 where they are blank."""
    filled = np.where(np.isnan(values), -np.inf, values).max(axis=0)
    return np.where(np.isinf(filled), 0.0, filled)


def _widened(totals: Totals, kept: IntArray, constants: FloatArray) -> Totals:
    """Totals with constant columns beside those kept."""
    size = len(constants)
    upper, among = np.triu_indices(size), np.isin(np.arange(size), kept)
    place = np.append(np.append(True, among), among[upper[0]] & among[upper[1]])

    def wide(narrow: FloatArray) -> FloatArray:
        found = np.zeros((len(narrow), len(place)))
        found[:, place] = narrow
        return found

    centre, prior, present = constants.copy(), np.zeros(size), np.ones((size, size))
    centre[kept], prior[kept], present[np.ix_(kept, kept)] = (
        totals.centre, totals.prior, totals.present,
    )  # fmt: skip
    return replace(
        totals,
        sums=wide(totals.sums),
        moves=None if totals.moves is None else wide(totals.moves),
        centre=centre,
        prior=prior,
        present=present,
    )
