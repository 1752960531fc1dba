"""The importance of drivers, from covariance matrices, by each method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from pipelines.core.errors import ContractError
from pipelines.importance.inputs import ERROR_PLACE, require_choice
from pipelines.statistics.dominance import general_dominance, sampled_dominance
from pipelines.statistics.regression import coefficients
from pipelines.statistics.relative_weights import weights_of_tables
from pipelines.statistics.subsets import MAX_GROUPS_EXACT, ColumnLayout, lay_out
from pipelines.statistics.survey import FloatArray

Method = Literal["lmg", "johnson", "first", "last", "beta"]
SPLITS_R2 = ("lmg", "johnson")  # the importances sum to R2


def check_method(method: str, groups: Sequence[Sequence[int]], orders: int | None) -> None:
    """Refuse a method that is unknown, or that the drivers do not allow."""
    require_choice(method, get_args(Method), "method")
    if method == "beta" and any(len(group) > 1 for group in groups):
        raise ContractError(
            ERROR_PLACE,
            expected="drivers of one column each for method 'beta'",
            got="a group, whose coefficients depend on its coding",
            todo="use 'lmg'",
        )
    if method == "lmg" and orders is None and len(groups) > MAX_GROUPS_EXACT:
        raise ContractError(
            ERROR_PLACE,
            expected=f"at most {MAX_GROUPS_EXACT} drivers for exact shares",
            got=str(len(groups)),
            todo="give `orders`, some thousands, to sample orders of entry",
        )


def importances(
    method: str,
    covariances: FloatArray,
    groups: Sequence[Sequence[int]],
    covariates: Sequence[int],
    orders: int | None = None,
    rng: np.random.Generator | None = None,
) -> FloatArray:
    """Importance of every driver under every matrix, shape (n_matrices, n_drivers).

    In units of R2: what a driver adds on average (lmg), alone (first) or to all others
    (last), its relative weight (johnson), or its squared standardised coefficient (beta).
    """
    layout = lay_out(covariances.shape[-1], groups, covariates)
    if method == "lmg" and orders is not None and rng is not None:
        found = [sampled_dominance(one, orders, rng, groups, covariates) for one in covariances]
        return np.array([one.general for one in found])
    if method == "lmg":
        return general_dominance(covariances, groups, covariates)
    tables = layout.arrange(covariances)
    if method == "johnson":
        return weights_of_tables(tables, layout)
    if method == "beta":
        return coefficients(tables)[:, : len(groups)] ** 2
    return np.array([_entering(table, layout, last=method == "last") for table in tables])


def percentages(importance: FloatArray) -> FloatArray:
    """Shares of the sum over the last axis, 0 to 100; NaN if there is nothing to share."""
    total = importance.sum(axis=-1, keepdims=True)
    return np.asarray(100 * importance / np.where(total > 0, total, np.nan))


def _entering(table: FloatArray, layout: ColumnLayout, last: bool) -> FloatArray:
    """R2 that each group adds when it enters last, or first after the covariates."""
    from pipelines.statistics import sweeps

    own = np.arange(layout.groups)
    others = np.array([np.delete(own, g) for g in own])
    columns = [others, own[:, None]] if last else [own[:, None], others]
    added: FloatArray = sweeps.enter(table, layout.first, np.concatenate(columns, axis=1))
    return added[own, own]
