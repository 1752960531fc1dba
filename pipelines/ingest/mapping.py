"""Map a source's rows to a canonical table, as study.yaml says; the same on every engine.

Nothing is lost: a row stays a row. A cell that cannot be read leaves its column null and
is named in `unreadable`, so that validation sends the row to quarantine with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import narwhals as nw

from pipelines.contract.table import DATE, FLAG, NUMBER, TIME, Column, Table
from pipelines.core import engine
from pipelines.core.engine import Frame
from pipelines.core.errors import StudyError
from pipelines.core.study import ColumnMap, Study, TableMap, Unpivot
from pipelines.ingest import cells
from pipelines.ingest.answers import read_answers, read_long_answers
from pipelines.ingest.header import SOURCE_ROW
from pipelines.ingest.layout import RawCells, columns_kept, columns_turned, take_columns, unpivot


@dataclass(frozen=True)
class Origin:
    """Where rows come from: the study, the source in its map, and one raw file."""

    study: Study
    source: str
    file: str


def map_rows(rows: Frame, origin: Origin, table: TableMap) -> Frame:
    """Map one raw file's rows to one canonical table.

    Parameters
    ----------
    rows : Frame
        The file's columns and `source_row`.
    table : TableMap
        The part of study.yaml that says how; its columns are all in `rows`.

    Returns
    -------
    Frame
        Columns of ``origin.study.mapped(table.table)``; one row per row of the file, or
        per row and unpivoted column, without those that `skip_when_missing` leaves out.
        In the order of `source_row`, then of the columns unpivoted.
    """
    target = origin.study.mapped(table.table)
    rows, raw = take_columns(rows, columns_kept(table), columns_turned(table))
    if table.long:
        rows = read_long_answers(rows, raw, origin.study, table.answers, table.long)
    elif table.answers:
        rows = read_answers(rows, raw, origin.study, table.answers)
    elif table.unpivot:
        rows, raw = _unpivoted(rows, raw, table.unpivot)
    rows = _fill(rows, target, table.columns, raw, origin.study)
    if table.skip_when_missing:
        rows = rows.filter(
            ~nw.any_horizontal(
                *(nw.col(name).is_null() for name in table.skip_when_missing), ignore_nulls=True
            )
        )
    return _in_order(_finish(rows, target, origin), table)


def keep_one_per_key(rows: Frame, key: Sequence[str]) -> Frame:
    """Keep the first row of each key, by file and row; rows without a key all stay."""
    keyless = nw.any_horizontal(*(nw.col(name).is_null() for name in key), ignore_nulls=True)
    first_file = nw.col("source_file") == nw.col("source_file").min().over(*key)
    rows = rows.filter(first_file | keyless)
    return rows.filter((nw.col(SOURCE_ROW) == nw.col(SOURCE_ROW).min().over(*key)) | keyless)


def _unpivoted(rows: Frame, raw: RawCells, how: Unpivot) -> tuple[Frame, RawCells]:
    labels = {raw.turned[name]: name for name in how.columns}
    rows = unpivot(rows, list(labels), labels, how.name, how.value)
    return rows, replace(raw, names={**raw.names, how.name: how.name, how.value: how.value})


def _fill(
    rows: Frame, target: Table, columns: Mapping[str, ColumnMap], raw: RawCells, study: Study
) -> Frame:
    """Add the columns of the contract that the map names, and what could not be read."""
    expressions: list[nw.Expr] = []
    times: dict[str, ColumnMap] = {}
    for name, column in columns.items():
        expressions += _read(target.column(name), column, raw, study)
        if target.column(name).dtype in (TIME, DATE) and column.constant is None:
            times[name] = column
    rows = rows.with_columns(*expressions)
    for name, column in times.items():
        dtype = raw.time(column)
        if dtype is None:
            rows = _parse_time(rows, target.column(name), column, study)
        else:
            rows = _convert_time(rows, target.column(name), dtype, study)
    return rows


def _read(target: Column, column: ColumnMap, raw: RawCells, study: Study) -> list[nw.Expr]:
    """Make one column, and what could not be read of it; of a time, only its text."""
    if column.constant is not None:
        return [_cast(nw.lit(column.constant), target).alias(target.name)]
    if column.product is not None:
        return _multiply(target, column, raw)
    if target.dtype in (TIME, DATE) and raw.time(column) is not None:
        return [nw.col(raw.names[column.column or ""]).alias(target.name)]
    cell, codes = raw.of(column), study.values_of(column)
    if codes is not None:
        cell = cells.translated(cell, codes, column.otherwise)
    elif column.patterns is not None:
        cell = cells.matched(cell, column.patterns, column.otherwise)
    if target.dtype == NUMBER:
        value, noun = cells.number(cell, column.decimal), "is no number"
    elif target.dtype == FLAG:
        value, noun = cells.flag(cell), "is neither yes nor no"
    else:
        return [cell.alias(target.name)]
    problem = cells.problem(~cell.is_null() & value.is_null(), target.name, cell, noun)
    return [value.alias(target.name), problem]


def _multiply(target: Column, column: ColumnMap, raw: RawCells) -> list[nw.Expr]:
    """Multiply numbers; name each factor that is none."""
    texts = {name: raw.text(name, column.missing) for name in column.product or []}
    factors = {name: cells.number(cell, column.decimal) for name, cell in texts.items()}
    product = reduce(nw.Expr.__mul__, factors.values())
    problems = [
        cells.problem(~cell.is_null() & factors[name].is_null(), name, cell, "is no number")
        for name, cell in texts.items()
    ]
    return [product.alias(target.name), *problems]


def _convert_time(rows: Frame, target: Column, dtype: nw.dtypes.DType, study: Study) -> Frame:
    """Bring a time that is one in the file to UTC, and a day to the study's zone.

    Without a zone it is the study's.
    """
    local = dtype == nw.Date or getattr(dtype, "time_zone", None) is None
    if target.dtype == TIME and local:
        rows = engine.to_utc(rows, target.name, study.map.time_zone)
    if target.dtype == DATE and not local:
        rows = engine.to_local(rows, target.name, study.map.time_zone)
    return rows.with_columns(_cast(nw.col(target.name), target).alias(target.name))


def _parse_time(rows: Frame, target: Column, column: ColumnMap, study: Study) -> Frame:
    """Read a time written as text, in the study's zone."""
    name = target.name
    if column.format is None:
        raise StudyError(
            f"{study.name}/study.yaml: columns.{name}",
            expected="a `format`, since the file holds text there",
            got="none",
            todo='add one, for instance format: "%Y-%m-%d"',
        )
    zone = study.map.time_zone if target.dtype == TIME else "UTC"
    text = f"{name}_text"
    rows = rows.with_columns(nw.col(name).alias(text))
    rows = engine.parse_time(rows, name, column.format, zone)
    unread = ~nw.col(text).is_null() & nw.col(name).is_null()
    noun = f"is no time like {column.format}"
    rows = rows.with_columns(cells.problem(unread, name, nw.col(text), noun))
    return rows.with_columns(_cast(nw.col(name), target).alias(name))


