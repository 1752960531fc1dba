"""Every card speaks the reader's language: whatever code was published, and in a new language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from string import Formatter

import polars as pl
import pytest
import yaml
from babel.dates import get_month_names

from app.core import bundle, cards, evidence, language
from app.core.bundle import Bundle
from app.core.page import entries
from pipelines.contract.canonical import CANONICAL
from pipelines.contract.code import LANGUAGES, READER_PLACES, Vocabulary, places_of, write_code
from pipelines.contract.estimate import FLAGS
from pipelines.contract.publish import EMPTY_REASONS
from pipelines.contract.registry import published
from pipelines.contract.table import FLAG, Table
from tests.app import tiny_shop, tiny_survey
from tests.app.conftest import APP
from tests.app.reading import texts
from tests.contract.samples import sample

ROOT = APP.parent
STUDIES = ("demo", "retail", "sfo")
PAGES = [entry.page.name for entry in entries()]
# What no German sentence has; beside it, whatever is said in English and nowhere in German.
COMMON = {
    "the", "of", "and", "or", "answers", "with", "each", "from", "not", "than", "fewer", "only",
    "out", "left", "on", "over", "to", "is", "are", "where", "who", "every", "no", "rated",
}  # fmt: skip
SAME_IN_BOTH = {"R²", "Expectation"}
VOCABULARIES = [
    *(column.codes for table in published().values() for column in table.columns if column.codes),
    EMPTY_REASONS,
]
SAID = {(v.name, code): text for v in VOCABULARIES for code, text in v.codes.items()}
WORD = re.compile(r"[^\W\d]\w*")


def in_code(vocabulary: Vocabulary, code: str) -> str:
    """A code with values that its sentence has places for."""
    places = sorted(places_of(vocabulary.codes[code]["en"]) - READER_PLACES)
    return write_code(code, **{p: "responses" if p == "table" else 7 for p in places})


def test_codes_of_one_name_say_one_thing():
    for vocabulary in VOCABULARIES:
        said = {code: SAID[vocabulary.name, code] for code in vocabulary.names}
        assert said == dict(vocabulary.codes)


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda vocabulary: vocabulary.name)
def test_every_code_has_a_sentence_of_its_own_in_german_with_no_place_left(vocabulary):
    english, german = language.load("en"), language.load("de")
    places = dict.fromkeys(READER_PLACES, 10)
    for code in vocabulary.names:
        text = in_code(vocabulary, code)
        said = [words.sentence(vocabulary, text, **places) for words in (english, german)]
        assert said[0] != said[1], code
        assert not {"{", "}"} & set("".join(said)), code


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_text_of_the_app_repeats_a_declared_sentence(code):
    sentences = {text[code].rstrip(".") for text in SAID.values() if " " in text[code]}
    repeated = {k: t for k, t in language.load(code).texts.items() if t.rstrip(".") in sentences}
    assert repeated == {}


def test_every_label_of_a_column_is_german_in_german():
    labels = [c.label for table in published().values() for c in table.columns if c.label]
    assert {text["en"] for text in labels if text["en"] == text["de"]} <= SAME_IN_BOTH


def words_of(*said: str) -> set[str]:
    return {word.lower() for text in said for word in WORD.findall(text)}


def identifiers() -> set[str]:
    """Names of columns, tables and codes, which no language translates."""
    tables = [*published().values(), *CANONICAL.values()]
    columns = [column for table in tables for column in table.columns]
    listed = {value for column in columns for value in column.listed}
    return {table.name for table in tables} | {column.name for column in columns} | listed


def declared(code: str) -> set[str]:
    """Words of all that is declared and of the app's own texts, in a language."""
    of_tables = [table.empty for table in published().values() if table.empty]
    labels = [c.label for table in published().values() for c in table.columns if c.label]
    said = [text[code] for text in (*SAID.values(), *of_tables, *labels)]
    return words_of(*said, *language.load(code).texts.values())


def english_words() -> set[str]:
    return COMMON | (declared("en") - declared("de") - identifiers())


def telling_rows(read: Bundle) -> Iterator[tuple[str, dict]]:
    """One row of every combination of codes, measures and truth values that a table has."""
    for name, table in published().items():
        frame = read.tables[name]
        kinds = [c.name for c in table.columns if c.codes or c.values or c.dtype == FLAG]
        kinds += [name for name in ("measure", "wave_against") if name in table.schema]
        for row in frame.unique(kinds, keep="first", maintain_order=True).to_dicts():
            yield name, row


def own_words(table: Table, row: dict) -> set[str]:
    """Words of a row's free text, which the data bring along."""
    free = [c.name for c in table.columns if c.dtype == pl.String() and not c.codes]
    return words_of(*(str(row[name]) for name in free if row[name] is not None))


def current(study: str) -> bool:
    """Whether a study of the checkout was published by this version."""
    return study in bundle.studies() and not bundle.load(study).outdated


@pytest.fixture(params=STUDIES)
def read(request, tmp_path, monkeypatch) -> Bundle:
    """A study as it was published here; a small one in its place if it was not."""
    monkeypatch.setenv("TOUCHSTONE_DATA", str(ROOT / "data"))
    if current(request.param):
        return bundle.load(request.param)
    small = tiny_shop if request.param == "retail" else tiny_survey
    small.publish(tmp_path)
    monkeypatch.setenv("TOUCHSTONE_DATA", str(tmp_path))
    return bundle.load(bundle.studies()[0])


