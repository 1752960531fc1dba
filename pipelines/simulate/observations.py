"""Observed journeys: what really happened, and what several observers coded of it.

A journey is 4 to 12 interactions of the framework, in the order of the stages. How well a
journey goes as a whole (its mood) makes its interactions resemble each other. Observers
code the same journey from the same protocol: the right interaction, or a neighbour of the
same touchpoint, or nothing. All their probabilities are known, so that agreement and stage
scores have true values: sums over the framework, without simulation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl

from pipelines.simulate.framework import INTERACTION_TYPES, POINTS, STAGE, framework, neighbours
from pipelines.simulate.model import STAGES, Floats, Ints

MIN_INTERACTIONS, MAX_INTERACTIONS = 4, 12  # interactions of a journey, each number as likely
STAGE_SHARES = (0.18, 0.27, 0.20, 0.25, 0.10)  # of interactions, in the order of the stages
# What the logarithm of an interaction's odds within its stage gains per point: by stage, and
# by mood; a third number of moods is their share of journeys.
TILTS = {
    "own": (0.05, 0.25, 0.15, -0.20, 0.05),
    "competitor": (0.05, -0.05, 0.15, 0.20, 0.05),
}
MOODS = (-0.25, 0.0, 0.25)
MOOD_SHARES = (0.25, 0.5, 0.25)

FIRST_OBSERVED, LAST_OBSERVED = date(2025, 3, 1), date(2025, 10, 31)  # of the observations
FIRST_HOUR, LAST_HOUR = (
    8,
    18,
)  # o'clock, UTC: within 8 and 20 o'clock on the company's clocks as well
DAYS_TO_STAGE = (0, 7)  # fewest and most days until the first interaction of a later stage
SAME_DAY = 0.7  # of further interactions of a stage; the others are on the next day
OBSERVED_DECIMALS = 6  # of what is told as true


@dataclass(frozen=True)
class Observer:
    """How an observer codes: shares of all interactions, and the leaning of the mistaken ones.

    What is neither right nor missed is a neighbour in the framework; `lenient` is the chance
    that it is the one with more points, where there are both.
    """

    right: float
    missed: float
    lenient: float


OBSERVERS = {
    "A": Observer(right=0.90, missed=0.02, lenient=0.5),
    "B": Observer(right=0.83, missed=0.04, lenient=0.35),
    "C": Observer(right=0.74, missed=0.06, lenient=0.7),
}
TEAMS = {"own": ("A", "B", "C"), "competitor": ("A", "B")}
LETTERS = {"own": "J", "competitor": "H"}  # of Hartwell, on the same framework


@dataclass(frozen=True)
class Observations:
    """Coded journeys and the truth behind them.

    Attributes
    ----------
    coded : DataFrame
        One row per interaction that an observer coded: ``interaction_id, journey_id, kind,
        observer, position, occurred_at`` (UTC), ``touchpoint_id, interaction_type, points``.
        All observers of a journey number and time its interactions alike.
    truth : DataFrame
        One row per interaction that took place: ``journey_id, position, stage,
        interaction_type, points, stage_sum`` (of the points in the journey's stage).
    agreement : dict
        See `expected_agreement`, by kind of journey.
    stage_scores : dict
        See `expected_scores`, by kind of journey.
    """

    coded: pl.DataFrame
    truth: pl.DataFrame
    agreement: Mapping[str, Any]
    stage_scores: Mapping[str, Any]


def observe_journeys(
    rng: np.random.Generator, *, own: int = 300, competitor: int = 60
) -> Observations:
    """Draw journeys, and what observers code of them.

    Parameters
    ----------
    own, competitor : int
        Number of journeys.
    """
    coded, truth = [], []
    for kind, size in (("own", own), ("competitor", competitor)):
        happened = _happen(kind, size, rng)
        truth.append(happened)
        coded += [_code(happened, kind, name, rng) for name in TEAMS[kind]]
    columns = ("journey_id", "position", "stage", "interaction_type", "points")
    true = pl.concat(truth)
    return Observations(
        coded=_with_framework(pl.concat(coded)).select(
            "interaction_id",
            "journey_id",
            "kind",
            "observer",
            "position",
            "occurred_at",
            "touchpoint_id",
            "interaction_type",
            "points",
        ),
        truth=_with_framework(true)
        .select(columns)
        .with_columns(stage_sum=pl.col("points").sum().over("journey_id", "stage")),
        agreement={kind: expected_agreement(kind) for kind in TEAMS},
        stage_scores={kind: expected_scores(kind) for kind in TEAMS},
    )


def _happen(kind: str, size: int, rng: np.random.Generator) -> pl.DataFrame:
    """Draw the interactions that take place, by their place in the framework."""
    length = rng.integers(MIN_INTERACTIONS, MAX_INTERACTIONS + 1, size)
    mood = rng.choice(len(MOODS), size, p=MOOD_SHARES)
    stage = rng.choice(len(STAGES), (size, MAX_INTERACTIONS), p=STAGE_SHARES)
    there = np.arange(MAX_INTERACTIONS) < length[:, None]
    stage = np.sort(np.where(there, stage, len(STAGES)), axis=1)  # those not there come last
    seconds = _times(stage, rng)
    journey, place = np.nonzero(there)
    stage = stage[there]
    start = datetime(
        FIRST_OBSERVED.year, FIRST_OBSERVED.month, FIRST_OBSERVED.day, FIRST_HOUR, tzinfo=UTC
    )
    number = pl.Series(journey + 1).cast(pl.String).str.zfill(3)
    return pl.DataFrame(
        {
            "journey_id": LETTERS[kind] + number,
            "kind": pl.repeat(kind, len(journey), eager=True),
            "position": place + 1,
            "occurred_at": start + pl.Series(seconds[there] * 1_000_000).cast(pl.Duration("us")),
            "code": _pick(_chances(kind)[mood[journey], stage], rng),
        }
    )


def _times(stage: Ints, rng: np.random.Generator) -> Ints:
    """Draw seconds since the first day opened; they rise within a journey.

    Parameters
    ----------
    stage : ndarray of int, shape (n_journeys, MAX_INTERACTIONS)
        Stage of each interaction, in order.
    """
    later = np.diff(stage, axis=1, prepend=stage[:, :1]) > 0
    fewest, most = DAYS_TO_STAGE
    pause = np.where(
        later,
        rng.integers(fewest, most + 1, stage.shape),
        rng.random(stage.shape) >= SAME_DAY,
    )
    longest = most * (len(STAGES) - 1) + MAX_INTERACTIONS
    begins = rng.integers(0, (LAST_OBSERVED - FIRST_OBSERVED).days + 1 - longest, len(stage))
    day = begins[:, None] + np.cumsum(pause, axis=1)
    minute = 60
    clock = rng.integers(
        0, (LAST_HOUR - FIRST_HOUR) * 3600 - MAX_INTERACTIONS * minute, stage.shape
    )
    # Sorting by day and time leaves the days as they are; then each is a minute later.
    return np.sort(day * 86_400 + clock, axis=1) + minute * np.arange(MAX_INTERACTIONS)


def _chances(kind: str) -> Floats:
    """Chance of each interaction by mood and stage; shape (n_moods, n_stages, n_interactions)."""
    tilt = np.add.outer(np.array(MOODS), np.array(TILTS[kind]))
    there = np.arange(len(STAGES))[:, None] == STAGE
    odds = np.where(there, np.exp(tilt[:, :, None] * POINTS), 0.0)
    chances: Floats = odds / odds.sum(axis=2, keepdims=True)
    return chances


def _pick(chances: Floats, rng: np.random.Generator) -> Ints:
    """Draw one place per row; `chances` has shape (n, n_places), its rows sum to one."""
    reached = np.cumsum(chances, axis=1)
    drawn = rng.random(len(chances)) * reached[:, -1]
    places: Ints = (drawn[:, None] >= reached).sum(axis=1)
    return places


def _code(happened: pl.DataFrame, kind: str, name: str, rng: np.random.Generator) -> pl.DataFrame:
    """Draw what an observer codes."""
    observer = OBSERVERS[name]
    missing = np.full((len(INTERACTION_TYPES), 1), observer.missed)
    reports = np.hstack([_confusion(observer) * (1 - observer.missed), missing])
    said = _pick(reports[happened["code"].to_numpy()], rng)
    number = pl.col("position").cast(pl.String).str.zfill(2)
    return happened.with_columns(
        pl.Series("code", said),
        observer=pl.lit(name),
        interaction_id=pl.format("{}-{}-{}", "journey_id", pl.lit(name), number),
    ).filter(pl.col("code") < len(INTERACTION_TYPES))


def _confusion(observer: Observer) -> Floats:
    """Chance of each code by the true one, of interactions that the observer codes."""
    right = observer.right / (1 - observer.missed)
    return right * np.eye(len(INTERACTION_TYPES)) + (1 - right) * neighbours(observer.lenient)


def _with_framework(rows: pl.DataFrame) -> pl.DataFrame:
    """Say what each code means."""
    meaning = framework().with_row_index("code").with_columns(pl.col("code").cast(pl.Int64))
    return rows.join(meaning, on="code", how="left", maintain_order="left")


def _shares(kind: str) -> Floats:
    """Share of each interaction among all that take place; shape (n_interactions,)."""
    of_moods, of_stages = np.array(MOOD_SHARES), np.array(STAGE_SHARES)
    shares: Floats = np.einsum("m,s,msi->i", of_moods, of_stages, _chances(kind))
    return shares


def expected_agreement(kind: str) -> dict[str, Any]:
    """Agreement of observers that their probabilities imply.

    Measured on interactions that all observers compared have coded; what one misses does
    not depend on what it was.

    Parameters
    ----------
    kind : {"own", "competitor"}

    Returns
    -------
    dict
        By pair, such as ``A-B``: ``share`` of equal codes; Cohen's ``kappa`` of the codes;
        ``weighted_kappa`` of the points, weights falling with the squared distance. And
        ``icc``, the share of an observer's variance of points that is true of all observers
        (single rating, absolute agreement).

    References
    ----------
    Cohen (1968), Psychological Bulletin 70, 213-220.
    McGraw and Wong (1996), Psychological Methods 1, 30-46, ICC(A,1).
    """
    team = TEAMS[kind]
    codes = [_confusion(OBSERVERS[name]) for name in team]
    shares = _shares(kind)
    pairs = combinations(range(len(team)), 2)
    found: dict[str, Any] = {
        f"{team[one]}-{team[other]}": agreement(
            np.einsum("t,ti,tj->ij", shares, codes[one], codes[other])
        )
        for one, other in pairs
    }
    return found | {"icc": _rounded(_icc(shares, np.array(codes)))}


def agreement(together: Floats) -> dict[str, float]:
    """Agreement of two observers.

    Parameters
    ----------
    together : ndarray of float, shape (n_interactions, n_interactions)
        Chance of each pair of codes.

    Returns
    -------
    dict
        ``share, kappa, weighted_kappa``; see `expected_agreement`.
    """
    by_chance = np.outer(together.sum(axis=1), together.sum(axis=0))
    distance = np.subtract.outer(POINTS, POINTS) ** 2
    share, expected = np.trace(together), np.trace(by_chance)
    return {
        "share": _rounded(share),
        "kappa": _rounded((share - expected) / (1 - expected)),
        "weighted_kappa": _rounded(1 - (together * distance).sum() / (by_chance * distance).sum()),
    }


def _icc(shares: Floats, codes: Floats) -> float:
    """Intraclass correlation; `codes` has shape (n_observers, n_true, n_codes)."""
    meant = np.einsum("oti,i->ot", codes, POINTS)  # mean points by true interaction
    mean = np.einsum("t,ot->o", shares, meant)
    square = np.einsum("t,oti,i->o", shares, codes, POINTS**2)
    products = np.einsum("t,ot,pt->op", shares, meant, meant) - np.outer(mean, mean)
    number = len(codes)
    covariance = (products.sum() - np.trace(products)) / (number * (number - 1))
    variance = (square - mean**2).mean()
    return float(covariance / (variance + mean.var(ddof=1)))


def expected_scores(kind: str) -> dict[str, Any]:
    """Interaction scores of each stage that the probabilities imply.

    Parameters
    ----------
    kind : {"own", "competitor"}

    Returns
    -------
    dict
        By stage: ``mean`` points of an interaction; mean ``sum`` of journeys that have the
        stage; ``reached``, the share of journeys that have it.
    """
    mean = np.einsum("m,msi,i->s", np.array(MOOD_SHARES), _chances(kind), POINTS)
    lengths = np.arange(MIN_INTERACTIONS, MAX_INTERACTIONS + 1)
    found = {}
    for stage, share, points in zip(STAGES, STAGE_SHARES, mean, strict=True):
        reached = 1 - np.mean((1 - share) ** lengths)
        number = share * lengths.mean() / reached  # of interactions, where there are any
        found[stage] = {
            "mean": _rounded(points),
            "sum": _rounded(points * number),
            "reached": _rounded(reached),
        }
    return found


def _rounded(value: float) -> float:
    return round(float(value), OBSERVED_DECIMALS)
