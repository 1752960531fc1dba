"""The bivariate normal distribution and correlations of pairs: import late, see `compiled`."""

from __future__ import annotations

import math

import numpy as np

from pipelines.statistics.compiled import compiled
from pipelines.statistics.survey import FloatArray, IntArray

MAX_CORRELATION = 0.9999  # a likelihood that still rises here has its top at 1
CORRELATION_TOLERANCE = 1e-7
MAX_CORRELATION_STEPS = 60  # bisection alone takes 25
MAX_FISHER_STEP = 0.5  # in Fisher's z
MIN_CELL_CHANCE = 1e-14  # rounding of the distribution
MIN_ROW_CHANCE = 1e-300  # computed in the nearer tail
STEEP_CORRELATION = 0.925  # above, another expansion is exact, as in Genz (2004)
LEGENDRE_KNOT, LEGENDRE_WEIGHT = np.polynomial.legendre.leggauss(20)


@compiled
def _normal(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@compiled
def _steep(h: float, k: float, rho: float) -> float:
    """P(X > h, Y > k) at a correlation near 1 or -1.

    Genz (2004), Statistics and Computing 14, 251-260.
    """
    if rho < 0.0:
        k = -k
    hk = h * k
    left = (1.0 - abs(rho)) * (1.0 + abs(rho))
    a = math.sqrt(left)
    b = abs(h - k)
    c, d = (4.0 - hk) / 8.0, (12.0 - hk) / 16.0
    square = b * b
    found = a * math.exp(-(square / left + hk) / 2.0)
    found *= 1.0 - c * (square - left) * (1.0 - d * square / 5.0) / 3.0 + c * d * left**2 / 5.0
    tail = math.sqrt(2.0 * math.pi) * _normal(-b / a) * b
    found -= math.exp(-hk / 2.0) * tail * (1.0 - c * square * (1.0 - d * square / 5.0) / 3.0)
    for i in range(LEGENDRE_KNOT.size):
        at = (a / 2.0 * (LEGENDRE_KNOT[i] + 1.0)) ** 2
        root = math.sqrt(1.0 - at)
        gap = math.exp(-hk * at / (2.0 * (1.0 + root) ** 2)) / root - (
            1.0 + c * at * (1.0 + d * at)
        )
        found += a / 2.0 * LEGENDRE_WEIGHT[i] * math.exp(-(square / at + hk) / 2.0) * gap
    found /= -2.0 * math.pi
    if rho > 0.0:
        return found + _normal(-max(h, k))
    return max(0.0, _normal(-h) - _normal(-k)) - found


@compiled
def below(a: FloatArray, b: FloatArray, rho: float) -> FloatArray:
    """P(X <= a_i, Y <= b_j) of standard normal X and Y with correlation `rho`.

    Returns
    -------
    ndarray, shape (n_a, n_b)
        Exact to some 1e-15.

    References
    ----------
    Drezner and Wesolowsky (1990), Journal of Statistical Computation and Simulation 35,
    101-107; Genz (2004), Statistics and Computing 14, 251-260.
    """
    found = np.empty((a.size, b.size))
    if abs(rho) >= STEEP_CORRELATION:
        for i in range(a.size):
            for j in range(b.size):
                found[i, j] = _steep(-a[i], -b[j], rho)
        return found
    angle = math.asin(rho) / 2.0
    sine = np.sin(angle * (LEGENDRE_KNOT + 1.0))
    inverse = 1.0 / (1.0 - sine**2)
    for i in range(a.size):
        for j in range(b.size):
            half, cross, total = (a[i] * a[i] + b[j] * b[j]) / 2.0, a[i] * b[j], 0.0
            for q in range(LEGENDRE_KNOT.size):
                total += LEGENDRE_WEIGHT[q] * math.exp((sine[q] * cross - half) * inverse[q])
            found[i, j] = angle * total / (2.0 * math.pi) + _normal(a[i]) * _normal(b[j])
    return found


@compiled
def _narrow(low: float, high: float, rho: float, score: float, information: float
            ) -> tuple[float, float, float]:  # fmt: skip
    """Bracket of the top of a likelihood, and where to look next: by scoring, or halfway.

    Steps are those of Fisher's z, and short: far beyond the top chances are rounding error.
    """
    if score > 0.0:
        low = rho
    else:
        high = rho
    turn = score / (information * (1.0 - rho * rho)) if information > 0.0 else 0.0
    after = math.tanh(math.atanh(rho) + min(max(turn, -MAX_FISHER_STEP), MAX_FISHER_STEP))
    after = min(max(after, -MAX_CORRELATION), MAX_CORRELATION)
    return low, high, after if low < after < high else (low + high) / 2.0


@compiled
def _cells(inner: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    """Differences of a function at thresholds, whose values where X or Y ends are x and y."""
    rows, columns = inner.shape[0] + 1, inner.shape[1] + 1
    padded = np.zeros((rows + 1, columns + 1))
    padded[1:rows, 1:columns] = inner
    padded[1:, columns] = x
    padded[rows, 1:] = y
    return padded[1:, 1:] - padded[:-1, 1:] - padded[1:, :-1] + padded[:-1, :-1]


@compiled
def polychoric(table: FloatArray, a: FloatArray, b: FloatArray, start: float) -> float:
    """Correlation under which a table of two cut normal variables is most likely.

    Parameters
    ----------
    table : ndarray, shape (n_a + 1, n_b + 1)
        Weighted counts.
    a, b : ndarray
        Thresholds.
    start : float
    """
    x, y = np.ones(a.size + 1), np.ones(b.size + 1)
    for i in range(a.size):
        x[i] = _normal(a[i])
    for j in range(b.size):
        y[j] = _normal(b[j])
    none_x, none_y = np.zeros(a.size + 1), np.zeros(b.size + 1)
    low, high, rho = -1.0, 1.0, start
    density = np.empty((a.size, b.size))
    for _ in range(MAX_CORRELATION_STEPS):
        left = 1.0 - rho * rho
        for i in range(a.size):
            for j in range(b.size):
                power = (a[i] * a[i] + b[j] * b[j] - 2.0 * rho * a[i] * b[j]) / left
                density[i, j] = math.exp(-power / 2.0) / (2.0 * math.pi * math.sqrt(left))
        chance, slope = _cells(below(a, b, rho), x, y), _cells(density, none_x, none_y)
        score, information = 0.0, 0.0
        for i in range(a.size + 1):
            for j in range(b.size + 1):
                floored = max(chance[i, j], MIN_CELL_CHANCE)
                score += table[i, j] * slope[i, j] / floored
                information += slope[i, j] * slope[i, j] / floored
        if abs(rho) >= MAX_CORRELATION and score * rho > 0.0:
            return math.copysign(1.0, rho)
        low, high, after = _narrow(low, high, rho, score, information * table.sum())
        if abs(after - rho) < CORRELATION_TOLERANCE:
            return after
        rho = after
    return rho


@compiled
def polyserial(z: FloatArray, code: IntArray, weights: FloatArray, thresholds: FloatArray,
               start: float) -> float:  # fmt: skip
    """Correlation under which a cut normal variable is most likely, given a continuous one.

    Parameters
    ----------
    z : ndarray, shape (n_rows,)
        Standardised.
    code : ndarray of int, shape (n_rows,)
        Category of the other, from 0.
    weights : ndarray, shape (n_rows,)
    thresholds : ndarray, shape (n_categories - 1,)
    start : float
    """
    low, high, rho = -1.0, 1.0, start
    peak = 1.0 / math.sqrt(2.0 * math.pi)
    for _ in range(MAX_CORRELATION_STEPS):
        root = math.sqrt(1.0 - rho * rho)
        score, information = 0.0, 0.0
        for row in range(z.size):
            upper, lower, slope = math.inf, -math.inf, 0.0
            if code[row] < thresholds.size:
                t = thresholds[code[row]]
                upper = (t - rho * z[row]) / root
                slope += peak * math.exp(-upper * upper / 2.0) * (t * rho - z[row])
            if code[row] > 0:
                t = thresholds[code[row] - 1]
                lower = (t - rho * z[row]) / root
                slope -= peak * math.exp(-lower * lower / 2.0) * (t * rho - z[row])
            above = lower > 0.0
            chance = _normal(-lower) - _normal(-upper) if above else _normal(upper) - _normal(lower)
            own = slope / root**3 / max(chance, MIN_ROW_CHANCE)
            score += weights[row] * own
            information += weights[row] * own * own
        if abs(rho) >= MAX_CORRELATION and score * rho > 0.0:
            return math.copysign(1.0, rho)
        low, high, after = _narrow(low, high, rho, score, information)
        if abs(after - rho) < CORRELATION_TOLERANCE:
            return after
        rho = after
    return rho


@compiled
def _pair(x: FloatArray, y: FloatArray, weights: FloatArray) -> float:
    """Pearson's correlation; 0 if one does not vary."""
    total = weights.sum()
    mean_x, mean_y = (weights * x).sum() / total, (weights * y).sum() / total
    xx = (weights * (x - mean_x) ** 2).sum()
    yy = (weights * (y - mean_y) ** 2).sum()
    xy = (weights * (x - mean_x) * (y - mean_y)).sum()
    return xy / math.sqrt(xx * yy) if xx > 0.0 and yy > 0.0 else 0.0


@compiled
def correlate(values: FloatArray, code: IntArray, thresholds: FloatArray, cuts: IntArray,
              weights: FloatArray, start: FloatArray) -> FloatArray:  # fmt: skip
    """Polychoric, polyserial and Pearson's correlations of columns, pair by pair.

    Parameters
    ----------
    values : ndarray, shape (n_columns, n_rows)
        Standardised; NaN where missing.
    code : ndarray of int, shape (n_columns, n_rows)
        Category of ordinal columns, from 0.
    thresholds : ndarray, shape (n_columns, most_cuts)
        Of ordinal columns.
    cuts : ndarray of int, shape (n_columns,)
        Number of thresholds; -1 for continuous columns.
    weights : ndarray, shape (n_rows,)
    start : ndarray, shape (n_columns, n_columns)

    Returns
    -------
    ndarray, shape (n_columns, n_columns)
        NaN where no row has both.
    """
    columns = values.shape[0]
    found = np.eye(columns)
    for i in range(columns):
        for j in range(i):
            both = np.flatnonzero((weights > 0.0) & ~np.isnan(values[i] + values[j]))
            w = weights[both]
            if both.size == 0:
                rho = np.nan
            elif cuts[i] == 0 or cuts[j] == 0:
                rho = 0.0  # a replicate in which all answer the same
            elif cuts[i] > 0 and cuts[j] > 0:
                table = np.zeros((cuts[i] + 1, cuts[j] + 1))
                for row in both:
                    table[code[i, row], code[j, row]] += weights[row]
                rho = polychoric(table, thresholds[i, : cuts[i]], thresholds[j, : cuts[j]],
                                 start[i, j])  # fmt: skip
            elif cuts[i] > 0:
                rho = polyserial(values[j][both], code[i][both], w, thresholds[i, : cuts[i]],
                                 start[i, j])  # fmt: skip
            elif cuts[j] > 0:
                rho = polyserial(values[i][both], code[j][both], w, thresholds[j, : cuts[j]],
                                 start[i, j])  # fmt: skip
            else:
                rho = _pair(values[i][both], values[j][both], w)
            found[i, j] = found[j, i] = rho
    return found
