"""The what-if page: its sentence, its refusals, its address, and scenarios that are kept."""

import re

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from app.core import bundle, exports, language, scenarios
from app.views.whatif import findings, models
from app.views.whatif.models import Customers
from pipelines.contract.registry import published
from pipelines.decisions.surfaces import Asked
from tests.app import tiny_survey, tiny_whatif
from tests.app.reading import chart_rows, charts, texts

LINK = {"study": "airport", "lang": "en", "outcome": "recommend"}
WIFI = "wifi_rating:lift_good:50"
EVERYBODY = Customers("cold", "all", "all")


def address(app: AppTest) -> dict[str, str]:
    return {k: v[0] if isinstance(v, list) else v for k, v in app.query_params.items()}


def headline(app: AppTest) -> str:
    """The sentence that the page opens with."""
    found = [e.value for e in app.markdown if e.value.startswith("#### ")]
    assert len(found) == 1
    return found[0].removeprefix("#### ").replace("\\", "")


def warnings(app: AppTest) -> str:
    return " ".join(warning.value.replace("\\", "") for warning in app.warning)


def button(app: AppTest, label: str):
    return next(b for b in app.button if re.search(label, b.label.replace("\\", "")))


def points(app: AppTest) -> list[dict]:
    """What was predicted and observed, beside the lines of the chart."""
    chart = next(c for c in charts(app) if c.proto.alt == "Predicted and observed changes")
    drawn = [pl.read_ipc_stream(dataset.data.data) for dataset in chart.proto.datasets]
    return next(frame for frame in drawn if "noise" in frame.columns).to_dicts()


def effect(driver: str, move: str, target: str) -> float:
    return tiny_whatif.effect(driver, move, target)


def test_the_page_opens_with_one_sentence_on_the_lift_with_the_largest_floor(data, open_page):
    app = open_page("whatif", study="airport", lang="en")
    half = effect("security", "lift_good", "nps") / 2
    assert headline(app) == (
        "If half of those who rate “Security checkpoint” below good rated it good, the NPS (“Would "
        f"you recommend us?”) would stand at {42 + half:.1f} instead of 42.0 (floor +2.7 to +3.9; "
        "ceiling 50.2), if what goes together today is an effect."
    )
    assert address(app)["moves"] == "security_rating:lift_good:50"


def test_the_sentence_is_german_in_german(data, open_page):
    app = open_page("whatif", **LINK | {"lang": "de"}, moves=WIFI)
    assert headline(app) == (
        "Wenn „WLAN“ von der Hälfte derer, die es heute schlechter als gut bewerten, gut bewertet "
        "würde, stünde der NPS („Würden Sie uns empfehlen?“) bei 43,3 statt bei 42,0 (Untergrenze "
        "+1,1 bis +1,5; Obergrenze 45,2), falls der heutige Zusammenhang eine Wirkung ist."
    )


@pytest.mark.parametrize("code", ["en", "de"])
@pytest.mark.parametrize("move", list(tiny_whatif.STRENGTH))
@pytest.mark.parametrize("share", [100, 75, 50, 25, 30])
def test_every_move_has_a_sentence_of_its_own(code, move, share):
    words = language.load(code)
    said = findings._condition(words, [Asked("wifi", move, share / 100)], {"wifi": "Wi-Fi"})
    assert "Wi-Fi" in said
    assert "{" not in said
    assert ("30" in said) == (share == 30)


def test_where_most_is_halo_the_page_says_so_before_the_sentence(data, open_page):
    app = open_page("whatif", **LINK)
    kinds = [e.type for e in app.main if e.type in ("warning", "markdown")]
    assert kinds[0] == "warning"
    assert "floor and ceiling lie far apart" in warnings(app)
    assert "72% is shared with all other ratings" in warnings(app)
    other = open_page("whatif", **LINK | {"outcome": "overall_rating"})
    assert "far apart" not in warnings(other)


