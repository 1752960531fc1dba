"""The covariance matrix of drivers and outcome under each policy for missing answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from pipelines.core.errors import ContractError, examples
from pipelines.importance.inputs import ERROR_PLACE, Columns, Rows, check_rows, require_choice
from pipelines.statistics.bootstrap import Units, block_moments
from pipelines.statistics.completed_rows import complete_rows
from pipelines.statistics.em import (
    MAX_EM_STEPS,
    NormalFit,
    check_joint,
    find_patterns,
    fit_patterns,
)
from pipelines.statistics.moments import moments_of_matrix
from pipelines.statistics.observed_information import Refilling, moved
from pipelines.statistics.ordered_logit import OrderedLogit
from pipelines.statistics.polychoric import Polychoric
from pipelines.statistics.subsets import MIN_EIGENVALUE
from pipelines.statistics.survey import FloatArray

MissingPolicy = Literal["error", "listwise", "pairwise", "em"]
EM_TOLERANCE_OF_SAMPLE = 1e-8  # in standard deviations


@dataclass(frozen=True)
class Covariances:
    """A covariance matrix, and how to get it anew when customers count more than once.

    Parameters
    ----------
    matrix : ndarray, shape (n_columns, n_columns)
        Drivers, covariates, outcome.
    rows : Rows
        The rows it rests on.
    replicate : callable
        Of `Units` gives a function of counts, shape (n_replicates, n_units), to matrices, of
        those replicates that have one.
    fit : NormalFit, OrderedLogit or Polychoric, optional
        How EM, or the model of an ordinal outcome, went.
    """

    matrix: FloatArray
    rows: Rows
    replicate: Callable[[Units], Callable[[FloatArray], FloatArray]]
    fit: NormalFit | OrderedLogit | Polychoric | None = None


def estimate(rows: Rows, columns: Columns, missing: str, prior_rows: float) -> Covariances:
    """Estimate the covariance matrix.

    Raises
    ------
    ContractError
        If answers are missing and the policy is ``error``, no rows are left, or a column
        says nothing in those that are.
    """
    require_choice(missing, get_args(MissingPolicy), "policy for missing answers")
    gone = np.isnan(rows.values)
    if missing == "error" and gone.any():
        counts = gone.sum(axis=0)
        named = [f"{columns.matrix[at]}: {counts[at]}" for at in np.flatnonzero(counts)]
        raise ContractError(
            ERROR_PLACE,
            expected="no missing answers",
            got=f"of {len(gone)} rows without: {examples(named)}",
            todo="choose `missing`: em for answers not given; routed questions need a group",
        )
    useless = gone.all(axis=1) if missing in ("pairwise", "em") else gone.any(axis=1)
    if useless.any():
        rows = rows.keep(np.flatnonzero(~useless))
    check_rows(rows, columns)
    if missing == "em":
        return _by_em(rows, columns, prior_rows)
    return _by_pairs(rows, columns) if missing == "pairwise" else _complete(rows, columns)


def _complete(rows: Rows, columns: Columns) -> Covariances:
    values = np.ascontiguousarray(rows.values[:, : columns.modelled])
    moments = moments_of_matrix(values, columns.matrix[: columns.modelled], rows.weights)

    def replicate(units: Units) -> Callable[[FloatArray], FloatArray]:
        return block_moments(values, rows.weights, units).covariances

    return Covariances(moments.covariance(), rows, replicate)


def _by_pairs(rows: Rows, columns: Columns) -> Covariances:
    values = rows.values[:, : columns.modelled]
    seen = (~np.isnan(values)).astype(np.float64)
    centre = np.nanmean(values, axis=0)
    filled = np.where(seen > 0, values - centre, 0.0)

    def covariance(weights: FloatArray) -> FloatArray | None:
        weighed, weighed_seen = weights[:, None] * filled, weights[:, None] * seen
        weight = weighed_seen.T @ seen
        if not weight.all():
            return None
        first = weighed.T @ seen / weight  # mean of the row's column where both are seen
        matrix: FloatArray = filled.T @ weighed / weight - first * first.T
        return matrix

    def replicate(units: Units) -> Callable[[FloatArray], FloatArray]:
        def matrices(counts: FloatArray) -> FloatArray:
            found = (covariance(rows.weights * one[units.of_row]) for one in counts)
            sound = [one for one in found if one is not None and is_semidefinite(one)]
            return np.array(sound).reshape(-1, values.shape[1], values.shape[1])

        return matrices

    sample = covariance(rows.weights)
    if sample is None:
        raise ContractError(
            ERROR_PLACE,
            expected="every two columns answered together by somebody",
            got="two that are not",
            todo="use fewer columns, or missing='em' with a prior",
        )
    return Covariances(sample, rows, replicate)


def is_semidefinite(matrix: FloatArray) -> bool:
    """Whether a matrix is a covariance: pairs of columns with different rows need not give one."""
    variance = np.diagonal(matrix)
    if not (variance > 0).all():
        return False
    spread = np.sqrt(variance)
    return bool(np.linalg.eigvalsh(matrix / np.outer(spread, spread))[0] >= MIN_EIGENVALUE)


def nearest_semidefinite(matrices: FloatArray) -> FloatArray:
    """Set negative eigenvalues to zero."""
    value, vector = np.linalg.eigh(matrices)
    nearest: FloatArray = (vector * np.maximum(value, 0.0)[:, None, :]) @ vector.swapaxes(1, 2)
    return nearest


def _by_em(rows: Rows, columns: Columns, prior_rows: float) -> Covariances:
    patterns = find_patterns(rows.values, rows.weights)
    check_joint(patterns, prior_rows)
    fit = fit_patterns(patterns, patterns.weights, prior_rows, EM_TOLERANCE_OF_SAMPLE, MAX_EM_STEPS)
    kept = columns.modelled
    mean, matrix = fit.mean[:kept], fit.covariance[:kept, :kept]

    def replicate(units: Units) -> Callable[[FloatArray], FloatArray]:
        if patterns.seen.all():
            return block_moments(rows.values[:, :kept], rows.weights, units).covariances
        completed = complete_rows(rows.values, patterns, fit)
        moves = Refilling.of(completed, patterns, fit).moves(units, kept)
        return lambda counts: moved(mean, matrix, moves, counts)[1]

    return Covariances(matrix, rows, replicate, fit)
