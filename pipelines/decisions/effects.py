"""Effects: what measures would change in an outcome, alone and together, and what bars them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.contract.code import write_code
from pipelines.contract.people import EVERYBODY
from pipelines.contract.plan_codes import DELIGHTING
from pipelines.decisions.candidates import Candidate
from pipelines.decisions.surfaces import Asked, Surface
from pipelines.statistics.survey import FloatArray

ALL = (EVERYBODY, EVERYBODY)  # segment and group of everybody
Who = tuple[str, str]


@dataclass(frozen=True)
class Gain:
    """Change of a target, of all customers, in its points.

    Parameters
    ----------
    value, ceiling : float
        The other ratings held, and moving along.
    draws, ceiling_draws : ndarray, shape (n_draws,)
    """

    value: float
    ceiling: float
    draws: FloatArray
    ceiling_draws: FloatArray

    @classmethod
    def nothing(cls, n_draws: int) -> Gain:
        """No change."""
        return cls(0.0, 0.0, np.zeros(n_draws), np.zeros(n_draws))

    def __add__(self, other: Gain) -> Gain:
        return Gain(
            self.value + other.value,
            self.ceiling + other.ceiling,
            self.draws + other.draws,
            self.ceiling_draws + other.ceiling_draws,
        )

    def ends(self, level: float) -> tuple[float, float, float, float]:
        """Intervals of both, which hold their values."""
        tail = [(1 - level) / 2, (1 + level) / 2]
        low, high = np.quantile(self.draws, tail)
        least, most = np.quantile(self.ceiling_draws, tail)
        return (
            min(float(low), self.value),
            max(float(high), self.value),
            min(float(least), self.ceiling),
            max(float(most), self.ceiling),
        )


@dataclass(frozen=True)
class Outlook:
    """All that is known of one outcome in one kind of survey.

    Parameters
    ----------
    outcome : str
    surfaces : mapping
        By segment and group; those with a model.
    reached : mapping
        Share of all customers, by segment and group.
    touchpoint_of : mapping of str to str
        Of drivers.
    failing : mapping
        Probability that a touchpoint's must-be fails, by segment, group and touchpoint: those
        that fail.
    gated : frozenset
        Segment, group and touchpoint of all gates.
    exciting : frozenset of (str, str, str)
        Segment, group and driver of the class excitement.
    level : float
        Of intervals.
    seed : int
        Of the draws of measured effects.
    """

    outcome: str
    surfaces: Mapping[Who, Surface]
    reached: Mapping[Who, float]
    touchpoint_of: Mapping[str, str]
    failing: Mapping[tuple[str, str, str], float]
    gated: frozenset[tuple[str, str, str]]
    exciting: frozenset[tuple[str, str, str]]
    level: float
    seed: int

    @property
    def n_draws(self) -> int:
        """Draws of everybody's model; those of groups are taken again in the same order."""
        whole = self.surfaces.get(ALL)
        sizes = [
            curves.effects.shape[1] - 1
            for surface in ((whole,) if whole else self.surfaces.values())
            for curves in surface.curves.values()
        ]
        return max(sizes, default=0)

    def drivers(self, one: Candidate) -> list[list[Asked]]:
        """What each of its moves asks of the model."""
        surface = self.surfaces.get((one.segment, one.group))
        known = surface.drivers if surface else ()
        return [
            [
                Asked(driver, move.move, move.share)
                for driver in (
                    [move.driver]
                    if move.driver
                    else [name for name in known if self.touchpoint_of.get(name) == move.touchpoint]
                )
            ]
            for move in one.moves
        ]

    def asked(self, one: Candidate) -> list[Asked]:
        """The same in one list."""
        return [asked for part in self.drivers(one) for asked in part]

    def is_measured(self, one: Candidate, target: str) -> bool:
        """Whether a trial tells its effect on a target, and how many it reaches is known."""
        trial = one.trial
        return (
            trial is not None
            and (trial.outcome, trial.target) == (self.outcome, target)
            and (one.segment, one.group) in self.reached
        )


def outlook_of(
    models: pl.DataFrame,
    moves: pl.DataFrame,
    gates: pl.DataFrame,
    asymmetry: pl.DataFrame,
    *,
    level: float,
    seed: int,
) -> Outlook:
    """Collect what the tables say of one outcome in one mode and wave.

    Parameters
    ----------
    models, moves : DataFrame
        Rows of outcome_models and moves of one mode, wave and outcome, of all groups.
    gates, asymmetry : DataFrame
        Rows of that mode; of asymmetry, of that outcome.
    """
    at = ("segment", "group")
    shares = models.drop_nulls("weight_share").select(*at, "weight_share").unique(at)
    surfaces = {}
    for (segment, group), own in models.partition_by(*at, as_dict=True).items():
        of_moves = moves.filter(pl.col("segment") == segment, pl.col("group") == group)
        surface = Surface.of(own, of_moves)
        if surface.targets:
            surfaces[(str(segment), str(group))] = surface
    fails = gates.filter(pl.col("gate") == "fails")
    told = (*at, "touchpoint_id")
    exciting = asymmetry.filter(pl.col("kano_class") == "excitement")
    return Outlook(
        outcome=str(models["outcome"][0]),
        surfaces=surfaces,
        reached={(row[0], row[1]): row[2] for row in shares.iter_rows()},
        touchpoint_of=dict(moves.select("driver", "touchpoint_id").unique().iter_rows()),
        failing={
            (row[0], row[1], row[2]): row[3]
            for row in fails.select(*told, pl.col("p_fails").max().over(told)).iter_rows()
        },
        gated=frozenset(gates.drop_nulls("gate").select(told).iter_rows()),
        exciting=frozenset(exciting.select(*at, "driver").iter_rows()),
        level=level,
        seed=seed,
    )


