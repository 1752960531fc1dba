"""Composed texts: labels that are true, sentences that are whole, and a task worth learning."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import f1_score

from pipelines.core.errors import ContractError
from pipelines.simulate.model import TOUCHPOINT_NAMES
from pipelines.simulate.texts import (
    IRONIC,
    NEGATED,
    OBLIQUE,
    SAYING_NOTHING,
    SHARED,
    STYLE_OF_ORIGIN,
    TYPOS,
    compose,
)
from tests.simulate.touchpoint_words import NEGATIONS, WORDS

N = 20_000
ORIGINS = tuple(STYLE_OF_ORIGIN)


def planned(n: int, seed: int, origins: tuple[str, ...] = ORIGINS) -> pl.DataFrame:
    """Plan texts at random: one in 23 about nothing, one in seven about two touchpoints."""
    rng = np.random.default_rng(seed)
    about = pl.DataFrame(
        {
            "language": rng.choice(["de", "en"], n),
            "origin": rng.choice(origins, n),
            "touchpoint_id": rng.choice(["", *TOUCHPOINT_NAMES], n),
            "polarity": rng.integers(-1, 2, n),
            "second_touchpoint_id": rng.choice(TOUCHPOINT_NAMES, n),
            "second_polarity": rng.integers(-1, 2, n),
        }
    )
    mixed = pl.Series(rng.random(n) < 1 / 7) & (about["touchpoint_id"] != "")
    return about.with_columns(
        pl.when(pl.col("touchpoint_id") != "").then("touchpoint_id").alias("touchpoint_id"),
        *(
            pl.when(mixed).then(name).alias(name)
            for name in ("second_touchpoint_id", "second_polarity")
        ),
    )


@pytest.fixture(scope="module")
def texts() -> pl.DataFrame:
    return compose(planned(N, seed=1), np.random.default_rng(2))


def matches(texts: pl.DataFrame, patterns: dict[str, str]) -> pl.Series:
    """Whether each text matches the pattern of its language."""
    found = [
        (pl.col("language") == language) & pl.col("text").str.contains(pattern)
        for language, pattern in patterns.items()
    ]
    return texts.select(pl.any_horizontal(found)).to_series()


def names_touchpoint(texts: pl.DataFrame, column: str) -> pl.Series:
    """Whether each text has a word of the touchpoint in a column."""
    found = [
        (pl.col("language") == language)
        & (pl.col(column) == touchpoint)
        & pl.col("text").str.contains(f"(?i){pattern}")
        for language, patterns in WORDS.items()
        for touchpoint, pattern in patterns.items()
    ]
    return texts.select(pl.any_horizontal(found)).to_series()


def assert_share(flags: pl.Series, expected: float) -> None:
    """Check a share of independent draws: within four standard errors."""
    error = (expected * (1 - expected) / len(flags)) ** 0.5
    assert flags.mean() == pytest.approx(expected, abs=4 * error)


def test_the_same_generator_gives_the_same_texts(texts):
    again = compose(planned(N, seed=1), np.random.default_rng(2))
    assert_frame_equal(again, texts)


def test_another_generator_gives_other_texts(texts):
    other = compose(planned(N, seed=1), np.random.default_rng(3))
    assert (other["text"] != texts["text"]).mean() > 0.9


def test_rows_keep_their_order_and_columns(texts):
    about = planned(N, seed=1)
    assert_frame_equal(texts.select(about.columns), about)
    assert texts.columns[-5:] == ["text", "negated", "ironic", "n_typos", "empty_of_content"]


def test_no_rows_are_no_texts():
    none = compose(planned(10, seed=1).clear(), np.random.default_rng(1))
    assert none.height == 0
    assert none.schema["n_typos"] == pl.Int64
    assert none.schema["text"] == pl.String


def test_no_text_is_empty_or_has_a_slot_or_a_choice_left(texts):
    assert texts["text"].null_count() == 0
    assert (texts["text"].str.strip_chars() != "").all()
    left = texts["text"].str.contains(r"[{}|\x00-\x1f]|\(\w")
    assert not left.any(), texts.filter(left)["text"].head(3).to_list()


def test_spaces_and_stops_are_where_they_belong(texts):
    odd = texts.filter(~pl.col("empty_of_content"))["text"]
    odd = odd.filter(odd.str.contains(r"  |^ | $| [,.;:!?](\s|$)|,[,.]|\.[,.;]|[!?;][,.]|,$"))
    assert odd.to_list() == []


def test_sentences_begin_with_a_capital_where_a_text_uses_them(texts):
    said = ~pl.col("empty_of_content") & (pl.col("origin") != "social")  # "danke euch!"
    whole = texts.filter(said)["text"]
    used = whole.filter(whole.str.to_lowercase() != whole)
    assert used.str.contains(r"^[A-ZÄÖÜ0-9@]").all()
    assert not used.str.contains(r"[.!?] [a-zäöüß]").any()


def test_letters_are_whole(texts):
    german = texts.filter(~pl.col("empty_of_content"), language="de", n_typos=0)["text"]
    assert german.str.contains("[äöüß]").mean() > 0.5
    assert not german.str.contains("(?i)fuer|ueber|schoen|koenn|waer|strasse").any()
    joined = "".join(texts["text"])
    assert unicodedata.is_normalized("NFC", joined)
    assert not re.search("[ÃÂ\ufffd]", joined)


def test_most_reviews_are_texts_of_their_own():
    reviews = compose(planned(N, seed=4, origins=("review",)), np.random.default_rng(5))
    assert reviews["text"].n_unique() > 0.8 * N


def test_reviews_have_two_to_four_sentences(texts):
    reviews = texts.filter(~pl.col("empty_of_content"), origin="review")["text"]
    sentences = reviews.str.replace_all(r"[.!?]+$", "").str.count_matches(r"[.!?]+\s") + 1
    assert (sentences.min(), sentences.max()) == (2, 4)


def test_comments_in_surveys_are_shorter_than_reviews(texts):
    length = {
        origin: texts.filter(origin=origin)["text"].str.len_chars().median() for origin in ORIGINS
    }
    assert length["survey"] < 0.7 * length["review"]


def test_texts_are_negated_ironic_mistyped_and_empty_at_the_stated_rates(texts):
    nothing = texts.filter(pl.col("touchpoint_id").is_null())
    assert_share(nothing["empty_of_content"], SAYING_NOTHING)
    said = texts.filter(~pl.col("empty_of_content"))
    single = said.filter(pl.col("second_touchpoint_id").is_null(), polarity=-1)
    assert_share(single["ironic"], IRONIC)
    assert_share(said.filter(~pl.col("ironic"))["negated"], NEGATED)
    for number, share in enumerate(TYPOS, start=1):
        assert_share(said["n_typos"] == number, share)


def test_labels_fit_the_rows_they_are_on(texts):
    ironic = texts.filter("ironic")
    assert (ironic["polarity"] == -1).all()
    assert ironic["second_touchpoint_id"].is_null().all()
    assert not texts.select((pl.col("ironic") & pl.col("negated")).any()).item()
    empty = texts.filter("empty_of_content")
    assert empty["touchpoint_id"].is_null().all()
    assert (empty["n_typos"] == 0).all()
    assert not empty["negated"].any()
    assert (empty["text"].str.len_chars() < 20).all()


def test_a_text_is_labelled_negated_if_and_only_if_it_has_a_negation(texts):
    correct = texts.filter(~pl.col("empty_of_content"), n_typos=0)
    assert (matches(correct, NEGATIONS) == correct["negated"]).all()


def test_about_a_third_of_statements_avoid_the_obvious_word(texts):
    single = texts.filter(
        pl.col("touchpoint_id").is_not_null() & pl.col("second_touchpoint_id").is_null(),
        ~pl.col("ironic") & ~pl.col("negated"),
        origin="survey",
        n_typos=0,
    )
    without = 1 - names_touchpoint(single, "touchpoint_id").mean()
    # Of texts that are not negated; openers, details and shared statements may have the word.
    assert without == pytest.approx((SHARED + OBLIQUE) / (1 - NEGATED), abs=0.08)


def test_a_text_about_two_touchpoints_speaks_of_both(texts):
    mixed = texts.filter(pl.col("second_touchpoint_id").is_not_null(), n_typos=0)
    assert_share(
        names_touchpoint(
            mixed.filter(pl.col("second_touchpoint_id") != pl.col("touchpoint_id")),
            "second_touchpoint_id",
        ),
        1 - OBLIQUE,
    )


def test_statements_that_disagree_are_joined_by_a_contrast(texts):
    but = {
        "de": "(?i)aber|doch|andererseits:|allerdings:",
        "en": "(?i)but|however,|whereas|then again|on the other hand",
    }
    mixed = texts.filter(pl.col("second_touchpoint_id").is_not_null(), n_typos=0)
    disagree = mixed.filter(pl.col("polarity") != pl.col("second_polarity"))
    agree = mixed.filter(pl.col("polarity") == pl.col("second_polarity"))
    assert matches(disagree, but).all()
    assert matches(agree, but).mean() < 0.1  # within a statement


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(
    ("target", "low", "high"), [("touchpoint_id", 0.6, 0.98), ("polarity", 0.7, 0.98)]
)
def test_half_of_the_texts_teach_the_other_half_but_not_everything(
    texts, language, target, low, high
):
    # Chance is 1/22 for touchpoints and 1/3 for polarity.
    rows = texts.filter(pl.col("touchpoint_id").is_not_null(), language=language)
    half = rows.height // 2
    words = TfidfVectorizer()
    model = RidgeClassifier().fit(words.fit_transform(rows["text"][:half]), rows[target][:half])
    guessed = model.predict(words.transform(rows["text"][half:]))
    assert low < f1_score(rows[target][half:], guessed, average="macro") < high


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("language", "fr", "compose: language: expected one of de, en, got 'fr'"),
        ("origin", "press", "compose: origin: expected one of survey, .*, got 'press'"),
        ("touchpoint_id", "kiosk", "compose: touchpoint_id: .* got 'kiosk'"),
        ("polarity", 2, "compose: polarity: expected one of -1, 0, 1, got 2"),
        ("second_polarity", 3, "compose: second_polarity: .* got 3"),
    ],
)
def test_an_unknown_value_is_refused(column, value, expected):
    about = planned(5, seed=1).with_columns(pl.lit(value).alias(column))
    with pytest.raises(ContractError, match=expected):
        compose(about, np.random.default_rng(1))


@pytest.mark.parametrize("missing", ["touchpoint_id", "second_touchpoint_id", "second_polarity"])
def test_half_a_second_statement_is_refused(missing):
    about = planned(5, seed=1).with_columns(
        touchpoint_id=pl.lit("app"), second_touchpoint_id=pl.lit("press"), second_polarity=pl.lit(1)
    )
    about = about.with_columns(pl.lit(None, about.schema[missing]).alias(missing))
    with pytest.raises(ContractError, match=r"expected both or none.* got 5 other rows"):
        compose(about, np.random.default_rng(1))
