"""The covariance of estimates that are, nearly, sums over the rows of a sample."""

from __future__ import annotations

import numpy as np

from pipelines.statistics.bootstrap import Units
from pipelines.statistics.survey import FloatArray


def covariance_of_sums(influence: FloatArray, units: Units) -> FloatArray:
    """Covariance of sums over rows, under the design.

    Units of a stratum are taken as drawn with replacement.

    Parameters
    ----------
    influence : ndarray, shape (n_rows, k)
        What each row adds to the error of each estimate.
    units : Units
        Clusters and strata of the rows.

    Returns
    -------
    ndarray, shape (k, k)

    References
    ----------
    Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, section 5.5.

    Examples
    --------
    >>> each = Units(np.arange(4), np.zeros(4, np.int64))
    >>> mean_of = (np.array([1.0, 2, 3, 4]) - 2.5) / 4
    >>> covariance_of_sums(mean_of[:, None], each).round(4).tolist()
    [[0.4167]]
    """
    columns = influence.shape[1]
    total, size = np.zeros((units.n, columns)), np.bincount(units.stratum).astype(np.float64)
    np.add.at(total, units.of_row, influence)
    mean = np.zeros((len(size), columns))
    np.add.at(mean, units.stratum, total)
    centred = total - (mean / size[:, None])[units.stratum]
    factor = (size / (size - 1))[units.stratum]
    found: FloatArray = centred.T @ (factor[:, None] * centred)
    return found
