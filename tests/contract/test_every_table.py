"""Every declared table: rows as declared pass, and whatever breaks a declaration is refused.

Nothing here knows a table by name, but where a rule goes beyond its declaration.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from pipelines.contract.canonical import CANONICAL
from pipelines.contract.code import says
from pipelines.contract.registry import published
from pipelines.contract.table import TEXT, Column, Table, count
from pipelines.core.enforcement import require_declared
from pipelines.core.errors import ContractError
from tests.contract.mutations import Mutation, mutations
from tests.contract.samples import sample

TABLES = (*published().values(), *CANONICAL.values())
ENOUGH = 60  # rows, for every code of every list to be in one of them
LIMIT = 10  # people

Judge = Callable[[pl.DataFrame, Any], list[Any]]


@pytest.fixture(scope="module")
def judge() -> Judge:
    """Give the results of a suite that rows do not meet; Great Expectations loads for seconds."""
    import great_expectations as gx

    from expectations.bundle import with_lacking

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("samples").add_dataframe_asset("rows")
    whole = asset.add_batch_definition_whole_dataframe("whole")

    def failing(rows: pl.DataFrame, table: Table, suite: Any) -> list[Any]:
        coded = with_lacking(rows, table).with_columns(
            pl.col(pl.String).cast(pl.Categorical)
        )  # as publish does
        batch = whole.get_batch({"dataframe": coded.to_pandas()})
        judged = batch.validate(
            suite, result_format="COMPLETE", expectation_parameters={"withhold_below": LIMIT}
        )
        return [result for result in judged.results if not result.success]

    return failing


def refusal(rows: pl.DataFrame, table: Table) -> str:
    with pytest.raises(ContractError) as refused:
        require_declared(rows, table, f"table {table.name}")
    return str(refused.value)


def test_rows_made_by_a_declaration_are_as_declared_and_the_same_every_time():
    for table in TABLES:
        rows = sample(table, ENOUGH)
        require_declared(rows, table, table.name)
        assert rows.equals(sample(table, ENOUGH))
        assert rows.null_count().sum_horizontal()[0] == 0, table.name


def test_a_key_without_room_for_so_many_rows_is_refused():
    letters = Column("letter", TEXT, "a letter", True, ("a", "b"))
    narrow = Table("narrow", "a letter", ("letter",), (letters,))
    assert sample(narrow, 2)["letter"].to_list() == ["a", "b"]
    with pytest.raises(ValueError, match="narrow: expected a key for 3 rows"):
        sample(narrow, 3)


def test_whatever_breaks_a_declaration_is_refused_with_its_place_and_what_to_do():
    tried = 0
    for table in TABLES:
        rows = sample(table)
        for mutation in mutations(table, rows.row(1, named=True)):
            broken = mutation.of(rows, 1)
            with pytest.raises(ContractError, match=rf"(?s)expected .*{mutation.expected}") as got:
                require_declared(broken, table, f"table {table.name}")
            assert str(got.value).startswith(f"table {table.name}: expected "), got.value
            assert next(iter(mutation.cells)) in str(got.value)
            assert "; mend the step" in str(got.value) or "; declare them in" in str(got.value)
            tried += 1
    assert tried > 20 * len(TABLES)


def test_a_row_told_twice_and_a_column_that_nobody_declared_are_refused():
    for table in TABLES:
        rows = sample(table)
        twice = refusal(pl.concat([rows, rows.tail(1)]), table)
        assert f"expected one row per {', '.join(table.key)}, got 2 rows that share" in twice
        more = refusal(rows.with_columns(gossip=pl.lit("x")), table)
        assert f"columns of table '{table.name}', got unknown 'gossip'; see docs" in more
        fewer = refusal(rows.drop(table.key[0]), table)
        assert f"missing '{table.key[0]}'" in fewer


def test_rows_as_declared_and_rows_withheld_pass_the_suite_of_their_table(judge):
    from expectations.bundle import suites

    assert suites().keys() == published().keys()
    for name, table in published().items():
        rows = sample(table, ENOUGH)
        if "value" in table.schema:
            few = dict.fromkeys(counting(table), LIMIT - 1)
            rows = Mutation({"value": None, "low": None, "high": None, **few}, "").of(rows, 1)
        assert judge(rows, table, suites()[name]) == [], name


def test_the_suite_of_a_table_finds_whatever_breaks_its_declaration(judge):
    from expectations.bundle import suites

    for name, table in published().items():
        rows, tried = broken_in_every_way(table)
        found = judge(rows.with_columns(gossip=pl.lit("x")), table, suites()[name])
        missed = [m for at, m in enumerate(tried) if not is_found(at, m, found)]
        assert missed == [], name
        kinds = {result.expectation_config.type: result for result in found}
        assert "expect_table_columns_to_match_ordered_list" in kinds, name
        (key,) = (kinds[kind] for kind in kinds if kind.endswith("_to_be_unique"))
        assert key.result["unexpected_index_list"] == [rows.height - 2, rows.height - 1], name


def counting(table: Table) -> list[str]:
    """Columns that count the people behind a value."""
    return [name for name in ("n", "n_against", "n_users") if name in table.schema]


def asked_by_suite(table: Table, row: dict[str, Any]) -> list[Mutation]:
    """What breaks a declaration, and a value behind which too few people stand."""
    few = [Mutation({people: LIMIT - 1}, "") for people in counting(table)]
    return [*few, *(mutation for mutation in mutations(table, row) if mutation.in_suite)]


def broken_in_every_way(table: Table) -> tuple[pl.DataFrame, list[Mutation]]:
    """One row for each thing that a suite asks, and at the end one row twice."""
    n = len(asked_by_suite(table, sample(table, 1).row(0, named=True)))
    rows = sample(table, n + 1)
    tried = [asked_by_suite(table, rows.row(at, named=True))[at] for at in range(n)]
    for at, mutation in enumerate(tried):
        rows = mutation.of(rows, at)
    return pl.concat([rows, rows.tail(1)]), tried


LACKING = "lacking"  # expectations.bundle, which loads Great Expectations


def is_found(at: int, mutation: Mutation, found: list[Any]) -> bool:
    """Whether an expectation about the cells that were changed names the row."""
    for result in found:
        asked = result.expectation_config.kwargs
        about = {asked.get(name) for name in ("column", "column_A", "column_B")}
        if about & {LACKING}:
            about = {name for name, value in mutation.cells.items() if value is None}
        if about & mutation.cells.keys() and at in result.result["unexpected_index_list"]:
            return True
    return False


def test_where_there_is_no_value_all_that_a_withheld_row_blanks_rests_on_enough_people(judge):
    from expectations.bundle import suite_of

    table = Table(
        "mentions",
        "texts about one touchpoint",
        ("touchpoint_id",),
        (
            Column("touchpoint_id", TEXT, "touchpoint", required=True),
            count("n_texts", "texts", required=False),
            count("n_authors", "customers who wrote them", required=False),
        ),
        rests_on="n_authors",
        empty=says(en="no texts", de="keine Texte"),
    )
    few = Mutation({"n_authors": LIMIT - 1}, "").of(sample(table), 2)
    (result,) = judge(few, table, suite_of(table))
    assert result.expectation_config.kwargs["column"] == "n_authors"
    assert result.result["unexpected_index_list"] == [2]
    assert judge(Mutation({"n_texts": None}, "").of(few, 2), table, suite_of(table)) == []


@pytest.mark.parametrize("status", ["refused", "shrunk"])
def test_a_model_that_is_not_as_it_should_be_says_why_unless_it_is_withheld(judge, status):
    from expectations.bundle import suites

    table = published()["driver_models"]
    rows = sample(table)
    silent = Mutation({"status": status, "reason": None}, "").of(rows, 1)
    (result,) = judge(silent, table, suites()["driver_models"])
    assert result.expectation_config.kwargs["column"] == "reason"
    withheld = Mutation({"method": "withheld"}, "").of(silent, 1)
    assert judge(withheld, table, suites()["driver_models"]) == []
