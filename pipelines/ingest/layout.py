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

ROW = "source_row"


@dataclass(frozen=True)
class RawCells:
    """A file's cells under neutral names.

    Parameters
    ----------
    names : mapping
        Column of the file -> name in the frame.
    schema : mapping
        Name in the frame -> type.
    """

    names: Mapping[str, str]
    schema: Mapping[str, nw.dtypes.DType]

    def text(self, name: str, missing: Sequence[str] = ()) -> nw.Expr:
        """Text of a column's cells; null if blank or declared as missing."""
        alias = self.names[name]
        cell = cells.text(alias, self.schema[alias])
        return nw.when(~cell.is_in(missing)).then(cell) if missing else cell

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
    made = {table.unpivot.name, table.unpivot.value} if table.unpivot else set()
    wide = table.unpivot.columns if table.unpivot else []
    read = [name for column in table.columns.values() for name in column.reads]
    names = [*table.answers.values(), *wide, *(name for name in read if name not in made)]
    return list(dict.fromkeys(names))


def require_columns(present: Sequence[str], table: TableMap, where: str) -> None:
    """Refuse a file that lacks a column which the map names.

    Raises
    ------
    SourceError
        Naming the missing columns and the nearest that are there.
    """
    missing = [name for name in columns_read(table) if name not in {*present, ROW}]
    if missing:
        there = [name for name in present if name != ROW]
        raise SourceError(
            where,
            expected=f"the columns that the map to {table.table} names",
            got=f"a file without {examples(missing)}",
            todo=f"for {missing[0]!r} {closest(missing[0], there)}",
        )


def alias_columns(rows: Frame, columns: Sequence[str]) -> tuple[dict[str, str], Frame]:
    """Select the columns under neutral names, so that none meets a contract column's."""
    raw = {name: f"raw_{number}" for number, name in enumerate(columns)}
    return raw | {ROW: ROW}, rows.select(
        nw.col(ROW).cast(nw.Int64), *(nw.col(name).alias(alias) for name, alias in raw.items())
    )


def unpivot(
    rows: Frame, wide: Sequence[str], labels: Mapping[str, str], name: str, value: str
) -> Frame:
    """One row per column of `wide`; `order` keeps the columns' order."""
    schema = rows.collect_schema()
    index = [column for column in schema.names() if column not in wide]
    texts = rows.with_columns(
        *(cells.text(column, schema[column]).alias(column) for column in wide)
    )
    long = texts.unpivot(on=list(wide), index=index, variable_name="alias", value_name=value)
    alias = nw.col("alias")
    numbers = list(range(len(wide)))
    # `default` is never taken; Spark wants one.
    return long.with_columns(
        alias.replace_strict(list(wide), [labels[column] for column in wide], default=None).alias(
            name
        ),
        alias.replace_strict(list(wide), numbers, default=None).alias("order"),
    ).drop("alias")
