"""Robustness: the slope of each rating, and what an unknown confounder would leave of it.

Partial R2 are shares of weighted sums of squares, hence those of the population; errors are those
of the design. A regression on as many answers as the design is worth has both: its degrees of
freedom are what makes them agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from pipelines.contract.code import write_code
from pipelines.statistics.bootstrap import Units, degrees_of_freedom
from pipelines.statistics.linearised import covariance_of_sums
from pipelines.statistics.robustness import (
    Coefficients,
    Confounder,
    adjust,
    as_strong_as,
    robustness_value,
)
from pipelines.statistics.survey import FloatArray

MIN_SHARE_LEFT = 1e-9  # of a column's variance; with less the others already say it
MAX_WITH_REGRESSOR = 0.5  # partial R2 of a benchmark: beside it none can be as strong
MIN_DF = 2.0


@dataclass(frozen=True)
class Regressors:
    """Columns of a linear model of the outcome, and what they are of.

    Parameters
    ----------
    completed : sequence of ndarray, shape (n, n_columns + 1)
        Several fillings of the blanks, or the one table that has none; the outcome is last.
    drivers : dict of str to tuple of int
        Columns of each driver; the last is its rating.
    confounders : dict of str to tuple of int
        Columns of each declared confounder.
    weight : ndarray, shape (n,)
    units : Units
        Clusters and strata of the rows.
    """

    completed: Sequence[FloatArray]
    drivers: dict[str, tuple[int, ...]]
    confounders: dict[str, tuple[int, ...]]
    weight: FloatArray
    units: Units


@dataclass(frozen=True)
class Robustness:
    """What is known of the slope of one rating; numbers as in `contract.whatif_trust`."""

    driver: str
    slope: Coefficients
    design_df: float
    rv: float
    rv_alpha: float
    benchmark: str | None
    benchmark_kind: str | None
    confounder: Confounder | None
    left: Coefficients | None

    def interval(self, found: Coefficients, level: float) -> tuple[float, float]:
        """Of a slope, by the degrees of freedom of the design."""
        half = critical(self.design_df, level) * found.std_error[0]
        return float(found.value[0] - half), float(found.value[0] + half)


def critical(df: float, level: float) -> float:
    """Student's two-sided quantile."""
    return float(special.stdtrit(df, (1 + level) / 2))


def slopes_and_robustness(model: Regressors, level: float) -> list[Robustness]:
    """Say of every driver how strong an unknown confounder must be to undo its slope.

    Parameters
    ----------
    model : Regressors
    level : float
        Of intervals, 0 to 1.

    Returns
    -------
    list of Robustness
        Without drivers whose rating says nothing beside the others.

    References
    ----------
    Cinelli and Hazlett (2020), Journal of the Royal Statistical Society B 82(1), 39-67. Blanks:
    Rubin (1987), Multiple Imputation for Nonresponse in Surveys, section 3.1.
    """
    scatter = np.mean([_scatter(one, model.weight) for one in model.completed], axis=0)
    slopes = _slopes(model)
    found = []
    for name, columns in model.drivers.items():
        rating = columns[-1]
        others = [c for c in range(len(scatter) - 1) if c != rating]
        left = _left(scatter, rating, others)
        if left > MIN_SHARE_LEFT * scatter[rating, rating] and slopes.error[rating] > 0:
            found.append(_of_driver(model, scatter, name, slopes, level))
    return found


@dataclass(frozen=True)
class _Slopes:
    """Slopes of all columns over the fillings of the blanks, and their errors by the design."""

    value: FloatArray
    error: FloatArray
    df: FloatArray


