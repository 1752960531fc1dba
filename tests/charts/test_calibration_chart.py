"""The chart of calibration: the line of perfect predictions, intervals, and one span for both."""

import polars as pl
import pytest

from pipelines.charts.calibration import calibration_dots
from tests.charts.reading_charts import layers, mark, picks, rows_of

POINTS = pl.DataFrame(
    {
        "label": ["2024", "2025", "</script>`Ä"],
        "predicted": [-2.0, 1.5, 0.2],
        "value": [-1.0, 1.0, None],
        "low": [-1.8, 0.1, None],
        "high": [-0.2, 1.9, None],
        "n": [400, 20, None],
        "flags": [None, "small", "withheld"],
        "row": [0, 1, 2],
    }
)
TEXTS = {"across": "Predicted", "up": "Observed", "perfect": "as predicted"}


def test_points_have_intervals_and_the_line_runs_over_the_span_of_both_axes():
    chart = calibration_dots(POINTS, **TEXTS)
    assert [mark(layer) for layer in layers(chart)] == ["line", "rule", "point", "point"]
    line = rows_of(chart)
    assert [row["at"] for row in line] == [row["same"] for row in line]
    assert line[0]["at"] < -2 < 1.9 < line[1]["at"]
    across, up = (layers(chart)[2]["encoding"][axis]["scale"]["domain"] for axis in "xy")
    assert across == up == [line[0]["at"], line[1]["at"]]


def test_what_is_withheld_is_not_drawn_and_what_is_small_is_marked():
    rows = rows_of(calibration_dots(POINTS, **TEXTS), 1)
    assert [(row["label"], row["is_small"]) for row in rows] == [("2024", False), ("2025", True)]


@pytest.mark.parametrize("wanted", [False, True])
def test_points_can_be_picked_where_a_page_asks(wanted):
    assert len(picks(calibration_dots(POINTS, **TEXTS, picks=wanted))) == wanted


def test_no_points_still_make_a_chart():
    assert rows_of(calibration_dots(POINTS.clear(), **TEXTS))
