"""Effective number of answers: how many a simple random sample would need for the same mean."""

from __future__ import annotations

import numpy as np

from pipelines.statistics.bootstrap import Units
from pipelines.statistics.survey import BoolArray, FloatArray


def effective_n(values: FloatArray, weights: FloatArray, units: Units, rows: BoolArray) -> float:
    """Answers over the design effect of their mean: of weights, clusters and strata.

    Parameters
    ----------
    values, weights : ndarray, shape (n_rows,)
    units : Units
        Clusters and strata of the rows.
    rows : ndarray of bool, shape (n_rows,)
        The group whose mean it is; two rows or more.

    Returns
    -------
    float
        Linearised over clusters within strata. Without weights, clusters and strata the number
        of rows; Kish's figure if the weights say nothing of the values.

    References
    ----------
    Kish (1965), Survey Sampling, section 8.2; Särndal, Swensson and Wretman (1992), Model
    Assisted Survey Sampling, section 5.7.

    Examples
    --------
    >>> each = Units(np.arange(4), np.zeros(4, np.int64))
    >>> round(effective_n(np.array([1.0, 2, 3, 4]), np.ones(4), each, np.ones(4, bool)), 6)
    4.0
    """
    y, w, n = values[rows], weights[rows], int(rows.sum())
    deviation = y - w @ y / w.sum()
    spread = w @ deviation**2 / w.sum()
    if not spread > 0:
        return float(w.sum() ** 2 / (w @ w))
    total = np.bincount(units.of_row[rows], w * deviation, minlength=units.n)
    size = np.bincount(units.stratum).astype(np.float64)
    mean = np.bincount(units.stratum, total) / size
    squares = np.bincount(units.stratum, (total - mean[units.stratum]) ** 2)
    variance = (squares * size / (size - 1)).sum() / w.sum() ** 2
    return float(spread / variance * n / (n - 1))
