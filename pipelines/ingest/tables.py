"""Put a study's mapped tables together, and count what every file offered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from pipelines.contract.canonical import CANONICAL
from pipelines.contract.ingest import OFFERS
from pipelines.contract.table import TEXT, WHOLE
from pipelines.core import engine
from pipelines.core.engine import Frame
from pipelines.core.errors import ContractError
from pipelines.core.study import Study, TableMap
from pipelines.ingest.codes import require_declared
from pipelines.ingest.layout import require_columns
from pipelines.ingest.mapping import Origin, keep_one_per_key, map_rows
from pipelines.ingest.readers import RawTable

Lift = Callable[[pl.LazyFrame], Frame]

# What is counted while a file is mapped; `ledger` makes `OFFERS` of it.
OFFERED_COLUMNS = {
    "table": TEXT,
    "source": TEXT,
    "source_file": TEXT,
    "lines": WHOLE,
    "rows_read": WHOLE,
    "may_skip": pl.Boolean(),
}


@dataclass(frozen=True)
class Mapped:
    """A study's mapped tables, and the rows that each file offered to each of them."""

    tables: dict[str, pl.LazyFrame]
    offers: pl.DataFrame


def map_study(study: Study, raw: Iterable[RawTable], lift: Lift) -> Mapped:
    """Map every source of a study to the six canonical tables.

    Parameters
    ----------
    raw : iterable of RawTable
        Every file of every source, in order.
    lift : callable
        Hands rows read by Polars to the engine that maps them.

    Raises
    ------
    SourceError
        If a file lacks a column that the map names, or holds an undeclared code.
    """
    files = [(file, lift(file.rows)) for file in raw]
    parts: dict[str, list[pl.LazyFrame]] = {name: [] for name in CANONICAL}
    offers = []
    for source_name, source in study.map.sources.items():
        own = [(file, rows) for file, rows in files if file.source == source_name]
        for file, rows in own:
            where = f"{study.folder.name}/{file.file}"
            for table in source.tables:
                require_columns(rows.collect_schema().names(), table, where)
                offers.append(_offer(file, table))
            require_declared(rows, study, source.tables, where)
        for table in source.tables:
            if own:
                parts[table.table].append(engine.to_polars(_map_files(study, own, table)))
    tables = {name: _together(study, name, listed) for name, listed in parts.items()}
    return Mapped(tables, pl.DataFrame(offers, schema=OFFERED_COLUMNS, orient="row"))


def _map_files(study: Study, own: list[tuple[RawTable, Frame]], table: TableMap) -> Frame:
    mapped = [map_rows(rows, Origin(study, file.source, file.file), table) for file, rows in own]
    rows = nw.concat(mapped, how="vertical") if len(mapped) > 1 else mapped[0]
    if table.one_per_key:
        rows = keep_one_per_key(rows, CANONICAL[table.table].key)
    return rows


def _together(study: Study, name: str, parts: list[pl.LazyFrame]) -> pl.LazyFrame:
    empty = study.mapped(name).without_rows().lazy()
    return pl.concat(parts, how="vertical") if parts else empty


def _offer(file: RawTable, table: TableMap) -> tuple[str, str, str, int, int, bool]:
    """Count the rows a file offers to a table: its lines, times the columns unpivoted."""
    wide = table.unpivot.columns if table.unpivot else table.answers
    width = len(wide) if wide and not table.long else 1
    may_skip = bool(table.skip_when_missing or table.long or table.one_per_key)
    return table.table, file.source, file.file, file.lines, file.lines * width, may_skip


def ledger(offers: pl.DataFrame, written: pl.DataFrame) -> pl.DataFrame:
    """Set the rows written against the rows offered, per table and file.

    Parameters
    ----------
    offers : DataFrame
        From `map_study`.
    written : DataFrame
        Columns table, source, source_file and rows, counted in the tables as written.

    Raises
    ------
    ContractError
        If rows were lost that the map does not allow to be skipped.
    """
    keys = ["table", "source", "source_file"]
    total = offers.group_by(keys).agg(
        pl.col("lines").first(), pl.col("rows_read").sum(), pl.col("may_skip").any()
    )
    counted = total.join(written, on=keys, how="left").with_columns(
        rows_skipped=pl.col("rows_read") - pl.col("rows").fill_null(0).cast(WHOLE)
    )
    lost = counted.filter(
        (pl.col("rows_skipped") < 0) | ((pl.col("rows_skipped") > 0) & ~pl.col("may_skip"))
    )
    if not lost.is_empty():
        row = lost.sort(keys).row(0, named=True)
        raise ContractError(
            f"{row['source_file']} to {row['table']}",
            expected=f"{row['rows_read']} rows",
            got=f"{row['rows']}",
            todo="this is a fault of Touchstone; please report it",
        )
    return counted.select(*OFFERS.schema).sort(keys)
