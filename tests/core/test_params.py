"""Parameters are checked where they come in."""

import pytest
import yaml

from pipelines.core import params
from pipelines.core.errors import StudyError, closest, examples

GOOD = yaml.safe_load((params.PROJECT / "params.yaml").read_text())


def load(tmp_path, content):
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(content))
    return params.load(path)


def test_the_projects_own_parameters_are_valid(tmp_path):
    assert load(tmp_path, GOOD) == params.load()


@pytest.mark.parametrize(
    ("section", "key", "value", "match"),
    [
        ("publish", "suppress_m", 10, r"params.yaml: publish.suppress_m: expected Extra inputs"),
        (
            "publish",
            "withhold_below",
            0,
            r"publish.withhold_below: expected Input should be greater.*got 0",
        ),
        ("measure", "level", 95, r"measure.level: .*less than 1, got 95"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named(tmp_path, section, key, value, match):
    with pytest.raises(StudyError, match=match):
        load(tmp_path, {**GOOD, section: {**GOOD[section], key: value}})


def test_a_message_shows_five_examples_and_counts_the_rest():
    assert examples(range(7)) == "0, 1, 2, 3, 4 and 2 more"


def test_a_misspelt_name_is_answered_with_the_nearest():
    assert closest("chekout", ["checkout", "delivery"]) == "did you mean 'checkout'?"
    assert closest("x", []) == "none is declared"
    assert closest("zzz", ["checkout", "delivery"]) == (
        "the valid names are 'checkout', 'delivery'"
    )
