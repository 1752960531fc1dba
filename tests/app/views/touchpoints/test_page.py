"""The page of touchpoints: the scorecard, and one touchpoint closely."""

import polars as pl
import pytest

from tests.app import tiny_bundle, tiny_survey
from tests.app.reading import charts, metrics, texts


def test_touchpoints_of_a_study_without_a_survey_say_which_data_are_missing(data, open_page):
    app = open_page("touchpoints", study="shop", lang="en")
    assert "data/shop/study.yaml" in texts(app)
    assert not app.dataframe


def test_the_scorecard_has_a_row_per_touchpoint_in_the_order_of_the_journey(data, open_page):
    app = open_page("touchpoints", study="airport", lang="en")
    card = app.dataframe[0].value
    assert card["label"].tolist() == [label for _, label, *_ in tiny_survey.TOUCHPOINTS.values()]
    assert card["value"].tolist() == pytest.approx([71.6, 74.4, 56.8, 72.8, 66.2, 66.0])
    assert card["n"].tolist() == [682, 1067, 374, 968, 781, 495]


def test_a_withheld_cell_shows_no_number_anywhere_in_the_scorecard(data, open_page):
    link = {"segment": "age", "group": "65 and over"}
    app = open_page("touchpoints", study="airport", lang="en", **link)
    card = app.dataframe[0].value
    numbers = ["value", "n", "reach", "previous", "baseline", "picture"]
    assert card[numbers].isna().all().all()
    assert set(card["interval"]) == {"withheld"}


def test_a_headline_on_few_answers_warns(data, open_page):
    view = {"study": "airport", "lang": "en", "segment": "purpose", "group": "other"}
    app = open_page("touchpoints", touchpoint="signs", **view)  # 53 answers
    assert "Rests on fewer than 30 answers" not in texts(app)
    app = open_page("touchpoints", touchpoint="parking", **view)  # 18 answers
    assert "Rests on fewer than 30 answers" in texts(app)


def test_a_touchpoint_is_shown_closely_in_four_charts(data, open_page):
    app = open_page("touchpoints", study="airport", lang="en", touchpoint="wifi")
    headings = [heading.value for heading in app.subheader]
    assert headings == [
        "Mean score over the waves",
        "Who rates it how",
        "Reach over the waves",
        "All answers",
    ]
    assert metrics(app) == {"Mean score": "66.0", "Reach": "47.0%"}
    assert len(charts(app)) == 4


def test_an_indirect_touchpoint_is_not_called_controllable(data, open_page):
    app = open_page("touchpoints", study="airport", lang="en", touchpoint="website")
    assert "cannot be steered" in texts(app)


def test_a_comparison_of_groups_on_a_groups_page_is_headed_as_that_of_all_customers(
    data, open_page
):
    link = {"study": "airport", "lang": "en", "segment": "age", "group": "35 to 64"}
    app = open_page("touchpoints", touchpoint="wifi", **link)
    assert "Who rates it how: all customers" in [heading.value for heading in app.subheader]
    assert app.selectbox(key="split").value == "age"


def test_what_has_no_reach_or_no_known_groups_is_not_called_without_answers(own_data, open_page):
    register, tables = tiny_survey.register(), tiny_survey.tables()
    anonymous = (pl.col("segment") == "all") & (pl.col("measure") != "reach")
    tables["scores"] = tables["scores"].filter(anonymous)
    tiny_bundle.write(own_data / "airport", register, tables, empty={})
    said = texts(open_page("touchpoints", lang="en", touchpoint="wifi"))
    assert "Who gave these answers is not known" in said
    assert "Nobody said not to have experienced it" in said
    assert "no answers" not in said


def test_a_score_that_is_withheld_in_every_wave_is_not_called_without_answers(data, open_page):
    link = {"study": "airport", "lang": "en", "segment": "age", "group": "65 and over"}
    said = texts(open_page("touchpoints", touchpoint="wifi", **link))
    assert "withheld" in said
    assert "no answers" not in said


@pytest.mark.parametrize(("measure", "span"), [("mean", "0 to 100"), ("top2", "0 to 100%")])
def test_the_scale_above_the_bars_has_the_unit_of_the_measure(data, open_page, measure, span):
    app = open_page("touchpoints", study="airport", lang="en", measure=measure)
    assert f'"label":"{span}"' in app.dataframe[0].proto.columns.replace(": ", ":")
