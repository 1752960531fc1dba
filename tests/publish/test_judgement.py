"""Every suite of the bundle lets a good table pass and refuses a bad one."""

import polars as pl
import pytest

from expectations.bundle import SUITES
from pipelines.contract.canonical import FREE_TEXT, IDENTIFIERS
from pipelines.contract.registry import published
from pipelines.core.errors import ContractError
from pipelines.publish.judgement import judge
from tests.publish.stub_study import table

SHARE = {"measure": "share"}
RULE = {
    "table": "responses",
    "rule": "value_in_scale",
    "expectation": "expect_column_values_to_be_between",
    "says": "an answer lies on its scale",
    "on_fail": "quarantine",
    "success": True,
    "n_rows": 100,
    "n_unexpected": 0,
}
EXAMPLE = {"table": "responses", "rule": "value_in_scale", "source_file": "raw/a", "source_row": 3}

GOOD = {
    "scores": table("scores", {}, {"segment": "age", "group": "old", "value": None, "low":
                    None, "high": None, "n": None}),
    "changes": table("changes", {"value": -12.0, "low": -20.0, "high": -4.0}),
    "distributions": table("distributions", SHARE, SHARE | {"answer": "4"}),
    "drivers": table("drivers", {}, {"policy": "pairwise", "n_users": None, "slope": None,
                     "slope_low": None, "slope_high": None, "reach": None}),
    "driver_models": table("driver_models", {}, {"policy": "listwise", "status": "refused",
                           "reason": "no rows", "value": None, "low": None, "high": None,
                           "n": None, "r2_held_out": None}),
    "priorities": table("priorities", {}),
    "driver_contrasts": table("driver_contrasts", {"value": -12.0, "low": -20.0, "high": -4.0}),
    "activity": table("activity", {}, {"kind": "cancelled", "n_customers": None}),
    "ledger": table("ledger", {}),
    "rules": table("rules", RULE),
    "quarantine_examples": table("quarantine_examples", EXAMPLE),
}  # fmt: skip


def test_a_good_bundle_passes():
    judge(GOOD, withhold_below=10)


def test_empty_tables_pass():
    judge(
        {name: contract.without_rows() for name, contract in published().items()}, withhold_below=10
    )


BAD = [
    ("scores", {"value": 101.0, "high": 102.0}, "to_be_between"),
    ("scores", {"value": 71.0}, "a_to_be_greater_than_b"),
    ("scores", {"low": None}, "to_not_be_null"),
    ("scores", {"n": 9}, "to_be_between"),
    ("scores", {"evidence": "gossip"}, "to_be_in_set"),
    ("changes", {"p_value": 0.6}, "a_to_be_greater_than_b"),
    ("drivers", {"value": 101.0, "high": 102.0}, "to_be_between"),
    ("drivers", {"n_users": 9}, "to_be_between"),
    ("drivers", {"approach": "magic"}, "to_be_in_set"),
    ("drivers", {"rank_low": 3}, "a_to_be_greater_than_b"),
    ("drivers", {"evidence": "experimental"}, "to_be_in_set"),
    ("driver_models", {"low": None}, "to_not_be_null"),
    ("driver_models", {"status": "refused", "reason": None}, "to_not_be_null"),
    ("driver_models", {"value": 1.2, "high": 1.3}, "to_be_between"),
    ("priorities", {"p_keep": 1.1}, "to_be_between"),
    ("priorities", {"quadrant": "panic"}, "to_be_in_set"),
    ("driver_contrasts", {"n_against": 9}, "to_be_between"),
    ("distributions", SHARE | {"value": -1.0, "low": -2.0}, "to_be_between"),
    ("activity", {"n_orders": -1}, "to_be_between"),
    ("ledger", {"rows_accepted": -1}, "to_be_between"),
    ("rules", RULE | {"n_unexpected": -1}, "to_be_between"),
    ("quarantine_examples", EXAMPLE | {"table": "diaries"}, "to_be_in_set"),
]


@pytest.mark.parametrize(("name", "wrong", "broken"), BAD)
def test_a_bad_table_is_refused(name, wrong, broken):
    with pytest.raises(ContractError, match=rf"published/{name}: expected expect_\w*{broken}"):
        judge({name: table(name, wrong)}, withhold_below=10)


def test_a_row_told_twice_is_refused():
    twice = pl.concat([GOOD["ledger"], GOOD["ledger"]])
    with pytest.raises(ContractError, match="expect_compound_columns_to_be_unique"):
        judge({"ledger": twice}, withhold_below=10)


def test_a_column_that_names_a_person_is_refused():
    leaky = GOOD["activity"].with_columns(email=pl.lit("somebody"))
    with pytest.raises(ContractError, match="expect_table_columns_to_match_ordered_list"):
        judge({"activity": leaky}, withhold_below=10)


def test_every_published_table_has_a_suite_that_fixes_its_columns_and_its_key():
    assert set(SUITES) == set(published())
    for name, contract in published().items():
        columns, key, *_ = SUITES[name].expectations
        assert columns.column_list == list(contract.schema)
        assert key.column_list == list(contract.key)


def test_no_published_table_declares_an_identifier_or_free_text():
    for contract in published().values():
        assert not (IDENTIFIERS | FREE_TEXT) & set(contract.schema), contract.name
