"""Models of outcomes: what answers are expected of ratings, uses and what is held.

Ordinal outcomes are modelled through their whole distribution, so that the mean, shares of
answers and NPS all come from one model.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipelines.core.errors import ContractError
from pipelines.outcomes.filling import Filled
from pipelines.outcomes.scales import SheetScales
from pipelines.outcomes.slopes import Slopes
from pipelines.statistics.bootstrap import Units, block_moments
from pipelines.statistics.logit_bootstrap import replicate_points
from pipelines.statistics.ordered_logit import (
    MAX_CATEGORIES,
    OrdinalRows,
)
from pipelines.statistics.regression import coefficients
from pipelines.statistics.subsets import MIN_VARIANCE_LEFT
from pipelines.statistics.survey import FloatArray, IntArray

ROWS_AT_ONCE = 1 << 16  # that sums over rows are made of
MIN_ANSWERS_OF_STEP = 15  # with m of them a bootstrap sample lacks all at a rate below exp(-m)


@dataclass(frozen=True)
class OutcomeModel:
    """A fitted model, without the rows it was fitted to.

    Parameters
    ----------
    slopes : Slopes
        What its columns are.
    scale, centre : ndarray, shape (n_columns,)
        Standard deviations and means that standardise them.
    beta : ndarray, shape (n_columns,)
        Of the standardised columns: log odds of a higher answer, or points of a linear outcome.
    thresholds : ndarray, shape (n_answers - 1,)
        At the columns' means; none of a linear model.
    targets : tuple of str
    lowest : ndarray, shape (n_targets,)
        What the lowest answer counts; of a linear model the mean at the columns' means.
    rises : ndarray, shape (n_targets, n_answers - 1)
        What each answer counts more than the one below.
    """

    slopes: Slopes
    scale: FloatArray
    centre: FloatArray
    beta: FloatArray
    thresholds: FloatArray
    targets: tuple[str, ...]
    lowest: FloatArray
    rises: FloatArray

    @property
    def is_linear(self) -> bool:
        """Whether it is the linear model of a mean."""
        return not self.thresholds.size

    def standard(self, filled: Filled) -> FloatArray:
        """Standardised columns of rows, shape (n, n_columns)."""
        found = self.slopes.columns(filled)
        found -= self.centre
        found /= self.scale
        return found

    def expected(self, latent: FloatArray) -> FloatArray:
        """Expected targets at values of the linear predictor, shape (n, n_targets)."""
        from pipelines.statistics.move_loops import expect_scores

        if self.is_linear:
            return np.asarray(self.lowest + latent[:, None])
        return np.asarray(self.lowest + expect_scores(latent, self.thresholds, self.rises))

    def predict(self, filled: Filled) -> dict[str, FloatArray]:
        """Expected targets of rows, by target; the rows may be those of another wave."""
        found = self.expected(self.standard(filled) @ self.beta)
        return dict(zip(self.targets, found.T, strict=True))


@dataclass(frozen=True)
class OutcomeFit:
    """A model with the rows it was fitted to.

    Parameters
    ----------
    model : OutcomeModel
    values : ndarray, shape (n, n_columns)
        Their standardised columns.
    answers, weights : ndarray, shape (n,)
    rows : OrdinalRows or None
        The same of an ordinal outcome.
    """

    model: OutcomeModel
    values: FloatArray
    answers: FloatArray
    weights: FloatArray
    rows: OrdinalRows | None

    def replicates(self, units: Units, counts: FloatArray) -> FloatArray:
        """Thresholds and slopes when units count so often.

        Parameters
        ----------
        units : Units
            Of these rows.
        counts : ndarray, shape (n_replicates, n_units)

        Returns
        -------
        ndarray, shape (n_replicates, n_thresholds + n_columns)
            Of standardised columns: one Newton step from the model's of an ordinal outcome; as
            fitted to each replicate of a linear one.
        """
        if self.rows is not None:
            return replicate_points(
                self.rows, self.weights, units, counts, self.model.thresholds, self.model.beta
            )
        both = np.column_stack([self.values, self.answers])
        return coefficients(block_moments(both, self.weights, units).covariances(counts))


def fit_outcome(
    filled: Filled,
    answers: FloatArray,
    weights: FloatArray,
    slopes: Slopes,
    scales: SheetScales,
    few: Collection[str] = (),
    start: OutcomeModel | None = None,
) -> OutcomeFit:
    """Fit the model of an outcome.

    Parameters
    ----------
    filled : Filled
        The rows.
    answers : ndarray, shape (n,)
        The outcome, 0 to 100.
    weights : ndarray, shape (n,)
    slopes : Slopes
    scales : SheetScales
    few : collection of str
        Targets that the model does not tell, since too few differ in them.
    start : OutcomeModel, optional
        A model of the same columns and answers to start from.

    Raises
    ------
    ContractError
        If all answer the same, or columns tell answers apart without fail.
    """
    columns = slopes.columns(filled)
    if scales.outcome > MAX_CATEGORIES:
        return _linear(columns, answers, weights, slopes)
    scores = {name: each for name, each in scales.scores(answers).items() if name not in few}
    step = steps_of(answers, scores)
    codes = np.unique(step)
    if codes.size < 2:
        raise _all_alike()
    centre, scale = _standardise(columns, weights)
    rows = OrdinalRows(columns, centre, scale, step, codes.astype(np.float64), "outcome")
    table = covariance_in_parts(lambda part: columns[part], weights)
    beta, thresholds = np.zeros(len(table)), None
    if start is not None and start.thresholds.size == codes.size - 1:
        beta, thresholds = start.beta * scale / start.scale, start.thresholds
    top = rows.climb(weights, table, beta, thresholds)
    rows.check(top)
    beta = np.linalg.pinv(table, rcond=MIN_VARIANCE_LEFT, hermitian=True) @ top.latent
    weight = np.bincount(step, weights)
    counted = np.array([np.bincount(step, weights * each) / weight for each in scores.values()])
    model = OutcomeModel(
        slopes, rows.scale, rows.centre, beta, top.thresholds, tuple(scores), counted[:, 0],
        np.diff(counted, axis=1),
    )  # fmt: skip
    return OutcomeFit(model, rows.values, answers, weights, rows)


def steps_of(answers: FloatArray, scores: Mapping[str, FloatArray]) -> IntArray:
    """Number the answers, those that few gave together with a neighbour.

    A bootstrap sample without any of an answer has no threshold for it. Only answers that no
    target but the mean tells apart are put together; the mean then counts them as their mean.

    Parameters
    ----------
    answers : ndarray, shape (n,)
    scores : mapping of str to ndarray, shape (n,)
        What each counts, by target.

    Returns
    -------
    ndarray of int, shape (n,)
        From 0.

    Examples
    --------
    >>> answers = np.repeat([0.0, 10.0, 90.0, 100.0], [20, 3, 4, 20])
    >>> steps = steps_of(answers, {"top_box": np.where(answers > 50, 100.0, 0.0)})
    >>> np.bincount(steps).tolist()
    [23, 24]
    """
    _, first, step = np.unique(answers, return_index=True, return_inverse=True)
    boxes = [each[first] for name, each in scores.items() if name != "mean"]
    kinds = np.array([*boxes, np.zeros(first.size)])
    alike = np.all(np.diff(kinds, axis=1) == 0, axis=0).tolist()
    place, sizes = np.arange(first.size), np.bincount(step).tolist()
    while len(sizes) > 2:
        pairs = [
            (min(pair), sum(pair), at)
            for at, pair in enumerate(pairwise(sizes))
            if alike[at] and min(pair) < MIN_ANSWERS_OF_STEP
        ]
        if not pairs:
            break
        _, both, at = min(pairs)
        sizes[at : at + 2] = [both]
        del alike[at]
        place[place > at] -= 1
    return np.asarray(place[step])


def _linear(
    columns: FloatArray, answers: FloatArray, weights: FloatArray, slopes: Slopes
) -> OutcomeFit:
    if not np.ptp(answers) > 0:
        raise _all_alike()
    centre, scale = _standardise(columns, weights)
    mean = float(weights @ answers / weights.sum())
    table = covariance_in_parts(
        lambda part: np.column_stack([columns[part], answers[part]]), weights
    )
    model = OutcomeModel(
        slopes, scale, centre, coefficients(table), np.empty(0), ("mean",), np.array([mean]),
        np.empty((1, 0)),
    )  # fmt: skip
    return OutcomeFit(model, columns, answers, weights, None)


def _all_alike() -> ContractError:
    return ContractError(
        "model of an outcome",
        expected="answers that differ",
        got="all the same",
        todo="leave it out",
        code="constant?n=1",
    )


def _standardise(columns: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Take means out of columns in place, and standard deviations; large surveys fit only once."""
    share = weights / weights.sum()
    varies = np.ptp(columns, axis=0) > 0
    centre = share @ columns
    columns -= centre
    scale = np.where(varies, np.sqrt(np.einsum("i,ij,ij->j", share, columns, columns)), 1.0)
    columns /= scale
    return centre, scale


