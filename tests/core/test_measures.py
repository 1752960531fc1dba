"""Measures in study.yaml: what they may say, and how what makes no sense is refused."""

import copy

import pytest
import yaml

from pipelines.core import study
from tests.small_study import MAP

MEASURES = yaml.safe_load("""
touchpoints:
  checkout: {label: {en: Checkout}, stage: buy, channel: own site}
  delivery: {label: {en: Delivery}, stage: buy, channel: delivery}
  forum: {label: {en: Forum}, stage: buy, channel: forum, direct: false, controllable: false}
  customs: {label: {en: Customs}, stage: buy, channel: post, controllable: false}
measures:
  faster:
    label: {en: Faster checkout}
    touchpoint: checkout
    moves: [{touchpoint: checkout, kind: lift_middle, share: 0.5}]
    one_off: 1000
    yearly: 100
    months: 3
    capacity: {it_days: 20}
    status: idea
    example: true
  kinder:
    label: {en: Kinder drivers}
    touchpoint: delivery
    whom: {segment: gender, group: Female}
    moves: [{driver: delivery, kind: lift_good, share: 1}]
    one_off: 0
    yearly: 500
    months: 6
    requires: [faster]
    owner: logistics
    status: planned
    evidence: {kind: experiment, outcome: delivery, target: mean, effect: 2, std_error: 0.5, n: 812,
      source: "Trial in two towns, 2024"}
    realised: {effect: 1.5, std_error: 0.4, since: 2025-01-01, source: "Report 7"}
capacities:
  it_days: {label: {en: Days of developers}, amount: 100}
plan:
  mode: cold
  outcome: checkout
  target: mean
  months: 24
  budgets: {least: 0, most: 5000, steps: 5}
""")


def inspected(folder, changes=None):
    """What is found wrong in a map with measures; changes are by a path of keys."""
    content = yaml.safe_load(MAP) | copy.deepcopy(MEASURES)
    for path, value in (changes or {}).items():
        *above, last = path.split(".")
        part = content
        for key in above:
            part = part[int(key) if key.isdigit() else key]
        if value is None:
            part.pop(last)
        else:
            part[last] = value
    (folder / "study.yaml").write_text(yaml.safe_dump(content))
    found, problems = study.inspect(folder)
    return found, [str(problem) for problem in problems]


def test_a_register_is_read_as_it_is_written(tmp_path):
    found, problems = inspected(tmp_path)
    assert problems == []
    faster, kinder = found.map.measures["faster"], found.map.measures["kinder"]
    assert faster.reaches == ("all", "all")
    assert kinder.reaches == ("gender", "Female")
    assert faster.example
    assert kinder.evidence.effect == 2
    assert found.map.plan.budgets.listed == [0, 1000, 2000, 3000, 4000, 5000]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"measures.faster.touchpoint": "chekout"},
            "measures.faster.touchpoint: expected a declared touchpoint, got 'chekout'; did you "
            "mean 'checkout'?",
        ),
        (
            {"measures.kinder.moves.0.driver": "delivry"},
            "measures.kinder.moves.0.driver: expected a declared question, got 'delivry'; did you "
            "mean 'delivery'?",
        ),
        (
            {"measures.kinder.requires": ["fast"]},
            "measures.kinder.requires: expected a declared measure beside it, got 'fast'; did you "
            "mean 'faster'?",
        ),
        (
            {"measures.faster.capacity": {"days": 3}},
            "measures.faster.capacity: expected a declared capacity, got 'days'; did you mean "
            "'it_days'?",
        ),
        (
            {"measures.kinder.whom.group": "Femal"},
            "measures.kinder.whom.group: expected a declared group, got 'Femal'; did you mean "
            "'Female'?",
        ),
        (
            {"measures.kinder.whom.segment": "sex"},
            "measures.kinder.whom.segment: expected a declared segment, got 'sex'; the valid names "
            "are 'gender'",
        ),
        (
            {"measures.kinder.evidence.outcome": "nps"},
            "measures.kinder.evidence.outcome: expected a declared question, got 'nps'",
        ),
        ({"plan.outcome": "nps"}, "plan.outcome: expected a declared question, got 'nps'"),
        (
            {"measures.faster.touchpoint": "forum"},
            "measures.faster: expected a cost only at touchpoints that the company can change, got "
            "a cost at 'forum', which is not direct; move what the company can change instead, or "
            "remove the measure",
        ),
        (
            {"measures.faster.moves.0.touchpoint": "customs"},
            "measures.faster: expected a cost only at touchpoints that the company can change, got "
            "a cost at 'customs', which is not controllable",
        ),
        (
            {"measures.faster.requires": ["kinder"]},
            "measures.faster.requires: expected measures that can be taken together with it, got a "
            "circle over 'kinder', 'faster'; remove one of `requires` or `excludes`",
        ),
        (
            {"measures.faster.excludes": ["kinder"]},
            "measures.kinder.requires: expected measures that can be taken together with it, got "
            "needs that exclude each other: 'faster'",
        ),
        ({"plan": None}, "top level: expected `plan` beside `measures`"),
        (
            {"measures.faster.cost": 3},
            "measures.faster.cost: expected a known key, got 'cost'; ",
        ),
        (
            {"measures.faster.moves.0.drive": "checkout"},
            "measures.faster.moves.0.drive: expected a known key, got 'drive'; did you mean "
            "'driver'?",
        ),
        (
            {"measures.faster.moves.0.driver": "checkout"},
            "measures.faster.moves.0: expected exactly one of driver and touchpoint",
        ),
        ({"measures.faster.status": "maybe"}, "measures.faster.status: expected input should be"),
        ({"measures.faster.yearly": None}, "measures.faster.yearly: expected this key, which is"),
        ({"measures.faster.one_off": -1}, "measures.faster.one_off: expected input should be gre"),
        ({"measures.faster.moves.0.share": 1.5}, "moves.0.share: expected input should be less"),
        ({"measures.faster.moves.0.kind": "raise"}, "moves.0.kind: expected input should be"),
        (
            {"plan.budgets.most": 0},
            "plan.budgets: expected least below most, got 0 and 0",
        ),
        ({"plan.target": "bottom_box"}, "plan.target: expected input should be 'mean', 'top_two'"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_its_place_and_what_to_do(tmp_path, changes, message):
    _, problems = inspected(tmp_path, changes)
    assert any(message in problem for problem in problems), problems


def test_a_name_in_tables_has_no_blank(tmp_path):
    _, problems = inspected(tmp_path, {"capacities.it days": {"label": {"en": "x"}, "amount": 1}})
    assert "capacities.it days" in problems[0]
    assert "pattern" in problems[0]


def test_what_the_company_cannot_change_may_stand_there_without_a_cost(tmp_path):
    free = {"touchpoint": "forum", "one_off": 0, "yearly": 0}
    changes = {f"measures.faster.{key}": value for key, value in free.items()}
    assert inspected(tmp_path, changes)[1] == []


def test_check_reports_a_cost_at_a_touchpoint_that_is_not_direct(tmp_path):
    from pipelines.command.check import check_study

    inspected(tmp_path, {"measures.faster.touchpoint": "forum"})
    found = [str(finding) for finding in check_study(str(tmp_path))]
    assert any("a cost at 'forum', which is not direct" in finding for finding in found)
