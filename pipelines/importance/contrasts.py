"""Contrasts: differences of shares between groups, with one test and its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from pipelines.importance.models import DrawnEstimates
from pipelines.statistics.intervals import Interval, t_quantile
from pipelines.statistics.survey import FloatArray


@dataclass(frozen=True, order=True)
class FreeUnits:
    """Sampling units less strata: of a sample, and less slopes too after a regression."""

    sample: int
    regression: int


@dataclass(frozen=True)
class Contrast:
    """Differences, all arrays of shape (k,).

    `p_value` is two-sided, of no difference. It is below ``1 - level`` exactly if zero lies
    outside `interval`: both are of one t statistic.
    """

    value: FloatArray
    std_error: FloatArray
    interval: Interval
    p_value: FloatArray


def contrast(gap: DrawnEstimates, free: FreeUnits, level: float) -> Contrast:
    """Test drawn differences against zero by Student's t.

    The standard error is that of the replicates, over the root of the share of degrees of freedom
    that the regression leaves. Those of t count that few replicates do not know it well, as
    Satterthwaite would. Percentiles would be no test: where the share of a driver is near 0 in
    both groups, all replicates of the smaller group lie above those of the larger one.

    Parameters
    ----------
    gap : DrawnEstimates
        Differences and their replicates.
    free : FreeUnits
        Of the smaller group.
    level : float
        0 to 1.

    Examples
    --------
    >>> replicates = np.random.default_rng(1).normal(4, 1, (2000, 1))
    >>> found = contrast(DrawnEstimates(np.array([4.0]), replicates), FreeUnits(400, 390), 0.95)
    >>> bool(found.p_value < 0.05), bool(found.interval.low > 0)
    (True, True)
    """
    replicates = len(gap.replicates)
    error = gap.error * np.sqrt(free.sample / free.regression)
    df = 1 / (1 / free.regression + 1 / (replicates - 1))
    half = t_quantile(np.array(df), level) * error
    certain = error <= 0
    statistic = np.divide(gap.value, error, out=np.zeros_like(error), where=~certain)
    p_value = np.where(certain, gap.value == 0, 2 * special.stdtr(df, -np.abs(statistic)))
    return Contrast(gap.value, error, Interval(gap.value - half, gap.value + half), p_value)