def _cast(value: nw.Expr, target: Column) -> nw.Expr:
    """Cast to a contract column's type."""
    if target.dtype == TIME:
        return value.cast(nw.Datetime("us", "UTC"))
    if target.dtype == DATE:
        return value.cast(nw.Date)
    if target.dtype == NUMBER:
        return value.cast(nw.Float64)
    return value.cast(nw.Boolean if target.dtype == FLAG else nw.String)


def _finish(rows: Frame, target: Table, origin: Origin) -> Frame:
    """Add the trace and the columns the map says nothing about; keep the contract's order."""
    there = rows.collect_schema().names()
    problems = [nw.col(name) for name in there if name.startswith(cells.PROBLEM)]
    unreadable: nw.Expr = nw.lit(None, dtype=nw.String)
    if problems:
        joined = nw.concat_str(*problems, separator="; ", ignore_nulls=True)
        unreadable = nw.when(joined != "").then(joined)
    added = {
        "source": nw.lit(origin.source),
        "source_file": nw.lit(origin.file),
        "unreadable": unreadable,
    }
    for column in target.columns:
        if column.name not in {*there, *added}:
            added[column.name] = _default(column, target)
    rows = rows.with_columns(**added)
    order = ["order"] if "order" in there else []
    return rows.select(*target.schema, *order)


def _default(column: Column, target: Table) -> nw.Expr:
    """A survey without weights counts each answer once; all else is null."""
    if (target.name, column.name) == ("responses", "weight"):
        return nw.lit(1.0)
    return _cast(nw.lit(None), column)


def _in_order(rows: Frame, table: TableMap) -> Frame:
    """Sort what unpivoting has turned; other rows keep the file's order."""
    if table.long or not (table.answers or table.unpivot):
        return rows
    return rows.sort(SOURCE_ROW, "order").drop("order")
