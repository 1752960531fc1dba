"""Texts exist in both languages, and numbers are written as each of them does."""

import ast
import fnmatch
import re
import string
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from app.core import language
from app.core.language import Words, plain
from pipelines.contract.canonical import CANONICAL, MISSING_REASONS, TRANSACTION_STATUSES
from pipelines.contract.driver_codes import MODEL_REASONS
from pipelines.contract.estimate import BY_NAME, FLAGS
from pipelines.contract.publish import EMPTY_REASONS
from pipelines.contract.rules import CONDITIONS
from tests.app.conftest import APP

MINUS, NO_BREAK = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def texts() -> dict[str, dict]:
    """Texts of every language that is begun, by key."""
    return {code: dict(language.load(code).texts) for code in language.files()}


@pytest.fixture
def english() -> Words:
    return language.load("en")


@pytest.fixture
def german() -> Words:
    return language.load("de")


def test_every_language_that_is_begun_has_the_keys_of_english(texts):
    assert {"en", "de"} <= texts.keys()
    differing = {code: found.keys() ^ texts["en"].keys() for code, found in texts.items()}
    assert {code: sorted(keys) for code, keys in differing.items() if keys} == {}


def places(text: object) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(str(text)) if name}


def test_every_language_fills_the_same_places(texts):
    wanted = {key: places(text) for key, text in texts["en"].items()}
    for found in texts.values():
        assert [key for key, text in found.items() if places(text) != wanted[key]] == []


def test_no_text_is_empty_or_not_text(texts):
    for found in texts.values():
        assert [k for k, text in found.items() if not (isinstance(text, str) and text)] == []


def asked_for() -> set[str]:
    """Patterns of the keys that the code asks `words` for."""
    patterns = set()
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("words", "_words", "self"):
                key = node.args[0]
                either = [key.body, key.orelse] if isinstance(key, ast.IfExp) else [key]
                patterns |= {pattern_of(part) for part in either}
    return patterns - {""}


def pattern_of(key: ast.expr) -> str:
    if isinstance(key, ast.JoinedStr):
        parts = (p.value if isinstance(p, ast.Constant) else "*" for p in key.values)
        return "".join(parts)
    is_key = isinstance(key, ast.Constant) and isinstance(key.value, str) and "." in key.value
    return key.value if is_key else ""


def test_every_text_the_code_asks_for_exists(texts):
    assert [p for p in asked_for() if not fnmatch.filter(texts["en"], p)] == []


def test_no_text_is_left_over(texts):
    groups = "answer kind table touchpoints.channel drivers.column"
    by_code = [f"{group}[._]*" for group in groups.split()]
    by_key = ("headline.*", "overview.*_wave", "overview.mostly", "*.url.*", "language")
    patterns = [*asked_for(), *by_code, *by_key]
    used = {key for pattern in patterns for key in fnmatch.filter(texts["en"], pattern)}
    assert texts["en"].keys() - used == set()


def test_usual_channels_are_translated_and_others_shown_as_they_are(english, german):
    assert [words.name("touchpoints.channel", "store") for words in (english, german)] == [
        "store",
        "Filiale",
    ]
    assert german.name("touchpoints.channel", "kiosk") == "kiosk"


def test_everything_the_pipeline_can_name_has_a_text(texts):
    wanted = [
        *(
            f"measure.{name}.{part}"
            for name in BY_NAME
            for part in ("name", "short", "axis", "about")
        ),
        *(f"answer.{reason}" for reason in MISSING_REASONS),
        *(f"kind.{status}" for status in TRANSACTION_STATUSES),
        *(f"table.{name}" for name in CANONICAL),
    ]
    assert [key for key in wanted if key not in texts["en"]] == []


@pytest.mark.parametrize(
    ("measure", "value", "in_english", "in_german"),
    [
        ("nps", 39.84, "+39.8", "+39,8"),
        ("nps", -7.25, f"{MINUS}7.2", f"{MINUS}7,2"),
        ("mean", 71.6, "71.6", "71,6"),
        ("top2", 80.5, "80.5%", f"80,5{NO_BREAK}%"),
        ("ces", 5.234, "5.23", "5,23"),
    ],
)
def test_a_value_is_written_with_its_unit(english, german, measure, value, in_english, in_german):
    assert english.value(measure, value) == in_english
    assert german.value(measure, value) == in_german


def test_a_number_that_rounds_to_zero_has_no_sign(english):
    assert english.number(-0.04) == "0.0"
    assert english.number(0.04, signed=True) == "0.0"


def test_a_tiny_p_value_is_told_as_smaller(english, german):
    assert english.p_value(0.0162) == "0.016"
    assert german.p_value(0.00002) == "< 0,001"


def test_large_numbers_have_thousands_marks(english, german):
    assert english.count(1_234_567) == "1,234,567"
    assert german.count(1_234_567) == "1.234.567"
    assert english.count(None) == "–"


def test_an_interval_names_its_unit_once(english, german):
    assert english.interval("top2", 64.5, 67.1) == "64.5 to 67.1%"
    assert german.interval("top2", 64.5, 67.1) == f"64,5 bis 67,1{NO_BREAK}%"
    assert english.interval("nps", -2.0, 5.5) == f"{MINUS}2.0 to +5.5"
    ends = english.interval("top2", -2.0, 5.5, change=True)
    assert ends == f"{MINUS}2.0 to +5.5{NO_BREAK}pp"


