"""Means and covariances where answers are missing: maximum likelihood under normality.

Right if answers are missing at random given what is observed; not for questions that a
respondent was never asked because they did not apply.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.contract.code import write_code
from pipelines.core.errors import ContractError, examples
from pipelines.statistics.moments import check_weights
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray

MIN_JOINT_ANSWERS_PER_COLUMN = 3  # of two columns: with fewer, R2 is overfitted
MAX_EM_STEPS = 3000  # E-steps after which to give up


@dataclass(frozen=True)
class NormalFit:
    """Mean and covariance of columns with missing values.

    Parameters
    ----------
    mean : ndarray, shape (n_columns,)
    covariance : ndarray, shape (n_columns, n_columns)
        Maximum likelihood: divided by the weight, not by one less.
    n : int
        Rows with at least one value.
    prior_rows : float
        Strength of the prior: made-up rows in which columns have their own variance and no
        correlation; 0 is plain maximum likelihood.
    log_likelihood : float
        Of the observed values, weights scaled to sum to `n`.
    iterations : int
        E-steps.
    converged : bool
        Whether the last step moved no standardised parameter by more than the tolerance.
    fewest : int
        Smallest number of rows in which two columns were observed together; with weights
        Kish's effective number of them.
    """

    mean: FloatArray
    covariance: FloatArray
    n: int
    prior_rows: float
    log_likelihood: float
    iterations: int
    converged: bool
    fewest: int


@dataclass(frozen=True)
class Patterns:
    """Rows grouped by what they have; columns are standardised by their observed values.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_columns)
        Standardised, 0 where missing.
    weights : ndarray, shape (n_rows,)
        They sum to the number of rows.
    of_row : ndarray of int, shape (n_rows,)
        Pattern of each row.
    seen : ndarray of int, shape (n_patterns, n_columns)
        1 where the pattern has a value.
    centre, scale : ndarray, shape (n_columns,)
        Mean and standard deviation that were taken out.
    fewest : int
        As in `NormalFit`.
    """

    values: FloatArray
    weights: FloatArray
    of_row: IntArray
    seen: IntArray
    centre: FloatArray
    scale: FloatArray
    fewest: int


@dataclass(frozen=True)
class _State:
    """Standardised parameters."""

    mean: FloatArray
    covariance: FloatArray

    def towards(self, first: _State, second: _State) -> _State:
        """Extrapolate two steps (SQUAREM, step length S3)."""
        steps = [(a.mean - b.mean, a.covariance - b.covariance)
                 for a, b in ((first, self), (second, first))]  # fmt: skip
        (dm, dc), (em, ec) = steps
        bend = np.sqrt(((em - dm) ** 2).sum() + ((ec - dc) ** 2).sum())
        if bend == 0:
            return second
        length = max(np.sqrt((dm**2).sum() + (dc**2).sum()) / bend, 1.0)
        return _State(
            self.mean + 2 * length * dm + length**2 * (em - dm),
            self.covariance + 2 * length * dc + length**2 * (ec - dc),
        )

    def distance(self, other: _State) -> float:
        gaps = (
            np.abs(self.mean - other.mean).max(),
            np.abs(self.covariance - other.covariance).max(),
        )
        return float(max(gaps))


def find_patterns(values: FloatArray, weights: FloatArray | None = None) -> Patterns:
    """Group rows by what they have; rows without any value are left out.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_columns)
        NaN where missing.
    weights : ndarray, shape (n_rows,), optional
        Positive survey weights.

    Raises
    ------
    ContractError
        If a column has no values or is constant, a value is infinite, or a weight is not
        positive.
    """
    seen = ~np.isnan(values)
    _check_columns(values, seen)
    some = seen.any(axis=1)
    values, seen = values[some], seen[some]
    w = np.ones(len(values)) if weights is None else weights[some]
    check_weights(w)
    w = w * (w.size / w.sum())
    filled = np.where(seen, values, 0.0)
    weight = w @ seen
    centre = (w @ filled) / weight
    deviation = np.where(seen, values - centre, 0.0)
    scale = np.sqrt((w @ deviation**2) / weight)
    rounding = 1e-12 * np.abs(values, where=seen, out=np.zeros_like(filled)).max(axis=0)
    constant = np.flatnonzero(scale <= rounding)
    if constant.size:
        raise ContractError(
            "EM",
            expected="columns that vary",
            got=f"the same value throughout in columns {examples(constant.tolist())}",
            todo="leave out constant columns",
            code=write_code("constant", n=constant.size),
        )
    kinds, of_row = np.unique(np.packbits(seen, axis=1), axis=0, return_inverse=True)
    distinct = np.unpackbits(kinds, axis=1, count=values.shape[1]).astype(np.int64)
    return Patterns(
        deviation / scale, w, of_row.reshape(-1), distinct, centre, scale, _fewest(seen, w)
    )


def _fewest(seen: BoolArray, weights: FloatArray) -> int:
    """Smallest effective number of rows that have two columns."""
    there = seen.astype(np.float64)
    weight, squared = ((w[:, None] * there).T @ there for w in (weights, weights**2))
    effective = np.divide(weight**2, squared, out=np.zeros_like(weight), where=squared > 0)
    return int(np.floor(effective.min() + 1e-6))  # of equal weights the number of rows


def _check_columns(values: FloatArray, seen: BoolArray) -> None:
    empty = np.flatnonzero(~seen.any(axis=0))
    if empty.size or np.isinf(values).any():
        raise ContractError(
            "EM",
            expected="finite values, some in every column",
            got=f"none in columns {examples(empty.tolist())}" if empty.size else "infinity",
            todo="leave out columns that nobody answered",
        )


def is_joint(patterns: Patterns) -> bool:
    """Whether enough rows have every two columns together."""
    wanted = MIN_JOINT_ANSWERS_PER_COLUMN * patterns.seen.shape[1]
    return patterns.fewest >= wanted or bool(patterns.seen.all())


def check_joint(patterns: Patterns, prior_rows: float) -> None:
    """Refuse columns that too few rows have together, unless a prior holds them."""
    wanted = MIN_JOINT_ANSWERS_PER_COLUMN * patterns.seen.shape[1]
    if not is_joint(patterns) and not prior_rows > 0:
        raise ContractError(
            "EM",
            expected=f"every two columns observed together in {wanted} rows, "
            f"{MIN_JOINT_ANSWERS_PER_COLUMN} for each column",
            got=f"two that share {patterns.fewest}",
            todo="give the prior some rows (and say so), use fewer columns, or more data",
            code=write_code(
                "few_joint",
                n=patterns.fewest,
                least=MIN_JOINT_ANSWERS_PER_COLUMN,
                needed=wanted,
            ),
        )


def fit_patterns(
    patterns: Patterns,
    weights: FloatArray,
    prior_rows: float,
    tolerance: float,
    most: int,
) -> NormalFit:
    """Estimate mean and covariance from all observed values of grouped rows, by EM.

    Rows are grouped by what is missing, so that a step does not depend on their number; the
    steps are extrapolated, and an extrapolation that lowers the likelihood is dropped.

    Parameters
    ----------
    patterns : Patterns
        Auxiliary variables that help to predict are just more columns. See `check_joint`.
    weights : ndarray, shape (n_rows,)
        `Patterns.weights`, or others.
    prior_rows : float
        See `NormalFit`; needed where few rows have both of two columns.
    tolerance : float
        In standard deviations of the columns.
    most : int
        E-steps after which to give up, with ``converged`` false.

    References
    ----------
    Little and Rubin (2019), Statistical Analysis with Missing Data, 3rd ed., section 11.2.
    Varadhan and Roland (2008), Scandinavian Journal of Statistics 35, 335-353.
    """
    from pipelines.statistics.moment_loops import sum_blocks

    columns = patterns.seen.shape[1]
    sums = sum_blocks(
        patterns.values, weights, patterns.of_row, np.zeros(columns), len(patterns.seen)
    )
    kept = sums[:, 0] > 0
    problem = _Problem(sums[kept], patterns.seen[kept], float(weights.sum()), prior_rows)
    state = _State(np.zeros(columns), np.eye(columns))
    state, steps, converged, objective = problem.solve(state, tolerance, most)
    return NormalFit(
        mean=patterns.centre + patterns.scale * state.mean,
        covariance=state.covariance * np.outer(patterns.scale, patterns.scale),
        n=len(patterns.values),
        prior_rows=prior_rows,
        log_likelihood=objective - float(sums[:, 0] @ patterns.seen @ np.log(patterns.scale)),
        iterations=steps,
        converged=converged,
        fewest=patterns.fewest,
    )


@dataclass(frozen=True)
class _Problem:
    """Sums by pattern, and the steps that maximise their likelihood."""

    sums: FloatArray
    seen: IntArray
    weight: float
    prior_rows: float

    def step(self, state: _State) -> tuple[_State, float, float]:
        """One EM step, the log likelihood before it, and that with the prior."""
        from pipelines.statistics.moment_loops import expect

        first, second, likelihood = expect(self.sums, self.seen, state.mean, state.covariance)
        if np.isnan(likelihood):
            return state, -np.inf, -np.inf
        shift = first / self.weight
        scatter = second - self.weight * np.outer(shift, shift)
        rows = self.weight + self.prior_rows
        covariance = (scatter + self.prior_rows * np.eye(len(shift))) / rows
        return _State(state.mean + shift, covariance), likelihood, likelihood - self._penalty(state)

    def _penalty(self, state: _State) -> float:
        if not self.prior_rows:
            return 0.0
        inverse = np.linalg.inv(state.covariance)
        log_determinant = float(np.linalg.slogdet(state.covariance)[1])
        return 0.5 * self.prior_rows * (log_determinant + float(np.trace(inverse)))

    def solve(self, state: _State, tolerance: float, most: int) -> tuple[_State, int, bool, float]:
        """Iterate; the last state, the steps, whether it converged, and the log likelihood."""
        steps = 0
        while True:
            first, likelihood, _ = self.step(state)
            steps += 1
            if first.distance(state) < tolerance or steps >= most:
                return first, steps, first.distance(state) < tolerance, likelihood
            second, _, before = self.step(first)
            leap = state.towards(first, second)
            landed, _, after = self.step(leap)
            steps += 2
            state = landed if after >= before else second