def _scatter(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Weighted products of deviations from the means, by weight."""
    share = weight / weight.sum()
    deviation = values - share @ values
    found: FloatArray = deviation.T @ (share[:, None] * deviation)
    return found


def _slopes(model: Regressors) -> _Slopes:
    fits = [_fit(one, model.weight, model.units) for one in model.completed]
    values = np.array([value for value, _ in fits])
    within = np.mean([variance for _, variance in fits], axis=0)
    free = max(degrees_of_freedom(model.units) - values.shape[1], MIN_DF)
    if len(fits) == 1:
        return _Slopes(values[0], np.sqrt(within), np.full(len(within), free))
    between = (1 + 1 / len(fits)) * values.var(axis=0, ddof=1)
    total = within + between
    missing = np.divide(between, total, out=np.zeros_like(total), where=total > 0)
    df = 1 / (1 / free + missing**2 / (len(fits) - 1))
    return _Slopes(values.mean(axis=0), np.sqrt(total), np.maximum(df, MIN_DF))


def _fit(values: FloatArray, weight: FloatArray, units: Units) -> tuple[FloatArray, FloatArray]:
    """Slopes of one filled table, and their linearised variances."""
    share = weight / weight.sum()
    deviation = values - share @ values
    x, y = deviation[:, :-1], deviation[:, -1]
    inverse = np.linalg.pinv(x.T @ (share[:, None] * x), rcond=MIN_SHARE_LEFT, hermitian=True)
    slopes = inverse @ (x.T @ (share * y))
    influence = (share * (y - x @ slopes))[:, None] * (x @ inverse)
    n, columns = x.shape
    variance = np.diagonal(covariance_of_sums(influence, units)) * n / (n - columns - 1)
    return slopes, variance


def _left(scatter: FloatArray, of: int, given: Sequence[int]) -> float:
    """Variance of a column that is left given others."""
    if not given:
        return float(scatter[of, of])
    spread = np.sqrt(np.maximum(np.diagonal(scatter)[list(given)], 1e-300))
    inner = scatter[np.ix_(given, given)] / np.outer(spread, spread)
    cross = scatter[list(given), of] / spread
    solved = np.linalg.pinv(inner, rcond=MIN_SHARE_LEFT, hermitian=True) @ cross
    return float(scatter[of, of] - cross @ solved)


def _partial_r2(scatter: FloatArray, of: int, group: Sequence[int], given: Sequence[int]) -> float:
    """Share of what is left of a column given others that a group of columns explains."""
    before = _left(scatter, of, given)
    after = _left(scatter, of, [*given, *group])
    return float(np.clip(1 - after / before, 0.0, 1.0)) if before > 0 else 0.0


def _of_driver(
    model: Regressors, scatter: FloatArray, name: str, slopes: _Slopes, level: float
) -> Robustness:
    rating, outcome = model.drivers[name][-1], len(scatter) - 1
    others = [c for c in range(outcome) if c != rating]
    # The regression whose errors by least squares are those of the design: degrees of freedom.
    residual = _left(scatter, outcome, [*others, rating])
    spread = _left(scatter, rating, others)
    df = max(residual / (spread * slopes.error[rating] ** 2), MIN_DF)
    slope = Coefficients(*(np.array([x]) for x in (slopes.value[rating], slopes.error[rating], df)))
    design_df = float(slopes.df[rating])
    bar = np.array([critical(design_df, level)])
    benchmark, strength = _strongest(model, scatter, name, slope)
    return Robustness(
        name,
        slope,
        design_df,
        float(robustness_value(slope)[0]),
        float(robustness_value(slope, alpha=1 - level, critical=bar)[0]),
        benchmark,
        _kind(model, benchmark),
        strength,
        adjust(slope, strength) if strength else None,
    )


def _strongest(
    model: Regressors, scatter: FloatArray, name: str, slope: Coefficients
) -> tuple[str | None, Confounder | None]:
    """What is known, as strong as which a confounder would bend the slope most; and that one.

    Other ratings are among it: declared confounders may all be weak, and beside a weak one
    everything looks robust.
    """
    rating, outcome = model.drivers[name][-1], len(scatter) - 1
    found: list[tuple[float, str, Confounder]] = []
    for candidate, columns in (model.drivers | model.confounders).items():
        if candidate == name or not columns:
            continue
        rest = [c for c in range(outcome) if c not in (rating, *columns)]
        observed = Confounder(
            np.array([_partial_r2(scatter, rating, columns, rest)]),
            np.array([_partial_r2(scatter, outcome, columns, [*rest, rating])]),
        )
        if observed.with_regressor[0] >= MAX_WITH_REGRESSOR:
            continue
        bound = as_strong_as(observed)
        if bound.with_outcome[0] < 1:
            moved = abs(adjust(slope, bound).value[0] - slope.value[0])
            found.append((float(moved), candidate, bound))
    if not found:
        return None, None
    _, strongest, bound = max(found, key=lambda one: (one[0], one[1]))
    return strongest, bound


def _kind(model: Regressors, benchmark: str | None) -> str | None:
    """Code of `BENCHMARKS`."""
    if benchmark is None:
        return None
    return "confounder" if benchmark in model.confounders else "rating"


def verdict(found: Robustness, level: float) -> str:
    """Code of `VERDICTS_OF_ROBUSTNESS` with its values."""
    low, high = found.interval(found.slope, level)
    if low <= 0 <= high:
        return "not_distinguishable"
    percent = _in_percent(found.rv)
    if found.left is None:
        return write_code("no_benchmark", percent=percent)
    # As strong a one may turn the sign: what is left is told from zero on the slope's side only.
    sign = np.sign(found.slope.value[0])
    ends = found.interval(found.left, level)
    is_robust = min(sign * end for end in ends) > 0
    left = f"{found.left.value[0]:.2f}"
    return write_code("robust" if is_robust else "fragile", left=left, percent=percent)


def _in_percent(share: float) -> str:
    return f"{100 * share:.1f}"
