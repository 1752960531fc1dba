"""What a scenario comes to, in sentences that a board understands and that claim no cause.

Names come from the data: a page escapes the sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.core import targets
from app.core.bundle import Bundle
from app.core.language import Words
from app.views.whatif import models, moves
from app.views.whatif.models import Customers
from app.views.whatif.results import Result
from pipelines.decisions.surfaces import Asked

NAMED_SHARES = {25: "quarter", 50: "half", 75: "three_quarters", 100: "all"}  # that have a name
MOST_CLAUSES = 2  # of one sentence; more moves are counted


def headline(
    bundle: Bundle,
    words: Words,
    customers: Customers,
    steps: Sequence[Asked],
    result: Result,
    labels: Mapping[str, str],
) -> str:
    """What the moves would bring, floor first, and the assumption under which it is an effect."""
    outcome = targets.in_sentence(bundle, words, result.outcome, result.target)
    today = targets.value(words, result.target, result.today["value"])
    who = words("whatif.finding.among", who=models.in_words(bundle, words, customers))
    place = "" if customers.are_everybody else who
    if not steps:
        ends = _ends_of_today(words, result)
        return words("whatif.finding.today", outcome=outcome, who=place, today=today, ends=ends)
    return words(
        "whatif.finding.headline",
        condition=_condition(words, steps, labels),
        outcome=outcome,
        who=place,
        after=targets.value(words, result.target, result.floor_after),
        today=today,
        floor=targets.ends(words, result.target, result.change.floor_low, result.change.floor_high),
        ceiling=targets.value(words, result.target, result.ceiling_after),
    )


def _ends_of_today(words: Words, result: Result) -> str:
    low, high = result.today["low"], result.today["high"]
    return words(
        "format.interval",
        low=words.number(low),
        high=targets.value(words, result.target, high),
    )


def _condition(words: Words, steps: Sequence[Asked], labels: Mapping[str, str]) -> str:
    """What is supposed, move by move; of many moves how many there are."""
    if len(steps) > MOST_CLAUSES:
        return words("whatif.finding.many", n=words.count(len(steps)))
    clauses = (
        words(
            f"whatif.finding.move.{step.move}",
            driver=labels.get(step.driver, step.driver),
            share=share(words, step),
        )
        for step in steps
    )
    return words("whatif.finding.and").join(clauses)


def share(words: Words, step: Asked) -> str:
    """The share of those concerned in words."""
    percent = moves.percent(step)
    named = NAMED_SHARES.get(percent, "other")
    return words(f"whatif.finding.share.{named}", share=words.percent(percent, 0))


def for_everybody(bundle: Bundle, words: Words, customers: Customers, result: Result) -> str | None:
    """What the change of a group is to all customers; None if it is of all."""
    weight = result.today["weight_share"]
    if customers.are_everybody or weight is None:
        return None
    return words(
        "whatif.finding.of_all",
        who=models.in_words(bundle, words, customers),
        weight=words.percent(100 * weight, 0),
        change=targets.change(words, result.target, weight * result.change.floor),
    )


def shared_with_others(words: Words, row: Mapping[str, Any]) -> str:
    """How much of a rating's slope alone is shared with all other ratings."""
    return words("whatif.finding.halo", halo=words.percent(100 * min(row["halo"], 1.0), 0))
