"""What is in a stage's score, on the page and on its card."""

import polars as pl

from app.core import bundle
from app.views.overview.stages import content
from tests.app import tiny_bundle, tiny_survey
from tests.app.reading import open_card, texts


def airport(data, kind: str = "ces") -> bundle.Bundle:
    """The airport, whose security checkpoint has a question of that kind only."""
    register = tiny_survey.register()
    register["questions"]["security_rating"]["measure"] = kind
    tables = tiny_survey.tables()
    no_wifi = (pl.col("touchpoint_id") == "wifi") & (pl.col("wave") == "2018")
    tables["scores"] = tables["scores"].filter(~no_wifi.fill_null(False))
    tiny_bundle.write(data / "airport", register, tables, empty={})
    return bundle.load("airport")


def stage(read: bundle.Bundle, table: str, **where: object) -> dict:
    usual = {"stage": "travel", "scope": "stage", "wave": "2018", "segment": "all"}
    one = {"weighted": True, "measure": "mean", **usual, **where}
    return read.tables[table].filter(**one).row(0, named=True)


def test_the_card_of_a_stage_lists_the_touchpoints_that_are_in_it_and_that_are_not(own_data):
    read = airport(own_data)
    for table in ("scores", "changes"):
        facts = open_card(read, table, stage(read, table)["row"])
        assert facts["Touchpoints in it"] == "Security checkpoint; Restaurants"
        assert facts["Not in it, not rated in this wave"] == "Wi-Fi"


def test_the_card_of_a_touchpoint_does_not_list_any(own_data):
    read = airport(own_data)
    one = stage(read, "scores", scope="touchpoint", touchpoint_id="food")
    assert "Touchpoints in it" not in open_card(read, "scores", one["row"])


def test_a_touchpoint_that_was_only_expected_is_not_in_its_stage(own_data):
    read = airport(own_data, "expectation")
    assert content(read, stage(read, "scores")).rated == ("food",)


def test_a_touchpoint_whose_score_is_withheld_is_in_its_stage(own_data):
    read = airport(own_data)
    hidden = stage(read, "scores", segment="age", group="65 and over")
    assert content(read, hidden).rated == ("security", "food")


def test_the_page_says_what_is_in_each_stage(own_data, open_page):
    airport(own_data)
    said = texts(open_page(lang="en"))
    assert "- **Travel**: Security checkpoint; Restaurants" in said
    assert "not rated in this wave: Wi-Fi" in said
