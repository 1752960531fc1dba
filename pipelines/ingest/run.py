"""Ingest: raw files in, six mapped tables and a ledger out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from pipelines.contract.ingest import OFFERS, IngestSettings
from pipelines.core import engine, store
from pipelines.core.study import Study
from pipelines.core.tables import Read
from pipelines.ingest import readers, tables


def run(study: Study, settings: IngestSettings, _read: Read, draft: Path) -> str:
    """Map a study's raw files to ``mapped/``."""
    with TemporaryDirectory() as scratch:
        raw = [file for source in study.map.sources for file in readers.read_source(study, source)]
        lift = partial(engine.lift, name=settings.engine, scratch=Path(scratch))
        mapped = tables.map_study(study, raw, lift)
        paths = {table: draft / "mapped" / f"{table}.parquet" for table in mapped.tables}
        for table, rows in mapped.tables.items():
            store.sink(paths[table], rows)
        written = pl.concat(
            store.scan(path)
            .group_by(pl.lit(table).alias("table"), "source", "source_file")
            .agg(pl.len().alias("rows"))
            .collect()
            for table, path in paths.items()
        )
        ledger = tables.ledger(mapped.offers, written)
        store.write(draft / "mapped" / "ledger.parquet", ledger, OFFERS)
    return f"{len(raw)} files, {written['rows'].sum():,} rows mapped"
