"""Targets of outcomes, such as NPS or the mean answer, and how changes of them are written."""

from __future__ import annotations

from app.core import units
from app.core.bundle import Bundle
from app.core.language import Words
from pipelines.contract.table import Unit
from pipelines.contract.whatif_codes import WHATIF_TARGETS

IN_PERCENT = ("top_two", "top_box", "bottom_box")


def name(bundle: Bundle, words: Words, outcome: str, target: str) -> str:
    """A target as it is read: the ends of the recommendation scale have names of their own."""
    is_nps = bundle.register["questions"][outcome]["measure"] == "nps"
    if is_nps and target in ("top_box", "bottom_box"):
        return words(f"target.of_nps.{target}")
    return words.sentence(WHATIF_TARGETS, target)


def in_sentence(bundle: Bundle, words: Words, outcome: str, target: str) -> str:
    """A target of an outcome as it stands in a sentence."""
    return words(f"target.of.{target}", outcome=outcome_name(bundle, words, outcome))


def outcome_name(bundle: Bundle, words: Words, outcome: str) -> str:
    """An outcome as it is read."""
    return words.label(bundle.register["questions"][outcome]["label"], outcome)


def unit(target: str) -> Unit:
    """How values of a target are written."""
    return "percent" if target in IN_PERCENT else "points"


def value(words: Words, target: str, number: float) -> str:
    """A value of a target with its unit."""
    return units.written(words, unit(target), number)


def change(words: Words, target: str, number: float) -> str:
    """A change of a target, with its sign and unit."""
    if target in IN_PERCENT:
        return words.percentage_points(number)
    return words.number(number, signed=True)


def ends(words: Words, target: str, low: float, high: float) -> str:
    """Both ends of the interval of a change, the unit once."""
    return words("format.interval", low=words.number(low, signed=True),
                 high=change(words, target, high))  # fmt: skip


def clipped(target: str, number: float) -> float:
    """A value inside what the target can be: today and a change may add up to more.

    >>> clipped("top_box", 101.5), clipped("nps", -20.0)
    (100.0, -20.0)
    """
    return min(max(number, -100.0 if target == "nps" else 0.0), 100.0)
