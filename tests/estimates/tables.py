"""Small tables for the tests of estimates."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.estimates import estimate


def everybody(frame: pl.DataFrame, about: dict, **options: object) -> dict:
    """Return the estimate of everybody in one sample; weighted if there are weights."""
    terms = {"level": 0.95, "flag_n": 30, **options}
    found = estimate(frame, about, **terms).filter(pl.col("segment") == "all")
    weighted = found.filter(pl.col("weighted") == ("weights" in options))
    assert weighted.height == 1, weighted
    return weighted.row(0, named=True)


def survey_of_clusters(rng: np.random.Generator, n: int) -> pl.DataFrame:
    """Draw a survey with weights and clusters, some of which are unknown."""
    rating = rng.integers(0, 5, n) * 25.0
    flights = pl.Series([f"f{i}" for i in rng.integers(0, 8, n)])
    return pl.DataFrame(
        {
            "wave": np.where(np.arange(n) % 2 == 0, "2016", "2017"),
            "region": rng.choice(["north", "south", "west"], n),
            "rating": rating,
            "is_top": rating == 100,
            "vote": rng.choice([-100.0, 0.0, 100.0], n),
            "weight": rng.uniform(0.5, 2, n),
            "flight": flights,
        }
    ).with_columns(flight=pl.when(pl.col("flight") != "f0").then("flight"))
