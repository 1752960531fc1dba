"""Totals by sampling unit: what every model and every bootstrap replicate is a sum of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.importance.blanks import Expected
from pipelines.importance.covariances import nearest_semidefinite
from pipelines.statistics.bootstrap import Units
from pipelines.statistics.moments import Moments
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray

CROSS_VALIDATION_FOLDS = 10
EIGENVALUE_ROUNDING = 1e-9  # of a variance; columns are answers from 0 to 100


@dataclass(frozen=True)
class Draws:
    """Means and covariances: of the sample, and of its replicates.

    Attributes
    ----------
    mean, covariance : ndarray, shape (n_columns,) and (n_columns, n_columns)
    means, covariances : ndarray, with the replicates along the first axis
    """

    mean: FloatArray
    covariance: FloatArray
    means: FloatArray
    covariances: FloatArray


@dataclass(frozen=True)
class Totals:
    """Weighted sums by sampling unit.

    Attributes
    ----------
    sums : ndarray, shape (n_units, 1 + n_columns + n_columns (n_columns + 1) / 2)
        Weight, deviations from `centre`, and their expected products, upper triangle.
    centre : ndarray, shape (n_columns,)
    n : int
        Rows.
    weight_squared : float
        Sum of squared weights.
    expected : Expected
    """

    sums: FloatArray
    centre: FloatArray
    n: int
    weight_squared: float
    expected: Expected

    @property
    def n_eff(self) -> float:
        """Kish's effective number of rows."""
        return float(self.sums[:, 0].sum() ** 2 / self.weight_squared)

    def __sub__(self, other: Totals) -> Totals:
        """Totals of the rows that are not in `other`."""
        return Totals(
            self.sums - other.sums,
            self.centre,
            self.n - other.n,
            self.weight_squared - other.weight_squared,
            self.expected,
        )

    def draws(self, counts: FloatArray) -> Draws:
        """Moments of the sample, and of replicates in which units count so often.

        The fit that completed the rows is not repeated in a replicate, so that deviations
        come out too small by about the share of missing information; they are divided by
        the share of rows that have both columns, which is that share or less.

        Parameters
        ----------
        counts : ndarray, shape (n_replicates, n_units)
        """
        whole = np.concatenate([np.ones((1, len(self.sums))), counts]) @ self.sums
        columns = len(self.centre)
        first = whole[:, 1 : 1 + columns] / whole[:, :1]
        upper = np.triu_indices(columns)
        matrices = np.empty((len(whole), columns, columns))
        matrices[:, upper[0], upper[1]] = whole[:, 1 + columns :] / whole[:, :1]
        matrices[:, upper[1], upper[0]] = matrices[:, upper[0], upper[1]]
        matrices -= first[:, :, None] * first[:, None, :]
        present = 1 - self.expected.missing_share
        matrices[1:] = matrices[0] + (matrices[1:] - matrices[0]) / np.maximum(present, 0.5)
        first[1:] = first[0] + (first[1:] - first[0]) / np.maximum(np.diagonal(present), 0.5)
        matrices = semidefinite(self._shrunk(matrices))
        first += self.centre
        return Draws(first[0], matrices[0], first[1:], matrices[1:])

    def _shrunk(self, matrices: FloatArray) -> FloatArray:
        """Add the prior: variances without correlation."""
        if not self.expected.prior_rows:
            return matrices
        rows = self.n + self.expected.prior_rows
        return (self.n * matrices + np.diag(self.expected.prior)) / rows

    def folds(self, fold: IntArray, columns: list[int], *, shrunk: bool) -> dict[int, Moments]:
        """Moments of some columns in each fold of units that has rows.

        Parameters
        ----------
        fold : ndarray of int, shape (n_units,)
        columns : list of int
        shrunk : bool
            Whether each has its part of the prior.
        """
        size = len(self.centre)
        upper = np.triu_indices(size)
        named, grid = tuple(map(str, columns)), np.ix_(columns, columns)
        found = {}
        for one in np.unique(fold[self.sums[:, 0] > 0]):
            total = self.sums[fold == one].sum(axis=0)
            weight, first = total[0], total[1 : 1 + size] / total[0]
            products = np.empty((size, size))
            products[upper] = products.T[upper] = total[1 + size :]
            scatter = products - weight * np.outer(first, first)
            if shrunk:
                scatter += weight / self.n * np.diag(self.expected.prior)
            found[int(one)] = Moments(named, 1, weight, weight, first[columns], scatter[grid])
        return found


def add_up(expected: Expected, weight: FloatArray, units: Units, rows: BoolArray) -> Totals:
    """Add up some rows by sampling unit."""
    from pipelines.statistics.moment_loops import sum_blocks

    centre = weight @ expected.values / weight.sum()
    values, w = np.ascontiguousarray(expected.values[rows]), weight[rows]
    of_row, pattern = units.of_row[rows], expected.pattern[rows]
    sums = sum_blocks(values, w, of_row, centre, units.n)
    lacking: BoolArray = np.asarray(expected.left.any(axis=1))[pattern]
    cells = of_row[lacking] * len(expected.left) + pattern[lacking]
    distinct, place = np.unique(cells, return_inverse=True)
    by_cell = np.bincount(place, w[lacking], minlength=distinct.size)
    added = by_cell[:, None] * expected.left[distinct % len(expected.left)]
    np.add.at(sums[:, 1 + len(centre) :], distinct // len(expected.left), added)
    return Totals(sums, centre, int(rows.sum()), float((w**2).sum()), expected)


def semidefinite(matrices: FloatArray) -> FloatArray:
    """Set negative eigenvalues to zero where a matrix has some beyond rounding.

    Few of a stack have them, and eigenvalues cost far more than to see that there are none:
    the stack is halved until the few are alone.
    """
    diagonal = np.diagonal(matrices, axis1=1, axis2=2)
    ridge = (
        np.eye(matrices.shape[-1])
        * (EIGENVALUE_ROUNDING * diagonal + EIGENVALUE_ROUNDING)[:, None, :]
    )
    try:
        np.linalg.cholesky(matrices + ridge)
    except np.linalg.LinAlgError:
        if len(matrices) > 1:
            halves = np.array_split(matrices, 2)
            return np.concatenate([semidefinite(half) for half in halves])
        return nearest_semidefinite(matrices)
    return matrices
