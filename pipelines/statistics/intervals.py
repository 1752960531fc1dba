"""Intervals of bounded quantities that hold at small n and never leave their range."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from pipelines.core.errors import ContractError
from pipelines.statistics.survey import BoolArray, DomainMeans, FloatArray

LENT_DF = 5.0  # by a simple sample, see `steady_variance`; chosen by benchmarks/score_coverage.py


@dataclass(frozen=True)
class Interval:
    """Ends of intervals, both of one shape; NaN where there is nothing to estimate."""

    low: FloatArray
    high: FloatArray

    def __post_init__(self) -> None:
        if (self.low > self.high).any():
            raise ContractError(
                "interval", expected="low <= high", got="the reverse", todo="mend the estimator"
            )

    def holding(self, value: FloatArray) -> Interval:
        """Widen by what is needed to hold `value`.

        An interval around a shrunken centre can miss the estimate itself, at low levels.
        """
        return Interval(np.minimum(self.low, value), np.maximum(self.high, value))

    def where(self, keep: BoolArray, other: Interval) -> Interval:
        """Keep these intervals where `keep` is true, and take `other` elsewhere."""
        return Interval(np.where(keep, self.low, other.low), np.where(keep, self.high, other.high))


@dataclass(frozen=True)
class Shrunken:
    """Estimates after a few made-up answers were added; all arrays of one shape.

    The covariance of two centres is that of the estimates, times both `moved`, plus the product
    of both `pull` as far as the made-up answers are of people in both samples.

    Parameters
    ----------
    centre, variance : ndarray
    moved : ndarray
        How far a centre moves with its estimate.
    pull : ndarray
        What the made-up answers add to the standard deviation of a centre, with its sign.
    """

    centre: FloatArray
    variance: FloatArray
    moved: FloatArray
    pull: FloatArray


def _shrunken(
    centre: FloatArray, variance: FloatArray, n: FloatArray, made_up: int, divisor: FloatArray
) -> Shrunken:
    """Say what follows from a number of made-up answers whose mean is zero.

    Parameters
    ----------
    divisor : ndarray
        What the mean square of all answers was divided by.
    """
    squared = (n + made_up) * divisor
    moved = np.sqrt(n * np.maximum(n - 1, 0) / squared)
    return Shrunken(centre, variance, moved, centre * np.sqrt(made_up / (n * divisor)))


def normal_quantile(level: float) -> float:
    """Two-sided quantile of the normal distribution, 1.96 at 0.95.

    Raises
    ------
    ContractError
        If the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ContractError(
            "interval",
            expected="a confidence level between 0 and 1",
            got=repr(level),
            todo="write 0.95 for 95 %",
        )
    return float(special.ndtri((1 + level) / 2))


def t_quantile(df: FloatArray, level: float) -> FloatArray:
    """Two-sided quantiles of Student's t; infinite `df` gives the normal one."""
    distinct, place = np.unique(df, return_inverse=True)  # the quantile is slow, df repeats
    normal = np.isinf(distinct)
    student = special.stdtrit(np.where(normal, 1.0, distinct), (1 + level) / 2)
    quantile: FloatArray = np.where(normal, normal_quantile(level), student)
    return quantile[place].reshape(df.shape)


def wilson(share: FloatArray, n: FloatArray, level: float) -> Interval:
    """Wilson's score interval of shares.

    Parameters
    ----------
    share : ndarray
        Shares, 0 to 1; or means of values between 0 and 1, for which it is conservative
        because no such value varies more than a share of the same mean.
    n : ndarray
        Numbers of answers, effective ones if the sample is not simple.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22, 209-212.
    """
    z = normal_quantile(level)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    ends = Interval(np.clip(centre - half, 0.0, 1.0), np.clip(centre + half, 0.0, 1.0))
    return ends.holding(share)  # against rounding at 0 and 1


def bounded_mean(mean: FloatArray, variance: FloatArray, df: FloatArray, level: float) -> Interval:
    """Score interval of means of values between 0 and 1, such as shares of a scale.

    Wilson's interval with the number of yes-or-no answers that would be as precise, and
    Student's quantile. It agrees with ``mean +- t * standard error`` at large n. At small n
    ratings are skewed, and that one covers too little: with 80 % on the best of five
    answers and n = 20, 88 % instead of 95 %; this one 97 %.

    Parameters
    ----------
    mean, variance : ndarray
        Means, and their variances, which are positive.
    df : ndarray
        Degrees of freedom of the variances.
    """
    precise = mean * (1 - mean) / variance
    return wilson(mean, precise * (normal_quantile(level) / t_quantile(df, level)) ** 2, level)


