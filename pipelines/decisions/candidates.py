"""Candidates: measures of the register as the tables tell them, ready to be chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.contract.plan_codes import OPEN, TAKEN
from pipelines.contract.table import BETWEEN_CODES
from pipelines.core.errors import ContractError

MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True)
class Trial:
    """An effect that was measured, in points of one target of one outcome."""

    outcome: str
    target: str
    effect: float
    error: float
    n: int
    evidence: str


@dataclass(frozen=True)
class CandidateMove:
    """One rating that a measure moves; `driver` is None for all on the touchpoint."""

    driver: str | None
    touchpoint: str
    move: str
    share: float


@dataclass(frozen=True)
class Candidate:
    """A measure one may take.

    Parameters
    ----------
    name, touchpoint : str
    segment, group : str
        Of whom it reaches.
    cost : float
        Over the months of the plan.
    months : float
        Until it works.
    capacity : mapping of str to float
        What it takes up of each.
    excludes, requires : tuple of str
        Measures it cannot go together with, and those it needs.
    status : str
    trial : Trial or None
    moves : tuple of CandidateMove
    """

    name: str
    touchpoint: str
    segment: str
    group: str
    cost: float
    months: float
    capacity: Mapping[str, float]
    excludes: tuple[str, ...]
    requires: tuple[str, ...]
    status: str
    trial: Trial | None
    moves: tuple[CandidateMove, ...]

    @property
    def is_open(self) -> bool:
        """Whether it may still be chosen."""
        return self.status in OPEN

    @property
    def is_taken(self) -> bool:
        """Whether it was taken already."""
        return self.status in TAKEN

    @property
    def touchpoints(self) -> tuple[str, ...]:
        """Its own, and those whose ratings it moves."""
        return tuple(dict.fromkeys([self.touchpoint, *(move.touchpoint for move in self.moves)]))

    def is_out_of_reach(self, beyond: Collection[str]) -> str | None:
        """A touchpoint that it costs money to change though the company cannot."""
        return next((name for name in self.touchpoints if name in beyond and self.cost > 0), None)


def candidates(measures: pl.DataFrame, moves: pl.DataFrame, months: float) -> list[Candidate]:
    """Read the tables measures and measure_moves, as published or edited.

    Parameters
    ----------
    measures, moves : DataFrame
    months : float
        Of the plan: what it costs is once, and a year for as long.

    Raises
    ------
    ContractError
        If a cell is not readable, or a measure is told twice.
    """
    told = measures["measure_id"]
    if told.is_duplicated().any():
        twice = told.filter(told.is_duplicated()).unique().sort().to_list()
        raise ContractError("measures", expected="each measure once", got=f"twice {twice}",
                            todo="give one of them another name")  # fmt: skip
    of = moves.sort("measure_id", "place").partition_by("measure_id", as_dict=True)
    none = moves.clear()
    return [
        _candidate(row, of.get((row["measure_id"],), none).to_dicts(), months)
        for row in measures.sort("measure_id").iter_rows(named=True)
    ]


def _candidate(
    row: Mapping[str, Any], moves: Sequence[Mapping[str, Any]], months: float
) -> Candidate:
    return Candidate(
        name=row["measure_id"],
        touchpoint=row["touchpoint_id"],
        segment=row["segment"],
        group=row["group"],
        cost=row["one_off"] + row["yearly"] * months / MONTHS_OF_A_YEAR,
        months=row["months"],
        capacity=amounts(row["capacity"], row["measure_id"]),
        excludes=names(row["excludes"]),
        requires=names(row["requires"]),
        status=row["status"],
        trial=_trial(row),
        moves=tuple(
            CandidateMove(move["driver"], move["touchpoint_id"], move["move"], move["share"])
            for move in moves
        ),
    )


def _trial(row: Mapping[str, Any]) -> Trial | None:
    if row["measured"] is None:
        return None
    return Trial(
        row["measured_outcome"],
        row["measured_target"],
        row["measured"],
        row["measured_error"],
        row["measured_n"],
        row["evidence"],
    )


def names(cell: str | None) -> tuple[str, ...]:
    """Names in a cell.

    >>> names("call_back training")
    ('call_back', 'training')
    """
    return tuple((cell or "").split(BETWEEN_CODES)) if cell else ()


def amounts(cell: str | None, where: str) -> dict[str, float]:
    """What a cell says of each capacity.

    >>> amounts("it_days=20 staff=0.5", "chat")
    {'it_days': 20.0, 'staff': 0.5}
    """
    found = {}
    for part in names(cell):
        name, _, amount = part.partition("=")
        if not name or not amount.replace(".", "", 1).isdigit():
            raise ContractError(f"measure {where}", expected="capacities as name=amount",
                                got=repr(part), todo="write it_days=20, for instance")  # fmt: skip
        found[name] = float(amount)
    return found
