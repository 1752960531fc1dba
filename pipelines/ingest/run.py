"""Ingest: raw files in, six mapped tables and a ledger out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from pipelines.core import engine, outputs, params, step, store
from pipelines.core.study import Study
from pipelines.ingest import readers, tables


def run(study: Study) -> str:
    """Map a study's raw files to ``mapped/``, all of it or nothing."""
    name = params.load().engine
    with TemporaryDirectory() as scratch, outputs.replacing(study.folder, ("mapped",)) as draft:
        raw = [file for source in study.map.sources for file in readers.read_source(study, source)]
        lift = partial(engine.lift, name=name, scratch=Path(scratch))
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
        ledger.write_parquet(draft / "mapped" / "ledger.parquet")
    return f"{study.name}: {len(raw)} files, {written['rows'].sum():,} rows mapped"


if __name__ == "__main__":
    step.main(run)
