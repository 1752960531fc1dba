"""The phrase bank itself: enough of everything, labels that hold, and good spelling."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import polars as pl
import pytest

from pipelines.simulate.model import TOUCHPOINT_NAMES
from pipelines.simulate.phrasebook import (
    GENERAL,
    PHRASE_LANGUAGES,
    POLARITIES,
    cells_of,
    expand,
    phrasebook,
    read_bank,
)
from tests.simulate.touchpoint_words import NEGATIONS, WORDS

SLOT = re.compile(r"\{(\w*)\}")
AMERICAN = r"(?i)\b(colors?|favorite|organized|gray|center|package|mom|cart|catalog|meters?)\b"
# The letters ue, ae and oe that are no umlaut: after a, e and q, and in these words.
PLAIN_UE = r"(?i)(?<![aeq])ue|ae|oe"
PLAIN_WORDS = r"(?i)aktuell|zuerst"


@pytest.fixture(scope="module", params=PHRASE_LANGUAGES)
def language(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def cells(language) -> dict[str, list[str]]:
    return dict(cells_of(read_bank(language)))


def variants(cells: dict[str, list[str]], pattern: str) -> list[str]:
    """All sentences of the cells whose name matches."""
    found = [t for name, templates in cells.items() if re.search(pattern, name) for t in templates]
    return [sentence for template in found for sentence in expand(template)]


def test_choices_are_written_out():
    assert expand("(a|b) and (c |)d") == ["a and c d", "a and d", "b and c d", "b and d"]


def test_a_template_without_choices_is_its_only_variant():
    assert expand("all good") == ["all good"]


def test_both_languages_have_the_same_cells():
    de, en = (dict(cells_of(read_bank(language))) for language in PHRASE_LANGUAGES)
    assert list(de) == list(en)


def test_every_touchpoint_and_polarity_has_twelve_templates_or_more(cells):
    for touchpoint in (*TOUCHPOINT_NAMES, GENERAL):
        for polarity in POLARITIES.values():
            place = f"touchpoints/{touchpoint}/{polarity}"
            templates = [
                t for kind in ("plain", "oblique", "negated") for t in cells[f"{place}/{kind}"]
            ]
            assert len(set(templates)) >= 12, place
            assert len(cells[f"{place}/negated"]) >= 2, place
            assert len(cells[f"{place}/details"]) >= 3, place
        assert len(cells[f"touchpoints/{touchpoint}/ironic"]) >= 4


def test_every_touchpoint_shares_statements_with_others(cells):
    for touchpoint in TOUCHPOINT_NAMES:
        for polarity in POLARITIES.values():
            assert len(cells[f"touchpoints/{touchpoint}/{polarity}/shared"]) >= 8


def test_no_template_stands_twice_in_a_cell(cells):
    for name, templates in cells.items():
        assert len(set(templates)) == len(templates), name


def test_a_negation_is_in_what_is_negated_and_nowhere_else(cells, language):
    negation = re.compile(NEGATIONS[language])
    for sentence in variants(cells, "/negated$"):
        assert negation.search(sentence), sentence
    for sentence in variants(cells, r"^(?!empty|searches|touchpoints/.*/negated$)"):
        assert not negation.search(sentence), sentence


@pytest.mark.parametrize("touchpoint", TOUCHPOINT_NAMES)
def test_plain_sentences_name_the_touchpoint_and_oblique_ones_do_not(cells, language, touchpoint):
    word = re.compile(WORDS[language][touchpoint], re.IGNORECASE)
    for sentence in variants(cells, f"^touchpoints/{touchpoint}/.*/plain$"):
        assert word.search(SLOT.sub("", sentence)), sentence
    for sentence in variants(cells, f"^touchpoints/{touchpoint}/.*/oblique$"):
        assert not word.search(SLOT.sub("", sentence)), sentence


def test_statements_can_stand_in_mid_sentence(cells):
    for sentence in variants(cells, "^touchpoints/"):
        assert not re.search(r"[.!?,;:]$|[.!?] ", sentence), sentence


def test_openers_end_a_sentence_or_lead_into_one(cells, language):
    for sentence in variants(cells, "^openers/review"):
        assert sentence.endswith("."), sentence
    colons = [s for s in variants(cells, "^(openers|links)/") if s.endswith(":")]
    assert bool(colons) == (language == "de")  # English would need a small letter after it


def test_every_slot_has_values_in_the_language_it_is_used_in(cells, language):
    number = PHRASE_LANGUAGES.index(language)
    slots = phrasebook().slots
    for sentence in variants(cells, ""):
        for name in SLOT.findall(sentence):
            assert slots[name].count[number] >= 3, f"{name}: {sentence}"
        assert not re.search(r"[{}()|]", SLOT.sub("", sentence)), sentence


def test_letters_are_whole_and_spelling_is_that_of_the_language(cells, language):
    text = "\n".join(variants(cells, ""))
    assert unicodedata.is_normalized("NFC", text)
    assert not re.search("[ÃÂ\ufffd]|  ", text)
    if language == "en":
        assert not re.findall(AMERICAN, text)
    else:
        assert not re.findall(PLAIN_UE, re.sub(PLAIN_WORDS, "", text))
        assert all(letter in text for letter in "äöüßÄÖÜ")


def test_forms_of_a_product_belong_together():
    book = phrasebook()
    forms = {"x": pl.Series(["{a_product}|{the_product}|{product}"] * 500)}
    filled = book.fill(forms, pl.Series(["en"] * 500), np.random.default_rng(1))["x"]
    for text in filled:
        a, the, bare = text.split("|")
        assert the == f"the {bare}"
        assert a == f"{'an' if bare[0] in 'aeiou' else 'a'} {bare}"


def test_the_article_of_a_german_product_agrees_in_every_case():
    articles = {
        "der": ("den", "dem", "zum", "vom", "ein", "einem"),
        "die": ("die", "der", "zur", "von", "eine", "einer"),
        "das": ("das", "dem", "zum", "vom", "ein", "einem"),
    }
    names = ("the_product", "the_product_acc", "the_product_dat", "to_product", "from_product",
             "a_product", "a_product_dat")  # fmt: skip
    forms = {"x": pl.Series(["|".join(f"{{{name}}}" for name in names)] * 500)}
    filled = phrasebook().fill(forms, pl.Series(["de"] * 500), np.random.default_rng(1))["x"]
    seen = set()
    for text in filled:
        nominative, *others = (form.split(" ", 1)[0] for form in text.split("|"))
        assert tuple(others) == articles[nominative]
        seen.add(nominative)
    assert seen == {"der", "die", "das"}


def test_german_prepositions_have_their_case():
    case = {
        **dict.fromkeys(["zu", "von", "mit", "bei", "nach", "aus", "seit", "vor", "an"], "_dat"),
        **dict.fromkeys(["für", "durch", "gegen", "um", "über", "auf"], "_acc"),
    }
    seen = set()
    for sentence in variants(dict(cells_of(read_bank("de"))), "^(?!searches)"):
        for word, slot in re.findall(r"(\w+) \{((?:the|a)_product\w*)\}", sentence):
            if word in case:
                assert slot.endswith(case[word]), sentence
                seen.add(word)
    assert seen > {"mit", "vor", "für", "auf"}


def test_templates_are_drawn_alike_however_many_choices_they_have():
    book = phrasebook()
    cell = "de/touchpoints/delivery/negative/plain"
    number = book.cells[cell]
    first, count = book.first_template[number], book.n_templates[number]
    template = np.repeat(np.arange(count), book.n_variants[first : first + count])
    start = book.first_variant[first]
    sentences = book.variants[start : start + len(template)].to_list()
    n = 20_000
    drawn = book.draw(pl.Series([cell] * n), np.random.default_rng(1))
    counts = np.bincount(
        drawn.replace_strict(sentences, template, return_dtype=pl.Int64), minlength=count
    )
    expected = n / count
    assert (np.abs(counts - expected) < 4.5 * np.sqrt(expected)).all()


def test_no_cell_draws_an_empty_text():
    cells = pl.Series([None, "de/openers/review"], dtype=pl.String)
    nothing, opener = phrasebook().draw(cells, np.random.default_rng(1))
    assert nothing == ""
    assert opener.endswith(".")
