"""What the overview shows, and what it says when there is nothing to show."""

import polars as pl

from tests.app import tiny_bundle, tiny_survey
from tests.app.reading import metrics, texts


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


def test_the_page_says_what_its_changes_were_counted_among(data, open_page):
    said = texts(open_page(study="airport", lang="en", against="previous"))
    assert "False discovery control over: ratings of touchpoints of all customers" in said
    group = {"segment": "purpose", "group": "business"}
    said = texts(open_page(study="airport", lang="en", against="previous", **group))
    assert "of 6 changes survive" in said
    assert "of this group, in this measure, wave and comparison: 6; of 8 groups" in said


def test_a_change_withheld_stays_one_of_those_counted(own_data, open_page):
    changes = tiny_survey.tables()["changes"].filter(pl.col("question_id") != "wifi_rating")
    tiny_survey.publish(own_data, changes=changes)
    said = texts(open_page(study="airport", lang="en", against="previous"))
    assert "of 6 changes survive" in said


def test_the_first_wave_has_nothing_to_compare_with(data, open_page):
    app = open_page(study="airport", lang="en", wave="2016")
    assert "There is no earlier wave to compare with." in texts(app)


def test_a_study_without_a_survey_shows_activity_and_what_would_fill_the_page(data, open_page):
    app = open_page(study="shop", lang="en")
    assert metrics(app)["Orders"] == "1,500"
    assert metrics(app)["Revenue before cancellations"] == "615,750\N{NO-BREAK SPACE}GBP"
    assert "No survey data in this study" in texts(app)
    assert "no source of this study fills “Survey answers”" in texts(app)


def test_a_month_that_is_not_over_says_so(data, open_page):
    app = open_page(study="shop", lang="en", month="2011-12")
    assert "1 December 2011 to 9 December 2011" in texts(app)


def test_hot_and_cold_surveys_are_never_pooled(own_data, open_page):
    register, tables = tiny_survey.register(), tiny_survey.tables()
    hot = tables["scores"].with_columns(mode=pl.lit("hot"), value=pl.col("value") - 10)
    tables["scores"] = pl.concat([tables["scores"], hot])
    register["waves"] += [wave | {"mode": "hot"} for wave in register["waves"]]
    tiny_bundle.write(own_data / "airport", register, tables, empty={})
    assert metrics(open_page(lang="en", mode="cold"))["Net Promoter Score"] == "+42.0"
    assert metrics(open_page(lang="en", mode="hot"))["Net Promoter Score"] == "+32.0"


def test_labels_from_the_data_are_shown_as_they_are(own_data, open_page):
    register = tiny_survey.register()
    register["title"]["en"] = "<script>x</script> **bold** [link](http://a.example)"
    tiny_bundle.write(own_data / "airport", register, tiny_survey.tables(), empty={})
    title = open_page(lang="en").title[0].value
    assert "\\<script\\>" in title
    assert "\\*\\*bold" in title
    assert "\\[link\\]\\(" in title


def test_a_share_of_people_is_not_called_a_mean_score(own_data, open_page):
    register, tables = tiny_survey.register(), tiny_survey.tables()
    register["questions"]["overall_rating"]["scale"] = {"min": 0, "max": 1}
    for name in ("scores", "changes"):
        own = (pl.col("question_id") == "overall_rating").fill_null(False)
        table = tables[name].filter(~own | (pl.col("measure") == "mean"))
        share = pl.when(own).then(pl.lit("better")).otherwise("measure")
        tables[name] = table.with_columns(measure=share)
    tiny_bundle.write(own_data / "airport", register, tables, empty={})
    app = open_page(lang="en")
    assert metrics(app)["Airport as a whole"] == "73.8%"
    assert "Share of the better answer" in texts(app)
    assert "Mean score" not in texts(app)


def test_touchpoints_with_two_answers_are_among_the_changes(own_data, open_page):
    register, tables = tiny_survey.register(), tiny_survey.tables()
    for name in ("scores", "changes"):
        own = (pl.col("question_id") == "wifi_rating") & (pl.col("measure") == "mean")
        share = pl.when(own).then(pl.lit("better")).otherwise("measure")
        tables[name] = tables[name].with_columns(measure=share)
    tiny_bundle.write(own_data / "airport", register, tables, empty={})
    assert "1 of 6 changes survive" in texts(open_page(lang="en", against="previous"))
