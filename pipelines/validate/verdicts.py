"""What a table's rules came to, without the machinery that judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from pipelines.contract.rules import CONDITIONS, todo_of
from pipelines.contract.validate import RULES
from pipelines.validate.conditions import Condition


@dataclass(frozen=True)
class Verdict:
    """One rule of one table, and how the table met it.

    Parameters
    ----------
    columns : tuple of str
        The table's columns that the rule is about.
    condition : str
        What it asks of a row, a code of `CONDITIONS`.
    on_fail : str
        quarantine, warn or stop.
    n_rows, n_unexpected : int or None
        Rows judged, and those that broke the rule; None for a rule about the table itself.
    by_row : Condition or None
        The rows it judges and those that break it; None for a rule about the table itself.
    """

    table: str
    rule: str
    expectation: str
    columns: tuple[str, ...]
    condition: str
    on_fail: str
    success: bool
    n_rows: int | None
    n_unexpected: int | None
    by_row: Condition | None

    @property
    def sentence(self) -> str:
        """What it asks of a row, in words."""
        return CONDITIONS.sentence(self.condition)

    @property
    def todo(self) -> str:
        """What to do about rows that break it."""
        return todo_of(self.condition)


def rules_table(verdicts: Iterable[Verdict]) -> pl.DataFrame:
    """List every rule and how its table met it; columns of `RULES`."""
    rows = [
        {
            "table": verdict.table,
            "rule": verdict.rule,
            "expectation": verdict.expectation,
            "columns": " ".join(verdict.columns) or None,
            "condition": verdict.condition,
            "on_fail": verdict.on_fail,
            "success": verdict.success,
            "n_rows": verdict.n_rows,
            "n_unexpected": verdict.n_unexpected,
        }
        for verdict in verdicts
    ]
    return pl.DataFrame(rows, schema=RULES.schema)
