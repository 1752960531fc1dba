"""Read raw files and databases as study.yaml declares them, and say where they differ.

Every reader returns rows with the file's own columns, nothing cast, and `source_row`. Codes
stay codes: the map says what they mean. Large files are scanned, not loaded.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from pipelines.core.errors import SourceError, closest
from pipelines.core.study import Source, Study

Scratch = Callable[[], Path]  # makes a folder for temporary files, if one is needed
Reader = Callable[[Source, Path, str, Scratch], pl.LazyFrame]


@dataclass(frozen=True)
class RawTable:
    """One raw file as it is.

    Parameters
    ----------
    source : str
        Its name in study.yaml.
    file : str
        Path relative to the study's folder; ``sql:<source>`` for a query.
    rows : LazyFrame
        The file's columns, names without surrounding blanks, empty cells null, and
        `source_row`, which is 1 for the first data row. Rows without any filled cell are
        left out. CSV and Excel cells are text; the other readers keep the file's types.
    lines : int
        Number of rows.
    """

    source: str
    file: str
    rows: pl.LazyFrame
    lines: int


def read_source(study: Study, name: str) -> list[RawTable]:
    """Read all files of one source, sorted by their names.

    Raises
    ------
    SourceError
        If no file matches, or one is not what study.yaml says.
    """
    source = study.map.sources[name]
    if source.reader == "sql":
        return [read_query(study, name)]
    return [read_file(study, name, path) for path in find_files(study, name)]


def find_files(study: Study, name: str) -> list[Path]:
    """Find the files of one source, sorted by their names.

    Raises
    ------
    SourceError
        If there is none; the nearest names are listed.
    """
    pattern = study.map.sources[name].files or ""
    where = f"{study.name}/study.yaml: sources.{name}.files"
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        raise SourceError(
            where,
            expected="a pattern below the study's folder",
            got=repr(pattern),
            todo="put the files into its raw/ folder",
        )
    found = sorted(path for path in study.folder.glob(pattern) if _is_data(path))
    if not found:
        there = [
            path.relative_to(study.folder).as_posix()
            for path in study.folder.glob("raw/**/*")
            if _is_data(path)
        ]
        raise SourceError(
            where,
            expected=f"files that match {pattern!r}",
            got="none",
            todo=f"{closest(pattern, there)} (in {study.folder.name}/)",
        )
    return found


def _is_data(path: Path) -> bool:
    """Whether a path is a file, and no hidden one or lock of an open workbook."""
    return path.is_file() and not path.name.startswith((".", "~$"))


def read_file(study: Study, name: str, path: Path) -> RawTable:
    """Read one file of a source.

    Raises
    ------
    SourceError
        If it is not what study.yaml says.
    """
    file = path.relative_to(study.folder).as_posix()
    where = f"{study.name}/{file}"
    return _counted(name, file, read_rows(study.map.sources[name], path, where), where)


def read_rows(source: Source, path: Path, where: str) -> pl.LazyFrame:
    """Read a file as one of a source; `where` names it in messages.

    Raises
    ------
    SourceError
        If it is not what `source` says.
    """
    if path.stat().st_size == 0:
        raise SourceError(
            where, expected="a table", got="an empty file", todo="export it again, or remove it"
        )
    return _reader(source.reader)(source, path, where, _scratch)


def _reader(kind: str) -> Reader:
    """Import one reader: the libraries of the others would only cost time."""
    if kind == "csv":
        from pipelines.ingest.delimited import read_csv

        return read_csv
    if kind == "parquet":
        from pipelines.ingest.parquet import read_parquet

        return read_parquet
    if kind == "xlsx":
        from pipelines.ingest.excel import read_xlsx

        return read_xlsx
    from pipelines.ingest.spss import read_sav

    return read_sav


def read_query(study: Study, name: str) -> RawTable:
    """Run the query of a source.

    Raises
    ------
    SourceError
        If the database cannot be reached, or refuses the query.
    """
    from pipelines.ingest.database import read_sql

    where = f"{study.name}/study.yaml: sources.{name}"
    folder = Path(tempfile.mkdtemp(dir=_scratch()))
    rows = read_sql(study.map.sources[name], study.folder, where, folder)
    return _counted(name, f"sql:{name}", rows, where)


def _counted(name: str, file: str, rows: pl.LazyFrame, where: str) -> RawTable:
    lines = rows.select(pl.len()).collect().item()
    if not lines:
        raise SourceError(
            where,
            expected="at least one row",
            got="only column names",
            todo="export it again, or remove it",
        )
    return RawTable(name, file, rows, lines)


@cache
def _scratch() -> Path:
    """Make a folder for temporary files; it goes when the process ends."""
    folder = tempfile.mkdtemp(prefix="touchstone-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
