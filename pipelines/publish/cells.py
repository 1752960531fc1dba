"""Cells: the groups of people that published numbers rest on, and which ones to withhold."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.contract.canonical import MISSING_REASONS
from pipelines.contract.driver_codes import APPROACHES, POLICIES, TARGETS
from pipelines.contract.estimate import ALL

LINE = ("mode", "scope", "stage", "touchpoint_id", "question_id", "segment", "wave", "pairs")
CELL = (*LINE, "group")
SIZES = ("answered", "reached", "asked")
USER_LINE = ("mode", "outcome", "driver", "segment", "wave")
USER_CELL = (*USER_LINE, "group")
MODEL_CELL = ("mode", "outcome", "segment", "wave", "group")

# Measured on complete pairs of rating and expectation: fewer people, so cells of their own.
PAIRS = ("gap", "under_fulfilled", "met", "exceeded")


def cells(scores: pl.DataFrame, distributions: pl.DataFrame) -> pl.DataFrame:
    """List the cells, with the number of people in each.

    Returns
    -------
    DataFrame
        `CELL` and `SIZES`: those who ``answered``; those and who did not experience it,
        of whom the ``reached`` are a share; and all who were ``asked``.
    """
    is_reach = pl.col("measure") == "reach"
    scored = (
        with_pairs(scores)
        .group_by(CELL)
        .agg(
            answered=pl.col("n").filter(~is_reach).max(),
            reached=pl.col("n").filter(is_reach).max(),
            asked=pl.lit(None, pl.Int64),
        )
    )
    is_answer = ~pl.col("answer").is_in(MISSING_REASONS)
    count = (pl.col("n") * pl.col("value") / 100).filter(is_answer).sum().round()
    shared = (
        with_pairs(distributions.filter(~pl.col("weighted"), pl.col("n") > 0))
        .group_by(CELL)
        .agg(
            answered=count.cast(pl.Int64),
            reached=pl.lit(None, pl.Int64),
            asked=pl.col("n").max(),
        )
    )
    both = pl.concat([scored, shared])
    return both.group_by(CELL).agg(pl.col(SIZES).max().fill_null(0)).sort(CELL, nulls_last=True)


def with_pairs(rows: pl.DataFrame) -> pl.DataFrame:
    """Mark what is measured on complete pairs."""
    return rows.with_columns(pairs=pl.col("measure").is_in(PAIRS))


def user_cells(drivers: pl.DataFrame, models: pl.DataFrame) -> pl.DataFrame:
    """List the cells of those who rated a driver and answered the outcome.

    A segment's value without a model shows no users and counts as withheld.

    Returns
    -------
    DataFrame
        `USER_CELL` and ``n_users``.
    """
    usual = {"policy": POLICIES[0], "target": TARGETS[0]}
    counted = drivers.filter(**usual, approach=APPROACHES[0]).select(*USER_CELL, "n_users")
    refused = models.filter(pl.col("value").is_null(), **usual).select(*MODEL_CELL)
    asked = counted.select("mode", "outcome", "driver", "wave").unique()
    unknown = refused.join(asked, on=["mode", "outcome", "wave"]).select(
        *USER_CELL, n_users=pl.lit(None, pl.Int64)
    )
    return pl.concat([counted, unknown]).sort(USER_CELL)


def withheld(
    sized: pl.DataFrame,
    limit: int,
    line: Sequence[str] = LINE,
    sizes: Sequence[str] = SIZES,
) -> pl.DataFrame:
    """Choose the cells to withhold; see the rules 1 and 2 of `suppression`.

    Parameters
    ----------
    sized : DataFrame
        ``group``, the columns of `line` and `sizes`. A cell of unknown size is
        withheld already.
    limit : int
        Fewest answers a published number may rest on.
    line, sizes : sequence of str
        What the cells of one attribute have in common; which numbers of people they tell.

    Returns
    -------
    DataFrame
        `line` and ``group``, one row per cell withheld.
    """
    small = pl.any_horizontal(is_small(pl.col(size), limit).fill_null(True) for size in sizes)
    marked = _with_totals(sized, line, sizes).with_columns(hidden=small)
    while True:
        told = pl.col("hidden").any().over(line) & pl.any_horizontal(
            is_small(_left_over(size, line), limit) for size in sizes
        )
        shown = ~pl.col("hidden") & pl.any_horizontal(pl.col(size) > 0 for size in sizes)
        last = ((~shown).alias("gone"), (pl.col(sizes[0]) == 0).alias("silent"))
        order = pl.struct(*last, *sizes, "group")
        smallest = order.rank("ordinal").over(line) == 1
        more = marked.select(chosen=told & shown & smallest)["chosen"]
        if not more.any():
            return marked.filter("hidden").select(*line, "group")
        marked = marked.with_columns(hidden=pl.col("hidden") | more)


def _with_totals(sized: pl.DataFrame, line: Sequence[str], sizes: Sequence[str]) -> pl.DataFrame:
    """Put everybody's sizes beside those of each cell."""
    about = [name for name in line if name != "segment"]
    totals = {size: f"{size}_of_all" for size in sizes}
    everybody = sized.filter(pl.col("segment") == ALL).select(*about, *sizes).rename(totals)
    return sized.join(everybody, on=about, how="left", nulls_equal=True, maintain_order="left")


def _left_over(size: str, line: Sequence[str]) -> pl.Expr:
    """Count what subtracting the cells shown from everybody leaves, in each line."""
    shown = pl.col(size).filter(~pl.col("hidden")).sum().over(line)
    return pl.col(f"{size}_of_all") - shown


def is_small(size: pl.Expr, limit: int) -> pl.Expr:
    """Whether somebody is in it, but fewer than `limit`."""
    return (size > 0) & (size < limit)
