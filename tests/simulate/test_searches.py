"""Search terms: their intents, languages and typing errors."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.core.errors import ContractError
from pipelines.simulate.phrasebook import PHRASE_LANGUAGES, cells_of, expand, phrasebook, read_bank
from pipelines.simulate.searches import CAPITALS, INTENTS, MISTYPED, UNANSWERED, search_terms

N = 30_000
WORD = re.compile(r"[^\W\d_]+")


@pytest.fixture(scope="module")
def languages() -> np.ndarray:
    return np.random.default_rng(1).choice(["de", "en"], N)


@pytest.fixture(scope="module")
def searches(languages) -> pl.DataFrame:
    return search_terms(np.random.default_rng(2), languages)


def vocabulary(language: str) -> set[str]:
    """All words that a search in a language can have, correctly spelt."""
    bank = dict(cells_of(read_bank(language)))
    number = PHRASE_LANGUAGES.index(language)
    slots = phrasebook().slots.values()
    values = [
        slot.values[slot.first[number] : slot.first[number] + slot.count[number]] for slot in slots
    ]
    sentences = [
        sentence
        for name, templates in bank.items()
        if name.startswith("searches/")
        for template in templates
        for sentence in expand(template)
    ]
    return {
        word.lower()
        for text in (*sentences, *(v for some in values for v in some))
        for word in WORD.findall(text)
    }


def assert_share(flags: pl.Series, expected: float) -> None:
    error = (expected * (1 - expected) / len(flags)) ** 0.5
    assert flags.mean() == pytest.approx(expected, abs=4 * error)


def test_the_same_generator_gives_the_same_terms(searches, languages):
    assert_frame_equal(search_terms(np.random.default_rng(2), languages), searches)
    other = search_terms(np.random.default_rng(3), languages)
    assert (other["search_term"] != searches["search_term"]).mean() > 0.9


def test_there_is_a_term_and_an_intent_for_each_row(searches):
    assert searches.columns == ["search_term", "intent"]
    assert searches.height == N
    assert (searches["search_term"].str.strip_chars() != "").all()
    odd = searches["search_term"].str.contains(r"[{}()|\x00-\x1f]|  |^ | $")
    assert searches.filter(odd)["search_term"].to_list() == []


def test_rows_are_in_the_language_asked_for(languages):
    mixed = search_terms(np.random.default_rng(2), languages)["search_term"]
    german = mixed.filter(pl.Series(languages == "de"))
    english = mixed.filter(pl.Series(languages == "en"))
    assert german.str.contains("[äöüß]").mean() > 0.1
    assert not english.str.contains("[äöüßÄÖÜ]").any()


def test_an_array_of_objects_will_do(languages):
    objects = search_terms(np.random.default_rng(2), languages.astype(object))
    assert_frame_equal(objects, search_terms(np.random.default_rng(2), languages))


def test_no_rows_are_no_terms():
    none = search_terms(np.random.default_rng(1), np.array([], dtype=str))
    assert none.schema == {"search_term": pl.String, "intent": pl.String}
    assert none.height == 0


def test_intents_come_in_their_shares(searches):
    assert sum(INTENTS.values()) == pytest.approx(1)
    for intent, share in INTENTS.items():
        assert_share(searches["intent"] == intent, share)


def test_some_searches_find_no_page(searches):
    assert set(UNANSWERED) < set(INTENTS)
    expected = sum(INTENTS[intent] for intent in UNANSWERED)
    assert_share(searches["intent"].is_in(UNANSWERED), expected)


def test_the_terms_of_an_intent_say_so(searches, languages):
    hire = searches.filter(pl.col("intent") == "tool_hire")["search_term"].str.to_lowercase()
    assert hire.str.contains("leih|miet|hire|rent|loan|borrow").mean() > 1 - MISTYPED
    others = searches.filter(pl.col("intent") == "store")["search_term"].str.to_lowercase()
    assert not others.str.contains("leih|miet|hire|rental|loan|borrow").any()


def test_every_intent_has_five_templates_or_three_where_no_page_answers():
    for language in PHRASE_LANGUAGES:
        bank = dict(cells_of(read_bank(language)))
        for intent in INTENTS:
            assert len(bank[f"searches/{intent}"]) >= (3 if intent in UNANSWERED else 5)


def test_terms_are_many_and_the_frequent_ones_frequent(searches):
    terms = searches["search_term"].str.to_lowercase()
    assert terms.n_unique() > 5000
    assert terms.value_counts()["count"].max() > 100


@pytest.mark.parametrize("language", PHRASE_LANGUAGES)
def test_typing_errors_come_at_the_stated_rate(searches, languages, language):
    known = vocabulary(language)
    terms = searches["search_term"].filter(pl.Series(languages == language))
    strange = [any(word not in known for word in WORD.findall(term.lower())) for term in terms]
    # Few terms are too short for one ("l&v"), and few errors make another word.
    assert np.mean(strange) == pytest.approx(MISTYPED, abs=0.015)


def test_few_terms_keep_their_capitals(searches, languages):
    product = searches.filter(pl.Series(languages == "de"), pl.col("intent") == "product")
    capital = product["search_term"].str.contains("[A-ZÄÖÜ]")
    assert capital.mean() == pytest.approx(CAPITALS, abs=0.02)


def test_an_unknown_language_is_refused():
    with pytest.raises(
        ContractError, match="search_terms: language: expected one of de, en, got 'fr'"
    ):
        search_terms(np.random.default_rng(1), np.array(["de", "fr"]))
