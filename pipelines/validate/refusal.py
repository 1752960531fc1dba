"""Refuse a table that is bad as a whole, and say what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.contract.canonical import CUSTOMERS, FREE_TEXT
from pipelines.core.errors import EXAMPLES, ContractError, examples
from pipelines.validate.examples import cells, per_broken_rule
from pipelines.validate.ledger import FAULT
from pipelines.validate.verdicts import Verdict

# The analyst needs the ids of bad rows to mend them, but nobody's name or words.
PRIVATE = FREE_TEXT | (set(CUSTOMERS.schema) - set(CUSTOMERS.key) - {"created_at"})
BESIDE = ("question_id",)  # says which of a file's columns an answer comes from


def require_sound(verdicts: Sequence[Verdict], study: str) -> None:
    """Refuse a table that breaks a rule marked `stop`.

    Raises
    ------
    ContractError
        Naming the rule.
    """
    for verdict in verdicts:
        if verdict.on_fail == "stop" and not verdict.success:
            raise ContractError(
                f"data/{study}: table {verdict.table}",
                expected=verdict.sentence,
                got=f"otherwise (rule {verdict.rule})",
                todo=verdict.todo,
            )


def require_agreement(rejected: pl.LazyFrame, verdicts: Sequence[Verdict]) -> None:
    """Check that as many rows carry a rule's name as broke it when it was judged.

    Raises
    ------
    ContractError
        If the split and the judgement disagree.
    """
    named = per_broken_rule(rejected).group_by("rule").agg(pl.len()).collect()
    split = dict(named.iter_rows())
    for verdict in verdicts:
        found = split.get(verdict.rule, 0)
        if verdict.on_fail == "quarantine" and found != verdict.n_unexpected:
            raise ContractError(
                f"quarantine/{verdict.table}.parquet",
                expected=f"{verdict.n_unexpected} rows that break {verdict.rule}",
                got=str(found),
                todo=FAULT,
            )


def require_acceptable(
    rejected: pl.LazyFrame,
    verdicts: Sequence[Verdict],
    n_rows: int,
    *,
    study: str,
    max_share: float,
) -> None:
    """Refuse a table too much of which would go to quarantine.

    Parameters
    ----------
    rejected : LazyFrame
        The table's quarantined rows.
    n_rows : int
        All its rows.
    max_share : float
        Largest share of rejected rows, 0 to 1, that is a matter of rows, not of the table.

    Raises
    ------
    ContractError
        Naming the files, the rule that most rows break, and examples.
    """
    n_rejected = rejected.select(pl.len()).collect().item()
    if n_rejected <= max_share * n_rows:
        return
    broken = [v for v in verdicts if v.on_fail == "quarantine" and v.n_unexpected]
    worst, *others = sorted(broken, key=lambda verdict: -(verdict.n_unexpected or 0))
    concerned = per_broken_rule(rejected).filter(pl.col("rule") == worst.rule)
    raise ContractError(
        f"data/{study}/{_files(concerned)}: table {worst.table}, {' and '.join(worst.columns)}",
        expected=worst.sentence,
        got=f"{_cells(concerned, worst)} in {worst.n_unexpected} of {n_rows} rows"
        f"{_others(others)}; {n_rejected / n_rows:.1%} of the table's rows are bad, "
        f"params.yaml (validate.max_rejected_share) allows {max_share:.1%}",
        todo=worst.todo,
    )


def _files(rows: pl.LazyFrame) -> str:
    """Name the files with most such rows."""
    counted = (
        rows.group_by("source_file")
        .agg(pl.len())
        .sort("len", "source_file", descending=[True, False])
    )
    files = counted.collect()["source_file"].to_list()
    more = f" and {len(files) - EXAMPLES} more files" if len(files) > EXAMPLES else ""
    return ", ".join(files[:EXAMPLES]) + more


def _cells(rows: pl.LazyFrame, verdict: Verdict) -> str:
    """Show what was found most often."""
    schema = rows.collect_schema()
    columns = (*(name for name in BESIDE if name in schema), *verdict.columns)
    shown = cells(tuple(dict.fromkeys(columns)), schema, frozenset(PRIVATE)).alias("got")
    counted = rows.group_by(shown).agg(pl.len()).sort("len", "got", descending=[True, False])
    return examples(counted.collect()["got"].to_list())


def _others(verdicts: Sequence[Verdict]) -> str:
    listed = ", ".join(f"{verdict.rule} {verdict.n_unexpected}" for verdict in verdicts[:EXAMPLES])
    return f" (also {listed})" if listed else ""
