"""Bootstrap of the ordered logit without fitting it anew: one Newton step per replicate.

The derivatives of the log-likelihood at the sample's slopes are sums over customers. So those
of a replicate are a weighted sum of the customers', one matrix product for all replicates, and
one step from the sample's slopes lands within the order of 1 / n of the replicate's own.
"""

from __future__ import annotations

import numpy as np

from pipelines.statistics.bootstrap import Units
from pipelines.statistics.ordered_logit import OrdinalRows, fit_rows, with_latent
from pipelines.statistics.regression import coefficients
from pipelines.statistics.survey import FloatArray


def latent_replicates(
    rows: OrdinalRows,
    weights: FloatArray,
    units: Units,
    counts: FloatArray,
    covariances: FloatArray,
) -> FloatArray:
    """Covariances of columns and latent outcome: of the sample, then of replicates.

    Parameters
    ----------
    rows : OrdinalRows
    weights : ndarray, shape (n_rows,)
        Survey weights.
    units : Units
        What was drawn.
    counts : ndarray, shape (n_replicates, n_units)
    covariances : ndarray, shape (1 + n_replicates, n_columns, n_columns)
        Of the columns, in their own units: of the sample, and of the replicates.

    Returns
    -------
    ndarray, shape (1 + n_replicates, n_columns + 1, n_columns + 1)
        The latent outcome last.

    Raises
    ------
    ContractError
        If the columns tell categories apart without fail.

    References
    ----------
    Davidson and MacKinnon (1999), Econometric Reviews 18, 1-15.
    """
    model, top = fit_rows(rows, weights)
    slopes = model.slopes * rows.scale
    points = replicate_points(rows, weights, units, counts, top.thresholds, slopes)
    every = np.concatenate([slopes[None], points[:, top.thresholds.size :]])
    tables = covariances / np.outer(rows.scale, rows.scale)
    latent = np.einsum("rij,rj->ri", tables, every)
    explained = np.einsum("ri,ri->r", latent, every)
    return with_latent(tables, latent, explained, rows.scale)


def replicate_points(
    rows: OrdinalRows,
    weights: FloatArray,
    units: Units,
    counts: FloatArray,
    thresholds: FloatArray,
    slopes: FloatArray,
) -> FloatArray:
    """Thresholds and slopes of replicates, one Newton step from those of the sample.

    Parameters
    ----------
    rows, weights, units, counts
        See `latent_replicates`.
    thresholds, slopes : ndarray
        Where the sample's likelihood is highest, of the standardised columns.

    Returns
    -------
    ndarray, shape (n_replicates, n_thresholds + n_columns)
    """
    from pipelines.statistics.logit_loops import sum_units

    point = np.concatenate([thresholds, slopes])
    sums = sum_units(rows.values, rows.code, weights, thresholds.size, point, units.of_row, units.n)
    return np.asarray(point + _steps(counts @ sums, point.size))


def _steps(sums: FloatArray, size: int) -> FloatArray:
    """Newton's steps from first and second derivatives, shape (n_replicates, size)."""
    upper = np.triu_indices(size)
    systems = np.zeros((len(sums), size + 1, size + 1))
    systems[:, upper[0], upper[1]] = systems[:, upper[1], upper[0]] = sums[:, size:]
    scale = 1 / np.sqrt(np.maximum(np.diagonal(systems, axis1=1, axis2=2), np.finfo(float).tiny))
    scale[:, -1] = 1.0
    systems[:, :-1, -1] = sums[:, :size]
    steps: FloatArray = coefficients(systems * scale[:, :, None] * scale[:, None, :])
    return steps * scale[:, :-1]
