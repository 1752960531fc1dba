"""Weighted means and covariances in one pass, exactly mergeable over parts of the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from pipelines.core.errors import ContractError, examples
from pipelines.statistics.survey import FloatArray

ROWS_PER_BLOCK = 1 << 15  # rows centred at once: they stay in the processor's cache
PILOT_ROWS = 1000  # rows whose mean shifts the sums


@dataclass(frozen=True)
class Moments:
    """Weighted moments of columns up to the second.

    Parameters
    ----------
    names : tuple of str
        Columns.
    n : int
        Rows.
    weight, weight_squared : float
        Sums of the weights and of their squares.
    mean : ndarray, shape (n_columns,)
        Weighted means.
    scatter : ndarray, shape (n_columns, n_columns)
        Weighted sums of products of deviations from the mean.

    Raises
    ------
    ContractError
        If a moment is not finite, or the shapes do not fit the names.
    """

    names: tuple[str, ...]
    n: int
    weight: float
    weight_squared: float
    mean: FloatArray
    scatter: FloatArray

    def __post_init__(self) -> None:
        columns = len(self.names)
        if self.mean.shape != (columns,) or self.scatter.shape != (columns, columns):
            raise ContractError(
                "moments",
                expected=f"{columns} means and {columns} x {columns} products",
                got=f"shapes {self.mean.shape} and {self.scatter.shape}",
                todo="give each column one name",
            )
        bad = ~(np.isfinite(self.mean) & np.isfinite(np.diagonal(self.scatter)))
        if bad.any() or not np.isfinite(self.weight):
            named = [name for name, is_bad in zip(self.names, bad, strict=True) if is_bad]
            raise ContractError(
                "moments",
                expected="finite numbers",
                got=f"NaN or infinity in {examples(named) or 'the weights'}",
                todo="leave such rows out, or treat them as missing",
            )

    def __add__(self, other: Moments) -> Moments:
        """Moments of the rows of both.

        References
        ----------
        Chan, Golub and LeVeque (1983), The American Statistician 37, 242-247.
        """
        self.require(other.names)
        weight = self.weight + other.weight
        if weight == 0:
            return self
        share = other.weight / weight
        gap = other.mean - self.mean
        return Moments(
            names=self.names,
            n=self.n + other.n,
            weight=weight,
            weight_squared=self.weight_squared + other.weight_squared,
            mean=self.mean + share * gap,
            scatter=self.scatter + other.scatter + self.weight * share * np.outer(gap, gap),
        )

    def require(self, names: Sequence[str]) -> None:
        """Refuse moments of other columns."""
        if tuple(names) != self.names:
            raise ContractError(
                "moments",
                expected=f"the columns {examples(self.names)}",
                got=examples(names),
                todo="select the same columns in the same order",
            )

    def covariance(self) -> FloatArray:
        """Unbiased covariance under weights that say how much a row stands for.

        As R's ``cov.wt(method = "unbiased")``: with equal weights the divisor is ``n - 1``.

        Raises
        ------
        ContractError
            If there are fewer than two rows.
        """
        if self.n < 2:
            raise ContractError(
                "covariance", expected="two rows or more", got=str(self.n), todo="use more data"
            )
        return self.scatter / (self.weight - self.weight_squared / self.weight)


def merge(parts: Iterable[Moments]) -> Moments:
    """Moments of the rows of all parts, of which there is at least one."""
    return reduce(Moments.__add__, parts)


def moments_of_matrix(
    values: FloatArray, names: Sequence[str], weights: FloatArray | None = None
) -> Moments:
    """Moments of the columns of a matrix.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_columns)
        Without missing values.
    names : sequence of str
        One per column.
    weights : ndarray, shape (n_rows,), optional
        Positive; all equal if left out.

    Returns
    -------
    Moments
        Computed around the mean of the first rows and block by block, so that columns far
        from zero lose no digits.

    Raises
    ------
    ContractError
        If a value is missing or infinite, or a weight is not positive.
    """
    n, columns = values.shape
    if weights is not None:
        check_weights(weights)
    centre = values[:PILOT_ROWS].mean(axis=0) if n else np.zeros(columns)
    weight, weight_squared = 0.0, 0.0
    first, second = np.zeros(columns), np.zeros((columns, columns))
    with np.errstate(invalid="ignore"):  # infinity is refused below, by name
        for start in range(0, n, ROWS_PER_BLOCK):
            deviation = values[start : start + ROWS_PER_BLOCK] - centre
            if weights is None:
                weight += len(deviation)
                weight_squared += len(deviation)
                first += deviation.sum(axis=0)
            else:
                w = weights[start : start + ROWS_PER_BLOCK]
                weight += float(w.sum())
                weight_squared += float(w @ w)
                first += w @ deviation
                deviation *= np.sqrt(w)[:, None]
            second += deviation.T @ deviation
        return _centred(tuple(names), n, weight, weight_squared, centre, first, second)


def _centred(
    names: tuple[str, ...],
    n: int,
    weight: float,
    weight_squared: float,
    centre: FloatArray,
    first: FloatArray,
    second: FloatArray,
) -> Moments:
    """Moments from sums of deviations from `centre` and of their products."""
    shift = first / weight if weight else np.zeros_like(first)
    scatter = second - np.outer(first, shift)
    return Moments(names, n, weight, weight_squared, centre + shift, (scatter + scatter.T) / 2)


def check_weights(weights: FloatArray) -> None:
    """Refuse weights that are missing, infinite, zero or negative."""
    bad = np.flatnonzero(~((weights > 0) & np.isfinite(weights)))  # catches NaN too
    if bad.size:
        raise ContractError(
            "weights",
            expected="positive numbers",
            got=f"{bad.size} others: {examples(weights[bad[:6]].tolist())}",
            todo="leave out rows that stand for nobody, and find out why a weight is missing",
        )
