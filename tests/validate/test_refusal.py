"""A bad table is refused with its files, the rule, examples and what to do."""

from typing import Any

import polars as pl
import pytest

from pipelines.contract.code import write_code
from pipelines.core.errors import ContractError
from pipelines.validate import ledger, refusal
from pipelines.validate.verdicts import Verdict


def verdict(rule: str, n_unexpected: int, *columns: str) -> Verdict:
    return Verdict(
        table="interactions",
        rule=rule,
        expectation="expect_something",
        columns=columns,
        condition=write_code("given", column=rule),
        on_fail="quarantine",
        success=not n_unexpected,
        n_rows=20,
        n_unexpected=n_unexpected,
        by_row=None,
    )


def rejected(*rows: tuple[str, str, str, str]) -> pl.LazyFrame:
    names = ["source_file", "touchpoint_id", "search_term", "rules"]
    return pl.LazyFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


ROWS = rejected(
    ("raw/b.csv", "tille", "shoes", "known"),
    ("raw/b.csv", "tille", "shoes", "known; words"),
    ("raw/a.csv", "kasse", "shoes", "known"),
)


def test_the_message_names_the_worst_rule_its_files_and_the_most_frequent_cells_first():
    verdicts = [verdict("words", 1, "search_term"), verdict("known", 3, "touchpoint_id")]
    with pytest.raises(ContractError) as refused:
        refusal.require_acceptable(ROWS, verdicts, 20, study="s", max_share=0.1)
    error = refused.value
    assert error.where == "data/s/raw/b.csv, raw/a.csv: table interactions, touchpoint_id"
    assert error.expected == "known is given"
    assert error.got == (
        "'touchpoint_id=tille', 'touchpoint_id=kasse' in 3 of 20 rows (also words 1); "
        "15.0% of the table's rows are bad, "
        "params.yaml (validate.max_rejected_share) allows 10.0%"
    )
    assert error.todo == "map a column that is always filled to known"


def test_nobodys_words_are_in_the_message():
    with pytest.raises(ContractError, match="search_term=withheld"):
        refusal.require_acceptable(
            ROWS, [verdict("known", 3, "search_term")], 20, study="s", max_share=0.1
        )


def test_a_share_at_the_limit_and_an_empty_table_pass():
    refusal.require_acceptable(ROWS, [verdict("known", 3)], 30, study="s", max_share=0.1)
    refusal.require_acceptable(rejected(), [], 0, study="s", max_share=0.1)


def test_a_split_that_disagrees_with_the_judgement_is_refused():
    refusal.require_agreement(ROWS, [verdict("known", 3), verdict("words", 1), verdict("other", 0)])
    with pytest.raises(ContractError, match=r"expected 4 rows that break known, got 3.*report it"):
        refusal.require_agreement(ROWS, [verdict("known", 4)])


OFFERED: dict[str, Any] = {
    "table": ["reviews", "reviews"],
    "source": ["s", "s"],
    "source_file": ["raw/a.csv", "raw/b.csv"],
    "lines": [10, 4],
    "rows_read": [10, 4],
    "rows_skipped": [3, 4],
}


def counted(rows: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "table": "reviews",
            "source": "s",
            "source_file": "raw/a.csv",
            "rows_judged": rows,
            "rows_quarantined": 2,
        }
    )


def test_the_ledger_accounts_for_every_row_of_every_file():
    settled = ledger.settle(pl.DataFrame(OFFERED), counted(7))
    assert settled.select("source_file", "rows_in", "rows_accepted", "rows_quarantined").rows() == [
        ("raw/a.csv", 7, 5, 2),
        ("raw/b.csv", 0, 0, 0),
    ]


@pytest.mark.parametrize("rows", [6, 8])
def test_a_ledger_with_a_row_too_few_or_too_many_is_refused(rows: int):
    with pytest.raises(
        ContractError, match=rf"raw/a\.csv: expected 7 rows.*got {rows}; run ingest"
    ):
        ledger.settle(pl.DataFrame(OFFERED), counted(rows))


def test_rows_of_a_file_that_ingest_does_not_know_are_refused():
    other = counted(7).with_columns(source_file=pl.lit("raw/c.csv"))
    with pytest.raises(ContractError, match=r"raw/[ac]\.csv"):
        ledger.settle(pl.DataFrame(OFFERED), other)


def test_files_written_must_hold_the_rows_that_were_judged():
    accepted, lost = pl.LazyFrame({"a": range(5)}), pl.LazyFrame({"a": range(1)})
    ledger.require_whole(counted(6), "reviews", accepted.head(4), pl.LazyFrame({"a": range(2)}))
    with pytest.raises(ContractError, match="expected 4 and 2 rows, got 5 and 1"):
        ledger.require_whole(counted(6), "reviews", accepted, lost)
