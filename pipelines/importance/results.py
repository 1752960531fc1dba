"""What an analysis of relative importance was asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from pipelines.core.errors import ContractError
from pipelines.importance.covariances import estimate
from pipelines.importance.inputs import ERROR_PLACE, Columns, Rows
from pipelines.importance.methods import SPLITS_R2, percentages
from pipelines.importance.ranking import ranks
from pipelines.importance.splits import split_covariances
from pipelines.statistics.dominance import complete_dominance, dominance
from pipelines.statistics.em import NormalFit
from pipelines.statistics.ordered_logit import OrderedLogit
from pipelines.statistics.polychoric import Polychoric
from pipelines.statistics.survey import FloatArray

COMPARED_POLICIES = ("listwise", "pairwise", "em")
COMPARISON_SCHEMA = {
    "policy": pl.String,
    "driver": pl.String,
    "importance_pct": pl.Float64,
    "rank": pl.Int64,
    "r2": pl.Float64,
    "n": pl.Int64,
    "reason": pl.String,
}


@dataclass(frozen=True)
class ImportanceQuestion:
    """What was asked of `relative_importance`, to be shown beside the answer."""

    columns: Columns
    method: str
    missing: str
    prior_rows: float
    orders: int | None
    replicates: int
    level: float
    interval: str
    outcome_model: str
    pseudo_r2: str


@dataclass(frozen=True)
class Compared:
    """What the policies are compared on.

    Parameters
    ----------
    rows : Rows
        As they were read, missing answers included.
    columns : Columns
        Theirs: every driver by its rating.
    routed : bool
        Whether some drivers were not experienced by everybody.
    """

    rows: Rows
    columns: Columns
    routed: bool


@dataclass(frozen=True)
class RelativeImportance:
    """Importance of drivers.

    Parameters
    ----------
    table : DataFrame
        A row per driver, the most important first:

        - ``driver``, ``importance`` in units of R2, ``importance_pct``, its share of the sum
          of all, and ``rank``;
        - ``beta``, the standardised coefficient, whose sign is no part of the importance;
          ``vif``, the variance inflation; ``halo_ratio``, the coefficient over the
          correlation, and ``halo_bound``, the same if all drivers counted alike: far below it
          a driver repeats the others. All four are null for a group;
        - ``linear_pct``, unless the model is linear: the share by the same method under the
          linear model of the same rows;
        - with replicates the intervals ``low`` and ``high`` of `importance_pct`,
          ``importance_low`` and ``importance_high``, ``rank_low`` and ``rank_high``, and
          ``letters``: drivers with a letter in common cannot be told apart, see `letters`;
        - ``monte_carlo_error`` of `importance`, if orders of entry were sampled.
    r2, r2_covariates : float
        R2 of drivers and covariates, and of the covariates alone; the pseudo-R2 for a logit,
        and R2 of the latent outcome for polychoric correlations.
    r2_low, r2_high : float or None
        Interval of `r2`; None without replicates, or if too many of them are left out.
    n, n_eff : int, float
        Rows used, and Kish's effective number of them.
    n_left_out : int
        Rows not used because answers were missing.
    replicates_left_out : int
        Replicates that have no covariance matrix, which pairs of columns with different rows
        need not have. If more than a twentieth are, there are no intervals: they are null.
    rank_probability : DataFrame
        ``driver``, ``rank``, ``probability`` of shrunken draws, see `shrinkage`; without rows
        if there were no replicates.
    covariance : ndarray
        What the answer rests on: drivers, covariates, outcome, in the order of
        ``question.columns.matrix``; the latent outcome if the model has one. Pseudo-R2 of
        likelihoods do not rest on it, their coefficients do.
    fit : NormalFit, OrderedLogit, Polychoric or None
        How EM, or the model of an ordinal outcome, went.
    question : ImportanceQuestion
        How it was made.
    compared : Compared
        The rows as they were read, for `policies`.

    Raises
    ------
    ContractError
        If importances that split R2 do not sum to it.
    """

    table: pl.DataFrame
    r2: float
    r2_covariates: float
    r2_low: float | None
    r2_high: float | None
    n: int
    n_eff: float
    n_left_out: int
    replicates_left_out: int
    rank_probability: pl.DataFrame
    covariance: FloatArray
    fit: NormalFit | OrderedLogit | Polychoric | None
    question: ImportanceQuestion
    compared: Compared = field(repr=False)

    def __post_init__(self) -> None:
        total = float(self.table["importance"].to_numpy().sum())
        gap = abs(total - (self.r2 - self.r2_covariates))
        if self.question.method in SPLITS_R2 and not gap < 1e-10:
            raise ContractError(
                ERROR_PLACE,
                expected="importances that sum to R2",
                got=f"a gap of {gap:.2g}",
                todo="look for drivers that nearly repeat each other",
            )

    @cached_property
    def policies(self) -> pl.DataFrame:
        """The same split of the linear R2 under every policy for missing answers.

        Returns
        -------
        DataFrame
            ``policy``, ``driver``, ``importance_pct``, ``rank``, ``r2``, ``n``; a policy that
            refuses has one row, with its ``reason``. If drivers are routed the first policy
            is this answer itself, use_rating; in the others who did not use a touchpoint has
            not answered. Without rows if no answer is missing.
        """
        others = compare_policies(self.compared, self.question.method, self.question.prior_rows)
        if not self.compared.routed:
            return others
        own = self.table.select(
            "driver", "importance_pct", "rank", policy=pl.lit("use_rating"), r2=self.r2, n=self.n
        )
        return pl.concat([others.clear(), own, others], how="diagonal_relaxed")

    @cached_property
    def dominance(self) -> pl.DataFrame:
        """Which driver dominates which, and at which level: complete, conditional or general.

        Completely: it adds more R2 to every set of others; conditionally: to the sets of
        every size on average; generally: over all sizes (Azen and Budescu 2003).

        Returns
        -------
        DataFrame
            ``driver``, ``over``, ``level``: the strictest that holds.

        Raises
        ------
        ContractError
            For more than 25 drivers.
        """
        columns = self.question.columns
        places = (self.covariance, columns.groups, columns.held)
        found = dominance(*places)
        general = found.general[:, None] > found.general[None, :]
        levels = np.where(found.conditionally_dominates, "conditional", "general")
        level = np.where(complete_dominance(*places), "complete", levels)
        named = list(columns.drivers)
        pairs = np.argwhere(general)
        return pl.DataFrame(
            [(named[i], named[j], str(level[i, j])) for i, j in pairs],
            schema={"driver": pl.String, "over": pl.String, "level": pl.String},
            orient="row",
        )


def compare_policies(read: Compared, method: str, prior_rows: float) -> pl.DataFrame:
    """Split R2 under every policy; see `RelativeImportance.policies`."""
    found: list[dict[str, Any]] = []
    if np.isnan(read.rows.values).any():
        for policy in COMPARED_POLICIES:
            found += _under(policy, read.rows, read.columns, method, prior_rows)
    return pl.DataFrame(found, schema=COMPARISON_SCHEMA)


def _under(
    policy: str, rows: Rows, columns: Columns, method: str, prior_rows: float
) -> list[dict[str, Any]]:
    try:
        covariances = estimate(rows, columns, policy, prior_rows)
        split = split_covariances(covariances, columns, method, None, None)
    except ContractError as error:
        return [{"policy": policy, "reason": f"{error.got}; expected {error.expected}"}]
    about = {"policy": policy, "r2": split.r2, "n": len(covariances.rows.values)}
    numbers = zip(
        columns.drivers, percentages(split.importance), ranks(split.importance), strict=True
    )
    return [
        {**about, "driver": driver, "importance_pct": float(share), "rank": int(rank)}
        for driver, share, rank in numbers
    ]
