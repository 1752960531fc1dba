"""Penalty and reward: how an outcome falls below the middle of a rating and rises above it.

The rating is cut twice, into low, middle and high. Its penalty is the outcome at low less that at
the middle, its reward that at high less that at the middle, in a regression with other columns.
Where the cuts lie is nobody's knowledge: all plausible pairs are used. So that pairs can be
compared, both are told per half of the scale: divided by the distance of the mean ratings of the
two levels. Without that, a high level near the middle and a low one far from it look like a
penalty although every point of the rating counts alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy import special

from pipelines.core.scales import MIDDLE
from pipelines.statistics.survey import FloatArray, IntArray

HALF = 50.0  # of a rating from 0 to 100, from its middle to either end
MAX_CUTS_PER_SIDE = 5  # of the middle; more of a finer scale say nothing new
STEPS_OF_ANGLE = 720  # of the posterior, over a quarter of a circle
TWICE = 2.0  # one of penalty and reward is so many times the other at a border, -1/3 or 1/3
RIDGE = 1e-10  # on correlations: a column that a replicate lacks gets 0, and no other moves


@dataclass(frozen=True)
class CutPair:
    """A low level, a middle one and a high one.

    Attributes
    ----------
    low, high : int
        Steps of the scale below `low` are low, from `high` on they are high.
    n : tuple of int
        Answers at low, middle and high.
    down, up : float
        Distance of the mean rating at low, and at high, from that at the middle, above 0.
    """

    low: int
    high: int
    n: tuple[int, int, int]
    down: float
    up: float

    @property
    def weight(self) -> float:
        """What it counts beside other pairs: the fewer answers a level has, the less."""
        return 1 / sum(1 / count for count in self.n)


@dataclass(frozen=True)
class Steps:
    """The answers of users on the steps of a scale.

    Attributes
    ----------
    first, last : ndarray, shape (n_steps,)
        Lowest and highest rating of each step, 0 to 100, rising.
    value : ndarray, shape (n_steps,)
        Its mean rating.
    n : ndarray of int, shape (n_steps,)
    weight : ndarray, shape (n_steps,)
        Sum of weights.
    """

    first: FloatArray
    last: FloatArray
    value: FloatArray
    n: IntArray
    weight: FloatArray

    @classmethod
    def of(cls, rating: FloatArray, weight: FloatArray, cuts: FloatArray) -> Steps:
        """Count ratings between cuts.

        Parameters
        ----------
        rating, weight : ndarray, shape (n,)
            Of users who answered.
        cuts : ndarray, shape (n_steps - 1,)
            See `cuts_of`.
        """
        size = len(cuts) + 1
        step = np.searchsorted(cuts, rating, side="right")
        first, last = np.full(size, np.inf), np.full(size, -np.inf)
        np.minimum.at(first, step, rating)
        np.maximum.at(last, step, rating)
        total: FloatArray = np.bincount(step, weight, size).astype(np.float64)
        ends = np.append(-np.inf, cuts), np.append(cuts, np.inf)
        empty = np.clip(np.where(np.isfinite(ends[0]), ends[0], ends[1]), 0.0, 100.0)
        value = np.divide(
            np.bincount(step, weight * rating, size), total, out=empty, where=total > 0
        )
        counts = np.bincount(step, minlength=size)
        return cls(first, last, value, counts, total)

    def pairs(self, least: int) -> list[CutPair]:
        """All pairs of cuts with so many answers at each of the three levels.

        Low lies below the middle of the scale, high above it, and something between them.

        Examples
        --------
        >>> import numpy as np
        >>> rating = np.repeat(np.arange(5) * 25.0, [9, 40, 90, 80, 70])
        >>> five = Steps.of(rating, np.ones(289), np.array([25.0, 50.0, 75.0, 100.0]))
        >>> [(pair.low, pair.high, pair.n) for pair in five.pairs(30)]
        [(2, 3, (49, 90, 150)), (2, 4, (49, 170, 70))]
        """
        there = self.n > 0
        below = [k for k in range(len(self.n)) if not there[k] or self.last[k] < MIDDLE]
        above = [k for k in range(len(self.n)) if not there[k] or self.first[k] > MIDDLE]
        lows = [k + 1 for k in range(len(self.n)) if set(range(k + 1)) <= set(below)]
        highs = [k for k in range(len(self.n)) if set(range(k, len(self.n))) <= set(above)]
        found = (self._pair(low, high) for low, high in product(lows, highs) if low < high)
        return [pair for pair in found if pair is not None and min(pair.n) >= least]

    def _pair(self, low: int, high: int) -> CutPair | None:
        parts = (slice(0, low), slice(low, high), slice(high, None))
        n = [int(self.n[part].sum()) for part in parts]
        if min(n) == 0:
            return None
        mean = [self.weight[part] @ self.value[part] / self.weight[part].sum() for part in parts]
        return CutPair(
            low, high, (n[0], n[1], n[2]), float(mean[1] - mean[0]), float(mean[2] - mean[1])
        )


def cuts_of(points: FloatArray, counts: IntArray, least: int) -> FloatArray:
    """Where a scale is cut into steps: the lowest rating of each step but the first.

    There are `least` answers below every cut and from it on, and at most `MAX_CUTS_PER_SIDE`
    cuts on each side of the middle.

    Parameters
    ----------
    points : ndarray, shape (n_points,)
        Ratings that were given, rising, 0 to 100.
    counts : ndarray of int, shape (n_points,)
        How often.
    least : int

    Examples
    --------
    >>> import numpy as np
    >>> cuts_of(np.arange(5) * 25.0, np.array([9, 40, 90, 80, 70]), 30).tolist()
    [50.0, 75.0, 100.0]
    """
    below = np.cumsum(counts)[:-1]
    cuts = points[1:][(below >= least) & (counts.sum() - below >= least)]
    return np.concatenate([_thinned(cuts[cuts <= MIDDLE]), _thinned(cuts[cuts > MIDDLE])])


def _thinned(cuts: FloatArray) -> FloatArray:
    if len(cuts) <= MAX_CUTS_PER_SIDE:
        return cuts
    places = np.linspace(0, len(cuts) - 1, MAX_CUTS_PER_SIDE).round().astype(np.int64)
    return cuts[places]


def given(covariances: FloatArray, held: Sequence[int], asked: Sequence[int]) -> FloatArray:
    """Covariances of what held columns leave of the asked ones.

    Parameters
    ----------
    covariances : ndarray, shape (..., n_columns, n_columns)
    held, asked : sequence of int

    Returns
    -------
    ndarray, shape (..., n_asked, n_asked)
    """
    known, cross = covariances[..., held, :][..., held], covariances[..., held, :][..., asked]
    spread = np.sqrt(np.diagonal(known, axis1=-2, axis2=-1))
    scale = np.where(spread > 0, spread, 1.0)
    correlation = known / (scale[..., :, None] * scale[..., None, :]) + RIDGE * np.eye(len(held))
    cross = cross / scale[..., :, None]
    explained = np.swapaxes(cross, -1, -2) @ np.linalg.solve(correlation, cross)
    found: FloatArray = covariances[..., asked, :][..., asked] - explained
    return found


def slopes(covariances: FloatArray, asked: Sequence[int], outcome: int) -> FloatArray:
    """Coefficients of a regression of the outcome on the asked columns.

    Parameters
    ----------
    covariances : ndarray, shape (..., n_columns, n_columns)
        As they are, or what held columns leave of them: see `given`.
    asked : sequence of int
    outcome : int

    Returns
    -------
    ndarray, shape (..., n_asked)
    """
    matrix = covariances[..., asked, :][..., asked]
    found = np.linalg.solve(matrix, covariances[..., asked, outcome][..., None])
    return np.asarray(found[..., 0], dtype=np.float64)


def rising(
    below: FloatArray, above: FloatArray, alone: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Slopes of a line with a knot that never falls.

    Parameters
    ----------
    below, above : ndarray, shape (...)
        Slopes without that constraint.
    alone : ndarray, shape (..., 2)
        Slope below the knot if that above is 0, and above if that below is 0.

    Returns
    -------
    tuple of ndarray
        The least squares of all pairs of slopes of 0 or more.
    """
    falls_below, falls_above = below < 0, above < 0
    lower = np.where(falls_above, np.maximum(alone[..., 0], 0.0), np.maximum(below, 0.0))
    upper = np.where(falls_below, np.maximum(alone[..., 1], 0.0), np.maximum(above, 0.0))
    return np.where(falls_below, 0.0, lower), np.where(falls_above, 0.0, upper)


