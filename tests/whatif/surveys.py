"""Surveys whose outcome follows an ordered logit, so that what moves change is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.outcomes.scales import SheetScales
from pipelines.outcomes.sheets import Sheets, targets_of
from pipelines.outcomes.slopes import parts_of

Floats = np.ndarray

COMMON = 0.4  # correlation of any two ratings before they are cut into points
CUTS = np.array([-1.7, -0.9, -0.1, 0.9])  # of the standard normal, into 5 points
PER_CLUSTER = 10
WITHIN_CLUSTERS = 0.15  # of variances, what people of one cluster share
TILT = 0.5  # of the common factor, in the log weight


@dataclass(frozen=True)
class WhatifSurvey:
    """A design of a sample.

    Attributes
    ----------
    drivers : int
    asked : int
        Touchpoints that each person rates, drawn at random; by default all.
    routed : float
        Share who experience each touchpoint of the second half.
    blank : float
        Share of ratings that are skipped.
    clustered, weighted : bool
    points : int
        Of the outcome's scale: 5 or 11.
    """

    drivers: int = 6
    asked: int = 99
    routed: float = 0.7
    blank: float = 0.0
    clustered: bool = False
    weighted: bool = False
    points: int = 11

    @property
    def scales(self) -> SheetScales:
        return SheetScales(self.points, self.points == 11, (5,) * self.drivers)

    @property
    def slopes(self) -> Floats:
        """Log odds per point of rating, below the middle and above it, and of use."""
        strength = np.linspace(0.035, 0.005, self.drivers)
        below = strength * np.where(np.arange(self.drivers) % 2, 1.5, 0.7)
        above = strength * np.where(np.arange(self.drivers) % 2, 0.6, 1.3)
        return np.stack([below, above, np.full(self.drivers, -0.2)])

    @property
    def thresholds(self) -> Floats:
        return np.linspace(-4.0, 2.0, self.points - 1)

    def people(self, n: int, rng: np.random.Generator) -> tuple[Floats, Floats, Floats, Floats]:
        """Ratings, uses, weights and clusters of people, without blanks."""
        cluster = np.arange(n) // PER_CLUSTER if self.clustered else np.arange(n)
        factor = _spread(cluster, rng, 1)
        latent = np.sqrt(COMMON) * factor + np.sqrt(1 - COMMON) * _spread(
            cluster, rng, self.drivers
        )
        rating = 25.0 * np.searchsorted(CUTS, latent)
        used = np.ones((n, self.drivers))
        half = self.drivers // 2
        used[:, half:] = rng.random((n, self.drivers - half)) < self.routed
        weight = np.exp(TILT * factor[:, 0]) if self.weighted else np.ones(n)
        return rating, used, weight, cluster

    def eta(self, rating: Floats, used: Floats) -> Floats:
        below, above, use = self.slopes
        parts = np.stack([parts_of(column, 2) for column in rating.T], axis=1)
        whole = parts[..., 0] * below + parts[..., 1] * above
        half = self.drivers // 2
        whole[:, half:] += use[half:]
        return np.asarray((used * whole).sum(axis=1))

    def expected(self, eta: Floats) -> dict[str, Floats]:
        """True expectations of the targets."""
        above = 1 / (1 + np.exp(self.thresholds - eta[:, None]))
        chance = -np.diff(np.column_stack([np.ones(len(eta)), above, np.zeros(len(eta))]), axis=1)
        answers = np.linspace(0, 100, self.points)
        found = {name: chance @ each for name, each in self.scales.scores(answers).items()}
        if self.scales.is_nps:
            found["nps"] = found["top_box"] - found["bottom_box"]
        return found

    def sheets(self, n: int, rng: np.random.Generator, *, groups: int = 0) -> Sheets:
        """Draw a sample."""
        rating, used, weight, cluster = self.people(n, rng)
        if self.weighted:  # who is rare in the sample counts more
            rating, used, weight, cluster = self._thinned(n, rng)
        latent = self.eta(rating, used) + rng.logistic(size=n)
        answer = np.searchsorted(self.thresholds, latent).astype(float)
        asked = np.argsort(rng.random(rating.shape), axis=1) < self.asked
        told = asked & ~(rng.random(rating.shape) < self.blank)
        names = tuple(f"d{k:02}" for k in range(self.drivers))
        return Sheets(
            mode="cold",
            wave="2025",
            outcome="nps",
            drivers=names,
            touchpoints=names,
            left_out=(),
            target=targets_of(answer, 0, self.points - 1),
            rating=np.where(told & (used > 0), rating, np.nan),
            used=np.where(told, used, np.nan),
            stated=np.broadcast_to(np.nan, rating.shape),
            weight=weight,
            cluster=cluster,
            stratum=np.zeros(n, np.int64),
            segments=pl.DataFrame({"side": (np.arange(n) % groups).astype(str)})
            if groups
            else pl.DataFrame(),
            confounders=pl.DataFrame(),
        )

    def _thinned(self, n: int, rng: np.random.Generator) -> tuple[Floats, Floats, Floats, Floats]:
        """People who take part the less the higher their weight, by whole clusters' order."""
        rating, used, weight, cluster = self.people(8 * n, rng)
        takes_part = rng.random(8 * n) < 0.5 / weight / np.exp(TILT**2)
        kept = np.flatnonzero(takes_part)[:n]
        assert len(kept) == n
        return rating[kept], used[kept], weight[kept], cluster[kept]


def _spread(cluster: Floats, rng: np.random.Generator, columns: int) -> Floats:
    """Standard normal columns, a part of them shared within clusters."""
    n = len(cluster)
    own = rng.normal(size=(n, columns))
    if cluster[-1] == n - 1:
        return own
    shared = rng.normal(size=(cluster[-1] + 1, columns))[cluster]
    return np.asarray(np.sqrt(WITHIN_CLUSTERS) * shared + np.sqrt(1 - WITHIN_CLUSTERS) * own)
