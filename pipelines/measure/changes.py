"""Changes: every score against the wave before and against the frozen baseline."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.contract.people import EVERYBODY
from pipelines.core.answers import CUSTOMER
from pipelines.estimates.differences import AGAINST, with_adjusted_p, with_differences

SUBJECT = ("mode", "is_stage", "subject")
CELL = (*SUBJECT, "segment", "group", "measure", "weighted")  # and the wave
FAMILY = ("mode", "against", "measure", "weighted")  # over touchpoints, segments and waves
WARNINGS_OF_PAIRS = ("baseline_moved", "other_questions", "other_scale", "overlap")


def comparisons(scores: pl.DataFrame, waves: pl.DataFrame, baseline: str | None) -> pl.DataFrame:
    """List which wave of a question or stage is compared with which.

    Parameters
    ----------
    scores : DataFrame
        See `tables.measure_cells`.
    waves : DataFrame
        ``mode, wave, place`` in the order of time, see `core.waves`.
    baseline : str, optional
        The study's frozen baseline. Where it lacks a question, the first later wave that
        asked it stands in; without a baseline, or in a mode without that wave, the first wave
        that asked it.

    Returns
    -------
    DataFrame
        `SUBJECT`, ``wave``, ``against`` (previous or baseline), ``wave_against`` and
        ``baseline_moved``.
    """
    places = waves.select("mode", "wave", "place")
    frozen = places.filter(pl.col("wave") == pl.lit(baseline)).select("mode", since="place")
    answered = scores.filter((pl.col("segment") == EVERYBODY) & (pl.col("n") > 0))
    asked = (
        answered.select(*SUBJECT, "wave")
        .unique()
        .join(places, on=["mode", "wave"])
        .join(frozen, on="mode", how="left")
        .sort(*SUBJECT, "place")
    )
    since = pl.col("wave").filter(pl.col("place") >= pl.col("since").fill_null(1))
    listed = asked.with_columns(
        previous=pl.col("wave").shift(1).over(SUBJECT), baseline=since.first().over(SUBJECT)
    ).unpivot(
        on=["previous", "baseline"],
        index=[*SUBJECT, "wave", "place"],
        variable_name="against",
        value_name="wave_against",
    )
    moved = (pl.col("against") == "baseline") & (pl.col("wave_against") != pl.lit(baseline))
    earlier = places.select("mode", wave_against="wave", place_against="place")
    return (
        listed.join(earlier, on=["mode", "wave_against"])
        .filter(pl.col("place_against") < pl.col("place"))
        .drop("place", "place_against")
        .with_columns(baseline_moved=moved.fill_null(False))  # null: no baseline was declared
    )


def shared_customers(people: pl.DataFrame) -> pl.DataFrame:
    """List the pairs of waves that share customers.

    Parameters
    ----------
    people : DataFrame
        See `answers.questionnaires`.

    Returns
    -------
    DataFrame
        ``mode, wave, wave_against``, in both orders.
    """
    seen = people.drop_nulls(CUSTOMER).select("mode", "wave", *CUSTOMER).unique()
    pairs = seen.join(seen.rename({"wave": "wave_against"}), on=["mode", *CUSTOMER])
    return (
        pairs.filter(pl.col("wave_against") != pl.col("wave"))
        .select("mode", "wave", "wave_against")
        .unique()
    )


def with_warnings(
    pairs: pl.DataFrame,
    register: pl.DataFrame,
    stages: Mapping[str, str],
    shared: pl.DataFrame,
) -> pl.DataFrame:
    """Mark the pairs of waves that do not compare like with like.

    Parameters
    ----------
    pairs : DataFrame
        See `comparisons`.
    register : DataFrame
        See `answers.question_register`.
    stages : mapping
        Touchpoint to journey stage.
    shared : DataFrame
        See `shared_customers`.

    Returns
    -------
    DataFrame
        The pairs with `WARNINGS_OF_PAIRS`: a stage that pools other questions, a question
        on another scale, customers who answered in both waves.
    """
    basis = _basis(register, stages)
    earlier = basis.rename({"wave": "wave_against", "basis": "basis_against"})
    waves = ["mode", "wave", "wave_against"]
    differs = pl.col("basis") != pl.col("basis_against")
    return (
        pairs.join(basis, on=[*SUBJECT, "wave"])
        .join(earlier, on=[*SUBJECT, "wave_against"])
        .join(shared.with_columns(overlap=pl.lit(True)), on=waves, how="left")
        .with_columns(
            other_questions=pl.col("is_stage") & differs,
            other_scale=~pl.col("is_stage") & differs,
            overlap=pl.col("overlap").fill_null(False),
        )
        .drop("basis", "basis_against")
    )


def _basis(register: pl.DataFrame, stages: Mapping[str, str]) -> pl.DataFrame:
    """Write down what a score rests on: a question's scale; a stage's questions and scales."""
    scale = pl.format("{}-{}", "scale_min", "scale_max")
    listed = register.with_columns(
        scale=scale,
        stage=pl.col("touchpoint_id").replace_strict(stages, default=None, return_dtype=pl.String),
    )
    questions = listed.select(
        "mode", "wave", is_stage=pl.lit(False), subject="question_id", basis="scale"
    )
    rated = listed.filter((pl.col("kind") == "csat") & pl.col("stage").is_not_null())
    items = pl.concat_str("question_id", "scale", separator=" ").sort().str.join("; ")
    pooled = rated.group_by("mode", "wave", subject="stage").agg(basis=items)
    return pl.concat([questions, pooled.with_columns(is_stage=pl.lit(True))], how="diagonal")


def compare(scores: pl.DataFrame, pairs: pl.DataFrame, level: float) -> pl.DataFrame:
    """Estimate the change of every cell that was answered in both waves.

    What is told on the scale of its question has none between two scales.

    Parameters
    ----------
    scores : DataFrame
        See `tables.measure_cells`.
    pairs : DataFrame
        See `with_warnings`.

    Returns
    -------
    DataFrame
        What is compared, with ``against`` and ``wave_against``; ``value, low, high,
        std_error, n, n_eff, n_against, p_value, p_adjusted``; the warnings of both.
    """
    known = scores.filter(pl.col("n") > 0)
    both = (
        known.join(pairs, on=[*SUBJECT, "wave"])
        .join(
            known.rename({"wave": "wave_against"}),
            on=[*CELL, "wave_against"],
            suffix=AGAINST,
        )
        .filter(*(pl.col(end) == pl.col(end + AGAINST) for end in ("lowest", "highest")))
        .sort(*CELL, "wave", "against")
    )
    return with_adjusted_p(with_differences(both, level), FAMILY)
