"""One look for every chart: colours, sizes and number formats.

The colours are those of Okabe and Ito (2008), "Color Universal Design", which readers with any
colour vision tell apart, moved a little in lightness: those of lines and dots keep a contrast of
3:1 on white and on near-black, so that a chart needs no second palette for a dark page.
"""

from __future__ import annotations

from typing import Any, TypeVar

import altair as alt
from babel import Locale

ACCENT = "#0072B2"  # the value itself
RISE, FALL = "#008A68", "#D55E00"  # better and worse, never without a sign or an arrow beside
PALE = "#7FB5DA"  # beside the accent, what it stands out from
MUTED = "#7C8794"  # rests on few answers, or did not change
BACKDROP = "#9AA5B1"  # reference lines
SERIES = (ACCENT, "#D55E00", "#B5659A", "#8A6D00", "#008A68", MUTED)
LIKERT = ("#B8440B", "#E39B63", "#C9CDD2", "#7FB5DA", "#0A5F96")  # worst to best answer
REASON_COLOURS = ("#8E99A6", "#737F8D", "#A9B3BE", "#5E6976")  # why there is no answer

FONT = "Source Sans, Source Sans Pro, sans-serif"

SHAPES: dict[str, Any] = {
    "font": FONT,
    "background": "transparent",
    "lineBreak": "\n",
    "view": {"stroke": None, "continuousHeight": 260, "continuousWidth": 480, "discreteWidth": 480},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 200,
        "labelPadding": 8,
        "titlePadding": 10,
        "labelLineHeight": 14,
        "domain": False,
        "ticks": False,
        "labelFlush": False,
        "labelOverlap": True,
    },
    "legend": {
        "orient": "bottom",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "symbolType": "square",
        "symbolSize": 90,
        "labelLimit": 260,
        "columnPadding": 16,
        "padding": 0,
        "offset": 14,
    },
    "line": {"strokeWidth": 2, "strokeJoin": "round", "strokeCap": "round"},
    "point": {"filled": True, "size": 60},
    "text": {"fontSize": 12, "color": "currentColor"},  # that of the page around it
    "bar": {"cornerRadiusEnd": 2},
    "range": {"category": list(SERIES)},
}

# The width is that of the page with all labels; a height is that of the plot alone.
FIT = alt.AutoSizeParams(type="fit-x", contains="padding")

# Axis and label colours for a white page; the app leaves them to Streamlit, which knows
# whether its reader chose light or dark.
INK: dict[str, Any] = {
    "axis": {"labelColor": "#46515E", "titleColor": "#46515E", "gridColor": "#E7EAEE"},
    "legend": {"labelColor": "#46515E", "titleColor": "#46515E"},
    "text": {"color": "#2A3440"},
    "title": {"color": "#1B2430", "fontSize": 15, "anchor": "start"},
}


def marks(language: str) -> dict[str, Any]:
    """Decimal and thousands marks of a language, as Vega wants them (a locale of d3-format).

    >>> marks("de")["decimal"]
    ','
    """
    symbols = Locale.parse(language).number_symbols["latn"]
    return {
        "decimal": symbols["decimal"],
        "thousands": symbols["group"],
        "grouping": [3],
        "currency": ["", ""],
    }


def config(language: str = "en") -> dict[str, Any]:
    """Vega-Lite configuration of a chart in one language; colours of text are left open."""
    return {**SHAPES, "locale": {"number": marks(language)}}


Chart = TypeVar("Chart", bound=alt.TopLevelMixin)


def dress(chart: Chart, language: str = "en") -> Chart:
    """Return the chart with the theme and the number format of a language.

    Configuration belongs to the outermost chart, so layer and concatenate first.
    """
    dressed: Chart = chart.configure(**config(language)).properties(autosize=FIT)
    return dressed


def enable(language: str = "en") -> None:
    """Make the theme that of every chart drawn from now on; for notebooks."""

    @alt.theme.register("touchstone", enable=True)
    def _theme() -> alt.theme.ThemeConfig:
        look = config(language)
        inked = {part: {**look.get(part, {}), **colours} for part, colours in INK.items()}
        settings: Any = {**look, **inked}  # SHAPES is too free for altair's typed dicts
        return {"config": settings}
