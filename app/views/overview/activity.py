"""What customers did, month by month: for studies with dated transactions."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from app.core import choices, drawing, evidence
from app.core.bundle import Bundle
from app.core.language import Words, plain
from pipelines.charts.counts import activity_bars
from pipelines.contract.canonical import TRANSACTION_STATUSES

# name -> kind of transaction, column of the table activity
FIGURES = {
    "orders": ("completed", "n_orders"),
    "customers": ("completed", "n_customers"),
    "revenue": ("completed", "amount"),
    "cancellations": ("cancelled", "n_orders"),
}


def show(bundle: Bundle, words: Words) -> None:
    """Draw the section; nothing if the study has no transactions."""
    counted = bundle.tables["activity"].filter(pl.col("table") == "transactions")
    if counted.is_empty():
        return
    months = counted["period"].unique().sort().to_list()
    names = {month: words.period(month) for month in months}
    st.subheader(words("overview.activity.title"))
    month = choices.pick(
        words("overview.pick.month"),
        "month",
        months[::-1],
        months[-1],
        names.__getitem__,
        width=260,
    )
    _coverage(words, counted.filter(pl.col("period") == month))
    grid = st.grid(4, min_column_width=220, border=True)
    for name, (kind, column) in FIGURES.items():
        rows = counted.filter(pl.col("kind") == kind, pl.col(column).is_not_null())
        if rows.height:
            with grid.cell():
                _figure(bundle, words, rows, name, column, month)
    _all_kinds(bundle, words, counted, months)


def _coverage(words: Words, rows: pl.DataFrame) -> None:
    days = [*rows["first_on"].drop_nulls(), *rows["last_on"].drop_nulls()]
    if days:
        first, last = words.date(min(days)), words.date(max(days))
        dates = words("evidence.dates", first=first, last=last)
        st.caption(words("overview.activity.covers", dates=dates))


def _figure(
    bundle: Bundle, words: Words, rows: pl.DataFrame, name: str, column: str, month: str
) -> None:
    here = rows.filter(pl.col("period") == month)
    label = words(f"overview.activity.{name}")
    if here.is_empty():
        st.metric(label, "–")
        return
    row: dict[str, Any] = here.row(0, named=True)
    currency = bundle.register["currency"]
    value = words.money(row[column], currency) if column == "amount" else words.count(row[column])
    st.metric(label, value)
    evidence.popover(bundle, words, "activity", row, words("overview.activity.counted"))
    months = [words.period(m) for m in rows["period"].sort()]
    shown = rows.with_columns(pl.Series("period", [words.period(m) for m in rows["period"]]))
    chart = activity_bars(
        shown, column=column, periods=months, kinds=[row["kind"]], title="", height=110,
        current=words.period(month),
    )  # fmt: skip
    drawing.draw(chart, words, alt_text=words("overview.activity.by_month", name=label))


def _all_kinds(bundle: Bundle, words: Words, counted: pl.DataFrame, months: list[str]) -> None:
    kinds = [kind for kind in TRANSACTION_STATUSES if kind in set(counted["kind"])]
    names = {kind: words.name("kind", kind) for kind in kinds}
    periods = {month: words.period(month) for month in months}
    shown = counted.with_columns(
        pl.col("kind").replace_strict(names), pl.col("period").replace_strict(periods)
    )
    st.markdown(f"**{words('overview.activity.lines')}**")
    st.caption(words("overview.activity.lines_about"))
    chart = activity_bars(
        shown,
        column="n_rows",
        periods=list(periods.values()),
        kinds=list(names.values()),
        title=words.heading("activity", "n_rows"),
        picks=True,
    )
    about = words("overview.activity.lines")
    drawing.draw_picking(chart, bundle, words, "activity", "lines", alt_text=plain(about))
