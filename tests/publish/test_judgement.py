"""A good bundle passes, and what one of its tables breaks is told.

That every suite finds whatever breaks a declaration is in tests/contract/test_every_table.py.
"""

import polars as pl
import pytest

from pipelines.contract.canonical import FREE_TEXT, IDENTIFIERS
from pipelines.contract.registry import published
from pipelines.core.errors import ContractError
from pipelines.publish.judgement import judge
from tests.contract.samples import sample

GOOD = {name: sample(table) for name, table in published().items()}


def test_a_good_bundle_passes():
    judge(GOOD, withhold_below=10)


def test_empty_tables_pass():
    empty = {name: table.without_rows() for name, table in published().items()}
    judge(empty, withhold_below=10)


# What is wrong in all rows of a table, and the expectation that refuses it.
BAD = [
    (
        "scores",
        {"measure": "mean", "value": 101.0, "high": 102.0, "scale_max": None},
        "values_to_be_between",
    ),
    ("scores", {"measure": "ces", "value": 4.0, "high": 5.5, "scale_max": 5.0}, "greater_than_b"),
    ("scores", {"measure": "mean", "value": 20.0, "low": 21.0}, "a_to_be_greater_than_b"),
    ("scores", {"low": None}, "to_be_null.*got .low."),
    ("scores", {"n": 9}, "values_to_be_between"),
    ("scores", {"evidence": "gossip"}, "to_be_in_set"),
    ("scores", {"flags": "small gossip"}, "to_match_regex"),
    ("changes", {"p_value": 0.6, "p_adjusted": 0.5}, "a_to_be_greater_than_b"),
    ("drivers", {"value": 101.0, "high": 102.0}, "values_to_be_between"),
    ("drivers", {"n_users": 9}, "values_to_be_between"),
    ("drivers", {"approach": "magic"}, "to_be_in_set"),
    ("drivers", {"rank": 3, "rank_low": 4}, "a_to_be_greater_than_b"),
    ("drivers", {"evidence": "experimental"}, "to_be_in_set"),
    ("driver_models", {"low": None}, "to_be_null.*got .low."),
    ("driver_models", {"status": "refused", "reason": None}, "to_not_be_null"),
    ("driver_models", {"value": 1.2, "high": 1.3}, "values_to_be_between"),
    ("driver_models", {"reason": "few_rows?n=3"}, "to_match_regex"),
    ("priorities", {"p_keep": 1.1}, "values_to_be_between"),
    ("priorities", {"quadrant": "panic"}, "to_be_in_set"),
    ("driver_contrasts", {"n_against": 9}, "values_to_be_between"),
    ("distributions", {"value": -1.0, "low": -2.0}, "values_to_be_between"),
    ("activity", {"n_orders": -1}, "values_to_be_between"),
    ("ledger", {"rows_accepted": -1}, "values_to_be_between"),
    ("rules", {"n_unexpected": -1}, "values_to_be_between"),
    ("rules", {"condition": "the answer is on its scale"}, "to_match_regex"),
    ("quarantine_examples", {"table": "diaries"}, "to_be_in_set"),
]


@pytest.mark.parametrize(("name", "wrong", "broken"), BAD)
def test_a_bad_table_is_refused(name, wrong, broken):
    rows = GOOD[name].with_columns(
        pl.lit(cell, GOOD[name].schema[column]).alias(column) for column, cell in wrong.items()
    )
    with pytest.raises(ContractError, match=rf"published/{name}: expected expect_\w*{broken}"):
        judge({name: rows}, withhold_below=10)


def test_a_row_told_twice_is_refused():
    twice = pl.concat([GOOD["ledger"], GOOD["ledger"]])
    with pytest.raises(ContractError, match="expect_compound_columns_to_be_unique"):
        judge({"ledger": twice}, withhold_below=10)


def test_a_column_that_names_a_person_is_refused():
    leaky = GOOD["activity"].with_columns(email=pl.lit("somebody"))
    with pytest.raises(ContractError, match="expect_table_columns_to_match_ordered_list"):
        judge({"activity": leaky}, withhold_below=10)


def test_no_published_table_declares_an_identifier_or_free_text():
    for contract in published().values():
        assert not (IDENTIFIERS | FREE_TEXT) & set(contract.schema), contract.name
