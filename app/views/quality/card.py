"""The evidence card of the ledger: what became of all rows of a table."""

from __future__ import annotations

import polars as pl

from app.core.bundle import Bundle
from app.core.evidence import Card, Row, facts_of_counting
from app.core.language import Words

COUNTS = ("rows_read", "rows_skipped", "rows_in", "rows_accepted", "rows_quarantined")


def ledger(bundle: Bundle, words: Words, table: str, row: Row) -> Card:
    """The card of all files of the canonical table that `row` names."""
    files = bundle.tables[table].filter(pl.col("table") == row["table"])
    facts = {
        words("evidence.table"): words.name("table", row["table"]),
        words("evidence.files"): words.count(files["source_file"].n_unique()),
        **{words(f"quality.{name}"): words.count(int(files[name].sum())) for name in COUNTS},
    }
    return Card(facts | facts_of_counting(bundle, words, table))


CARDS = {"ledger": ledger}
