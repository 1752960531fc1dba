"""Daily figures of touchpoints that no customer can be named for: advertising, media, the web.

Each figure has a level, a trend, a week, a year, what two known events add, and noise that
lasts from day to day. Counts, parts and money change by factors, scores by points; all
changes are given as they are added: to the logarithm, or to the score.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import polars as pl
from scipy.signal import lfilter

from pipelines.core.errors import ContractError, examples
from pipelines.simulate.model import FIRST_DAY, INCIDENT, Floats

NOISE_PERSISTENCE = 0.6  # of a day's noise in the next day's, for all figures
DAYS_PER_YEAR = 365.25  # days

# Changes from Monday to Sunday; each week's add up to nothing.
WEEKS = {
    "even": (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "leisure": (-0.04, -0.10, -0.10, -0.06, -0.06, 0.14, 0.22),
    "office": (0.20, 0.25, 0.20, 0.15, 0.05, -0.40, -0.45),
    "mailing": (-0.40, 1.10, -0.40, -0.40, 1.10, -0.50, -0.50),
    "relaxed": (-0.03, -0.01, -0.01, 0.0, 0.0, 0.03, 0.02),
}


@dataclass(frozen=True)
class Metric:
    """A daily figure.

    A `count` is Poisson; a `part` is binomial, `money` is a product, both of the figure
    `base` of the same touchpoint. A `score` is the mean of what `base` counts, and there is
    none where that is zero; without a base there always is one.
    """

    touchpoint: str
    name: str
    kind: Literal["count", "part", "money", "score"]
    level: float  # on an average day at the start of the window; of parts and money, per unit
    noise: float  # standard deviation
    low: float  # plausible values; of scores, the ends of the scale
    high: float
    base: str | None = None
    trend: float = 0.0  # per year
    week: str = "even"
    season: float = 0.0  # amplitude of the year
    peak: int = 120  # day of the year on which the season is highest
    decimals: int = 0


METRICS = (
    Metric(
        "display_ad", "impressions", "count", 180e3, 0.15, 2e4, 2e6, None, 0.06, "leisure", 0.25
    ),
    Metric("display_ad", "clicks", "part", 0.004, 0.12, 20, 2e4, "impressions", -0.05),
    Metric("display_ad", "cost", "money", 0.42, 0.05, 5, 2e4, "clicks", 0.08, decimals=2),
    Metric("paid_search", "impressions", "count", 42e3, 0.12, 5e3, 5e5, None, 0.05, "leisure", 0.3),
    Metric("paid_search", "clicks", "part", 0.055, 0.08, 100, 5e4, "impressions"),
    Metric("paid_search", "cost", "money", 0.61, 0.06, 50, 5e4, "clicks", 0.10, decimals=2),
    Metric("newsletter", "sent", "count", 6e3, 0.10, 500, 1e5, None, 0.08, "mailing", 0.15, 340),
    Metric("newsletter", "opened", "part", 0.31, 0.06, 50, 5e4, "sent", -0.03),
    Metric("newsletter", "clicked", "part", 0.11, 0.10, 1, 1e4, "opened"),
    Metric("own_social", "posts", "count", 2.4, 0.15, 0, 30, None, 0.0, "office"),
    Metric("own_social", "reactions", "count", 310, 0.30, 20, 5e3, None, 0.12, "leisure", 0.2),
    Metric(
        "own_social",
        "sentiment",
        "score",
        0.25,
        0.08,
        -1,
        1,
        "reactions",
        week="relaxed",
        season=0.03,
        decimals=3,
    ),
    Metric("press", "articles", "count", 1.6, 0.30, 0, 60, None, 0.0, "office", 0.25),
    Metric("press", "tone", "score", 0.08, 0.12, -1, 1, "articles", decimals=3),
    Metric("social_comments", "comments", "count", 85, 0.25, 5, 2e3, None, 0.10, "leisure", 0.15),
    Metric(
        "social_comments",
        "sentiment",
        "score",
        0.06,
        0.07,
        -1,
        1,
        "comments",
        week="relaxed",
        season=0.03,
        decimals=3,
    ),
    Metric("comparison_sites", "rank", "score", 3.6, 0.30, 1, 10, None, -0.10, decimals=1),
    Metric("comparison_sites", "visits", "count", 640, 0.15, 50, 1e4, None, 0.04, "leisure", 0.2),
    Metric("external_reviews", "reviews", "count", 14, 0.15, 0, 200, None, 0.10, "office", 0.15),
    Metric("external_reviews", "stars", "score", 4.0, 0.10, 1, 5, "reviews", 0.02, decimals=2),
    Metric("forums", "threads", "count", 7, 0.20, 0, 150, None, -0.05, "leisure", 0.3),
    Metric("word_of_mouth", "referrals", "count", 22, 0.12, 0, 300, None, 0.05, "leisure", 0.15),
)


@dataclass(frozen=True)
class Effect:
    """What an event adds to a figure on each of its days."""

    touchpoint: str
    metric: str
    change: float


@dataclass(frozen=True)
class Event:
    """Something that moved figures for some days, the last one included."""

    id: str
    first: date
    last: date
    effects: tuple[Effect, ...]


OUTAGE = Event(
    INCIDENT.id,
    INCIDENT.first,
    INCIDENT.last,
    (
        Effect("social_comments", "sentiment", -0.30),
        Effect("social_comments", "comments", 0.50),
        Effect("own_social", "sentiment", -0.20),
        Effect("external_reviews", "stars", -0.35),
        Effect("forums", "threads", 0.60),
    ),
)
PRESS = Event(
    "test_winner",
    date(2025, 4, 7),
    date(2025, 4, 20),
    (
        Effect("press", "articles", 1.10),
        Effect("press", "tone", 0.30),
        Effect("comparison_sites", "visits", 0.20),
    ),
)

# For truth.json.
METRICS_TRUTH: Mapping[str, Any] = {
    "persistence": NOISE_PERSISTENCE,
    "weeks": WEEKS,
    "metrics": [dataclasses.asdict(metric) for metric in METRICS],
    "events": [dataclasses.asdict(event) for event in (OUTAGE, PRESS)],
}


def daily_metrics(
    days: pl.Series,
    rng: np.random.Generator,
    *,
    incident_days: tuple[date, date] = (OUTAGE.first, OUTAGE.last),
) -> pl.DataFrame:
    """Draw every figure for each day.

    Parameters
    ----------
    days : Series of Date
        One day after another.
    incident_days : tuple of date
        First and last day of the outage.

    Returns
    -------
    DataFrame
        ``date, touchpoint_id, metric, value``, sorted; counts are whole numbers.

    Raises
    ------
    ContractError
        If a day is missing, repeated or out of order.
    """
    _check(days)
    first, last = incident_days
    events = (dataclasses.replace(OUTAGE, first=first, last=last), PRESS)
    drawn: dict[tuple[str, str], Floats] = {}
    # A generator for each: what one figure draws leaves the others as they are.
    for metric, own in zip(METRICS, rng.spawn(len(METRICS)), strict=True):
        change = _expected(metric, days, events) + metric.noise * _lasting(len(days), own)
        base = drawn[metric.touchpoint, metric.base] if metric.base else None
        drawn[metric.touchpoint, metric.name] = _draw(metric, change, base, own)
    listed = [
        pl.DataFrame({"date": days, "value": values}).select(
            pl.col("date"),
            pl.lit(touchpoint).alias("touchpoint_id"),
            pl.lit(name).alias("metric"),
            pl.col("value"),
        )
        for (touchpoint, name), values in drawn.items()
    ]
    rows = pl.concat(listed).filter(pl.col("value").is_not_nan())
    return rows.sort("date", "touchpoint_id", "metric")


def _check(days: pl.Series) -> None:
    wrong = days if days.dtype != pl.Date else days.filter(~_follows(days))
    if days.is_empty() or not wrong.is_empty():
        raise ContractError(
            "daily figures",
            expected="dates, each the day after the one before",
            got=examples(map(str, wrong.to_list())) or "none",
            todo="list every day once, in order",
        )


def _follows(days: pl.Series) -> pl.Series:
    """Whether a date is the day after the one before it; the first one always is."""
    follows = (days.diff() == timedelta(days=1)).fill_null(False)
    return follows | (pl.arange(len(days), eager=True) == 0) & days.is_not_null()


def _expected(metric: Metric, days: pl.Series, events: tuple[Event, ...]) -> Floats:
    """What trend, week, year and events add on each day, without noise."""
    since = (days - FIRST_DAY).dt.total_days().to_numpy()
    angle = 2 * np.pi * (days.dt.ordinal_day().to_numpy() - metric.peak) / DAYS_PER_YEAR
    week = np.array(WEEKS[metric.week])[days.dt.weekday().to_numpy() - 1]
    change: Floats = metric.trend * since / DAYS_PER_YEAR + metric.season * np.cos(angle) + week
    for event in events:
        during = days.is_between(event.first, event.last).to_numpy()
        for effect in event.effects:
            if (effect.touchpoint, effect.metric) == (metric.touchpoint, metric.name):
                change = change + effect.change * during
    return change


def _lasting(size: int, rng: np.random.Generator) -> Floats:
    """Stationary autoregressive noise of variance one."""
    steps = rng.normal(size=size)
    steps[1:] *= np.sqrt(1 - NOISE_PERSISTENCE**2)
    noise: Floats = lfilter([1.0], [1.0, -NOISE_PERSISTENCE], steps)
    return noise


def _draw(metric: Metric, change: Floats, base: Floats | None, rng: np.random.Generator) -> Floats:
    """Draw a figure; NaN where there is none."""
    if metric.kind == "score":
        score = np.clip(metric.level + change, metric.low, metric.high).round(metric.decimals)
        return score if base is None else np.where(base > 0, score, np.nan)
    mean = metric.level * np.exp(change)
    if base is None:
        return rng.poisson(mean).astype(float)
    if metric.kind == "part":
        return rng.binomial(base.astype(np.int64), np.minimum(mean, 1.0)).astype(float)
    return (base * mean).round(metric.decimals)
