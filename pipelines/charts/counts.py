"""Counts: what became of each file's rows, and what happened in each month."""

from __future__ import annotations

import json
from collections.abc import Sequence

import altair as alt
import polars as pl

from pipelines.charts.estimates import layered, picked
from pipelines.charts.theme import ACCENT, FALL, PALE, SERIES

LIGHT = 0.45  # opacity of a bar whose period is not whole


def ledger_bars(
    ledger: pl.DataFrame, *, accepted: str, quarantined: str, title: str, total: str
) -> alt.LayerChart:
    """One bar per file: the rows accepted and quarantined add up to the rows in.

    Parameters
    ----------
    ledger : DataFrame
        ``label`` (unique), ``rows_in``, ``rows_accepted``, ``rows_quarantined``.
    accepted, quarantined, total : str
        How the parts and their sum are called.
    title : str
        Name of the axis of rows.
    """
    parts = {"rows_accepted": accepted, "rows_quarantined": quarantined}
    long = ledger.unpivot(
        list(parts), index=["label", "rows_in"], variable_name="part", value_name="rows"
    ).with_columns(pl.col("part").replace_strict(parts))
    order = ledger["label"].to_list()
    most = max([*ledger["rows_in"], 1])
    y = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(grid=False, labelLimit=240))
    room = alt.Scale(domain=[0, 1.25 * most], nice=False)  # for the counts beside the bars
    x = alt.X("rows:Q", title=title, axis=alt.Axis(format=",.0f", tickCount=3), scale=room)
    colours = alt.Scale(domain=list(parts.values()), range=[ACCENT, FALL])
    bars = (
        alt.Chart(long, height=max(34 * len(order), 34))
        .mark_bar(height=18)
        .encode(
            x=x,
            y=y,
            color=alt.Color("part:N", scale=colours, legend=alt.Legend(title=None, columns=1)),
            order=alt.Order("part:N", sort="ascending"),
            tooltip=[
                alt.Tooltip("label:N", title=""),
                alt.Tooltip("part:N", title=""),
                alt.Tooltip("rows:Q", title=title, format=","),
                alt.Tooltip("rows_in:Q", title=total, format=","),
            ],
        )
    )
    broken = (
        alt.Chart(ledger.filter(pl.col("rows_quarantined") > 0))
        .transform_calculate(count="format(datum.rows_quarantined, ',') + ' ✗'")
        .mark_text(align="left", dx=6)
        .encode(x=alt.X("rows_in:Q"), y=y, text="count:N")
    )
    return layered([bars, broken])


def activity_bars(
    activity: pl.DataFrame,
    *,
    column: str,
    periods: Sequence[str],
    kinds: Sequence[str],
    title: str,
    number: str = ",.0f",
    height: int = 220,
    current: str | None = None,
    partial: Sequence[str] = (),
    picks: bool = False,
) -> alt.Chart:
    """One bar per month and kind.

    Parameters
    ----------
    activity : DataFrame
        Rows of the table activity: ``period`` and ``kind`` as they are to be read, and `column`;
        also ``row`` if `picks`.
    column : str
        What is counted: ``n_rows``, ``n_orders``, ``n_customers`` or ``amount``.
    periods, kinds : sequence of str
        All periods in order; all kinds in the order of their colours.
    current : str, optional
        The period to bring out; the others are paler.
    partial : sequence of str
        Periods that the data cover in part; their bars are lighter.
    """
    place = pl.col("kind").replace_strict(list(kinds), list(range(len(kinds))))
    legend = alt.Legend(title=None) if len(kinds) > 1 else None
    pale = {"test": alt.datum.period != current, "value": PALE}
    by_kind = alt.Color(
        "kind:N", scale=alt.Scale(domain=list(kinds), range=list(SERIES)), legend=legend
    )
    ink = by_kind if current is None else alt.Color(condition=pale, value=ACCENT)
    is_partial = {"test": f"indexof({json.dumps(list(partial))}, datum.period) >= 0"}
    chart: alt.Chart = (
        alt.Chart(activity.with_columns(place=place), height=height)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X("period:O", sort=list(periods), title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y(f"{column}:Q", title=title, axis=alt.Axis(format=",.0f", tickCount=4)),
            color=ink,
            opacity=alt.Opacity(condition=is_partial | {"value": LIGHT}, value=1),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("period:N", title=""),
                alt.Tooltip("kind:N", title=""),
                alt.Tooltip(f"{column}:Q", title=title, format=number),
            ],
        )
    )
    return picked(chart) if picks else chart
