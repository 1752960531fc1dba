"""What evidence cards say of driver models beyond their declarations: outcome, and units."""

from __future__ import annotations

from dataclasses import replace

from app.core import cards, rows
from app.core.bundle import Bundle
from app.core.cards import Card, Row
from app.core.language import Words
from app.views.drivers import models


def write(bundle: Bundle, words: Words, table: str, row: Row) -> Card:
    """The card of a driver or a model."""
    card = cards.derive(bundle, words, table, row)
    about = cards.when_and_who(bundle, words, table, row)
    return replace(
        card,
        facts=in_own_units(words, row, card.facts),
        title=title(bundle, words, table, row),
        context=[*about, *details(bundle, words, row)],
    )


def title(bundle: Bundle, words: Words, table: str, row: Row) -> str:
    """What a number is of: the driver and the outcome."""
    outcome = models.outcome_name(bundle, words, row["outcome"])
    if table == "driver_models":
        return words("drivers.card.r2", outcome=outcome)
    labels = rows.question_labels(bundle, words, of_experience=True)
    driver = labels.get(row["driver"], row["driver"])
    key = table if table != "drivers" else f"share_of_{models.whole(row['approach'])}"
    return words(f"drivers.card.{key}", driver=driver, outcome=outcome)


def details(bundle: Bundle, words: Words, row: Row) -> list[str]:
    """Target, and policy and approach where the row has them."""
    parts = [models.target_name(bundle, words, row["outcome"], row["target"])]
    if "policy" in row:
        parts.append(words(f"drivers.policy.{row['policy']}.name"))
    if "approach" in row:
        parts.append(models.approach_name(words, row["approach"], row["target"]))
    return parts


def in_own_units(words: Words, row: Row, facts: cards.Facts) -> cards.Facts:
    """Call importance by the R2 that it is a part of: of a latent answer it is another one."""
    if row.get("approach") != models.LATENT:
        return facts
    usual, latent = words.heading("drivers", "importance"), words("drivers.card.units_latent")
    return {latent if name == usual else name: text for name, text in facts.items()}


TABLES = ("drivers", "driver_models", "priorities", "driver_contrasts")
CARDS = dict.fromkeys(TABLES, write)
