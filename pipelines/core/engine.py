"""What runs underneath the row-scale functions: Polars here, or Spark on a cluster.

Row-scale functions take and return `narwhals.LazyFrame`. The few things that Narwhals
does not offer alike on both engines are here, each once per engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import narwhals as nw
import polars as pl

Frame = nw.LazyFrame[Any]


def from_polars(rows: pl.LazyFrame) -> Frame:
    """Wrap a Polars frame."""
    return nw.from_native(rows)


def lift(rows: pl.LazyFrame, name: str, scratch: Path) -> Frame:
    """Hand rows that Polars has read to the engine of that name, `polars` or `spark`.

    Spark gets them as a Parquet file in `scratch`, which has to outlive the rows.
    """
    if name == "polars":
        return from_polars(rows)
    landed = scratch / f"{uuid4().hex}.parquet"
    rows.sink_parquet(landed)
    wrapped: Frame = nw.from_native(spark_session().read.parquet(str(landed)))
    return wrapped


def spark_session() -> Any:
    """Return the running Spark session, or start one; times are UTC, bad casts are null."""
    from pyspark.sql import SparkSession

    return (
        SparkSession.builder.appName("touchstone")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", "false")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )


def to_polars(rows: Frame) -> pl.LazyFrame:
    """Bring rows to Polars: free on Polars, a collect on Spark."""
    native = rows.to_native()
    if isinstance(native, pl.LazyFrame):
        return native
    collected: pl.DataFrame = rows.collect("polars").to_native()
    return collected.lazy()


def is_spark(rows: Frame) -> bool:
    """Whether the rows live on Spark."""
    return bool(rows.implementation.is_pyspark())


def parse_time(rows: Frame, column: str, pattern: str, time_zone: str) -> Frame:
    """Read a text column as local time and turn it into UTC; null where it is no time.

    Parameters
    ----------
    pattern : str
        strftime pattern of the text; without a time of day, midnight is meant.
    time_zone : str
        IANA zone in which the text was written. Of a time that the change to winter
        time repeats, the first is meant; a time that it skips is null.
    """
    native = rows.to_native()
    if isinstance(native, pl.LazyFrame):
        local = pl.col(column).str.strptime(pl.Datetime("us"), pattern, strict=False)
        return from_polars(native.with_columns(_polars_utc(local, time_zone).alias(column)))
    from pyspark.sql import functions as f

    local = f.try_to_timestamp(f.col(column), f.lit(_java(pattern)))
    wrapped: Frame = nw.from_native(native.withColumn(column, f.to_utc_timestamp(local, time_zone)))
    return wrapped


def to_utc(rows: Frame, column: str, time_zone: str) -> Frame:
    """Turn a column of local times without a zone into UTC; see `parse_time`."""
    native = rows.to_native()
    if isinstance(native, pl.LazyFrame):
        local = pl.col(column).cast(pl.Datetime("us"))
        return from_polars(native.with_columns(_polars_utc(local, time_zone).alias(column)))
    from pyspark.sql import functions as f

    local = f.col(column).cast("timestamp")
    wrapped: Frame = nw.from_native(native.withColumn(column, f.to_utc_timestamp(local, time_zone)))
    return wrapped


def to_local(rows: Frame, column: str, time_zone: str) -> Frame:
    """Turn a column of UTC times into the local times of a zone, without a zone.

    Days and months are told apart by them; a day of 23 or 25 hours is one day.
    """
    native = rows.to_native()
    if isinstance(native, pl.LazyFrame):
        zoned = pl.col(column).dt.convert_time_zone(time_zone)
        return from_polars(native.with_columns(zoned.dt.replace_time_zone(None).alias(column)))
    from pyspark.sql import functions as f

    local = f.from_utc_timestamp(f.col(column), time_zone)
    wrapped: Frame = nw.from_native(native.withColumn(column, local))
    return wrapped


def _polars_utc(local: pl.Expr, time_zone: str) -> pl.Expr:
    zoned = local.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    return zoned.dt.convert_time_zone("UTC")


_JAVA = {
    "%Y": "yyyy",
    "%y": "yy",
    "%m": "MM",
    "%d": "dd",
    "%H": "HH",
    "%I": "hh",
    "%M": "mm",
    "%S": "ss",
    "%p": "a",
    "%b": "MMM",
    "%B": "MMMM",
    "%f": "SSSSSS",
}


def _java(pattern: str) -> str:
    for ours, theirs in _JAVA.items():
        pattern = pattern.replace(ours, theirs)
    return pattern.replace("T", "'T'")


def left_join(rows: Frame, other: Frame, keys: Sequence[str]) -> Frame:
    """Join columns to rows by keys that are unique in `other`; rows keep their order.

    Narwhals has no word for the order; Spark keeps none anyway.
    """
    if is_spark(rows):
        return rows.join(other, on=list(keys), how="left")
    joined = to_polars(rows).join(
        to_polars(other), on=list(keys), how="left", maintain_order="left"
    )
    return from_polars(joined)