def test_no_german_card_of_any_published_code_has_an_english_word(read):
    german, english, seen = language.load("de"), english_words(), 0
    labels = words_of(*german_labels(read.register))
    for table, row in telling_rows(read):
        card = cards.write(read, german, table, row)
        told = words_of(*card.facts.keys(), *card.facts.values(), card.title, *card.context)
        allowed = own_words(published()[table], row) | labels
        assert told & english <= allowed, (table, row, card)
        seen += 1
    assert seen > len(read.tables["rules"]) > 0


def german_labels(register: object) -> Iterable[str]:
    """What the register says in German, or in any language if not in German."""
    if isinstance(register, str):
        yield register
    elif isinstance(register, dict):
        told = [register["de"]] if "de" in register else register.values()
        for part in told:
            yield from german_labels(part)
    elif isinstance(register, list):
        for part in register:
            yield from german_labels(part)


def test_the_words_of_the_old_cards_are_known_to_be_english():
    """What stood half translated on German cards is found by the test above."""
    old = "Mittelwert, Taylor-linearised over strata and clusters, score interval with t quantile"
    assert {"linearised", "over", "strata", "and", "with"} <= words_of(old) & english_words()


@pytest.mark.parametrize("name", published())
def test_a_card_is_derived_for_any_declared_table_and_shows_every_column_with_a_label(data, name):
    read, words, table = bundle.load("airport"), language.load("en"), published()[name]
    wanted = {words.heading(name, c.name) for c in table.columns if c.label}
    for row in sample(table).to_dicts():
        card = cards.derive(read, words, name, row)
        assert wanted <= card.facts.keys()
        assert card.title


def test_a_row_is_a_difference_by_declaration_and_not_by_the_columns_it_has(data):
    read, words = bundle.load("airport"), language.load("en")
    score = read.tables["scores"].filter(measure="mean").row(0, named=True)
    change = read.tables["changes"].drop_nulls("value").row(0, named=True)
    assert not cards.value(words, "scores", score | {"against": "previous"}).startswith("+")
    without = {name: value for name, value in change.items() if name != "against"}
    assert cards.value(words, "changes", without) == cards.value(words, "changes", change)
    assert evidence.short(words, "changes", without) == evidence.short(words, "changes", change)


def marked(text: str) -> str:
    """A text whose every word bears a mark, its places as they are."""
    parts = []
    for literal, name, _, _ in Formatter().parse(text):
        parts.append(WORD.sub(lambda word: f"{word[0]}¡", literal))
        parts.append("" if name is None else f"{{{name}}}")
    return "".join(parts)


def pseudo_language() -> dict[str, str]:
    """Every text of the app and every declared sentence of its tables, in a new language."""
    own = dict(language.load("en").texts)
    own |= {f"codes.{name}.{code}": text["en"] for (name, code), text in SAID.items()}
    for name, table in published().items():
        own |= {f"columns.{name}.{c.name}": c.label["en"] for c in table.columns if c.label}
        if table.empty:
            own[f"tables.{name}.empty"] = table.empty["en"]
    dates = ("format.date", "format.month")
    return {key: text if key in dates else marked(text) for key, text in own.items()}


@pytest.fixture
def in_french(tmp_path, monkeypatch) -> None:
    """A third language in one file, beside the app's own."""
    for path in [found for paths in language.files().values() for found in paths]:
        copied = tmp_path / path.relative_to(APP)
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    file = tmp_path / "core" / "languages" / "fr.yaml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(pseudo_language(), allow_unicode=True), encoding="utf-8")
    monkeypatch.setattr(language, "APP_FOLDER", tmp_path)


UNMARKED = re.compile(r"[^\W\d]\w*\b(?!¡)")
MONTHS = words_of(
    *get_month_names("wide", locale="fr").values(),
    *get_month_names("abbreviated", locale="fr").values(),
)


def unmarked(*said: str) -> set[str]:
    return {word.lower() for text in said for word in UNMARKED.findall(text)} - MONTHS


@pytest.mark.parametrize("study", ["airport", "shop"])
def test_a_language_of_one_file_is_spoken_on_every_card(data, in_french, study):
    read, words = bundle.load(study), language.load("fr")
    hashes = {words("evidence.inputs"), words("evidence.data")}
    register = words_of(json.dumps(read.register, ensure_ascii=False))
    for table, row in telling_rows(read):
        card = cards.write(read, words, table, row)
        facts = {name: text for name, text in card.facts.items() if name not in hashes}
        told = unmarked(*facts.keys(), *facts.values(), card.title, *card.context)
        foreign = told - register - own_words(published()[table], row) - identifiers()
        assert not foreign, (table, row, card)


@pytest.mark.parametrize("study", ["airport", "shop"])
@pytest.mark.parametrize("page", PAGES)
def test_a_language_of_one_file_opens_every_page(data, in_french, open_page, page, study):
    app = open_page(page, study=study, lang="fr")
    said = texts(app)
    assert said.count("¡") > 20
    named = words_of(json.dumps(bundle.load(study).register, ensure_ascii=False))
    assert not unmarked(said) & COMMON - named


def test_what_a_language_does_not_say_is_said_in_english(data, in_french):
    texts = {key: text for key, text in language.load("fr").texts.items() if key[:6] != "codes."}
    words = language.Words("fr", texts)
    assert words.sentence(FLAGS, "small", flag_n=30).startswith("Rests on fewer than 30 answers")
    assert words.heading("rules", "on_fail") == "If¡ broken¡"
