"""Regression of a few estimates, each with its own error, on what is known of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from pipelines.core.errors import ContractError
from pipelines.statistics.intervals import t_quantile
from pipelines.statistics.survey import FloatArray


@dataclass(frozen=True)
class MetaRegression:
    """A fitted regression of estimates.

    Attributes
    ----------
    value, std_error, low, high : ndarray, shape (k,)
        Coefficients.
    chance_error : ndarray, shape (k,)
        Standard errors, were there nothing but the errors of the estimates.
    between : float
        Variance of the estimates around the line that their errors do not explain.
    df : float
        Degrees of freedom.
    """

    value: FloatArray
    std_error: FloatArray
    low: FloatArray
    high: FloatArray
    chance_error: FloatArray
    between: float
    df: float


def regress_estimates(
    estimates: FloatArray, columns: FloatArray, covariance: FloatArray, df: float, level: float
) -> MetaRegression:
    """Regress estimates on columns, weighted by their errors and what else moves them.

    What moves estimates beyond their errors is found so that their weighted squares come out as
    expected (Paule and Mandel), and intervals are those of Knapp and Hartung, which hold with
    few estimates; a scale below 1 counts as 1. Weights look at variances only, the error of the
    coefficients at covariances too.

    Parameters
    ----------
    estimates : ndarray, shape (n,)
    columns : ndarray, shape (n, k)
        With a column of ones for an intercept; they do not repeat each other.
    covariance : ndarray, shape (n, n)
        Of the errors of the estimates.
    df : float
        ``n - k``, less where some estimates follow from others.
    level : float
        Of intervals, 0 to 1.

    Raises
    ------
    ContractError
        If there is no degree of freedom, or a variance is not positive.

    References
    ----------
    Paule and Mandel (1982), Journal of Research of the National Bureau of Standards 87,
    377-385; Knapp and Hartung (2003), Statistics in Medicine 22, 2693-2710.

    Examples
    --------
    >>> line = np.column_stack([np.ones(3), [0.0, 1.0, 2.0]])
    >>> found = regress_estimates(np.array([1.0, 3.0, 5.0]), line, np.eye(3), 1, 0.95)
    >>> found.value.round(6).tolist(), found.between
    ([1.0, 2.0], 0.0)
    """
    variance = np.diagonal(covariance)
    if not (df > 0 and (variance > 0).all()):
        raise ContractError(
            "regression of estimates",
            expected="more estimates than columns, each with an error",
            got=f"{df:g} degrees of freedom, a variance of {variance.min():.3g}",
            todo="compare more, or leave out what has no error",
        )
    between = _between(estimates, columns, variance, df)
    weight = 1 / (variance + between)
    value, error = _fit(estimates, columns, weight, covariance + between * np.eye(len(variance)))
    scale = np.sqrt(max(_squares(estimates, columns, weight) / df, 1.0))
    half = t_quantile(np.array([df]), level)[0] * scale * error
    chance = _fit(estimates, columns, 1 / variance, covariance)[1]
    return MetaRegression(
        value, scale * error, value - half, value + half, chance, between, df
    )  # fmt: skip


def _fit(
    estimates: FloatArray, columns: FloatArray, weight: FloatArray, covariance: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Weighted coefficients, and their standard errors under a covariance."""
    maker = np.linalg.solve(columns.T @ (weight[:, None] * columns), columns.T * weight)
    return maker @ estimates, np.sqrt(np.diagonal(maker @ covariance @ maker.T))


def _squares(estimates: FloatArray, columns: FloatArray, weight: FloatArray) -> float:
    """Weighted squares around the line."""
    value, _ = _fit(estimates, columns, weight, np.eye(len(weight)))
    return float(weight @ (estimates - columns @ value) ** 2)


def _between(estimates: FloatArray, columns: FloatArray, variance: FloatArray, df: float) -> float:
    """The variance beside errors at which weighted squares are what is expected."""

    def excess(between: float) -> float:
        return _squares(estimates, columns, 1 / (variance + between)) - df

    if excess(0.0) <= 0:
        return 0.0
    highest = float(variance.max() + np.ptp(estimates) ** 2)
    while excess(highest) > 0:
        highest *= 2
    return float(optimize.brentq(excess, 0.0, highest, xtol=1e-12))
