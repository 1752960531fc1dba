"""Charts of drivers: order, intervals, letters, ellipses, names, odd labels, empty values."""

import math

import altair as alt
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.charts import theme
from pipelines.charts.importance import (
    grouped_dots,
    policy_heat,
    rank_lines,
    ranked_shares,
    slope_dots,
)
from pipelines.charts.placement import with_names
from pipelines.charts.priority import ellipses, priority_map, stated_map
from tests.app import tiny_survey
from tests.charts.reading_charts import layers, mark, picks, rows_of

ODD = "</script>\"'\\ `x` {{y}} <b>Ä</b> datum.value % 日本"
QUADRANTS = {"improve": "Improve", "keep": "Keep", "watch": "Watch", "maintain": "Maintain"}
MAP = {
    "across": "Performance",
    "up": "Importance",
    "quadrants": QUADRANTS,
    "borders": ("Mean", "Equal share"),
    "probability": "Quadrant",
}


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return {name: t.with_row_index("row") for name, t in tiny_survey.tables().items()}


def drivers(tables: dict[str, pl.DataFrame], **wanted: object) -> pl.DataFrame:
    """Rows of drivers of all customers, as the page gives them to charts."""
    usual = {
        "outcome": "overall_rating", "target": "mean", "segment": "all", "wave": "2018",
        "policy": "use_rating", "approach": "lmg",
    }  # fmt: skip
    asked = {name: value for name, value in (usual | wanted).items() if value is not None}
    return tables["drivers"].filter(**asked).sort("rank").with_columns(
        label="touchpoint_id",
        rank_text=pl.format("rank {}", "rank"),
        rank_span=pl.col("rank").cast(pl.String),
        reach_text=pl.format("{}%", "reach"),
    )  # fmt: skip


