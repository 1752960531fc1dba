"""Read and write tables: atomic, sorted, the same bytes for the same rows."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contract.table import Table
from pipelines.core.enforcement import require_columns, require_declared
from pipelines.core.errors import SourceError

ROW_GROUP = 131_072  # rows; left to Polars it follows the number of threads, and the bytes with it
SIGNIFICANT_DIGITS = 6  # float sums move in the 14th digit between thread counts


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it over `path` if all went well.

    A reader sees the old file or the new one, never half of either, also when the
    process is killed. Leftovers of killed processes are swept by the next write.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for stale in path.parent.glob(f".{path.name}.*.part"):
        stale.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        os.chmod(temporary, 0o644)  # mkstemp makes it private
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def prepare(rows: pl.DataFrame, table: Table, where: str) -> pl.DataFrame:
    """Give a small table the form it is written in: sorted by its key, floats rounded.

    Raises
    ------
    ContractError
        If the rows are then not as `table` declares.
    """
    require_columns(rows.schema, table, where)
    floats = pl.selectors.float()
    tidy = rows.select(*table.schema).sort(table.key, nulls_last=True)
    rounded = tidy.with_columns(floats.round_sig_figs(SIGNIFICANT_DIGITS))
    require_declared(rounded, table, where)
    return rounded


def write(path: Path, rows: pl.DataFrame, table: Table) -> None:
    """Write a small table; errors as of `prepare`."""
    prepared = prepare(rows, table, f"{path.parent.name}/{path.name}")
    with replacing(path) as temporary:
        prepared.write_parquet(temporary)


def sink(path: Path, rows: pl.LazyFrame) -> None:
    """Write a large table as one Parquet file without holding it in memory.

    The caller has put the rows in their final order.
    """
    with replacing(path) as temporary:
        rows.sink_parquet(temporary, maintain_order=True, row_group_size=ROW_GROUP)


def scan(path: Path) -> pl.LazyFrame:
    """Scan one Parquet file.

    Raises
    ------
    SourceError
        If it is missing, or is no Parquet file.
    """
    if not path.exists():
        raise SourceError(
            str(path), expected="a table", got="no file", todo="run `touchstone run` first"
        )
    frame = pl.scan_parquet(path)
    try:
        frame.collect_schema()
    except pl.exceptions.ComputeError as error:
        raise SourceError(
            str(path), expected="a Parquet file", got=str(error).splitlines()[0], todo="rebuild it"
        ) from error
    return frame


def read(path: Path) -> pl.DataFrame:
    """Read one Parquet file whole; see `scan`."""
    return scan(path).collect()


def write_json(path: Path, content: dict[str, Any], *, sort_keys: bool = True) -> None:
    """Write JSON; keys are sorted unless their order says something."""
    text = json.dumps(content, indent=2, sort_keys=sort_keys, ensure_ascii=False)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
