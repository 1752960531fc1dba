"""Suppression of small cells: what few people answered is not told, not even by subtraction.

A cell is the group of people a number rests on: those in one segment, in one wave, who
answered one question (or rated a stage). The rules:

1. A cell with fewer than `limit` answers is withheld: its scores, its reach and its
   whole distribution, because any of them would tell its size or its answers.
2. Everybody's number minus those of the cells shown tells about the others: those
   withheld, and those whose attribute is unknown. Where a cell is withheld, the others
   must be at least `limit` people; until they are, the smallest cell shown is withheld too.
3. A change is withheld if one of its two waves is.
4. A driver's numbers are withheld with the cell of its outcome, of its own question, or of
   those who answered both; a model with that of its outcome.

People whose attribute is unknown make no cell of their own. Rule 2 looks at one attribute
and one question at a time; it does not solve several tables as a system of equations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.core.estimate import MODELLED
from pipelines.publish.cells import (
    CELL,
    MODEL_CELL,
    USER_CELL,
    USER_LINE,
    cells,
    is_small,
    user_cells,
    with_pairs,
    withheld,
)

WITHHELD = "withheld"
METHOD = "withheld: too few answers"  # how it was made could tell how the answers were
NUMBERS = ("value", "low", "high", "std_error", "n", "n_eff")
NUMBERS_OF_CHANGES = (*NUMBERS, "n_against", "p_value", "p_adjusted")
NUMBERS_OF_ACTIVITY = ("n_orders", "n_customers", "amount", "first_at", "last_at")

NOT_ABOUT_PEOPLE = ("level", "n_drivers")  # numbers that a withheld model may keep


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
        **withhold_models(tables, hidden, limit),
    }


def withhold(rows: pl.DataFrame, hidden: pl.DataFrame) -> pl.DataFrame:
    """Blank the numbers of scores or distributions that lie in cells withheld."""
    return _blank(rows, _lies_in(rows, hidden, wave="wave"), NUMBERS)


def withhold_changes(changes: pl.DataFrame, hidden: pl.DataFrame) -> pl.DataFrame:
    """Blank the changes from or to a cell withheld."""
    either = _lies_in(changes, hidden, wave="wave") | _lies_in(changes, hidden, wave="wave_against")
    return _blank(changes, either, NUMBERS_OF_CHANGES)


def _lies_in(rows: pl.DataFrame, hidden: pl.DataFrame, wave: str) -> pl.Series:
    keys = with_pairs(rows).with_columns(wave=wave).select(CELL)
    marked = hidden.with_columns(is_hidden=pl.lit(True))
    found = keys.join(marked, on=CELL, how="left", nulls_equal=True, maintain_order="left")
    return found["is_hidden"].fill_null(False)


def _blank(rows: pl.DataFrame, where: pl.Series, numbers: tuple[str, ...]) -> pl.DataFrame:
    blanks = [pl.when(~where).then(name).alias(name) for name in numbers]
    flags = pl.when(where).then(pl.lit(WITHHELD)).otherwise("flags")
    method = pl.when(where).then(pl.lit(METHOD)).otherwise("method")
    return rows.with_columns(*blanks, flags=flags, method=method)


def withhold_models(
    tables: Mapping[str, pl.DataFrame], hidden: pl.DataFrame, limit: int
) -> dict[str, pl.DataFrame]:
    """Blank the driver models of cells withheld, and what rests on few users of a driver."""
    users = withheld(
        user_cells(tables["drivers"], tables["driver_models"]), limit, USER_LINE, ("n_users",)
    )
    of_question = hidden.filter(~pl.col("pairs"))
    of_outcome = of_question.rename({"question_id": "outcome"})
    of_driver = of_question.rename({"question_id": "driver"})
    about_driver = [name for name in USER_CELL if name != "outcome"]
    found = {}
    for name in MODELLED:
        rows = tables[name]
        gone = _is_among(rows, of_outcome, MODEL_CELL) | rows["n"].is_between(1, limit - 1)
        if "driver" in rows.columns:
            gone |= _is_among(rows, of_driver, about_driver) | _is_among(rows, users, USER_CELL)
        found[name] = _blank_model(rows, gone.fill_null(False))
    return found


def _is_among(rows: pl.DataFrame, keys: pl.DataFrame, on: Sequence[str]) -> pl.Series:
    marked = keys.select(on).unique().with_columns(is_among=pl.lit(True))
    found = rows.select(on).join(marked, on=list(on), how="left", maintain_order="left")
    return found["is_among"].fill_null(False)


def _blank_model(rows: pl.DataFrame, where: pl.Series) -> pl.DataFrame:
    """Blank every number, the quadrant it lies in, and the reason, which may hold a count."""
    numbers = [
        name
        for name, kind in rows.schema.items()
        if (kind.is_numeric() and name not in NOT_ABOUT_PEOPLE) or name == "quadrant"
    ]
    blank = _blank(rows, where, tuple(numbers))
    if "reason" not in rows.columns:
        return blank
    return blank.with_columns(reason=pl.when(where).then(pl.lit(METHOD)).otherwise("reason"))


def withhold_activity(activity: pl.DataFrame, limit: int) -> pl.DataFrame:
    """Blank what a month's few customers ordered, and when; the rows counted stay.

    Where nobody is known by name, rows stand for people. Daily figures of touchpoints
    are about nobody.
    """
    people = pl.coalesce("n_customers", "n_rows")
    small = is_small(people, limit) & (pl.col("table") != "touchpoint_metrics")
    return activity.with_columns(
        pl.when(~small).then(name).alias(name) for name in NUMBERS_OF_ACTIVITY
    )
