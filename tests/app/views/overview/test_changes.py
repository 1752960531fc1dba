"""What changed: the sentence, the chart below it, and what stands there if nothing can change."""

import polars as pl

from tests.app import tiny_bundle, tiny_survey
from tests.app.reading import chart_rows, texts

RISES = 17


def with_many_changes(data) -> None:
    """Publish the airport with more rises than fit a screen, and one small decline."""
    register, tables = tiny_survey.register(), tiny_survey.tables()
    changes = tables["changes"]
    one = changes.filter(question_id="wifi_rating", wave="2018", segment="all")
    moved = [("parking_rating", -2.5), *((f"more_{i}", 3.0 + i) for i in range(RISES - 1))]
    for name, _ in moved[1:]:
        question = register["questions"]["wifi_rating"]
        register["questions"][name] = {**question, "label": {"en": name}}
    own = pl.col("question_id").is_in(["wifi_rating", *(name for name, _ in moved)])
    rest = changes.filter(~own.fill_null(False) | (pl.col("wave") != "2018"))
    rest = rest.with_columns(p_adjusted=pl.when(pl.col("value").is_not_null()).then(1.0))
    clear = [
        one.with_columns(question_id=pl.lit(name), value=pl.lit(value), p_adjusted=pl.lit(0.001))
        for name, value in [("wifi_rating", 9.0), *moved]
    ]
    tables["changes"] = pl.concat([rest, *clear])
    tiny_bundle.write(data / "airport", register, tables, empty={})


def test_the_chart_shows_as_many_changes_as_the_sentence_counts_and_every_decline(
    own_data, open_page
):
    with_many_changes(own_data)
    app = open_page(lang="en", against="previous")
    assert f"{RISES + 1} of " in texts(app)
    drawn = chart_rows(app, "What changed")
    assert len(drawn) == RISES + 1
    assert [row["value"] for row in drawn if row["value"] < 0] == [-2.5]


def test_customers_unknown_in_the_baseline_are_not_told_that_there_is_no_earlier_wave(
    own_data, open_page
):
    register, tables = tiny_survey.register(), tiny_survey.tables()
    changes = tables["changes"]
    own = (pl.col("segment") == "age") & (pl.col("scope") == "touchpoint")
    tables["changes"] = changes.filter(~(own & (pl.col("against") == "baseline")))
    tiny_bundle.write(own_data / "airport", register, tables, empty={})
    link = {"lang": "en", "segment": "age", "group": "35 to 64", "against": "baseline"}
    said = texts(open_page(**link))
    assert "There is no earlier wave" not in said
    assert "No touchpoint can be compared with the baseline" in said


def test_changes_that_are_withheld_are_not_called_without_an_earlier_wave(data, open_page):
    link = {"lang": "en", "study": "airport", "segment": "age", "group": "65 and over"}
    said = texts(open_page(**link))
    assert "There is no earlier wave" not in said
    assert "fewer than 10 people answered" in said
