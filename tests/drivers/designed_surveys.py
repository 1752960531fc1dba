"""Surveys whose importance, slopes and R2 are known exactly, under many designs of the sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import special

from pipelines.outcomes.sheets import Sheets
from pipelines.statistics.dominance import general_dominance

Floats = np.ndarray

COMMON = 0.4  # correlation of any two ratings, by a factor that weights and strata know
NOISE = 1.0  # variance of the outcome that ratings do not carry, of that which they carry
WITHIN_CLUSTERS = 0.2  # of variances, what people of one cluster share
PER_CLUSTER = 5  # people
TILT = 0.7  # of the factor, in the log weight
LOOSE = 0.4  # standard deviation of what else is in the log weight
STRATA = np.array([0.4, 0.3, 0.2, 0.1])  # of the sample, in each quarter of the factor


@dataclass(frozen=True)
class Survey:
    """A design of a sample.

    Attributes
    ----------
    drivers, asked : int
        Touchpoints, and how many of them, drawn at random, each person rates.
    clustered, weighted, stratified : bool
    """

    drivers: int = 6
    asked: int = 6
    clustered: bool = False
    weighted: bool = False
    stratified: bool = False

    @property
    def slopes(self) -> Floats:
        """Of the outcome on the ratings, in two halves of the population and overall."""
        mean = np.linspace(0.6, 0.05, self.drivers)
        apart = 0.3 * np.where(np.arange(self.drivers) % 2, -mean, mean)
        return np.array([mean + apart, mean - apart, mean])

    @property
    def covariances(self) -> Floats:
        """Of ratings and outcome, in the two halves and overall, shape (3, p + 1, p + 1)."""
        inner = np.full((self.drivers, self.drivers), COMMON)
        np.fill_diagonal(inner, 1.0)
        found = np.empty((3, self.drivers + 1, self.drivers + 1))
        for one, slope in zip(found, self.slopes, strict=True):
            beside = inner @ slope
            one[:-1, :-1], one[:-1, -1], one[-1, :-1] = inner, beside, beside
            one[-1, -1] = slope @ beside + self._noise
        found[2, -1, -1] = found[:2, -1, -1].mean()
        return found

    @property
    def _noise(self) -> float:
        mean = self.slopes[2]
        return float(NOISE * (COMMON * mean.sum() ** 2 + (1 - COMMON) * (mean**2).sum()))

    @property
    def shares(self) -> Floats:
        """Percent of R2, in the two halves and overall, shape (3, n_drivers)."""
        importance = general_dominance(self.covariances)
        return np.asarray(100 * importance / importance.sum(axis=1, keepdims=True))

    @property
    def r2(self) -> float:
        """Of the whole population."""
        return float(general_dominance(self.covariances[2:]).sum())

    def sheets(self, n: int, rng: np.random.Generator) -> Sheets:
        """Draw a sample."""
        cluster = np.arange(n) // PER_CLUSTER if self.clustered else np.arange(n)
        factor, weight, stratum = self._factor(cluster, rng)
        own = self._spread(cluster, rng, self.drivers)
        rating = np.sqrt(COMMON) * factor[:, None] + np.sqrt(1 - COMMON) * own
        half = rng.integers(0, 2, n)
        noise = np.sqrt(self._noise) * self._spread(cluster, rng, 1)[:, 0]
        outcome = (rating * self.slopes[half]).sum(axis=1) + noise
        lost = np.argsort(rng.random(rating.shape), axis=1) >= self.asked
        names = tuple(f"d{k:02}" for k in range(self.drivers))
        return Sheets(
            mode="cold",
            wave="2025",
            outcome="overall",
            drivers=names,
            touchpoints=names,
            left_out=(),
            target=np.column_stack([outcome, 100.0 * (outcome > 1.5), 100.0 * (outcome < -1.5)]),
            rating=np.where(lost, np.nan, rating),
            used=np.where(lost, np.nan, 1.0),
            stated=np.full(rating.shape, np.nan),
            weight=weight,
            cluster=cluster,
            stratum=stratum,
            segments=pl.DataFrame({"half": half.astype(str)}),
            confounders=pl.DataFrame(),
        )

    def _factor(
        self, cluster: Floats, rng: np.random.Generator
    ) -> tuple[Floats, Floats, np.ndarray]:
        """The factor of the ratings, weights and strata."""
        n = len(cluster)
        if self.stratified:
            stratum = np.repeat(np.arange(4), np.round(STRATA * n).astype(int))[:n]
            factor = special.ndtri((stratum + rng.random(n)) / 4)
            return factor, 0.25 / STRATA[stratum], stratum
        factor = self._spread(cluster, rng, 1)[:, 0]
        if not self.weighted:
            return factor, np.ones(n), np.zeros(n, np.int64)
        # Clusters keep their distribution; weights are then loose alone.
        tilt = 0.0 if self.clustered else TILT
        loose = LOOSE if tilt else np.hypot(LOOSE, TILT)
        factor = factor - tilt
        weight = np.exp(tilt * factor + loose * rng.normal(size=n))
        return factor, weight, np.zeros(n, np.int64)

    def _spread(self, cluster: Floats, rng: np.random.Generator, columns: int) -> Floats:
        """Standard normal columns, of which people of a cluster share a part."""
        shared = WITHIN_CLUSTERS if self.clustered else 0.0
        of_cluster = rng.normal(size=(int(cluster.max()) + 1, columns))[cluster]
        return np.sqrt(shared) * of_cluster + np.sqrt(1 - shared) * rng.normal(
            size=(len(cluster), columns)
        )


SURVEYS = {
    "simple": Survey(),
    "clusters of 5": Survey(clustered=True),
    "skewed weights": Survey(weighted=True),
    "strata": Survey(stratified=True),
    "5 of 6 asked": Survey(asked=5),
    "3 of 6 asked": Survey(asked=3),
    "4 of 12 asked": Survey(drivers=12, asked=4),
    "4 of 12, clusters and weights": Survey(drivers=12, asked=4, clustered=True, weighted=True),
}
