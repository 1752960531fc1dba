"""Scenarios: what changes could bring, and what a budget buys."""

from __future__ import annotations

import json
from collections.abc import Sequence

import altair as alt
import polars as pl

from pipelines.charts.estimates import (
    Wording,
    in_lines,
    interval_text,
    label_axis,
    layered,
    tooltip,
    value_axis,
    wrapped,
)
from pipelines.charts.intervals import LABEL_LINE_HEIGHT
from pipelines.charts.theme import ACCENT, BACKDROP, FALL, MUTED, PALE

TARGET_HEIGHT = 46  # height of a target, in pixels
ROOM_RIGHT = 1.35  # how much further than the data the axis reaches, for the words beside
LEAST_SPAN = 1.0  # least width of the axis of changes, in points
NUMBERS_FROM_WIDTH = 300  # width of a plot from which on today and after stand beside the marks
MARK_LETTERS = 40  # characters of a line of a legend, on a telephone
FRONTIER_HEIGHT = 300  # of the plot, in pixels


def floor_and_ceiling(
    changes: pl.DataFrame,
    *,
    title: str,
    today: str,
    floor: str,
    ceiling: str,
    span: tuple[float, float] | None = None,
    number: str = "+.1f",
    wording: Wording = Wording(),  # noqa: B008  (frozen)
) -> alt.LayerChart:
    """One row per target: today at 0, the floor with its interval, and the ceiling beyond.

    Parameters
    ----------
    changes : DataFrame
        ``label`` (unique), ``value``, ``low``, ``high`` (the floor), ``ceiling``,
        ``ceiling_low``, ``ceiling_high`` (changes from today), ``n``, and ``text``: today and
        after as they are to be read.
    title, number : str
        Name of the axis of changes; its number format (d3-format).
    today, floor, ceiling : str
        What the marks are called.
    span : (float, float), optional
        Least and largest change that the axis has to show; those of the rows if not given.
        With it nothing but the rows depends on the changes.
    """
    frame = wrapped(changes)
    marks = [in_lines(what, MARK_LETTERS) for what in (today, floor, ceiling)]
    y, x = label_axis(frame), _change_axis(span or span_of(frame), title, number)
    lines = max((label.count("\n") + 1 for label in frame["label"]), default=1)
    step = max(TARGET_HEIGHT, LABEL_LINE_HEIGHT * lines + 4)
    base = alt.Chart(frame, height=step * max(frame.height, 1)).transform_calculate(
        interval=interval_text(number),
        ceiling_interval=interval_text(number, "ceiling_"),
        beside=f"width > {NUMBERS_FROM_WIDTH} ? datum.text : ''",
    )
    zero = alt.Chart(pl.DataFrame({"value": [0.0]})).mark_rule(color=BACKDROP).encode(x="value:Q")
    reach = base.mark_rule(strokeWidth=1.5, strokeDash=[2, 3], color=MUTED).encode(
        x=alt.X("value:Q", title=title), x2="ceiling:Q", y=y
    )
    whisker = base.mark_rule(strokeWidth=4, opacity=0.45, color=ACCENT).encode(
        x="low:Q", x2="high:Q", y=y
    )
    dots = _dots(base, y, marks, title)
    numbers = base.mark_text(dy=-14).encode(x=x, y=y, text=alt.Text("value:Q", format=number))
    beside = base.mark_text(align="right", opacity=0.85).encode(
        x=alt.value("width"), y=y, text="beside:N"
    )
    tips = [
        *tooltip("label", "", number, wording),
        alt.Tooltip("text:N", title=" "),
        alt.Tooltip("ceiling:Q", title=ceiling, format=number),
        alt.Tooltip("ceiling_interval:N", title=wording.interval),
    ]
    aim = base.mark_bar(opacity=0, size=TARGET_HEIGHT - 6).encode(
        x=alt.value(0), x2=alt.value("width"), y=y, tooltip=tips
    )
    return layered([zero, reach, whisker, *dots, numbers, beside, aim])


def _dots(base: alt.Chart, y: alt.Y, marks: Sequence[str], title: str) -> list[alt.Chart]:
    """A mark for today, the floor and the ceiling of every row, with a legend."""
    shapes = alt.Scale(domain=list(marks), range=["circle", "circle", "diamond"])
    inks = alt.Scale(domain=list(marks), range=[BACKDROP, ACCENT, MUTED])
    legend = alt.Legend(title=None, columns=1)
    return [
        base.transform_calculate(what=json.dumps(what), at=at)
        .mark_point(size=90, opacity=1)
        .encode(
            x=alt.X("at:Q", title=title),
            y=y,
            shape=alt.Shape("what:N", scale=shapes, legend=legend),
            color=alt.Color("what:N", scale=inks, legend=legend),
        )
        for what, at in zip(marks, ("0", "datum.value", "datum.ceiling"), strict=True)
    ]


def span_of(changes: pl.DataFrame) -> tuple[float, float]:
    """Least and largest of the changes, their intervals and ceilings, and today.

    >>> span_of(pl.DataFrame({"value": [2.0], "low": [1.0], "high": [3.0], "ceiling": [-1.0]}))
    (-1.0, 3.0)
    """
    names = ("value", "low", "high", "ceiling")
    ends = [0.0, *(value for name in names for value in changes[name].drop_nulls())]
    return min(ends), max(ends)


def _change_axis(span: tuple[float, float], title: str, number: str) -> alt.X:
    low, width = span[0], max(span[1] - span[0], LEAST_SPAN)
    scale = alt.Scale(domain=[low - 0.06 * width, low + ROOM_RIGHT * width], nice=False)
    return alt.X("value:Q", title=title, axis=value_axis(number), scale=scale)


def frontier(
    plans: pl.DataFrame,
    *,
    across: str,
    up: str,
    here: str,
    budget: float,
    value: float,
    number: str = "+.1f",
    wording: Wording = Wording(),  # noqa: B008  (frozen)
) -> alt.LayerChart:
    """What the best plan of each budget brings, with its interval, and the chosen budget.

    Parameters
    ----------
    plans : DataFrame
        ``budget``, ``value``, ``low``, ``high``, ``label`` (the budget as it is read), ``n`` (how
        many measures), one row per budget.
    across, up : str
        Names of the axes.
    here : str
        What the mark of the chosen budget is called.
    budget, value : float
        The chosen budget and what its plan brings.
    """
    ordered = plans.sort("budget")
    x = alt.X("budget:Q", title=across, axis=alt.Axis(format=",.0f", tickCount=4, grid=False))
    y = alt.Y("value:Q", title=up, axis=value_axis(number))
    base = alt.Chart(ordered, height=FRONTIER_HEIGHT).transform_calculate(
        interval=interval_text(number)
    )
    chosen = pl.DataFrame({"budget": [budget], "value": [value], "here": [here]})
    mark = alt.Chart(chosen)
    tips = [*tooltip("label", "", number, wording)]
    return layered(
        [
            base.mark_area(interpolate="step-after", opacity=0.35, color=PALE).encode(
                x=x, y=alt.Y("low:Q", title=up), y2="high:Q"
            ),
            base.mark_line(interpolate="step-after", color=ACCENT).encode(x=x, y=y),
            mark.mark_rule(color=BACKDROP, strokeDash=[4, 3]).encode(x=x),
            mark.mark_point(size=130, opacity=1, color=FALL).encode(x=x, y=y),
            mark.mark_text(dy=-12, dx=-8, align="right").encode(x=x, y=y, text="here:N"),
            base.mark_point(size=500, opacity=0).encode(x=x, y=y, tooltip=tips),
        ]
    )
