"""Provenance: what each number is about, how it was made, and what to beware of."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

_MEASURE, _IS_STAGE = pl.col("measure"), pl.col("is_stage")

_TAYLOR = "Taylor-linearised over strata and clusters, score interval with t quantile"
_ON_N = "on n over the design effect"
_SCORE = {
    "mean": f"mean, {_TAYLOR}",
    "share": f"share, Wilson interval {_ON_N}",
    "nps": f"promoters minus detractors, adjusted Wald interval {_ON_N}",
}
_SCORE_OF = {
    "ces": f"mean rescaled linearly to 1-7, {_TAYLOR}",
    "gap": f"mean of rating minus expectation, {_TAYLOR}",
}
_AGREED = {True: "; the answers do not differ: Wilson interval on their number", False: ""}
_CHANGE = {
    "mean": "linearised variances, Satterthwaite t",
    "share": f"Agresti-Caffo {_ON_N}",
    "nps": f"adjusted Wald {_ON_N}",
}
_COMPARED = (
    "difference of waves taken as independent: {}; p-values adjusted by Benjamini-Hochberg"
    " over the touchpoints, segments and waves of this measure and comparison"
)

_ANSWERS = "answers only; not experienced, don't know, refused and skipped left out"
_POLICY = {
    "reach": "answers and not experienced; don't know, refused and skipped left out",
    "share": "all who were asked; the reasons for no answer count as answers",
    **dict.fromkeys(("gap", "under_fulfilled", "met", "exceeded"), "complete pairs only"),
}
_STAGE_POLICY = "average of the touchpoints of the stage that a respondent rated"
_STAGE_REACH = "rated a touchpoint of the stage, of those who rated one or experienced none"


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
    """Say how each number was made; a change has ``against``."""
    family = pl.col("family")
    if "against" in rows.columns:
        estimator = pl.format(_COMPARED, family.replace_strict(_CHANGE))
    else:
        estimator = _MEASURE.replace_strict(_SCORE_OF, default=family.replace_strict(_SCORE))
    weights = pl.when("weighted").then(pl.lit("weighted ")).otherwise(pl.lit("unweighted "))
    policy = (
        pl.when(_IS_STAGE & (_MEASURE == "reach"))
        .then(pl.lit(_STAGE_REACH))
        .when(_IS_STAGE)
        .then(pl.lit(_STAGE_POLICY))
        .otherwise(_MEASURE.replace_strict(_POLICY, default=_ANSWERS))
    )
    return rows.with_columns(
        method=weights
        + estimator
        + pl.col("no_variance").replace_strict(_AGREED, return_dtype=pl.String),
        missing_policy=policy,
        level=pl.lit(level),
        evidence=pl.lit("descriptive"),
        inputs_hash=pl.lit(inputs_hash),
    )


def with_flags(rows: pl.DataFrame, flag_n: int, warnings: tuple[str, ...]) -> pl.DataFrame:
    """Write the warnings that hold in one text, null if there is none.

    Parameters
    ----------
    flag_n : int
        A number on fewer answers is flagged `small`; of a change, in either wave.
    warnings : tuple of str
        Names of true-or-false columns.
    """
    n = pl.min_horizontal([name for name in ("n", "n_against") if name in rows.columns])
    small = pl.when(n < flag_n).then(pl.lit("small"))
    others = [pl.when(name).then(pl.lit(name)) for name in warnings]
    flags = pl.concat_str([small, *others], separator=" ", ignore_nulls=True)
    return rows.with_columns(flags=flags.replace("", None))
