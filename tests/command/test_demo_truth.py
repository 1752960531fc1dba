"""The documentation of the demo study is made from its constants."""

import re

from pipelines.command.demo_truth import DEMO_TRUTH, ELSEWHERE, demo_truth
from pipelines.simulate import truth
from pipelines.simulate.dirt import KINDS_OF_DIRT
from pipelines.simulate.metrics import METRICS
from pipelines.simulate.model import PLANNED, TOUCHPOINT_NAMES


def test_the_documentation_is_current():
    assert DEMO_TRUTH.read_text(encoding="utf-8") == demo_truth(), "run `make derive`"


def test_touchpoints_measures_and_modules_with_parameters_are_told():
    text = demo_truth()
    for name in (*TOUCHPOINT_NAMES, *(planned.id for planned in PLANNED)):
        assert f"`{name}`" in text
    for module in set(truth.parameters()):
        assert f"`pipelines.simulate.{module}`" in text or f".{module}`" in text, module


def test_every_parameter_is_told_or_told_elsewhere():
    text = demo_truth()
    for module, constants in truth.parameters().items():
        for name in set(constants) - ELSEWHERE:
            assert f"| `{name}` |" in text, f"{module}.{name}"


def test_every_daily_figure_is_told():
    text = demo_truth()
    for metric in METRICS:
        assert f"| `{metric.touchpoint}` | {metric.name} | {metric.kind} |" in text


def test_kinds_that_nobody_can_see_are_told_apart():
    apart = demo_truth().partition("No check of a table could see these")[2].partition("\n## ")[0]
    unseen = {kind.name for kinds in KINDS_OF_DIRT.values() for kind in kinds if kind.rule is None}
    assert set(re.findall(r"^- `(\w+)`", apart, re.MULTILINE)) == unseen
    rows = [line for line in apart.splitlines() if line.startswith("| ")][2:]
    table = {row.split(" | ")[2] for row in rows}
    assert table == unseen


def test_no_place_of_the_page_is_left_open():
    assert not re.findall(r"\{[a-z_]+\}", demo_truth())
