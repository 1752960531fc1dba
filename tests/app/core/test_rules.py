"""The rules of the suites are said in the reader's language."""

import importlib

import pytest

from app.core import language
from pipelines.contract.canonical import CANONICAL


def sentences() -> list[str]:
    """What the rules of every suite say."""
    suites = (importlib.import_module(f"expectations.{table}").SUITE for table in CANONICAL)
    return sorted({rule.meta["says"] for suite in suites for rule in suite.expectations})


def test_every_rule_has_a_german_sentence_and_every_german_sentence_a_rule():
    german = language.load("de")
    said = sentences()
    assert [text for text in said if german.rule(text) == text] == []
    one_at_a_time = [language.Words("de", {}, [], [pair]) for pair in german.rules]
    idle = [
        words.rules[0][0]
        for words in one_at_a_time
        if all(words.rule(text) == text for text in said)
    ]
    assert idle == []


def test_columns_keep_their_names():
    german = language.load("de")
    assert german.rule("weight is given") == "weight ist angegeben"
    assert german.rule("no two rows have the same response_id and question_id") == (
        "response_id und question_id kommen zusammen nur einmal vor"
    )


@pytest.mark.parametrize("code", ["en", "de"])
def test_a_rule_without_a_translation_stays_as_it_is(code):
    assert language.load(code).rule("weight is given, or not") == "weight is given, or not"
