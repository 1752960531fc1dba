"""Ratings with a known truth, for the tests of models of the same rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.importance import designs
from pipelines.importance.designs import Design
from pipelines.importance.parts import CompletedDesign
from pipelines.importance.totals import Totals
from pipelines.statistics.bootstrap import Units, sampling_units

Floats = np.ndarray


@dataclass(frozen=True)
class Ratings:
    """Rating and use of every driver, shape (n, n_drivers), and an outcome in three targets."""

    rating: Floats
    used: Floats
    targets: dict[str, Floats]
    weight: Floats
    attributes: pl.DataFrame

    @property
    def n(self) -> int:
        return len(self.weight)

    @property
    def use_and_rating(self) -> Design:
        return designs.use_and_rating(self.rating, self.used, self.targets, self.weight)

    @property
    def rating_alone(self) -> Design:
        return designs.rating_alone(self.rating, self.targets, self.weight)


def made_up(
    n: int = 800,
    *,
    reach: tuple[float, ...] = (1.0, 0.6, 0.5),
    slopes: tuple[float, ...] = (0.5, 0.8, 0.2),
    blank: float = 0.0,
    seed: int = 1,
) -> Ratings:
    """Ratings whose outcome is a sum of them times slopes, of the drivers used, and noise."""
    rng = np.random.default_rng(seed)
    k = len(slopes)
    common = rng.normal(size=(n, 1))
    rating = 50 + 10 * (0.6 * common + 0.8 * rng.normal(size=(n, k)))
    used = (rng.random((n, k)) < reach).astype(float)
    moved = np.where(used == 1, (rating - 50) * slopes, 0.0)
    outcome = 50 + moved.sum(axis=1) + 5 * rng.normal(size=n)
    seen = np.where(used == 1, rating, np.nan)
    lost = (rng.random((n, k)) < blank) & (used == 1)
    seen[lost] = np.nan
    known = np.where(lost, np.nan, used)
    top, bottom = 100.0 * (outcome > 60), 100.0 * (outcome < 40)
    return Ratings(
        rating=seen,
        used=known,
        targets={"mean": outcome, "top_box": top, "bottom_box": bottom},
        weight=rng.uniform(0.5, 2.0, n),
        attributes=pl.DataFrame({"side": np.where(rng.random(n) < 0.5, "left", "right")}),
    )


def totals_of(ratings: Ratings, design: Design) -> tuple[Units, Totals]:
    """Totals of all rows, each of them a sampling unit."""
    units = sampling_units(ratings.n, None, None, 2000, np.random.default_rng(0))
    completed = CompletedDesign.of(design, ratings.weight, ratings.attributes, units)
    return units, completed.whole
