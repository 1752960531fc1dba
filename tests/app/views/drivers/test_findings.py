"""Sentences say what the numbers say, in both languages, and never claim a cause."""

import re

import polars as pl
import pytest

from app.core import language
from app.core.language import Words
from app.views.drivers import findings
from tests.app.reading import texts

SECTIONS = ("drivers.", "pick.", "flag.", "empty.")
CAUSAL = {
    "en": r"effects?|affect\w*|drives?|driven|driving|because|explain\w*|cause[sd]?|causal\w*"
    r"|impact\w*|influenc\w*|leads? to|results? in|due to|thanks to|boost\w*|increas\w*|therefore",
    "de": r"effekte?|wirk\w*|auswirk\w*|bewirk\w*|(?:be)?einfluss\w*|ursach\w*|verursach\w*|weil"
    r"|erklär\w*|führt zu|führen zu|treibt|treiben|steigert|steigern|dadurch|deshalb|daher",
}


@pytest.fixture(params=["en", "de"])
def words(request) -> Words:
    return language.load(request.param)


@pytest.fixture
def english() -> Words:
    return language.load("en")


def causal(text: str, code: str) -> list[str]:
    """Words of a text that claim a cause."""
    return re.findall(rf"\b(?:{CAUSAL[code]})\b", text.lower())


def shares(values: dict[str, float], **columns: object) -> pl.DataFrame:
    """Rows of drivers in the order of their shares."""
    rows = [
        {"label": label, "value": value, "low": value - 2, "high": value + 2}
        | {
            "rank": rank,
            "letters": ("a", "ab", "b")[rank - 1],
            "share_of_noise": 0.4,
            "vif": 1.5,
            "halo": 0.6,
            "flags": None,
        }
        for rank, (label, value) in enumerate(values.items(), start=1)
    ]
    return pl.DataFrame(rows).with_columns(**{k: pl.lit(v) for k, v in columns.items()})


THREE = {"Food": 50.0, "Wi-Fi": 48.0, "Signs": 2.0}


def test_no_text_of_the_page_claims_a_cause(words):
    said = {key: text for key, text in words.texts.items() if key.startswith(SECTIONS)}
    assert len(said) > 150
    claims = {key: found for key, text in said.items() if (found := causal(text, words.code))}
    assert claims == {}


@pytest.mark.parametrize("code", ["en", "de"])
def test_no_sentence_of_an_open_page_claims_a_cause(data, open_page, code):
    app = open_page("drivers", study="airport", lang=code, wave="2017", approach="latent")
    assert causal(texts(app), code) == []


def test_a_causal_word_would_be_found():
    assert causal("Food explains 14% of satisfaction", "en") == ["explains"]
    assert causal("Essen erklärt 14 % und wirkt auf alles", "de") == ["erklärt", "wirkt"]
    assert causal("effective n 880", "en") == []


@pytest.mark.parametrize(
    ("approach", "whole"),
    [
        ("lmg", "the R² of “Overall”"),
        ("johnson", "the R² of “Overall”"),
        ("latent", "the latent R² of “Overall”"),
        ("first", "the sum over all drivers of “Overall”"),
        ("last", "the sum over all drivers of “Overall”"),
    ],
)
def test_the_largest_share_is_of_what_its_approach_splits(english, approach, whole):
    said = findings.leading(english, shares(THREE), "Overall", approach)
    assert said == (
        f"The largest share is that of Food: 50.0% (48.0 to 52.0%) of {whole}. "
        "Cannot be told from it: Wi-Fi."
    )


def test_a_leader_that_stands_alone_is_told_from_the_others(english):
    alone = shares(THREE).with_columns(letters=pl.Series(["a", "b", "b"]))
    said = findings.leading(english, alone, "Overall", "lmg")
    assert said.endswith("All others can be told from it.")


def test_shares_that_noise_may_have_are_named(english):
    said = findings.near_noise(english, shares(THREE))
    assert said == "Not clearly above what noise alone has: Signs."
    assert findings.near_noise(english, shares({"Food": 60.0, "Wi-Fi": 40.0})) is None
    unknown = shares(THREE).with_columns(share_of_noise=pl.lit(None, pl.Float64))
    assert findings.near_noise(english, unknown) is None


def test_a_share_without_an_interval_has_a_dash(english):
    unsure = shares(THREE).with_columns(low=pl.lit(None, pl.Float64))
    assert "50.0% (–)" in findings.leading(english, unsure, "Overall", "lmg")


def test_of_many_names_the_first_are_told_and_the_rest_counted(english):
    assert findings.listed(english, list("abcd")) == "a, b, c, d"
    assert findings.listed(english, list("abcdef")) == "a, b, c and 3 more"


