"""Calibration: predicted against observed changes, each with its interval."""

from __future__ import annotations

import altair as alt
import polars as pl

from pipelines.charts.estimates import (
    Wording,
    colour,
    interval_text,
    layered,
    target,
    value_axis,
    with_state,
)
from pipelines.charts.theme import BACKDROP

CALIBRATION_HEIGHT = 340  # of the plot, in pixels
ROOM_AROUND = 0.06  # beside the outermost point or interval, as a share of the span


def calibration_dots(
    points: pl.DataFrame,
    *,
    across: str,
    up: str,
    perfect: str,
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    picks: bool = False,
) -> alt.LayerChart:
    """Points by predicted (across) and observed change (up), with the line of perfect predictions.

    Parameters
    ----------
    points : DataFrame
        Rows of the table calibration_points of one outcome, target and kind of what was held out,
        with ``label`` (what a tooltip calls the point: the wave, the group, the tenth); columns
        ``predicted``, ``value``, ``low``, ``high``, ``n``, ``flags``, and ``row`` if `picks`. Those
        withheld have no values, and are not drawn.
    across, up : str
        Names of the axes.
    perfect : str
        What the line says: predicted and observed are the same.
    """
    frame = with_state(points).filter(pl.col("value").is_not_null())
    low, high = _span(frame)
    ends = alt.Scale(domain=[low, high], nice=False, zero=False)
    axis = value_axis("+.1f")
    x = alt.X("predicted:Q", title=across, scale=ends, axis=axis)
    y = alt.Y("value:Q", title=up, scale=ends, axis=axis)
    base = alt.Chart(frame, height=CALIBRATION_HEIGHT)
    base = base.transform_calculate(interval=interval_text("+.1f"))
    diagonal = pl.DataFrame({"at": [low, high], "same": [low, high], "text": perfect})
    line = alt.Chart(diagonal).mark_line(color=BACKDROP, strokeDash=[4, 4])
    whiskers = base.mark_rule(opacity=0.45).encode(
        x=x, y=alt.Y("low:Q", title=up, scale=ends), y2="high:Q", color=colour()
    )
    dots = base.mark_point(size=70, opacity=1).encode(x=x, y=y, color=colour())
    tips = [
        alt.Tooltip("label:N", title=""),
        alt.Tooltip("predicted:Q", title=across, format="+.1f"),
        alt.Tooltip("value:Q", title=up, format="+.1f"),
        alt.Tooltip("interval:N", title=wording.interval),
        alt.Tooltip("n:Q", title=wording.n, format=","),
    ]
    aim = target(base, picks=picks).encode(x=x, y=y, tooltip=tips)
    sloped = line.encode(
        x=alt.X("at:Q", title=across, scale=ends),
        y=alt.Y("same:Q", title=up, scale=ends),
        tooltip=alt.Tooltip("text:N", title=""),
    )
    return layered([sloped, whiskers, dots, aim])


def _span(frame: pl.DataFrame) -> tuple[float, float]:
    """Ends that both axes share, zero among them."""
    columns = ("predicted", "low", "high")
    ends = [0.0, *(end for name in columns for end in frame[name].drop_nulls())]
    room = ROOM_AROUND * max(max(ends) - min(ends), 1.0)
    return min(ends) - room, max(ends) + room
