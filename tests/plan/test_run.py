"""The step plan: tables in, tables out, as they are declared."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
import yaml

from pipelines.contract.drivers import PRIORITIES
from pipelines.contract.kano import ASYMMETRY, GATE_TABLE
from pipelines.contract.plan import STEP, PlanSettings
from pipelines.core import store
from pipelines.core.map import Map
from pipelines.core.study import Study
from pipelines.core.tables import Given
from pipelines.plan.run import run
from tests.decisions import small_model
from tests.small_study import MAP

SETTINGS = PlanSettings(seed=1, level=0.9, flag_n=30, tail=0.25, solved=20)
WHO = {"segment": "all", "group": "all"}
REGISTER = yaml.safe_load("""
touchpoints:
  desk: {label: {en: Desk}, stage: buy, channel: store}
  web: {label: {en: Web}, stage: buy, channel: web}
questions:
  desk: {label: {en: Desk}, measure: csat, scale: five, touchpoint: desk}
  web: {label: {en: Web}, measure: csat, scale: five, touchpoint: web}
  nps: {label: {en: Would recommend}, measure: nps, scale: five}
measures:
  delight:
    {label: {en: Delight}, touchpoint: desk, one_off: 50, yearly: 0, months: 1, status: idea,
     moves: [{touchpoint: desk, kind: lift_best, share: 0.5}], example: true}
  mend:
    {label: {en: Mend}, touchpoint: desk, one_off: 10, yearly: 5, months: 1, status: planned,
     moves: [{driver: desk, kind: lift_good, share: 1}], capacity: {days: 3.5}}
  search:
    {label: {en: Search}, touchpoint: web, one_off: 30, yearly: 0, months: 1, status: idea,
     moves: [{touchpoint: web, kind: lift_good, share: 1}], excludes: [young], requires: [mend]}
  young:
    {label: {en: For the young}, touchpoint: web, one_off: 1, yearly: 0, months: 1, status: idea,
     whom: {segment: gender, group: Female},
     moves: [{touchpoint: web, kind: lift_good, share: 1}]}
  tried:
    {label: {en: Tried}, touchpoint: web, one_off: 5, yearly: 0, months: 1, status: idea,
     moves: [{touchpoint: web, kind: widen, share: 1}],
     evidence: {kind: difference_in_differences, outcome: nps, target: nps, effect: 2,
       std_error: 1, n: 812, source: Report 3}}
capacities:
  days: {label: {en: Days}, amount: 10}
plan:
  {mode: cold, outcome: nps, target: nps, months: 24, budgets: {least: 0, most: 60, steps: 3}}
