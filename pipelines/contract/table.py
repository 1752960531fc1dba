"""Tables: what a row is, its key, its columns, and whom its numbers rest on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import polars as pl

from pipelines.contract.code import (
    WITHHELD,
    DeclarationError,
    Says,
    Vocabulary,
    require_languages,
)
from pipelines.contract.people import Rests, of_rows

BETWEEN_CODES = " "  # in a column that holds several
TIME = pl.Datetime("us", "UTC")
TEXT, NUMBER, WHOLE, FLAG, DATE = pl.String(), pl.Float64(), pl.Int64(), pl.Boolean(), pl.Date()
NUMBERS = pl.List(pl.Float32())  # numbers that only programs read, such as draws; never null inside

Unit = Literal[
    "measure",  # that of the row's measure
    "percent",  # 0 to 100
    "percentage_points",
    "points",  # of a scale of 0 to 100
    "share",  # 0 to 1, written with two digits
    "small_share",  # 0 to 1, written with three digits
    "probability",  # 0 to 1, written in percent
    "ratio",
    "signed_ratio",  # written with its sign
    "count",
    "money",  # in the study's currency
    "p_value",
]
Family = Literal["mean", "share", "nps"]
Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True)
class Measure:
    """What a value measures: where it lies, and the family of its interval.

    Parameters
    ----------
    name : str
    lowest, highest : float
        Infinite if it is told on the scale of each question; see `on_scale`.
    unit : str
        ``points``, ``percent``, ``scale`` (that of the question, written with two digits),
        ``signed`` (with its sign).
    family : str
        How its interval is made: mean (t on a linearised variance), share (Wilson) or nps
        (adjusted Wald).
    pooled : str
        The family where the answers of several questions are averaged first.
    better : str
        Which change is for the better.
    missing : str
        What is done with missing answers: only ``answers`` count; ``use`` counts too, whether
        there is something to answer about; every reason is an answer of those ``asked``; or
        complete ``pairs`` of two answers count, hence people of its own.
    """

    name: str
    lowest: float
    highest: float
    unit: Literal["points", "percent", "scale", "signed"]
    family: Family
    pooled: Family
    better: Better
    missing: Literal["answers", "use", "asked", "pairs"]

    @property
    def width(self) -> float:
        """Largest difference of two values."""
        return self.highest - self.lowest

    @property
    def is_on_scale(self) -> bool:
        """Whether it is told on the scale of each question, and not on one of its own."""
        return self.unit == "scale"

    def on_scale(self, lowest: float, highest: float) -> Measure:
        """The same on the scale of one question.

        >>> ends = float("-inf"), float("inf")
        >>> ease = Measure("ease", *ends, "scale", "mean", "mean", "higher", "answers")
        >>> ease.on_scale(1, 5).width
        4
        """
        return replace(self, lowest=lowest, highest=highest)


@dataclass(frozen=True, eq=False)
class Column:
    """One column: its type, what it means, and the values it may take.

    Parameters
    ----------
    name : str
    dtype : DataType
    meaning : str
        For the documentation.
    required : bool
        Never null, and told even where the row's numbers are withheld.
    values : tuple of str, optional
        All values there are.
    codes : Vocabulary, optional
        The codes there are, with their sentences; see `pipelines.contract.code`.
    several : bool
        Whether the text holds several codes, separated by blanks.
    lowest, highest : float, optional
        Between which the numbers lie, both included.
    unit : str, optional
        How a number is written; see `Unit`.
    label : mapping, optional
        Its name on evidence cards, in every language; without one it is not shown there.
    counts_people : bool
        Whether it counts people whom the row's numbers rest on.
    """

    name: str
    dtype: pl.DataType
    meaning: str
    required: bool = False
    values: tuple[str, ...] | None = None
    codes: Vocabulary | None = None
    several: bool = False
    lowest: float | None = None
    highest: float | None = None
    unit: Unit | None = None
    label: Says | None = None
    counts_people: bool = False

    def __post_init__(self) -> None:
        if self.label is not None:
            require_languages(self.label, f"label of column {self.name}")
            if self.dtype.is_numeric() and self.unit is None:
                raise DeclarationError(
                    f"column {self.name}: expected a unit beside its label, got none; say how "
                    "evidence cards write its numbers"
                )

    def but(self, **changes: object) -> Column:
        """The same column with some things changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def listed(self) -> tuple[str, ...]:
        """The values or codes there are; none if any value may stand there."""
        return self.values or (self.codes.names if self.codes else ())

    def coded(self, text: str) -> list[str]:
        """The codes that a cell holds.

        >>> Column("flags", TEXT, "warnings", several=True).coded("small few?n=3")
        ['small', 'few?n=3']
        """
        return text.split(BETWEEN_CODES) if self.several else [text]

    def faults(self, cells: pl.Series) -> list[str]:
        """What is wrong with the codes in its cells, each fault once; nothing if all are known."""
        if self.codes is None:
            return []
        texts = cells.drop_nulls().unique().sort()
        found = dict.fromkeys(code for text in texts for code in self.coded(text))
        return [fault for code in found if (fault := self.codes.fault(code)) is not None]


