"""Read delimited text: any encoding and delimiter, every cell as text."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

import polars as pl

from pipelines.core.study import Source
from pipelines.ingest.encodings import is_utf8, require_encoding, utf8_chunks
from pipelines.ingest.header import number_rows, tidy_names, without_blank_rows
from pipelines.ingest.records import lay_out


def read_csv(source: Source, path: Path, where: str, scratch: Callable[[], Path]) -> pl.LazyFrame:
    """Scan a delimited file; one in another encoding than UTF-8 is first copied as UTF-8.

    Parameters
    ----------
    scratch : callable
        Gives the folder for that copy, which stays until the process ends.

    Raises
    ------
    SourceError
        If encoding, delimiter, header or lines are not what study.yaml says.
    """
    require_encoding(source.encoding, where)
    chunks = utf8_chunks(path, source.encoding, where)
    if is_utf8(source.encoding):
        layout = lay_out(chunks, source.delimiter, where)
    else:
        with tempfile.NamedTemporaryFile(dir=scratch(), suffix=".csv", delete=False) as copy:
            layout = lay_out(_copied(chunks, copy), source.delimiter, where)
        path = Path(copy.name)
    names = tidy_names(layout.header, where)
    rows = pl.scan_csv(
        path,
        separator=source.delimiter,
        infer_schema=False,
        null_values="",  # also the quoted ones
        with_column_names=lambda _: names,
        glob=False,
    )
    rows = number_rows(rows)
    return without_blank_rows(rows) if layout.may_have_blank_rows else rows


def _copied(chunks: Iterable[bytes], copy: IO[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        copy.write(chunk)
        yield chunk
