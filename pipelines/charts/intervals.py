"""Several estimates beside each other: dots or bars, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import polars as pl

from pipelines.charts.estimates import (
    Wording,
    colour,
    interval_text,
    label_axis,
    layered,
    target,
    tooltip,
    value_axis,
    with_state,
    wrapped,
)
from pipelines.charts.theme import BACKDROP, FALL, RISE

LABEL_LINE_HEIGHT = 15  # height of a label's line, in pixels
ROOM_BEYOND_PLOT = (
    18  # pixels right of the plot, for a number beside an interval that ends at its edge
)


def interval_dots(
    estimates: pl.DataFrame,
    *,
    title: str,
    number: str = ".1f",
    reference: float | None = None,
    signed: bool = False,
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    picks: bool = False,
) -> alt.LayerChart:
    """One dot and its interval per row, in the order of the rows.

    Parameters
    ----------
    estimates : DataFrame
        ``label`` (unique), ``value``, ``low``, ``high``, ``n``, ``flags``; also ``row`` if `picks`.
    title, number : str
        Name of the value axis; its number format (d3-format).
    reference : float, optional
        Where to draw a vertical line, for instance the value of everybody.
    signed : bool
        Whether the values are changes: coloured by their sign, zero on the axis.
    """
    frame = wrapped(with_state(estimates))
    y = label_axis(frame)
    scale = alt.Scale(zero=signed, padding=28)
    x = alt.X("value:Q", title=title, axis=value_axis(number), scale=scale)
    base = _base(frame, 36).transform_calculate(interval=interval_text(number))
    known = base.transform_filter("isValid(datum.value)")
    ink = _by_sign() if signed else colour()
    whisker = known.mark_rule(strokeWidth=2, opacity=0.55).encode(
        x=alt.X("low:Q", title=title), x2="high:Q", y=y, color=ink
    )
    dots = known.mark_point(size=80, opacity=1).encode(x=x, y=y, color=ink)
    numbers = known.mark_text(align="left", dx=8).encode(
        x="high:Q", y=y, text=alt.Text("value:Q", format=number)
    )
    layers = [whisker, dots, numbers, _withheld(base, y, wording)]
    tips = tooltip("label", "", number, wording)
    layers.append(target(known, picks=picks).encode(x=x, y=y, tooltip=tips))
    zero = 0.0 if signed else reference
    if zero is not None:
        layers.insert(0, _line_at(zero))
    return _with_room(layers)


def score_bars(
    estimates: pl.DataFrame,
    *,
    title: str,
    top: float = 100.0,
    number: str = ".1f",
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    picks: bool = False,
) -> alt.LayerChart:
    """One bar from zero to each value, with the interval as a line on its end.

    Parameters
    ----------
    estimates : DataFrame
        ``label`` (unique), ``value``, ``low``, ``high``, ``n``, ``flags``; also ``row`` if `picks`.
    top : float
        Highest value the measure can take; the axis ends there.
    """
    frame = wrapped(with_state(estimates))
    y = label_axis(frame)
    scale = alt.Scale(domain=[0, top], nice=False)
    x = alt.X("value:Q", title=title, axis=value_axis(number), scale=scale)
    base = _base(frame, 34).transform_calculate(interval=interval_text(number))
    known = base.transform_filter("isValid(datum.value)")
    bars = known.mark_bar(height=16, opacity=0.35).encode(x=x, y=y, color=colour())
    whisker = known.mark_rule(strokeWidth=2.5).encode(x="low:Q", x2="high:Q", y=y, color=colour())
    tick = known.mark_tick(thickness=2.5, size=16).encode(x=x, y=y, color=colour())
    numbers = known.mark_text(align="left", dx=8).encode(
        x="high:Q", y=y, text=alt.Text("value:Q", format=number)
    )
    tips = tooltip("label", "", number, wording)
    aim = target(known, picks=picks).encode(x=x, y=y, tooltip=tips)
    return _with_room([bars, whisker, tick, numbers, _withheld(base, y, wording), aim])


def _with_room(layers: Sequence[alt.Chart]) -> alt.LayerChart:
    """Layers whose numbers may stand beyond the plot: a chart that fits its page cuts them off."""
    chart: alt.LayerChart = layered(layers).properties(padding={"right": ROOM_BEYOND_PLOT})
    return chart


def _base(frame: pl.DataFrame, step: int) -> alt.Chart:
    """A chart with a row of that height for every label, or higher if one has many lines."""
    lines = max((label.count("\n") + 1 for label in frame["label"]), default=1)
    return alt.Chart(frame, height=max(step, LABEL_LINE_HEIGHT * lines + 4) * max(frame.height, 1))


def _withheld(base: alt.Chart, y: alt.Y, wording: Wording) -> alt.Chart:
    """Say in words why a row has no dot."""
    missing = base.transform_filter("!isValid(datum.value)")
    words = alt.condition(
        "datum.is_withheld", alt.value(wording.withheld), alt.value(wording.no_data)
    )
    text: alt.Chart = missing.mark_text(align="left", fontStyle="italic", opacity=0.75)
    return text.encode(x=alt.value(4), y=y, text=words)


def _line_at(position: float) -> alt.Chart:
    data = alt.Chart(pl.DataFrame({"value": [position]}))
    rule: alt.Chart = data.mark_rule(color=BACKDROP, strokeDash=[3, 3])
    return rule.encode(x="value:Q")


def _by_sign() -> alt.Color:
    falls = {"test": "datum.value < 0", "value": FALL}
    return alt.Color(condition=falls, value=RISE)