def shrink_nps(promoters: FloatArray, detractors: FloatArray, n: FloatArray) -> Shrunken:
    """Add three answers: 3/4 promoter, 3/4 detractor, the rest passive.

    Parameters
    ----------
    promoters, detractors : ndarray
        Shares, 0 to 1.
    n : ndarray
        Numbers of answers, effective ones if the sample is not simple.

    Returns
    -------
    Shrunken
        Net promoter score from -1 to 1, and its unbiased variance.

    References
    ----------
    Rocks (2016), The American Statistician 70(4), 365-372.
    """
    more = (promoters * n + 0.75) / (n + 3)
    less = (detractors * n + 0.75) / (n + 3)
    centre = more - less
    variance = (more + less - centre**2) / (n + 2)  # n + 3 answers, less one
    return _shrunken(centre, variance, n, 3, n + 2)


def adjusted_wald(
    promoters: FloatArray, detractors: FloatArray, n: FloatArray, level: float
) -> Interval:
    """Adjusted Wald interval of net promoter scores from -1 to 1; see `shrink_nps`.

    The plain Wald interval covers too little at small n: with shares 1/12, 1/12 and 5/6
    of detractors, passives and promoters and n = 20, 87 % instead of 95 %.
    """
    shrunken = shrink_nps(promoters, detractors, n)
    half = normal_quantile(level) * np.sqrt(shrunken.variance)
    low, high = shrunken.centre - half, shrunken.centre + half
    return Interval(np.clip(low, -1.0, 1.0), np.clip(high, -1.0, 1.0)).holding(
        promoters - detractors
    )


def shrink_share(share: FloatArray, n: FloatArray) -> Shrunken:
    """Add two answers, one yes and one no.

    For the difference of two shares, each shrunken so, the Wald interval covers well.

    References
    ----------
    Agresti and Caffo (2000), The American Statistician 54(4), 280-288.
    """
    centre = (share * n + 1) / (n + 2)
    found = _shrunken(centre - 0.5, centre * (1 - centre) / (n + 2), n, 2, n + 2)
    return replace(found, centre=centre)


def n_of_intervals(means: DomainMeans, level: float) -> FloatArray:
    """Numbers of answers that intervals for simple random samples may be given.

    ``n`` over the design effect of the `steady_variance`, corrected for the degrees of freedom of
    the design, and never above ``n``.

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24(2), 193-201; Dean and Pagano (2015),
    Journal of Survey Statistics and Methodology 3(4), 484-503, who find that Wilson's
    interval with this number covers best.
    """
    simple = np.maximum(means.n - 1, 1.0)
    loss = t_quantile(simple, level) / t_quantile(means.df, level)
    known = ~np.isnan(means.deff)
    variance = np.where(known, steady_variance(means), 1.0)
    n = np.minimum(means.n * means.spread / (simple * variance) * loss**2, means.n)
    return np.where(known, n, means.n_eff)


def steady_variance(means: DomainMeans) -> FloatArray:
    """Variances that intervals may be given.

    The variance of a design rests on few degrees of freedom where few units, or few of great
    weight, or few who differ from the others make it up; about ``2 n p (1 - p)`` of a rare answer.
    It is then often too small just where the mean is off: a stratum of great weight in which
    nobody differs adds nothing to it. Therefore it is averaged with that of a simple sample of
    the same weights, which has `LENT_DF` degrees of freedom, where that is greater. Zero stays
    zero.

    Of 50 answers, of which ten have 70 % of the weight and 80 % are yes, the interval holds the
    truth in 98 % instead of 89 %; of 400 with skewed weights and 95 % yes in 96 % instead of 91 %.
    Of a simple sample nothing changes.
    """
    simple = means.spread * means.n / np.maximum(means.n - 1, 1.0) / means.kish
    df = np.minimum(means.df, 2 * means.kish * means.spread)
    averaged = (df * means.variance + LENT_DF * simple) / (df + LENT_DF)
    return np.where(means.variance > 0, np.maximum(means.variance, averaged), means.variance)
