"""Charts in reports are pictures in the page: no script, no network, the same bytes anywhere.

Runs inside the notebook's kernel, before its first cell.
"""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import Any

# The size of a text decides the layout, and fonts differ between machines; this one is inside
# vl-convert.
MEASURED_FONT = "Liberation Sans"
SHOWN_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
CHART_MARGIN = 20  # pixels around a chart: the reader's font may be wider than the one measured
FONT_KEYS = ("font", "labelFont", "titleFont", "subtitleFont")
DATA_KEYS = ("data", "datasets")


def enable() -> None:
    """Draw every Altair chart from now on as a picture."""
    import altair as alt

    alt.renderers.register("report", as_picture)
    alt.renderers.enable("report")


def as_picture(spec: dict[str, Any], **_: Any) -> dict[str, str]:
    """Turn a Vega-Lite chart into an HTML image that carries its SVG."""
    import altair as alt
    import vl_convert

    version = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    measured = {"padding": CHART_MARGIN, **with_font(spec)}
    svg: str = vl_convert.vegalite_to_svg(measured, vl_version=version)
    data = b64encode(svg.replace(MEASURED_FONT, SHOWN_FONT).encode()).decode()
    text = escape(description(spec), quote=True)
    return {"text/html": f'<img alt="{text}" src="data:image/svg+xml;base64,{data}">'}


def with_font(spec: dict[str, Any]) -> dict[str, Any]:
    """Return the chart with one font throughout."""
    changed: dict[str, Any] = _replaced(spec)
    return {**changed, "config": {**changed.get("config", {}), "font": MEASURED_FONT}}


def _replaced(part: Any) -> Any:
    if isinstance(part, list):
        return [_replaced(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {key: _value(key, value) for key, value in part.items()}


def _value(key: str, value: Any) -> Any:
    if key in DATA_KEYS:
        return value
    return MEASURED_FONT if key in FONT_KEYS and isinstance(value, str) else _replaced(value)


def description(spec: dict[str, Any]) -> str:
    """Say what a chart shows, for those who do not see it."""
    title = spec.get("title", "")
    named = title.get("text", "") if isinstance(title, dict) else title
    lines = named if isinstance(named, list) else [named]
    return spec.get("description") or " ".join(lines) or "chart"