def test_a_change_of_a_percentage_is_in_percentage_points(english, german):
    assert english.change("top2", 2.31) == f"+2.3{NO_BREAK}pp"
    assert german.change("top2", -2.31) == f"{MINUS}2,3{NO_BREAK}%-Pkt."
    assert english.change("mean", 2.31) == "+2.3"


def test_days_and_months_are_written_in_words(english, german):
    moment = datetime(2011, 3, 9, tzinfo=UTC)
    assert english.date(moment) == "9 March 2011"
    assert german.date("2011-03-09T00:00:00Z") == "9. März 2011"
    assert english.period("2011-03") == "Mar 2011"
    assert german.period("2011-03") == "März 2011"
    assert german.period("2018") == "2018"
    assert english.period("2011-19") == "2011-19"


def test_a_code_is_said_with_its_values_written_as_each_language_writes_them(german, english):
    code = "contradiction?eigenvalue=-0.0645"
    assert f"an eigenvalue of {MINUS}0.0645 where" in english.sentence(MODEL_REASONS, code)
    assert f"einem Eigenwert von {MINUS}0,0645, wo" in german.sentence(MODEL_REASONS, code)
    assert german.sentence(MODEL_REASONS, "few_answers?least=1400") == "weniger als 1.400 Antworten"


def test_a_year_is_no_amount_and_a_column_keeps_its_name(german):
    said = german.sentence(CONDITIONS, "not_before?column=ordered_at&year=1995")
    assert said == "ordered_at liegt nicht vor 1995"
    both = "unique_together?columns=response_id%2C+question_id"
    assert german.sentence(CONDITIONS, both).startswith("response_id, question_id kommen zusammen")


def test_a_table_in_a_sentence_is_named_as_on_the_pages(german):
    said = german.sentence(EMPTY_REASONS, "no_source?table=responses")
    assert said == "keine Quelle dieser Studie füllt „Antworten der Befragung“"


def test_places_that_no_code_carries_are_filled_by_the_reader(german):
    said = german.sentence(FLAGS, "small", flag_n=30, withhold_below=10)
    assert said.startswith("Beruht auf weniger als 30 Antworten")


def test_a_code_that_is_not_in_the_vocabulary_is_an_error(german):
    with pytest.raises(KeyError, match="tiny"):
        german.sentence(FLAGS, "tiny")


def test_a_column_is_called_what_its_declaration_says(german, english):
    assert english.heading("rules", "on_fail") == "If broken"
    assert german.heading("rules", "on_fail") == "Wenn verletzt"
    with pytest.raises(KeyError, match=r"columns\.scores\.low: expected a label in pipelines"):
        german.heading("scores", "low")


@pytest.mark.parametrize(
    "text", ["**a**", "<b>", "[a](b)", ":red[x]", "$x$", "a_b_c", "# a", "`a`", "1. a"]
)
def test_markdown_in_data_is_escaped(text):
    assert re.sub(r"\\(.)", r"\1", plain(text)) == text
    assert not re.search(r"(?<!\\)[*<\[:$_#`.]", plain(text))


def test_a_label_falls_back_to_english_then_to_any_language(german):
    assert german.label({"en": "Signs", "de": "Wegweiser"}, "signs") == "Wegweiser"
    assert german.label({"en": "Signs"}, "signs") == "Signs"
    assert german.label({"fr": "Panneaux"}, "signs") == "Panneaux"
    assert german.label({}, "signs") == "signs"


@pytest.fixture
def french(tmp_path, monkeypatch) -> Path:
    """A copy of the app's texts with a third language in a single file, still in English."""
    for path in [found for paths in language.files().values() for found in paths]:
        copied = tmp_path / path.relative_to(APP)
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    texts = yaml.safe_load((tmp_path / "core" / "en.yaml").read_text(encoding="utf-8"))
    for path in (tmp_path / "views").glob("*/en.yaml"):
        texts[path.parent.name] = yaml.safe_load(path.read_text(encoding="utf-8"))
    file = tmp_path / "core" / "languages" / "fr.yaml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(texts | {"language": "Français"}), encoding="utf-8")
    monkeypatch.setattr(language, "APP_FOLDER", tmp_path)
    return file


def test_a_third_language_is_one_file(data, open_page, french):
    assert language.languages() == {"en": "English", "de": "Deutsch", "fr": "Français"}
    words = language.load("fr")
    assert words.number(-1234.5) == f"{MINUS}1\N{NARROW NO-BREAK SPACE}234,5"
    assert words.date("2011-03-09") == "9 mars 2011"
    app = open_page("drivers", study="airport", lang="fr")
    (picker,) = (p for p in app.segmented_control if p.key == "lang")
    assert picker.options == ["English", "Deutsch", "Français"]
    assert picker.value == "fr"


def test_a_language_that_lacks_texts_is_not_offered(french):
    texts = yaml.safe_load(french.read_text(encoding="utf-8"))
    del texts["drivers"]["title"]
    french.write_text(yaml.safe_dump(texts), encoding="utf-8")
    assert "fr" not in language.languages()
