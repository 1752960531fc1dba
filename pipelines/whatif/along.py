"""Moving along: what other ratings are expected to be where one rating is higher."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.core.scales import MIDDLE
from pipelines.outcomes.filling import Filled
from pipelines.outcomes.models import OutcomeFit
from pipelines.statistics.survey import FloatArray

MIN_SPREAD = 1e-6  # variance of ratings, in points squared, below which nothing goes with them


@dataclass(frozen=True)
class MovingAlong:
    """Regressions of every rating on every other one, each among those who used both.

    Parameters
    ----------
    columns : ndarray, shape (n_drivers, n_columns)
        By how much the model's standardised columns of other ratings rise, per point of a
        driver's, among its users: those who use the other one too, by their share.
    latent : ndarray, shape (n_drivers, n_drivers)
        What that adds to the linear predictor per standard deviation: of rating j in the row, as
        k in the column moves.
    correlations : ndarray, shape (n_drivers, n_drivers)
        Among users of both; 1 on the diagonal.
    """

    columns: FloatArray
    latent: FloatArray
    correlations: FloatArray

    @property
    def slope(self) -> FloatArray:
        """What moves along adds to the linear predictor per standard deviation, by driver."""
        return np.asarray(self.latent.sum(axis=0))


def moving_along(fit: OutcomeFit, filled: Filled) -> MovingAlong:
    """Regress the ratings of a model's rows on each other."""
    model, used = fit.model, filled.used
    rating = used * (filled.rating - MIDDLE)
    weighed = fit.weights[:, None] * used
    both, first, second = weighed.T @ used, weighed.T @ rating, weighed.T @ rating**2
    there = np.where(both > 0, both, 1.0)
    mean = first / there  # of k in the column, among users of j too
    variance = np.maximum(second / there - mean**2, 0.0)
    varies = variance > MIN_SPREAD
    drivers = len(model.slopes.rating)
    columns = np.zeros((drivers, model.beta.size))
    latent = np.zeros((drivers, drivers))
    spread = np.sqrt(np.diagonal(variance))
    for j, own in enumerate(model.slopes.rating):
        if not own:
            continue
        parts = fit.values[:, own] * weighed[:, [j]]
        joint = (parts.T @ rating) / there[j] - (parts.T @ used) / there[j] * mean[j]
        slope = np.divide(joint, variance[j], out=np.zeros_like(joint), where=varies[j])
        slope *= both[j] / np.maximum(np.diagonal(both), np.finfo(float).tiny)
        slope[:, j] = 0.0
        columns[:, own] = slope.T
        latent[j] = (model.beta[list(own)] @ slope) * spread
    return MovingAlong(columns, latent, _correlations(weighed, rating, there, mean, variance))


def _correlations(
    weighed: FloatArray, rating: FloatArray, there: FloatArray, mean: FloatArray,
    variance: FloatArray,
) -> FloatArray:  # fmt: skip
    product = (weighed * rating).T @ rating / there - mean * mean.T
    scale = np.sqrt(variance * variance.T)
    found = np.divide(product, scale, out=np.zeros_like(product), where=scale > MIN_SPREAD)
    np.fill_diagonal(found, 1.0)
    return np.clip(found, -1.0, 1.0)