def bars(
    one: Candidate, outlook: Outlook, target: str, *, months: float, beyond: Collection[str]
) -> list[str]:
    """Why a measure cannot be chosen; nothing if it can.

    Parameters
    ----------
    months : float
        Of the plan.
    beyond : collection of str
        Touchpoints that the company cannot change.
    """
    found = [] if one.is_open else [one.status]
    point = one.is_out_of_reach(beyond)
    if point is not None:
        found.append(write_code("not_controllable", touchpoint=point))
    if one.months > months:
        found.append(write_code("too_late", months=f"{one.months:g}", horizon=f"{months:g}"))
    found += _gates(one, outlook)
    if not outlook.is_measured(one, target):
        found += _refusals(one, outlook, target)
    return list(dict.fromkeys(found))


def _gates(one: Candidate, outlook: Outlook) -> Iterator[str]:
    """Where a must-be fails nothing is done to delight."""
    for move, asked in zip(one.moves, outlook.drivers(one), strict=True):
        place = (one.segment, one.group, move.touchpoint)
        who = (one.segment, one.group) if place in outlook.gated else ALL
        p = outlook.failing.get((*who, move.touchpoint))
        drivers = [part.driver for part in asked]
        if p is not None and _delights(move.move, drivers, (one.segment, one.group), outlook):
            yield write_code("gate", touchpoint=move.touchpoint, p=f"{p:.2f}")


def _delights(move: str, drivers: Sequence[str], who: Who, outlook: Outlook) -> bool:
    """Whether a move does more than to remove failures and make good what is a must."""
    exciting = any((*at, name) in outlook.exciting for name in drivers for at in (who, ALL))
    return move in DELIGHTING or (move == "lift_good" and exciting)


def _refusals(one: Candidate, outlook: Outlook, target: str) -> list[str]:
    surface = outlook.surfaces.get((one.segment, one.group))
    if surface is None or target not in surface.targets:
        return ["no_model"]
    parts = outlook.drivers(one)
    missing = [] if all(parts) else ["no_driver"]
    return missing + [refusal.code for refusal in surface.refusals(outlook.asked(one))]


def gain(chosen: Sequence[Candidate], outlook: Outlook, target: str) -> Gain:
    """What measures bring together, of all customers.

    Measures that make the same move of the same people add their shares, up to all whom the
    data support. Measured effects are added. What measures for different groups do is added; a
    group has what everybody has, and no more than all of it.

    Parameters
    ----------
    chosen : sequence of Candidate
        None of them barred.
    """
    total = Gain.nothing(outlook.n_draws)
    shares: dict[Who, dict[tuple[str, str], float]] = {}
    for one in chosen:
        if outlook.is_measured(one, target):
            total += _measured(one, outlook)
            continue
        own = shares.setdefault((one.segment, one.group), {})
        for asked in outlook.asked(one):
            key = (asked.driver, asked.move)
            own[key] = own.get(key, 0.0) + asked.share
    for who, own in shares.items():
        whole = shares.get(ALL, {}) if who != ALL else {}
        total += _modelled(outlook, target, who, own, whole)
    return total


def _modelled(
    outlook: Outlook,
    target: str,
    who: Who,
    shares: Mapping[tuple[str, str], float],
    whole: Mapping[tuple[str, str], float],
) -> Gain:
    """What the model of some customers says, as a part of all; `whole` is what all have."""
    surface, n_draws = outlook.surfaces[who], outlook.n_draws
    largest = dict(zip(surface.moves, surface.largest, strict=True))
    asked = [
        Asked(*key, share=max(min(share, float(largest[key]) - whole.get(key, 0.0)), 0.0))
        for key, share in sorted(shares.items())
    ]
    change = surface.evaluate(asked)[target]
    part = outlook.reached[who]
    return Gain(
        part * change.floor,
        part * change.ceiling,
        part * np.resize(change.draws, n_draws),
        part * np.resize(change.ceiling_draws, n_draws),
    )


def _measured(one: Candidate, outlook: Outlook) -> Gain:
    """What a trial found, as a part of all customers; drawn with a seed of its own."""
    assert one.trial is not None
    rng = np.random.default_rng([outlook.seed, *one.name.encode()])
    part = outlook.reached[(one.segment, one.group)]
    # Standardised, so that the draws have the mean and the error that were measured.
    noise = rng.normal(size=outlook.n_draws)
    noise = (noise - noise.mean()) / noise.std()
    draws = part * (one.trial.effect + one.trial.error * noise)
    return Gain(part * one.trial.effect, part * one.trial.effect, draws, draws)


def are_rivals(one: Candidate, other: Candidate, outlook: Outlook) -> bool:
    """Whether both move the same rating of the same people, each in another way."""
    apart = one.segment == other.segment and one.group != other.group
    return not apart and any(
        mine.driver == theirs.driver
        and mine.move != theirs.move
        and (mine.move == "widen") == (theirs.move == "widen")
        for mine in outlook.asked(one)
        for theirs in outlook.asked(other)
    )
