"""Rows that satisfy the declaration of a table, whatever it declares; the same every time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import inf, isfinite, prod
from typing import Any

import polars as pl

from pipelines.contract.code import LANGUAGES, READER_PLACES, WITHHELD, places_of, write_code
from pipelines.contract.table import (
    DATE,
    FLAG,
    NUMBER,
    NUMBERS,
    TEXT,
    TIME,
    WHOLE,
    Column,
    Measure,
    Table,
)

DAY, TIME_OF_DAY = date(2024, 1, 1), datetime(2024, 1, 1, tzinfo=UTC)
SPAN = 1000.0  # of numbers with an open end; more than any limit of people


def sample(table: Table, rows: int = 4) -> pl.DataFrame:
    """Make rows that satisfy a declaration: every column told, all lists, codes and measures.

    Parameters
    ----------
    rows : int
        How many; values of lists follow one another.

    Returns
    -------
    DataFrame
        Columns of the table; no two rows share its key.

    Raises
    ------
    ValueError
        If the key has no room for so many rows.
    """
    limited = {name: listed for name in table.key if (listed := _listed(table, name))}
    if len(limited) == len(table.key) and prod(map(len, limited.values())) < rows:
        raise ValueError(f"{table.name}: expected a key for {rows} rows, got {limited}; ask fewer")
    return pl.DataFrame([_row(table, at) for at in range(rows)], schema=table.schema)


def _row(table: Table, at: int) -> dict[str, Any]:
    places = _places_in_lists(table, at)
    listed = {name: _listed(table, name)[place] for name, place in places.items()}
    numbers = _numbers(table, measure_of(table, listed))
    return {
        column.name: listed[column.name]
        if column.name in listed
        else _free(column, numbers.get(column.name), at if column.name in table.key else 0)
        for column in table.columns
    }


def _places_in_lists(table: Table, at: int) -> dict[str, int]:
    """Which of its listed values a row has; if the key is all lists it counts up like digits."""
    sizes = {column.name: len(_listed(table, column.name)) for column in table.columns}
    digits = () if any(not sizes[name] for name in table.key) else table.key
    places, step = {}, 1
    for name, size in sizes.items():
        if size and name in digits:
            places[name] = at // step % size
            step *= size
        elif size:
            places[name] = at % size
    return places


def _listed(table: Table, name: str) -> Sequence[Any]:
    """Values of a column, if there are only so many."""
    column = table.column(name)
    if name == "measure" and table.measures:
        return [measure.name for measure in table.measures]
    if column.codes is not None:
        return _coded(column)
    if column.values is not None:
        return column.values
    return (False, True) if column.dtype == FLAG else ()


def _coded(column: Column) -> list[str]:
    """Every code with its values, but the one of withheld rows; several at once if it may be."""
    assert column.codes is not None
    found = []
    for code, sentence in column.codes.codes.items():
        places = sorted(places_of(sentence[LANGUAGES[0]]) - READER_PLACES)
        if code != WITHHELD:
            found.append(write_code(code, **{place: f"{place} of it" for place in places}))
    return [*found, " ".join(found[:2])] if column.several else found


def _free(column: Column, number: float | None, at: int) -> Any:
    """A value of its type; rows differ by `at`."""
    if column.dtype == TEXT:
        return f"{column.name} {at}"
    if column.dtype == DATE:
        return DAY + timedelta(days=at)
    if column.dtype == TIME:
        return TIME_OF_DAY + timedelta(hours=at)
    if column.dtype == NUMBERS:
        return [float(at), 0.5]
    assert number is not None, f"no value for {column.name} of type {column.dtype}; add it here"
    return int(number) + at if column.dtype == WHOLE else number + at


def measure_of(table: Table, row: Mapping[str, Any]) -> Measure | None:
    """What a row measures, if its table declares measures."""
    return next((one for one in table.measures if one.name == row["measure"]), None)


def _numbers(table: Table, measure: Measure | None) -> dict[str, float]:
    """Numbers within their ranges; those that are in an order ascend."""
    orders = (*table.intervals, *table.ascending)
    ranges = {c.name: range_of(table, c, measure) for c in table.columns if _is_number(c)}
    steps = dict.fromkeys(ranges, 1)
    for _ in orders:  # as often as an order may hang on another one
        for order in orders:
            lowest = max(ranges[name][0] for name in order)
            highest = min(ranges[name][1] for name in order)
            ranges |= dict.fromkeys(order, (lowest, highest))
            for lower, upper in pairwise(order):
                steps[upper] = max(steps[upper], steps[lower] + 1)
    most = max(steps.values(), default=0) + 1
    return {name: _between(*ranges[name], steps[name] / most) for name in ranges}


def _is_number(column: Column) -> bool:
    return column.dtype in (NUMBER, WHOLE)


def range_of(table: Table, column: Column, measure: Measure | None) -> tuple[float, float]:
    """Where the numbers of a column lie in rows of a measure."""
    if column.name == "value" and measure is not None:
        width = measure.width
        return (-width, width) if table.differences else (measure.lowest, measure.highest)
    return (
        -inf if column.lowest is None else column.lowest,
        inf if column.highest is None else column.highest,
    )


def _between(lowest: float, highest: float, share: float) -> float:
    if not isfinite(lowest):
        lowest = highest - SPAN if isfinite(highest) else 0.0
    if not isfinite(highest):
        highest = lowest + SPAN
    return lowest + (highest - lowest) * share
