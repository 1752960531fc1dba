"""What customers did, month by month: for studies with dated transactions."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from app.core import choices, drawing, evidence
from app.core.bundle import Bundle
from app.core.language import Words, plain
from app.views.overview.months import Months
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
    months = Months.of(counted, words)
    st.subheader(words("overview.activity.title"))
    month = choices.pick(
        words("overview.pick.month"),
        "month",
        list(months.names)[::-1],
        months.usual,
        months.in_a_line,
        width=260,
    )
    _coverage(words, counted.filter(pl.col("period") == month))
    if months.partial:
        listed = "; ".join(map(months.in_a_line, months.partial))
        st.caption(plain(words("overview.activity.partial", months=listed)))
    grid = st.grid(4, min_column_width=220, border=True)
    for name, (kind, column) in FIGURES.items():
        rows = counted.filter(pl.col("kind") == kind, pl.col(column).is_not_null())
        if rows.height:
            with grid.cell():
                _figure(bundle, words, rows, name, column, months, month)
    _all_kinds(bundle, words, counted, months)


def _coverage(words: Words, rows: pl.DataFrame) -> None:
    days = [*rows["first_on"].drop_nulls(), *rows["last_on"].drop_nulls()]
    if days:
        first, last = words.date(min(days)), words.date(max(days))
        dates = words("evidence.dates", first=first, last=last)
        st.caption(words("overview.activity.covers", dates=dates))


def _figure(
    bundle: Bundle,
    words: Words,
    rows: pl.DataFrame,
    name: str,
    column: str,
    months: Months,
    month: str,
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
    chart = activity_bars(
        rows.with_columns(pl.col("period").replace_strict(months.names)),
        column=column,
        periods=[months.names[period] for period in rows["period"].sort()],
        kinds=[row["kind"]],
        title=currency if column == "amount" else "",
        height=110,
        current=months.names[month],
        partial=[months.names[part] for part in months.partial],
    )
    drawing.draw(chart, words, alt_text=words("overview.activity.by_month", name=label))


def _all_kinds(bundle: Bundle, words: Words, counted: pl.DataFrame, months: Months) -> None:
    kinds = [kind for kind in TRANSACTION_STATUSES if kind in set(counted["kind"])]
    names = {kind: words.name("kind", kind) for kind in kinds}
    shown = counted.with_columns(
        pl.col("kind").replace_strict(names), pl.col("period").replace_strict(months.names)
    )
    st.markdown(f"**{words('overview.activity.lines')}**")
    st.caption(words("overview.activity.lines_about"))
    chart = activity_bars(
        shown,
        column="n_rows",
        periods=list(months.names.values()),
        kinds=list(names.values()),
        title=words.heading("activity", "n_rows"),
        partial=[months.names[part] for part in months.partial],
        picks=True,
    )
    about = words("overview.activity.lines")
    drawing.draw_picking(chart, bundle, words, "activity", "lines", alt_text=plain(about))
