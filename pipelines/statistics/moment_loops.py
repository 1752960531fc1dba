"""Loops over rows and missing patterns, compiled by Numba: import late, see `compiled`."""

from __future__ import annotations

import numpy as np

from pipelines.statistics.compiled import compiled
from pipelines.statistics.survey import FloatArray, IntArray


@compiled
def sum_blocks(values: FloatArray, weights: FloatArray, block: IntArray, centre: FloatArray,
               blocks: int) -> FloatArray:  # fmt: skip
    """Sum up every block of rows: weights, deviations from `centre`, and their products.

    Returns
    -------
    ndarray, shape (blocks, 1 + n_columns + n_columns (n_columns + 1) / 2)
        Weighted; the products are the upper triangle, row by row.
    """
    n, columns = values.shape
    sums = np.zeros((blocks, 1 + columns + columns * (columns + 1) // 2))
    deviation = np.empty(columns)
    for row in range(n):
        for i in range(columns):
            deviation[i] = values[row, i] - centre[i]
        into, w = sums[block[row]], weights[row]
        into[0] += w
        at = 1 + columns
        for i in range(columns):
            weighed = w * deviation[i]
            into[1 + i] += weighed
            for k in range(i, columns):
                into[at + k - i] += weighed * deviation[k]
            at += columns - i
    return sums


@compiled
def sweep(table: FloatArray, observed: IntArray) -> float:
    """Sweep a covariance matrix on the observed columns; return the log determinant of theirs.

    Afterwards the observed block is minus its inverse, the block beside it the regression
    coefficients, and the rest the covariance left. An observed column that repeats others
    is not used, as if it were not there; NaN if a variance is negative.
    """
    columns = table.shape[0]
    log_determinant = 0.0
    for c in observed:
        pivot = table[c, c]
        if pivot < -1e-9:
            return np.nan
        if pivot <= 1e-12:
            table[c, :] = 0.0
            table[:, c] = 0.0
            continue
        log_determinant += np.log(pivot)
        for i in range(columns):
            if i != c:
                factor = table[i, c] / pivot
                for k in range(columns):
                    if k != c:
                        table[i, k] -= factor * table[c, k]
        for i in range(columns):
            if i != c:
                table[i, c] /= pivot
                table[c, i] /= pivot
        table[c, c] = -1.0 / pivot
    return log_determinant


@compiled
def _deviations(sums: FloatArray, seen: IntArray, mean: FloatArray
                ) -> tuple[float, FloatArray, FloatArray]:  # fmt: skip
    """Weight of a pattern, and its sums of deviations from `mean` and of their products."""
    columns = seen.size
    weight = sums[0]
    first, second = np.zeros(columns), np.zeros((columns, columns))
    at = 1 + columns
    for i in range(columns):
        for k in range(i, columns):
            if seen[i] and seen[k]:
                shift = weight * mean[k] - sums[1 + k]
                product = sums[at + k - i] + mean[i] * shift - mean[k] * sums[1 + i]
                second[i, k] = second[k, i] = product
        if seen[i]:
            first[i] = sums[1 + i] - weight * mean[i]
        at += columns - i
    return weight, first, second


@compiled
def complete_pattern(sums: FloatArray, seen: IntArray, mean: FloatArray, covariance: FloatArray
                     ) -> tuple[FloatArray, FloatArray, FloatArray, float]:  # fmt: skip
    """Complete the sums of one missing pattern as the current parameters let expect.

    Parameters are those of `expect`, of one pattern.

    Returns
    -------
    table : ndarray, shape (n_columns, n_columns)
        `covariance` swept on the observed columns.
    first, second, log_likelihood
        As from `expect`.
    """
    observed, missing = np.flatnonzero(seen), np.flatnonzero(seen == 0)
    table = covariance.copy()
    log_determinant = sweep(table, observed)
    weight, moved, products = _deviations(sums, seen, mean)
    log_likelihood = -0.5 * weight * (log_determinant + len(observed) * np.log(2 * np.pi))
    for i in observed:
        for k in observed:
            log_likelihood += 0.5 * table[i, k] * products[i, k]
    for m in missing:
        for i in observed:
            moved[m] += table[i, m] * moved[i]
            total = 0.0
            for k in observed:
                total += table[k, m] * products[k, i]
            products[m, i] = total
    for m in missing:
        for r in missing:
            total = weight * table[m, r]
            for k in observed:
                total += products[m, k] * table[k, r]
            products[m, r] = total
        for i in observed:
            products[i, m] = products[m, i]
    return table, moved, products, log_likelihood


@compiled
def expect(sums: FloatArray, seen: IntArray, mean: FloatArray, covariance: FloatArray
           ) -> tuple[FloatArray, FloatArray, float]:  # fmt: skip
    """Complete the sums of every missing pattern as the current parameters let expect.

    Parameters
    ----------
    sums : ndarray, shape (n_patterns, 1 + n_columns + n_columns (n_columns + 1) / 2)
        As from `sum_blocks` around 0, with zeros for missing values.
    seen : ndarray of int, shape (n_patterns, n_columns)
        1 where the pattern has a value.
    mean, covariance : ndarray
        Current parameters.

    Returns
    -------
    first : ndarray, shape (n_columns,)
        Expected sum of deviations from `mean`.
    second : ndarray, shape (n_columns, n_columns)
        Expected sum of their products.
    log_likelihood : float
        Of what was observed; NaN if `covariance` is not positive semi-definite.
    """
    patterns, columns = seen.shape
    first, second = np.zeros(columns), np.zeros((columns, columns))
    log_likelihood = 0.0
    for p in range(patterns):
        _, moved, products, likelihood = complete_pattern(sums[p], seen[p], mean, covariance)
        if np.isnan(likelihood):
            return first, second, np.nan
        log_likelihood += likelihood
        first += moved
        second += products
    return first, second, log_likelihood
