"""Columns that rules refer to beside a table's own; they are not kept.

`expectations/rules.py` names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import narwhals as nw
import polars as pl

from pipelines.core import engine
from pipelines.core.answers import CUSTOMER
from pipelines.core.engine import Frame
from pipelines.core.study import Study

# Helper column -> the columns of the table that it stands for.
STANDS_FOR: dict[str, tuple[str, ...]] = {
    "customer_known": CUSTOMER,
    "latest_time": (),
    "latest_day": (),
}


def own_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Name the table's own columns that columns of a rule stand for, each once."""
    return tuple(dict.fromkeys(own for name in columns for own in STANDS_FOR.get(name, (name,))))


def add_helpers(rows: Frame, customers: Frame | None, latest: datetime) -> Frame:
    """Add the columns that rules refer to; rows keep their number and order.

    Parameters
    ----------
    customers : Frame or None
        Every customer record delivered, whatever else is wrong with it: a line is not at
        fault for that. None if the study has no customer data.
    latest : datetime
        UTC; later times cannot be true.

    Returns
    -------
    Frame
        With `latest_time` and `latest_day`; with `customer_known` too if rows can name a
        customer: null where they do not, or where the study has no customer data.
    """
    rows = rows.with_columns(latest_time=nw.lit(latest), latest_day=nw.lit(latest.date()))
    if "source_id" not in rows.collect_schema().names():
        return rows
    if customers is None:
        return rows.with_columns(customer_known=nw.lit(None, dtype=nw.Boolean))
    known = customers.select(*CUSTOMER).unique().with_columns(customer_known=nw.lit(True))
    joined = engine.left_join(rows, known, CUSTOMER)
    named = ~nw.col("source_id").is_null()
    found = nw.col("customer_known").fill_null(False)
    return joined.with_columns(customer_known=nw.when(named).then(found))


def preparation(
    study: Study, customers: pl.LazyFrame, latest: datetime
) -> Callable[[pl.LazyFrame], Frame]:
    """Make `add_helpers` for a study's tables as Polars scans them.

    Parameters
    ----------
    customers : LazyFrame
        The study's mapped customer records; not looked at if no source delivers any.
    """
    maps = [table.table for source in study.map.sources.values() for table in source.tables]
    known = engine.from_polars(customers) if "customers" in maps else None

    def prepare(rows: pl.LazyFrame) -> Frame:
        return add_helpers(engine.from_polars(rows), known, latest)

    return prepare
