"""Read SQL databases: SQLite and PostgreSQL, batch by batch, in an order that does not change."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
import sqlalchemy as sa
from psycopg.types.string import TextLoader

from pipelines.core.errors import SourceError, examples
from pipelines.core.study import Source
from pipelines.ingest.header import number_rows, tidy_names

ROWS_PER_BATCH = 50_000  # rows
_DIALECTS = ("sqlite", "postgresql")
_AS_TEXT = ("uuid", "json", "jsonb", "interval")
_READ_ONLY = {
    "stream_results": True,  # do not fetch all rows at once
    "max_row_buffer": ROWS_PER_BATCH,
    "no_parameters": True,  # a % or : in the query is meant as it is
    "postgresql_readonly": True,
}


def read_sql(source: Source, folder: Path, where: str, scratch: Path) -> pl.LazyFrame:
    """Run a source's query and keep its rows in Parquet files in `scratch`.

    The database sorts the rows by all columns, from left to right: `source_row` is the
    same on every run, whatever order the database would choose.

    Parameters
    ----------
    folder : Path
        The study's folder; a SQLite file is looked for below it.

    Raises
    ------
    SourceError
        If a variable of the address is not set, the database cannot be reached, refuses
        the query, or returns no rows or a type that no table can hold.
    """
    url = _address(source.url or "", os.environ, folder, where)
    query = _subquery(source.query or "")
    parts: list[pl.LazyFrame] = []
    with _connected(url, where) as connection:
        with _result(connection, f"SELECT * FROM {query} LIMIT 0", where) as none:
            names = tidy_names(list(none.keys()), f"{where}.query")
        order = ", ".join(str(i) for i in range(1, len(names) + 1))
        with _result(connection, f"SELECT * FROM {query} ORDER BY {order}", where) as result:
            for batch in result.partitions(ROWS_PER_BATCH):
                part = scratch / f"{len(parts)}.parquet"
                _frame(batch, names, where).write_parquet(part)
                parts.append(pl.scan_parquet(part, glob=False))
    if not parts:
        raise SourceError(
            f"{where}.query", expected="at least one row", got="none", todo="correct the query"
        )
    rows = pl.concat(parts, how="vertical_relaxed")
    return number_rows(rows.with_columns(pl.selectors.by_dtype(pl.Null).cast(pl.String)))


def _address(raw: str, environment: Mapping[str, str], folder: Path, where: str) -> sa.URL:
    """Fill in the variables of an address; a SQLite file is one of the study's."""
    try:
        url = sa.make_url(_filled_in(raw, environment, where))
    except (sa.exc.ArgumentError, ValueError):
        raise _bad_address(where, "something else") from None  # it may hold a password
    dialect = url.get_backend_name()
    if dialect not in _DIALECTS:
        raise _bad_address(where, f"one of {dialect}")
    if dialect == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    path = folder / (url.database or "")
    if not path.is_file():
        raise SourceError(
            f"{where}.url",
            expected="a SQLite file in the study's folder",
            got=f"no file {url.database!r}",
            todo="write sqlite:///raw/<file>",
        )
    return url.set(drivername="sqlite", database=str(path))


_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


def _filled_in(raw: str, environment: Mapping[str, str], where: str) -> str:
    """Replace ``$NAME``; what stands before the host is quoted, for it may hold any sign."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name not in environment:
            raise SourceError(
                f"{where}.url",
                expected=f"the environment variable {name}",
                got="none of that name",
                todo=f"set it before you start, for instance: export {name}=...",
            )
        return environment[name]

    if _VARIABLE.fullmatch(raw):
        return _VARIABLE.sub(value, raw)
    user, at, host = raw.rpartition("@")
    return _VARIABLE.sub(lambda m: quote(value(m), safe=""), user) + at + _VARIABLE.sub(value, host)


def _bad_address(where: str, got: str) -> SourceError:
    return SourceError(
        f"{where}.url",
        expected="the address of a SQLite or PostgreSQL database",
        got=got,
        todo="write sqlite:///raw/shop.db or postgresql://$USER:$PASSWORD@host/database",
    )


def _subquery(query: str) -> str:
    """Wrap the query, so that the database refuses anything but a SELECT."""
    return f"({query.strip().rstrip(';')}\n) AS source"


@contextmanager
def _connected(url: sa.URL, where: str) -> Iterator[sa.Connection]:
    postgres = url.get_backend_name() == "postgresql"
    engine = sa.create_engine(
        url, poolclass=sa.NullPool, connect_args={"connect_timeout": 10} if postgres else {}
    )
    try:
        connection = engine.connect().execution_options(**_READ_ONLY)
    except sa.exc.DBAPIError as error:
        place = f"{url.database!r} at {url.host}:{url.port or 5432}" if postgres else url.database
        raise SourceError(
            f"{where}.url",
            expected=f"a connection to the database {place}",
            got=_said(error, url),
            todo="start the database, or correct address, user or password",
        ) from None
    with connection:
        if postgres:
            driver: Any = connection.connection.dbapi_connection
            driver.execute("SET TIME ZONE 'UTC'")
            for name in _AS_TEXT:
                driver.adapters.register_loader(name, TextLoader)
        yield connection


@contextmanager
def _result(
    connection: sa.Connection, statement: str, where: str
) -> Iterator[sa.CursorResult[Any]]:
    try:
        with connection.exec_driver_sql(statement) as result:
            yield result
    except sa.exc.DBAPIError as error:  # also of a row, later on
        raise _refused(error, connection.engine.url, where) from None


def _refused(error: sa.exc.DBAPIError, url: sa.URL, where: str) -> SourceError:
    return SourceError(
        f"{where}.query",
        expected="a SELECT that the database can run, and sort by each of its columns",
        got=_said(error, url),
        todo="try the query in the database's own shell and correct it",
    )


def _said(error: sa.exc.DBAPIError, url: sa.URL) -> str:
    """What the database said, on one line and without the password."""
    text = str(error.orig).strip().splitlines()[0]
    return text.replace(str(url.password), "***") if url.password else text


def _frame(rows: Sequence[sa.Row[Any]], names: list[str], where: str) -> pl.DataFrame:
    """Make a frame of one batch; of mixed types in SQLite, text wins."""
    frame = pl.DataFrame(
        [tuple(row) for row in rows],
        schema=names,
        orient="row",
        infer_schema_length=None,
        strict=False,
    )
    strange = pl.selectors.nested() | pl.selectors.object() | pl.selectors.binary()
    if found := frame.select(strange).schema:
        raise SourceError(
            f"{where}.query",
            expected="numbers, texts, dates and times",
            got=f"{examples(found)} of type {next(iter(found.values()))}",
            todo="cast the column to text in the query",
        )
    return frame
