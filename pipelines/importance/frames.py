"""Relative importance of drivers for an outcome, with its uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from narwhals.typing import IntoFrame

from pipelines.contract.code import write_code
from pipelines.core.errors import ContractError
from pipelines.core.frames import as_lazy
from pipelines.importance.covariances import Covariances, estimate, nearest_semidefinite
from pipelines.importance.inputs import (
    ERROR_PLACE,
    Columns,
    Rows,
    check_columns,
    members,
    read_rows,
)
from pipelines.importance.letters import letters, told_apart
from pipelines.importance.methods import check_method, importances, percentages
from pipelines.importance.ordinal import LOGITS, check_model, estimate_ordinal, split_likelihood
from pipelines.importance.ranking import rank_interval, rank_probabilities, ranks
from pipelines.importance.results import Compared, ImportanceQuestion, RelativeImportance
from pipelines.importance.routed import centre_routed
from pipelines.importance.shrinkage import shrunken_shares
from pipelines.importance.splits import ImportanceSplit, split_covariances
from pipelines.statistics.bootstrap import (
    bias_corrected,
    draws,
    expanded_level,
    jackknife_counts,
    percentile,
    reflected_r2,
    sampling_units,
)
from pipelines.statistics.intervals import Interval, normal_quantile
from pipelines.statistics.regression import coefficients
from pipelines.statistics.relative_weights import variance_inflation
from pipelines.statistics.survey import FloatArray, IntArray

Column = FloatArray | IntArray | tuple[str, ...] | pl.Series  # of the table of an answer

INTERVAL_KINDS = ("percentile", "bca")
MAX_UNITS = 2000  # customers above this number are drawn in blocks
# Of replicates; with fewer that have a covariance matrix there are no intervals. Those without one
# are the most extreme, so that more of them than both tails have would cut the interval short.
MIN_SHARE_VALID = 0.95


def relative_importance(
    frame: IntoFrame,
    outcome: str,
    drivers: Sequence[str],
    *,
    weights: str | None = None,
    method: str = "lmg",
    groups: Mapping[str, Sequence[str]] | None = None,
    routed: Mapping[str, str] | None = None,
    covariates: Sequence[str] = (),
    missing: str = "error",
    auxiliary: Sequence[str] = (),
    prior_rows: float = 0.0,
    cluster: str | None = None,
    stratum: str | None = None,
    replicates: int = 0,
    level: float = 0.95,
    interval: str = "percentile",
    orders: int | None = None,
    outcome_model: str = "linear",
    pseudo_r2: str = "latent",
    rng: np.random.Generator | None = None,
) -> RelativeImportance:
    """Say how much of an outcome's R2 each driver carries.

    It is a share of an R2, an association: not what improving a driver would bring.

    Parameters
    ----------
    frame : DataFrame or LazyFrame
        A row per answer sheet; of Polars, or of pandas, Arrow and what else Narwhals reads.
    outcome, drivers : str, sequence of str
        Numeric columns. A driver may be the name of a group.
    weights : str, optional
        Column of positive survey weights; they enter every sub-model, and nothing else.
    method : {"lmg", "johnson", "first", "last", "beta"}
        See `methods.importances`. lmg, which is Shapley's value and general dominance, and
        johnson split R2; the shares of the others are of their sum.
    groups : mapping of str to sequence of str, optional
        Columns that enter together, such as the dummies of a factor.
    routed : mapping of str to str, optional
        Drivers that not everybody experienced, and the columns that say who did, 1 or true:
        ``{"hotline": "used_hotline"}``. Such a driver enters as its use and as its rating
        among users together; who did not use it is no missing answer.
    covariates : sequence of str
        Columns that are held; the drivers split the R2 that they add.
    missing : {"error", "listwise", "pairwise", "em"}
        Missing answers, null or NaN, are refused, dropped with their row, or left out pair
        by pair, both for comparison only, or filled in expectation under normality.
    auxiliary, prior_rows
        Columns that help EM, and its prior; see `em.fit_patterns`.
    cluster, stratum : str, optional
        Columns that say whose a row is and which stratum it was drawn from. Without a
        cluster every row is a customer.
    replicates : int
        Bootstrap replicates, 1,000 or more to publish; 0 for no intervals. Above
        `MAX_UNITS` customers they are drawn in random blocks.
    level : float
        Of intervals and letters, 0 to 1.
    interval : {"percentile", "bca"}
        The simple one covers 92 to 98 % at n = 50 to 1,000, the other as little as 84 %:
        see benchmarks/README.md.
    orders : int, optional
        Sample so many orders of entry for lmg; needed above 30 drivers.
    outcome_model : {"linear", "logit", "ordered_logit", "polychoric"}
        Model of the outcome. `logit` takes one of two values, `ordered_logit` of up to 12;
        `polychoric` takes drivers too as cuts of normal variables, see
        `polychoric.CutColumns`. Missing answers are refused or dropped with their row, or
        left out pair by pair for polychoric. Where answers are normal the shares are nearly
        those of the linear model, ``linear_pct``: a gap says that the scale matters.
    pseudo_r2 : {"latent", "mcfadden", "nagelkerke"}
        Of the logits. `latent` is McKelvey and Zavoina's, R2 of what the answers are cuts
        of; it needs a single fit and has every method. The others fit every set of drivers:
        lmg, first and last only, and exact up to 12 drivers.
    rng : Generator, optional
        Needed for `replicates` and `orders`.

    Returns
    -------
    RelativeImportance

    Raises
    ------
    ContractError
        For a column that is unknown, named twice, not numeric, empty or constant; weights
        that are not positive; fewer rows than columns; missing answers under ``error``; too
        few joint answers for EM; a pairwise matrix that is not positive semi-definite; an
        outcome that its model does not take, or that drivers foretell without fail.

    References
    ----------
    Grömping (2007), The American Statistician 61, 139-147; Johnson (2000), Multivariate
    Behavioral Research 35, 1-19; McKelvey and Zavoina (1975), Journal of Mathematical
    Sociology 4, 103-120; Azen and Traxel (2009), Journal of Educational and Behavioral
    Statistics 34, 319-347.

    Examples
    --------
    >>> ratings = {"web": [1, 2, 3, 4, 5, 1], "shop": [2, 1, 2, 5, 4, 4], "all": [1, 2, 2, 5, 5, 3]}
    >>> found = relative_importance(pl.DataFrame(ratings), "all", ["web", "shop"])
    >>> found.table.select("driver", pl.col("importance_pct").round(1)).rows()
    [('shop', 53.9), ('web', 46.1)]
    """
    asked = Columns(
        members(drivers, groups or {}), tuple(covariates), tuple(auxiliary), outcome,
        weights, cluster, stratum,
    )  # fmt: skip
    together = {name: (use, name) for name, use in (routed or {}).items()}
    columns = replace(asked, drivers=asked.drivers | together)
    question = ImportanceQuestion(columns, method, missing, prior_rows, orders, replicates, level,
                        interval, outcome_model, pseudo_r2)  # fmt: skip
    _check_question(question, rng)
    table = as_lazy(frame, ERROR_PLACE)
    check_columns(table, columns)
    entered = centre_routed(table, list(asked.drivers), routed or {}, weights)
    rows = read_rows(entered, columns)
    linear = estimate(rows, columns, missing, prior_rows)
    read = Compared(read_rows(table, asked) if routed else rows, asked, bool(routed))
    return _answer(question, read, linear, rng)


def _check_question(question: ImportanceQuestion, rng: np.random.Generator | None) -> None:
    groups = question.columns.groups
    check_method(question.method, groups, question.orders)
    check_model(question.outcome_model, question.pseudo_r2, question.method, question.missing,
                groups, question.orders)  # fmt: skip
    normal_quantile(question.level)  # refuses what is no level
    if question.interval not in INTERVAL_KINDS or question.replicates < 0:
        raise ContractError(
            ERROR_PLACE,
            expected=f"an interval of {INTERVAL_KINDS} from 0 or more replicates",
            got=f"{question.interval!r} from {question.replicates}",
            todo="correct it",
        )
    if question.columns.auxiliary and question.missing != "em":
        raise ContractError(
            ERROR_PLACE,
            expected="auxiliary columns for missing='em' only",
            got=f"missing={question.missing!r}",
            todo="leave them out",
        )
    if (question.replicates or question.orders) and rng is None:
        raise ContractError(
            ERROR_PLACE,
            expected="a source of randomness",
            got="none",
            todo="pass rng=np.random.default_rng(seed)",
        )


def _answer(
    question: ImportanceQuestion,
    read: Compared,
    linear: Covariances,
    rng: np.random.Generator | None,
) -> RelativeImportance:
    columns, rows, model = question.columns, linear.rows, question.outcome_model
    found = linear if model == "linear" else estimate_ordinal(rows, columns, model)
    split = _split(question, found, rng)
    importance = split.importance
    parts = {
        "driver": list(columns.drivers),
        "importance": importance,
        "importance_pct": percentages(importance),
        "rank": ranks(importance),
        **_coefficients(found.matrix, columns),
        **_linear(question, linear, rng),
    }
    if split.monte_carlo_error is not None:
        parts["monte_carlo_error"] = split.monte_carlo_error
    probability = np.zeros((0, len(importance)))
    r2_low, r2_high, left_out = None, None, 0
    if question.replicates and rng is not None:
        intervals, of_r2, truths = _bootstrap(question, rows, split, rng)
        parts |= intervals
        left_out = question.replicates - len(truths)
        if of_r2 is not None:
            r2_low, r2_high = float(of_r2.low), float(of_r2.high)
            probability = rank_probabilities(truths)
    weight = rows.weights
    return RelativeImportance(
        table=pl.DataFrame(parts).sort("importance", descending=True, maintain_order=True),
        r2=split.r2,
        r2_covariates=split.r2_covariates,
        r2_low=r2_low,
        r2_high=r2_high,
        n=len(weight),
        n_eff=float(weight.sum() ** 2 / (weight**2).sum()),
        n_left_out=len(read.rows.values) - len(weight),
        replicates_left_out=left_out,
        rank_probability=_tidy(list(columns.drivers), probability),
        covariance=found.matrix,
        fit=found.fit,
        question=question,
        compared=read,
    )


def _split(
    question: ImportanceQuestion, found: Covariances, rng: np.random.Generator | None
) -> ImportanceSplit:
    """Split R2, or the pseudo-R2 that was asked for."""
    columns, method, orders = question.columns, question.method, question.orders
    if question.outcome_model in LOGITS and question.pseudo_r2 != "latent":
        return split_likelihood(found.rows, columns, question.outcome_model, question.pseudo_r2,
                                method, orders, rng)  # fmt: skip
    return split_covariances(found, columns, method, orders, rng)


def _linear(
    question: ImportanceQuestion, linear: Covariances, rng: np.random.Generator | None
) -> dict[str, FloatArray]:
    """Shares under the linear model, to compare those of another with."""
    if question.outcome_model == "linear":
        return {}
    columns = question.columns
    matrices = nearest_semidefinite(linear.matrix[None])  # pairwise it need not be
    found = importances(question.method, matrices, columns.groups, columns.held, question.orders,
                        rng)  # fmt: skip
    return {"linear_pct": percentages(found[0])}


def _coefficients(matrix: FloatArray, columns: Columns) -> dict[str, list[float | None]]:
    """Standardised coefficient, variance inflation and halo of drivers of one column.

    The bound of the halo is what is left if all columns of drivers count alike, see `halo`.
    """
    scale = 1 / np.sqrt(np.diagonal(matrix))
    correlation = matrix * np.outer(scale, scale)
    beta, alone = coefficients(correlation), correlation[:-1, -1]
    halo = np.divide(beta, alone, out=np.full_like(beta, np.nan), where=alone != 0)
    inflation = variance_inflation(correlation[:-1, :-1])
    of_drivers = [column for group in columns.groups for column in group]
    bound = 1 / np.maximum(correlation[:-1, of_drivers].sum(axis=1), 1.0)
    found = {"beta": beta, "vif": inflation, "halo_ratio": halo, "halo_bound": bound}
    places = [group[0] if len(group) == 1 else None for group in columns.groups]
    return {
        name: [None if at is None else float(values[at]) for at in places]
        for name, values in found.items()
    }


def _bootstrap(
    question: ImportanceQuestion, rows: Rows, split: ImportanceSplit, rng: np.random.Generator
) -> tuple[dict[str, Column], Interval | None, FloatArray]:
    """Intervals and letters as columns of the table, the interval of R2, and shrunken draws.

    Replicates without a covariance matrix are left out; if too many are, so are the intervals.
    """
    units = sampling_units(len(rows.values), rows.cluster, rows.stratum, MAX_UNITS, rng)
    level = expanded_level(question.level, units, question.columns.modelled - 1)
    split_again = split.replicate(units)
    drawn = [split_again(counts) for counts in draws(units, question.replicates, rng)]
    replicates = np.concatenate([one.importance for one in drawn])
    if len(replicates) < MIN_SHARE_VALID * question.replicates:
        return _no_intervals(len(split.importance)), None, replicates
    _check_replicates(replicates)
    r2 = reflected_r2(split.r2, np.concatenate([one.r2 for one in drawn]), level)
    by_parts = question.interval == "bca"
    left = split_again(jackknife_counts(units)).importance if by_parts else None

    def interval(of: Callable[[FloatArray], FloatArray]) -> Interval:
        if left is None:
            return percentile(of(replicates), level)
        return bias_corrected(of(split.importance), of(replicates), of(left), level)

    share, absolute = interval(percentages), interval(lambda plain: plain)
    shares, drawn_shares = percentages(split.importance), percentages(replicates)
    truths = shrunken_shares(shares, drawn_shares)
    rank, (rank_low, rank_high) = ranks(shares), rank_interval(truths, level)
    differs = told_apart(shares, drawn_shares, level)
    columns: dict[str, Column] = {
        "low": share.low,
        "high": share.high,
        "importance_low": absolute.low,
        "importance_high": absolute.high,
        "rank_low": np.minimum(rank_low, rank),
        "rank_high": np.maximum(rank_high, rank),
        "letters": letters(shares, differs),
    }
    return columns, r2, truths


def _no_intervals(drivers: int) -> dict[str, Column]:
    """Columns of intervals and letters where there are none."""
    numbers = ("low", "high", "importance_low", "importance_high")
    kinds: dict[str, pl.DataType] = dict.fromkeys(numbers, pl.Float64())
    kinds |= {"rank_low": pl.Int64(), "rank_high": pl.Int64(), "letters": pl.String()}
    return {name: pl.Series([None] * drivers, dtype=kind) for name, kind in kinds.items()}


def _check_replicates(importance: FloatArray) -> None:
    """Refuse replicates in which too few different customers are left to tell drivers apart."""
    empty = int((~(importance.sum(axis=1) > 0)).sum())
    if empty:
        raise ContractError(
            ERROR_PLACE,
            expected=f"an R2 to share in all {len(importance)}",
            got=f"{empty} bootstrap samples without one",
            todo="use fewer drivers, more answers, or no replicates",
            code=write_code("no_r2", n=empty, of=len(importance)),
        )


def _tidy(drivers: list[str], probability: FloatArray) -> pl.DataFrame:
    """A row per driver and rank."""
    count = probability.shape[1] if len(probability) else 0
    return pl.DataFrame(
        {
            "driver": [driver for driver in drivers for _ in range(count)],
            "rank": np.tile(np.arange(1, count + 1), len(drivers) if count else 0),
            "probability": probability.ravel(),
        },
        schema={"driver": pl.String, "rank": pl.Int64, "probability": pl.Float64},
    )
