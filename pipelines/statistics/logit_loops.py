"""Newton steps of the ordered logit, compiled by Numba: import late, see `compiled`.

With F the logistic distribution, thresholds t and eta = x'b, the chance of the category
between t[k - 1] and t[k] is

    F(t[k] - eta) (1 - F(t[k - 1] - eta)) (1 - exp(t[k - 1] - t[k])):

a row is two binary logits, and what ties the thresholds together does not depend on the rows.
So a row costs one exponential and one logarithm, and every term is concave.
"""

from __future__ import annotations

import numpy as np

from pipelines.statistics.compiled import compiled
from pipelines.statistics.survey import FloatArray, IntArray

LOGISTIC_VARIANCE = np.pi**2 / 3
MIN_SLOPE_PIVOT = 1e-10  # of a variance, as in `sweeps`: a column with less repeats others
MAX_HALVINGS = 20  # of one step; a millionth of it still no better is rounding error
MAX_STEP_NEAR_TOP = 1e-3  # standard deviations by which a step near the top moves slopes
MAX_LOGIT_STEPS = 30  # slopes that can grow for ever grow by about one per step


@compiled
def solve_columns(table: FloatArray, columns: IntArray, target: FloatArray
                  ) -> tuple[IntArray, FloatArray]:  # fmt: skip
    """Regress on columns of a covariance table, leaving out those that repeat earlier ones.

    Parameters
    ----------
    table : ndarray, shape (n_columns, n_columns)
    columns : ndarray of int
    target : ndarray, shape (n_columns,)
        Covariances with what is regressed.

    Returns
    -------
    kept : ndarray of int
    slopes : ndarray, shape (n_kept,)
    """
    size = columns.size
    left, found = np.empty((size, size + 1)), np.zeros(size, np.bool_)
    for i in range(size):
        for j in range(size):
            left[i, j] = table[columns[i], columns[j]]
        left[i, size] = target[columns[i]]
    for c in range(size):
        pivot = left[c, c]
        if pivot <= MIN_SLOPE_PIVOT * table[columns[c], columns[c]] or pivot <= MIN_SLOPE_PIVOT:
            continue
        found[c] = True
        for i in range(size):
            if i != c:
                factor = left[i, c] / pivot
                for j in range(size + 1):
                    left[i, j] -= factor * left[c, j]
    slopes = np.empty(size)
    for c in range(size):
        if found[c]:
            slopes[c] = left[c, size] / left[c, c]
    return columns[found], slopes[found]


@compiled
def _tie(point: FloatArray, category_weight: FloatArray, gradient: FloatArray,
         curvature: FloatArray) -> float:  # fmt: skip
    """Log-likelihood of the distances between thresholds; add its derivatives."""
    total = 0.0
    for k in range(1, category_weight.size - 1):
        gap = point[k] - point[k - 1]
        if not gap > 0.0:
            return -np.inf
        pull = category_weight[k] / np.expm1(gap)
        bend = pull * (1.0 + 1.0 / np.expm1(gap))
        total += category_weight[k] * np.log(-np.expm1(-gap))
        gradient[k] += pull
        gradient[k - 1] -= pull
        curvature[k, k] += bend
        curvature[k - 1, k - 1] += bend
        curvature[k - 1, k] -= bend
    return total


@compiled
def _rise(values: FloatArray, code: IntArray, weights: FloatArray, category_weight: FloatArray,
          point: FloatArray, gradient: FloatArray, curvature: FloatArray) -> float:  # fmt: skip
    """Log-likelihood at a point, thresholds then slopes; and its derivatives.

    Out: `gradient`, and `curvature`, which is minus the second derivatives, upper triangle.
    """
    inner, size = category_weight.size - 1, values.shape[1]
    gradient[:] = 0.0
    curvature[:] = 0.0
    total = _tie(point, category_weight, gradient, curvature)
    odds = np.exp(-point[:inner])
    square, cross = np.zeros((size, size)), np.zeros((inner, size))
    for row in range(values.shape[0] if total > -np.inf else 0):
        w, k = weights[row], code[row]
        eta = 0.0
        for i in range(size):
            eta += point[inner + i] * values[row, i]
        growth = np.exp(eta)
        pull, bend, chance = 0.0, 0.0, 1.0
        for t in range(max(k - 1, 0), min(k + 1, inner)):  # the thresholds on both sides
            ratio = growth * odds[t]
            below = 1.0 / (1.0 + ratio)
            above = ratio * below
            chance *= below if t == k else above
            slope = w * above if t == k else -w * below
            curve = w * below * above
            gradient[t] += slope
            curvature[t, t] += curve
            for i in range(size):
                cross[t, i] -= curve * values[row, i]
            pull -= slope
            bend += curve
        total += w * np.log(chance)
        for i in range(size):
            gradient[inner + i] += pull * values[row, i]
            weighed = bend * values[row, i]
            for j in range(size):  # the whole square: faster than half of it, which is ragged
                square[i, j] += weighed * values[row, j]
    curvature[:inner, inner:] = cross
    curvature[inner:, inner:] = square
    return total


@compiled
def _step(gradient: FloatArray, curvature: FloatArray, step: FloatArray) -> float:
    """Newton's step, and twice what it is expected to gain; NaN where there is no top."""
    size = gradient.size
    step[:] = gradient
    gain = 0.0
    for c in range(size):
        pivot = curvature[c, c]
        if not pivot > 0.0:
            return np.nan
        gain += step[c] * step[c] / pivot
        for i in range(c + 1, size):
            factor = curvature[c, i] / pivot
            step[i] -= factor * step[c]
            for j in range(i, size):
                curvature[i, j] -= factor * curvature[c, j]
    for c in range(size - 1, -1, -1):
        rest = step[c]
        for j in range(c + 1, size):
            rest -= curvature[c, j] * step[j]
        step[c] = rest / curvature[c, c]
    return gain


