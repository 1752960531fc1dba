"""The page of Kano and gaps: the sentence for the board, sections, empty and withheld cases."""

from __future__ import annotations

import polars as pl
import pytest

from app.core import bundle, language
from app.views.kano import findings
from pipelines.contract.registry import published
from tests.app import tiny_kano, tiny_survey
from tests.app.reading import chart_rows, charts, open_card, texts

LINK = {"study": "airport", "lang": "en"}
EN = language.load("en")
NO_CLASSES = pl.DataFrame(
    schema={
        "label": pl.String, "kano_class": pl.String, "flags": pl.String,
        **{f"p_{name}": pl.Float64 for name in tiny_kano.CLASSES},
    }
)  # fmt: skip


@pytest.fixture
def read(data) -> bundle.Bundle:
    return bundle.load("airport")


def number(read: bundle.Bundle, table: str, **where: object) -> int:
    """Number of the row of a table that is so."""
    found = read.tables[table].filter(**where)
    return int(found["row"][0])


def classes(*rows: tuple[str, str, float, str | None]) -> pl.DataFrame:
    """Touchpoints with a class, its probability and flags."""
    told = [
        {"label": label, "kano_class": code, "flags": flags, f"p_{code}": chance}
        for label, code, chance, flags in rows
    ]
    return pl.concat([NO_CLASSES, pl.DataFrame(told, schema=NO_CLASSES.schema)])


def gates(**of: str) -> pl.DataFrame:
    """Touchpoints and their gates."""
    return pl.DataFrame({"label": list(of), "gate": list(of.values())},
                        schema={"label": pl.String, "gate": pl.String})  # fmt: skip


def test_what_fails_its_gate_comes_before_all_else():
    known = classes(("Desk", "basic", 0.97, None), ("Tea", "excitement", 0.95, None))
    said = findings.for_the_board(EN, known, gates(Desk="fails", Tea="holds"))
    assert said.startswith("Put right first: Desk.")
    assert "Tea" not in said


def test_only_sure_classes_are_in_the_sentence_for_the_board():
    known = classes(
        ("Desk", "basic", 0.97, None),
        ("Page", "basic", 0.7, "unsure?sure=80"),
        ("Line", "excitement", 0.9, "no_effect unweighted_wave"),
        ("Tea", "excitement", 0.9, "unweighted_wave"),
    )
    said = findings.for_the_board(EN, known, gates(Desk="holds"))
    assert said.startswith("Must not fail: Desk, where")
    assert "Can delight: Tea" in said
    assert "Page" not in said
    assert "Line" not in said
    assert said.endswith("Every touchpoint holds its gate.")


def test_nothing_sure_is_said_to_be_so():
    said = findings.for_the_board(EN, NO_CLASSES, gates(Desk="undecided"))
    assert said.startswith("For these customers no touchpoint is sure")
    assert "still open: 1" in said


def test_the_page_shows_asymmetry_gate_gaps_and_features_in_this_order(data, open_page):
    app = open_page("kano", **LINK)
    assert [heading.value for heading in app.header] == [
        "What must not fail, and what delights",
        "The gate of what customers take for granted",
        "Expectation and importance",
        "What features are to customers",
    ]
    # penalties and rewards, classes, gates, gaps, features
    assert len(charts(app)) == 5
    said = texts(app)
    assert "Put right first: Parking." in said
    assert "association between answers of the same people" in said
    assert "Hardly go with the outcome: Signs and directions." in said
    assert "Of 6 touchpoints 1 fail, 3 hold and 2 are undecided." in said
    assert "Parking falls shortest of what was expected: −9.0 points." in said
    assert "Must be there: Short queue. Delight where they are there: Massage." in said


def test_a_touchpoint_without_enough_answers_shows_no_number_but_its_reason(data, open_page):
    app = open_page("kano", **LINK)
    assert "Website: 4 answers below the middle of the scale, where 30 are needed" in texts(app)
    drawn = {row["label"] for row in chart_rows(app, "Penalty and reward")}
    assert len(drawn) == 5
    assert "Website" not in drawn


def test_the_touchpoints_go_from_the_most_basic_to_the_most_exciting(data, open_page):
    rows = chart_rows(open_page("kano", **LINK), "How sure the class is")
    names = list(dict.fromkeys(row["label"] for row in rows))
    assert names[0] == "Parking"
    assert names[-1] == "Wi-Fi"


def test_the_outcome_is_in_the_address_and_changes_the_numbers(data, open_page):
    one, other = open_page("kano", **LINK), open_page("kano", **LINK, outcome="recommend")
    least = [min(row["value"] for row in chart_rows(app, "Penalty and reward"))
             for app in (one, other)]  # fmt: skip
    assert least[1] == pytest.approx(1.4 * least[0])
    assert "Would you recommend us?" in texts(other)


def test_a_group_without_classes_says_why_and_still_has_its_gate(data, open_page):
    app = open_page("kano", **LINK, segment="purpose", group="other")
    said = texts(app)
    assert "No touchpoint has enough answers" in said
    assert "fewer than 400 answers" in said
    assert "Of 6 touchpoints 1 fail" in said


def test_what_is_withheld_is_said_to_be_and_never_drawn(data, open_page):
    app = open_page("kano", **LINK, segment="age", group="65 and over")
    assert charts(app) == []
    said = texts(app)
    assert said.count("withheld") + said.count("Withheld") >= 3


def test_a_study_without_outcome_expectations_and_features_says_so(own_data, open_page):
    empty = {name: published()[name].without_rows() for name in ("asymmetry", "kano_answers")}
    scores = tiny_survey.tables()["scores"]
    tiny_survey.publish(own_data, scores=scores.filter(pl.col("measure") != "gap"), **empty)
    app = open_page("kano", **LINK)
    said = texts(app)
    assert "asks no outcome beside two touchpoints" in said
    assert "No question asks what was expected" in said
    assert "No feature was asked about" in said
    assert len(charts(app)) == 1


def test_the_page_speaks_german(data, open_page):
    said = texts(open_page("kano", study="airport", lang="de"))
    assert "Zuerst in Ordnung bringen: Parken." in said
    assert "Von 6 Kontaktpunkten verfehlen 1 die Schranke" in said


def test_the_card_of_an_asymmetry_names_outcome_interval_and_method(read):
    at = number(read, "asymmetry", outcome="recommend", driver="parking_rating", segment="all")
    card = open_card(read, "asymmetry", at)
    assert "Parking: penalty and reward, Would you recommend us?" in card["title"]
    assert card["Pairs of cuts"] == "4"
    assert card["Most probable class"] == "Basic"
    assert "posterior of penalty and reward" in card["Method"]
    assert card["Answers below the middle"] == "90"


def test_the_card_of_a_refused_touchpoint_says_the_reason(read):
    at = number(read, "asymmetry", outcome="recommend", driver="website_rating", segment="all")
    card = open_card(read, "asymmetry", at)
    assert "4 answers below the middle of the scale" in card["Reason"]


def test_the_cards_of_gates_and_features_name_what_they_are_about(read):
    gate = open_card(read, "gates", number(read, "gates", driver="parking_rating", segment="all"))
    assert "Parking: its minimum" in gate["title"]
    assert gate["Minimum"] == "90.0%"
    assert gate["Minimum set by"] == "declared for this touchpoint in study.yaml"
    at = number(read, "kano_answers", feature="massage", segment="all")
    feature = open_card(read, "kano_answers", at, "de")
    assert feature["title"].startswith("Massage")
    assert "Gastronomie" in feature["title"]
