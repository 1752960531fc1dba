"""How drivers share an R2: ranked, under each policy, by segment and over the waves."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import polars as pl

from pipelines.charts.estimates import (
    Wording,
    colour,
    in_lines,
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
from pipelines.charts.theme import ACCENT, BACKDROP, SERIES

RATING_OPACITY, USE_OPACITY = 0.5, 0.18  # of the two parts of a share
ROW_HEIGHT = 34  # height of a driver, in pixels
AXIS_ROOM, LITTLE_AXIS_ROOM = 1.65, 1.3  # how much further than the data an axis reaches, for words
CELL_HEIGHT = 32  # height of a cell of the heat table, in pixels
HEADING_LETTERS = 11  # characters of a line of its headings
LEGEND_LETTERS = 34  # characters of a line of a legend below labels, on a telephone
DIAMOND_AREA, CIRCLE_AREA = (
    170,
    45,
)  # area of a mark that stands out, and of the others, in square pixels
WORDS_FROM_WIDTH = 420  # width of a plot from which on there is room for more words, in pixels


def ranked_shares(
    shares: pl.DataFrame,
    *,
    title: str,
    ranks: str,
    letters: str,
    noise: str,
    number: str = ".1f",
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    picks: bool = False,
) -> alt.LayerChart:
    """One bar per driver in the order of the rows, with its interval; its letters by its name.

    A bar is strong as far as the part of the rating reaches, and pale where that of use begins.

    Parameters
    ----------
    shares : DataFrame
        ``label`` (unique), ``value``, ``low``, ``high`` (percent), ``n``, ``flags``,
        ``letters``, ``share_of_noise``; ``rating_value``, null where a share is not split;
        ``rank_span`` as it is to be read; also ``row`` if `picks`.
    title, ranks, number : str
        Name of the axis; heading of the ranks beside the bars; number format (d3-format).
    letters, noise : str
        What letters, and the share of noise, are called in tooltips.
    """
    frame = wrapped(with_state(shares))  # letters get no line of their own
    frame = frame.with_columns(
        name=pl.format("{} ({})", "label", "letters"), strong=pl.coalesce("rating_value", "value")
    )
    y = label_axis(frame, "name")
    x = alt.X("value:Q", title=title, axis=value_axis(number), scale=_from_zero(frame["high"]))
    base = _rows(frame).transform_calculate(interval=interval_text(number))
    ink = colour()
    strong = base.mark_bar(height=16, opacity=RATING_OPACITY, cornerRadiusEnd=0).encode(
        x=alt.X("strong:Q", title=title), y=y, color=ink
    )
    pale = base.mark_bar(height=16, opacity=USE_OPACITY).encode(x=x, x2="strong:Q", y=y, color=ink)
    whisker = base.mark_rule(strokeWidth=2.5).encode(x="low:Q", x2="high:Q", y=y, color=ink)
    tick = base.mark_tick(thickness=2.5, size=16).encode(x=x, y=y, color=ink)
    numbers = base.mark_text(align="left", dx=8).encode(
        x="high:Q", y=y, text=alt.Text("value:Q", format=number)
    )
    known = base.transform_filter("isValid(datum.share_of_noise)")
    of_noise = known.mark_tick(thickness=2, size=26, color=BACKDROP)
    of_noise = of_noise.encode(x="share_of_noise:Q", y=y)
    tips = [
        *tooltip("label", "", number, wording),
        alt.Tooltip("rank_span:N", title=ranks),
        alt.Tooltip("letters:N", title=letters),
        alt.Tooltip("share_of_noise:Q", title=noise, format=number),
    ]
    aim = target(base, picks=picks).encode(x=x, y=y, tooltip=tips)
    bars = [strong, pale, of_noise, whisker, tick, numbers]
    return layered([*bars, *_beside(base, y, "rank_span", ranks), aim])


def slope_dots(
    slopes: pl.DataFrame,
    *,
    title: str,
    reach: str,
    number: str = "+.2f",
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    picks: bool = False,
) -> alt.LayerChart:
    """One dot per driver: its slope among those who experienced it, and how many those are.

    Parameters
    ----------
    slopes : DataFrame
        ``label`` (unique), ``slope``, ``slope_low``, ``slope_high``, ``n_users``, ``flags``, and
        ``reach_text`` as it is to be read; also ``row`` if `picks`.
    title, reach, number : str
        Name of the axis; heading of the reach beside the dots; number format (d3-format).
    """
    renamed = slopes.drop("value", "low", "high", "n", strict=False).rename(
        {"slope": "value", "slope_low": "low", "slope_high": "high", "n_users": "n"}
    )
    frame = wrapped(with_state(renamed))
    y = label_axis(frame)
    ends = [0.0, *frame["low"].drop_nulls(), *frame["high"].drop_nulls()]
    span = (max(ends) - min(ends)) or 1.0
    room = alt.Scale(
        domain=[min(ends) - 0.05 * span, min(ends) + LITTLE_AXIS_ROOM * span], nice=False
    )
    x = alt.X("value:Q", title=title, axis=value_axis(number), scale=room)
    base = _rows(frame).transform_calculate(interval=interval_text(number))
    known = base.transform_filter("isValid(datum.value)")
    zero = alt.Chart(pl.DataFrame({"value": [0.0]})).mark_rule(color=BACKDROP, strokeDash=[3, 3])
    whisker = known.mark_rule(strokeWidth=2, opacity=0.55).encode(
        x="low:Q", x2="high:Q", y=y, color=colour()
    )
    dots = known.mark_point(size=80, opacity=1).encode(x=x, y=y, color=colour())
    tips = [*tooltip("label", "", number, wording), alt.Tooltip("reach_text:N", title=reach)]
    aim = target(known, picks=picks).encode(x=x, y=y, tooltip=tips)
    beside = _beside(base, y, "reach_text", reach)
    return layered([zero.encode(x="value:Q"), whisker, dots, *beside, aim])


def policy_heat(
    shares: pl.DataFrame,
    *,
    policies: Sequence[str],
    number: str = ".1f",
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    picks: bool = False,
) -> alt.LayerChart:
    """Shares of the drivers (rows) under each policy (columns), the darker the larger.

    Parameters
    ----------
    shares : DataFrame
        ``label``, ``policy`` (as it is to be read), ``value``, ``low``, ``high``, ``n``,
        ``rank_text``; also ``row`` if `picks`. The labels keep the order of their first rows.
    policies : sequence of str
        All policies in order; a cell without a share, as of a refused policy, has a dash.
    """
    headings = {policy: in_lines(policy, HEADING_LETTERS) for policy in policies}
    frame = wrapped(shares).with_columns(pl.col("policy").replace_strict(headings))
    names = list(headings.values())
    y, place = label_axis(frame), _columns(names)
    height = CELL_HEIGHT * frame["label"].n_unique()
    base = alt.Chart(frame, height=height).transform_calculate(
        interval=interval_text(number),
        both=f"width > {WORDS_FROM_WIDTH}"
        f" ? format(datum.value, '{number}') + ' · ' + datum.rank_text"
        f" : format(datum.value, '{number}')",
    )
    most = max([*frame["value"].drop_nulls(), 1.0])
    shade = alt.Scale(domain=[0, most], range=[0.04, 0.5])
    cells = base.mark_rect(color=ACCENT, cornerRadius=2).encode(
        x=place, y=y, opacity=alt.Opacity("value:Q", legend=None, scale=shade)
    )
    texts = base.mark_text().encode(x=place, y=y, text="both:N")
    tips = [alt.Tooltip("policy:N", title=""), *tooltip("label", "", number, wording)]
    tips.append(alt.Tooltip("rank_text:N", title=" "))
    aim = base.mark_rect(opacity=0).encode(x=place, y=y, tooltip=tips)
    return layered([cells, texts, picked(aim) if picks else aim, _dashes(frame, names, y)])


def grouped_dots(
    shares: pl.DataFrame,
    *,
    groups: Sequence[str],
    title: str,
    clear: str,
    unclear: str,
    number: str = ".1f",
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    picks: bool = False,
) -> alt.LayerChart:
    """One dot and interval per driver and group of customers.

    Parameters
    ----------
    shares : DataFrame
        ``label``, ``group``, ``value``, ``low``, ``high``, ``n``, ``flags``, and ``differs``:
        whether the difference from the other customers survives; also ``row`` if `picks`.
    groups : sequence of str
        The groups in the order of their colours, at most as many as there are colours.
    clear, unclear : str
        What the marks of differences that survive, and of others, are called.
    """
    said = pl.when("differs").then(pl.lit(clear)).otherwise(pl.lit(unclear))
    names = {group: in_lines(group, LEGEND_LETTERS) for group in groups}
    frame = wrapped(with_state(shares)).with_columns(
        pl.col("group").replace_strict(names), verdict=said
    )
    differs = "datum.differs"
    y = label_axis(frame)
    beside = alt.YOffset("group:N", sort=[*names.values()], scale=alt.Scale(paddingOuter=0.25))
    height = frame["label"].n_unique() * (11 * len(groups) + 14)
    base = alt.Chart(frame, height=max(height, 30)).transform_calculate(
        interval=interval_text(number)
    )
    x = alt.X("value:Q", title=title, axis=value_axis(number))
    legend = alt.Legend(title=None, columns=1)
    ink = alt.Color(
        "group:N", scale=alt.Scale(domain=[*names.values()], range=list(SERIES)), legend=legend
    )
    shape = alt.Shape(condition={"test": differs, "value": "diamond"}, value="circle")
    size = alt.Size(condition={"test": differs, "value": DIAMOND_AREA}, value=CIRCLE_AREA)
    whisker = base.mark_rule(strokeWidth=2, opacity=0.5).encode(
        x="low:Q", x2="high:Q", y=y, yOffset=beside, color=ink
    )
    dots = base.mark_point(opacity=1).encode(
        x=x, y=y, yOffset=beside, color=ink, shape=shape, size=size
    )
    tips = [alt.Tooltip("group:N", title=""), *tooltip("label", "", number, wording)]
    tips.append(alt.Tooltip("verdict:N", title=" "))
    aim = target(base, picks=picks).encode(x=x, y=y, yOffset=beside, tooltip=tips)
    return layered([whisker, dots, aim])


def rank_lines(
    ranks: pl.DataFrame,
    *,
    periods: Sequence[str],
    title: str,
    rank: str,
    current: str | None = None,
    number: str = ".1f",
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    picks: bool = False,
) -> alt.LayerChart:
    """The rank of each driver over the waves; those that lead in one wave are coloured.

    Parameters
    ----------
    ranks : DataFrame
        ``label``, ``wave``, ``rank``, ``rank_low``, ``rank_high``, ``value``, ``low``, ``high``,
        ``n``, and ``leads`` (the drivers to colour); also ``row`` if `picks`, and ``since``, the
        first wave of the series of its question, if there are several.
    periods : sequence of str
        All waves in order. A driver that a wave did not ask leaves a gap, a new series too.
    title, rank : str
        Name of the axis; name of the rank in tooltips.
    """
    leaders = ranks.filter("leads").unique("label", maintain_order=True)["label"].to_list()
    frame = _with_gaps(ranks, periods)
    base = alt.Chart(frame, height=max(26 * frame["label"].n_unique(), 180)).transform_calculate(
        interval=interval_text(number),
        ranks="datum.rank + ' (' + datum.rank_low + ' – ' + datum.rank_high + ')'",
    )
    x = alt.X("wave:O", sort=list(periods), title=None, axis=alt.Axis(labelAngle=0, grid=False))
    worst = int(max([*frame["rank"].drop_nulls(), 1]))
    ticks = alt.Axis(values=list(range(1, worst + 1)), format="d", grid=False)
    scale = alt.Scale(domain=[0.5, worst + 0.5], reverse=True, nice=False)
    y = alt.Y("rank:Q", title=title, axis=ticks, scale=scale)
    ink = alt.Color(
        "label:N",
        scale=alt.Scale(domain=leaders, range=list(SERIES[: len(leaders)])),
        legend=alt.Legend(title=None, columns=1),
    )
    others = base.transform_filter("!datum.leads").mark_line(color=BACKDROP, opacity=0.6)
    led = base.transform_filter("datum.leads")
    lines = led.mark_line(strokeWidth=2.5).encode(x=x, y=y, color=ink, detail="since:N")
    known = base.transform_filter("isValid(datum.rank)")
    dots = known.transform_filter("datum.leads").mark_point(opacity=1).encode(x=x, y=y, color=ink)
    tips = [
        alt.Tooltip("label:N", title=""),
        alt.Tooltip("ranks:N", title=rank),
        *tooltip("wave", "", number, wording),
    ]
    aim = target(known, picks=picks).encode(x=x, y=y, tooltip=tips)
    layers = [others.encode(x=x, y=y, detail=["label:N", "since:N"]), lines, dots, aim]
    if current is not None:
        here = alt.Chart(pl.DataFrame({"wave": [current]}))
        layers.insert(0, here.mark_rule(color=BACKDROP, strokeDash=[3, 3]).encode(x=x))
    return layered(layers)


def _with_gaps(ranks: pl.DataFrame, periods: Sequence[str]) -> pl.DataFrame:
    """A row per driver and wave, an empty one where a wave did not ask."""
    drivers = ranks.select("label", "leads").unique("label", maintain_order=True)
    waves = pl.DataFrame({"wave": list(periods)}, schema={"wave": pl.String})
    known = ranks if "since" in ranks.columns else ranks.with_columns(since=pl.lit(""))
    rows = drivers.join(waves, how="cross").join(
        known.drop("leads"), on=["label", "wave"], how="left", maintain_order="left"
    )
    since = pl.col("since").forward_fill().backward_fill().over("label")
    return rows.with_columns(since=since)


def _rows(frame: pl.DataFrame) -> alt.Chart:
    return alt.Chart(frame, height=max(ROW_HEIGHT * frame.height, ROW_HEIGHT))


def _from_zero(highs: pl.Series) -> alt.Scale:
    return alt.Scale(domain=[0, AXIS_ROOM * max([*highs.drop_nulls(), 1.0])], nice=False)


def _beside(base: alt.Chart, y: alt.Y, column: str, heading: str) -> list[alt.Chart]:
    """Words in a column of their own at the right, under their heading."""
    above = alt.Chart(pl.DataFrame({"text": [heading]})).mark_text(
        align="right", dy=-9, fontSize=11, opacity=0.8
    )
    texts = base.mark_text(align="right", opacity=0.8)
    return [
        above.encode(x=alt.value("width"), y=alt.value(0), text="text:N"),
        texts.encode(x=alt.value("width"), y=y, text=f"{column}:N"),
    ]


def _columns(names: Sequence[str]) -> alt.X:
    lines = max((name.count("\n") for name in names), default=0)
    axis = alt.Axis(
        orient="top",
        labelAngle=0,
        grid=False,
        labelOverlap=False,
        labelLimit=130,
        labelPadding=8 + 14 * lines,  # lines grow downwards, into the plot
    )
    scale = alt.Scale(domain=list(names))
    return alt.X("policy:N", sort=list(names), title=None, axis=axis, scale=scale)


def _dashes(frame: pl.DataFrame, names: Sequence[str], y: alt.Y) -> alt.Chart:
    """A dash in every cell that has no share."""
    labels = frame.select("label").unique(maintain_order=True)
    policies = pl.DataFrame({"policy": list(names)}, schema={"policy": pl.String})
    empty = labels.join(policies, how="cross").join(
        frame.drop_nulls("value"), on=["label", "policy"], how="anti", maintain_order="left"
    )
    drawn: alt.Chart = (
        alt.Chart(empty).mark_text(text="–", opacity=0.7).encode(x=_columns(names), y=y)
    )
    return drawn
