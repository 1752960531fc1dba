"""Suppression of small cells: what few people answered is not told, not even by subtraction.

A cell is the group of people a number rests on: those in one segment, in one wave, who
answered one question (or rated a stage). The rules:

1. A cell with fewer than `limit` answers is withheld: its scores, its reach and its
   whole distribution, because any of them would tell its size or its answers.
2. Everybody's number minus those of the cells shown tells about the others: those
   withheld, and those whose attribute is unknown. Where a cell is withheld, the others
   must be at least `limit` people; until they are, the smallest cell shown is withheld too.
3. A change is withheld if one of its two waves is.

People whose attribute is unknown make no cell of their own. Rule 2 looks at one attribute
and one question at a time; it does not solve several tables as a system of equations.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.core.contract import MISSING
from pipelines.core.estimate import ALL

SUPPRESSED = "suppressed"
METHOD = "withheld: too few answers"  # how it was made could tell how the answers were
NUMBERS = ("value", "low", "high", "std_error", "n", "n_eff")
NUMBERS_OF_CHANGES = (*NUMBERS, "n_against", "p_value", "p_adjusted")
NUMBERS_OF_ACTIVITY = ("n_orders", "n_customers", "amount", "first_at", "last_at")

LINE = ("mode", "scope", "stage", "touchpoint_id", "question_id", "segment", "period", "pairs")
CELL = (*LINE, "segment_value")
SIZES = ("answered", "reached", "asked")

# Measured on complete pairs of rating and expectation: fewer people, so cells of their own.
PAIRS = ("gap", "under_fulfilled", "met", "exceeded")


def suppress(tables: Mapping[str, pl.DataFrame], limit: int) -> dict[str, pl.DataFrame]:
    """Withhold what rests on few people from the published tables.

    Parameters
    ----------
    tables : mapping
        The tables of `core.estimate.PUBLISHED`.
    limit : int
        Fewest answers a published number may rest on.
    """
    hidden = withheld(cells(tables["scores"], tables["distributions"]), limit)
    return {
        **tables,
        "scores": withhold(tables["scores"], hidden),
        "distributions": withhold(tables["distributions"], hidden),
        "changes": withhold_changes(tables["changes"], hidden),
        "activity": withhold_activity(tables["activity"], limit),
    }


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
        _with_pairs(scores)
        .group_by(CELL)
        .agg(
            answered=pl.col("n").filter(~is_reach).max(),
            reached=pl.col("n").filter(is_reach).max(),
            asked=pl.lit(None, pl.Int64),
        )
    )
    is_answer = ~pl.col("answer").is_in(MISSING)
    count = (pl.col("n") * pl.col("value") / 100).filter(is_answer).sum().round()
    shared = (
        _with_pairs(distributions.filter(~pl.col("weighted"), pl.col("n") > 0))
        .group_by(CELL)
        .agg(
            answered=count.cast(pl.Int64),
            reached=pl.lit(None, pl.Int64),
            asked=pl.col("n").max(),
        )
    )
    both = pl.concat([scored, shared])
    return both.group_by(CELL).agg(pl.col(SIZES).max().fill_null(0)).sort(CELL, nulls_last=True)


def _with_pairs(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pairs=pl.col("measure").is_in(PAIRS))


def withheld(sized: pl.DataFrame, limit: int) -> pl.DataFrame:
    """Choose the cells to withhold; see the module's rules 1 and 2.

    Parameters
    ----------
    sized : DataFrame
        See `cells`.
    limit : int
        Fewest answers a published number may rest on.

    Returns
    -------
    DataFrame
        `CELL`, one row per cell withheld.
    """
    small = pl.any_horizontal(_is_small(pl.col(size), limit) for size in SIZES)
    marked = _with_totals(sized).with_columns(hidden=small)
    while True:
        told = pl.col("hidden").any().over(LINE) & pl.any_horizontal(
            _is_small(_left_over(size), limit) for size in SIZES
        )
        shown = ~pl.col("hidden") & pl.any_horizontal(pl.col(size) > 0 for size in SIZES)
        last = ((~shown).alias("gone"), (pl.col("answered") == 0).alias("silent"))
        order = pl.struct(*last, *SIZES, "segment_value")
        smallest = order.rank("ordinal").over(LINE) == 1
        more = marked.select(chosen=told & shown & smallest)["chosen"]
        if not more.any():
            return marked.filter("hidden").select(CELL)
        marked = marked.with_columns(hidden=pl.col("hidden") | more)


def _with_totals(sized: pl.DataFrame) -> pl.DataFrame:
    """Put everybody's sizes beside those of each cell."""
    about = [name for name in LINE if name != "segment"]
    totals = {size: f"{size}_of_all" for size in SIZES}
    everybody = sized.filter(pl.col("segment") == ALL).select(*about, *SIZES).rename(totals)
    return sized.join(everybody, on=about, how="left", nulls_equal=True, maintain_order="left")


def _left_over(size: str) -> pl.Expr:
    """Count what subtracting the cells shown from everybody leaves, in each line."""
    shown = pl.col(size).filter(~pl.col("hidden")).sum().over(LINE)
    return pl.col(f"{size}_of_all") - shown


def _is_small(size: pl.Expr, limit: int) -> pl.Expr:
    """Whether somebody is in it, but fewer than `limit`."""
    return (size > 0) & (size < limit)


def withhold(rows: pl.DataFrame, hidden: pl.DataFrame) -> pl.DataFrame:
    """Blank the numbers of scores or distributions that lie in cells withheld."""
    return _blank(rows, _lies_in(rows, hidden, period="period"), NUMBERS)


def withhold_changes(changes: pl.DataFrame, hidden: pl.DataFrame) -> pl.DataFrame:
    """Blank the changes from or to a cell withheld."""
    either = _lies_in(changes, hidden, period="period") | _lies_in(
        changes, hidden, period="period_against"
    )
    return _blank(changes, either, NUMBERS_OF_CHANGES)


def _lies_in(rows: pl.DataFrame, hidden: pl.DataFrame, period: str) -> pl.Series:
    keys = _with_pairs(rows).with_columns(period=period).select(CELL)
    marked = hidden.with_columns(is_hidden=pl.lit(True))
    found = keys.join(marked, on=CELL, how="left", nulls_equal=True, maintain_order="left")
    return found["is_hidden"].fill_null(False)


def _blank(rows: pl.DataFrame, where: pl.Series, numbers: tuple[str, ...]) -> pl.DataFrame:
    blanks = [pl.when(~where).then(name).alias(name) for name in numbers]
    flags = pl.when(where).then(pl.lit(SUPPRESSED)).otherwise("flags")
    method = pl.when(where).then(pl.lit(METHOD)).otherwise("method")
    return rows.with_columns(*blanks, flags=flags, method=method)


def withhold_activity(activity: pl.DataFrame, limit: int) -> pl.DataFrame:
    """Blank what a month's few customers ordered, and when; the rows counted stay.

    Where nobody is known by name, rows stand for people. Daily figures of touchpoints
    are about nobody.
    """
    people = pl.coalesce("n_customers", "n_rows")
    small = _is_small(people, limit) & (pl.col("table") != "touchpoint_metrics")
    return activity.with_columns(
        pl.when(~small).then(name).alias(name) for name in NUMBERS_OF_ACTIVITY
    )
