"""Maps of drivers: importance against performance, and against what customers state."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import altair as alt
import numpy as np
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
from pipelines.charts.placement import Box, Span, with_names
from pipelines.charts.theme import ACCENT, BACKDROP, FALL, MUTED

QUADRANT_COLOURS = {"improve": FALL, "keep": ACCENT, "watch": "#8A6D00", "maintain": "#008A68"}
Align = Literal["left", "center", "right"]
CORNERS: dict[str, tuple[float | Literal["width"], float | Literal["height"], Align]] = {
    "improve": (6, 10, "left"),  # where the name of a quadrant stands, and how it is aligned
    "keep": ("width", 10, "right"),
    "watch": (6, "height", "left"),
    "maintain": ("width", "height", "right"),
}
ALIGNS: tuple[Align, ...] = ("left", "center", "right")
ELLIPSE_CORNERS = 48  # corners of an ellipse
PLOT_HEIGHT = 440  # of the plot, in pixels
NAMES_FROM_WIDTH = 520  # width from which on there is room for names, in pixels
USUAL_WIDTH, NARROW_WIDTH = (
    700,
    260,
)  # widths that names, and numbers instead, are placed for, in pixels
WHISKER_HALF_WIDTH = 3.0  # half of how thick an interval is to names, in pixels
ROOM_BELOW_ZERO = 0.07  # room under zero, as a share of the highest importance
CORNER_SIZE = (90.0, 24.0)  # width and height of a quadrant's name, in pixels


def priority_map(
    priorities: pl.DataFrame,
    *,
    across: str,
    up: str,
    quadrants: Mapping[str, str],
    borders: tuple[str, str],
    probability: str,
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    picks: bool = False,
) -> alt.LayerChart:
    """Drivers by performance (across) and importance (up), each with its error ellipse.

    Parameters
    ----------
    priorities : DataFrame
        Rows of the table priorities with ``label`` and ``number`` (a short name for small
        screens); also ``row`` if `picks`. All of one model, so that the borders are one.
    across, up : str
        Names of the axes.
    quadrants : Mapping of str to str
        Names of the quadrants by their code.
    borders : tuple of str
        What the borders of performance and of importance are.
    probability : str
        How the probability of a point's quadrant is called.
    """
    frame = _in_quadrants(priorities, quadrants)
    rings, lines = ellipses(frame), _borders(frame, borders)
    spans = _spans(frame, rings, lines)
    placed = _placed(frame, spans, _corner_boxes(spans))
    x, y = _axes(spans, across, up)
    ink = _by_quadrant(quadrants)
    base = alt.Chart(placed, height=PLOT_HEIGHT).transform_calculate(
        interval=interval_text(".1f"),
        performance_interval=interval_text(".1f", "performance_"),
        chance="datum.quadrant_text + ' (' + format(datum.probability, '.0%') + ')'",
    )
    outlines = alt.Chart(rings).mark_line(strokeWidth=1, opacity=0.55, fillOpacity=0.12)
    rings_drawn = outlines.encode(
        x=x, y=y, detail="label:N", order="place:Q", color=ink, fill=_fill(quadrants)
    )
    dots = base.mark_point(size=70, opacity=1).encode(x=x, y=y, color=ink)
    across_tips = _tips("performance", across, wording)
    tips = [*_tips("value", up, wording), *across_tips, alt.Tooltip("chance:N", title=probability)]
    aim = target(base, picks=picks).encode(x=x, y=y, tooltip=_of_driver(tips, wording))
    behind = [*_corners(quadrants), *_rules(lines, x, y), rings_drawn]
    return layered([*behind, dots, *_names(base, across, up), aim])


def stated_map(
    priorities: pl.DataFrame,
    *,
    across: str,
    up: str,
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    picks: bool = False,
) -> alt.LayerChart:
    """Drivers by derived importance (across) and by the importance customers state (up).

    Parameters
    ----------
    priorities : DataFrame
        Rows of the table priorities whose ``stated`` is known, with ``label`` and ``number``;
        also ``row`` if `picks`.
    """
    frame = with_state(priorities).with_columns(x="value", y="stated")
    across_span = (0.0, 1.08 * max([*frame["high"].drop_nulls(), *frame["value"]]))
    ends = [*frame["stated_low"].drop_nulls(), *frame["stated_high"].drop_nulls()]
    spans = (across_span, _span([*ends, *frame["stated"]], within=(0.0, 100.0)))
    placed = _placed(frame, spans, _whisker_boxes(frame, spans))
    x, y = _axes(spans, across, up)
    base = alt.Chart(placed, height=PLOT_HEIGHT).transform_calculate(
        interval=interval_text(".1f"), stated_interval=interval_text(".1f", "stated_")
    )
    whisker = base.mark_rule(opacity=0.4)
    level = whisker.encode(x="low:Q", x2="high:Q", y=y, color=colour())
    upright = whisker.encode(x=x, y="stated_low:Q", y2="stated_high:Q", color=colour())
    dots = base.mark_point(size=70, opacity=1).encode(x=x, y=y, color=colour())
    tips = [*_tips("value", across, wording), *_tips("stated", up, wording)]
    aim = target(base, picks=picks).encode(x=x, y=y, tooltip=_of_driver(tips, wording))
    return layered([level, upright, dots, *_names(base, across, up), aim])


def _in_quadrants(priorities: pl.DataFrame, quadrants: Mapping[str, str]) -> pl.DataFrame:
    """Add where a point lies: `x`, `y`, the name of its quadrant and how probable it is."""
    chance = pl.coalesce(
        pl.when(pl.col("quadrant") == name).then(pl.col(f"p_{name}")) for name in quadrants
    )
    return with_state(priorities).with_columns(
        probability=chance,
        quadrant_text=pl.col("quadrant").replace_strict(dict(quadrants)),
        x="performance",
        y="value",
    )


def _tips(name: str, title: str, wording: Wording) -> list[alt.Tooltip]:
    """A number and its interval."""
    ends = "interval" if name == "value" else f"{name}_interval"
    return [
        alt.Tooltip(f"{name}:Q", title=title, format=".1f"),
        alt.Tooltip(f"{ends}:N", title=wording.interval),
    ]


def _of_driver(tips: list[alt.Tooltip], wording: Wording) -> list[alt.Tooltip]:
    """What tooltips say of a driver: its name, numbers, and the answers."""
    answers = alt.Tooltip("n:Q", title=wording.n, format=",")
    return [alt.Tooltip("label:N", title=""), *tips, answers]


def ellipses(priorities: pl.DataFrame) -> pl.DataFrame:
    """Outline of the region that holds performance and importance together.

    The region is that of a normal distribution with the two standard errors and their
    correlation, at the ``level`` of the row; its radius is the root of the chi-square quantile
    with two degrees of freedom, ``-2 ln(1 - level)``.

    Parameters
    ----------
    priorities : DataFrame
        ``label``, ``value``, ``std_error``, ``performance``, ``performance_error``,
        ``correlation`` and ``level``; rows without errors have no outline.

    Returns
    -------
    DataFrame
        ``x`` (performance), ``y`` (importance) and ``place`` along the outline, 49 rows per
        driver, the last like the first; the columns of `priorities` beside.
    """
    known = priorities.drop_nulls(["std_error", "performance_error", "correlation"])
    turn = np.linspace(0.0, 2 * math.pi, ELLIPSE_CORNERS + 1)
    round_ = pl.DataFrame(
        {"place": np.arange(ELLIPSE_CORNERS + 1), "cos": np.cos(turn), "sin": np.sin(turn)}
    )
    rho = pl.col("correlation").clip(-1.0, 1.0)
    radius = (-2 * (1 - pl.col("level")).log()).sqrt()
    along = rho * pl.col("cos") + (1 - rho.pow(2)).sqrt() * pl.col("sin")
    return known.join(round_, how="cross").with_columns(
        x=pl.col("performance") + radius * pl.col("performance_error") * pl.col("cos"),
        y=pl.col("value") + radius * pl.col("std_error") * along,
    )


def _spans(frame: pl.DataFrame, rings: pl.DataFrame, lines: pl.DataFrame) -> tuple[Span, Span]:
    """Ends of the axes of the priority map: points, outlines and borders lie inside.

    Below zero there is room for the names of the lower quadrants.
    """
    good, important = lines["at"]
    across = _span([*rings["x"], *frame["performance"], good], within=(0.0, 100.0))
    top = 1.08 * max([*rings["y"], *frame["value"], important])
    return across, (-ROOM_BELOW_ZERO * top, top)


def _placed(frame: pl.DataFrame, spans: tuple[Span, Span], reserved: Sequence[Box]) -> pl.DataFrame:
    """Add where names stand, and on a narrow screen the numbers instead (`number_x` and so on)."""
    named = with_names(frame, spans, (USUAL_WIDTH, PLOT_HEIGHT), reserved)
    numbered = with_names(
        frame.select("x", "y", label="number"), spans, (NARROW_WIDTH, PLOT_HEIGHT), reserved
    )
    places = numbered.select(pl.col("name_x", "name_y", "align").name.prefix("of_"))
    return named.hstack(places)


def _corner_boxes(spans: tuple[Span, Span]) -> list[Box]:
    """Where the names of the quadrants stand."""
    (left, right), (bottom, top) = spans
    width = CORNER_SIZE[0] / USUAL_WIDTH * (right - left)
    height = CORNER_SIZE[1] / PLOT_HEIGHT * (top - bottom)
    lefts, bottoms = (left, right - width), (bottom, top - height)
    return [(x, y, x + width, y + height) for x in lefts for y in bottoms]


def _whisker_boxes(frame: pl.DataFrame, spans: tuple[Span, Span]) -> list[Box]:
    """Where the level intervals run, some pixels thick."""
    low, high = spans[1]
    thick = WHISKER_HALF_WIDTH / PLOT_HEIGHT * (high - low)
    known = frame.drop_nulls(["low", "high"]).select("low", "high", "y").rows()
    return [(left, y - thick, right, y + thick) for left, right, y in known]


def _span(values: Sequence[float], within: Span) -> Span:
    """Ends of an axis that hold all values, with some room, inside the scale."""
    low, high = min(values), max(values)
    room = 0.06 * ((high - low) or 1.0)
    return max(low - room, within[0]), min(high + room, within[1])


def _axes(spans: tuple[Span, Span], across: str, up: str) -> tuple[alt.X, alt.Y]:
    sides = [alt.Scale(domain=list(span), nice=False) for span in spans]
    x = alt.X("x:Q", title=across, axis=value_axis(".1f", grid=False), scale=sides[0])
    y = alt.Y("y:Q", title=up, axis=value_axis(".1f", grid=False), scale=sides[1])
    return x, y


def _by_quadrant(quadrants: Mapping[str, str]) -> alt.Color:
    scale = alt.Scale(domain=list(quadrants), range=[QUADRANT_COLOURS[name] for name in quadrants])
    few = {"test": "datum.is_small", "value": MUTED}
    return alt.Color("quadrant:N", condition=few, scale=scale, legend=None)


def _fill(quadrants: Mapping[str, str]) -> alt.Fill:
    scale = alt.Scale(domain=list(quadrants), range=[QUADRANT_COLOURS[name] for name in quadrants])
    return alt.Fill("quadrant:N", scale=scale, legend=None)


def _borders(frame: pl.DataFrame, names: tuple[str, str]) -> pl.DataFrame:
    first = frame.row(0, named=True)
    return pl.DataFrame(
        {"name": list(names), "at": [first["performance_border"], first["importance_border"]]}
    )


def _rules(lines: pl.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """The borders as lines with their names along them."""
    upright = alt.Chart(lines.head(1).rename({"at": "x"}))
    level = alt.Chart(lines.tail(1).rename({"at": "y"}))
    return [
        upright.mark_rule(color=BACKDROP, strokeDash=[4, 3], strokeWidth=1.5).encode(x=x),
        level.mark_rule(color=BACKDROP, strokeDash=[4, 3], strokeWidth=1.5).encode(y=y),
        upright.mark_text(opacity=0.75, fontSize=11).encode(x=x, y=alt.value(-8), text="name:N"),
        level.mark_text(align="right", dy=-7, opacity=0.75, fontSize=11).encode(
            x=alt.value("width"), y=y, text="name:N"
        ),
    ]


def _corners(quadrants: Mapping[str, str]) -> list[alt.Chart]:
    """The names of the quadrants, each in its corner."""
    drawn = []
    for name, text in quadrants.items():
        across, up, align = CORNERS[name]
        lift = -8 if up == "height" else 4
        mark = alt.Chart(pl.DataFrame({"text": [text]})).mark_text(
            align=align, dy=lift, fontWeight="bold", fontSize=13, color=QUADRANT_COLOURS[name]
        )
        drawn.append(mark.encode(x=alt.value(across), y=alt.value(up), text="text:N"))
    return drawn


def _names(base: alt.Chart, across: str, up: str) -> list[alt.Chart]:
    """Names beside the points; on a narrow screen their numbers.

    Their axes bear the titles of the points', because a layered chart joins different ones.
    """
    drawn = []
    for text, of, fits in (
        ("label", "", f"width > {NAMES_FROM_WIDTH}"),
        ("number", "of_", f"width <= {NAMES_FROM_WIDTH}"),
    ):
        x, y = alt.X(f"{of}name_x:Q", title=across), alt.Y(f"{of}name_y:Q", title=up)
        shown = base.transform_calculate(name=f"{fits} ? datum.{text} : ''")
        drawn += [
            shown.transform_filter(f"datum.{of}align === '{align}'")
            .mark_text(align=align)
            .encode(x=x, y=y, text="name:N")
            for align in ALIGNS
        ]
    return drawn
