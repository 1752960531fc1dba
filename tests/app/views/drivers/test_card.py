"""The evidence cards of the four tables of driver models."""

import polars as pl
import pytest

from app.core import bundle, language, units
from app.views.drivers import models
from app.views.drivers.card import CARDS
from pipelines.contract.driver_codes import DRIVER_METHODS, QUADRANTS, RATING_POLICIES
from tests.app import tiny_survey
from tests.app.reading import open_card


@pytest.fixture
def read(data) -> bundle.Bundle:
    return bundle.load("airport")


def row(read: bundle.Bundle, table: str, **wanted: object) -> dict:
    """The one row of all customers in the newest wave that fits."""
    usual = {"wave": "2018", "segment": "all", "outcome": "overall_rating", "target": "mean"}
    if table in ("drivers", "driver_models"):
        usual["policy"] = "use_rating"
    if table == "drivers":
        usual["approach"] = "lmg"
    found = read.tables[table].filter(**(usual | wanted))
    assert found.height == 1
    return found.row(0, named=True)


def test_a_card_of_a_share_says_how_it_was_made(read):
    card = open_card(read, "drivers", row(read, "drivers", touchpoint_id="food")["row"])
    assert card == {
        "title": "Restaurants: share of the R² of Airport as a whole | "
        "2018 · mean answer · use and rating · LMG (Shapley)",
        "Share": "23.3%",
        "95% interval": "19.8 to 26.8%",
        "In units of R²": "0.098 (0.083 to 0.113)",
        "Share of its rating": "21.0% (17.8 to 24.2%)",
        "Share of its use": "2.3% (2.0 to 2.7%)",
        "Share that noise alone has": "0.8%",
        "Rank": "2 (interval 2 to 2)",
        "Letters": "b",
        "Slope among users": "+0.35 (0.29 to 0.41)",
        "Reach": "71.0%",
        "Answers of users": "781",
        "Variance inflation (VIF)": "1.60",
        "Halo ratio": "0.42",
        "Halo ratio if all ratings counted alike": "0.35",
        "Answers (n)": "1,100",
        "Effective n": "880",
        "Weights": "weighted",
        "Missing answers": RATING_POLICIES.sentence("use_rating"),
        "Window": "wave 2018, 1 May 2018 to 31 May 2018",
        "Method": DRIVER_METHODS.sentence("lmg"),
        "Evidence class": "association",
        "Warnings": "none",
        "Hash of the inputs": "6e" * 6,
        "Hash of the table": read.manifest["tables"]["drivers"]["sha256"][:12],
    }


@pytest.mark.parametrize(
    ("approach", "title", "units"),
    [
        ("latent", "Restaurants: share of the latent R² of Airport", "In units of the latent R²"),
        ("last", "Restaurants: share of the sum over drivers, Airport", "In units of R²"),
    ],
)
def test_a_card_says_what_the_share_is_of(read, approach, title, units):
    number = row(read, "drivers", touchpoint_id="food", approach=approach)["row"]
    card = open_card(read, "drivers", number)
    assert card["title"].startswith(title)
    assert units in card


def test_a_card_of_a_model_has_its_r2_and_what_was_left_out(read):
    card = open_card(read, "driver_models", row(read, "driver_models")["row"])
    wanted = {
        "Model": "fitted", "R²": "0.42", "95% interval": "0.38 to 0.46",
        "Cross-validated R²": "0.41", "Answers left out": "0", "Answers (n)": "1,100",
    }  # fmt: skip
    assert {name: card[name] for name in wanted} == wanted


def test_a_card_of_a_refused_model_has_its_reason_and_n_and_no_r2(read):
    number = row(read, "driver_models", segment="purpose", group="other")["row"]
    card = open_card(read, "driver_models", number)
    assert card["Reason"] == "fewer than 300 answers"
    assert card["Answers (n)"] == "55"
    assert not {"R²", "95% interval", "Effective n"} & card.keys()


def test_a_card_of_a_place_has_the_probability_of_every_quadrant(read):
    card = open_card(read, "priorities", row(read, "priorities", touchpoint_id="food")["row"])
    chances = [
        card[f"Probability that its place is in “{name}”"]
        for name in ("Improve", "Keep up", "Watch")
    ]
    assert chances == ["85%", "5%", "5%"]
    assert card["Performance"] == "66.0 (64.5 to 67.5)"
    assert card["Stated importance"] == "52.0 (50.0 to 54.0)"


@pytest.mark.parametrize(
    ("code", "place", "no_success"),
    [("en", "place", "no chance that an improvement succeeds"),
     ("de", "Platz", "nicht, wie wahrscheinlich eine Verbesserung gelingt")],
)  # fmt: skip
def test_the_probability_of_a_quadrant_is_that_of_a_place_and_of_no_success(
    code, place, no_success
):
    words = language.load(code)
    assert place in words.heading("priorities", "p_improve")
    assert no_success in words("drivers.candidates_about", least="5%")
    headings = models.headings(words, "priorities", [f"p_{name}" for name in QUADRANTS.names])
    assert all(heading.startswith("In ") for heading in headings.values())


def test_a_card_of_a_contrast_counts_both_sides(read):
    found = row(read, "driver_contrasts", touchpoint_id="food", segment="purpose", group="leisure")
    card = open_card(read, "driver_contrasts", found["row"])
    assert card["title"].startswith("Restaurants: group against all other customers")
    assert card["Difference"].startswith("+")
    assert (card["Answers (n)"], card["Answers of the other customers"]) == ("550", "550")
    assert "p, adjusted for the number of comparisons" in card


@pytest.mark.parametrize("table", CARDS)
def test_a_card_of_a_withheld_number_has_no_number(own_data, table):
    tiny_survey.publish(own_data, **{table: tiny_survey.withheld(table, wave="2018")})
    read = bundle.load("airport")
    card = open_card(read, table, read.tables[table].filter(wave="2018")["row"][0])
    assert card["Value"] == "withheld"
    assert not {"Share", "R²", "Answers (n)", "Difference", "Reason"} & card.keys()


@pytest.mark.parametrize("table", CARDS)
def test_every_card_reads_in_german(read, table):
    number = read.tables[table].filter(pl.col("value").is_not_null())["row"][0]
    card = open_card(read, table, number, "de")
    assert card["Belegart"] == "Zusammenhang"
    assert "95 %-Intervall" in {name.replace("\N{NO-BREAK SPACE}", " ") for name in card}


def test_a_card_of_a_driver_that_few_used_warns(own_data):
    drivers = tiny_survey.tables()["drivers"].with_columns(flags=pl.lit("small halo"))
    tiny_survey.publish(own_data, drivers=drivers)
    read = bundle.load("airport")
    card = open_card(read, "drivers", row(read, "drivers", touchpoint_id="parking")["row"])
    assert card["Warnings"].startswith("Fewer than 30 users rated it: read it with care. With the")


def test_no_probability_is_told_as_certain():
    english = language.load("en")
    told = [units.probability(english, p) for p in (0.0, 0.004, 0.01, 0.5, 0.99, 0.997, 1.0)]
    assert told == ["< 1%", "< 1%", "1%", "50%", "99%", "> 99%", "> 99%"]
