"""The evidence cards of scores and changes: of a stage also what is in it."""

from __future__ import annotations

from dataclasses import replace

from app.core import cards
from app.core.bundle import Bundle
from app.core.cards import Card, Facts, Row
from app.core.language import Words
from app.views.overview import stages


def write(bundle: Bundle, words: Words, table: str, row: Row) -> Card:
    """The card of a score or a change."""
    card = cards.derive(bundle, words, table, row)
    return replace(card, facts=card.facts | _of_stage(bundle, words, row))


def _of_stage(bundle: Bundle, words: Words, row: Row) -> Facts:
    """The touchpoints that are in the score of a stage, and those that are not."""
    if row["scope"] != "stage":
        return {}
    here = stages.content(bundle, row)
    listed = {"rated": here.rated, "unrated": here.unrated}
    return {
        words(f"overview.stages.{name}"): stages.in_words(bundle, words, touchpoints)
        for name, touchpoints in listed.items()
        if touchpoints
    }


CARDS = dict.fromkeys(("scores", "changes"), write)
