"""Who the customers are: attributes that the company knows, and traits that nobody sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulate.model import FIRST_DAY, MONTHS, Flags, Floats, Ints

COUNTRIES = {"DE": 0.60, "AT": 0.15, "GB": 0.25}
REGIONS = {
    "DE": {"DE north": 0.2, "DE west": 0.35, "DE south": 0.3, "DE east": 0.15},
    "AT": {"AT east": 0.6, "AT west": 0.4},
    "GB": {"GB london": 0.25, "GB south": 0.3, "GB midlands": 0.2, "GB north": 0.25},
}
AGES = {"18-29": 0.18, "30-44": 0.30, "45-59": 0.29, "60+": 0.23}
_FIRST_AGE = {"18-29": 18, "30-44": 30, "45-59": 45, "60+": 60}
_LAST_AGE = {"18-29": 29, "30-44": 44, "45-59": 59, "60+": 84}
SEGMENTS = {"value": 0.40, "family": 0.38, "premium": 0.22}
ACQUIRED_BY = {"search": 0.34, "display": 0.12, "store": 0.28, "referral": 0.16, "social": 0.10}
GENDERS = {"f": 0.54, "m": 0.455, "d": 0.005}
CHANNELS = ("web", "app", "store")  # where a customer prefers to buy

ALREADY_CUSTOMERS = 0.45  # share who joined before the first day
CARD_HOLDERS = 0.9  # share of customers who hold a loyalty card
CALLED_UNSEEN = 0.02  # share known to the call centre without a contact in the window
LONGEST_TENURE = 72  # months before the first day
TECH_AFFINITY = {"18-29": 0.6, "30-44": 0.3, "45-59": -0.1, "60+": -0.6}  # means; sd 0.8
SCALE_USE_SD = 0.25  # of the logarithm of how far answers spread from the middle
# Utility of a channel: constant, slope on tech affinity; the rest is a Gumbel draw.
CHANNEL_UTILITY = {"web": (0.5, 0.2), "app": (-0.3, 0.8), "store": (0.2, -0.5)}


@dataclass(frozen=True)
class Population:
    """One partition's customers; every array has one element per customer.

    Attributes
    ----------
    known : DataFrame
        person, country, region, age, gender, segment, acquired_by, language, birth_on,
        joined_on.
    leniency, scale_use, price_sensitivity, tech_affinity, attachment : ndarray of float
        Traits. Standard normal, but for scale use (lognormal around 1) and tech
        affinity (its mean falls with age).
    channel : ndarray of int
        Preferred channel, a place in `CHANNELS`.
    joined_month : ndarray of int
        Month of joining, 0 is the first month; negative if before.
    """

    known: pl.DataFrame
    leniency: Floats
    scale_use: Floats
    price_sensitivity: Floats
    tech_affinity: Floats
    attachment: Floats
    channel: Ints
    joined_month: Ints

    @property
    def size(self) -> int:
        """Number of customers."""
        return self.known.height

    def is_(self, attribute: str, *values: str) -> Flags:
        """Whose attribute has one of the values."""
        flags: Flags = self.known[attribute].is_in(values).to_numpy()
        return flags


def draw_population(size: int, first_person: int, rng: np.random.Generator) -> Population:
    """Draw `size` customers, numbered from `first_person`."""
    country = _pick(COUNTRIES, size, rng)
    region = np.full(size, "", dtype=object)
    for name, shares in REGIONS.items():
        here = country == name
        region[here] = _pick(shares, int(here.sum()), rng)
    age = _pick(AGES, size, rng)
    tech = _look_up(age, TECH_AFFINITY) + rng.normal(0, 0.8, size)
    utilities = [a + b * tech + rng.gumbel(size=size) for a, b in CHANNEL_UTILITY.values()]
    joined_month = _joining(size, rng)
    known = pl.DataFrame(
        {
            "person": np.arange(first_person, first_person + size),
            "country": country.astype(str),
            "region": region.astype(str),
            "age": age.astype(str),
            "gender": _pick(GENDERS, size, rng).astype(str),
            "segment": _pick(SEGMENTS, size, rng).astype(str),
            "acquired_by": _pick(ACQUIRED_BY, size, rng).astype(str),
            "birth_on": _births(age, rng),
            "joined_on": joined_month,
            "joined_day": rng.integers(0, 28, size),
        }
    ).with_columns(
        language=pl.when(pl.col("country") == "GB").then(pl.lit("en")).otherwise(pl.lit("de")),
        birth_on=pl.lit(FIRST_DAY) - pl.duration(days=pl.col("birth_on")),
        joined_on=_first_of(pl.col("joined_on")) + pl.duration(days=pl.col("joined_day")),
    )
    return Population(
        known.drop("joined_day"),
        leniency=rng.normal(size=size),
        scale_use=np.exp(rng.normal(0, SCALE_USE_SD, size)),
        price_sensitivity=rng.normal(size=size),
        tech_affinity=tech,
        attachment=rng.normal(size=size),
        channel=np.argmax(utilities, axis=0),
        joined_month=joined_month,
    )


def _pick(shares: dict[str, float], size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw labels with these shares."""
    edges = np.cumsum(list(shares.values()))[:-1]
    return np.array(list(shares), dtype=object)[np.searchsorted(edges, rng.random(size), "right")]


def _look_up(labels: np.ndarray, values: Mapping[str, float]) -> Floats:
    found = np.zeros(len(labels))
    for label, value in values.items():
        found[labels == label] = value
    return found


def _joining(size: int, rng: np.random.Generator) -> Ints:
    """Months of joining: some before the first day, the others evenly over the window."""
    before = rng.random(size) < ALREADY_CUSTOMERS
    early = -1 - np.floor(LONGEST_TENURE * rng.random(size) ** 1.5).astype(int)
    late = rng.integers(0, MONTHS, size)
    return np.where(before, early, late)


def _births(age: np.ndarray, rng: np.random.Generator) -> Ints:
    """Age on the first day, in days."""
    youngest, oldest = _look_up(age, _FIRST_AGE), _look_up(age, _LAST_AGE)
    return np.floor((youngest + (oldest + 1 - youngest) * rng.random(len(age))) * 365.25).astype(
        int
    )


def _first_of(month: pl.Expr) -> pl.Expr:
    """First day of a month that is counted from the first one of the window."""
    total = month + FIRST_DAY.year * 12 + FIRST_DAY.month - 1
    return pl.date(total // 12, total % 12 + 1, 1)
