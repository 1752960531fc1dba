"""The plan page: its sentence, why measures are in or out, edits in place, and saved plans."""

import re

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from app.core import bundle, exports, scenarios
from app.views.plan import live, register
from app.views.plan.edits import Edit
from pipelines.contract.registry import published
from tests.app import tiny_bundle, tiny_plan, tiny_survey
from tests.app.reading import chart_rows, metrics, texts

LINK = {"study": "airport", "lang": "en"}


@pytest.fixture
def read(data) -> bundle.Bundle:
    return bundle.load("airport")


def address(app: AppTest) -> dict[str, str]:
    return {k: v[0] if isinstance(v, list) else v for k, v in app.query_params.items()}


def headline(app: AppTest) -> str:
    found = [e.value for e in app.markdown if e.value.startswith("#### ")]
    assert len(found) == 1
    return found[0].removeprefix("#### ").replace("\\", "").replace("\N{NO-BREAK SPACE}", " ")


def warnings(app: AppTest) -> str:
    return " ".join(warning.value.replace("\\", "") for warning in app.warning)


def reason(app: AppTest, measure: str) -> str:
    """What the page says of a measure."""
    lines = [line for line in texts(app).split("\n") if line.startswith(f"- **{measure}**")]
    assert len(lines) == 1
    return lines[0]


def button(app: AppTest, label: str):
    return next(b for b in app.button if re.search(label, b.label.replace("\\", "")))


def planned(read: bundle.Bundle, budget: float = 200_000.0, **edits: Edit) -> live.BestPlan:
    return live.plan_for(read, register.aim_of(read), edits, budget, "expected")


def test_the_page_says_first_that_measures_are_examples_and_then_what_the_plan_takes(
    data, open_page
):
    app = open_page("plan", **LINK)
    assert "8 of 9 measures are examples. A made-up example: costs are placeholders" in warnings(
        app
    )
    assert headline(app) == (
        "With 200,000 USD the best plan takes 2 measures for 190,000 USD: the NPS (“Would you "
        "recommend us?”) would stand at 45.4 instead of 42.0 (+2.7 to +4.3), partly as trials "
        "measured it, partly if what goes together today is an effect."
    )
    german = headline(open_page("plan", **LINK | {"lang": "de"}))
    assert german.startswith("Mit 200.000 USD nimmt der beste Plan 2 Maßnahmen für 190.000 USD: ")


def test_the_numbers_are_those_of_the_plan(read, open_page):
    app, found = open_page("plan", **LINK), planned(read)
    assert set(found.taken) == {"security_lanes", "new_signs"}
    shown = metrics(app)
    assert shown["Expected change (floor)"] == f"+{found.whole.value:.1f}"
    assert shown["Cost"] == "190,000\N{NO-BREAK SPACE}USD"


def test_a_budget_that_is_moved_changes_plan_address_and_frontier(data, open_page):
    app = open_page("plan", **LINK)
    app.slider(key="plan_budget").set_value(40_000).run()
    assert address(app)["budget"] == "40000"
    assert "one measure for 40,000" in headline(app)
    assert [row["budget"] for row in chart_rows(app, "What a budget brings")] == [
        0.0, 100_000.0, 200_000.0, 300_000.0, 400_000.0,
    ]  # fmt: skip
    app.slider(key="plan_budget").set_value(0).run()
    assert "no measure of the register can be taken" in headline(app)


REASONS = [
    ("Valet parking", "barred by the gate: at Parking a must-be is below its minimum",
     "Parkservice", "an der Schranke gesperrt: Bei Parken liegt eine Basisanforderung unter"),
    ("Partner's website", "Website is not the company's to change: it gets no cost to fix",
     "Website des Partners", "Website kann das Unternehmen nicht ändern"),
    ("Best Wi-Fi for all", "90 % of those concerned were asked, the data support 60 %",
     "Bestes WLAN für alle", "verlangt waren 90 % der Betroffenen, die Daten tragen 60 %"),
    ("All restaurants best", "costs more than the whole budget",
     "Alle Restaurants bestmöglich", "kostet mehr als das ganze Budget"),
]  # fmt: skip


@pytest.mark.parametrize(("english", "why", "german", "warum"), REASONS)
def test_a_measure_that_is_not_taken_stays_with_its_reason_in_both_languages(
    data, open_page, english, why, german, warum
):
    assert why in reason(open_page("plan", **LINK), english)
    assert warum in reason(open_page("plan", **LINK | {"lang": "de"}), german)


