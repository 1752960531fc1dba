"""Ingest: raw files in, six mapped tables and a ledger out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from pipelines.core import engine, params, step, store
from pipelines.core.study import Study
from pipelines.ingest import readers, tables


def run(study: Study) -> str:
    """Map a study's raw files to ``mapped/``."""
    name = params.load().engine
    with TemporaryDirectory() as scratch:
        raw = [file for source in study.map.sources for file in readers.read_source(study, source)]
        lift = partial(engine.lift, name=name, scratch=Path(scratch))
        mapped = tables.map_study(study, raw, lift)
        for table, rows in mapped.tables.items():
            store.sink(study.path("mapped", table), rows)
    written = pl.concat(
        store.scan(study.path("mapped", table))
        .group_by(pl.lit(table).alias("table"), "source", "source_file")
        .agg(pl.len().alias("rows"))
        .collect()
        for table in mapped.tables
    )
    ledger = tables.ledger(mapped.offers, written)
    with store.replacing(study.path("mapped", "ledger")) as temporary:
        ledger.write_parquet(temporary)
    return f"{study.name}: {len(raw)} files, {written['rows'].sum():,} rows mapped"


if __name__ == "__main__":
    step.main(run)