@compiled
def _gather(values: FloatArray, rows: IntArray, columns: IntArray) -> FloatArray:
    """Some rows and columns, side by side in memory."""
    found = np.empty((rows.size, columns.size))
    for i in range(rows.size):
        for j in range(columns.size):
            found[i, j] = values[rows[i], columns[j]]
    return found


@compiled
def climb(values: FloatArray, columns: IntArray, code: IntArray, weights: FloatArray,
          category_weight: FloatArray, point: FloatArray, tolerance: float
          ) -> tuple[float, int, bool]:  # fmt: skip
    """Go to the top of the likelihood by Newton's steps, halved where they go too far.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_columns)
        Standardised.
    columns : ndarray of int
        Those that are used; none repeats others.
    code : ndarray of int, shape (n_rows,)
        Category of each row, from 0.
    weights : ndarray, shape (n_rows,)
        0 for rows that do not count.
    category_weight : ndarray, shape (n_categories,)
        Sum of weights by category, all positive.
    point : ndarray, shape (n_categories - 1 + n_used,)
        In and out: thresholds, then slopes.
    tolerance : float
        Log-likelihood that the last step may expect to gain.

    Returns
    -------
    log_likelihood : float
    steps : int
    converged : bool
        False if slopes would grow for ever: some rows are told apart without fail.
    """
    size = point.size
    gradient, curvature, step = np.empty(size), np.empty((size, size)), np.empty(size)
    start = point.copy()
    counted = np.flatnonzero(weights)
    x, k, w = _gather(values, counted, columns), code[counted], weights[counted]
    total = _rise(x, k, w, category_weight, point, gradient, curvature)
    for number in range(1, MAX_LOGIT_STEPS + 1):
        gain = _step(gradient, curvature, step)
        if not gain >= 0.0:
            return total, number, False
        if gain / 2 < tolerance and np.abs(step).max() < MAX_STEP_NEAR_TOP:
            point += step
            return total + gain / 2, number, True
        start[:] = point
        before = total
        for _ in range(MAX_HALVINGS):
            point[:] = start + step
            total = _rise(x, k, w, category_weight, point, gradient, curvature)
            if total >= before - 1e-10 * (1.0 + abs(before)):
                break
            step /= 2
    return total, MAX_LOGIT_STEPS, False


@compiled
def sum_units(values: FloatArray, code: IntArray, weights: FloatArray, inner: int,
              point: FloatArray, unit: IntArray, units: int) -> FloatArray:  # fmt: skip
    """Sum up the derivatives of the log-likelihood by unit: they add up over rows.

    Parameters
    ----------
    values, code, weights
        As for `climb`.
    inner : int
        Number of thresholds.
    point : ndarray, shape (n_parameters,)
        Thresholds, then slopes.
    unit : ndarray of int, shape (n_rows,)

    Returns
    -------
    ndarray, shape (units, n_parameters + n_parameters (n_parameters + 1) / 2)
        The first derivatives, then minus the second ones: the upper triangle, row by row.
    """
    size = point.size
    sums = np.zeros((units, size + size * (size + 1) // 2))
    gradient, curvature = np.empty(size), np.zeros((size, size))
    alone = np.zeros(inner + 1)
    for row in range(values.shape[0]):
        w, k = weights[row : row + 1], code[row : row + 1]
        alone[k[0]] = w[0]
        _rise(values[row : row + 1], k, w, alone, point, gradient, curvature)
        alone[k[0]] = 0.0
        into, at = sums[unit[row]], size
        for i in range(size):
            into[i] += gradient[i]
            for j in range(i, size):
                into[at] += curvature[i, j]
                at += 1
    return sums


@compiled
def fit_sets(values: FloatArray, code: IntArray, weights: FloatArray, category_weight: FloatArray,
             table: FloatArray, latent: FloatArray, whole: float, thresholds: FloatArray,
             first: IntArray, sets: IntArray, tolerance: float) -> FloatArray:  # fmt: skip
    """Log-likelihood of a model of every set of groups of columns.

    Each starts from what the model of all columns implies for the set if the latent outcome
    is that of a linear model, which is nearly right: sets depend neither on each other nor
    on their order.

    Parameters
    ----------
    values, code, weights, category_weight, tolerance
        As for `climb`; the columns are those of the groups one after the other, then
        covariates, which are in every set.
    table : ndarray, shape (n_columns, n_columns)
        Covariances of the columns.
    latent : ndarray, shape (n_columns,)
        Their covariances with the latent outcome.
    whole : float
        Its variance that all columns explain.
    thresholds : ndarray, shape (n_categories - 1,)
        Of the model of all columns.
    first : ndarray of int, shape (n_groups + 1,)
        First column of each group, and the first covariate.
    sets : ndarray of int
        Bit g says whether group g is in.

    Returns
    -------
    ndarray, shape (n_sets,)
    """
    found = np.empty(sets.size)
    inside = np.ones(values.shape[1], np.bool_)
    for number in range(sets.size):
        for g in range(first.size - 1):
            inside[first[g] : first[g + 1]] = (sets[number] >> g) & 1
        kept, slopes = solve_columns(table, np.flatnonzero(inside), latent)
        explained = 0.0
        for i in range(kept.size):
            explained += slopes[i] * latent[kept[i]]
        # What is left unexplained is more: the unit that makes it the logistic's variance again.
        unit = 1.0 / np.sqrt(1.0 + max(whole - explained, 0.0) / LOGISTIC_VARIANCE)
        point = np.concatenate((thresholds * unit, slopes * unit))
        found[number] = climb(values, kept, code, weights, category_weight, point, tolerance)[0]
    return found
