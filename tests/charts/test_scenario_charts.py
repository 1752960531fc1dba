"""Charts of scenarios: floor and ceiling, and the frontier; odd labels too."""

import altair as alt
import polars as pl
import pytest

from app.core import drawing, language
from pipelines.charts import theme
from pipelines.charts.scenario import (
    floor_and_ceiling,
    frontier,
    span_of,
)
from tests.charts.reading_charts import layers, mark, rows_of

ODD = "</script>\"'\\ `x` {{y}} <b>Ä</b> datum.value % 日本"
CHANGES = pl.DataFrame(
    {
        "label": ["NPS", "Mean answer"],
        "text": ["42.0 → 45.3", "72.0 → 73.4"],
        "value": [3.3, 1.4],
        "low": [2.7, 1.1],
        "high": [3.9, 1.6],
        "ceiling": [8.2, -2.0],
        "ceiling_low": [7.0, -3.0],
        "ceiling_high": [9.0, -1.0],
        "n": [1100, 1100],
    }
)
PLANS = pl.DataFrame(
    {
        "budget": [100.0, 0.0],
        "value": [1.0, 0.0],
        "low": [0.5, 0.0],
        "high": [1.5, 0.0],
        "n": [1, 0],
        "label": ["100", "0"],
    }
)
NAMED = {"title": "Change", "today": "today", "floor": "floor", "ceiling": "ceiling"}
HERE = {"across": "Budget", "up": "Change", "here": "here", "budget": 60.0, "value": 0.0}


def odd() -> pl.DataFrame:
    return CHANGES.with_columns(label=pl.Series([ODD, "x" * 90]), text=pl.lit(ODD))


DRAWN = {
    "floor_and_ceiling": lambda: floor_and_ceiling(CHANGES, **NAMED),
    "odd": lambda: floor_and_ceiling(odd(), **{**NAMED, "today": ODD, "floor": ODD + "x"}),
    "of_nothing": lambda: floor_and_ceiling(CHANGES.clear(), **NAMED),
    "frontier": lambda: frontier(PLANS, **HERE),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_valid_in_both_languages(name):
    for code in ("en", "de"):
        chart = theme.dress(DRAWN[name](), code)
        assert chart.to_dict()["config"]


def domain(chart: alt.TopLevelMixin, channel: str = "x") -> list[float]:
    """Ends of the axis that a chart sets."""
    scales = [layer["encoding"].get(channel, {}).get("scale") for layer in layers(chart)]
    return next(scale["domain"] for scale in scales if scale and "domain" in scale)


def test_the_axis_of_changes_holds_today_floor_and_ceiling():
    assert span_of(CHANGES) == (-2.0, 8.2)
    low, high = domain(DRAWN["floor_and_ceiling"]())
    assert low < -2.0
    assert high > 8.2


def test_the_axis_stands_still_where_its_span_is_given():
    still = {**NAMED, "span": (0.0, 20.0)}
    half = CHANGES.with_columns(pl.col("value", "low", "high") / 2)
    assert domain(floor_and_ceiling(CHANGES, **still)) == domain(floor_and_ceiling(half, **still))


def test_rows_take_the_place_of_a_charts_own_and_nothing_else_changes(monkeypatch):
    words, seen = language.load("en"), []
    spec = drawing.made(floor_and_ceiling(CHANGES, **NAMED, span=(-2.0, 8.2)), words)
    monkeypatch.setattr(drawing.st, "vega_lite_chart", lambda given, **_: seen.append(given))
    other = CHANGES.with_columns(value=pl.col("value") + 1)
    drawing.draw_rows(spec, [other], alt_text="x", key="x")
    made = drawing.made(floor_and_ceiling(other, **NAMED, span=(-2.0, 8.2)), words)
    wanted = sorted(made["datasets"].values(), key=len)
    assert sorted(seen[0]["datasets"].values(), key=len) == wanted
    assert seen[0]["layer"] == spec["layer"]


def test_the_frontier_steps_up_in_the_order_of_budgets_and_marks_the_chosen_one():
    chart = DRAWN["frontier"]()
    assert [row["budget"] for row in rows_of(chart, 0)] == [0.0, 100.0]
    area = next(layer for layer in layers(chart) if mark(layer) == "area")
    assert area["mark"]["interpolate"] == "step-after"
    assert any(row.get("here") == "here" for row in rows_of(chart, 3))
