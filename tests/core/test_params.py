"""Parameters are checked where they come in."""

import pytest
import yaml

from pipelines.contract import registry
from pipelines.contract.drivers import DriversSettings
from pipelines.contract.measure import MeasureSettings
from pipelines.contract.publish import PublishSettings
from pipelines.core import params
from pipelines.core.errors import StudyError, closest, examples

GOOD = params.read()
KINDS = [step.settings for step in registry.steps().values()]


def changed(section: str, key: str, value: object) -> dict:
    return {**GOOD, section: {**GOOD[section], key: value}}


def test_every_step_finds_its_parameters_in_the_projects_own_file():
    params.require_known(GOOD, KINDS)
    for kind in KINDS:
        assert params.settings_of(kind, GOOD).model_dump().keys() == kind.paths().keys()


def test_a_step_gets_what_it_declares_from_any_section():
    drivers = params.settings_of(DriversSettings, GOOD)
    assert (drivers.level, drivers.seed) == (GOOD["measure"]["level"], GOOD["seed"])


@pytest.mark.parametrize(
    ("kind", "content", "match"),
    [
        (
            PublishSettings,
            changed("publish", "withhold_below", 0),
            r"params.yaml: publish.withhold_below: expected Input should be greater.*got 0; corr",
        ),
        (MeasureSettings, changed("measure", "level", 95), r"measure.level: .*less than 1, got 95"),
        (MeasureSettings, {**GOOD, "measure": {}}, r"measure.level: expected a value, got none"),
        (MeasureSettings, {**GOOD, "engine": "abacus"}, r"params.yaml: engine: .*got 'abacus'"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named_by_its_place(kind, content, match):
    with pytest.raises(StudyError, match=match):
        params.settings_of(kind, content)


def test_a_parameter_that_no_step_declares_is_answered_with_the_nearest():
    wrong = changed("publish", "withhold_blow", 10)
    with pytest.raises(StudyError, match=r"withhold_blow: .*did you mean 'publish.withhold_below'"):
        params.require_known(wrong, KINDS)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ({"studies": "sfo", "reports": []}, r"params.yaml: studies: expected Input should be a"),
        ({"studies": []}, r"params.yaml: reports: expected a value, got none"),
        ({"studies": [], "reports": [{"study": "x"}]}, r"params.yaml: reports.0.notebook: expec"),
        ([], r"params.yaml: expected a mapping, got list"),
    ],
)
def test_a_plan_that_makes_no_sense_is_named(tmp_path, content, match):
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(StudyError, match=match):
        params.plan(path)


def test_a_message_shows_five_examples_and_counts_the_rest():
    assert examples(range(7)) == "0, 1, 2, 3, 4 and 2 more"


def test_a_misspelt_name_is_answered_with_the_nearest():
    assert closest("chekout", ["checkout", "delivery"]) == "did you mean 'checkout'?"
    assert closest("x", []) == "none is declared"
    assert closest("zzz", ["checkout", "delivery"]) == (
        "the valid names are 'checkout', 'delivery'"
    )