def places(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows of the map of all customers, the most important first."""
    usual = {"outcome": "overall_rating", "segment": "all", "wave": "2018"}
    found = tables["priorities"].filter(**usual).sort("value", descending=True)
    return found.with_columns(label="touchpoint_id", number=pl.int_range(1, 7).cast(pl.String))


def grouped(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    own = drivers(tables, segment="purpose")
    return own.with_columns(group="group", differs=pl.col("touchpoint_id") == "food")


def waves(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    own = drivers(tables, wave=None)
    return own.with_columns(leads=pl.col("touchpoint_id").is_in(["food", "security"]))


def drawn(tables: dict[str, pl.DataFrame], name: str, label: str = "food") -> alt.LayerChart:
    """A chart of the page; with that label for the restaurants."""

    def called(frame: pl.DataFrame) -> pl.DataFrame:
        food = pl.col("touchpoint_id") == "food"
        return frame.with_columns(
            label=pl.when(food).then(pl.lit(label)).otherwise("touchpoint_id")
        )

    if name == "shares":
        return ranked_shares(
            called(drivers(tables)),
            title="Share",
            ranks="Rank",
            letters="Letters",
            noise="Noise",
            picks=True,
        )
    if name == "slopes":
        return slope_dots(called(drivers(tables)), title="Slope", reach="Reach", picks=True)
    if name == "heat":
        frame = called(drivers(tables, policy=None))
        return policy_heat(frame, policies=frame["policy"].unique().to_list(), picks=True)
    if name == "groups":
        said = {"title": "Share", "clear": "differs", "unclear": "like"}
        return grouped_dots(
            called(grouped(tables)), groups=["business", "leisure"], **said, picks=True
        )
    if name == "ranks":
        said = {"title": "Rank", "rank": "Rank"}
        return rank_lines(called(waves(tables)), periods=tiny_survey.WAVES, **said, picks=True)
    if name == "map":
        return priority_map(called(places(tables)), **MAP, picks=True)
    frame = called(places(tables)).drop_nulls("stated")
    return stated_map(frame, across="Derived", up="Stated", picks=True)


CHARTS = ("shares", "slopes", "heat", "groups", "ranks", "map", "stated")


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_valid_and_picks_its_rows(tables, name):
    chart = drawn(tables, name)
    (pick,) = picks(chart)
    assert pick["select"]["fields"] == ["row"]
    known = [rows for rows in chart.to_dict()["datasets"].values() if rows and "row" in rows[0]]
    assert known


@pytest.mark.parametrize("name", CHARTS)
def test_an_odd_label_is_data_and_nothing_else(tables, name):
    spec = theme.dress(drawn(tables, name, ODD)).to_dict()
    told = {
        str(row.get("label", "")).replace("\n", " ")
        for rows in spec.pop("datasets").values()
        for row in rows
    }
    assert ODD in told
    assert all("script>" not in text for text in expressions(spec))


def expressions(part: object) -> list[str]:
    """Every Vega expression of a specification."""
    if isinstance(part, list):
        return [text for one in part for text in expressions(one)]
    if not isinstance(part, dict):
        return []
    own = [v for k, v in part.items() if k in ("calculate", "filter", "test", "labelExpr", "expr")]
    return [v for v in own if isinstance(v, str)] + expressions(list(part.values()))


def first(chart: alt.LayerChart, kind: str) -> dict:
    return next(layer for layer in layers(chart) if mark(layer) == kind)


def test_shares_keep_the_order_of_their_ranks_and_their_intervals(tables):
    chart = drawn(tables, "shares")
    assert [row["rank"] for row in rows_of(chart)] == [1, 2, 3, 4, 5, 6]
    bar, rule = first(chart, "bar"), first(chart, "rule")
    assert bar["encoding"]["y"]["sort"][0] == "security (a)"
    assert (rule["encoding"]["x"]["field"], rule["encoding"]["x2"]["field"]) == ("low", "high")


def test_letters_stand_beside_the_name_of_their_driver(tables):
    names = {row["label"]: row["name"] for row in rows_of(drawn(tables, "shares"))}
    letters = dict(drivers(tables).select("label", "letters").rows())
    assert names == {label: f"{label} ({letters[label]})" for label in letters}
    assert len(set(letters.values())) > 1


def test_the_share_of_noise_is_marked_beside_every_share_that_has_one(tables):
    told = drivers(tables)
    marks = [
        layer for layer in layers(drawn(tables, "shares"))
        if layer["encoding"].get("x", {}).get("field") == "share_of_noise"
    ]  # fmt: skip
    assert [mark(layer) for layer in marks] == ["tick"]
    assert marks[0]["transform"][-1] == {"filter": "isValid(datum.share_of_noise)"}
    assert {row["share_of_noise"] for row in rows_of(drawn(tables, "shares"))} == set(
        told["share_of_noise"]
    )


def test_a_share_on_few_answers_is_grey(tables):
    colour = first(drawn(tables, "shares"), "bar")["encoding"]["color"]
    assert colour["condition"]["value"] == theme.MUTED


def test_shares_of_one_driver_or_of_none_are_drawn(tables):
    one = drivers(tables).head(1)
    said = {"title": "", "ranks": "", "letters": "", "noise": ""}
    assert len(rows_of(ranked_shares(one, **said))) == 1
    ranked_shares(one.clear(), **said).to_dict()


def test_a_slope_is_drawn_with_its_own_interval_and_users(tables):
    (row,) = [r for r in rows_of(drawn(tables, "slopes"), 1) if r["label"] == "food"]
    source = drivers(tables).filter(touchpoint_id="food").row(0, named=True)
    told = {"value": "slope", "low": "slope_low", "high": "slope_high", "n": "n_users"}
    assert {name: row[name] for name in told} == {n: source[s] for n, s in told.items()}


def test_a_driver_without_a_slope_has_no_dot(tables):
    unknown = [pl.lit(None, pl.Float64).alias(n) for n in ("slope", "slope_low", "slope_high")]
    chart = slope_dots(drivers(tables).with_columns(unknown), title="", reach="")
    assert {"filter": "isValid(datum.value)"} in first(chart, "point")["transform"]


def test_a_refused_policy_keeps_its_column_of_dashes(tables):
    own = drivers(tables, policy=None)
    chart = policy_heat(own, policies=["use_rating", "em", "pairwise", "listwise"])
    dashes = rows_of(chart, len(layers(chart)) - 1)
    assert {row["policy"] for row in dashes} == {"listwise"}
    assert len(dashes) == 6


def test_a_withheld_share_has_a_dash_among_the_policies(tables):
    gone = (pl.col("policy") == "em") & (pl.col("touchpoint_id") == "food")
    own = drivers(tables, policy=None).with_columns(
        pl.when(~gone).then("value").alias("value"),
    )
    chart = policy_heat(own, policies=["use_rating", "em", "pairwise"])
    assert rows_of(chart, len(layers(chart)) - 1) == [{"label": "food", "policy": "em"}]


def test_long_names_of_policies_leave_the_cells_free(tables):
    own = drivers(tables).with_columns(policy=pl.lit("use and rating"))
    axis = first(policy_heat(own, policies=["use and rating"]), "rect")["encoding"]["x"]["axis"]
    assert axis["labelPadding"] == 8 + 14


def test_a_long_name_of_a_group_is_told_whole_below_the_chart(tables):
    long = "Visiting friends or other relatives (n\u00a0=\u00a0568)"
    names = {"business": "Business", "leisure": long}
    own = grouped(tables).with_columns(pl.col("group").replace_strict(names))
    said = {"title": "Share", "clear": "differs", "unclear": "like"}
    chart = grouped_dots(own, groups=list(names.values()), **said)
    legend = first(chart, "point")["encoding"]["color"]["scale"]["domain"]
    assert {row["group"] for row in rows_of(chart)} == set(legend)
    assert legend[1].replace("\n", " ") == long
    assert max(map(len, legend[1].split("\n"))) <= 34


def test_differences_that_survive_are_diamonds(tables):
    chart = drawn(tables, "groups")
    dot = first(chart, "point")["encoding"]
    assert dot["shape"]["condition"] == {"test": "datum.differs", "value": "diamond"}
    assert {row["verdict"] for row in rows_of(chart) if row["label"] == "food"} == {"differs"}


def test_a_wave_without_a_driver_leaves_a_gap_in_its_rank(tables):
    asked = waves(tables).filter(~((pl.col("wave") == "2017") & (pl.col("label") == "food")))
    chart = rank_lines(asked, periods=tiny_survey.WAVES, title="", rank="", current="2018")
    rows = [row for row in rows_of(chart, 1) if row["label"] == "food"]
    assert [row["wave"] for row in rows] == list(tiny_survey.WAVES)
    assert [row["rank"] is None for row in rows] == [False, True, False]
    assert rows_of(chart, 0) == [{"wave": "2018"}]


def test_no_rank_line_runs_from_one_series_of_its_question_into_another(tables):
    since = pl.when(pl.col("wave") < "2018").then(pl.lit("2016")).otherwise(pl.lit("2018"))
    ranks = waves(tables).with_columns(since=since)
    chart = rank_lines(ranks, periods=tiny_survey.WAVES, title="", rank="")
    rows = [row for row in rows_of(chart) if row["label"] == "food"]
    assert [row["since"] for row in rows] == ["2016", "2016", "2018"]
    details = [layer["encoding"]["detail"] for layer in layers(chart) if mark(layer) == "line"]
    assert all("since" in str(detail) for detail in details)


def test_every_rank_has_its_tick_and_the_first_is_on_top(tables):
    y = first(drawn(tables, "ranks"), "line")["encoding"]["y"]
    assert y["axis"]["values"] == [1, 2, 3, 4, 5, 6]
    assert y["scale"]["reverse"]


def place(**changed: object) -> pl.DataFrame:
    row = {
        "label": "a", "value": 20.0, "std_error": 3.0, "performance": 60.0,
        "performance_error": 2.0, "correlation": 0.5, "level": 0.95,
    }  # fmt: skip
    return pl.DataFrame([row | changed])


@settings(max_examples=30)
@given(st.floats(-0.99, 0.99), st.floats(0.5, 0.99), st.floats(0.1, 5), st.floats(0.1, 5))
def test_every_point_of_an_ellipse_is_equally_far_from_its_centre(rho, level, up, across):
    ring = ellipses(
        place(correlation=rho, level=level, std_error=up, performance_error=across)
    ).with_columns(u=(pl.col("x") - 60) / across, v=(pl.col("y") - 20) / up)
    distance = (pl.col("u") ** 2 - 2 * rho * pl.col("u") * pl.col("v") + pl.col("v") ** 2) / (
        1 - rho**2
    )
    squared = ring.select(distance.alias("d"))["d"].to_list()
    # Mahalanobis distance: the chi-square quantile with two degrees of freedom
    assert squared == pytest.approx([-2 * math.log(1 - level)] * ring.height, rel=1e-6)


def test_a_place_without_errors_has_no_ellipse():
    for name in ("std_error", "performance_error", "correlation"):
        unknown = place().with_columns(pl.lit(None, pl.Float64).alias(name))
        assert ellipses(unknown).is_empty()


def test_a_map_without_any_error_still_shows_its_points(tables):
    bare = places(tables).with_columns(std_error=pl.lit(None, pl.Float64))
    chart = priority_map(bare, **MAP)
    assert len(rows_of(chart, len(layers(chart)) - 1)) == 6


def test_the_borders_of_the_map_are_those_of_its_rows(tables):
    chart = drawn(tables, "map")
    drawn_at = [rows for rows in chart.to_dict()["datasets"].values() if "name" in rows[0]]
    told = {row["name"]: row.get("x", row.get("y")) for rows in drawn_at for row in rows}
    assert told == {"Mean": 67.0, "Equal share": places(tables)["importance_border"][0]}


def test_the_probability_told_of_a_place_is_that_of_its_quadrant(tables):
    chart = drawn(tables, "map")
    for row in rows_of(chart, len(layers(chart)) - 1):
        assert row["probability"] == row[f"p_{row['quadrant']}"] == 0.85


def test_one_driver_alone_makes_a_map(tables):
    priority_map(places(tables).head(1), **MAP).to_dict()
    stated_map(places(tables).head(1), across="", up="").to_dict()


def boxes(named: pl.DataFrame) -> list[tuple[float, float, float, float]]:
    """Where names stand on a plot of 100 by 100 units and as many pixels times ten."""
    found = []
    for row in named.to_dicts():
        width = 0.64 * len(row["label"])
        left = row["name_x"] - {"left": 0, "right": width, "center": width / 2}[row["align"]]
        found.append((left, row["name_y"] - 0.75, left + width, row["name_y"] + 0.75))
    return found


def overlap(one: tuple, other: tuple) -> float:
    return max(min(one[2], other[2]) - max(one[0], other[0]), 0) * max(
        min(one[3], other[3]) - max(one[1], other[1]), 0
    )


def test_names_of_near_points_do_not_hide_each_other():
    near = pl.DataFrame(
        {"label": [f"driver {i}" for i in range(5)], "x": [50.0, 50.5, 51.0, 50.2, 51.2]}
        | {"y": [50.0, 50.3, 49.9, 51.0, 50.8]}
    )
    found = boxes(with_names(near, ((0, 100), (0, 100)), (1000, 1000)))
    shared = [overlap(a, b) for i, a in enumerate(found) for b in found[:i]]
    assert max(shared) < 0.05


def test_a_name_stays_inside_the_plot_and_off_what_is_reserved():
    corner = pl.DataFrame({"label": ["a rather long name"], "x": [99.0], "y": [99.0]})
    spans, size = ((0, 100), (0, 100)), (1000, 1000)
    ((_, _, right, top),) = boxes(with_names(corner, spans, size))
    assert right <= 100
    assert top <= 100
    middle = corner.with_columns(x=pl.lit(50.0), y=pl.lit(50.0))
    beside = (50.5, 49.0, 70.0, 51.0)
    ((*box,),) = boxes(with_names(middle, spans, size, [beside]))
    assert overlap(tuple(box), beside) == 0


def test_a_bar_is_strong_up_to_the_part_of_its_rating(tables):
    chart = drawn(tables, "shares")
    strong, pale = [layer for layer in layers(chart) if mark(layer) == "bar"]
    assert strong["encoding"]["x"]["field"] == pale["encoding"]["x2"]["field"] == "strong"
    assert pale["encoding"]["x"]["field"] == "value"
    assert strong["mark"]["opacity"] > pale["mark"]["opacity"]
    for row in rows_of(chart):
        assert row["strong"] == row["rating_value"] <= row["value"]


def test_a_share_that_is_not_split_is_one_strong_bar(tables):
    whole = drivers(tables, approach="johnson")
    chart = ranked_shares(whole, title="Share", ranks="Rank", letters="Letters", noise="Noise")
    assert all(row["strong"] == row["value"] for row in rows_of(chart))
