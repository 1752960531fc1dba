"""Populations whose penalties and rewards are known, on the scale of the ratings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import special

from pipelines.kano.sample import RatedAnswers
from pipelines.statistics.survey import FloatArray

SHARES = np.array([0.06, 0.12, 0.22, 0.35, 0.25])  # of five answers, from the worst on
NOISE = 15.0  # standard deviation of what no touchpoint explains, points of the outcome


@dataclass(frozen=True)
class KnownSlopes:
    """What is true of touchpoints, per half of the scale.

    Attributes
    ----------
    penalty, reward : ndarray, shape (n_drivers,)
        The first 0 or negative, the second 0 or positive.
    """

    penalty: FloatArray
    reward: FloatArray

    @classmethod
    def draw(
        cls, drivers: int, smallest: float, largest: float, rng: np.random.Generator
    ) -> KnownSlopes:
        """Touchpoints of any kind: angles even, sizes even on a scale of logarithms."""
        angle = rng.uniform(0, np.pi / 2, drivers)
        size = np.exp(rng.uniform(np.log(smallest), np.log(largest), drivers))
        return cls(-size * np.cos(angle), size * np.sin(angle))

    @property
    def asymmetry(self) -> FloatArray:
        """From -1 to 1."""
        found: FloatArray = (self.reward + self.penalty) / (self.reward - self.penalty)
        return found

    @property
    def kind(self) -> np.ndarray:
        """0 basic, 1 performance, 2 excitement."""
        return np.digitize(self.asymmetry, [-1 / 3, 1 / 3])


def rated(
    n: int,
    slopes: KnownSlopes,
    rng: np.random.Generator,
    *,
    unanswered: float = 0.0,
    unasked: float = 0.0,
) -> RatedAnswers:
    """Draw respondents: correlated ratings from 1 to 5, routing, weights that say nothing.

    Parameters
    ----------
    n : int
    slopes : KnownSlopes
    rng : Generator
    unanswered, unasked : float
        Shares of ratings that were left out at random, and of touchpoints that a respondent was
        not asked about.
    """
    drivers = len(slopes.penalty)
    common = rng.normal(size=(n, 1))
    latent = np.sqrt(0.3) * common + np.sqrt(0.7) * rng.normal(size=(n, drivers))
    answer = np.searchsorted(special.ndtri(np.cumsum(SHARES)[:-1]), latent)
    rating = 25.0 * answer
    used = (rng.random((n, drivers)) < np.linspace(0.55, 1.05, drivers)).astype(float)
    below, above = np.minimum(rating - 50, 0) / 50, np.maximum(rating - 50, 0) / 50
    effect = used * (3.0 - below * slopes.penalty + above * slopes.reward)
    outcome = 50 + effect.sum(axis=1) + NOISE * rng.normal(size=n)
    blank = rng.random((n, drivers)) < unanswered
    blank |= rng.random((n, drivers)).argsort(axis=1) < round(unasked * drivers)
    return RatedAnswers(
        rating=np.where(blank | (used == 0), np.nan, rating),
        used=np.where(blank, np.nan, used),
        outcome=outcome,
        held=np.empty((n, 0)),
        weight=rng.uniform(0.5, 1.5, n),
        cluster=None,
        stratum=None,
        attributes=pl.DataFrame(),
    )