def test_measured_effects_carry_the_class_of_their_trial_and_examples_are_marked(data, open_page):
    app = open_page("plan", **LINK)
    assert "experimental" in reason(app, "New signs")
    assert "example" not in reason(app, "New signs")
    assert "association, example" in reason(app, "More lanes")


def test_what_must_be_in_is_in_and_what_it_excludes_is_out(data, open_page):
    app = open_page("plan", **LINK, edits="wifi_vouchers:use:must")
    assert "must be in" in reason(app, "Wi-Fi vouchers")
    assert "cannot go together with Wi-Fi vouchers, which must be in" in reason(app, "Faster Wi-Fi")


def test_what_must_be_in_brings_what_it_needs(read):
    found = planned(read, security_training=Edit(use="must"))
    assert set(found.taken) >= {"security_training", "security_lanes"}
    assert found.cost == pytest.approx(180_000.0)


def test_what_must_be_in_takes_its_part_of_budget_and_capacity(read):
    found = planned(read, 110_000.0, wifi_upgrade=Edit(use="must"))
    assert found.taken == ("wifi_upgrade",)
    assert found.offer.options.capacity.tolist() == [40.0]
    assert found.missing == 0
    assert planned(read, 50_000.0, wifi_upgrade=Edit(use="must")).missing == 50_000.0


def test_what_must_be_in_and_costs_too_much_says_how_much_lacks(data, open_page):
    app = open_page("plan", **LINK, edits="food_court:use:must")
    assert "What must be in costs 700,000\N{NO-BREAK SPACE}USD more than the budget." in warnings(
        app
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "“Valet parking”: must be in, but cannot be: barred by the gate"),
        ("de", "„Parkservice“: muss hinein, kann aber nicht: an der Schranke gesperrt"),
    ],
)
def test_what_must_be_in_and_cannot_be_is_refused_with_its_reason(data, open_page, code, said):
    app = open_page("plan", **LINK | {"lang": code}, edits="valet:use:must")
    assert said in warnings(app)


def test_what_is_left_out_is_out(read, data, open_page):
    app = open_page("plan", **LINK, edits="security_lanes:use:out")
    assert "left out here" in reason(app, "More lanes")
    assert "needs More lanes, which cannot be chosen" in reason(app, "Training of staff")


def test_an_edit_in_place_changes_the_plan_and_the_address(read, data, open_page):
    app = open_page("plan", **LINK)
    table = app.data_editor[0]
    assert table.value["label"].tolist()[0] == "Faster Wi-Fi"
    place = list(tiny_plan.MEASURES).index("food_court")
    change(app, place, "one_off", 100_000)
    assert address(app)["edits"] == "food_court:one_off:100000"
    assert "in the best plan under this budget" in reason(app, "All restaurants best")
    change(app, place, "use", "leave out")
    assert address(app)["edits"] == "food_court:one_off:100000 food_court:use:out"
    assert "left out here" in reason(app, "All restaurants best")


def change(app: AppTest, row: int, column: str, value: object) -> None:
    """Edit one cell, as its editor tells the script."""
    key = app.data_editor[0].key
    before = app.session_state[key]["edited_rows"]
    rows = {row: {**before.get(row, {}), column: value}}
    app.session_state[key] = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}
    app.run()


def test_a_copied_address_opens_the_same_plan(data, open_page):
    link = LINK | {"budget": "300000", "objective": "cautious"}
    first = open_page("plan", **link, edits="food_court:one_off:50000 valet:use:out")
    second = open_page("plan", **address(first))
    assert address(first) == address(second)
    assert address(first)["objective"] == "cautious"
    assert headline(first) == headline(second)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("budget", "-5", "the budget"), ("budget", "1e9", "the budget"),
        ("budget", "900000000", "the budget"), ("objective", "loud", "what is raised"),
        ("edits", "moon:use:must", "the edits"), ("edits", "valet:share:200", "the edits"),
    ],
)  # fmt: skip
def test_what_a_link_asks_and_nobody_knows_is_told(data, open_page, key, value, said):
    app = open_page("plan", **LINK, **{key: value})
    assert f"The link asks for {said}" in warnings(app)
    assert address(app)["budget"] == "200000"
    assert address(app)["edits"] == "none"


