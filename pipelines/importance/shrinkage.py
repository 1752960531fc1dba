"""Shrinkage: what may be true of drivers, given an estimate and its errors.

Bootstrap replicates lie around the estimate as estimates lie around the truth. To count in how
many of them a driver comes first is to count noise twice: the estimate of the first driver is
already lifted by its error. Empirical Bayes takes that back by the ratio of the spread of the
drivers to their errors.
"""

from __future__ import annotations

import numpy as np

from pipelines.statistics.survey import FloatArray

N_FACTORS = 128  # shrinkage factors that are weighed
NO_VARIANCE = 1e-9  # of the largest: in such a direction an estimate has no error


def posterior_draws(deviation: FloatArray, replicates: FloatArray) -> FloatArray:
    """Draw true deviations from their mean, one for each bootstrap replicate.

    The truth is taken as normal around 0 with one variance, and the estimate as normal around the
    truth with the covariance of the replicates. Along an eigenvector of error variance v the
    estimate is shrunk by ``B = t2 / (t2 + v)``, and what is left of its error is that of the
    replicates times the root of B. How far true values spread, t2, is not known: every draw has
    one of its own, from the posterior under a uniform prior of the shrinkage ``m / (t2 + m)``, m
    the mean of v. So few drivers are shrunk less surely than many.

    Parameters
    ----------
    deviation : ndarray, shape (k,)
        Estimates less their mean.
    replicates : ndarray, shape (n_replicates, k)
        Theirs, each less its own mean.

    Returns
    -------
    ndarray, shape (n_replicates, k)

    References
    ----------
    Efron and Morris (1975), Journal of the American Statistical Association 70, 311-319; Daniels
    (1999), Canadian Journal of Statistics 27, 567-578, of the uniform shrinkage prior.

    Examples
    --------
    >>> noise = np.random.default_rng(1).normal(size=(1000, 4))
    >>> noise -= noise.mean(axis=1, keepdims=True)
    >>> far = posterior_draws(np.array([30.0, 10.0, -10.0, -30.0]), noise)
    >>> near = posterior_draws(np.array([0.3, 0.1, -0.1, -0.3]), noise)
    >>> bool(abs(far[:, 0].mean() - 30) < 1), bool(near[:, 0].mean() < 0.15)
    (True, True)
    """
    noise = replicates - replicates.mean(axis=0)
    variance, direction = np.linalg.eigh(noise.T @ noise / max(len(noise) - 1, 1))
    unsure = variance > NO_VARIANCE * max(variance[-1], NO_VARIANCE)
    if not unsure.any():
        return np.tile(deviation, (len(noise), 1))
    variance, direction = variance[unsure], direction[:, unsure]
    seen = direction.T @ deviation
    spread = _spreads(seen, variance, len(noise))
    factor = spread[:, None] / (spread[:, None] + variance)
    moved = factor * seen + np.sqrt(factor) * (noise @ direction) - seen
    drawn: FloatArray = deviation + moved @ direction.T
    return drawn


def _spreads(seen: FloatArray, variance: FloatArray, draws: int) -> FloatArray:
    """Quantiles of the posterior of the variance of true values, shape (draws,).

    Replicates are in no order, so that to give them the quantiles in order is to draw.
    """
    shrinkage = (np.arange(N_FACTORS) + 0.5) / N_FACTORS
    spread = variance.mean() * (1 - shrinkage) / shrinkage
    total = variance + spread[:, None]
    log_likelihood = -0.5 * (np.log(total) + seen**2 / total).sum(axis=1)
    weight = np.exp(log_likelihood - log_likelihood.max())
    cumulated = np.cumsum(weight) / weight.sum()
    at = np.searchsorted(cumulated, (np.arange(draws) + 0.5) / draws)
    found: FloatArray = spread[np.minimum(at, N_FACTORS - 1)]
    return found


def shrunken_shares(shares: FloatArray, replicates: FloatArray) -> FloatArray:
    """Draw true shares, in percent, one set for each bootstrap replicate.

    They are shrunk as their roots: the error of a share grows with its root, and the roots of a
    few large and many small shares are less skewed than they are.

    Parameters
    ----------
    shares : ndarray, shape (k,)
        In percent.
    replicates : ndarray, shape (n_replicates, k)

    Returns
    -------
    ndarray, shape (n_replicates, k)
        They sum to 100; some may lie a little below 0, so that drivers without importance have
        an order by chance.
    """
    root, roots = np.sqrt(np.maximum(shares, 0.0)), np.sqrt(np.maximum(replicates, 0.0))
    drawn = posterior_draws(root - root.mean(), roots - roots.mean(axis=1, keepdims=True))
    drawn += root.mean()
    squared = np.sign(drawn) * drawn**2
    found: FloatArray = 100 * squared / squared.sum(axis=1, keepdims=True)
    return found
