"""Bring a raw file's columns into shape: select, rename neutrally, unpivot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter

import narwhals as nw

from pipelines.core.engine import Frame
from pipelines.core.errors import SourceError, closest, examples
from pipelines.core.study import ColumnMap, TableMap
from pipelines.ingest import cells
from pipelines.ingest.header import SOURCE_ROW


@dataclass(frozen=True)
class RawCells:
    """A file's cells under neutral names.

    Parameters
    ----------
    names : mapping
        Column of the file -> name in the frame.
    times : mapping
        Name in the frame -> type, for columns that hold times; the others hold text.
    turned : mapping
        The same as `names`, for copies to turn into rows: a column may also be read as it is.
    """

    names: Mapping[str, str]
    times: Mapping[str, nw.dtypes.DType]
    turned: Mapping[str, str]

    def text(self, name: str, missing: Sequence[str] = ()) -> nw.Expr:
        """Text of a column's cells; null if blank or declared as missing."""
        alias = self.names[name]
        cell = nw.col(alias)
        if alias in self.times or alias == SOURCE_ROW:
            cell = cell.cast(nw.String)
        return nw.when(~cell.is_in(missing)).then(cell) if missing else cell

    def time(self, column: ColumnMap) -> nw.dtypes.DType | None:
        """Type of the times a column map starts from; None if it starts from text."""
        return self.times.get(self.names[column.column]) if column.column is not None else None

    def of(self, column: ColumnMap) -> nw.Expr:
        """Text that a column map starts from: a column's cells, or a template's, joined."""
        if column.template is None:
            assert column.column is not None  # ColumnMap has exactly one origin
            return self.text(column.column, column.missing)
        pieces: list[nw.Expr] = []
        for literal, name, _, _ in Formatter().parse(column.template):
            if literal:
                pieces.append(nw.lit(literal))
            if name:
                pieces.append(self.text(name, column.missing))
        return nw.concat_str(*pieces)


def columns_read(table: TableMap) -> list[str]:
    """Name the source columns a table map reads, each once."""
    return list(dict.fromkeys([*columns_turned(table), *columns_kept(table)]))


def columns_turned(table: TableMap) -> list[str]:
    """Name the source columns that a table map turns into rows."""
    if table.unpivot:
        return table.unpivot.columns
    return [] if table.long else list(table.answers.values())


def columns_kept(table: TableMap) -> list[str]:
    """Name the source columns that a table map reads in every row, each once."""
    made = {table.unpivot.name, table.unpivot.value} if table.unpivot else set()
    read = [name for column in table.columns.values() for name in column.reads]
    long = [table.long.question, table.long.answer] if table.long else []
    return list(dict.fromkeys([*long, *(name for name in read if name not in made)]))


def require_columns(present: Sequence[str], table: TableMap, where: str) -> None:
    """Refuse a file that lacks a column which the map names.

    Raises
    ------
    SourceError
        Naming the missing columns and the nearest that are there.
    """
    missing = [name for name in columns_read(table) if name not in {*present, SOURCE_ROW}]
    if missing:
        there = [name for name in present if name != SOURCE_ROW]
        raise SourceError(
            where,
            expected=f"the columns that the map to {table.table} names",
            got=f"a file without {examples(missing)}",
            todo=f"for {missing[0]!r} {closest(missing[0], there)}",
        )


def take_columns(
    rows: Frame, columns: Sequence[str], turned: Sequence[str] = ()
) -> tuple[Frame, RawCells]:
    """Select columns, as text, under neutral names, so that none meets a contract column's.

    Times stay times. Columns to be turned into rows are taken apart from those to be kept.
    """
    names = {name: f"raw_{number}" for number, name in enumerate(columns)}
    copies = {name: f"turned_{number}" for number, name in enumerate(turned)}
    schema = rows.collect_schema()
    both = [*names.items(), *copies.items()]
    times = {alias: schema[name] for name, alias in both if schema[name].is_temporal()}
    taken = (
        (nw.col(name) if alias in times else cells.text(name, schema[name])).alias(alias)
        for name, alias in both
    )
    raw = RawCells({**names, SOURCE_ROW: SOURCE_ROW}, times, copies)
    return rows.select(nw.col(SOURCE_ROW).cast(nw.Int64), *taken), raw


def unpivot(
    rows: Frame, wide: Sequence[str], labels: Mapping[str, str], name: str, value: str
) -> Frame:
    """One row per text column of `wide`; `order` keeps the columns' order."""
    index = [column for column in rows.collect_schema().names() if column not in wide]
    long = rows.unpivot(on=list(wide), index=index, variable_name="alias", value_name=value)
    alias = nw.col("alias")
    named = [labels[column] for column in wide]
    # `default` is never taken; Spark wants one.
    return long.with_columns(
        alias.replace_strict(list(wide), named, default=None).alias(name),
        alias.replace_strict(list(wide), list(range(len(wide))), default=None).alias("order"),
    ).drop("alias")
