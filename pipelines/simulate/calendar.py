"""Days, months and minutes, counted from the first day of the window."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from pipelines.simulate.model import FIRST_DAY, LAST_DAY, MONTHS, TIME_ZONE, Floats, Ints

DAY = 24 * 60  # minutes
AWAKE_FROM, AWAKE_UNTIL = 7 * 60, 22 * 60 + 30  # between them people are awake; minutes of a day
NIGHT_SHIFT = 9 * 60 + 30  # what would happen at night happens that much later
DAYS = (LAST_DAY - FIRST_DAY).days + 1


def day_of(on: date) -> int:
    """Count a date."""
    return (on - FIRST_DAY).days


def first_day(month: int) -> int:
    """First day of a month; months before the window are negative."""
    total = FIRST_DAY.year * 12 + FIRST_DAY.month - 1 + month
    return day_of(date(total // 12, total % 12 + 1, 1))


_ENDS = np.array([first_day(month + 1) for month in range(MONTHS)])


def month_of(day: Ints) -> Ints:
    """Month of each day."""
    return np.searchsorted(_ENDS, day, "right")


def awake(minute: Floats) -> Floats:
    """Put off to the next morning what would happen at night."""
    clock = minute % DAY
    return minute + np.where((clock < AWAKE_FROM) | (clock > AWAKE_UNTIL), NIGHT_SHIFT, 0)


def dates() -> pl.Series:
    """Every day of the window."""
    return pl.Series("date", [FIRST_DAY + timedelta(days=day) for day in range(DAYS)])


def local(minute: Floats) -> pl.Series:
    """Times on the company's clocks, to the second, without a zone; null where not a number."""
    seconds = pl.Series(np.floor(np.nan_to_num(minute) * 60)).cast(pl.Int64) * 1_000_000
    times = pl.lit(FIRST_DAY).cast(pl.Datetime("us")) + seconds.cast(pl.Duration("us"))
    known = pl.Series(~np.isnan(minute))
    return pl.select(pl.when(known).then(times)).to_series()


def utc(minute: Floats) -> pl.Series:
    """The same in UTC."""
    return local(minute).dt.replace_time_zone(TIME_ZONE).dt.convert_time_zone("UTC")