def covariance_in_parts(of: Callable[[slice], FloatArray], weights: FloatArray) -> FloatArray:
    """Weighted covariance matrix of columns, made for some rows at a time.

    Parameters
    ----------
    of : callable
        Columns of a part of the rows.
    weights : ndarray, shape (n,)

    Examples
    --------
    >>> values = np.array([[1.0, 2.0], [3.0, 2.0], [5.0, 8.0]])
    >>> covariance_in_parts(lambda part: values[part], np.ones(3)).round(3).tolist()
    [[2.667, 4.0], [4.0, 8.0]]
    """
    parts = [slice(at, at + ROWS_AT_ONCE) for at in range(0, weights.size, ROWS_AT_ONCE)]
    centre = of(parts[0]).mean(axis=0)  # else far columns would lose digits
    first, second = np.zeros(centre.size), np.zeros((centre.size, centre.size))
    for part in parts:
        beside = of(part) - centre
        weighed = weights[part, None] * beside
        first += weighed.sum(axis=0)
        second += weighed.T @ beside
    mean = first / weights.sum()
    return np.asarray(second / weights.sum() - np.outer(mean, mean))


def observed(scores: Mapping[str, FloatArray], weights: FloatArray) -> dict[str, float]:
    """Weighted means of targets.

    >>> observed({"mean": np.array([0.0, 100.0])}, np.array([1.0, 3.0]))
    {'mean': 75.0}
    """
    return {name: float(weights @ score / weights.sum()) for name, score in scores.items()}
