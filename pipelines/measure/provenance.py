"""Provenance: what each number of a survey is about, and how it was made."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.contract.estimate import MEASURES
from pipelines.estimates.provenance import method_of

_MEASURE, _IS_STAGE = pl.col("measure"), pl.col("is_stage")

# Of measures whose estimator is not that of their family alone.
_OWN_METHOD = {"gap": "gap"}
_ON_SCALE = [measure.name for measure in MEASURES if measure.is_on_scale]


def with_subject(
    cells: pl.DataFrame, register: pl.DataFrame, stages: Mapping[str, str]
) -> pl.DataFrame:
    """Say which question, touchpoint and stage each cell is about.

    Parameters
    ----------
    cells : DataFrame
        With ``mode, wave, is_stage, subject``.
    register : DataFrame
        See `answers.question_register`.
    stages : mapping
        Touchpoint to journey stage.
    """
    touchpoints = register.select(
        "mode", "wave", "touchpoint_id", subject="question_id", is_stage=pl.lit(False)
    )
    is_touchpoint = pl.col("touchpoint_id").is_not_null()
    stage = pl.col("touchpoint_id").replace_strict(stages, default=None, return_dtype=pl.String)
    scope = pl.when(is_touchpoint).then(pl.lit("touchpoint")).otherwise(pl.lit("overall"))
    return cells.join(
        touchpoints,
        on=["mode", "wave", "subject", "is_stage"],
        how="left",
        maintain_order="left",
    ).with_columns(
        scope=pl.when(_IS_STAGE).then(pl.lit("stage")).otherwise(scope),
        stage=pl.when(_IS_STAGE).then("subject").otherwise(stage),
        question_id=pl.when(~_IS_STAGE).then("subject"),
    )


def with_making(rows: pl.DataFrame, *, level: float, inputs_hash: str) -> pl.DataFrame:
    """Say by codes how each number was made, and on which scale; a change has ``against``."""
    family = pl.col("family")
    if "against" in rows.columns:
        change = pl.format("{}_change", family)
        method = pl.when(pl.col("broken").is_null()).then(change).otherwise(pl.lit("broken"))
    else:
        method = _MEASURE.replace_strict(_OWN_METHOD, default=family)
    policy = (
        pl.when(_IS_STAGE & (_MEASURE == "reach"))
        .then(pl.lit("stage_reach"))
        .when(_IS_STAGE)
        .then(pl.lit("stage"))
        .otherwise("missing")
    )
    is_on_scale = _MEASURE.is_in(_ON_SCALE)
    return rows.with_columns(
        scale_min=pl.when(is_on_scale).then("lowest"),
        scale_max=pl.when(is_on_scale).then("highest"),
        method=method_of(method),
        missing_policy=policy,
        level=pl.lit(level),
        evidence=pl.lit("descriptive"),
        inputs_hash=pl.lit(inputs_hash),
    )