def test_simpler_rules_stand_beside_the_best_plan(data, open_page):
    app = open_page("plan", **LINK)
    assert (
        "Choosing by room for improvement alone would lose most against the best plan: 1.2 points"
        in texts(app)
    )
    app = open_page("plan", **LINK, budget="50000")
    assert "No budget below this one was compared with simpler rules." in texts(app)


def test_the_frontier_follows_edits_and_never_falls(read):
    aim = register.aim_of(read)
    published = live.frontier(read, aim, "none", "expected")
    assert published["value"].to_list() == [0.0, 1.0, 2.0, 3.0, 4.0]
    found = live.frontier(read, aim, "food_court:one_off:100000", "expected")
    assert found["value"].is_sorted()
    assert found["value"][1] > planned(read, 100_000.0).whole.value
    must = live.frontier(read, aim, "wifi_vouchers:use:must", "expected")
    assert must["budget"].min() == 100_000.0  # with less it cannot be in


def test_plans_are_saved_compared_opened_and_loaded_from_a_file(data, open_page):
    app = open_page("plan", **LINK, edits="valet:use:out", budget="300000")
    app.text_input(key="scenario_name_plan").set_value("No valet")
    button(app, "^Save$").click().run()
    table = next(f.value for f in app.dataframe if "budget" in f.value.columns)
    assert table["budget"].tolist() == ["300,000\N{NO-BREAK SPACE}USD"]
    kept = scenarios.Scenario("From a file", {"budget": "100000", "edits": "valet:use:must"})
    field = next(f for f in app.file_uploader if f.key == "scenario_file_plan")
    content = scenarios.as_file("airport", "plan", [kept]).encode()
    field.set_value(("plans.json", content, "application/json")).run()
    app.selectbox(key="scenario_pick_plan").set_value("From a file").run()
    button(app, "^Open$").click().run()
    assert (address(app)["budget"], address(app)["edits"]) == ("100000", "valet:use:must")
    assert app.slider(key="plan_budget").value == 100_000


def test_a_file_of_another_page_is_refused_kindly(data, open_page):
    app = open_page("plan", **LINK)
    content = scenarios.as_file("airport", "whatif", [scenarios.Scenario("x", {"moves": "none"})])
    field = next(f for f in app.file_uploader if f.key == "scenario_file_plan")
    field.set_value(("x.json", content.encode(), "application/json")).run()
    assert "This file holds scenarios of another page." in warnings(app)


def test_what_is_downloaded_holds_every_measure_its_reason_and_the_assumption(
    data, open_page, monkeypatch
):
    offered = {}

    def seen(_words, frame, headings, *, name, key):
        offered[name] = (frame, headings)

    monkeypatch.setattr(exports, "buttons", seen)
    open_page("plan", **LINK)
    frame, headings = offered["airport_plan"]
    assert frame.columns == list(headings)
    assert frame.height == len(tiny_plan.MEASURES)
    assert frame["why"].null_count() == 0
    assert all(text.startswith("Assumption:") for text in frame["assumption"])
    signs = frame.row(by_predicate=pl.col("measure") == "New signs", named=True)
    assert (signs["evidence"], signs["source"]) == ("experimental", "trial of spring")


def test_what_came_of_a_measure_stands_beside_it(own_data, open_page):
    done = tiny_plan.tables()["measures"].with_columns(
        realised=pl.when(pl.col("measure_id") == "new_signs").then(1.3),
        realised_error=pl.when(pl.col("measure_id") == "new_signs").then(0.4),
    )
    tiny_survey.publish(own_data, measures=done)
    assert "“New signs”: +1.3 since –" in texts(open_page("plan", **LINK))


def test_a_study_whose_plan_has_no_aim_or_no_model_says_so(own_data, open_page):
    without = tiny_survey.register() | {"plan": None}
    tiny_bundle.write(own_data / "airport", without, tiny_survey.tables(), empty={})
    assert "This study declares no plan" in texts(open_page("plan", **LINK))
    refused = tiny_survey.tables()["outcome_models"].with_columns(value=pl.lit(None, pl.Float64))
    tiny_survey.publish(own_data, outcome_models=refused)
    assert "This study declares no plan" in texts(open_page("plan", **LINK))


def test_a_study_without_published_plans_computes_its_frontier(own_data, open_page):
    names = ("plans", "plan_rules")
    tiny_survey.publish(own_data, **{n: published()[n].without_rows() for n in names})
    app = open_page("plan", **LINK)
    assert len(chart_rows(app, "What a budget brings")) == 5
