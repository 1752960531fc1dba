"""Every number opens its evidence card, and a card shows what its row says."""

import polars as pl
import pytest

from app.core import bundle, evidence, headline, language
from app.core.choices import Choice
from app.core.page import View
from app.views.touchpoints import scorecard
from pipelines.contract.estimate import SCORE_POLICIES
from pipelines.contract.measure import SCORE_METHODS
from tests.app.reading import open_card

CHOICE = Choice("cold", "2018", "all", "all", True)


@pytest.fixture
def read(data) -> bundle.Bundle:
    return bundle.load("airport")


@pytest.fixture
def words() -> language.Words:
    return language.load("en")


def row(read: bundle.Bundle, table: str = "scores", **wanted: object) -> dict:
    usual = {"segment": "all", "weighted": True, "wave": "2018", "measure": "mean"}
    if table == "changes":
        usual["against"] = "previous"
    found = read.tables[table].filter(**(usual | wanted))
    assert found.height == 1
    return found.row(0, named=True)


def test_a_card_of_a_score_says_how_it_was_made(read):
    number = row(read, touchpoint_id="wifi")
    assert open_card(read, "scores", number["row"]) == {
        "title": "Wi-Fi: Mean score | 2018",
        "Value": "66.0",
        "95% interval": "64.1 to 67.9",
        "Answers (n)": "495",
        "Effective n": "396",
        "Design effect": "1.25",
        "Weights": "weighted",
        "Missing answers": SCORE_POLICIES.sentence("answers"),
        "Window": "wave 2018, 1 May 2018 to 31 May 2018",
        "Method": SCORE_METHODS.sentence("mean"),
        "Evidence class": "descriptive",
        "Warnings": "none",
        "Hash of the inputs": "5f" * 6,
        "Hash of the table": read.manifest["tables"]["scores"]["sha256"][:12],
    }


def test_a_card_of_a_change_names_both_waves_and_its_adjusted_p_value(read):
    facts = open_card(read, "changes", row(read, "changes", touchpoint_id="wifi")["row"])
    assert facts["Value"] == "+4.0"
    assert facts["Answers (n)"] == "495"
    assert facts["Answers in the earlier wave"] == "450"
    assert facts["p, adjusted for the number of comparisons"] == "0.016"


def test_a_withheld_number_has_a_card_without_any_number(read):
    hidden = row(read, touchpoint_id="wifi", segment="age", group="65 and over")
    facts = open_card(read, "scores", hidden["row"])
    assert facts["Value"] == "withheld"
    assert "fewer than 10 people answered" in facts["Warnings"]
    assert not {"95% interval", "Answers (n)", "Effective n"} & facts.keys()


def test_a_wave_without_weights_is_not_called_weighted(read):
    facts = open_card(read, "scores", row(read, touchpoint_id="wifi", wave="2016")["row"])
    assert facts["Weights"] == "unweighted"
    assert "no weights" in facts["Warnings"]


def test_a_number_on_few_answers_warns(read):
    few = row(read, touchpoint_id="wifi", segment="purpose", group="other")
    assert few["n"] < 30
    assert "fewer than 30 answers" in open_card(read, "scores", few["row"])["Warnings"]


def test_a_card_of_a_count_says_that_it_is_no_estimate(data):
    read = bundle.load("shop")
    number = read.tables["activity"].filter(period="2011-12", kind="completed")["row"][0]
    facts = open_card(read, "activity", number)
    assert facts["Orders"] == "1,560"
    assert facts["Window"] == "1 December 2011 to 9 December 2011"
    assert facts["Method"] == "complete count, no estimate"


@pytest.mark.parametrize(
    ("measure", "change", "verdict"),
    [
        ("mean", 2.0, "better"),
        ("mean", -2.0, "worse"),
        ("under_fulfilled", 2.0, "worse"),
        ("reach", 2.0, "neither"),
    ],
)
def test_a_change_is_judged_by_what_is_better_for_customers(measure, change, verdict):
    assert headline.judge(measure, change) == verdict


def test_every_cell_of_the_scorecard_leads_to_the_row_it_shows(read, words):
    card = scorecard.build(View(read, words, CHOICE), "mean")
    line = card.frame["touchpoint_id"].to_list().index("parking")
    shown = {
        "value": row(read, touchpoint_id="parking"),
        "reach": row(read, touchpoint_id="parking", measure="reach"),
        "previous": row(read, "changes", touchpoint_id="parking"),
        "baseline": row(read, "changes", touchpoint_id="parking", against="baseline"),
    }
    for column, wanted in shown.items():
        table, number = card.source(line, column)
        assert read.row(table, number) == wanted
        assert card.frame[column][line] == wanted["value"]
    assert card.source(line, "label") is None


def test_every_number_of_the_scorecard_is_a_row_of_the_bundle(read, words):
    for measure in ("mean", "top2"):
        card = scorecard.build(View(read, words, CHOICE), measure)
        told = set(read.tables["scores"]["value"]) | set(read.tables["changes"]["value"])
        for column in ("value", "low", "high", "reach", "previous", "baseline"):
            known = told | set(read.tables["scores"]["low"]) | set(read.tables["scores"]["high"])
            assert set(card.frame[column]) - {None} <= known
        assert set(card.frame["course"].explode(empty_as_null=True)) <= told


def test_headlines_carry_their_card(data, open_page):
    app = open_page(study="airport", lang="en")
    cards = [table.value for table in app.table if "Method" in table.value["fact"].to_list()]
    # three numbers and the changes of those that have some
    assert len(cards) == 3 + 3


def test_a_picked_cell_opens_its_card_once(data, open_page):
    app = open_page("touchpoints", study="airport", lang="en")
    before = len(app.table)
    app.session_state[evidence.ASKED] = (bundle.load("airport").version, "scores", 0)
    app.run()
    assert len(app.table) == before + 1
    app.run()
    assert len(app.table) == before


def test_a_card_asked_of_a_bundle_that_is_gone_is_not_shown(data, open_page):
    app = open_page("touchpoints", study="airport", lang="en")
    before = len(app.table)
    app.session_state[evidence.ASKED] = ("an older bundle", "scores", 0)
    app.run()
    assert len(app.table) == before


def test_a_withheld_row_has_no_number_in_the_bundle(read):
    """What the app relies on: it can only show what is published."""
    hidden = read.tables["scores"].filter(pl.col("flags").str.contains("withheld"))
    assert hidden.height > 0
    assert hidden.select("value", "low", "high", "n", "n_eff").null_count().row(0) == (
        (hidden.height,) * 5
    )