def asymmetry(penalty: FloatArray, reward: FloatArray) -> FloatArray:
    """(reward - |penalty|) / (reward + |penalty|), from -1 to 1.

    A penalty above 0 and a reward below 0 count as 0; NaN if both do.

    Parameters
    ----------
    penalty, reward : ndarray, shape (...)
        The penalty is negative as a rule.

    Examples
    --------
    >>> import numpy as np
    >>> asymmetry(np.array([-2.0, -1.0, 0.5]), np.array([1.0, 3.0, 1.0])).round(2).tolist()
    [-0.33, 0.5, 1.0]
    """
    size, gain = np.maximum(-penalty, 0.0), np.maximum(reward, 0.0)
    total = size + gain
    found: FloatArray = np.divide(
        gain - size, total, out=np.full_like(total, np.nan), where=total > 0
    )
    return found


@dataclass(frozen=True)
class AsymmetryPosterior:
    """What the asymmetry may be, given estimates of penalty and reward with their errors.

    Both are taken as 0 or of their usual sign. The angle between them is as likely to have one
    value as another before the data, and so is the length of the arrow: then a touchpoint that
    hardly goes with the outcome has no sure class, whatever the ratio of two small numbers is.

    Attributes
    ----------
    angle : ndarray, shape (STEPS_OF_ANGLE,)
        Of (|penalty|, reward), from 0, no reward, to a quarter of a circle, no penalty.
    density : ndarray, shape (STEPS_OF_ANGLE,)
        Sums to 1.
    """

    angle: FloatArray
    density: FloatArray

    @classmethod
    def of(
        cls, penalty: FloatArray, reward: FloatArray, covariance: FloatArray, weight: FloatArray
    ) -> AsymmetryPosterior:
        """Mix the posteriors of several estimates, such as those of pairs of cuts.

        Parameters
        ----------
        penalty, reward : ndarray, shape (n_estimates,)
        covariance : ndarray, shape (n_estimates, 2, 2)
            Of the errors of penalty and reward.
        weight : ndarray, shape (n_estimates,)
            Of each in the mixture.

        Examples
        --------
        >>> import numpy as np
        >>> sure = AsymmetryPosterior.of(
        ...     np.array([-10.0]), np.array([1.0]), np.eye(2)[None], np.ones(1)
        ... )
        >>> unsure = AsymmetryPosterior.of(
        ...     np.array([-0.1]), np.array([0.0]), np.eye(2)[None], np.ones(1)
        ... )
        >>> sure.classes.round(2).tolist(), unsure.classes.round(2).tolist()
        ([1.0, 0.0, 0.0], [0.3, 0.41, 0.29])
        """
        angle = (np.arange(STEPS_OF_ANGLE) + 0.5) / STEPS_OF_ANGLE * np.pi / 2
        arrow = np.stack([np.cos(angle), np.sin(angle)])
        sign = np.array([[-1.0, 1.0]])
        seen = np.stack([penalty, reward], axis=1) * sign
        precision = np.linalg.inv(covariance * (sign.T @ sign))
        length = np.einsum("ia,eij,ja->ea", arrow, precision, arrow)
        along = np.einsum("ei,eij,ja->ea", seen, precision, arrow) / np.sqrt(length)
        # The integral of the likelihood over the length of the arrow, from 0 on.
        log = special.log_ndtr(along) + along**2 / 2 - np.log(length) / 2
        each = np.exp(log - log.max(axis=1, keepdims=True))
        each /= each.sum(axis=1, keepdims=True)
        return cls(angle, weight @ each / weight.sum())

    @property
    def asymmetry(self) -> FloatArray:
        """Asymmetry at each angle, rising."""
        return np.tan(self.angle - np.pi / 4)

    @property
    def classes(self) -> FloatArray:
        """Probabilities of basic, performance and excitement, shape (3,)."""
        edges = np.arctan([1 / TWICE, TWICE]) / (np.pi / 2) * STEPS_OF_ANGLE
        basic, both = np.interp(edges, np.arange(STEPS_OF_ANGLE + 1), self._cumulated)
        return np.array([basic, both - basic, 1 - both])

    @property
    def std_error(self) -> float:
        """Standard deviation of the asymmetry."""
        mean = self.density @ self.asymmetry
        return float(np.sqrt(self.density @ (self.asymmetry - mean) ** 2))

    def interval(self, level: float) -> tuple[float, float]:
        """Ends between which the asymmetry lies with that probability, equal tails."""
        tail = np.array([(1 - level) / 2, (1 + level) / 2])
        edges = np.arange(STEPS_OF_ANGLE + 1) / STEPS_OF_ANGLE * np.pi / 2
        low, high = np.tan(np.interp(tail, self._cumulated, edges) - np.pi / 4)
        return float(low), float(high)

    @property
    def _cumulated(self) -> FloatArray:
        return np.append(0.0, np.minimum(np.cumsum(self.density), 1.0))
