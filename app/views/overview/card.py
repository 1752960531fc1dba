"""The evidence card of what customers did: a complete count."""

from __future__ import annotations

from app.core.bundle import Bundle
from app.core.evidence import Card, Row, facts_of_counting
from app.core.language import Words


def count(bundle: Bundle, words: Words, table: str, row: Row) -> Card:
    """The card of the rows of one table in one month."""
    first, last = words.date(row["first_at"]), words.date(row["last_at"])
    facts = {
        words("evidence.table"): words.name("table", row["table"]),
        words("evidence.kind"): words.name("overview.kind", row["kind"]),
        words("evidence.window"): words("evidence.dates", first=first, last=last)
        if row["first_at"]
        else words.period(row["period"]),
        words("overview.count.n_rows"): words.count(row["n_rows"]),
    }
    if row["n_orders"] is not None:
        facts[words("overview.count.n_orders")] = words.count(row["n_orders"])
    if row["n_customers"] is not None:
        facts[words("overview.count.n_customers")] = words.count(row["n_customers"])
    if row["amount"] is not None:
        currency = bundle.register["currency"]
        facts[words("overview.count.amount")] = words.money(row["amount"], currency)
    return Card(facts | facts_of_counting(bundle, words, table))


CARDS = {"activity": count}
