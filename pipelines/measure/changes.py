"""Changes: every score against the wave before and against the frozen baseline."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.contract.canonical import EXPERIENCES
from pipelines.contract.people import EVERYBODY
from pipelines.core.answers import CUSTOMER, sampling_unit
from pipelines.estimates.differences import AGAINST, with_adjusted_p, with_differences

SUBJECT = ("mode", "is_stage", "subject")
CELL = (*SUBJECT, "segment", "group", "measure", "weighted")  # and the wave
# What a reader sees together, all customers or a group, is a family; groups are a second stage.
SEARCHED_TOGETHER = ("mode", "wave", "against", "measure", "weighted", "together", "is_of_group")
SEEN_TOGETHER = ("segment", "group")
WARNINGS_OF_PAIRS = (
    "baseline_moved",
    "other_questions",
    "other_scale",
    "overlap",
    "overlap_apart",
)


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


def customers_apart(people: pl.DataFrame) -> pl.DataFrame:
    """List the pairs of waves in which a customer lies in another sampling unit.

    Parameters
    ----------
    people : DataFrame
        See `answers.questionnaires`.

    Returns
    -------
    DataFrame
        ``mode, wave, wave_against``, in both orders.
    """
    known = people.drop_nulls(CUSTOMER).with_columns(unit=sampling_unit())
    seen = known.select("mode", "wave", "unit", *CUSTOMER).unique()
    before = seen.rename({"wave": "wave_against", "unit": "unit_against"})
    return (
        seen.join(before, on=["mode", *CUSTOMER])
        .filter(pl.col("wave_against") != pl.col("wave"), pl.col("unit_against") != pl.col("unit"))
        .select("mode", "wave", "wave_against")
        .unique()
    )


def with_warnings(
    pairs: pl.DataFrame,
    register: pl.DataFrame,
    stages: Mapping[str, str],
    apart: pl.DataFrame,
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
    apart : DataFrame
        See `customers_apart`.

    Returns
    -------
    DataFrame
        The pairs with ``together``, what they are seen with, and `WARNINGS_OF_PAIRS`: a stage
        that pools other questions, a question on another scale, customers whose answers in both
        waves are taken as independent.
    """
    basis = _basis(register, stages)
    earlier = basis.select(*SUBJECT, wave_against="wave", basis_against="basis")
    waves = ["mode", "wave", "wave_against"]
    differs = pl.col("basis") != pl.col("basis_against")
    return (
        pairs.join(basis, on=[*SUBJECT, "wave"])
        .join(earlier, on=[*SUBJECT, "wave_against"])
        .join(apart.with_columns(overlap_apart=pl.lit(True)), on=waves, how="left")
        .with_columns(
            other_questions=pl.col("is_stage") & differs,
            other_scale=~pl.col("is_stage") & differs,
            overlap_apart=pl.col("overlap_apart").fill_null(False),
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
    is_experience = pl.col("kind").is_in(EXPERIENCES)
    together = (
        pl.when(pl.col("touchpoint_id").is_null())
        .then(pl.lit("overall"))
        .otherwise(
            pl.when(is_experience).then(pl.lit("touchpoints")).otherwise(pl.lit("expectations"))
        )
    )
    questions = listed.select(
        "mode",
        "wave",
        is_stage=pl.lit(False),
        subject="question_id",
        basis="scale",
        together=together,
    )
    rated = listed.filter(pl.col("kind").is_in(EXPERIENCES) & pl.col("stage").is_not_null())
    items = pl.concat_str("question_id", "scale", separator=" ").sort().str.join("; ")
    pooled = rated.group_by("mode", "wave", subject="stage").agg(basis=items)
    about_stages = pooled.with_columns(is_stage=pl.lit(True), together=pl.lit("stages"))
    return pl.concat([questions, about_stages], how="diagonal")


def compare(
    scores: pl.DataFrame, pairs: pl.DataFrame, in_both: pl.DataFrame, level: float
) -> pl.DataFrame:
    """Estimate the change of every cell that was answered in both waves.

    What is told on the scale of its question has none between two scales.

    Parameters
    ----------
    scores : DataFrame
        See `tables.measure_cells`.
    pairs : DataFrame
        See `with_warnings`.
    in_both : DataFrame
        See `panels.covariances`. Cells that are not in it have nobody in both waves.

    Returns
    -------
    DataFrame
        What is compared, with ``against`` and ``wave_against``; ``value, low, high,
        std_error, n, n_eff, deff``, the latter three also of the earlier wave; ``n_both, p_value,
        p_adjusted, adjusted_over``; the warnings of both.
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
        .join(in_both, on=[*CELL, "wave", "wave_against"], how="left")
        .with_columns(pl.col("n_both", "covariance").fill_null(0))
        .with_columns(overlap=pl.col("n_both") > 0)
        .sort(*CELL, "wave", "against")
    )
    return with_families(with_differences(both, level))


def with_families(changes: pl.DataFrame) -> pl.DataFrame:
    """Adjust p-values for what a reader sees together, and say what that is.

    Changes of all customers are adjusted among themselves, so that no attribute, group or wave
    moves them. Those of groups are a second stage: groups are selected in which something
    changed, and adjusted each for itself.

    Parameters
    ----------
    changes : DataFrame
        `CELL`, ``wave``, ``against``, ``together`` and ``p_value``.

    Returns
    -------
    DataFrame
        The changes with ``p_adjusted`` and ``adjusted_over``, a code of
        `contract.measure.FAMILIES_OF_CHANGES`.
    """
    is_of_group = pl.col("segment") != EVERYBODY
    staged = changes.with_columns(is_of_group=is_of_group)
    adjusted = with_adjusted_p(staged, SEARCHED_TOGETHER, SEEN_TOGETHER)
    of_group = pl.format("{}_of_group?groups={}&n={}", "together", "n_families", "n_compared")
    of_all = pl.format("{}?n={}", "together", "n_compared")
    return adjusted.with_columns(
        adjusted_over=pl.when(is_of_group).then(of_group).otherwise(of_all)
    )