def test_a_slider_changes_sentence_chart_and_address(data, open_page):
    app = open_page("whatif", **LINK, moves=WIFI)
    app.slider(key="whatif_share_wifi_rating").set_value(100).run()
    assert address(app)["moves"] == "wifi_rating:lift_good:100"
    assert "If all who rate “Wi-Fi” below good" in headline(app)
    drawn = {row["label"]: row for row in chart_rows(app, "Would you recommend us?")}
    assert drawn["promoters minus\ndetractors (NPS)"]["value"] == pytest.approx(
        effect("wifi", "lift_good", "nps")
    )


def test_the_numbers_are_those_of_the_surface(data, open_page):
    app = open_page("whatif", **LINK, moves=f"{WIFI},food_rating:lift_middle:80")
    surface = models.surface(bundle.load("airport"), EVERYBODY, "overall_rating")
    wanted = surface.evaluate([Asked("wifi_rating", "lift_good", 0.5),
                               Asked("food_rating", "lift_middle", 0.8)])  # fmt: skip
    drawn = chart_rows(app, "Airport as a whole")
    assert [row["value"] for row in drawn] == pytest.approx(
        [change.floor for change in wanted.values()]
    )
    assert [row["ceiling"] for row in drawn] == pytest.approx(
        [change.ceiling for change in wanted.values()]
    )


def test_a_touchpoint_that_is_picked_comes_with_the_usual_move_and_keeps_the_others(
    data, open_page
):
    app = open_page("whatif", **LINK, moves="wifi_rating:lift_best:40")
    app.multiselect(key="whatif_drivers").set_value(["wifi_rating", "food_rating"]).run()
    assert address(app)["moves"] == "wifi_rating:lift_best:40,food_rating:lift_good:50"
    app.selectbox(key="whatif_move_food_rating").set_value("widen").run()
    assert address(app)["moves"] == "wifi_rating:lift_best:40,food_rating:widen:50"


def test_without_a_move_the_page_says_where_the_outcome_stands(data, open_page):
    app = open_page("whatif", **LINK, moves=WIFI)
    app.multiselect(key="whatif_drivers").set_value([]).run()
    assert address(app)["moves"] == "none"
    assert headline(app).startswith("Today the NPS (“Would you recommend us?”) stands at 42.0")
    assert "One by one, at full strength" not in texts(app)


REFUSALS = [
    ("wifi_rating:lift_best:80", "80 % of those concerned were asked, the data support 60 %",
     "verlangt waren 80 % der Betroffenen, die Daten tragen 60 %"),
    ("signs_rating:lift_middle:50", "it would concern 12 respondents, where 30 are needed",
     "es beträfe 12 Befragte, nötig sind 30"),
    ("website_rating:widen:50", "9 respondents show where it would lead, where 30 are needed",
     "9 Befragte zeigen, wohin es führen würde, nötig sind 30"),
    ("parking_rating:lift_best:50", "none of them answers like those concerned",
     "niemand davon antwortet im Übrigen wie die Betroffenen"),
]  # fmt: skip


@pytest.mark.parametrize(("moves", "english", "german"), REFUSALS)
def test_what_is_refused_stays_with_its_reason_and_is_left_out(
    data, open_page, moves, english, german
):
    for code, said in (("en", english), ("de", german)):
        app = open_page("whatif", **LINK | {"lang": code}, moves=moves)
        assert said in warnings(app)
        assert address(app)["moves"] == moves
        drawn = chart_rows(app, {"en": "Airport as a whole", "de": "Flughafen insgesamt"}[code])
        assert [row["value"] for row in drawn] == [0.0] * 4


