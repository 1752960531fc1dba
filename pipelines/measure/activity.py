"""Activity: how many rows of each canonical table fall into each month."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
import polars as pl

from pipelines.contract.canonical import CANONICAL
from pipelines.contract.measure import ACTIVITY
from pipelines.contract.table import TIME
from pipelines.core import engine
from pipelines.core.engine import Frame

UNDATED = "undated"
MONEY = 10_000  # whole parts of the currency's unit are added up: no rounding, in any order


@dataclass(frozen=True)
class Clock:
    """When the rows of a table happened, and of which kind they are.

    Parameters
    ----------
    time : str
        Its column of times or dates.
    kind : str
        The column that tells kinds of rows apart.
    otherwise : str, optional
        The column that says when, for rows without a time.
    """

    time: str
    kind: str
    otherwise: str | None = None


CLOCKS = {
    "customers": Clock("created_at", "source_system"),
    "responses": Clock("answered_at", "mode", otherwise="wave"),
    "reviews": Clock("written_at", "origin"),
    "transactions": Clock("ordered_at", "status"),
    "interactions": Clock("occurred_at", "touchpoint_id"),
    "touchpoint_metrics": Clock("date", "metric"),
}


def count_rows(name: str, rows: Frame, currency: str, time_zone: str) -> pl.DataFrame:
    """Count the rows of one canonical table by month and kind.

    Parameters
    ----------
    name : str
        The canonical table.
    rows : LazyFrame
        Its rows.
    currency : str
        Of the amounts that are added up; others are not.
    time_zone : str
        In which months are told apart. Dates without a time are local already.

    Returns
    -------
    DataFrame
        The table `contract.measure.ACTIVITY`. Customers and orders are counted once per
        month and kind: their sum over months is not the number of customers.
    """
    clock = CLOCKS[name]
    if CANONICAL[name].schema[clock.time] == TIME:
        rows = engine.to_local(rows, clock.time, time_zone)
    columns = rows.collect_schema().names()
    time = nw.col(clock.time)
    fallback = nw.col(clock.otherwise) if clock.otherwise else nw.lit(UNDATED)
    dated = rows.with_columns(
        year=time.dt.year(),
        month=time.dt.month(),
        undated=nw.when(time.is_null()).then(fallback),
        kind=nw.col(clock.kind),
    )
    sums = [nw.len().alias("n_rows"), time.min().alias("first_on"), time.max().alias("last_on")]
    if "source_id" in columns:
        person = nw.concat_str("source_system", "source_id", separator="/")
        dated = dated.with_columns(customer=nw.when(~nw.col("source_id").is_null()).then(person))
        sums += _distinct("customer", "n_customers")
    if name == "transactions":
        in_currency = nw.when(nw.col("currency") == currency).then(nw.col("amount"))
        parts = (in_currency * MONEY).round().cast(nw.Int64)
        sums += [*_distinct("order_id", "n_orders"), parts.sum().alias("amount")]
    return _tidy(name, dated.group_by("year", "month", "undated", "kind").agg(*sums))


def _distinct(column: str, name: str) -> list[nw.Expr]:
    """Count distinct values; nulls count as one of them, which `_tidy` takes off."""
    return [
        nw.col(column).n_unique().alias(name),
        nw.col(column).is_null().any().alias(f"{name}_null"),
    ]


def _tidy(name: str, counted: Frame) -> pl.DataFrame:
    """Write the month as text, and give the table its declared columns."""
    found = engine.to_polars(counted).collect()
    month = pl.format("{}-{}", "year", pl.col("month").cast(pl.String).str.zfill(2))
    counts = [
        (pl.col(column).cast(pl.Int64) - pl.col(f"{column}_null").cast(pl.Int64)).alias(column)
        for column in ("n_customers", "n_orders")
        if column in found.columns
    ]
    if "amount" in found.columns:
        counts.append(pl.col("amount") / MONEY)
    whole = found.with_columns(
        *counts,
        table=pl.lit(name),
        period=pl.coalesce(month, "undated"),
    )
    absent = [pl.lit(None).alias(c) for c in ACTIVITY.schema if c not in whole.columns]
    some = pl.col("n_customers") > 0
    return (
        whole.with_columns(absent)
        .select(pl.col(column).cast(dtype) for column, dtype in ACTIVITY.schema.items())
        .with_columns(n_customers=pl.when(some).then("n_customers"))  # null: all anonymous
    )
