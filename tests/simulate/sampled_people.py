"""People of all ages, regions and systems, and how often chance lets a share be off."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate import banks

SIZE = 12_000  # people
REGIONS = tuple(banks.regions())
ADDRESS = ["street", "postcode", "city"]


def draw_people(first: int, size: int = SIZE) -> pl.DataFrame:
    """People of all ages, regions and systems."""
    rng = np.random.default_rng([11, first])
    region = np.array(REGIONS)[rng.integers(0, len(REGIONS), size)]
    days = np.timedelta64(1, "D")
    return pl.DataFrame(
        {
            "person": np.arange(first, first + size),
            "country": [name[:2] for name in region],
            "gender": rng.choice(["f", "m", "d"], size, p=[0.54, 0.44, 0.02]),
            "birth_on": np.datetime64("1938-01-01") + rng.integers(0, 24_800, size) * days,
            "region": region,
            "joined_on": np.datetime64("2017-01-01") + rng.integers(0, 3285, size) * days,
            "in_crm": rng.random(size) < 0.75,
            "in_shop": rng.random(size) < 0.8,
            "in_callcentre": rng.random(size) < 0.4,
        },
        schema_overrides={"country": pl.String},
    )


def within_binomial_bounds(hits: int, n: int, rate: float) -> bool:
    """Whether hits are within 4.5 standard deviations: false for one in 100,000 by chance."""
    return abs(hits - n * rate) <= 4.5 * (n * rate * (1 - rate)) ** 0.5 + 1e-9
