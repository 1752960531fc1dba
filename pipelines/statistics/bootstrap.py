"""One bootstrap: customers drawn whole, within strata, each with their survey weights.

The weights enter the statistic and nothing else: every unit of a stratum is as likely to be
drawn. A replicate of a statistic that needs moments only is a weighted sum of the units'
moments, one matrix product for many replicates at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from pipelines.core.errors import ContractError
from pipelines.statistics.intervals import Interval, t_quantile
from pipelines.statistics.survey import FloatArray, IntArray

MAX_COUNTS_PER_BATCH = 1 << 23  # counts drawn at once, 64 MB


@dataclass(frozen=True)
class Units:
    """What is drawn: customers, or blocks of several customers.

    Parameters
    ----------
    of_row : ndarray of int, shape (n_rows,)
        Unit of each row, from 0.
    stratum : ndarray of int, shape (n_units,)
        Stratum of each unit, from 0; each has two units or more.
    """

    of_row: IntArray
    stratum: IntArray

    @property
    def n(self) -> int:
        """Number of units."""
        return int(self.stratum.size)


def sampling_units(
    rows: int,
    cluster: IntArray | None,
    stratum: IntArray | None,
    most: int,
    rng: np.random.Generator,
) -> Units:
    """Find the units of a sample, and deal them into blocks where they are too many.

    Blocks of many customers are as exchangeable as the customers. The standard error from B
    blocks has itself a relative error of ``1 / sqrt(2 B)``, 1.6 % at 2,000.

    Parameters
    ----------
    rows : int
        Number of rows.
    cluster : ndarray of int, shape (n_rows,), optional
        Codes of customers; every row is its own if left out. A customer in two strata
        counts as two.
    stratum : ndarray of int, shape (n_rows,), optional
        Codes of strata. Those with a single unit are pooled, with each other or else with
        the stratum of the lowest code.
    most : int
        Units above this number are dealt at random into so many blocks, by stratum and in
        proportion, two at least.
    rng : Generator
        Deals the blocks.

    Raises
    ------
    ContractError
        If there are fewer than two units.
    """
    _, cluster_code = _codes(cluster, np.arange(rows))
    strata, stratum_code = _codes(stratum, np.zeros(rows, np.int64))
    if cluster is None:
        of_row, of_unit = np.arange(rows), stratum_code
    else:
        distinct, of_row = np.unique(cluster_code * strata + stratum_code, return_inverse=True)
        of_unit = distinct % strata
    if of_unit.size < 2:
        raise ContractError(
            "bootstrap",
            expected="two customers or more",
            got=str(of_unit.size),
            todo="use more data",
        )
    units = Units(of_row, _pool_lonely(of_unit))
    return units if units.n <= most else _deal(units, most, rng)


def _codes(values: IntArray | None, default: IntArray) -> tuple[int, IntArray]:
    """Number of distinct values, and codes from 0."""
    if values is None:
        return int(default.max(initial=0)) + 1, default
    distinct, codes = np.unique(values, return_inverse=True)
    return distinct.size, codes.astype(np.int64)


def _pool_lonely(stratum: IntArray) -> IntArray:
    """Number the strata from 0, and pool those of a single unit."""
    _, code, count = np.unique(stratum, return_inverse=True, return_counts=True)
    lonely = np.flatnonzero(count == 1)
    if lonely.size:
        into = lonely[0] if lonely.size > 1 else np.flatnonzero(count > 1)[0]
        code = np.where(np.isin(code, lonely), into, code)
        code = np.unique(code, return_inverse=True)[1]
    return code.astype(np.int64)


def _deal(units: Units, most: int, rng: np.random.Generator) -> Units:
    count = np.bincount(units.stratum)
    blocks = np.clip(np.round(count * most / units.n).astype(np.int64), 2, count)
    first = np.cumsum(blocks) - blocks
    block = np.empty(units.n, np.int64)
    for h, start in enumerate(first):
        members = np.flatnonzero(units.stratum == h)
        block[members] = start + rng.permutation(members.size) % blocks[h]
    return Units(block[units.of_row], np.repeat(np.arange(blocks.size), blocks))


def draw(units: Units, replicates: int, rng: np.random.Generator) -> FloatArray:
    """How often each unit is drawn, shape (replicates, n_units).

    From a stratum of n units n - 1 are drawn with replacement, and each counts
    ``n / (n - 1)``: so the spread of a total is its unbiased standard error.

    References
    ----------
    Rao and Wu (1988), Journal of the American Statistical Association 83, 231-241.
    """
    counts = np.empty((replicates, units.n))
    for h in range(int(units.stratum.max()) + 1):
        members = np.flatnonzero(units.stratum == h)
        n = members.size
        drawn = rng.integers(0, n, (replicates, n - 1))
        drawn += np.arange(replicates)[:, None] * n
        times = np.bincount(drawn.ravel(), minlength=replicates * n).reshape(replicates, n)
        counts[:, members] = times * (n / (n - 1))
    return counts


def draws(units: Units, replicates: int, rng: np.random.Generator) -> Iterator[FloatArray]:
    """Draw replicates in batches that fit into memory; see `draw`."""
    batch = max(1, MAX_COUNTS_PER_BATCH // units.n)
    for start in range(0, replicates, batch):
        yield draw(units, min(batch, replicates - start), rng)


@dataclass(frozen=True)
class BlockMoments:
    """Sums of weights, deviations and their products, by unit.

    Parameters
    ----------
    columns : int
        Number of columns.
    sums : ndarray, shape (n_units, 1 + columns + columns (columns + 1) / 2)
        As from `moment_loops.sum_blocks`, around the mean of all rows.
    """

    columns: int
    sums: FloatArray

    def covariances(self, counts: FloatArray) -> FloatArray:
        """Covariance matrices when units count so often.

        Parameters
        ----------
        counts : ndarray, shape (n_replicates, n_units)

        Returns
        -------
        ndarray, shape (n_replicates, columns, columns)
            Those of the rows, each repeated as often as its unit; divided by the weight.
        """
        sums = counts @ self.sums
        sums /= sums[:, :1]
        first = sums[:, 1 : 1 + self.columns]
        upper = np.triu_indices(self.columns)
        matrices = np.empty((len(counts), self.columns, self.columns))
        matrices[:, upper[0], upper[1]] = sums[:, 1 + self.columns :]
        matrices[:, upper[1], upper[0]] = sums[:, 1 + self.columns :]
        matrices -= first[:, :, None] * first[:, None, :]
        return matrices


def block_moments(values: FloatArray, weights: FloatArray, units: Units) -> BlockMoments:
    """Sum up the rows of every unit.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_columns)
        Without missing values.
    weights : ndarray, shape (n_rows,)
        Survey weights.
    units : Units
        What the rows belong to.
    """
    from pipelines.statistics.moment_loops import sum_blocks

    centre = weights @ values / weights.sum()  # else far columns would lose digits
    return BlockMoments(values.shape[1], sum_blocks(values, weights, units.of_row, centre, units.n))


def jackknife_counts(units: Units, most: int = 200) -> FloatArray:
    """Counts that leave out a part of one stratum at a time, shape (n_parts, n_units).

    The rest of the stratum counts for it. The units of a stratum are put together so that
    there are about `most` parts.
    """
    size = np.bincount(units.stratum)
    parts = np.clip(np.round(size * most / units.n).astype(np.int64), 2, size)
    counts = np.ones((int(parts.sum()), units.n))
    row = 0
    for h, count in enumerate(parts):
        members = np.flatnonzero(units.stratum == h)
        for part in np.array_split(members, count):
            counts[row, members] = members.size / (members.size - part.size)
            counts[row, part] = 0.0
            row += 1
    return counts


def degrees_of_freedom(units: Units) -> int:
    """Units less strata."""
    return units.n - int(np.unique(units.stratum).size)


def expanded_level(level: float, units: Units, slopes: int) -> float:
    """Level at which percentiles of a regression's replicates cover `level` at small n.

    Replicates spread too little, by the root of the share of degrees of freedom left, and
    have the normal's tails instead of Student's: 95 % becomes 95.4 % for 200 customers and
    five drivers, 97.0 % for 40.

    Parameters
    ----------
    level : float
        0 to 1.
    units : Units
        What was drawn.
    slopes : int
        Coefficients of the regression without the intercept.

    References
    ----------
    Hesterberg (2015), The American Statistician 69, 371-386, section 5.3.
    """
    free = degrees_of_freedom(units)
    left = max(free - slopes, 1)
    wide = t_quantile(np.array([float(left)]), level)[0] * np.sqrt(free / left)
    return float(2 * special.ndtr(wide) - 1)


def percentile(replicates: FloatArray, level: float) -> Interval:
    """Interval between quantiles of the replicates, which run along the first axis."""
    tail = (1 - level) / 2
    low, high = np.quantile(replicates, [tail, 1 - tail], axis=0)
    return Interval(low, high)


def reflected_r2(value: float, replicates: FloatArray, level: float) -> Interval:
    """Interval of an R2: as far below the estimate as replicates go above it, and conversely.

    Replicates exceed the estimate as the estimate exceeds the truth, by about the number of
    columns over n, so that percentiles of 14 columns and 400 rows hold an R2 of .3 in 77 % of
    samples; on Fisher's scale, reflected, in 92 %. The shares of single drivers have no such
    bias: for them percentiles cover better.

    Parameters
    ----------
    value : float
        0 to 1.
    replicates : ndarray, shape (n_replicates,)
    level : float
        0 to 1.

    References
    ----------
    Davison and Hinkley (1997), Bootstrap Methods and their Application, section 5.2.
    """
    top = 1 - 1e-12
    scaled = np.arctanh(np.sqrt(np.clip(np.append(replicates, value), 0.0, top)))
    tail = (1 - level) / 2
    low, high = np.quantile(scaled[:-1], [tail, 1 - tail])
    ends = np.tanh(np.maximum(2 * scaled[-1] - np.array([high, low]), 0.0)) ** 2
    return Interval(np.minimum(ends[0], value), np.maximum(ends[1], value))


def bias_corrected(
    value: FloatArray, replicates: FloatArray, jackknife: FloatArray, level: float
) -> Interval:
    """Bias-corrected and accelerated interval (BCa).

    Parameters
    ----------
    value : ndarray, shape (n_values,)
        Estimates.
    replicates : ndarray, shape (n_replicates, n_values)
        Their bootstrap replicates.
    jackknife : ndarray, shape (n_parts, n_values)
        The estimates without one part of the sample each, see `jackknife_counts`.
    level : float
        0 to 1.

    References
    ----------
    Efron (1987), Journal of the American Statistical Association 82, 171-185.
    """
    below = (replicates < value).mean(axis=0) + (replicates == value).mean(axis=0) / 2
    count = len(replicates)
    bias = special.ndtri(np.clip(below, 0.5 / count, 1 - 0.5 / count))
    influence = jackknife.mean(axis=0) - jackknife
    spread = (influence**2).sum(axis=0) ** 1.5
    skew = (influence**3).sum(axis=0)
    acceleration = np.divide(skew, 6 * spread, out=np.zeros_like(skew), where=spread > 0)

    def end(z: float) -> FloatArray:
        moved = bias + z
        quantile = special.ndtr(bias + moved / (1 - acceleration * moved))
        ordered = np.sort(replicates, axis=0)
        place = quantile * (count - 1)
        floor = np.clip(np.floor(place).astype(np.int64), 0, max(count - 2, 0))
        at = np.arange(ordered.shape[1])
        lower, upper = ordered[floor, at], ordered[np.minimum(floor + 1, count - 1), at]
        found: FloatArray = lower + (place - floor) * (upper - lower)
        return found

    z = float(special.ndtri((1 + level) / 2))
    return Interval(end(-z), end(z))
