"""Loops over missing patterns for the information that they lack, compiled by Numba.

Import late, see `compiled`.
"""

from __future__ import annotations

import numpy as np

from pipelines.statistics.compiled import compiled
from pipelines.statistics.moment_loops import complete_pattern, sweep
from pipelines.statistics.survey import FloatArray, IntArray


@compiled
def fill_rows(deviations: FloatArray, of_row: IntArray, seen: IntArray, covariance: FloatArray
              ) -> FloatArray:  # fmt: skip
    """Fill in what rows lack with what is expected of them, in place.

    Parameters
    ----------
    deviations : ndarray, shape (n_rows, n_columns)
        From the means; whatever where there is none.
    of_row : ndarray of int, shape (n_rows,)
        Pattern of each row.
    seen : ndarray of int, shape (n_patterns, n_columns)
        1 where the pattern has a value.
    covariance : ndarray, shape (n_columns, n_columns)
        Of columns with a variance of about 1.

    Returns
    -------
    ndarray, shape (n_patterns, n_columns (n_columns + 1) / 2)
        Covariance that is left, upper triangle row by row.
    """
    patterns, columns = seen.shape
    tables = np.empty((patterns, columns, columns))
    left = np.zeros((patterns, columns * (columns + 1) // 2))
    for p in range(patterns):
        tables[p] = covariance
        sweep(tables[p], np.flatnonzero(seen[p]))
        place = 0
        for i in range(columns):
            for k in range(i, columns):
                if not (seen[p, i] or seen[p, k]):
                    left[p, place] = tables[p, i, k]
                place += 1
    for row in range(len(deviations)):
        p = of_row[row]
        for m in range(columns):
            if not seen[p, m]:
                total = 0.0
                for i in range(columns):
                    if seen[p, i]:
                        total += tables[p, i, m] * deviations[row, i]
                deviations[row, m] = total
    return left


@compiled
def _lacking(seen: IntArray) -> tuple[int, IntArray]:
    """Number of missing columns; their places, then those of products with one of them.

    Each has its place among deviations and products, and its one or two columns.
    """
    columns = seen.size
    missing = np.flatnonzero(seen == 0)
    found = np.empty((columns + columns * (columns + 1) // 2, 3), np.int64)
    count = 0
    for column in missing:
        found[count, :] = column
        count += 1
    place = columns
    for i in range(columns):
        for k in range(i, columns):
            if not (seen[i] and seen[k]):
                found[count, 0], found[count, 1], found[count, 2] = place, i, k
                count += 1
            place += 1
    return len(missing), found[:count]


@compiled
def variance_left(sums: FloatArray, seen: IntArray, mean: FloatArray, covariance: FloatArray
                  ) -> FloatArray:  # fmt: skip
    """Covariances that deviations and their products have given what was observed, summed up.

    Parameters are those of `moment_loops.expect`.

    Returns
    -------
    ndarray, shape (size, size)
        ``size`` is ``n_columns + n_columns (n_columns + 1) / 2``: deviations from `mean`, then
        products, upper triangle row by row.

    References
    ----------
    Isserlis (1918), Biometrika 12, 134-139, of the products of normal variables.
    """
    patterns, columns = seen.shape
    size = columns + columns * (columns + 1) // 2
    found = np.zeros((size, size))
    for p in range(patterns):
        table, first, second, _ = complete_pattern(sums[p], seen[p], mean, covariance)
        weight = sums[p, 0]
        left = np.zeros((columns, columns))
        for i in range(columns):
            for k in range(columns):
                if not (seen[p, i] or seen[p, k]):
                    left[i, k] = table[i, k]
        singles, lacking = _lacking(seen[p])
        for a in range(len(lacking)):
            row, i, j = lacking[a]
            for b in range(a, len(lacking)):
                column, k, m = lacking[b]
                if b < singles:
                    value = weight * left[i, k]
                elif a < singles:
                    value = left[i, k] * first[m] + left[i, m] * first[k]
                else:  # `second` holds what is left too
                    value = (second[j, m] * left[i, k] + second[j, k] * left[i, m]
                             + second[i, m] * left[j, k] + second[i, k] * left[j, m]
                             - weight * (left[i, k] * left[j, m] + left[i, m] * left[j, k])
                             )  # fmt: skip
                found[row, column] += value
    for row in range(size):
        for column in range(row):
            found[row, column] = found[column, row]
    return found
