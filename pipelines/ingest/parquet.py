"""Read Parquet files, with the types they have."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.core.errors import SourceError
from pipelines.core.study import Source
from pipelines.ingest.header import number_rows, with_tidy_names

MAGIC_BYTES = b"PAR1"


def read_parquet(_source: Source, path: Path, where: str, _scratch: object) -> pl.LazyFrame:
    """Scan a Parquet file.

    Raises
    ------
    SourceError
        If it is none, or its end is missing, where the table of contents stands.
    """
    _require_marks(path, where)
    rows = pl.scan_parquet(path, glob=False)
    try:
        rows.collect_schema()
    except pl.exceptions.ComputeError as error:
        raise SourceError(
            where,
            expected="a readable Parquet file",
            got=str(error).splitlines()[0],
            todo="export it again",
        ) from error
    return number_rows(with_tidy_names(rows, where))


def _require_marks(path: Path, where: str) -> None:
    with path.open("rb") as file:
        first = file.read(len(MAGIC_BYTES))
        file.seek(max(path.stat().st_size - len(MAGIC_BYTES), 0))
        last = file.read()
    if first != MAGIC_BYTES:
        raise SourceError(
            where,
            expected=f"a Parquet file, which begins with {MAGIC_BYTES.decode()}",
            got=f"one that begins with {first!r}",
            todo="correct `reader` in study.yaml, or export the file again",
        )
    if last != MAGIC_BYTES:
        raise SourceError(
            where,
            expected=f"a whole Parquet file, which ends with {MAGIC_BYTES.decode()}",
            got=f"a truncated one of {path.stat().st_size:,} bytes",
            todo="copy or export it again",
        )
