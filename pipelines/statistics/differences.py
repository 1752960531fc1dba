"""Differences of estimates whose samples may share respondents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from pipelines.core.errors import ContractError
from pipelines.statistics.intervals import Interval, t_quantile
from pipelines.statistics.survey import FloatArray

MIN_VARIANCE_OF_PAIRS = (
    1e-9  # of the sum of two variances; a smaller variance of their difference is none
)


@dataclass(frozen=True)
class Estimates:
    """Estimates to be compared; all arrays of one shape.

    Parameters
    ----------
    value : ndarray
        What is published.
    centre, variance : ndarray
        What intervals are built on; `centre` differs from `value` if it was shrunken.
    df : ndarray
        Degrees of freedom of `variance`; infinite for the normal distribution.
    moved, pull : ndarray
        How the covariance of centres follows from that of values, see `intervals.Shrunken`; 1
        and 0 where nothing was shrunken.
    """

    value: FloatArray
    centre: FloatArray
    variance: FloatArray
    df: FloatArray
    moved: FloatArray
    pull: FloatArray


@dataclass(frozen=True)
class Overlap:
    """What two samples share; all arrays of one shape, of zeros if they share nothing.

    Parameters
    ----------
    n : ndarray
        Sampling units with an answer in both.
    covariance : ndarray
        Of the two values.
    of_later, of_earlier : ndarray
        Share of the answering units of either that these are, 0 to 1.
    """

    n: FloatArray
    covariance: FloatArray
    of_later: FloatArray
    of_earlier: FloatArray


@dataclass(frozen=True)
class Differences:
    """Later minus earlier; all arrays of one shape.

    `p_value` is two-sided, of no difference. It is below ``1 - level`` exactly if zero lies
    outside `interval`, but where `interval` was widened to hold `value`.
    """

    value: FloatArray
    std_error: FloatArray
    interval: Interval
    p_value: FloatArray

    def __post_init__(self) -> None:
        if ((self.p_value < 0) | (self.p_value > 1)).any():
            raise ContractError(
                "differences", expected="p-values in 0-1", got="others", todo="mend the estimator"
            )


def subtract(later: Estimates, earlier: Estimates, both: Overlap, level: float) -> Differences:
    """Compare two estimates: the sign stays, ``Var(a - b) = Var(a) + Var(b) - 2 Cov(a, b)``.

    If nothing is shared this is Welch's test, and the interval of Agresti and Caffo for shares.
    If everything is, of simple samples, it is the paired t test, and the interval of Agresti and
    Min for matched shares.

    References
    ----------
    Agresti and Caffo (2000), The American Statistician 54(4), 280-288; Agresti and Min (2005),
    Statistics in Medicine 24(5), 729-740; Berger (2004), Canadian Journal of Statistics 32(4),
    451-467, on changes between waves that share a part.
    """
    covariance = _covariance(later, earlier, both)
    variance = _variance(later, earlier, both, covariance)
    df = _degrees_of_freedom(later, earlier, both, covariance)
    std_error = np.sqrt(variance)
    centre = later.centre - earlier.centre
    half = t_quantile(df, level) * std_error
    value = later.value - earlier.value
    return Differences(
        value=value,
        std_error=std_error,
        interval=Interval(centre - half, centre + half).holding(value),
        p_value=_two_sided(centre / std_error, df),
    )


def _covariance(later: Estimates, earlier: Estimates, both: Overlap) -> FloatArray:
    """Covariance of the centres."""
    share = np.sqrt(both.of_later * both.of_earlier)
    found = both.covariance * later.moved * earlier.moved + share * later.pull * earlier.pull
    most = np.sqrt(later.variance * earlier.variance)
    covariance: FloatArray = np.clip(found, -most, most)
    return covariance


def _variance(
    later: Estimates, earlier: Estimates, both: Overlap, covariance: FloatArray
) -> FloatArray:
    """Variance of the difference.

    If everybody moved by the same there is none to estimate it from: then what Agresti and Min's
    two made-up answers leave of it, at shares of one half.
    """
    apart = later.variance + earlier.variance
    left: FloatArray = apart - 2 * covariance
    return np.where(left > MIN_VARIANCE_OF_PAIRS * apart, left, apart * 2 / (both.n + 2))


def _degrees_of_freedom(
    later: Estimates, earlier: Estimates, both: Overlap, covariance: FloatArray
) -> FloatArray:
    """Satterthwaite's, from who is only in the later, only in the earlier and in both samples."""
    shared, parts = -2 * covariance, np.zeros_like(covariance)
    scarce = np.zeros_like(covariance)  # one over the degrees of freedom of those in both
    for side, share in ((later, both.of_later), (earlier, both.of_earlier)):
        shared = shared + share * side.variance
        parts = parts + (1 - share) * side.variance**2 / side.df
        scarce = np.maximum(scarce, 1 / (np.where(share > 0, share, 1.0) * side.df))
    parts = parts + shared**2 * scarce
    known = parts > 0
    variance = later.variance + earlier.variance - 2 * covariance
    df: FloatArray = np.where(known, variance**2 / np.where(known, parts, 1.0), np.inf)
    return df


def _two_sided(statistic: FloatArray, df: FloatArray) -> FloatArray:
    """Two-sided p-values from the lower tail, which keeps its digits far out."""
    tail = -np.abs(statistic)
    normal = np.isinf(df)
    p: FloatArray = 2 * np.where(
        normal, special.ndtr(tail), special.stdtr(np.where(normal, 1.0, df), tail)
    )
    return p
