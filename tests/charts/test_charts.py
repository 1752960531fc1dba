"""Charts say what their frames say: encodings, gaps, withheld numbers, valid Vega-Lite."""

import re
from urllib.parse import unquote

import altair as alt
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.charts import theme
from pipelines.charts.answers import answer_distribution, ramp
from pipelines.charts.counts import activity_bars, ledger_bars
from pipelines.charts.inline import WIDTH, interval_picture
from pipelines.charts.intervals import interval_dots, score_bars
from pipelines.charts.trend import sparkline, trend_with_interval
from tests.app import tiny_shop, tiny_survey
from tests.charts.reading_charts import layers, mark, picks, rows_of

WAVES = tiny_survey.WAVES


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return {name: t.with_row_index("row") for name, t in tiny_survey.tables().items()}


def scores_of(tables: dict[str, pl.DataFrame], **wanted: object) -> pl.DataFrame:
    usual = {"segment": "all", "weighted": True, "measure": "mean", "touchpoint_id": "wifi"}
    return tables["scores"].filter(**(usual | wanted))


def test_a_trend_has_a_row_per_wave_and_a_gap_where_none_asked(tables):
    asked = scores_of(tables).filter(pl.col("wave") != "2017")
    chart = trend_with_interval(asked, periods=WAVES, title="Score")
    rows = rows_of(chart)
    assert [row["wave"] for row in rows] == list(WAVES)
    assert [row["value"] for row in rows] == [58.0, None, 66.0]


def test_a_trend_draws_the_interval_as_a_band_from_low_to_high(tables):
    chart = trend_with_interval(scores_of(tables), periods=WAVES, title="Score")
    band = next(layer for layer in layers(chart) if mark(layer) == "area")
    assert (band["encoding"]["y"]["field"], band["encoding"]["y2"]["field"]) == ("low", "high")


def test_a_trend_marks_the_current_wave(tables):
    chart = trend_with_interval(scores_of(tables), periods=WAVES, title="Score", current="2017")
    assert mark(layers(chart)[0]) == "rule"
    assert rows_of(chart, layer=0) == [{"wave": "2017"}]


def broken(tables: dict[str, pl.DataFrame], first: str) -> pl.DataFrame:
    """Scores whose later series begins in a wave."""
    since = pl.when(pl.col("wave") < first).then(pl.lit(WAVES[0])).otherwise(pl.lit(first))
    return scores_of(tables).with_columns(since=since)


@pytest.mark.parametrize("draw", [trend_with_interval, sparkline])
def test_no_line_runs_from_one_series_into_another(tables, draw):
    words = {"title": "Score"} if draw is trend_with_interval else {}
    chart = draw(broken(tables, "2018"), periods=WAVES, **words)
    assert [row["since"] for row in rows_of(chart)] == ["2016", "2016", "2018"]
    drawn = [layer for layer in layers(chart) if mark(layer) in ("line", "area")]
    assert [layer["encoding"]["detail"]["field"] for layer in drawn] == ["since", "since"]


def test_a_wave_without_a_number_still_parts_the_line_of_its_series(tables):
    asked = broken(tables, "2018").filter(pl.col("wave") != "2017")
    rows = rows_of(trend_with_interval(asked, periods=WAVES, title="Score"))
    assert [(row["since"], row["value"] is None) for row in rows] == [
        ("2016", False),
        ("2016", True),
        ("2018", False),
    ]


def test_a_new_series_is_marked_before_its_first_wave(tables):
    chart = trend_with_interval(
        broken(tables, "2018"), periods=WAVES, title="Score", breaks={"2018": "new series"}
    )
    rule, text = layers(chart)[-2:]
    assert (mark(rule), mark(text)) == ("rule", "text")
    assert rule["encoding"]["x"]["bandPosition"] == 0
    assert rows_of(chart, layer=-1) == [{"wave": "2018", "said": "new series"}]


def test_points_pick_their_row_only_if_asked(tables):
    scores = scores_of(tables)
    assert not picks(trend_with_interval(scores, periods=WAVES, title="Score"))
    (pick,) = picks(trend_with_interval(scores, periods=WAVES, title="Score", picks=True))
    assert pick["select"]["fields"] == ["row"]


def test_a_sparkline_has_no_value_axis(tables):
    chart = sparkline(scores_of(tables), periods=WAVES)
    assert all(layer["encoding"]["y"]["axis"] is None for layer in layers(chart))


