"""Coefficients of many linear regressions at once, from correlation matrices."""

from __future__ import annotations

import numpy as np

from pipelines.statistics.subsets import MIN_VARIANCE_LEFT
from pipelines.statistics.survey import BoolArray, FloatArray


def coefficients(correlations: FloatArray) -> FloatArray:
    """Regression of the last column on all others.

    Parameters
    ----------
    correlations : ndarray, shape (..., p + 1, p + 1)
        Correlations, or covariances of columns of about the same variance.

    Returns
    -------
    ndarray, shape (..., p)
        Columns that repeat others share equally: the shortest of all solutions.
    """
    inner, response = correlations[..., :-1, :-1], correlations[..., :-1, -1:]
    sound = _are_sound(inner)
    if sound.all():
        return np.asarray(np.linalg.solve(inner, response)[..., 0])
    found = np.empty(response.shape[:-1])
    found[sound] = np.linalg.solve(inner[sound], response[sound])[..., 0]
    inverse = np.linalg.pinv(inner[~sound], rcond=MIN_VARIANCE_LEFT, hermitian=True)
    found[~sound] = (inverse @ response[~sound])[..., 0]
    return found


def _are_sound(inner: FloatArray) -> BoolArray:
    """Whether no column repeats others, of each matrix."""
    try:
        pivots = np.diagonal(np.linalg.cholesky(inner), axis1=-2, axis2=-1) ** 2
    except np.linalg.LinAlgError:  # one of them is singular
        pivots = np.linalg.eigvalsh(inner)
    variance = np.diagonal(inner, axis1=-2, axis2=-1).max(axis=-1, initial=0.0)
    return np.asarray(pivots.min(axis=-1, initial=1.0) > MIN_VARIANCE_LEFT * variance)


def r_squared(covariances: FloatArray) -> FloatArray:
    """R2 of the last column on all others, 0 to 1, of each of many covariance matrices.

    Parameters
    ----------
    covariances : ndarray, shape (..., p + 1, p + 1)
        A column without variance explains nothing, and R2 of one is 0.

    Returns
    -------
    ndarray, shape (...)
    """
    variance = np.diagonal(covariances, axis1=-2, axis2=-1)
    scale = np.where(variance > 0, 1 / np.sqrt(np.where(variance > 0, variance, 1.0)), 0.0)
    correlations = covariances * scale[..., :, None] * scale[..., None, :]
    shared = (coefficients(correlations) * correlations[..., :-1, -1]).sum(axis=-1)
    return np.asarray(np.clip(shared, 0.0, 1.0))