def test_a_button_sets_the_largest_share_that_is_supported(data, open_page):
    app = open_page("whatif", **LINK, moves="wifi_rating:lift_best:80")
    button(app, "Set the largest supported: 60%").click().run()
    assert address(app)["moves"] == "wifi_rating:lift_best:60"
    assert "refused" not in warnings(app)
    assert "If 60% of those who rate “Wi-Fi” below the best" in headline(app)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "No model for Purpose of travel: other: fewer than 300 answers."),
        ("de", "Kein Modell für Reisezweck: anderer: weniger als 300 Antworten."),
    ],
)
def test_a_group_without_a_model_is_refused_with_its_reason(data, open_page, code, said):
    link = LINK | {"lang": code, "segment": "purpose", "group": "other"}
    app = open_page("whatif", **link, moves=WIFI)
    assert said in warnings(app)
    assert not app.slider
    app.button[0].click().run()
    assert address(app)["segment"] == "all"
    assert app.slider


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "This touchpoint is not the company's own."),
        ("de", "Dieser Kontaktpunkt gehört nicht dem Unternehmen."),
    ],
)
def test_a_touchpoint_that_is_not_the_company_s_own_says_so(data, open_page, code, said):
    link = LINK | {"lang": code}
    assert said in texts(open_page("whatif", **link, moves="website_rating:lift_good:50"))
    assert said not in texts(open_page("whatif", **link, moves=WIFI))


def test_a_group_s_change_is_told_of_all_customers_too(data, open_page):
    link = LINK | {"segment": "purpose", "group": "business"}
    app = open_page("whatif", **link, moves="wifi_rating:lift_good:100")
    assert " among Purpose of travel: business would stand at" in headline(app)
    everybody = 0.4 * effect("wifi", "lift_good", "nps")
    assert f"are 40%: for all that would be +{everybody:.1f}." in texts(app)
    assert "For these customers this is not computed" in texts(app)  # robustness


def test_a_copied_address_opens_the_same_scenario(data, open_page):
    moves = "wifi_rating:lift_best:40,food_rating:widen:100,signs_rating:lift_middle:5"
    first = open_page("whatif", **LINK, moves=moves)
    second = open_page("whatif", **address(first))
    assert address(first) == address(second)
    assert address(first)["moves"] == moves
    assert headline(first) == headline(second)


@pytest.mark.parametrize(
    "moves",
    [
        "moon_rating:lift_good:50", "wifi_rating:fly:50", "wifi_rating:lift_good:101",
        "wifi_rating:lift_good:-1", "wifi_rating:lift_good:²", "wifi_rating", "", "x" * 500,
        "wifi_rating:lift_good:5,wifi_rating:widen:5",
    ],
)  # fmt: skip
def test_moves_that_nobody_knows_are_told_and_the_usual_ones_set(data, open_page, moves):
    app = open_page("whatif", **LINK, moves=moves)
    assert address(app)["moves"] == "security_rating:lift_good:50"
    if moves:
        assert "The link asks for the moves" in warnings(app)


def test_robustness_stands_beside_every_move_in_plain_words(data, open_page):
    app = open_page("whatif", **LINK, moves=f"{WIFI},food_rating:lift_good:50")
    said = texts(app)
    assert "**Wi-Fi**: An unknown confounder as strong as the strongest known one would" in said
    assert "**Restaurants**: An unknown confounder as strong" in said
    assert "not told from zero" in said


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("overall_rating", "Less came than was predicted: 0.6 of a predicted point."),
        ("recommend", "only one wave asks this in the same way"),
    ],
)
def test_calibration_comes_with_its_sentence_even_if_it_is_unfavourable(
    data, open_page, outcome, said
):
    app = open_page("whatif", **LINK | {"outcome": outcome})
    assert said in texts(app)
    assert len(points(app)) == 3


def test_what_was_held_out_can_be_chosen(data, open_page):
    app = open_page("whatif", **LINK | {"outcome": "overall_rating", "held_out": "groups"})
    assert {row["label"] for row in points(app)} == {"business", "leisure", "other"}


def test_a_study_without_trust_tables_says_so(own_data, open_page):
    names = ("robustness", "calibrations", "calibration_points")
    tiny_survey.publish(own_data, **{n: published()[n].without_rows() for n in names})
    said = texts(open_page("whatif", **LINK))
    assert "Nothing could be held out for this outcome." in said


