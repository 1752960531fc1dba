"""The same analysis under every policy for missing answers, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.core.errors import ContractError
from pipelines.drivers.covariances import estimate
from pipelines.drivers.inputs import Columns, Rows
from pipelines.drivers.methods import percentages
from pipelines.drivers.ranking import ranks
from pipelines.drivers.splits import split_covariances

COMPARED = ("listwise", "pairwise", "em")
SCHEMA = {
    "policy": pl.String,
    "driver": pl.String,
    "importance_pct": pl.Float64,
    "rank": pl.Int64,
    "r2": pl.Float64,
    "n": pl.Int64,
    "reason": pl.String,
}


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


def compare(read: Compared, method: str, prior_rows: float) -> pl.DataFrame:
    """Split R2 under every policy; see `RelativeImportance.policies`."""
    found: list[dict[str, Any]] = []
    if np.isnan(read.rows.values).any():
        for policy in COMPARED:
            found += _under(policy, read.rows, read.columns, method, prior_rows)
    return pl.DataFrame(found, schema=SCHEMA)


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
