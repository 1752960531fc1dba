"""Changes: every score against the wave before and against the frozen baseline."""

from __future__ import annotations

import polars as pl

from pipelines.contract.canonical import EXPERIENCES
from pipelines.contract.people import EVERYBODY
from pipelines.core.answers import CUSTOMER, sampling_unit
from pipelines.core.breaks import SUBJECT
from pipelines.estimates.differences import AGAINST, with_adjusted_p, with_differences
from pipelines.estimates.provenance import WARNINGS

CELL = (*SUBJECT, "segment", "group", "measure", "weighted")  # and the wave
# What a reader sees together, all customers or a group, is a family; groups are a second stage.
SEARCHED_TOGETHER = ("mode", "wave", "against", "measure", "weighted", "together", "is_of_group")
SEEN_TOGETHER = ("segment", "group")
WARNINGS_OF_PAIRS = ("baseline_moved", "overlap", "overlap_apart")
NOT_COMPARED = ("value", "low", "high", "std_error", "p_value")  # over a break


def comparisons(scores: pl.DataFrame, series: pl.DataFrame, baseline: str | None) -> pl.DataFrame:
    """List which wave of a question or stage is compared with which.

    Parameters
    ----------
    scores : DataFrame
        See `tables.measure_cells`.
    series : DataFrame
        See `breaks.series`.
    baseline : str, optional
        The study's frozen baseline. Where it lacks a question, or lies before a break, the first
        later wave of the series stands in; without a baseline, or in a mode without that wave,
        the first wave of the series.

    Returns
    -------
    DataFrame
        `SUBJECT`, ``wave``, ``against`` (previous or baseline), ``wave_against``,
        ``baseline_moved`` and ``broken``: why the two are not compared, null if they are. The
        first wave after a break is not compared with those before it.
    """
    frozen = series.filter(pl.col("wave") == pl.lit(baseline)).select("mode", frozen="place")
    answered = scores.filter((pl.col("segment") == EVERYBODY) & (pl.col("n") > 0))
    asked = (
        answered.select(*SUBJECT, "wave")
        .unique()
        .join(series, on=[*SUBJECT, "wave"])
        .join(frozen.unique(), on="mode", how="left")
        .sort(*SUBJECT, "place")
    )
    counted = pl.col("wave").filter(pl.col("place") >= pl.col("frozen").fill_null(0))
    own, first = counted.first().over(*SUBJECT, "since"), counted.first().over(SUBJECT)
    listed = asked.with_columns(
        previous=pl.col("wave").shift(1).over(SUBJECT),
        baseline=pl.when(own == pl.col("wave")).then(first).otherwise(own),
    ).unpivot(
        on=["previous", "baseline"],
        index=[*SUBJECT, "wave", "place", "since", "changed"],
        variable_name="against",
        value_name="wave_against",
    )
    earlier = series.select(*SUBJECT, "wave", "place", "since")
    paired = listed.join(
        earlier, left_on=[*SUBJECT, "wave_against"], right_on=[*SUBJECT, "wave"], suffix=AGAINST
    ).filter(pl.col("place" + AGAINST) < pl.col("place"))
    broken = pl.when(pl.col("since") != pl.col("since" + AGAINST)).then("changed")
    moved = (pl.col("against") == "baseline") & (pl.col("wave_against") != pl.lit(baseline))
    return paired.select(
        *SUBJECT,
        "wave",
        "against",
        "wave_against",
        broken=broken,
        baseline_moved=moved.fill_null(False) & broken.is_null(),  # null: none was declared
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


def with_warnings(pairs: pl.DataFrame, register: pl.DataFrame, apart: pl.DataFrame) -> pl.DataFrame:
    """Mark pairs of waves whose customers moved, and say what a change is seen together with.

    Parameters
    ----------
    pairs : DataFrame
        See `comparisons`.
    register : DataFrame
        See `answers.question_register`.
    apart : DataFrame
        See `customers_apart`.

    Returns
    -------
    DataFrame
        The pairs with ``overlap_apart``, and ``together``: touchpoints, expectations, stages or
        overall.
    """
    is_experience = pl.col("kind").is_in(EXPERIENCES)
    of_touchpoint = (
        pl.when(is_experience).then(pl.lit("touchpoints")).otherwise(pl.lit("expectations"))
    )
    together = register.select(
        "mode",
        "wave",
        subject="question_id",
        is_stage=pl.lit(False),
        together=pl.when(pl.col("touchpoint_id").is_null())
        .then(pl.lit("overall"))
        .otherwise(of_touchpoint),
    )
    waves = ["mode", "wave", "wave_against"]
    return (
        pairs.join(together, on=["mode", "wave", "subject", "is_stage"], how="left")
        .join(apart.with_columns(overlap_apart=pl.lit(True)), on=waves, how="left")
        .with_columns(
            pl.col("together").fill_null("stages"), pl.col("overlap_apart").fill_null(False)
        )
    )


def compare(
    scores: pl.DataFrame, pairs: pl.DataFrame, in_both: pl.DataFrame, level: float
) -> pl.DataFrame:
    """Estimate the change of every cell that was answered in both waves.

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
        p_adjusted, adjusted_over``; the warnings of both. Over a break there are the numbers of
        answers, ``broken``, and nothing else.
    """
    known = scores.filter(pl.col("n") > 0)
    both = (
        known.join(pairs, on=[*SUBJECT, "wave"])
        .join(
            known.rename({"wave": "wave_against"}),
            on=[*CELL, "wave_against"],
            suffix=AGAINST,
        )
        .join(in_both, on=[*CELL, "wave", "wave_against"], how="left")
        .with_columns(pl.col("n_both", "covariance").fill_null(0))
        .with_columns(overlap=pl.col("n_both") > 0)
        .sort(*CELL, "wave", "against")
    )
    compared = with_differences(both.filter(pl.col("broken").is_null()), level)
    return with_families(pl.concat([compared, _not_compared(both)], how="diagonal"))


def _not_compared(both: pl.DataFrame) -> pl.DataFrame:
    """Pairs over a break, without what would compare them; warnings are those of either side."""
    over_break = both.filter(pl.col("broken").is_not_null())
    warnings = {name: pl.col(name) | pl.col(name + AGAINST) for name in WARNINGS}
    about_change = {"no_variance": pl.lit(False), "overlap": pl.lit(False)}
    blank = [pl.lit(None, pl.Float64).alias(name) for name in NOT_COMPARED]
    return over_break.with_columns(blank).with_columns(**warnings | about_change)


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
