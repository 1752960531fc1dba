"""Johnson's relative weights, and how far drivers repeat each other."""

from __future__ import annotations

import numpy as np

from pipelines.core.errors import ContractError
from pipelines.statistics.subsets import MIN_VARIANCE_LEFT, ColumnLayout
from pipelines.statistics.survey import FloatArray


def weights_of_tables(tables: FloatArray, layout: ColumnLayout) -> FloatArray:
    """Split R2 by Johnson's relative weights, under each of many covariance matrices.

    The drivers are replaced by the orthogonal variables nearest to them, whose squared
    coefficients split R2, and each is shared out by the squared loadings of the drivers. It
    needs one eigen-decomposition where LMG visits all subsets, and is near to it.

    Parameters
    ----------
    tables : ndarray, shape (n_tables, n_columns, n_columns)
        As from `ColumnLayout.arrange`.
    layout : ColumnLayout
        Covariates are partialled out first. The weight of a group is the sum of its columns'
        weights. Johnson (2000) defines weights of single variables only: unlike LMG, the sum
        depends on how a group is coded, such as on the category of a factor that has no
        dummy. Prefer LMG for groups.

    Returns
    -------
    ndarray, shape (n_tables, n_groups)
        Weights in units of R2; not negative, and they sum to what the drivers add to R2.
        Columns that repeat each other share equally.

    References
    ----------
    Johnson (2000), Multivariate Behavioral Research 35, 1-19. Thomas, Zumbo, Kwan and
    Schweitzer (2014), same journal 49, 329-338, object that the weights have no other
    justification than being near to LMG's.
    """
    columns = int(layout.first[-1])
    left = _partial_out(tables, columns)
    correlations, scale = _rescale(left[:, :columns, :columns])
    response = left[:, :columns, -1] * scale
    value, vector = np.linalg.eigh(correlations)
    kept = value > MIN_VARIANCE_LEFT
    root = np.sqrt(np.where(kept, value, 0.0))
    inverse = np.where(kept, 1 / np.where(kept, root, 1.0), 0.0)
    turned = np.einsum("tjk,tj->tk", vector, response) * inverse
    orthogonal = np.einsum("tik,tk->ti", vector, turned)  # coefficients of the orthogonal ones
    loading = np.einsum("tik,tk,tjk->tij", vector, root, vector)
    weights = np.einsum("tij,tj->ti", loading**2, orthogonal**2)
    return np.add.reduceat(weights, layout.first[:-1], axis=1)


def _partial_out(tables: FloatArray, columns: int) -> FloatArray:
    """Covariances of what covariates leave of drivers and outcome."""
    size = tables.shape[-1]
    kept = [*range(columns), size - 1]
    held = list(range(columns, size - 1))
    if not held:
        return tables
    cross = tables[:, kept][:, :, held]
    inverse = np.linalg.pinv(tables[:, held][:, :, held], rcond=MIN_VARIANCE_LEFT, hermitian=True)
    left: FloatArray = tables[:, kept][:, :, kept] - cross @ inverse @ cross.swapaxes(1, 2)
    return left


def _rescale(covariances: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Correlations, and the factors by which columns were scaled; zeros if nothing is left."""
    variance = np.diagonal(covariances, axis1=1, axis2=2)
    left = variance > MIN_VARIANCE_LEFT
    scale = np.where(left, 1 / np.sqrt(np.where(left, variance, 1.0)), 0.0)
    return covariances * scale[:, :, None] * scale[:, None, :], scale


def variance_inflation(covariance: FloatArray) -> FloatArray:
    """Variance inflation factor of every driver, ``1 / (1 - R2 on the other drivers)``.

    Parameters
    ----------
    covariance : ndarray, shape (n_drivers, n_drivers)
        Covariances or correlations of the drivers, without the outcome.

    Returns
    -------
    ndarray, shape (n_drivers,)
        1 or more; infinite for drivers that repeat others.

    Raises
    ------
    ContractError
        If a variance is not positive, or the matrix not finite.
    """
    variance = np.diagonal(covariance)
    if not np.isfinite(covariance).all() or (variance <= 0).any():
        raise ContractError(
            "variance inflation",
            expected="a finite covariance matrix with positive variances",
            got="others",
            todo="leave out constant columns",
        )
    scale = 1 / np.sqrt(variance)
    value, vector = np.linalg.eigh(covariance * scale[:, None] * scale)
    null = value < MIN_VARIANCE_LEFT
    repeats = (vector[:, null] ** 2).sum(axis=1) > MIN_VARIANCE_LEFT  # has a part in a relation
    factors = (vector**2 / np.where(null, 1.0, value)).sum(axis=1)
    return np.where(repeats, np.inf, factors)
