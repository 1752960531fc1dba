"""What the charts of estimates share: the columns they need, their words and their marks."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import polars as pl

from pipelines.charts.theme import ACCENT, MUTED

PICK = "pick"  # the selection a page listens to; it carries the column `row`
LABEL_LETTERS = 22  # characters of a label's line
TOUCHED_AREA = 500  # area of the invisible marks a finger can hit, in square pixels


@dataclass(frozen=True)
class Wording:
    """The words a chart prints beside its data.

    Parameters
    ----------
    withheld, no_data : str
        Printed where a number is withheld, and where there is none.
    interval, n : str
        Names of the interval and of the number of answers, in tooltips.
    """

    value: str = "Value"
    interval: str = "Interval"
    n: str = "Answers"
    withheld: str = "withheld"
    no_data: str = "no data"


def with_state(estimates: pl.DataFrame) -> pl.DataFrame:
    """Add what decides a mark's look: `is_small` and `is_withheld`, from the flags."""
    flags = pl.col("flags").fill_null("").str.split(" ")
    return estimates.with_columns(
        is_small=flags.list.contains("small"), is_withheld=flags.list.contains("withheld")
    )


def in_lines(text: str, width: int = LABEL_LETTERS) -> str:
    """Break a text into lines of at most `width` characters, between its words."""
    return "\n".join(textwrap.wrap(text, width)) or text


def wrapped(frame: pl.DataFrame) -> pl.DataFrame:
    """Break long labels into lines, so that they leave room for the data on a telephone."""
    lines = [in_lines(label) for label in frame["label"]]
    return frame.with_columns(label=pl.Series("label", lines, dtype=pl.String))


def label_axis(frame: pl.DataFrame, column: str = "label") -> alt.Y:
    """Labels down the side, in the order of the rows, each once."""
    order = frame[column].unique(maintain_order=True).to_list()
    two_lines = {"condition": {"test": "indexof(datum.value, '\\n') > 0", "value": "bottom"}}
    axis = alt.Axis(grid=False, labelOverlap=False, labelBaseline=two_lines | {"value": "middle"})
    return alt.Y(f"{column}:N", sort=order, title=None, axis=axis)


def colour(normal: str = ACCENT) -> alt.Color:
    """Colour of a mark: grey where it rests on few answers."""
    return alt.Color(condition={"test": "datum.is_small", "value": MUTED}, value=normal)


def tooltip(label: str, title: str, number: str, wording: Wording) -> list[alt.Tooltip]:
    """Tooltip of an estimate: what it is about, its value, interval and n."""
    return [
        alt.Tooltip(f"{label}:N", title=title),
        alt.Tooltip("value:Q", title=wording.value, format=number),
        alt.Tooltip("interval:N", title=wording.interval),
        alt.Tooltip("n:Q", title=wording.n, format=","),
    ]


def value_axis(number: str, *, grid: bool = True) -> alt.Axis:
    """Axis of values in their number format, without idle zeros: 14.5, 15 and 0."""
    written = f"format(datum.value, '{number.replace('f', '~f')}')"
    return alt.Axis(labelExpr=f"datum.value ? {written} : '0'", tickCount=5, grid=grid)


def interval_text(number: str, of: str = "") -> str:
    """Vega expression that writes the interval in the chart's number format.

    `of` is what the columns of another number than the value begin with: ``slope_``.
    """
    ends = (f"format(datum.{of}{end}, '{number}')" for end in ("low", "high"))
    return " + ' – ' + ".join(ends)


def target(base: alt.Chart, *, picks: bool) -> alt.Chart:
    """Invisible marks, large enough for a finger; they pick an estimate if a page asks."""
    marks: alt.Chart = base.mark_point(size=TOUCHED_AREA, opacity=0)
    return picked(marks) if picks else marks


def picked(marks: alt.Chart) -> alt.Chart:
    """Let a click on a mark select the estimate it stands for."""
    pick = alt.selection_point(name=PICK, fields=["row"], toggle="false")
    chart: alt.Chart = marks.add_params(pick)
    return chart


def layered(layers: Sequence[alt.Chart]) -> alt.LayerChart:
    """Draw charts over each other, the first at the bottom."""
    return alt.LayerChart(layer=list(layers))
