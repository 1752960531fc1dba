"""Rows with missing values completed in expectation: what a fit by EM adds up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.statistics.em import NormalFit, Patterns
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class CompletedRows:
    """Rows completed in expectation.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_columns)
        Expected values; the observed ones where there are some.
    pattern : ndarray of int, shape (n_rows,)
        What each row lacks.
    left : ndarray, shape (n_patterns, n_columns (n_columns + 1) / 2)
        Covariance that is left in the missing values, upper triangle row by row.
    """

    values: FloatArray
    pattern: IntArray
    left: FloatArray

    def first(self, columns: int) -> CompletedRows:
        """The same of the first columns."""
        upper = np.triu_indices(self.values.shape[1])
        kept = (upper[0] < columns) & (upper[1] < columns)
        return CompletedRows(self.values[:, :columns], self.pattern, self.left[:, kept])

    def sums(
        self, weights: FloatArray, of_row: IntArray, blocks: int, centre: FloatArray,
        rows: BoolArray | None = None,
    ) -> FloatArray:  # fmt: skip
        """Sum up every block of rows: weights, deviations, and their expected products.

        Parameters
        ----------
        weights, of_row : ndarray, shape (n_rows,)
            Weight and block of each row.
        blocks : int
        centre : ndarray, shape (n_columns,)
            What values deviate from.
        rows : ndarray of bool, shape (n_rows,), optional
            Rows that count; by default all.

        Returns
        -------
        ndarray, shape (blocks, 1 + n_columns + n_columns (n_columns + 1) / 2)
        """
        from pipelines.statistics.moment_loops import sum_blocks

        kept = np.ones(len(weights), bool) if rows is None else rows
        values, w, block = np.ascontiguousarray(self.values[kept]), weights[kept], of_row[kept]
        pattern = self.pattern[kept]
        sums = sum_blocks(values, w, block, centre, blocks)
        lacking: BoolArray = np.asarray(self.left.any(axis=1))[pattern]
        cells = block[lacking] * len(self.left) + pattern[lacking]
        distinct, place = np.unique(cells, return_inverse=True)
        by_cell = np.bincount(place, w[lacking], minlength=distinct.size)
        added = by_cell[:, None] * self.left[distinct % len(self.left)]
        np.add.at(sums[:, 1 + len(centre) :], distinct // len(self.left), added)
        return sums


def complete_rows(values: FloatArray, patterns: Patterns, fit: NormalFit) -> CompletedRows:
    """Complete rows as a fit lets expect.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_columns)
        NaN where missing; every row has some.
    patterns : Patterns
        Theirs.
    fit : NormalFit
    """
    from pipelines.statistics.missing_loops import fill_rows

    scale, (i, j) = patterns.scale, np.triu_indices(values.shape[1])
    standard = fit.covariance / np.outer(scale, scale)
    deviations = np.where(np.isnan(values), 0.0, values - fit.mean) / scale
    left = fill_rows(deviations, patterns.of_row, patterns.seen, standard)
    filled = np.where(np.isnan(values), fit.mean + scale * deviations, values)
    return CompletedRows(filled, patterns.of_row, left * scale[i] * scale[j])
