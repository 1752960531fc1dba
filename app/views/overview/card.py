"""The evidence cards of scores and changes: how clear a change is, and what is in a stage."""

from __future__ import annotations

from dataclasses import replace

from app.core import cards, headline
from app.core.bundle import Bundle
from app.core.cards import Card, Facts, Row
from app.core.language import Words
from app.views.overview import stages


def write(bundle: Bundle, words: Words, table: str, row: Row) -> Card:
    """The card of a score or a change."""
    card = cards.derive(bundle, words, table, row)
    own = _clarity(bundle, words, table, row) | _of_stage(bundle, words, row)
    return replace(card, facts=own | card.facts)


def _clarity(bundle: Bundle, words: Words, table: str, row: Row) -> Facts:
    """Whether a change is clear, and why not where its interval alone would say so."""
    if table != "changes" or row["value"] is None:
        return {}
    return {words("evidence.clarity"): headline.clarity_in_words(bundle, words, row)}


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
