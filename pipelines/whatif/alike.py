"""Alike: the waves that ask an outcome as its latest wave does, and the drivers they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.core import breaks
from pipelines.core.map import Break
from pipelines.outcomes.scales import SheetScales
from pipelines.outcomes.sheets import Sheets


@dataclass(frozen=True)
class AskedAlike:
    """One outcome of a survey, over the waves that ask it as the latest does.

    Attributes
    ----------
    sheets : list of Sheets
        In the order of time; the last is today's.
    drivers : tuple of str
        Those that all of them rate in the same way.
    scales : SheetScales
        Of today's.
    """

    sheets: list[Sheets]
    drivers: tuple[str, ...]
    scales: SheetScales

    @property
    def today(self) -> Sheets:
        """The latest wave."""
        return self.sheets[-1]


def asked_alike(
    sheets: Sequence[Sheets],
    register: pl.DataFrame,
    waves: pl.DataFrame,
    declared: Sequence[Break],
) -> Iterator[AskedAlike]:
    """The waves of each outcome that are one series with its latest one, and their drivers.

    Parameters are those of `trust.trust`.

    Raises
    ------
    ContractError
        If a break is declared at a wave in which its question was not asked.
    """
    if not sheets:
        return
    own = pl.col("is_stage") | pl.col("in_pairs")
    series = breaks.series(register, {}, declared, waves).filter(~own)
    since = _by_question(series.rename({"subject": "question_id"}), "since", "place")
    for mode, outcome in sorted({(one.mode, one.outcome) for one in sheets}):
        every = [one for one in sheets if (one.mode, one.outcome) == (mode, outcome)]
        every.sort(key=lambda one: since[one.mode, one.outcome, one.wave][1])
        begun = since[mode, outcome, every[-1].wave][0]
        alike = [one for one in every if since[mode, outcome, one.wave][0] == begun]
        common = [
            name
            for name in alike[-1].drivers
            if all(name in one.drivers for one in alike)
            and len({since[mode, name, one.wave][0] for one in alike}) == 1
        ]
        yield AskedAlike(alike, tuple(common), SheetScales.of(alike[-1], register))


def _by_question(rows: pl.DataFrame, *columns: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """What is told of a question of a mode in a wave."""
    key = ("mode", "question_id", "wave")
    return {row[: len(key)]: row[len(key) :] for row in rows.select(*key, *columns).rows()}
