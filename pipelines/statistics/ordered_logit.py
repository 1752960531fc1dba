"""The ordered logit of an ordinal outcome; of two categories it is the binary logit.

Answers are those of a latent outcome ``y* = x'b + e``, with a logistic error e of variance
pi**2 / 3, cut into categories by thresholds. So the model has a covariance matrix of drivers
and latent outcome, which splits R2 of the latent outcome as any other covariance matrix does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.core.errors import ContractError, examples
from pipelines.statistics.moments import moments_of_matrix
from pipelines.statistics.subsets import MIN_VARIANCE_LEFT
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray

MAX_CATEGORIES = 12  # an 11-point scale and one to spare; more are all but continuous
LIKELIHOOD_TOLERANCE = 1e-8  # that the last step may expect to gain; it is taken


@dataclass(frozen=True)
class OrderedLogit:
    """A fitted model: ``P(y <= categories[k]) = F(thresholds[k] - x'slopes)``.

    Parameters
    ----------
    slopes : ndarray, shape (n_columns,)
        Log odds of a higher category per unit of a column. Columns that repeat others share
        equally, in standard deviations.
    thresholds : ndarray, shape (n_categories - 1,)
    categories : ndarray, shape (n_categories,)
        Values of the outcome, in order.
    log_likelihood, null_log_likelihood : float
        Of the model, and of thresholds alone; the weights sum to n.
    n, iterations : int
        Rows, and Newton's steps.
    covariance : ndarray, shape (n_columns + 1, n_columns + 1)
        Of the columns, and of the latent outcome, which is last.

    Raises
    ------
    ContractError
        If the model is less likely than thresholds alone.
    """

    slopes: FloatArray
    thresholds: FloatArray
    categories: FloatArray
    log_likelihood: float
    null_log_likelihood: float
    n: int
    iterations: int
    covariance: FloatArray

    def __post_init__(self) -> None:
        if not self.log_likelihood >= self.null_log_likelihood - 1e-8 * self.n:
            raise ContractError(
                "ordered logit",
                expected="a log-likelihood above that of thresholds alone",
                got=f"{self.log_likelihood:.6g} and {self.null_log_likelihood:.6g}",
                todo="mend the estimator",
            )


@dataclass(frozen=True)
class Top:
    """Where the likelihood of some rows is highest.

    Parameters
    ----------
    latent : ndarray, shape (n_columns,)
        Covariances of the standardised columns with the latent outcome.
    explained : float
        Its variance that the columns explain.
    thresholds : ndarray, shape (n_categories - 1,)
        Of the categories that have weight, at the columns' means.
    log_likelihood, null_log_likelihood : float
        Per unit of weight.
    steps : int
    converged : bool
        False if the columns tell some rows' categories without fail: slopes grow for ever.
    """

    latent: FloatArray
    explained: float
    thresholds: FloatArray
    log_likelihood: float
    null_log_likelihood: float
    steps: int
    converged: bool


@dataclass(frozen=True)
class OrdinalRows:
    """Rows of an ordinal outcome, to be fitted under many weights.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_columns)
        Of weighted mean 0 and variance 1.
    centre, scale : ndarray, shape (n_columns,)
        Weighted means that were subtracted, and standard deviations divided by.
    code : ndarray of int, shape (n_rows,)
        Category, from 0.
    categories : ndarray, shape (n_categories,)
    name : str
        Of the outcome, for messages.
    """

    values: FloatArray
    centre: FloatArray
    scale: FloatArray
    code: IntArray
    categories: FloatArray
    name: str

    def present(self, weights: FloatArray) -> tuple[IntArray, FloatArray, BoolArray]:
        """Codes from 0 of the categories that have weight, their weights, and which they are."""
        weight: FloatArray = np.bincount(self.code, weights, self.categories.size).astype(float)
        there: BoolArray = weight > 0
        codes: IntArray = np.cumsum(there) - 1
        return codes[self.code], weight[there], there

    def climb(
        self,
        weights: FloatArray,
        table: FloatArray,
        slopes: FloatArray,
        thresholds: FloatArray | None = None,
    ) -> Top:
        """Fit under weights, some of which may be zero.

        Parameters
        ----------
        weights : ndarray, shape (n_rows,)
        table : ndarray, shape (n_columns, n_columns)
            Covariances of the standardised columns under these weights.
        slopes : ndarray, shape (n_columns,)
            Where to start.
        thresholds : ndarray, shape (n_categories - 1,), optional
            Where to start; at those of the margins if left out.
        """
        from pipelines.statistics.logit_loops import climb, solve_columns

        code, weight, there = self.present(weights)
        if weight.size == 1:  # a replicate in which all answer the same
            return Top(np.zeros(len(table)), 0.0, np.empty(0), 0.0, 0.0, 0, True)
        total = weight.sum()
        null = float(weight @ np.log(weight / total) / total)
        kept, start = solve_columns(table, np.arange(len(table)), table @ slopes)
        if thresholds is None:
            below = np.cumsum(weight)[:-1] / total
            cuts = np.log(below / (1 - below))
        else:
            cuts = thresholds[np.flatnonzero(there)[:-1]]
        point = np.concatenate([cuts, start])
        found, steps, converged = climb(
            self.values, kept, code, weights, weight, point, LIKELIHOOD_TOLERANCE
        )
        fitted = point[cuts.size :]
        latent = table[:, kept] @ fitted
        return Top(latent, float(fitted @ latent[kept]), point[: cuts.size], found / total, null,
                   steps, converged)  # fmt: skip

    def check(self, top: Top) -> None:
        """Refuse a model whose slopes would grow for ever."""
        if not top.converged:
            raise ContractError(
                f"ordered logit of {self.name!r}",
                expected="categories that the columns do not tell apart without fail",
                got=f"slopes that still grow after {top.steps} steps",
                todo="use fewer drivers, merge rare categories, or take the linear model",
            )


def ordinal_rows(
    values: FloatArray, outcome: FloatArray, weights: FloatArray, name: str
) -> OrdinalRows:
    """Standardise columns, and number the outcome's categories.

    Raises
    ------
    ContractError
        If a value is missing or infinite, a weight is not positive, or the outcome has a
        single value or more than `MAX_CATEGORIES`.
    """
    names = [f"column {at}" for at in range(values.shape[1])]
    moments = moments_of_matrix(np.column_stack([values, outcome]), [*names, name], weights)
    categories, code = np.unique(outcome, return_inverse=True)
    if not 2 <= categories.size <= MAX_CATEGORIES:
        raise ContractError(
            f"ordered logit of {name!r}",
            expected=f"2 to {MAX_CATEGORIES} distinct values",
            got=f"{categories.size}: {examples(categories[:6].tolist())}",
            todo="merge categories, or take the linear model",
        )
    deviation = values - moments.mean[:-1]
    spread = np.sqrt(weights @ deviation**2 / weights.sum())
    scale = np.where(np.ptp(values, axis=0) > 0, spread, 1.0)
    standard = np.ascontiguousarray(deviation / scale)
    return OrdinalRows(standard, moments.mean[:-1], scale, code.astype(np.int64), categories, name)


def covariance_of(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted covariance matrix of columns, divided by the weight."""
    share = weights / weights.sum()
    centred = values - share @ values
    matrix: FloatArray = centred.T @ (share[:, None] * centred)
    return matrix


