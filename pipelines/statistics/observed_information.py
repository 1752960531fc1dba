"""How a fit by EM moves when rows count more or less: its linearised bootstrap.

What is missing has to be filled in anew in every replicate. To first order the fit moves by the
score of what was observed, times the inverse of the information that was observed: the
information of complete rows less that of what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from pipelines.core.errors import ContractError
from pipelines.statistics.bootstrap import Units
from pipelines.statistics.completed_rows import CompletedRows
from pipelines.statistics.em import NormalFit, Patterns
from pipelines.statistics.survey import FloatArray

INFORMATION_ROUNDING = 1e-13  # of an information: columns that repeat others have none
MAX_RESPONSE = 1e6  # of what more than a millionth of its information was observed
VARIANCE_ROUNDING = 1e-12  # of the largest eigenvalue


def complete_variance(covariance: FloatArray) -> FloatArray:
    """Covariances of normal deviations from the mean, and of their products.

    Parameters
    ----------
    covariance : ndarray, shape (n_columns, n_columns)

    Returns
    -------
    ndarray, shape (size, size)
        ``size`` is ``n_columns + n_columns (n_columns + 1) / 2``, as in
        `missing_loops.variance_left`.

    Examples
    --------
    >>> complete_variance(np.array([[2.0]]))
    array([[2., 0.],
           [0., 8.]])
    """
    i, j = np.triu_indices(len(covariance))
    one, other = covariance[i], covariance[j]
    products = one[:, i] * other[:, j] + one[:, j] * other[:, i]
    return np.asarray(linalg.block_diag(covariance, products))


def responses(patterns: Patterns, fit: NormalFit) -> FloatArray:
    """How far means and products move per mean score of the rows, in standard units.

    Parameters
    ----------
    patterns : Patterns
    fit : NormalFit
        Converged, from these patterns and their weights.

    Returns
    -------
    ndarray, shape (size, size)
        As in `complete_variance`; the unit matrix if nothing is missing. What the answers do
        not tell, such as how two columns go together that nobody answered both, stays where
        the fit left it.

    Raises
    ------
    ContractError
        If the fit is at the edge: too few answers, by which R2 came out as 1.

    References
    ----------
    Orchard and Woodbury (1972), Proceedings of the 6th Berkeley Symposium 1, 697-715; Louis
    (1982), Journal of the Royal Statistical Society B 44, 226-233.
    """
    from pipelines.statistics.missing_loops import variance_left
    from pipelines.statistics.moment_loops import sum_blocks

    columns = len(patterns.scale)
    mean, covariance = _standardised(patterns, fit)
    sums = sum_blocks(
        patterns.values, patterns.weights, patterns.of_row, np.zeros(columns), len(patterns.seen)
    )
    weight = float(patterns.weights.sum())
    complete = complete_variance(covariance)
    held = weight * complete
    held[columns:, columns:] *= 1 + fit.prior_rows / weight
    observed = held - variance_left(sums, patterns.seen, mean, covariance)
    ridge = np.diag(INFORMATION_ROUNDING * np.diagonal(held) + np.finfo(float).tiny)
    try:
        found: FloatArray = linalg.solve(observed + ridge, weight * complete, assume_a="pos").T
        if np.abs(found).max() < MAX_RESPONSE:
            return found
        share, vector = linalg.eigh(observed, held + ridge)
    except linalg.LinAlgError as error:
        raise ContractError(
            "EM",
            expected="a likelihood with its maximum where no column foretells another",
            got="a covariance at the edge of what there can be",
            todo="give the prior some rows, use fewer columns, or more data",
        ) from error
    told = share > 1 / MAX_RESPONSE
    inverse = np.divide(1.0, share, out=np.zeros_like(share), where=told)
    return np.asarray(weight * complete @ (vector * inverse) @ vector.T)


def _standardised(patterns: Patterns, fit: NormalFit) -> tuple[FloatArray, FloatArray]:
    scale = patterns.scale
    return (fit.mean - patterns.centre) / scale, fit.covariance / np.outer(scale, scale)


@dataclass(frozen=True)
class Refilling:
    """Completed rows, and how the fit that completed them moves.

    Parameters
    ----------
    rows : CompletedRows
    patterns : Patterns
        Of the rows, with their weights.
    fit : NormalFit
        Converged.
    response : ndarray
        As from `responses`.
    """

    rows: CompletedRows
    patterns: Patterns
    fit: NormalFit
    response: FloatArray

    @classmethod
    def of(cls, rows: CompletedRows, patterns: Patterns, fit: NormalFit) -> Refilling:
        """Find how a fit moves; see `responses`."""
        return cls(rows, patterns, fit, responses(patterns, fit))

    def moves(self, units: Units, columns: int) -> FloatArray:
        """How far each unit moves the means, and the products of deviations from them.

        Parameters
        ----------
        units : Units
            What the rows belong to.
        columns : int
            The first columns, of which this is asked.

        Returns
        -------
        ndarray, shape (n_units, 1 + columns + columns (columns + 1) / 2)
            Weight, and moves. With units counting so often, the sum of moves over that of
            weights is how far the fit moves.
        """
        scale = self.patterns.scale
        upper = np.triu_indices(len(scale))
        both = scale[upper[0]] * scale[upper[1]]
        rows = CompletedRows(
            (self.rows.values - self.fit.mean) / scale, self.rows.pattern, self.rows.left / both
        )
        sums = rows.sums(self.patterns.weights, units.of_row, units.n, np.zeros(len(scale)))
        weight, found = sums[:, :1], sums[:, 1:]
        scores = found - weight * (found.sum(axis=0) / weight.sum())
        asked = (upper[0] < columns) & (upper[1] < columns)
        kept = np.append(np.arange(len(scale)) < columns, asked)
        return np.hstack([weight, scores @ self.response[kept].T * np.append(scale, both)[kept]])


def moved(
    mean: FloatArray, covariance: FloatArray, moves: FloatArray, counts: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Means and covariances when units count so often.

    A covariance moves along the geodesic of positive definite matrices, so that it stays one
    however little was observed.

    Parameters
    ----------
    mean, covariance : ndarray, shape (n_columns,) and (n_columns, n_columns)
    moves : ndarray
        As from `Refilling.moves`, of these columns.
    counts : ndarray, shape (n_replicates, n_units)

    Returns
    -------
    means, covariances : ndarray
        Replicates along the first axis.

    References
    ----------
    Pennec, Fillard and Ayache (2006), International Journal of Computer Vision 66, 41-66.
    """
    columns = len(mean)
    total = counts @ moves
    total = total[:, 1:] / total[:, :1]
    first, upper = total[:, :columns], np.triu_indices(columns)
    shift = np.empty((len(counts), columns, columns))
    shift[:, upper[0], upper[1]] = shift[:, upper[1], upper[0]] = total[:, columns:]
    shift -= first[:, :, None] * first[:, None, :]
    return mean + first, _along_geodesics(covariance, shift)


def _along_geodesics(covariance: FloatArray, shift: FloatArray) -> FloatArray:
    """From a covariance into the direction of each shift, as far as it."""
    spread = np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
    scale = np.where(spread > 0, spread, 1.0)
    grid = np.outer(scale, scale)
    value, vector = np.linalg.eigh(covariance / grid)
    there = value > VARIANCE_ROUNDING * value.max(initial=0.0)
    root = np.sqrt(np.where(there, value, 0.0))
    inverse = np.divide(1.0, root, out=np.zeros_like(root), where=there)
    half, back = (vector * root) @ vector.T, (vector * inverse) @ vector.T
    value, vector = np.linalg.eigh(back @ (shift / grid) @ back)
    stretched = (vector * np.exp(value)[:, None, :]) @ vector.swapaxes(1, 2)
    found = half @ stretched @ half * grid
    return np.asarray((found + found.swapaxes(1, 2)) / 2)