def save(app: AppTest, name: str) -> AppTest:
    app.text_input(key="scenario_name_whatif").set_value(name)
    return button(app, "^Save$").click().run()


def test_scenarios_are_saved_compared_opened_and_deleted(data, open_page):
    app = open_page("whatif", **LINK, moves=WIFI)
    save(app, "=Wi-Fi first")
    app.slider(key="whatif_share_wifi_rating").set_value(100).run()
    save(app, "All of it")
    table = next(f.value for f in app.dataframe if "who" in f.value.columns)
    assert table["name"].tolist() == ["=Wi-Fi first", "All of it"]
    nps = table["Would you recommend us?: promoters minus detractors (NPS)"].tolist()
    assert [text.split(" ")[0] for text in nps] == ["43.3", "44.6"]
    app.selectbox(key="scenario_pick_whatif").set_value("=Wi-Fi first").run()
    button(app, "^Open$").click().run()
    assert address(app)["moves"] == WIFI
    assert "half of those" in headline(app)
    button(app, "^Delete$").click().run()
    assert app.selectbox(key="scenario_pick_whatif").options == ["All of it"]


def upload(app: AppTest, content: bytes) -> AppTest:
    field = next(f for f in app.file_uploader if f.key == "scenario_file_whatif")
    return field.set_value(("scenarios.json", content, "application/json")).run()


def test_a_file_of_scenarios_is_loaded_and_opens_what_it_holds(data, open_page):
    app = open_page("whatif", **LINK)
    kept = scenarios.Scenario("From a file", {"moves": WIFI, "outcome": "overall_rating"})
    upload(app, scenarios.as_file("airport", "whatif", [kept]).encode())
    assert [box.value for box in app.success] == ["Loaded: 1. Open one above."]
    button(app, "^Open$").click().run()
    assert address(app)["moves"] == WIFI
    assert address(app)["outcome"] == "overall_rating"


def test_a_wrong_file_gets_a_kind_message_and_changes_nothing(data, open_page):
    app = open_page("whatif", **LINK, moves=WIFI)
    upload(app, b"{broken")
    assert "This file cannot be read." in warnings(app)
    assert address(app)["moves"] == WIFI
    assert not [box for box in app.selectbox if box.key == "scenario_pick_whatif"]


def test_a_file_that_asks_for_what_the_study_does_not_know_is_told(data, open_page):
    app = open_page("whatif", **LINK, moves=WIFI)
    wrong = [scenarios.Scenario("<b>odd</b>", {"moves": "moon:lift_good:5", "segment": "shoes"})]
    upload(app, scenarios.as_file("airport", "whatif", wrong).encode())
    button(app, "^Open$").click().run()
    assert "The link asks for the moves" in warnings(app)
    assert address(app)["segment"] == "all"


def test_a_touchpoint_is_picked_on_the_map(data, open_page):
    app = open_page("whatif", **LINK, moves=WIFI)
    app.session_state["whatif_map"] = True
    app.run()
    drawn = chart_rows(app, "Pick touchpoints on the map")
    assert {row["driver"] for row in drawn} == {f"{name}_rating" for name in tiny_whatif.SHARES}
    assert "1 Security checkpoint · 2 Restaurants" in texts(app)


def test_what_is_downloaded_holds_every_number_and_the_assumption(data, open_page, monkeypatch):
    offered = {}

    def seen(_words, frame, headings, *, name, key):
        offered[name] = (frame, headings)

    monkeypatch.setattr(exports, "buttons", seen)
    open_page("whatif", **LINK, moves=WIFI)
    frame, headings = offered["airport_what_if"]
    assert frame.columns == list(headings)
    assert frame.height == 8
    assert set(frame["evidence"]) == {"association"}
    assert all(text.startswith("Assumption: what goes together") for text in frame["assumption"])
    nps = frame.row(by_predicate=pl.col("target").str.contains("NPS"), named=True)
    assert nps["floor_after"] == pytest.approx(42 + effect("wifi", "lift_good", "nps") / 2)
