"""Months of activity: which of them are whole, and what those that are not cover."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

import polars as pl

from app.core.language import Words


@dataclass(frozen=True)
class Days:
    """The days of a month that the data cover.

    Parameters
    ----------
    first, last : date or None
        Where the data begin or end within the month; None if it is covered up to that end.
    """

    first: date | None
    last: date | None


def partial(counted: pl.DataFrame) -> dict[str, Days]:
    """The months that the data cover in part: only their first and last month can be so.

    A quiet week amid the data leaves no month out, and who did not order on the last days of
    a month before the data end has a month that is called partial: to which day is told.

    Parameters
    ----------
    counted : DataFrame
        Rows of the table activity: ``period``, ``first_on``, ``last_on``.

    Returns
    -------
    dict
        Month (2011-12) to the days that it covers.
    """
    first, last = counted["first_on"].min(), counted["last_on"].max()
    if not isinstance(first, date) or not isinstance(last, date):
        return {}  # no row has a time
    found: dict[str, Days] = {}
    for month in sorted({_month(first), _month(last)}):
        starts = first if month == _month(first) and first.day > 1 else None
        final_day = monthrange(last.year, last.month)[1]
        stops = last if month == _month(last) and last.day < final_day else None
        if starts or stops:
            found[month] = Days(starts, stops)
    return found


@dataclass(frozen=True)
class Months:
    """The months of a table of activity, in order.

    Parameters
    ----------
    names : dict of str to str
        What each is called; one that is not whole has the days it covers on a second line.
    partial : tuple of str
        Those that are not whole.
    """

    names: dict[str, str]
    partial: tuple[str, ...]

    @classmethod
    def of(cls, counted: pl.DataFrame, words: Words) -> Months:
        """The months of rows of the table activity."""
        parts = partial(counted)
        names = {month: words.period(month) for month in counted["period"].unique().sort()}
        told = {month: f"{names[month]}\n{_covered(words, days)}" for month, days in parts.items()}
        return cls(names | told, tuple(parts))

    @property
    def usual(self) -> str:
        """The month to open with: the last whole one; if there is none, the last."""
        listed = list(self.names)
        return next((m for m in reversed(listed) if m not in self.partial), listed[-1])

    def in_a_line(self, month: str) -> str:
        """What a month is called, on one line."""
        return self.names[month].replace("\n", ", ")


def _covered(words: Words, days: Days) -> str:
    first, last = days.first and words.day(days.first), days.last and words.day(days.last)
    if first and last:
        return words("evidence.dates", first=first, last=last)
    return words("overview.activity." + ("from" if first else "to"), first=first, last=last)


def _month(moment: date) -> str:
    return f"{moment:%Y-%m}"
