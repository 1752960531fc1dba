"""Foretelling: what models say of those they did not see, and what was observed.

Each wave is foretold from the others, each group of customers from all others, and each tenth
of the respondents from other respondents. A change is what those held out have more than those
whom the model saw: predicted, its predictions for the ones less its predictions for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from pipelines.core.errors import ContractError
from pipelines.outcomes.confounders import MIN_ROWS_OF_CONFOUNDER
from pipelines.outcomes.models import fit_outcome
from pipelines.outcomes.slopes import Slopes
from pipelines.statistics.bootstrap import Units, degrees_of_freedom
from pipelines.statistics.intervals import t_quantile
from pipelines.statistics.linearised import covariance_of_sums
from pipelines.statistics.ordered_logit import MAX_CATEGORIES
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray
from pipelines.whatif.stacks import Stack

TENTHS = 10

# Fitted on some of the rows, it foretells the targets of all: (rows seen) -> (n, n_targets).
Foretelling = Callable[[BoolArray], FloatArray]


@dataclass(frozen=True)
class Answers:
    """Rows whose targets are foretold.

    Attributes
    ----------
    targets : tuple of str
    answered : ndarray, shape (n, n_targets)
        Points of each target, observed.
    weight : ndarray, shape (n,)
    units : Units
        Clusters and strata of the rows.
    foretell : callable
        See `Foretelling`.
    """

    targets: tuple[str, ...]
    answered: FloatArray
    weight: FloatArray
    units: Units
    foretell: Foretelling


@dataclass(frozen=True)
class Points:
    """Changes of one target over what was held out; arrays of shape (n_points,).

    Attributes
    ----------
    predicted, observed : ndarray
    observed_error : ndarray
        Standard error of the observed change, by the design.
    covariance : ndarray, shape (n_points, n_points)
        Of the errors of observed less predicted, were the model perfect: those held out answer
        otherwise than people like them would, by chance.
    n : ndarray of int
        Respondents held out.
    contrasts : int
        How many points do not follow from others.
    df : int
        Degrees of freedom of the design.
    """

    predicted: FloatArray
    observed: FloatArray
    observed_error: FloatArray
    covariance: FloatArray
    n: IntArray
    contrasts: int
    df: int

    @property
    def noise(self) -> FloatArray:
        """Standard errors of observed less predicted, were the model perfect."""
        found: FloatArray = np.sqrt(np.diagonal(self.covariance))
        return found

    def interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Of the observed changes."""
        half = t_quantile(np.array([float(max(self.df, 1))]), level)[0] * self.observed_error
        return self.observed - half, self.observed + half


def foretold_points(
    answers: Answers, held_out: Sequence[BoolArray]
) -> tuple[list[Points], list[int]]:
    """Hold out some rows after others, and compare.

    Parameters
    ----------
    answers : Answers
    held_out : sequence of ndarray of bool, shape (n,)
        The rows of each point; the model sees the others.

    Returns
    -------
    list of Points
        One per target.
    list of int
        Places in `held_out` of the points there are: those without whom there is a model.

    Raises
    ------
    ContractError
        If there is none.
    """
    foretold = [_attempt(answers, ~rows) for rows in held_out]
    places = [at for at, one in enumerate(foretold) if one is not None]
    if not places:
        raise ContractError(
            "calibration",
            expected="a model of those who are not held out",
            got="none",
            todo="declare fewer confounders or drivers",
            code="no_fit",
        )
    rows, told = [held_out[at] for at in places], [one for one in foretold if one is not None]
    return [
        _points(answers, rows, [one[:, k] for one in told], k) for k in range(len(answers.targets))
    ], places


def _attempt(answers: Answers, seen: BoolArray) -> FloatArray | None:
    """What is foretold; None if the rows seen have no model, as where few tell answers apart."""
    try:
        return answers.foretell(seen)
    except ContractError:
        return None


def points_of_tenths(answers: Answers, folds: IntArray) -> tuple[list[Points], list[IntArray]]:
    """Foretell each fold from the others; compare tenths of all by what was foretold.

    Parameters
    ----------
    answers : Answers
    folds : ndarray of int, shape (n,)
        Rows of one customer belong into one fold.

    Returns
    -------
    list of Points
        One per target.
    list of ndarray of int
        The tenths that each has, from 1; fewer where many predictions are the same.
    """
    foretold = np.empty_like(answers.answered)
    for fold in np.unique(folds):
        foretold[folds == fold] = answers.foretell(folds != fold)[folds == fold]
    found, places = [], []
    for k in range(len(answers.targets)):
        tenth = _tenths(foretold[:, k], answers.weight)
        there = np.unique(tenth)
        rows = [tenth == one for one in there]
        found.append(_points(answers, rows, [foretold[:, k]] * len(rows), k))
        places.append(there)
    return found, places


