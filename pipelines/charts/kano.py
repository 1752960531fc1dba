"""What must not fail and what delights: asymmetries, gates, gaps, and Kano's categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import polars as pl

from pipelines.charts.estimates import (
    Wording,
    colour,
    interval_text,
    label_axis,
    layered,
    picked,
    target,
    tooltip,
    value_axis,
    with_state,
    wrapped,
)
from pipelines.charts.theme import ACCENT, BACKDROP, FALL, MUTED, PALE, RISE

DRIVER_HEIGHT = 34  # of a row, in pixels
BAR_OPACITY = 0.55  # beneath the whiskers
ROOM_BESIDE = 0.45  # of the span of the data, for words at the right
WORDS_FROM_PLOT_WIDTH = 300  # width of a plot with room for words beside it, in pixels
CLASS_COLOURS = (FALL, MUTED, ACCENT)  # basic, performance, excitement
# Attractive, one-dimensional, must-be, indifferent, reverse, questionable.
CATEGORY_COLOURS = (ACCENT, PALE, FALL, "#C9CDD2", "#8A6D00", "#8E99A6")
GATE_COLOURS = (FALL, RISE, MUTED)  # fails, holds, undecided


def penalties_and_rewards(
    asymmetries: pl.DataFrame,
    *,
    title: str,
    penalty: str,
    reward: str,
    beside: str,
    number: str = "+.1f",
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    picks: bool = False,
) -> alt.LayerChart:
    """Two bars per driver from the middle of the scale: what it costs below, what it earns above.

    Parameters
    ----------
    asymmetries : DataFrame
        Rows of the table asymmetry with a penalty, in the order of the rows: ``label`` (unique),
        both numbers with their intervals, ``n``, ``flags``, and ``class_text``, the class as it
        is to be read; also ``row`` if `picks`.
    title, penalty, reward, beside : str
        Name of the axis; of the two bars; heading of the classes beside them.
    """
    frame = wrapped(with_state(asymmetries.drop("value", "low", "high", strict=False)))
    sides = pl.concat(
        [
            frame.with_columns(
                value=pl.col(name), low=pl.col(f"{name}_low"), high=pl.col(f"{name}_high"),
                side=pl.lit(text),
            )
            for name, text in (("penalty", penalty), ("reward", reward))
        ]
    )  # fmt: skip
    y = label_axis(frame)
    base = alt.Chart(sides, height=max(DRIVER_HEIGHT * frame.height, DRIVER_HEIGHT))
    base = base.transform_calculate(interval=interval_text(number))
    room = _with_room([*sides["low"].drop_nulls(), *sides["high"].drop_nulls(), 0.0])
    x = alt.X("value:Q", title=title, axis=value_axis(number), scale=room)
    ink = alt.Color(
        "side:N",
        scale=alt.Scale(domain=[penalty, reward], range=[FALL, ACCENT]),
        legend=alt.Legend(title=None),
    )
    place = alt.YOffset("side:N", sort=[penalty, reward])
    bars = base.mark_bar(height=11, opacity=BAR_OPACITY).encode(x=x, y=y, yOffset=place, color=ink)
    whisker = base.mark_rule(strokeWidth=2).encode(
        x="low:Q", x2="high:Q", y=y, yOffset=place, color=ink
    )
    tips = [alt.Tooltip("side:N", title=""), *tooltip("label", "", number, wording)]
    aim = target(base, picks=picks).encode(x=x, y=y, yOffset=place, tooltip=tips)
    zero = alt.Chart(pl.DataFrame({"value": [0.0]})).mark_rule(color=BACKDROP)
    named = alt.Chart(frame).transform_calculate(said=_where_wide("datum.class_text"))
    named = named.mark_text(align="right", opacity=0.85)
    names = named.encode(x=alt.value("width"), y=y, text="said:N")
    return layered([bars, zero.encode(x="value:Q"), whisker, names, _heading(beside), aim])


def class_probabilities(
    asymmetries: pl.DataFrame,
    *,
    classes: Mapping[str, str],
    title: str,
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    picks: bool = False,
) -> alt.Chart:
    """One stacked bar per driver: how probable each class is.

    Parameters
    ----------
    asymmetries : DataFrame
        ``label`` (unique), a column ``p_<class>`` each, ``n``; also ``row`` if `picks`.
    classes : mapping of str to str
        The classes' names by their codes, in order.
    """
    frame = wrapped(asymmetries)
    kept = ["label", "n", *(["row"] if "row" in frame.columns else [])]
    parts = [
        frame.select(*kept, value=pl.col(f"p_{code}"), side=pl.lit(name), place=pl.lit(place))
        for place, (code, name) in enumerate(classes.items())
    ]
    base = alt.Chart(pl.concat(parts), height=max(DRIVER_HEIGHT * frame.height, DRIVER_HEIGHT))
    bars: alt.Chart = base.mark_bar(height=18, cornerRadiusEnd=0).encode(
        x=alt.X("value:Q", stack="zero", title=title, axis=alt.Axis(format="%", tickCount=5),
                scale=alt.Scale(domain=[0, 1], nice=False)),
        y=label_axis(frame),
        color=alt.Color(
            "side:N",
            scale=alt.Scale(domain=list(classes.values()), range=list(CLASS_COLOURS)),
            legend=alt.Legend(title=None, columns=3),
        ),
        order=alt.Order("place:Q"),
        tooltip=[
            alt.Tooltip("label:N", title=""),
            alt.Tooltip("side:N", title=" "),
            alt.Tooltip("value:Q", title=title, format=".0%"),
            alt.Tooltip("n:Q", title=wording.n, format=","),
        ],
    )  # fmt: skip
    return picked(bars) if picks else bars


def gate_dots(
    gates: pl.DataFrame,
    *,
    title: str,
    minimum: str,
    states: Sequence[str],
    number: str = ".1f",
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    picks: bool = False,
) -> alt.LayerChart:
    """One dot per touchpoint with its interval, and the minimum that it has to reach.

    Parameters
    ----------
    gates : DataFrame
        Rows of the table gates: ``label`` (unique), ``value``, ``low``, ``high``, ``minimum``,
        ``n``, ``flags``, and ``gate_text``, the gate as it is to be read; also ``row`` if `picks`.
    title, minimum : str
        Name of the axis, and of the upright marks.
    states : sequence of str
        The gates as they are to be read: fails, holds, undecided.
    """
    frame = wrapped(with_state(gates))
    y = label_axis(frame)
    base = alt.Chart(frame, height=max(DRIVER_HEIGHT * frame.height, DRIVER_HEIGHT))
    base = base.transform_calculate(interval=interval_text(number))
    ends = [*frame["low"].drop_nulls(), *frame["high"].drop_nulls(), *frame["minimum"]]
    axis = alt.Axis(labelExpr="datum.value > 100 ? '' : datum.label", tickCount=5)
    x = alt.X("value:Q", title=title, axis=axis, scale=_with_room(ends))
    ink = alt.Color(
        "gate_text:N",
        scale=alt.Scale(domain=list(states), range=list(GATE_COLOURS)),
        legend=alt.Legend(title=None),
    )
    least = base.mark_tick(thickness=2.5, size=24, color=BACKDROP).encode(
        x=alt.X("minimum:Q", title=title, scale=_with_room(ends)), y=y
    )
    whisker = base.mark_rule(strokeWidth=2, opacity=0.6).encode(
        x="low:Q", x2="high:Q", y=y, color=ink
    )
    dots = base.mark_point(size=80, opacity=1).encode(x=x, y=y, color=ink)
    names = base.mark_text(align="right", opacity=0.85).encode(
        x=alt.value("width"), y=y, text="gate_text:N"
    )
    tips = [
        *tooltip("label", "", number, wording),
        alt.Tooltip("minimum:Q", title=minimum, format=number),
        alt.Tooltip("gate_text:N", title=" "),
    ]
    aim = target(base, picks=picks).encode(x=x, y=y, tooltip=tips)
    return layered([least, whisker, dots, names, aim])


def gaps_and_importance(
    gaps: pl.DataFrame,
    *,
    across: str,
    up: str,
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    picks: bool = False,
) -> alt.LayerChart:
    """Touchpoints by their importance (across) and by experience minus expectation (up).

    Parameters
    ----------
    gaps : DataFrame
        ``label``, ``value``, ``low``, ``high`` (the gap), ``importance``, ``importance_low``,
        ``importance_high`` (percent), ``n``, ``flags``; also ``row`` if `picks`.
    """
    frame = with_state(gaps)
    base = alt.Chart(frame, height=340).transform_calculate(
        interval=interval_text("+.1f"), of_importance=interval_text(".1f", "importance_")
    )
    most = max([*frame["importance_high"].drop_nulls(), *frame["importance"], 1.0])
    x = alt.X("importance:Q", title=across, axis=value_axis(".0f"),
              scale=alt.Scale(domain=[0, 1.1 * most], nice=False))  # fmt: skip
    y = alt.Y("value:Q", title=up, axis=value_axis("+.1f"))
    zero = alt.Chart(pl.DataFrame({"value": [0.0]})).mark_rule(color=BACKDROP, strokeDash=[3, 3])
    whisker = base.mark_rule(opacity=0.45)
    level = whisker.encode(x="importance_low:Q", x2="importance_high:Q", y=y, color=colour())
    upright = whisker.encode(x=x, y="low:Q", y2="high:Q", color=colour())
    dots = base.mark_point(size=80, opacity=1).encode(x=x, y=y, color=colour())
    names = base.mark_text(align="left", dx=8, dy=-9).encode(x=x, y=y, text="label:N")
    tips = [
        *tooltip("label", "", "+.1f", wording),
        alt.Tooltip("importance:Q", title=across, format=".1f"),
        alt.Tooltip("of_importance:N", title=wording.interval),
    ]
    aim = target(base, picks=picks).encode(x=x, y=y, tooltip=tips)
    return layered([zero.encode(y="value:Q"), level, upright, dots, names, aim])


def category_bars(
    features: pl.DataFrame,
    *,
    categories: Mapping[str, str],
    title: str,
    number: str = ".1f",
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    picks: bool = False,
) -> alt.Chart:
    """One stacked bar per feature: the shares of Kano's categories.

    Parameters
    ----------
    features : DataFrame
        Rows of the table kano_answers: ``label`` (unique), a column per category with its
        interval, ``n``; also ``row`` if `picks`.
    categories : mapping of str to str
        The categories' names by their codes, in order.
    """
    frame = wrapped(features)
    kept = ["label", "n", *(["row"] if "row" in frame.columns else [])]
    parts = [
        frame.select(
            *kept, value=pl.col(code), low=pl.col(f"{code}_low"), high=pl.col(f"{code}_high"),
            side=pl.lit(name), place=pl.lit(place),
        )
        for place, (code, name) in enumerate(categories.items())
    ]  # fmt: skip
    base = alt.Chart(pl.concat(parts), height=max(DRIVER_HEIGHT * frame.height, DRIVER_HEIGHT))
    bars: alt.Chart = base.transform_calculate(interval=interval_text(number)).mark_bar(
        height=20, cornerRadiusEnd=0
    ).encode(
        x=alt.X("value:Q", stack="zero", title=title, axis=value_axis(number, grid=False),
                scale=alt.Scale(domain=[0, 100], nice=False)),
        y=label_axis(frame),
        color=alt.Color(
            "side:N",
            scale=alt.Scale(domain=list(categories.values()), range=list(CATEGORY_COLOURS)),
            legend=alt.Legend(title=None, columns=3),
        ),
        order=alt.Order("place:Q"),
        tooltip=[alt.Tooltip("side:N", title=""), *tooltip("label", "", number, wording)],
    )  # fmt: skip
    return picked(bars) if picks else bars


def _with_room(ends: list[float]) -> alt.Scale:
    """From the least to the greatest, and room for words at the right."""
    span = (max(ends) - min(ends)) or 1.0
    low, high = min(ends) - 0.04 * span, max(ends) + ROOM_BESIDE * span
    return alt.Scale(domain=[low, high], nice=False)


def _heading(text: str) -> alt.Chart:
    """Words above the names at the right."""
    above = alt.Chart(pl.DataFrame({"text": [text]})).transform_calculate(
        said=_where_wide("datum.text")
    )
    drawn: alt.Chart = above.mark_text(align="right", dy=-9, fontSize=11, opacity=0.8).encode(
        x=alt.value("width"), y=alt.value(0), text="said:N"
    )
    return drawn


def _where_wide(text: str) -> str:
    """Vega expression of a text that is left out where it would lie over the bars."""
    return f"width > {WORDS_FROM_PLOT_WIDTH} ? {text} : ''"
