"""The map is read alike with and without libyaml, and its words are the contract's."""

from typing import get_args

import pytest
import yaml

from pipelines.contract import canonical as contract
from pipelines.core import map, study

BAD = {
    "a list that is not closed": ("stages: [buy\ntitle: x", r"expected ',' or '\]'.* line 2"),
    "a tab": ("stages:\n\tbuy: x", r"found character '\\t' that cannot start any token.* line 2"),
    "an anchor nobody set": ("stages: *buy", "found undefined alias 'buy'.* line 1"),
    "a colon too many": ("title: en: Shop", "mapping values are not allowed here.* line 1"),
}


@pytest.fixture(params=["in C", "in Python"])
def _parser(request, monkeypatch):
    if request.param == "in Python":
        monkeypatch.setattr(study, "_YAML", yaml.SafeLoader)
    elif not yaml.__with_libyaml__:
        pytest.skip("PyYAML was built without libyaml")


@pytest.mark.usefixtures("_parser")
@pytest.mark.parametrize("fault", BAD)
def test_bad_yaml_is_refused_in_the_same_words(fault, tmp_path):
    text, words = BAD[fault]
    (tmp_path / "study.yaml").write_text(text)
    found, (problem,) = study.inspect(tmp_path)
    assert found is None
    with pytest.raises(study.StudyError, match=f"expected YAML in UTF-8, got .*{words}"):
        raise problem


@pytest.mark.parametrize("name", ["sfo", "retail"])
def test_both_parsers_read_the_same_map(name, monkeypatch):
    in_c = study.load(name).map
    monkeypatch.setattr(study, "_YAML", yaml.SafeLoader)
    assert study.load(name).map == in_c


def test_a_question_measures_what_the_contract_lists():
    assert get_args(map.Question.model_fields["measure"].annotation) == contract.QUESTION_KINDS
    assert contract.RESPONSES.column("measure").values == contract.QUESTION_KINDS


def test_a_code_can_mean_each_reason_the_contract_lists():
    scale = {"min": 1, "max": 5, "missing": {why: why for why in contract.MISSING_REASONS}}
    assert tuple(map.Scale.model_validate(scale).missing.values()) == contract.MISSING_REASONS
    with pytest.raises(ValueError, match="Input should be 'not_experienced', 'dont_know'"):
        map.Scale.model_validate(scale | {"missing": {"9": "asleep"}})


SHOP = """\
title: {{en: Shop}}
about: {{en: A shop.}}
licence: none
languages: [en]
currency: EUR
time_zone: Europe/Berlin
stages: {{buy: {{label: {{en: Buying}}}}}}
touchpoints: {{checkout: {{label: {{en: Checkout}}, stage: buy, channel: own site}}}}
scales: {{five: {{min: 1, max: 5}}}}
questions:
  checkout: {{label: {{en: Checkout}}, measure: csat, scale: five, touchpoint: checkout}}
breaks:
  - {{{declared}}}
sources:
  orders: {{reader: csv, files: raw/*.csv, tables: [{{table: customers, columns: {{
    source_system: {{constant: shop}}, source_id: id}}}}]}}
"""


@pytest.mark.parametrize(
    "declared",
    [
        'question: checkout, wave: "2024", changed: wording',
        'touchpoint: checkout, wave: "2024", changed: scale',
        'question: all, wave: "2024", changed: mode',
    ],
)
def test_a_break_is_of_a_question_a_touchpoint_or_all(declared, tmp_path):
    (tmp_path / "study.yaml").write_text(SHOP.format(declared=declared))
    assert study.load(str(tmp_path)).map.breaks[0].wave == "2024"


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ("question: chekout, wave: '1', changed: order", "got 'chekout'; did you mean 'checkout'"),
        (
            "touchpoint: till, wave: '1', changed: order",
            "got 'till'; the valid names are 'checkout'",
        ),
        ("question: checkout, wave: '1', changed: mood", "'wording', 'scale', 'labels', 'order'"),
        ("wave: '1', changed: order", "exactly one of question and touchpoint"),
        ("question: all, touchpoint: checkout, wave: '1', changed: order", "exactly one of"),
        ("question: all, changed: order", r"breaks\.0\.wave: expected this key"),
    ],
)
def test_a_break_of_nothing_known_is_refused_with_what_is_known(declared, words, tmp_path):
    (tmp_path / "study.yaml").write_text(SHOP.format(declared=declared))
    with pytest.raises(study.StudyError, match=words):
        study.load(str(tmp_path))
