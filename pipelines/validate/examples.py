"""Show rejected rows: the cells a rule is about, and nothing that could name a person."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.contract.canonical import FREE_TEXT, IDENTIFIERS
from pipelines.contract.code import WITHHELD
from pipelines.contract.table import TIME
from pipelines.contract.validate import QUARANTINE_EXAMPLES
from pipelines.validate.quarantine import BROKEN_RULES, SEPARATOR
from pipelines.validate.verdicts import Verdict

PERSONAL = IDENTIFIERS | FREE_TEXT
LONGEST = 80  # characters of one cell


def per_broken_rule(rejected: pl.LazyFrame) -> pl.LazyFrame:
    """One row per rejected row and rule it breaks, the rule's name in `rule`; in order."""
    return rejected.with_columns(rule=pl.col(BROKEN_RULES).str.split(SEPARATOR)).explode("rule")


def examples(
    rejected: pl.LazyFrame, verdicts: Sequence[Verdict], table: str, *, most: int
) -> pl.DataFrame:
    """Show the first rejected rows of every rule, each line of a raw file once.

    A line that became several rows, such as a questionnaire, may break a rule in each.

    Parameters
    ----------
    rejected : LazyFrame
        Quarantined rows, in their order.
    most : int
        Rows per rule.

    Returns
    -------
    DataFrame
        Columns of `QUARANTINE_EXAMPLES`.
    """
    schema = rejected.collect_schema()
    shown = [
        pl.when(rule=verdict.rule).then(cells(verdict.columns, schema, PERSONAL))
        for verdict in verdicts
        if verdict.on_fail == "quarantine" and verdict.n_unexpected
    ]
    if not shown:
        return QUARANTINE_EXAMPLES.without_rows()
    line = ["rule", "source_file", "source_row"]
    lines = per_broken_rule(rejected).unique(line, keep="first", maintain_order=True)
    first = lines.filter(pl.int_range(pl.len()).over("rule") < most)
    return first.select(
        pl.lit(table).alias("table"), "rule", "source_file", "source_row", got=pl.coalesce(shown)
    ).collect()


def cells(columns: Sequence[str], schema: pl.Schema, withhold: frozenset[str]) -> pl.Expr:
    """Show cells of a row as text: ``value=7.0 scale_max=5.0``."""
    pieces = [
        pl.format("{}={}", pl.lit(name), _cell(name, schema[name], withhold))
        for name in columns
        if name in schema
    ]
    return pl.concat_str(pieces, separator=" ") if pieces else pl.lit(None, dtype=pl.String)


def _cell(name: str, dtype: pl.DataType, withhold: frozenset[str]) -> pl.Expr:
    column = pl.col(name)
    text = column.dt.to_string("%Y-%m-%dT%H:%M:%SZ") if dtype == TIME else column.cast(pl.String)
    if name in withhold:
        text = pl.when(column.is_not_null()).then(pl.lit(WITHHELD))
    elif name == "unreadable":  # it quotes the cells it is about
        personal = column.str.contains_any(sorted(withhold))
        text = pl.when(personal).then(pl.lit(WITHHELD)).otherwise(text)
    return text.str.slice(0, LONGEST).fill_null("null")
