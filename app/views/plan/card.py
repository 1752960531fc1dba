"""Evidence cards of measures and plans: names in place of what their codes hold."""

from __future__ import annotations

from dataclasses import replace

from app.core import cards
from app.core.bundle import Bundle
from app.core.cards import Card, Row
from app.core.language import Words
from app.views.plan.register import MeasureNames
from pipelines.contract.code import Vocabulary
from pipelines.contract.plan_codes import BARS, CHOOSING_RULES, OBJECTIVES, WHY
from pipelines.contract.table import BETWEEN_CODES
from pipelines.contract.whatif_codes import WHATIF_TARGETS

REASONS: dict[str, Vocabulary] = {"bar": BARS, "why": WHY}  # columns whose codes hold names
CHOSEN_BY: dict[str, Vocabulary] = {"objective": OBJECTIVES, "rule": CHOOSING_RULES}


def write(bundle: Bundle, words: Words, table: str, row: Row) -> Card:
    """The card of a measure or a plan."""
    card, names = cards.derive(bundle, words, table, row), MeasureNames.of(bundle, words)
    said = {
        words.heading(table, column): " ".join(
            names.sentence(words, vocabulary, code, **bundle.places)
            for code in row[column].split(BETWEEN_CODES)
        )
        for column, vocabulary in REASONS.items()
        if row.get(column) is not None
    }
    context = [
        *cards.when_and_who(bundle, words, table, row),
        words.sentence(WHATIF_TARGETS, row["target"]),
    ]
    context += [
        words.sentence(vocabulary, row[column])
        for column, vocabulary in CHOSEN_BY.items()
        if column in row
    ]
    if "measure_id" in row:
        context.append(names.measure(row["measure_id"]))
    return replace(card, facts=card.facts | said, context=context)


OF_PLANS = ("measure_effects", "plans", "plan_members", "plan_rules")
CARDS = dict.fromkeys(OF_PLANS, write)
