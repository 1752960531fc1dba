"""Look at columns: what their names and their cells tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import narwhals as nw
import polars as pl

from pipelines.command.drafting.words import role_of, why_missing
from pipelines.ingest import cells
from pipelines.ingest.header import SOURCE_ROW
from pipelines.ingest.spss import Variable

VALUES_LISTED = 30  # different values that are listed
MIN_SHARE_ALIKE = 0.95  # of the filled cells; a few odd ones do not change what a column is

_DOT = r"^[+-]?\d+(\.\d+)?$|^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
_COMMA = r"^[+-]?\d+(,\d+)?$|^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$"
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
COMPACT_DATE = "%Y%m%d"  # a whole number otherwise, so its name has to say that it is a date
_COMPACT = r"^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$"
_TIME_ROLES = ("date", "birth_on", "created", "delivered", "promised", "returned")
TIMES = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%d.%m.%y",  # before the next, which would read 24 as the year 24
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%m/%d/%Y",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d-%m-%Y",
)


@dataclass(frozen=True)
class Facts:
    """What is known of one column.

    `values` holds the different cells and their numbers if they are few, else nothing.
    `format` is "" for a column that holds times already.
    """

    name: str
    role: str | None
    filled: int
    unique: int
    values: dict[str, int] = field(default_factory=dict)
    decimal: str | None = None
    format: str | None = None
    either_day_or_month: bool = False
    email: bool = False
    length: float = 0.0
    spoken: float = 0.0  # share of cells with a blank in them
    label: str | None = None
    labels: dict[str, str] = field(default_factory=dict)  # code -> label, from SPSS
    missing: tuple[str, ...] = ()  # codes among `values` or `labels` that SPSS calls missing

    @property
    def is_time(self) -> bool:
        """Whether the cells are dates or times."""
        return self.format is not None

    @property
    def whole(self) -> dict[int, int]:
        """Whole numbers and how often they come, if all few values are, but words for none."""
        said = self.said_missing
        try:
            return {int(value): n for value, n in self.values.items() if value not in said}
        except ValueError:
            return {}

    @property
    def said_missing(self) -> dict[str, str]:
        """Values in words that say that there is none, and why."""
        return {value: why for value in self.values if (why := why_missing(value))}


def sample_of(rows: pl.LazyFrame, most: int) -> tuple[pl.DataFrame, set[str]]:
    """Take the first rows as the mapping will see them: trimmed text, blanks null.

    Parameters
    ----------
    most : int
        Rows taken.

    Returns
    -------
    DataFrame
        Text columns and `source_row`.
    set of str
        Columns that hold dates or times already.
    """
    schema = rows.collect_schema()
    frame = nw.from_native(rows.head(most))
    kinds = frame.collect_schema()
    texts = [cells.text(name, kinds[name]).alias(name) for name in schema if name != SOURCE_ROW]
    times = {name for name, dtype in schema.items() if dtype.is_temporal()}
    return frame.select(SOURCE_ROW, *texts).collect().to_native(), times


def describe(
    sample: pl.DataFrame, times: set[str], variables: Mapping[str, Variable]
) -> list[Facts]:
    """Describe each column of a sample.

    Parameters
    ----------
    sample : DataFrame
        Text columns, from `sample_of`.
    variables : mapping
        Labels and missing codes from SPSS, by column.
    """
    columns = [column for column in sample.iter_columns() if column.name != SOURCE_ROW]
    commas = any(_only_with_comma(column) for column in columns)
    return [
        _describe(column.drop_nulls(), column.name in times, commas, variables.get(column.name))
        for column in columns
    ]


def _describe(cell: pl.Series, typed: bool, commas: bool, variable: Variable | None) -> Facts:
    tally = cell.value_counts(sort=False).sort(cell.name) if len(cell) else None
    values = dict(tally.iter_rows()) if tally is not None and tally.height <= VALUES_LISTED else {}
    decimal = _decimal(cell, commas)
    role = role_of(cell.name)
    if role in _TIME_ROLES and _share(cell, _COMPACT) >= MIN_SHARE_ALIKE:
        decimal, formats = None, [COMPACT_DATE]
    else:
        formats = [""] if typed else ([] if decimal or not len(cell) else _formats(cell))
    known = [*values, *(variable.values if variable else ())]
    return Facts(
        name=cell.name,
        role=role,
        filled=len(cell),
        unique=cell.n_unique(),
        values=values,
        decimal=None if typed else decimal,
        format=formats[0] if formats else None,
        either_day_or_month=len({pattern[:2] for pattern in formats}) > 1,
        email=_share(cell, _EMAIL) >= MIN_SHARE_ALIKE,
        length=float(cell.str.len_chars().mean() or 0),  # type: ignore[arg-type]
        spoken=_share(cell, r"\S\s+\S"),
        label=variable.label if variable else None,
        labels=variable.values if variable else {},
        missing=tuple(dict.fromkeys(c for c in known if variable and variable.is_missing(c))),
    )


def _share(cell: pl.Series, pattern: str) -> float:
    """Share of the cells that match; 0 if there are none."""
    return float(cell.str.contains(pattern).mean() or 0)  # type: ignore[arg-type]


def _only_with_comma(cell: pl.Series) -> bool:
    return _share(cell, _COMMA) >= MIN_SHARE_ALIKE > _share(cell, _DOT)


def _decimal(cell: pl.Series, commas: bool) -> str | None:
    """Decimal mark of a column of numbers; where both would do, that of its neighbours."""
    dot, comma = _share(cell, _DOT) >= MIN_SHARE_ALIKE, _share(cell, _COMMA) >= MIN_SHARE_ALIKE
    if dot and comma:
        return "," if commas and _share(cell, "[.,]") else "."
    return "." if dot else "," if comma else None


def _formats(cell: pl.Series) -> list[str]:
    """Formats in which nearly all cells are times, best first; of equals the first listed."""
    some = cell.unique(maintain_order=True).head(2000)
    read = {
        pattern: some.str.strptime(pl.Datetime("us"), pattern, strict=False).count()
        for pattern in TIMES
    }
    best = max(read.values())
    return [pattern for pattern, n in read.items() if n == best >= MIN_SHARE_ALIKE * len(some)]