def segments_of(tables: dict[str, pl.DataFrame], segment: str) -> pl.DataFrame:
    rows = scores_of(tables, segment=segment, wave="2018")
    return rows.with_columns(label="group")


def test_dots_keep_the_order_of_the_rows(tables):
    groups = segments_of(tables, "purpose")
    chart = interval_dots(groups, title="Score")
    dot = next(layer for layer in layers(chart) if mark(layer) == "point")
    assert dot["encoding"]["y"]["sort"] == ["business", "leisure", "other"]


def test_a_number_on_few_answers_is_grey(tables):
    chart = interval_dots(segments_of(tables, "purpose"), title="Score")
    assert [row["is_small"] for row in rows_of(chart)] == [False, False, True]
    dot = next(layer for layer in layers(chart) if mark(layer) == "point")
    assert dot["encoding"]["color"]["condition"]["value"] == theme.MUTED


def test_a_withheld_number_is_told_in_words_and_has_no_dot(tables):
    chart = interval_dots(segments_of(tables, "age"), title="Score")
    hidden = [row for row in rows_of(chart) if row["is_withheld"]]
    assert [(row["label"], row["value"]) for row in hidden] == [("65 and over", None)]
    dot = next(layer for layer in layers(chart) if mark(layer) == "point")
    assert {"filter": "isValid(datum.value)"} in dot["transform"]
    texts = [layer for layer in layers(chart) if mark(layer) == "text"]
    assert any("!isValid(datum.value)" in str(layer["transform"]) for layer in texts)


def test_changes_are_coloured_by_their_sign_around_zero(tables):
    changes = tables["changes"].filter(
        scope="touchpoint", wave="2018", against="baseline", segment="all", weighted=True
    )
    chart = interval_dots(changes.with_columns(label="touchpoint_id"), title="Change", signed=True)
    assert rows_of(chart, layer=0) == [{"value": 0.0}]
    dot = next(layer for layer in layers(chart) if mark(layer) == "point")
    assert dot["encoding"]["color"]["condition"] == {"test": "datum.value < 0", "value": theme.FALL}


def test_long_labels_are_wrapped_so_that_the_data_have_room(tables):
    label = "Escalators, elevators and moving walkways"
    row = segments_of(tables, "purpose").head(1).with_columns(label=pl.lit(label))
    (drawn,) = rows_of(interval_dots(row, title="Score"))
    assert drawn["label"].replace("\n", " ") == label
    assert max(map(len, drawn["label"].split("\n"))) <= 22


@pytest.mark.parametrize("draw", [interval_dots, score_bars])
def test_a_number_beside_an_interval_has_room_past_the_plot(tables, draw):
    chart = theme.dress(draw(segments_of(tables, "purpose"), title="Score"))
    assert chart.to_dict()["padding"]["right"] >= 18


def test_bars_end_where_the_measure_ends(tables):
    stages = tables["scores"].filter(
        scope="stage", wave="2018", segment="all", weighted=True, measure="mean"
    )
    chart = score_bars(stages.with_columns(label="stage"), title="Score")
    bar = next(layer for layer in layers(chart) if mark(layer) == "bar")
    assert bar["encoding"]["x"]["scale"]["domain"] == [0, 100]


def test_answers_come_from_worst_to_best_and_then_the_reasons(tables):
    shares = tables["distributions"].filter(touchpoint_id="wifi", segment="all", weighted=True)
    order = [*tiny_survey.LIKERT, *tiny_survey.REASONS]
    chart = answer_distribution(
        shares,
        periods=tiny_survey.WAVES,
        answers=tiny_survey.LIKERT,
        reasons=list(tiny_survey.REASONS),
        title="Share",
    )
    assert [row["answer"] for row in rows_of(chart) if row["wave"] == "2018"] == order
    assert chart.to_dict()["encoding"]["color"]["scale"]["domain"] == order
    total = sum(row["value"] for row in rows_of(chart) if row["wave"] == "2018")
    assert total == pytest.approx(100)


@given(st.integers(1, 11))
def test_a_ramp_has_a_colour_of_its_own_for_every_answer(steps):
    colours = ramp(steps)
    assert len(set(colours)) == steps
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in colours)
    assert colours[-1] == theme.LIKERT[-1].upper()


