"""How cells are written: customer numbers, codes, times and money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulate.calendar import local
from pipelines.simulate.model import (
    FIRST_DAY,
    SYSTEMS,
    TIME_ZONE,
    TOUCHPOINT_NAMES,
    TOUCHPOINTS,
    Flags,
    Floats,
    Ints,
)
from pipelines.simulate.population import Population

GERMAN_TIME, GERMAN_DATE = "%d.%m.%Y %H:%M", "%d.%m.%Y"
ISO_TIME = "%Y-%m-%d %H:%M:%S"

# Name, system and channel of touchpoints, by their place.
POINT_NAME = np.array(TOUCHPOINT_NAMES, dtype=object)
SYSTEM = np.array([point.system or "" for point in TOUCHPOINTS])
CHANNEL = np.array([point.channel for point in TOUCHPOINTS], dtype=object)


@dataclass(frozen=True)
class Numbers:
    """Customer numbers by system, one per customer of the partition; null if not there."""

    of: Mapping[str, pl.Series]

    @classmethod
    def from_records(cls, records: pl.DataFrame, people: Population) -> Numbers:
        """Take the number that contacts refer to from each person's records."""
        found = {}
        for system in SYSTEMS:
            its = records.filter(pl.col("is_primary") & (pl.col("source_system") == system))
            found[system] = people.known.select("person").join(
                its.select("person", "source_id"), on="person", how="left", maintain_order="left"
            )["source_id"]
        return cls(found)

    def at(self, system: str, customer: Ints, known: Flags | None = None) -> pl.Series:
        """Numbers of some customers in a system; null where the system did not know them."""
        numbers = self.of[system].gather(pl.Series(customer, dtype=pl.UInt32))
        return numbers if known is None else where(known, numbers)


def where(condition: Flags, values: pl.Series) -> pl.Series:
    """Values where the condition holds, null elsewhere."""
    return pl.select(pl.when(pl.Series(condition)).then(values)).to_series()


def pick(words: Sequence[str | None], place: Ints) -> pl.Series:
    """Words by their places."""
    return pl.Series(words, dtype=pl.String).gather(pl.Series(place, dtype=pl.UInt32))


def code(letter: str, column: str) -> pl.Expr:
    """Number with a letter before it."""
    return pl.lit(letter) + pl.col(column).cast(pl.String)


def clock(column: str) -> pl.Expr:
    """UTC as the company's clocks show it."""
    return pl.col(column).dt.convert_time_zone(TIME_ZONE)


def written(time: pl.Expr, pattern: str) -> pl.Expr:
    """Date or time as text."""
    return time.dt.strftime(pattern)


def time_text(minute: Floats) -> pl.Series:
    """Minutes from the first day as local time, in text."""
    return local(minute).dt.strftime(ISO_TIME)


def quarter_name(quarter: Ints) -> pl.Series:
    """Name of a quarter counted from the first: 2023-Q1."""
    number = pl.Series(quarter)
    year = (FIRST_DAY.year + number // 4).cast(pl.String)
    return year + "-Q" + (number % 4 + 1).cast(pl.String)


def money(column: str) -> pl.Expr:
    """Money with two decimals after a comma, as German systems write it."""
    cents = (pl.col(column) * 100).round().cast(pl.Int64)
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    digits = cents.abs()
    return (
        sign + (digits // 100).cast(pl.String) + "," + (digits % 100).cast(pl.String).str.zfill(2)
    )
