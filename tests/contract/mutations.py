"""Every way in which a row can break what is declared of its table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import polars as pl

from pipelines.contract.code import LANGUAGES, READER_PLACES, places_of
from pipelines.contract.table import NUMBER, NUMBERS, Column, Table
from tests.contract.samples import measure_of, range_of

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Mutation:
    """Cells of one row changed, so that it breaks one thing that is declared.

    Parameters
    ----------
    cells : mapping
        Column to what stands there now; the first is the one that is wrong.
    expected : str
        What the refusal says that it expected, or what is wrong with a code.
    in_suite : bool
        Whether the suite of a published table asks for it too.
    """

    cells: Row
    expected: str
    in_suite: bool = True

    def of(self, rows: pl.DataFrame, at: int) -> pl.DataFrame:
        """The same rows, one of them changed."""
        here = pl.int_range(pl.len()) == at
        return rows.with_columns(
            pl.when(here).then(pl.lit(cell, rows.schema[name])).otherwise(name).alias(name)
            for name, cell in self.cells.items()
        )


def mutations(table: Table, row: Row) -> Iterator[Mutation]:
    """All ways to break a row that is as declared."""
    for column in table.columns:
        yield from _lists(column)
        yield from _ranges(column)
    for low, value, high in table.intervals:
        for end in (low, high):
            yield Mutation({end: None}, f"{value} told with {end}")
        yield Mutation({low: row[high], high: row[low]}, f"{low} not above {value}")
    for order in table.ascending:
        for lower, upper in pairwise(order):
            turned = {lower: row[upper], upper: row[lower]}
            yield Mutation(turned, f"{lower} not above {upper}")
    if table.intervals and "n" in table.schema:
        yield Mutation({"n": None}, "value told with n")
    if table.measures:
        yield from _measures(table, row)


def _lists(column: Column) -> Iterator[Mutation]:
    name = column.name
    if column.required:
        yield Mutation({name: None}, f"a value in {name}")
    if column.values is not None:
        yield Mutation({name: "gossip"}, f"{name} among")
    if column.codes is not None:
        kind = column.codes.name
        yield Mutation({name: "gossip"}, f"codes in {name}.*gossip is no code of {kind}")
        for code, sentence in column.codes.codes.items():
            places = places_of(sentence[LANGUAGES[0]]) - READER_PLACES
            wrong = f"{code} lacks the values" if places else f"{code} has no place for foreign"
            changed = code if places else f"{code}?foreign=1"
            yield Mutation({name: changed}, f"codes in {name}.*{wrong}")


def _ranges(column: Column) -> Iterator[Mutation]:
    name, lowest, highest = column.name, column.lowest, column.highest
    if column.dtype == NUMBER:
        yield Mutation({name: float("inf")}, f"finite numbers in {name}", in_suite=False)
    if column.dtype == NUMBERS:
        yield Mutation({name: [1.0, float("nan")]}, f"finite numbers in {name}", in_suite=False)
        yield Mutation({name: [1.0, None]}, f"finite numbers in {name}", in_suite=False)
    if lowest is not None:
        yield Mutation({name: int(lowest) - 1}, f"{name} of {lowest:g} or more")
    if highest is not None:
        yield Mutation({name: int(highest) + 1}, f"{name} of {highest:g} or less")


def _measures(table: Table, row: Row) -> Iterator[Mutation]:
    measure = measure_of(table, row)
    assert measure is not None
    lowest, highest = range_of(table, table.column("value"), measure)
    yield Mutation({"measure": "gossip"}, "a declared measure, with the family of its interval")
    if measure.is_on_scale:
        return
    said = f"{measure.name} between {lowest:g} and {highest:g}"
    no_scale = {name: None for name in ("scale_min", "scale_max") if name in table.schema}
    yield Mutation({"value": lowest - 1, "low": lowest - 2, **no_scale}, said)
    yield Mutation({"value": highest + 1, "high": highest + 2, **no_scale}, said)
