"""What evidence cards say of Kano's tables beyond their declarations: outcome and feature."""

from __future__ import annotations

from dataclasses import replace

from app.core import cards
from app.core.bundle import Bundle
from app.core.cards import Card, Row
from app.core.language import Words
from app.views.kano.asymmetries import outcome_name
from app.views.kano.features import feature_labels


def of_asymmetry(bundle: Bundle, words: Words, table: str, row: Row) -> Card:
    """The card of a driver: for which outcome."""
    card = cards.derive(bundle, words, table, row)
    outcome = outcome_name(bundle, words, row["outcome"])
    title = words("kano.card.asymmetry", driver=card.title, outcome=outcome)
    return replace(card, title=title)


def of_feature(bundle: Bundle, words: Words, table: str, row: Row) -> Card:
    """The card of a feature, and its touchpoint."""
    card = cards.derive(bundle, words, table, row)
    name = feature_labels(bundle, words).get(row["feature"]) or str(row["feature"])
    about = [*cards.when_and_who(bundle, words, table, row), card.title]
    return replace(card, title=name, context=[text for text in about if text])


def of_gate(bundle: Bundle, words: Words, table: str, row: Row) -> Card:
    """The card of a gate."""
    card = cards.derive(bundle, words, table, row)
    return replace(card, title=words("kano.card.gate", driver=card.title))


CARDS = {"asymmetry": of_asymmetry, "kano_answers": of_feature, "gates": of_gate}