def fit_rows(rows: OrdinalRows, weights: FloatArray) -> tuple[OrderedLogit, Top]:
    """Fit the proportional-odds model by maximum likelihood; and the same in standard units.

    Newton's steps in one pass over the rows each, halved where they go too far; the
    log-likelihood is concave.

    Parameters
    ----------
    rows : OrdinalRows
        Columns may repeat each other or be constant.
    weights : ndarray, shape (n_rows,)
        Survey weights; likelihoods are those of weights that sum to the number of rows.

    Raises
    ------
    ContractError
        If the columns tell categories apart without fail, so that no slopes are most likely
        (Albert and Anderson 1984, Biometrika 71, 1-10).

    References
    ----------
    McCullagh (1980), Journal of the Royal Statistical Society B 42, 109-142; McKelvey and
    Zavoina (1975), Journal of Mathematical Sociology 4, 103-120.
    """
    table = covariance_of(rows.values, weights)
    top = rows.climb(weights, table, np.zeros(len(table)))
    rows.check(top)
    slopes = (
        np.linalg.pinv(table, rcond=MIN_VARIANCE_LEFT, hermitian=True) @ top.latent / rows.scale
    )
    n = len(weights)
    model = OrderedLogit(
        slopes=slopes,
        thresholds=top.thresholds + rows.centre @ slopes,
        categories=rows.categories,
        log_likelihood=n * top.log_likelihood,
        null_log_likelihood=n * top.null_log_likelihood,
        n=n,
        iterations=top.steps,
        covariance=latent_covariances(table[None], [top], rows.scale)[0],
    )
    return model, top


def latent_covariances(tables: FloatArray, tops: list[Top], scale: FloatArray) -> FloatArray:
    """Covariances of columns and latent outcome under many fits; see `with_latent`."""
    latent = np.array([top.latent for top in tops])
    explained = np.array([top.explained for top in tops])
    return with_latent(tables, latent, explained, scale)


def with_latent(
    tables: FloatArray, latent: FloatArray, explained: FloatArray, scale: FloatArray
) -> FloatArray:
    """Put the latent outcome beside the columns.

    Parameters
    ----------
    tables : ndarray, shape (n_fits, n_columns, n_columns)
        Covariances of the standardised columns.
    latent : ndarray, shape (n_fits, n_columns)
        Theirs with the latent outcome.
    explained : ndarray, shape (n_fits,)
        Its variance that the columns explain.
    scale : ndarray, shape (n_columns,)
        Standard deviations of the columns, to undo their standardisation.

    Returns
    -------
    ndarray, shape (n_fits, n_columns + 1, n_columns + 1)
        The latent outcome last.
    """
    from pipelines.statistics.logit_loops import LOGISTIC_VARIANCE

    columns = len(scale)
    found = np.empty((len(tables), columns + 1, columns + 1))
    found[:, :-1, :-1] = tables
    found[:, -1, :-1] = found[:, :-1, -1] = latent
    found[:, -1, -1] = explained + LOGISTIC_VARIANCE
    units = np.append(scale, 1.0)
    return found * np.outer(units, units)
