"""Routed drivers: touchpoints that not everybody experienced, as their use and their rating."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.core.errors import ContractError, closest, examples
from pipelines.importance.inputs import ERROR_PLACE


def centre_routed(
    frame: pl.LazyFrame, drivers: Sequence[str], routed: Mapping[str, str], weights: str | None
) -> pl.LazyFrame:
    """Centre ratings among users, and set them to 0 for the others.

    Parameters
    ----------
    frame : LazyFrame
    drivers : sequence of str
        All drivers.
    routed : mapping of str to str
        Of some of them the column that says who experienced it, 1 or true; null if unknown.
    weights : str, optional
        Of the mean that is taken out.

    Raises
    ------
    ContractError
        If a routed column is no driver, a use is neither 0 nor 1, or somebody rates what
        they did not experience.
    """
    if not routed:
        return frame
    _check(frame, drivers, routed)
    weight = pl.col(weights) if weights else pl.lit(1.0)
    return frame.with_columns(
        _centred(pl.col(name).cast(pl.Float64), pl.col(use).cast(pl.Float64), weight).alias(name)
        for name, use in routed.items()
    )


def _centred(rating: pl.Expr, used: pl.Expr, weight: pl.Expr) -> pl.Expr:
    given = (used != 0).fill_null(True) & rating.is_not_null() & ~rating.is_nan()
    weighed = pl.when(given).then(weight)
    mean = (weighed * rating.fill_nan(None)).sum() / weighed.sum()
    return pl.when(used == 0).then(0.0).otherwise(rating - mean)


def _check(frame: pl.LazyFrame, drivers: Sequence[str], routed: Mapping[str, str]) -> None:
    strangers = [name for name in routed if name not in drivers]
    if strangers:
        raise ContractError(
            ERROR_PLACE,
            expected="drivers in `routed`",
            got=examples(strangers),
            todo=closest(strangers[0], drivers),
        )
    counts = frame.select(
        *(
            ((pl.col(use).cast(pl.Float64) == 0) & pl.col(name).cast(pl.Float64).is_not_nan())
            .sum()
            .alias(f"{name}: rated by those who did not use it")
            for name, use in routed.items()
        ),
        *(
            (~pl.col(use).cast(pl.Float64).is_in([0.0, 1.0])).sum().alias(f"{use}: not 0 or 1")
            for use in dict.fromkeys(routed.values())
        ),
    ).collect()
    bad = [f"{what} {count} times" for what, count in counts.row(0, named=True).items() if count]
    if bad:
        raise ContractError(
            ERROR_PLACE,
            expected="uses of 0 or 1, and ratings of users only",
            got=examples(bad),
            todo="blank the ratings of those who did not use it, or correct who did",
        )
