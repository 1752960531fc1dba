"""The evidence card of the ledger: what became of all rows of a table."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from app.core import cards
from app.core.bundle import Bundle
from app.core.cards import Card, Row
from app.core.language import Words

COUNTS = ("rows_read", "rows_skipped", "rows_in", "rows_accepted", "rows_quarantined")


def ledger(bundle: Bundle, words: Words, table: str, row: Row) -> Card:
    """The card of all files of the canonical table that `row` names."""
    files = bundle.tables[table].filter(pl.col("table") == row["table"])
    sums = {name: int(files[name].sum()) for name in COUNTS}
    card = cards.derive(bundle, words, table, {"table": row["table"], **sums})
    number = words.count(files["source_file"].n_unique())
    return replace(card, facts={words("evidence.files"): number, **card.facts})


CARDS = {"ledger": ledger}
