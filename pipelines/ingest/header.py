"""Column names: tidy, each once, none of them ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import polars as pl

from pipelines.core.errors import SourceError, examples

SOURCE_ROW = "source_row"


def tidy_names(names: Sequence[str | None], where: str) -> list[str]:
    """Strip blanks around names; a column without a name is called by its place.

    >>> tidy_names([" id", ""], "raw/a.csv")
    ['id', 'column_2']

    Raises
    ------
    SourceError
        If two columns have the same name, or one is called `source_row`.
    """
    tidy = [(name or "").strip() or f"column_{i}" for i, name in enumerate(names, start=1)]
    twice = [name for name, n in Counter(tidy).items() if n > 1]
    if twice:
        places = [str(i) for i, name in enumerate(tidy, start=1) if name == twice[0]]
        raise SourceError(
            f"{where}: header",
            expected="every column name once",
            got=f"{examples(twice)} (columns {' and '.join(places)})",
            todo="rename one of the columns",
        )
    if SOURCE_ROW in tidy:
        raise SourceError(
            f"{where}: header",
            expected=f"no column called {SOURCE_ROW!r}, which Touchstone adds",
            got="one",
            todo="rename the column",
        )
    return tidy


def with_tidy_names(rows: pl.LazyFrame, where: str) -> pl.LazyFrame:
    """Rename the columns of a frame; see `tidy_names`."""
    names = rows.collect_schema().names()
    return rows.rename(dict(zip(names, tidy_names(names, where), strict=True)))


def number_rows(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Add `source_row`, 1 for the first row."""
    return rows.with_row_index(SOURCE_ROW, offset=1).with_columns(pl.col(SOURCE_ROW).cast(pl.Int64))


def without_blank_rows(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Leave out rows without any filled cell: they carry no data."""
    return rows.filter(pl.any_horizontal(pl.exclude(SOURCE_ROW).is_not_null()))
