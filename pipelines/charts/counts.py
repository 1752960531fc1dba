"""Counts: what became of each file's rows, and what happened in each month."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import polars as pl

from pipelines.charts.estimates import picked
from pipelines.charts.theme import ACCENT, FALL, PALE, SERIES


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
    long = ledger.unpivot(list(parts), index=["label", "rows_in"], variable_name="part").rename(
        {"value": "rows"}
    )
    long = long.with_columns(pl.col("part").replace_strict(parts))
    order = ledger["label"].to_list()
    height = max(34 * len(order), 34)
    y = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(grid=False, labelLimit=240))
    axis = alt.Axis(format=",.0f", tickCount=4)
    bars = (
        alt.Chart(long, height=height)
        .mark_bar(height=18)
        .encode(
            x=alt.X("rows:Q", title=title, axis=axis),
            y=y,
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=list(parts.values()), range=[ACCENT, FALL]),
                legend=alt.Legend(title=None),
            ),
            order=alt.Order("part:N", sort="ascending"),
            tooltip=[
                alt.Tooltip("label:N", title=""),
                alt.Tooltip("part:N", title=""),
                alt.Tooltip("rows:Q", title=title, format=","),
                alt.Tooltip("rows_in:Q", title=total, format=","),
            ],
        )
    )
    return alt.LayerChart(layer=[bars])


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
    """
    legend = alt.Legend(title=None) if len(kinds) > 1 else None
    pale = {"test": alt.datum.period != current, "value": PALE}
    by_kind = alt.Color(
        "kind:N", scale=alt.Scale(domain=list(kinds), range=list(SERIES)), legend=legend
    )
    ink = by_kind if current is None else alt.Color(condition=pale, value=ACCENT)
    chart: alt.Chart = (
        alt.Chart(activity, height=height)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X("period:O", sort=list(periods), title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y(f"{column}:Q", title=title, axis=alt.Axis(format=",.0f", tickCount=4)),
            color=ink,
            tooltip=[
                alt.Tooltip("period:N", title=""),
                alt.Tooltip("kind:N", title=""),
                alt.Tooltip(f"{column}:Q", title=title, format=number),
            ],
        )
    )
    return picked(chart) if picks else chart
