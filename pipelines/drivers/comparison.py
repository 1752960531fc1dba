"""The policies that others offer, pairwise and listwise, beside the recommended one."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from pipelines.contract.code import write_code
from pipelines.core.errors import ContractError
from pipelines.drivers.records import DerivedRows, Row, refused
from pipelines.drivers.sample import ModelSample
from pipelines.importance import RelativeImportance, relative_importance
from pipelines.importance.blanks import MIN_ROWS_PER_COLUMN

LINEAR_APPROACHES = ("lmg", "johnson", "first", "last")  # approaches that every policy has


def compare(found: DerivedRows, sample: ModelSample, policy: str, who: Row) -> None:
    """The policies `pairwise` and `listwise`, as others offer them."""
    about = {**who, "target": "mean", "policy": policy}
    try:
        if policy == "listwise":
            _check_enough(sample)
        answers = {approach: _ask(sample, policy, approach) for approach in LINEAR_APPROACHES}
    except ContractError as error:
        found.driver_models.append(refused(policy, error, sample.sheets, who))
        return
    first = answers["lmg"]
    found.driver_models.append(
        {
            **about,
            "value": first.r2,
            "low": first.r2_low,
            "high": first.r2_high,
            "n_left_out": first.n_left_out,
            "n": first.n,
            "n_eff": first.n_eff,
            "status": "fitted",
            "reason": None,
            "flags": _replicates_left_out(first),
        }
    )
    touchpoint = dict(zip(sample.sheets.drivers, sample.sheets.touchpoints, strict=True))
    for approach, answer in answers.items():
        for row in answer.table.iter_rows(named=True):
            found.drivers.append(_compared(row, answer, touchpoint[row["driver"]])
                                 | about | {"approach": approach})  # fmt: skip


def _replicates_left_out(answer: RelativeImportance) -> str | None:
    """Flag of replicates that are no covariance matrices."""
    left_out, of = answer.replicates_left_out, answer.question.replicates
    if not left_out:
        return None
    code = "few_replicates" if answer.r2_low is None else "replicates_left_out"
    return write_code(code, n=left_out, of=of)


def _check_enough(sample: ModelSample) -> None:
    """Refuse as few answers per driver as the other policies do."""
    rating = sample.sheets.rating
    n, drivers = int((~np.isnan(rating)).all(axis=1).sum()), rating.shape[1]
    if n < MIN_ROWS_PER_COLUMN * drivers:
        raise ContractError(
            "drivers",
            expected=f"{MIN_ROWS_PER_COLUMN} for each driver, {MIN_ROWS_PER_COLUMN * drivers}",
            got=f"{n} who rated every touchpoint",
            todo="use another policy",
            code=write_code(
                "few_rated_all",
                n=n,
                least=MIN_ROWS_PER_COLUMN,
                needed=MIN_ROWS_PER_COLUMN * drivers,
            ),
        )


def _ask(sample: ModelSample, policy: str, approach: str) -> RelativeImportance:
    sheets = sample.sheets
    frame = pl.DataFrame(
        {
            **{name: sheets.rating[:, k] for k, name in enumerate(sheets.drivers)},
            "the outcome": sheets.target[:, 0],
            "its weight": sheets.weight,
            "its cluster": sheets.cluster,
            "its stratum": sheets.stratum,
        }
    )
    return relative_importance(
        frame,
        "the outcome",
        sheets.drivers,
        weights="its weight",
        method=approach,
        missing=policy,
        cluster="its cluster",
        stratum="its stratum",
        replicates=sample.terms.segment_replicates,
        level=sample.terms.level,
        rng=np.random.default_rng([sample.terms.seed, zlib.crc32(policy.encode())]),
    )


def _compared(row: Mapping[str, Any], answer: RelativeImportance, touchpoint: str) -> Row:
    return {
        "driver": row["driver"],
        "touchpoint_id": touchpoint,
        "value": row["importance_pct"],
        **_around("low", "high", row, "importance_pct"),
        "n": answer.n,
        "n_eff": answer.n_eff,
        "importance": row["importance"],
        **_around("importance_low", "importance_high", row, "importance"),
        **{name: row[name] for name in ("rank", "rank_low", "rank_high", "letters", "vif")},
        "halo": row["halo_ratio"],
        "halo_bound": row["halo_bound"],
        "flags": _replicates_left_out(answer),
    }


def _around(low: str, high: str, row: Mapping[str, Any], value: str) -> Row:
    """An interval, widened to hold its value; null if there is none."""
    if row[low] is None:
        return {low: None, high: None}
    return {low: min(row[low], row[value]), high: max(row[high], row[value])}
