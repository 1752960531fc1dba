"""A score over the waves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import altair as alt
import polars as pl

from pipelines.charts.estimates import (
    Wording,
    colour,
    interval_text,
    layered,
    target,
    tooltip,
    value_axis,
    with_state,
)
from pipelines.charts.theme import ACCENT, BACKDROP, MUTED

BREAK_DASH = [2, 3]


def trend_with_interval(
    scores: pl.DataFrame,
    *,
    periods: Sequence[str],
    title: str,
    number: str = ".1f",
    current: str | None = None,
    height: int = 260,
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    breaks: Mapping[str, str] = MappingProxyType({}),
    picks: bool = False,
) -> alt.LayerChart:
    """One estimate per wave as a line, its interval as a band.

    A wave that did not ask leaves a gap: the line never runs through a wave without a number,
    nor from one series into another.

    Parameters
    ----------
    scores : DataFrame
        Rows of the table scores, at most one per wave: ``wave``, ``value``, ``low``, ``high``,
        ``n``, ``flags``; ``since``, the first wave of its series, if there are several; also
        ``row`` if `picks`.
    periods : sequence of str
        All waves, in order; they make the axis.
    title, number : str
        Name of the value axis; its number format (d3-format).
    current : str, optional
        The wave to mark.
    breaks : mapping of str to str
        First waves of later series to what is written beside the line that parts them.
    picks : bool
        Whether a click on a point selects its ``row``.
    """
    frame = _one_row_per_period(scores, periods)
    base = alt.Chart(frame, height=height).transform_calculate(interval=interval_text(number))
    x = _steps(periods, alt.Axis(labelAngle=0))
    of_series = alt.Detail("since:N")
    y = alt.Y("value:Q", title=title, scale=alt.Scale(zero=False), axis=value_axis(number))
    band = base.mark_area(opacity=0.18, color=ACCENT).encode(
        x=x, y=alt.Y("low:Q"), y2="high:Q", detail=of_series
    )
    whisker = base.mark_rule(opacity=0.6, strokeWidth=1.5).encode(
        x=x, y="low:Q", y2="high:Q", color=colour()
    )
    line = base.mark_line(color=ACCENT).encode(x=x, y=y, detail=of_series)
    answered = base.transform_filter("isValid(datum.value)")
    dots = answered.mark_point(opacity=1).encode(x=x, y=y, color=colour())
    tips = tooltip("wave", "", number, wording)
    layers = [
        band,
        whisker,
        line,
        dots,
        target(answered, picks=picks).encode(x=x, y=y, tooltip=tips),
    ]
    if current is not None:
        here = alt.Chart(pl.DataFrame({"wave": [current]}))
        mark = here.mark_rule(color=BACKDROP, strokeDash=[3, 3]).encode(x=x)
        layers.insert(0, mark)
    return layered([*layers, *_parted(breaks, x)])


def sparkline(
    scores: pl.DataFrame,
    *,
    periods: Sequence[str],
    number: str = ".1f",
    height: int = 64,
    breaks: Mapping[str, str] = MappingProxyType({}),
) -> alt.LayerChart:
    """The same without axes: first and last wave named below, the last one dotted."""
    frame = _one_row_per_period(scores, periods)
    ends = [periods[0], periods[-1]] if periods else []
    axis = alt.Axis(values=ends, labelAngle=0, labelFontSize=11, labelPadding=4, grid=False)
    x = _steps(periods, axis)
    of_series = alt.Detail("since:N")
    y = alt.Y("value:Q", axis=None, scale=alt.Scale(zero=False))
    base = alt.Chart(frame, height=height).transform_calculate(interval=interval_text(number))
    low = alt.Y("low:Q", axis=None)
    band = base.mark_area(opacity=0.18, color=ACCENT).encode(
        x=x, y=low, y2="high:Q", detail=of_series
    )
    line = base.mark_line(color=ACCENT).encode(x=x, y=y, detail=of_series)
    answered = base.transform_filter("isValid(datum.value)")
    dots = answered.mark_point(size=28, opacity=1).encode(x=x, y=y, color=colour())
    return layered([band, line, dots, *_parted(breaks, x)])


def _steps(periods: Sequence[str], axis: alt.Axis) -> alt.X:
    """Waves side by side, all as wide, so that there is a place between two of them."""
    steps = alt.Scale(type="band", padding=0)
    return alt.X("wave:O", sort=list(periods), title=None, axis=axis, scale=steps)


def _parted(breaks: Mapping[str, str], x: alt.X) -> list[alt.Chart]:
    """A line before the first wave of every later series, and what is said of it."""
    if not breaks:
        return []
    between = x.copy()
    between["bandPosition"] = 0
    base = alt.Chart(pl.DataFrame({"wave": list(breaks), "said": list(breaks.values())}))
    rule = base.mark_rule(color=MUTED, strokeDash=BREAK_DASH, strokeWidth=1.5).encode(x=between)
    text = base.mark_text(align="left", baseline="top", dx=5, color=MUTED)
    return [rule, text.encode(x=between, y=alt.value(0), text="said:N")]


def _one_row_per_period(scores: pl.DataFrame, periods: Sequence[str]) -> pl.DataFrame:
    """Rows in the order of the waves, an empty one where a wave has none.

    An empty row belongs to the series before it, so that it parts the line.
    """
    waves = pl.DataFrame({"wave": list(periods)}, schema={"wave": pl.String})
    known = scores if "since" in scores.columns else scores.with_columns(since=pl.lit(""))
    rows = waves.join(known, on="wave", how="left", maintain_order="left")
    since = pl.col("since").forward_fill().backward_fill()
    return with_state(rows.with_columns(since=since))
