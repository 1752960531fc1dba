"""Breaks on the pages: no difference, no arrow, a broken line, and the reason beside each."""

import json
from pathlib import Path

import polars as pl
import pytest

from app.core import bundle
from tests.app import tiny_survey
from tests.app.reading import charts, open_card, texts

WHY = "wording?wave=2018"
NUMBERS = ("value", "low", "high", "std_error", "p_value", "p_adjusted", "adjusted_over")


def publish_reworded(data: Path) -> None:
    """Publish the study with a question on Wi-Fi that was worded anew in 2018."""
    tables = tiny_survey.tables()
    is_new = (pl.col("touchpoint_id") == "wifi") & (pl.col("wave") == "2018")
    is_new &= pl.col("flags").fill_null("") != "withheld"
    scores = tables["scores"].with_columns(
        since=pl.when(is_new).then(pl.lit("2018")).otherwise("since"),
        changed=pl.when(is_new).then(pl.lit(WHY)).otherwise("changed"),
    )
    changes = tables["changes"].with_columns(
        *(pl.when(~is_new).then(name).alias(name) for name in NUMBERS),
        method=pl.when(is_new).then(pl.lit("broken")).otherwise("method"),
        broken=pl.when(is_new).then(pl.lit(WHY)).otherwise("broken"),
    )
    tiny_survey.publish(data, scores=scores, changes=changes)


@pytest.fixture
def reworded(own_data):
    publish_reworded(own_data)
    return own_data


def test_the_overview_names_what_is_not_compared_and_why(reworded, open_page):
    said = texts(open_page(study="airport", lang="en", against="previous"))
    assert "Not compared: Wi-Fi. Worded anew in 2018." in said
    said = texts(open_page(study="airport", lang="de", against="baseline"))
    assert "Nicht verglichen: WLAN. In 2018 neu formuliert." in said


def test_no_difference_is_shown_over_a_break(reworded, open_page):
    app = open_page("touchpoints", study="airport", lang="en", touchpoint="wifi")
    card = app.dataframe[0].value.set_index("label").loc["Wi-Fi"]
    assert card[["previous", "baseline"]].isna().all()
    assert "Not compared: Wi-Fi. Worded anew in 2018." in texts(app)
    labels = [popover.proto.popover.label for popover in app.get("popover")]
    assert [label for label in labels if "not compared with 2017" in label]
    assert not [label for label in labels if "since" in label]


def test_a_line_over_the_waves_breaks_and_says_why(reworded, open_page):
    app = open_page("touchpoints", study="airport", lang="en", touchpoint="wifi")
    assert "Worded anew in 2018. Waves before and after are not compared." in texts(app)
    specs = [json.loads(chart.proto.spec) for chart in charts(app)]
    marked = [spec for spec in specs if "new series" in json.dumps(spec) or "said" in str(spec)]
    assert len(marked) == 2  # the score and the reach
    app = open_page("touchpoints", study="airport", lang="en", touchpoint="signs")
    assert "are not compared" not in texts(app)


def test_the_course_in_the_scorecard_begins_with_the_series(reworded, open_page):
    app = open_page("touchpoints", study="airport", lang="en")
    courses = app.dataframe[0].value.set_index("label")["course"]
    assert courses.loc["Wi-Fi"] is None
    assert len(courses.loc["Parking"]) == 3
    app = open_page("touchpoints", study="airport", lang="en", wave="2017")
    assert len(app.dataframe[0].value.set_index("label")["course"].loc["Wi-Fi"]) == 2


def test_cards_say_what_broke(reworded):
    read = bundle.load("airport")
    where = {"segment": "all", "weighted": True, "wave": "2018", "measure": "mean"}
    where["touchpoint_id"] = "wifi"
    score = read.tables["scores"].filter(**where)["row"][0]
    assert open_card(read, "scores", score)["Not comparable with before"] == "Worded anew in 2018."
    change = read.tables["changes"].filter(**where, against="previous")["row"][0]
    facts = open_card(read, "changes", change)
    assert facts["Not compared"] == "Worded anew in 2018."
    assert "Value" not in facts
    assert facts["Method"].startswith("not compared")


def test_the_share_of_a_driver_over_the_waves_breaks_with_its_question(reworded, open_page):
    app = open_page("drivers", study="airport", lang="en", driver="wifi_rating")
    assert "Worded anew in 2018. Waves before and after are not compared." in texts(app)
    app = open_page("drivers", study="airport", lang="en", driver="signs_rating")
    assert "are not compared" not in texts(app)