def count(name: str, meaning: str, *, label: Says | None = None, required: bool = True) -> Column:
    """A column that counts.

    >>> count("n", "texts").dtype
    Int64
    """
    return Column(name, WHOLE, meaning, required, lowest=0, unit="count", label=label)


@dataclass(frozen=True, eq=False)
class Table:
    """One table: what a row is, its key, its columns and whom it rests on.

    Parameters
    ----------
    name : str
    row : str
        What a row is.
    key : tuple of str
        Columns that name a row; null is a value like others.
    columns : tuple of Column
    rests_on : str or tuple of Nobody, Own, Of
        Whom the numbers rest on; a name is the column that counts people. Without it the
        table is not published.
    empty : mapping, optional
        Why the table may have no rows, in every language.
    fed_by : tuple of str
        Canonical tables without rows of which it is empty.
    intervals : tuple of (str, str, str)
        Lower end, value, upper end: told together, in this order.
    ascending : tuple of tuple of str
        Columns of which none is below the one before it.
    measures : tuple of Measure
        Those of the column ``measure``; they say where the column ``value`` lies.
    differences : bool
        Whether ``value`` is the difference of two values of the measure.

    Raises
    ------
    DeclarationError
        If the key, an interval or an order names a column that is not there, or a withheld row
        could not say so.
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rests_on: str | tuple[Rests, ...] | None = None
    empty: Says | None = None
    fed_by: tuple[str, ...] = ()
    intervals: tuple[tuple[str, str, str], ...] = ()
    ascending: tuple[tuple[str, ...], ...] = ()
    measures: tuple[Measure, ...] = ()
    differences: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.rests_on, str):
            named: tuple[str, ...] = (self.rests_on,)
        else:
            named = ()
        listed = [
            *self.key,
            *named,
            *(n for group in self.intervals + self.ascending for n in group),
        ]
        unknown = sorted(set(listed) - set(self.schema))
        if unknown:
            raise DeclarationError(
                f"table {self.name}: expected columns that it has, got {', '.join(unknown)}; "
                "declare them, or correct their names"
            )
        if self.empty is not None:
            require_languages(self.empty, f"table {self.name}, empty")
        for column in self.columns:
            if (
                column.name in ("flags", "method")
                and self.rests_on
                and not (column.codes and WITHHELD in column.codes)
            ):
                raise DeclarationError(
                    f"table {self.name}: expected the code {WITHHELD!r} among those of "
                    f"{column.name}, got none; add it, so that a withheld row can say so"
                )

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Column names and types, in order."""
        return {column.name: column.dtype for column in self.columns}

    @property
    def people(self) -> tuple[Rests, ...]:
        """Whom it rests on; nothing if it is not declared."""
        if isinstance(self.rests_on, str):
            return of_rows(self.rests_on, self.key, self.name)
        return self.rests_on or ()

    @property
    def orders(self) -> tuple[tuple[str, str], ...]:
        """Pairs of columns of which the first is never above the second."""
        return tuple(
            pair for columns in (*self.intervals, *self.ascending) for pair in pairwise(columns)
        )

    @property
    def told_with(self) -> dict[str, str]:
        """Columns that are told wherever another one is, and that other one."""
        ends = {end: value for low, value, high in self.intervals for end in (low, high)}
        return ends | ({"n": "value"} if ends and "n" in self.schema else {})

    def range_of(self, measure: Measure) -> tuple[float, float]:
        """The lowest and the highest ``value`` in rows of a measure, in its unit."""
        if self.differences:
            return -measure.width, measure.width
        return measure.lowest, measure.highest

    @property
    def counting(self) -> tuple[str, ...]:
        """Columns that count the people whom a row's numbers rest on."""
        counted = (column.name for column in self.columns if column.counts_people)
        named = (self.rests_on,) if isinstance(self.rests_on, str) else ()
        return tuple(dict.fromkeys((*counted, *named)))

    @property
    def telling(self) -> tuple[str, ...]:
        """Columns that are blank where a row is withheld: all that need not be there."""
        return tuple(c.name for c in self.columns if not c.required and c.name not in self.key)

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)

    def with_columns(self, extra: Iterable[Column]) -> Table:
        """Return the same table with further columns at the end."""
        return replace(self, columns=(*self.columns, *extra))

    def without_rows(self) -> pl.DataFrame:
        """Return the table without rows."""
        return pl.DataFrame(schema=self.schema)