def _tenths(values: FloatArray, weight: FloatArray) -> IntArray:
    """Which tenth of the weight each value is in, from 1; equal values are together."""
    distinct, place = np.unique(values, return_inverse=True)
    below = np.cumsum(np.bincount(place, weight, distinct.size))
    middle = (below - np.bincount(place, weight, distinct.size) / 2) / below[-1]
    tenth = np.minimum((TENTHS * middle).astype(np.int64), TENTHS - 1) + 1
    return np.asarray(tenth[place])


def _points(
    answers: Answers, held_out: Sequence[BoolArray], foretold: Sequence[FloatArray], k: int
) -> Points:
    answered, weight = answers.answered[:, k], answers.weight
    observed, predicted, errors, chances = [], [], [], []
    for rows, said in zip(held_out, foretold, strict=True):
        contrast = _contrast(rows, weight)
        observed.append(contrast @ answered)
        predicted.append(contrast @ said)
        errors.append(_influence(rows, contrast, answered))
        chances.append(_influence(rows, contrast, answered - said))
    members = np.column_stack([np.ones(len(weight)), *held_out]).astype(np.float64)
    return Points(
        np.array(predicted),
        np.array(observed),
        np.sqrt(np.diagonal(covariance_of_sums(np.column_stack(errors), answers.units))),
        covariance_of_sums(np.column_stack(chances), answers.units),
        np.array([int(rows.sum()) for rows in held_out]),
        int(np.linalg.matrix_rank(members.T @ members)) - 1,
        degrees_of_freedom(answers.units),
    )


def _contrast(rows: BoolArray, weight: FloatArray) -> FloatArray:
    """What gives the mean of some rows less that of the others."""
    found: FloatArray = np.where(rows, weight / weight[rows].sum(), -weight / weight[~rows].sum())
    return found


def _influence(rows: BoolArray, contrast: FloatArray, values: FloatArray) -> FloatArray:
    """What each row adds to the error of such a difference."""
    mean = contrast[rows] @ values[rows]
    others = -contrast[~rows] @ values[~rows]
    return contrast * (values - np.where(rows, mean, others))


def answers_of(rows: Stack) -> Answers:
    """The targets of an outcome, foretold by its model."""
    sheets, scales = rows.sheets, rows.scales
    scores = scales.scores(sheets.target[:, 0])
    if scales.outcome > MAX_CATEGORIES:  # the linear model tells the mean alone
        scores = {"mean": scores["mean"]}
    told = {name: each for name, each in scores.items() if np.ptp(each) > 0}
    if scales.is_nps and {"top_box", "bottom_box"} <= told.keys():
        told["nps"] = told["top_box"] - told["bottom_box"]
    few = [name for name in scores if name not in told]

    def foretell(seen: BoolArray) -> FloatArray:
        kept = usable(rows.filled.held, rows.held, seen)
        filled = replace(rows.filled, held=rows.filled.held[:, kept])
        slopes = Slopes.of(sheets, scales, seen, int(kept.sum()))
        fit = fit_outcome(
            filled.of_rows(seen), sheets.target[seen, 0], sheets.weight[seen], slopes, scales, few
        )
        found = fit.model.predict(filled)
        if "nps" in told:
            found["nps"] = found["top_box"] - found["bottom_box"]
        return np.column_stack([found[name] for name in told])

    answered = np.column_stack(list(told.values()))
    return Answers(tuple(told), answered, sheets.weight, rows.units, foretell)


def usable(columns: FloatArray, of: Sequence[str], seen: BoolArray) -> BoolArray:
    """Columns of confounders, but for those of which people seen hardly know a group.

    Parameters
    ----------
    columns : ndarray, shape (n, n_columns)
    of : sequence of str
        The confounder of each column.
    seen : ndarray of bool, shape (n,)

    Returns
    -------
    ndarray of bool, shape (n_columns,)
    """
    names = np.array(of, dtype=object)
    kept = np.ones(len(names), bool)
    for name in set(of):
        own = columns[:, names == name]
        if np.isin(own, (0.0, 1.0)).all():
            group = np.unique(own, axis=0, return_inverse=True)[1].ravel()
            known = np.bincount(group[seen], minlength=int(group.max()) + 1)
            lacks = bool((known < MIN_ROWS_OF_CONFOUNDER).any())
        else:
            with_mean = np.column_stack([np.ones(len(own)), own])
            lacks = np.linalg.matrix_rank(with_mean[seen]) < np.linalg.matrix_rank(with_mean)
        if lacks:
            kept[names == name] = False
    return kept


def groups_of(segments: pl.DataFrame, least: int) -> list[tuple[str, str, BoolArray]]:
    """Groups of which there are two or more in an attribute, each with as many rows as needed."""
    found = []
    for name in segments.columns:
        sizes = segments[name].drop_nulls().value_counts().sort(name)
        large = [str(group) for group, n in sizes.rows() if n >= least]
        rows = segments.height
        for group in large if len(large) > 1 else []:
            mask = (segments[name] == group).fill_null(False).to_numpy()
            if rows - mask.sum() >= least:
                found.append((name, group, mask))
    return found