def test_the_latent_answer_is_told_from_the_linear_one(english):
    linear = shares(THREE)
    latent = shares({"Wi-Fi": 52.0, "Food": 45.5, "Signs": 2.5})
    assert findings.against_linear(english, latent, linear, "ordered logit") == (
        "Against linear LMG, the shares by ordered logit differ most for Food: "
        "45.5% instead of 50.0%. Ranks that differ: 2 of 3."
    )
    same = findings.against_linear(english, linear, linear, "ordered logit")
    assert same.endswith("The order is the same.")
    assert findings.against_linear(english, latent.clear(), linear, "logit") is None


def test_drivers_whose_share_is_that_of_their_use_are_named(english):
    parts = pl.DataFrame({"use_low": [28.0, 20.0, None], "rating_high": [22.0, 24.0, 3.0]})
    split = pl.concat([shares(THREE), parts], how="horizontal")
    assert findings.mostly_use(english, split).startswith(
        "Mostly the use, not the rating, has this share: Food. Who used it"
    )
    assert findings.mostly_use(english, split.tail(2)) is None


def test_halo_and_collinear_ratings_are_warned_of(english):
    assert findings.overlapping(english, shares(THREE)) == []
    halo, repeated = findings.overlapping(english, shares(THREE, flags="small halo", vif=7.0))
    assert halo.startswith("Halo: for 3 of 3 drivers")
    assert "(VIF of 5 or more): Food, Wi-Fi, Signs" in repeated


def test_a_small_ratio_alone_is_no_halo(english):
    low = shares(THREE).with_columns(halo=0.1, vif=pl.lit(None, pl.Float64))
    assert findings.overlapping(english, low) == []


def test_the_driver_whose_rank_depends_most_on_the_policy_is_named(english):
    names = {"use_rating": "use", "em": "EM"}
    one = shares(THREE, policy="use_rating")
    other = shares({"Wi-Fi": 40.0, "Signs": 35.0, "Food": 25.0}, policy="em")
    said = findings.under_policies(english, pl.concat([one, other]), names)
    assert said == "The policy matters most for Food: rank 1 under “use”, rank 3 under “EM”."
    same = findings.under_policies(english, pl.concat([one, shares(THREE, policy="em")]), names)
    assert same == "Every policy that could be fitted gives the same order."
    assert findings.under_policies(english, one, names) is None


def contrasts(p_values: dict[str, float]) -> pl.DataFrame:
    rows = [
        {"label": label, "segment": "age", "group": "young", "value": -3.0 - place}
        | {"p_adjusted": p}
        for place, (label, p) in enumerate(p_values.items())
    ]
    return pl.DataFrame(rows)


def test_differences_between_groups_are_counted_and_the_largest_named(english):
    found = contrasts({"Food": 0.01, "Wi-Fi": 0.04, "Signs": 0.6})
    said = findings.between_groups(english, found, 0.05)
    assert said.startswith("2 of 3 differences between a group and all other customers survive")
    assert said.endswith("Wi-Fi, young: −4.0\N{NO-BREAK SPACE}pp of share.")
    none = findings.between_groups(english, contrasts({"Food": 0.2}), 0.05)
    assert none.startswith("0 of 1")
    assert "largest" not in none


def test_the_attribute_with_most_differences_is_named(english):
    own = contrasts({"Food": 0.01, "Wi-Fi": 0.04})
    other = contrasts({"Food": 0.01}).with_columns(segment=pl.lit("income"))
    names = {"age": "Age", "income": "Income"}
    said = findings.between_attributes(english, pl.concat([own, other]), 0.05, names)
    assert said == "Over all attributes of this wave: 3 of 3. Most by Age: 2."
    none = findings.between_attributes(english, pl.concat([own, other]), 0.001, names)
    assert none == "Over all attributes of this wave: 0 of 3."
    assert findings.between_attributes(english, own, 0.05, names) is None


def test_waves_are_told_by_who_leads_and_who_moves(english):
    one = shares(THREE, wave="2017")
    other = shares({"Food": 60.0, "Signs": 30.0, "Wi-Fi": 10.0}, wave="2018")
    assert findings.over_waves(english, pl.concat([one, other])) == (
        "Most often on rank 1: Food, in 2 of 2 waves. "
        "The widest range of ranks is that of Wi-Fi: 2 to 3."
    )
    same = findings.over_waves(english, pl.concat([one, shares(THREE, wave="2018")]))
    assert same.endswith("No rank changes.")
    assert findings.over_waves(english, one) is None


def test_what_customers_state_is_set_against_its_rank_among_all_drivers(english):
    asked = shares(THREE).with_columns(stated=pl.Series([None, 40.0, 90.0]))
    assert findings.stated(english, asked) == (
        "Customers call Signs the most important (90.0 of 100); "
        "by its rating's share of R² it is rank 3 of 3."
    )