""")


def made(register=REGISTER, gates=(), models=None) -> dict[str, pl.DataFrame]:
    """Run the step, and check all it returns against its declaration."""
    content = Map.model_validate(yaml.safe_load(MAP) | (register or {}))
    priority = {**small_model.KEY, **small_model.MADE, **WHO, "target": "mean"}
    tables = {
        "outcome_models": small_model.models(weight_share=1.0) if models is None else models,
        "moves": small_model.moves() if models is None else small_model.moves().clear(),
        "gates": small_model.table(GATE_TABLE, [{**WHO, "mode": "cold", **row} for row in gates]),
        "asymmetry": ASYMMETRY.without_rows(),
        "priorities": small_model.table(
            PRIORITIES,
            [priority | {"driver": "desk", "touchpoint_id": "desk", "value": 70.0,
                         "performance": 80.0},
             priority | {"driver": "web", "touchpoint_id": "web", "value": 30.0,
                         "performance": 60.0}],
        ),
    }  # fmt: skip
    given = Given({f"derived/{name}": rows for name, rows in tables.items()})
    found = run(Study(Path("shop"), content), SETTINGS, given)
    return {
        table.name: store.prepare(found[table.name], table, f"table {table.name}")
        for table in STEP.writes
    }


def test_a_study_without_measures_gets_empty_tables_of_the_declared_types():
    for name, rows in made(register=None).items():
        assert rows.is_empty(), name
    assert all(table.empty for table in STEP.writes)


def test_measures_of_an_outcome_without_a_model_are_listed_and_not_planned():
    refused = small_model.models(
        value=None, low=None, high=None, status="refused", reason="few_touchpoints",
        weight_share=None,
    )  # fmt: skip
    found = made(models=refused)
    assert found["measures"].height == 5
    assert found["plans"].is_empty()
    assert found["measure_effects"].is_empty()


def test_the_register_is_told_as_study_yaml_declares_it():
    found = made()
    rows = {row["measure_id"]: row for row in found["measures"].to_dicts()}
    assert rows["mend"]["capacity"] == "days=3.5"
    assert (rows["search"]["excludes"], rows["search"]["requires"]) == ("young", "mend")
    assert rows["delight"]["note"] == "example"
    assert rows["tried"]["evidence"] == "quasi-experimental"
    assert (rows["young"]["segment"], rows["young"]["group"]) == ("gender", "Female")
    moves = {row["measure_id"]: row for row in found["measure_moves"].to_dicts()}
    assert (moves["mend"]["driver"], moves["mend"]["touchpoint_id"]) == ("desk", "desk")
    assert moves["search"]["driver"] is None


def test_effects_are_told_for_every_target_with_what_bars_them():
    effects = made()["measure_effects"]
    told = {(row["measure_id"], row["target"]): row for row in effects.to_dicts()}
    assert told["mend", "nps"]["value"] == pytest.approx(8 + 5)
    assert told["mend", "bottom_box"]["value"] == pytest.approx(-5)
    assert told["mend", "nps"]["n"] == 500
    assert told["young", "nps"]["value"] is None
    assert told["young", "nps"]["bar"] == "no_model"
    assert told["tried", "nps"]["value"] == 2.0
    assert told["tried", "nps"]["method"] == "measured"
    assert told["tried", "nps"]["n"] == 812
    assert told["tried", "mean"]["bar"].startswith("not_supported")


def test_plans_members_and_rules_go_together():
    found = made()
    plans = found["plans"].filter(pl.col("objective") == "expected").sort("budget")
    for plan in plans.to_dicts():
        here = pl.col("budget") == plan["budget"], pl.col("objective") == "expected"
        members = found["plan_members"].filter(*here)
        taken = members.filter(pl.col("why") == "taken")["measure_id"].sort().to_list()
        assert taken == (plan["taken"] or "").split()
        assert plan["cost"] == members.filter(pl.col("why") == "taken")["cost"].sum()
        assert plan["cost"] <= plan["budget"]
        rules = {row["rule"]: row for row in found["plan_rules"].filter(*here).to_dicts()}
        assert rules["optimal"]["value"] == plan["value"]
        assert rules["optimal"]["regret"] == 0
        assert rules.keys() == {"optimal", "importance", "gap", "correlation"}


def test_the_frontier_rises_and_its_steps_are_the_marginal_value():
    for objective in ("expected", "cautious"):
        plans = made()["plans"].filter(pl.col("objective") == objective).sort("budget")
        added = plans["added"].to_list()
        assert added == sorted(added)
        steps = [1000 * (b - a) / 20 for a, b in pairwise(added)]
        assert plans["marginal"].to_list()[:-1] == pytest.approx(steps, rel=1e-4)
        assert plans["marginal"].to_list()[-1] is None


def test_a_failed_gate_bars_delight_in_every_plan():
    fails = {"driver": "desk", "touchpoint_id": "desk", "gate": "fails", "p_fails": 0.9}
    found = made(gates=[fails])
    why = found["plan_members"].filter(pl.col("measure_id") == "delight")["why"].unique()
    assert why.to_list() == ["gate?touchpoint=desk&p=0.90"]
    assert not found["plans"]["taken"].str.contains("delight").any()


def test_the_same_input_gives_the_same_tables():
    one, other = made(), made()
    assert all(one[name].equals(other[name]) for name in one)
