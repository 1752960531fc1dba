"""What every page shows, and what it says when there is nothing to show."""

import polars as pl
import pytest

from tests.app import tiny_bundle, tiny_survey
from tests.app.conftest import APP
from tests.app.reading import charts, metrics, texts

PAGES = ("overview", "touchpoints", "drivers", "quality")


@pytest.mark.parametrize("study", ["airport", "shop"])
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_for_every_study_in_both_languages(data, open_page, page, language, study):
    app = open_page(page, study=study, lang=language)
    assert app.title[0].value


def test_the_headline_is_the_weighted_estimate_of_the_newest_wave(data, open_page):
    app = open_page(study="airport", lang="en")
    assert metrics(app)["Net Promoter Score"] == "+42.0"
    assert "2018" in texts(app)


def test_the_unweighted_headline_is_another_row(data, open_page):
    app = open_page(study="airport", lang="en", weights="no")
    assert [m.value for m in app.metric if m.label == "Airport as a whole"] == ["73.1", "65.1%"]


def test_a_headline_that_the_wave_did_not_ask_says_when_it_was_asked(data, open_page):
    app = open_page(study="airport", lang="en", wave="2016")
    assert metrics(app)["Net Promoter Score"] == "–"
    assert "Asked in: 2017, 2018" in texts(app)


def test_the_note_of_a_wave_without_weights_is_shown(data, open_page):
    app = open_page(study="airport", lang="en", wave="2016")
    assert "No weights were published" in app.info[0].value


def test_only_changes_that_survive_false_discovery_control_count_as_changes(data, open_page):
    said = texts(open_page(study="airport", lang="en", against="previous"))
    assert "Touchpoints against 2017: 1 of 6 changes survive" in said
    said = texts(open_page(study="airport", lang="en", against="baseline"))
    assert "Touchpoints against 2016: 3 of 6 changes survive" in said


def test_the_first_wave_has_nothing_to_compare_with(data, open_page):
    app = open_page(study="airport", lang="en", wave="2016")
    assert "There is no earlier wave to compare with." in texts(app)


def test_a_study_without_a_survey_shows_activity_and_what_would_fill_the_page(data, open_page):
    app = open_page(study="shop", lang="en")
    assert metrics(app)["Orders"] == "1,560"
    assert metrics(app)["Revenue before cancellations"] == "640,380\N{NO-BREAK SPACE}GBP"
    assert "No survey data in this study" in texts(app)
    assert "no source of this study fills responses" in texts(app)


def test_a_month_that_is_not_over_says_so(data, open_page):
    app = open_page(study="shop", lang="en", month="2011-12")
    assert "1 December 2011 to 9 December 2011" in texts(app)


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


def test_the_ledger_adds_up_and_broken_rules_come_first(data, open_page):
    app = open_page("quality", study="airport", lang="en")
    assert metrics(app) == {"Survey answers": "21,000"}
    ledger, rules, examples = (table.value for table in app.dataframe[:3])
    total = ledger["rows_accepted"] + ledger["rows_quarantined"]
    assert total.tolist() == ledger["rows_in"].tolist()
    assert rules["n_unexpected"].tolist() == [35, 0, 0]
    assert examples["got"][0] == "value=9; <b>scale</b>=1..5"


def test_the_data_docs_can_be_downloaded(data, open_page):
    app = open_page("quality", study="airport", lang="en")
    assert [button.label for button in app.download_button] == ["Download the report"]


def test_without_a_bundle_the_app_says_how_to_make_one(own_data, open_page):
    app = open_page(lang="en")
    assert app.title[0].value == "Nothing is published yet"
    assert app.code[0].value == "dvc repro"


def test_a_bundle_that_is_not_whole_says_what_is_missing(own_data, open_page):
    version = tiny_survey.publish(own_data)
    (own_data / "airport" / "published" / version / "changes.parquet").unlink()
    app = open_page(lang="en")
    assert "changes.parquet is missing" in app.error[0].value.replace("\\", "")


def test_hot_and_cold_surveys_are_never_pooled(own_data, open_page):
    register, tables = tiny_survey.register(), tiny_survey.tables()
    hot = tables["scores"].with_columns(mode=pl.lit("hot"), value=pl.col("value") - 10)
    tables["scores"] = pl.concat([tables["scores"], hot])
    register["waves"] += [wave | {"mode": "hot"} for wave in register["waves"]]
    tiny_bundle.write(own_data / "airport", register, tables, empty={})
    assert metrics(open_page(lang="en", mode="cold"))["Net Promoter Score"] == "+42.0"
    assert metrics(open_page(lang="en", mode="hot"))["Net Promoter Score"] == "+32.0"


def test_a_new_bundle_is_shown_by_the_running_app(own_data, open_page):
    tiny_survey.publish(own_data)
    app = open_page(lang="en", study="airport")
    register = tiny_survey.register()
    register["title"]["en"] = "Airport survey, mended"
    tiny_bundle.write(own_data / "airport", register, tiny_survey.tables(), empty={})
    app.run()
    assert app.title[0].value == "Airport survey, mended"


def test_labels_from_the_data_are_shown_as_they_are(own_data, open_page):
    register = tiny_survey.register()
    register["title"]["en"] = "<script>x</script> **bold** [link](http://a.example)"
    tiny_bundle.write(own_data / "airport", register, tiny_survey.tables(), empty={})
    title = open_page(lang="en").title[0].value
    assert "\\<script\\>" in title
    assert "\\*\\*bold" in title
    assert "\\[link\\]\\(" in title


def test_no_page_allows_html_from_data():
    sources = "".join(path.read_text(encoding="utf-8") for path in APP.rglob("*.py"))
    assert "unsafe_allow_html" not in sources
    assert "st.html" not in sources
