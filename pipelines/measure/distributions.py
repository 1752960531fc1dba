"""Distributions: the share of every answer, and of every reason why there is none."""

from __future__ import annotations

import polars as pl

from pipelines.measure.answers import PLACE
from pipelines.measure.moments import add_up

WIDEST = 11  # points; on a longer scale all answers are one
GIVEN = "answered"


def code_shares(counts: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Turn counts into one yes-or-no value per answer that anybody gave in that wave.

    Parameters
    ----------
    counts : DataFrame
        See `answers.count_answers`.
    register : DataFrame
        See `answers.question_register`.

    Returns
    -------
    DataFrame
        The columns of `answers.sum_ratings`, and ``answer``: the answer on its scale, or
        the reason why it is missing. Answers nobody in a cell gave have a share of zero.
    """
    part = [*PLACE, "question_id", "segment", "segment_value"]
    asked = ["mode", "wave", "question_id"]
    named = (
        counts.join(register, on=asked)
        .with_columns(answer=_label())
        .sort(*part, "answer", nulls_last=True)
    )
    sums = ["n", "w", "ww"]
    given = add_up(named.select(*part, "answer", *sums), [*part, "answer"])
    shares = (
        add_up(named.select(*part, *sums), part)
        .join(named.select(*asked, "answer").unique(), on=asked)
        .join(
            given.rename({"n": "y", "w": "wy", "ww": "wwy"}),
            on=[*part, "answer"],
            how="left",
            nulls_equal=True,
        )
        .with_columns(pl.col("y", "wy", "wwy").fill_null(0.0))
    )
    return shares.with_columns(
        yy="y", wyy="wy", wwyy="wwy", measure=pl.lit("share"), is_stage=pl.lit(False)
    ).rename({"question_id": "subject"})


def _label() -> pl.Expr:
    """Write the answer as its scale does: 4, or 4.5."""
    value = pl.col("value")
    whole = pl.when(value == value.round()).then(value.cast(pl.Int64).cast(pl.String))
    is_wide = pl.col("scale_max") - pl.col("scale_min") >= WIDEST
    return (
        pl.when(value.is_null())
        .then(pl.col("missing").fill_null("skipped"))
        .when(is_wide)
        .then(pl.lit(GIVEN))
        .otherwise(whole.otherwise(value.cast(pl.String)))
    )
