"""What a chart's specification says: its data, layers and selections."""

from __future__ import annotations

from typing import Any

import altair as alt

from pipelines.charts.estimates import PICK


def rows_of(chart: alt.TopLevelMixin, layer: int = 0) -> list[dict[str, Any]]:
    """Data behind one layer of a chart, after checking the whole against Vega-Lite's schema."""
    spec = chart.to_dict()
    data = spec.get("layer", [spec])[layer].get("data") or spec["data"]
    return spec["datasets"][data["name"]]


def layers(chart: alt.TopLevelMixin) -> list[dict[str, Any]]:
    spec = chart.to_dict()
    return spec.get("layer", [spec])


def mark(layer: dict[str, Any]) -> str:
    return layer["mark"]["type"]


def picks(chart: alt.TopLevelMixin) -> list[dict[str, Any]]:
    return [param for param in chart.to_dict().get("params", []) if param["name"] == PICK]
