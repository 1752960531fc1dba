"""Correlations of what ordinal answers are cuts of, if that is normal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from pipelines.core.errors import ContractError
from pipelines.statistics.ordered_logit import MAX_CATEGORIES
from pipelines.statistics.survey import FloatArray, IntArray

MAX_REPAIR = 0.1  # of a correlation; more is no sampling error
MAX_THRESHOLD = 8.0  # standard deviations: a threshold beyond has nothing behind it


@dataclass(frozen=True)
class Polychoric:
    """Polychoric correlations.

    Parameters
    ----------
    correlation : ndarray, shape (n_columns, n_columns)
        Positive semi-definite.
    repair : float
        By how much the most was moved to make them so; 0 if none had to be.
    n_ordinal : int
        Columns taken as ordinal.

    Raises
    ------
    ContractError
        If the repair is too large for sampling error.
    """

    correlation: FloatArray
    repair: float
    n_ordinal: int

    def __post_init__(self) -> None:
        if not self.repair <= MAX_REPAIR:
            raise ContractError(
                "polychoric correlations",
                expected=f"correlations within {MAX_REPAIR} of those of normal variables",
                got=f"one that is {self.repair:.2g} away",
                todo="leave out dummies of one factor and columns with few answers, or take the"
                " ordered logit",
            )


@dataclass(frozen=True)
class CutColumns:
    """Columns whose pairs are correlated as if ordinal answers were cuts of normal variables.

    In two steps: thresholds from the margins of each column, then for every pair the
    correlation that makes their table most likely. Pairs of an ordinal and a continuous
    column have their polyserial correlation, pairs of continuous ones Pearson's.

    Two binary columns of which one combination does not occur have a correlation of 1 or
    -1: dummies of one factor are no cuts of normal variables.

    Parameters
    ----------
    values : ndarray, shape (n_columns, n_rows)
        NaN where missing.
    code : ndarray of int, shape (n_columns, n_rows)
        Category of ordinal columns, from 0; 0 where missing or continuous.
    categories : ndarray of int, shape (n_columns,)
        Number of categories; 0 for continuous columns.

    References
    ----------
    Olsson (1979), Psychometrika 44, 443-460; Olsson, Drasgow and Dorans (1982), same
    journal 47, 337-347.
    """

    values: FloatArray
    code: IntArray
    categories: IntArray

    @classmethod
    def of(cls, values: FloatArray) -> CutColumns:
        """Take columns of at most `MAX_CATEGORIES` distinct values as ordinal.

        Parameters
        ----------
        values : ndarray, shape (n_rows, n_columns)
            NaN where missing.
        """
        code = np.zeros(values.T.shape, np.int64)
        categories = np.zeros(len(code), np.int64)
        for at, column in enumerate(values.T):
            seen = ~np.isnan(column)
            distinct, place = np.unique(column[seen], return_inverse=True)
            if distinct.size <= MAX_CATEGORIES:
                code[at, seen], categories[at] = place, distinct.size
        return cls(np.ascontiguousarray(values.T), code, categories)

    def correlate(self, weights: FloatArray, start: FloatArray | None = None) -> FloatArray:
        """Correlations under weights, some of which may be zero.

        Parameters
        ----------
        weights : ndarray, shape (n_rows,)
        start : ndarray, shape (n_columns, n_columns), optional
            Correlations that are near.

        Raises
        ------
        ContractError
            If nobody answered two columns together.
        """
        from pipelines.statistics.polychoric_loops import MAX_CORRELATION, correlate

        columns = len(self.values)
        standard = np.empty_like(self.values)
        code = np.zeros_like(self.code)
        thresholds = np.zeros((columns, MAX_CATEGORIES))
        cuts = np.full(columns, -1)
        for at, column in enumerate(self.values):
            seen = ~np.isnan(column)
            standard[at] = _standardise(column, np.where(seen, weights, 0.0))
            if self.categories[at]:
                own = np.bincount(self.code[at, seen], weights[seen], self.categories[at])
                code[at] = (np.cumsum(own > 0) - 1)[self.code[at]]
                share = np.cumsum(own[own > 0]) / own.sum()
                cuts[at] = share.size - 1
                thresholds[at, : cuts[at]] = np.clip(
                    special.ndtri(share[:-1]), -MAX_THRESHOLD, MAX_THRESHOLD
                )
        near = (
            np.zeros((columns, columns))
            if start is None
            else np.clip(start, -MAX_CORRELATION, MAX_CORRELATION)
        )
        found: FloatArray = correlate(standard, code, thresholds, cuts, weights, near)
        if np.isnan(found).any():
            raise ContractError(
                "polychoric correlations",
                expected="every two columns answered together by somebody, in every replicate",
                got="two that are not",
                todo="use fewer columns",
            )
        return found


def _standardise(column: FloatArray, weights: FloatArray) -> FloatArray:
    """Subtract the mean, divide by the standard deviation; NaN stays."""
    share, filled = weights / weights.sum(), np.where(np.isnan(column), 0.0, column)
    deviation = column - share @ filled
    spread = np.sqrt(share @ np.where(np.isnan(column), 0.0, deviation) ** 2)
    standard: FloatArray = deviation / spread if spread > 0 else deviation
    return standard


def repaired(columns: CutColumns, found: FloatArray) -> Polychoric:
    """Make correlations positive semi-definite, and say by how much they moved."""
    mended = nearest_correlations(found[None])[0]
    moved = float(np.abs(mended - found).max())
    ordinal = int((columns.categories > 0).sum())
    return Polychoric(mended, moved if moved > 1e-12 else 0.0, ordinal)


def nearest_correlations(matrices: FloatArray) -> FloatArray:
    """Set negative eigenvalues to zero, and the diagonal to one again."""
    value, vector = np.linalg.eigh(matrices)
    mended = (vector * np.maximum(value, 0.0)[..., None, :]) @ vector.swapaxes(-1, -2)
    scale = 1 / np.sqrt(np.diagonal(mended, axis1=-2, axis2=-1))
    found: FloatArray = mended * scale[..., :, None] * scale[..., None, :]
    return found
