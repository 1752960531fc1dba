"""Enforcement: a table is what its declaration says, or it is not written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from pipelines.contract.step import Step
from pipelines.contract.table import NUMBERS, Column, Table
from pipelines.core.errors import ContractError, examples

FAULTS_SHOWN = 3  # of codes; more would hide the message


def require_columns(schema: pl.Schema, table: Table, where: str) -> None:
    """Refuse a schema that is not exactly that of a table.

    Raises
    ------
    ContractError
        Naming the columns that are missing, foreign or of another type.
    """
    wanted = table.schema
    other = [
        f"{name} {schema[name]} instead of {dtype}"
        for name, dtype in wanted.items()
        if name in schema and schema[name] != dtype
    ]
    parts = [
        f"{label} {examples(names)}"
        for label, names in (
            ("missing", [name for name in wanted if name not in schema]),
            ("unknown", [name for name in schema if name not in wanted]),
            ("of another type", other),
        )
        if names
    ]
    if parts:
        raise ContractError(
            where,
            expected=f"the {len(wanted)} columns of table {table.name!r}",
            got="; ".join(parts),
            todo="see docs/contract.md",
        )


def require_declared(rows: pl.DataFrame, table: Table, where: str) -> None:
    """Refuse rows that break what is declared of their table.

    Types, required values, ranges, value lists, codes, intervals, orders and the key are
    looked at, in one pass over the rows.

    Raises
    ------
    ContractError
        Naming the first rule that is broken, how often, and the first rows that break it.
    """
    require_columns(rows.schema, table, where)
    rules = list(faults(table))
    counted = rows.select(
        broken.fill_null(False).sum().alias(str(at)) for at, (_, broken, _) in enumerate(rules)
    )
    for at, (expected, broken, columns) in enumerate(rules):
        n = counted[str(at)][0]
        if n:
            shown = list(dict.fromkeys((*table.key, *columns)))
            first = rows.filter(broken.fill_null(False)).select(shown).head(2).to_dicts()
            raise _refusal(
                where, expected, f"{n:,} rows otherwise, such as {examples(first)}", table
            )
    for column in table.columns:
        _require_codes(rows[column.name], column, where)
    _require_key(rows, table, where)


def faults(table: Table) -> Iterator[tuple[str, pl.Expr, tuple[str, ...]]]:
    """What is declared row by row: in words, as an expression that is true where it is broken,
    and the columns it concerns.
    """
    for column in table.columns:
        yield from _faults_of_column(column)
    for name, value in table.told_with.items():
        lacking = pl.col(value).is_not_null() & pl.col(name).is_null()
        yield f"{value} told with {name}", lacking, (value, name)
    for lower, upper in table.orders:
        yield f"{lower} not above {upper}", pl.col(lower) > pl.col(upper), (lower, upper)
    if table.measures:
        yield from _faults_of_measures(table)


def _faults_of_column(column: Column) -> Iterator[tuple[str, pl.Expr, tuple[str, ...]]]:
    name, cell = column.name, pl.col(column.name)
    if column.required:
        yield f"a value in {name}", cell.is_null(), (name,)
    if column.values is not None:
        yield f"{name} among {examples(column.values)}", ~cell.is_in(column.values), (name,)
    if column.dtype == pl.Float64():
        yield f"finite numbers in {name}", ~cell.is_finite(), (name,)
    if column.dtype == NUMBERS:
        told = pl.element().is_finite().fill_null(False)
        yield f"finite numbers in {name}", ~cell.list.eval(told).list.all(), (name,)
    if column.lowest is not None:
        yield f"{name} of {column.lowest:g} or more", ~(cell >= column.lowest), (name,)
    if column.highest is not None:
        yield f"{name} of {column.highest:g} or less", ~(cell <= column.highest), (name,)


def _faults_of_measures(table: Table) -> Iterator[tuple[str, pl.Expr, tuple[str, ...]]]:
    names = [measure.name for measure in table.measures]
    measure, value = pl.col("measure"), pl.col("value")
    yield (
        f"a declared measure, with the family of its interval, of {examples(names)}",
        ~measure.is_in(names),
        ("measure",),
    )
    for one in (measure for measure in table.measures if not measure.is_on_scale):
        low, high = table.range_of(one)
        outside = (measure == one.name) & ~value.is_between(low, high)
        yield f"{one.name} between {low:g} and {high:g}", outside, ("measure", "value")


def _require_codes(cells: pl.Series, column: Column, where: str) -> None:
    wrong = column.faults(cells)
    if wrong and column.codes is not None:
        raise ContractError(
            where,
            expected=f"codes in {column.name} that have a sentence in every language",
            got="; ".join(wrong[:FAULTS_SHOWN]),
            todo=f"declare them in pipelines/contract/, among the codes of {column.codes.name!r}",
        )


def _require_key(rows: pl.DataFrame, table: Table, where: str) -> None:
    twice = rows.filter(rows.select(table.key).is_duplicated())
    if not twice.is_empty():
        first = twice.select(table.key).head(1).to_dicts()
        raise _refusal(
            where,
            f"one row per {', '.join(table.key)}",
            f"{twice.height:,} rows that share theirs, such as {examples(first)}",
            table,
        )


def _refusal(where: str, expected: str, got: str, table: Table) -> ContractError:
    todo = f"mend the step, or the declaration of table {table.name!r} in pipelines/contract/"
    return ContractError(where, expected=expected, got=got, todo=todo)


def require_returned(names: Iterable[str], step: Step, where: str) -> None:
    """Refuse what a step returned if it is not exactly its declared tables.

    Raises
    ------
    ContractError
        Naming the tables that are missing, or that nobody declared.
    """
    wanted, found = [table.name for table in step.writes], list(names)
    missing = [name for name in wanted if name not in found]
    foreign = [name for name in found if name not in wanted]
    if missing or foreign:
        parts = [
            f"{label} {examples(n)}"
            for label, n in (("missing", missing), ("undeclared", foreign))
            if n
        ]
        raise ContractError(
            where,
            expected=f"the tables it declares: {examples(wanted)}",
            got="; ".join(parts),
            todo=f"declare every table in `writes` of pipelines/contract/{step.name}.py",
        )
