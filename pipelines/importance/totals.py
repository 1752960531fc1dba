"""Totals by sampling unit: what every model and every bootstrap replicate is a sum of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.importance.blanks import Expected, present_shares
from pipelines.importance.covariances import nearest_semidefinite
from pipelines.statistics.bootstrap import Units
from pipelines.statistics.moments import Moments
from pipelines.statistics.observed_information import moved
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
    moves : ndarray of the same shape, or None
        Weight, and how far each unit moves means and products where what fills the blanks is
        not held; see `Refilling.moves`.
    centre : ndarray, shape (n_columns,)
    n : int
        Rows.
    weight_squared : float
        Sum of squared weights.
    n_eff : float
        Effective number of rows: Kish's, until clusters and strata are known.
    present : ndarray, shape (n_columns, n_columns)
        Share of weight in which two columns have answers.
    prior : ndarray, shape (n_columns,)
        Variances that the prior adds, times its rows.
    prior_rows : float
    """

    sums: FloatArray
    moves: FloatArray | None
    centre: FloatArray
    n: int
    weight_squared: float
    n_eff: float
    present: FloatArray
    prior: FloatArray
    prior_rows: float

    @property
    def weight(self) -> float:
        """Sum of weights."""
        return float(self.sums[:, 0].sum())

    def __sub__(self, other: Totals) -> Totals:
        """Totals of the rows that are not in `other`, with what fills their blanks held."""
        weight = self.weight - other.weight
        present = (self.weight * self.present - other.weight * other.present) / weight
        return Totals(
            self.sums - other.sums,
            None,
            self.centre,
            self.n - other.n,
            self.weight_squared - other.weight_squared,
            weight**2 / (self.weight_squared - other.weight_squared),
            present,
            self.prior,
            self.prior_rows,
        )

    def draws(self, counts: FloatArray) -> Draws:
        """Moments of the sample, and of replicates in which units count so often.

        Where little is blank, what fills the blanks is not found anew in a replicate, so that
        deviations come out too small by about the share of missing information; they are
        divided by the share of rows that have both columns. Where much is, the fit moves.

        Parameters
        ----------
        counts : ndarray, shape (n_replicates, n_units)
        """
        if self.moves is not None:
            first, matrices = self._moments(self.sums.sum(axis=0, keepdims=True))
            mean, covariance = first[0] + self.centre, semidefinite(self._shrunk(matrices))[0]
            return Draws(mean, covariance, *moved(mean, covariance, self.moves, counts))
        whole = np.concatenate([np.ones((1, len(self.sums))), counts]) @ self.sums
        first, matrices = self._moments(whole)
        matrices[1:] = matrices[0] + (matrices[1:] - matrices[0]) / self.present
        first[1:] = first[0] + (first[1:] - first[0]) / np.diagonal(self.present)
        matrices = semidefinite(self._shrunk(matrices))
        first += self.centre
        return Draws(first[0], matrices[0], first[1:], matrices[1:])

    def _moments(self, sums: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Means less `centre`, and covariances, of sums along the first axis."""
        columns = len(self.centre)
        first = sums[:, 1 : 1 + columns] / sums[:, :1]
        upper = np.triu_indices(columns)
        matrices = np.empty((len(sums), columns, columns))
        matrices[:, upper[0], upper[1]] = sums[:, 1 + columns :] / sums[:, :1]
        matrices[:, upper[1], upper[0]] = matrices[:, upper[0], upper[1]]
        return first, matrices - first[:, :, None] * first[:, None, :]

    def _shrunk(self, matrices: FloatArray) -> FloatArray:
        """Add the prior: variances without correlation."""
        if not self.prior_rows:
            return matrices
        rows = self.n + self.prior_rows
        return (self.n * matrices + np.diag(self.prior)) / rows

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
                scatter += weight / self.n * np.diag(self.prior)
            found[int(one)] = Moments(named, 1, weight, weight, first[columns], scatter[grid])
        return found


def add_up(expected: Expected, weight: FloatArray, units: Units, rows: BoolArray) -> Totals:
    """Add up some rows by sampling unit, with what fills their blanks held."""
    centre = weight @ expected.rows.values / weight.sum()
    sums = expected.rows.sums(weight, units.of_row, units.n, centre, rows)
    w = weight[rows]
    present = present_shares(expected.seen[rows], w)
    squared = float((w**2).sum())
    kish = float(w.sum() ** 2 / squared)
    return Totals(
        sums, None, centre, int(rows.sum()), squared, kish, present, expected.prior,
        expected.prior_rows,
    )  # fmt: skip


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
