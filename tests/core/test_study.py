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
