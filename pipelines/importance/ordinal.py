"""Ordinal and binary outcomes: which model relates them to drivers, and how its R2 splits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, cast, get_args

import numpy as np

from pipelines.core.errors import ContractError, examples
from pipelines.importance.covariances import Covariances
from pipelines.importance.inputs import ERROR_PLACE, Columns, Rows, require_choice
from pipelines.importance.splits import ImportanceSplit, Replicates
from pipelines.statistics.bootstrap import Units, block_moments
from pipelines.statistics.ordered_logit import (
    OrdinalRows,
    Top,
    fit_rows,
    latent_covariances,
    ordinal_rows,
)
from pipelines.statistics.polychoric import CutColumns, nearest_correlations, repaired
from pipelines.statistics.pseudo_r2 import (
    MAX_GROUPS_FITTED,
    MAX_GROUPS_SAMPLED,
    LikelihoodR2,
    SetFits,
    conditional,
    draw_orders,
    entries,
    every_set,
    sets_of_orders,
)
from pipelines.statistics.subsets import threads
from pipelines.statistics.survey import FloatArray, IntArray

OutcomeModel = Literal["linear", "logit", "ordered_logit", "polychoric"]
PseudoR2 = Literal["latent", "mcfadden", "nagelkerke"]
LOGITS = ("logit", "ordered_logit")
MAX_SHARE_SEPARATED = 0.01  # of replicates without a top: their limits are beyond the quantiles


def check_model(
    model: str,
    pseudo_r2: str,
    method: str,
    missing: str,
    groups: Sequence[Sequence[int]],
    orders: int | None,
) -> None:
    """Refuse a model that is unknown, or that the method or the missing answers do not allow."""
    require_choice(model, get_args(OutcomeModel), "model of the outcome")
    require_choice(pseudo_r2, get_args(PseudoR2), "pseudo-R2")
    allowed = ("error", "listwise", *(["pairwise"] if model == "polychoric" else []))
    if model != "linear" and missing in ("em", "pairwise") and missing not in allowed:
        raise ContractError(
            ERROR_PLACE,
            expected=f"missing answers of {allowed} for outcome_model={model!r}",
            got=f"{missing!r}, which only completes the covariances of a linear model",
            todo="use listwise and compare n, or outcome_model='linear' with 'em'",
        )
    if model in LOGITS and pseudo_r2 != "latent":
        _check_likelihood(pseudo_r2, method, len(groups), orders)


def _check_likelihood(pseudo_r2: str, method: str, groups: int, orders: int | None) -> None:
    if method not in ("lmg", "first", "last"):
        raise ContractError(
            ERROR_PLACE,
            expected=f"method 'lmg', 'first' or 'last' for pseudo_r2={pseudo_r2!r}",
            got=f"{method!r}, which needs a covariance matrix",
            todo="use pseudo_r2='latent'",
        )
    most = MAX_GROUPS_FITTED if method == "lmg" and orders is None else MAX_GROUPS_SAMPLED
    if groups > most:
        raise ContractError(
            ERROR_PLACE,
            expected=f"at most {most} drivers for pseudo_r2={pseudo_r2!r}, which fits every set",
            got=str(groups),
            todo="give `orders`, some hundreds, to sample orders of entry; or use 'latent'",
        )


def estimate_ordinal(rows: Rows, columns: Columns, model: str) -> Covariances:
    """Estimate the covariance matrix of drivers and latent outcome.

    Parameters
    ----------
    rows : Rows
        Without missing values, but for ``polychoric``.
    columns : Columns
    model : {"logit", "ordered_logit", "polychoric"}

    Raises
    ------
    ContractError
        If ``logit`` gets an outcome of other than two values, ``ordered_logit`` one of too
        many, or drivers tell categories apart without fail.
    """
    if model == "polychoric":
        return _by_polychoric(rows)
    ordinal = read_outcome(rows, columns, model)
    fitted, top = fit_rows(ordinal, rows.weights)
    slopes = fitted.slopes * ordinal.scale

    def replicate(units: Units) -> Callable[[FloatArray], FloatArray]:
        blocks = block_moments(ordinal.values, rows.weights, units)

        def matrices(counts: FloatArray) -> FloatArray:
            tables = blocks.covariances(counts)

            def climb(at: int) -> Top:
                weights = rows.weights * counts[at][units.of_row]
                return ordinal.climb(weights, tables[at], slopes, top.thresholds)

            with ThreadPoolExecutor(threads()) as pool:
                tops = list(pool.map(climb, range(len(counts))))
            check_separated(columns.outcome, [one.converged for one in tops])
            return latent_covariances(tables, tops, ordinal.scale)

        return matrices

    return Covariances(fitted.covariance, rows, replicate, fitted)


def read_outcome(rows: Rows, columns: Columns, model: str) -> OrdinalRows:
    """Drivers and outcome for a logit; of two values if it is the binary one."""
    outcome = rows.values[:, columns.modelled - 1]
    values = np.unique(outcome)
    if model == "logit" and values.size != 2:
        raise ContractError(
            ERROR_PLACE,
            expected=f"two distinct values of {columns.outcome!r} for outcome_model='logit'",
            got=f"{values.size}: {examples(values[:6].tolist())}",
            todo="use 'ordered_logit', or say which answers count as a yes",
        )
    drivers = rows.values[:, : columns.modelled - 1]
    return ordinal_rows(drivers, outcome, rows.weights, columns.outcome)


def check_separated(outcome: str, converged: Sequence[bool]) -> None:
    """Refuse a bootstrap in which many replicates have no most likely slopes."""
    failed = len(converged) - sum(converged)
    if failed > MAX_SHARE_SEPARATED * len(converged):
        raise ContractError(
            f"ordered logit of {outcome!r}",
            expected=f"at most {MAX_SHARE_SEPARATED:.0%} of replicates in which the drivers tell"
            " categories apart without fail",
            got=f"{failed} of {len(converged)}",
            todo="use fewer drivers, merge rare categories, or take the linear model",
        )


def _by_polychoric(rows: Rows) -> Covariances:
    cut = CutColumns.of(rows.values)
    found = repaired(cut, cut.correlate(rows.weights))

    def replicate(units: Units) -> Callable[[FloatArray], FloatArray]:
        def correlate(count: FloatArray) -> FloatArray:
            return cut.correlate(rows.weights * count[units.of_row], found.correlation)

        def matrices(counts: FloatArray) -> FloatArray:
            with ThreadPoolExecutor(threads()) as pool:
                return nearest_correlations(np.array(list(pool.map(correlate, counts))))

        return matrices

    return Covariances(found.correlation, rows, replicate, found)


def split_likelihood(
    rows: Rows,
    columns: Columns,
    model: str,
    pseudo_r2: str,
    method: str,
    orders: int | None,
    rng: np.random.Generator | None,
) -> ImportanceSplit:
    """Split McFadden's or Nagelkerke's pseudo-R2, for which every set of drivers is fitted."""
    ordinal = read_outcome(rows, columns, model)
    kind = cast(LikelihoodR2, pseudo_r2)
    fits = SetFits.of(ordinal, rows.weights, columns.groups, columns.held, kind)
    sets, added = _entering(method, len(columns.groups), orders, rng)

    def replicate(units: Units) -> Callable[[FloatArray], Replicates]:
        def split_again(counts: FloatArray) -> Replicates:
            found = [fits.r2(sets, rows.weights * one[units.of_row]) for one in counts]
            check_separated(columns.outcome, [converged for _, converged in found])
            importance = np.array([added(r2).mean(axis=0) for r2, _ in found])
            return Replicates(importance, np.array([r2[-1] for r2, _ in found]))

        return split_again

    r2, _ = fits.r2(sets, rows.weights)
    gains = added(r2)
    sampled = method == "lmg" and orders is not None
    error = gains.std(axis=0, ddof=1) / np.sqrt(len(gains)) if sampled else None
    return ImportanceSplit(float(r2[-1]), float(r2[0]), gains.mean(axis=0), replicate, error)


def _entering(
    method: str, groups: int, orders: int | None, rng: np.random.Generator | None
) -> tuple[IntArray, Callable[[FloatArray], FloatArray]]:
    """Sets to fit, the empty one first and the full one last; and from their R2 what drivers add.

    The mean of it over the first axis, over orders or sizes of sets, is the importance.
    """
    if method == "lmg" and orders is not None and rng is not None:
        drawn = draw_orders(groups, orders, rng)
        sets, place = np.unique(sets_of_orders(drawn), return_inverse=True)
        return sets, lambda r2: entries(drawn, r2[place])
    if method == "lmg":
        return every_set(groups), lambda r2: conditional(r2).T
    full = 2**groups - 1
    single = np.left_shift(np.int64(1), np.arange(groups))
    if method == "first":
        return np.array([0, *single, full]), lambda r2: (r2[1:-1] - r2[0])[None]
    return np.array([0, *(full - single), full]), lambda r2: (r2[-1] - r2[1:-1])[None]