def test_a_file_s_bar_is_the_sum_of_its_parts(tables):
    ledger = tables["ledger"].with_columns(label="source_file")
    chart = ledger_bars(ledger, accepted="in", quarantined="out", title="Rows", total="Rows in")
    rows = pl.DataFrame(rows_of(chart, layer=0))
    sums = rows.group_by("label", "rows_in").agg(pl.col("rows").sum())
    assert sums["rows"].to_list() == sums["rows_in"].to_list()
    assert [row["rows_quarantined"] for row in rows_of(chart, layer=1)] == [30, 5]


def test_activity_keeps_the_order_of_months_and_kinds():
    activity = tiny_shop.tables()["activity"]
    chart = activity_bars(
        activity,
        column="n_orders",
        periods=tiny_shop.MONTHS,
        kinds=list(tiny_shop.KINDS),
        title="Orders",
    )
    encoding = chart.to_dict()["encoding"]
    assert encoding["x"]["sort"] == list(tiny_shop.MONTHS)
    assert encoding["color"]["scale"]["domain"] == list(tiny_shop.KINDS)


def test_the_current_month_stands_out():
    activity = tiny_shop.tables()["activity"].filter(kind="completed")
    chart = activity_bars(
        activity,
        column="n_orders",
        periods=tiny_shop.MONTHS,
        kinds=["completed"],
        title="Orders",
        current="2011-11",
    )
    condition = chart.to_dict()["encoding"]["color"]["condition"]
    assert condition == {"test": "(datum.period !== '2011-11')", "value": theme.PALE}


def test_a_month_that_is_not_whole_is_lighter_than_the_others():
    chart = activity_bars(
        tiny_shop.tables()["activity"],
        column="n_orders",
        periods=tiny_shop.MONTHS,
        kinds=list(tiny_shop.KINDS),
        title="Orders",
        partial=["2011-12"],
    )
    opacity = chart.to_dict()["encoding"]["opacity"]
    assert opacity["condition"]["test"] == 'indexof(["2011-12"], datum.period) >= 0'
    assert opacity["condition"]["value"] < opacity["value"] == 1


def test_a_picture_of_an_interval_is_to_scale():
    picture = unquote(interval_picture(50, 40, 60, lowest=0, highest=100) or "")
    assert f'x="{0.4 * WIDTH:.1f}" y="11" width="{0.2 * WIDTH:.1f}"' in picture
    assert theme.ACCENT in picture


def test_a_bar_of_a_signed_measure_begins_at_zero():
    picture = unquote(interval_picture(-50, -60, -40, lowest=-100, highest=100) or "")
    assert f'x="{0.25 * WIDTH:.1f}" y="7" width="{0.25 * WIDTH:.1f}"' in picture


def test_there_is_no_picture_without_a_value():
    assert interval_picture(None, None, None, lowest=0, highest=100) is None


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_picture_holds_numbers_only_and_stays_in_its_frame(value, below, above):
    picture = interval_picture(value, value - below, value + above, lowest=0, highest=100)
    shown = unquote(picture or "").split(",", 1)[1]
    numbers = [float(x) for x in re.findall(r' x="(-?[\d.]+)"', shown)]
    assert all(-1.3 <= x <= WIDTH for x in numbers)
    assert "nan" not in shown


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("page", ["#FFFFFF", "#11161C"])
@pytest.mark.parametrize("colour", [*theme.SERIES, theme.RISE, theme.FALL])
def test_marks_stand_out_on_light_and_dark_pages(colour, page):
    assert contrast(colour, page) >= 3  # WCAG 2.2, 1.4.11


def test_a_dressed_chart_writes_numbers_as_its_language_does(tables):
    chart = trend_with_interval(scores_of(tables), periods=WAVES, title="Score")
    config = theme.dress(chart, "de").to_dict()["config"]
    assert config["locale"]["number"]["decimal"] == ","


def test_the_theme_of_notebooks_is_the_app_s_with_ink(tables):
    before = alt.theme.active
    theme.enable()
    try:
        chart = trend_with_interval(scores_of(tables), periods=WAVES, title="Score")
        config = chart.to_dict()["config"]
    finally:
        alt.theme.enable(before)
    assert config["axis"]["labelColor"] == theme.INK["axis"]["labelColor"]
    assert config["axis"]["labelFontSize"] == theme.SHAPES["axis"]["labelFontSize"]
