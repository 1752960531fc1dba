"""What a judgement came to: every row accounted for, every rule counted, a few bad rows shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.contract.validate import ValidateSettings
from pipelines.core import engine
from pipelines.core.engine import Frame
from pipelines.core.study import Study
from pipelines.validate import refusal
from pipelines.validate.examples import examples
from pipelines.validate.ledger import require_whole, settle
from pipelines.validate.verdicts import Verdict, rules_table


@dataclass(frozen=True)
class Findings:
    """What one table's judgement came to.

    Parameters
    ----------
    counts : DataFrame
        table, source, source_file, rows_judged and rows_quarantined.
    rules, examples : DataFrame
        Columns of `RULES` and of `QUARANTINE_EXAMPLES`.
    """

    counts: pl.DataFrame
    rules: pl.DataFrame
    examples: pl.DataFrame


def examine(
    study: Study,
    verdicts: Sequence[Verdict],
    counts: Frame,
    accepted: pl.LazyFrame,
    rejected: pl.LazyFrame,
    settings: ValidateSettings,
) -> Findings:
    """Check a table and its split, and sum them up.

    Parameters
    ----------
    counts : Frame
        From `quarantine.count_by_file`.
    accepted, rejected : LazyFrame
        The canonical and the quarantined rows as they were written.

    Raises
    ------
    ContractError
        If the table is bad as a whole, or its split does not agree with its judgement.
    """
    table = verdicts[0].table
    by_file = engine.to_polars(counts).collect(engine="streaming")
    n_rows = int(by_file["rows_judged"].sum())
    refusal.require_sound(verdicts, study.name)
    refusal.require_acceptable(
        rejected, verdicts, n_rows, study=study.name, max_share=settings.max_rejected_share
    )
    refusal.require_agreement(rejected, verdicts)
    require_whole(by_file, table, accepted, rejected)
    return Findings(
        by_file.with_columns(table=pl.lit(table)),
        rules_table(verdicts),
        examples(rejected, verdicts, table, most=settings.examples),
    )


def together(offered: pl.DataFrame, found: Sequence[Findings]) -> dict[str, pl.DataFrame]:
    """Put the findings of all tables together; the names are those of the tables.

    Parameters
    ----------
    offered : DataFrame
        The ledger of ingest.
    """
    return {
        "ledger": settle(offered, pl.concat(one.counts for one in found)),
        "rules": pl.concat(one.rules for one in found),
        "quarantine_examples": pl.concat(one.examples for one in found),
    }


def summary(found: Sequence[Findings]) -> str:
    """Say in a line how many rows were judged and how many of them rejected."""
    counts = pl.concat(one.counts for one in found)
    judged, rejected = counts["rows_judged"].sum(), counts["rows_quarantined"].sum()
    return f"{judged:,} rows judged, {rejected:,} to quarantine"
