"""Differences of independent estimates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from pipelines.core.errors import ContractError
from pipelines.statistics.intervals import Interval, t_quantile
from pipelines.statistics.survey import FloatArray


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
    """

    value: FloatArray
    centre: FloatArray
    variance: FloatArray
    df: FloatArray


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


def independent_differences(later: Estimates, earlier: Estimates, level: float) -> Differences:
    """Compare estimates of independent samples: variances add, the sign stays.

    The degrees of freedom are Satterthwaite's. If the samples share respondents who answer
    alike, as they do, the true variance is smaller: the interval is too wide, not too narrow.
    """
    variance = later.variance + earlier.variance
    parts = later.variance**2 / later.df + earlier.variance**2 / earlier.df
    known = parts > 0
    df = np.where(known, variance**2 / np.where(known, parts, 1.0), np.inf)
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


def _two_sided(statistic: FloatArray, df: FloatArray) -> FloatArray:
    """Two-sided p-values from the lower tail, which keeps its digits far out."""
    tail = -np.abs(statistic)
    normal = np.isinf(df)
    p: FloatArray = 2 * np.where(
        normal, special.ndtr(tail), special.stdtr(np.where(normal, 1.0, df), tail)
    )
    return p
