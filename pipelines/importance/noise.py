"""Noise: the share of R2 that a driver gets which has nothing to do with the outcome.

In a sample no column is uncorrelated with another, and R2 never falls by a column more. So the
share of no driver is 0, and no interval of a share reaches it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipelines.importance.methods import importances
from pipelines.importance.models import Model
from pipelines.statistics.dominance import r2_of_others
from pipelines.statistics.regression import r_squared
from pipelines.statistics.relative_weights import variance_inflation
from pipelines.statistics.survey import FloatArray

MIN_WORTH = 10  # answers: with fewer, what noise adds to R2 is not its columns over their number
ALWAYS_ABOUT_LMG = ("lmg", "johnson")  # of noise Johnson's weight is the LMG, to order 1/n


def share_of_noise(model: Model, approach: str) -> FloatArray:
    """Share, in percent, that each driver would have on average with its answers permuted.

    The others keep theirs. What a column of noise adds to R2 is what the others leave of it, over
    the number of answers. These are counted by their worth: so many equal and independent ones
    would give the slope of the column the standard error that it has from the bootstrap, with its
    clusters, weights and blanks.

    Parameters
    ----------
    model : Model
    approach : {"lmg", "johnson", "first", "last"}

    Returns
    -------
    ndarray, shape (n_drivers,)
        NaN where a column repeats others, or is worth fewer than `MIN_WORTH` answers.

    References
    ----------
    Rencher and Pun (1980), Technometrics 22, 49-53, of the R2 of noise.
    """
    per_column = 1 / _worth(model)
    added = np.array([per_column[group].sum() for group in model.groups])
    return noise_shares(approach, model.matrices[0], model.groups, added)


def _worth(model: Model) -> FloatArray:
    """Answers that the slope of each column is worth, shape (n_columns,)."""
    matrix = model.matrices[0]
    variance = np.diagonal(matrix)
    scale = 1 / np.sqrt(variance)
    inflation = variance_inflation((matrix * np.outer(scale, scale))[:-1, :-1])
    left = variance[-1] * (1 - r_squared(matrix[None])[0])
    repeats = np.isinf(inflation) | (left <= 0)
    worth = left * np.where(repeats, np.nan, inflation) / (variance[:-1] * model.slope_errors**2)
    return np.where(worth >= MIN_WORTH, worth, np.nan)


def noise_shares(
    method: str, matrix: FloatArray, groups: Sequence[Sequence[int]], added: FloatArray
) -> FloatArray:
    """Share of each driver, in percent, were it noise.

    Parameters
    ----------
    method : {"lmg", "johnson", "first", "last"}
    matrix : ndarray, shape (n_columns, n_columns)
        Covariances, the outcome last.
    groups : sequence of sequences of int
        Columns of each driver.
    added : ndarray, shape (n_drivers,)
        R2 that it would add to none: its columns over the number of answers.

    Examples
    --------
    >>> matrix = np.array([[1, 0, 0.5], [0, 1, 0.5], [0.5, 0.5, 1]])
    >>> noise_shares("last", matrix, [[0], [1]], np.array([0.01, 0.01])).round(2)
    array([2.91, 2.91])
    """
    gain = (1 - r2_of_others(matrix, groups)) * added[:, None]
    if method in ALWAYS_ABOUT_LMG:
        noise = gain.mean(axis=1)
    else:
        noise = gain[:, -1] if method == "last" else gain[:, 0]
    others = np.array([_of_others(method, matrix, groups, k) for k in range(len(groups))])
    if method in ALWAYS_ABOUT_LMG:  # the whole is R2, to which noise is added last
        others += gain[:, -1] - noise
    found: FloatArray = 100 * noise / (others + noise)
    return found


def _of_others(
    method: str, matrix: FloatArray, groups: Sequence[Sequence[int]], without: int
) -> float:
    """Sum of the importances of the other drivers among themselves."""
    kept = [group for k, group in enumerate(groups) if k != without]
    if not kept:
        return 0.0
    columns = [column for group in kept for column in group] + [len(matrix) - 1]
    inner = matrix[np.ix_(columns, columns)]
    if method in ALWAYS_ABOUT_LMG:
        return float(r_squared(inner[None])[0])
    place = {column: at for at, column in enumerate(columns)}
    renamed = [[place[column] for column in group] for group in kept]
    return float(importances(method, inner[None], renamed, []).sum())
