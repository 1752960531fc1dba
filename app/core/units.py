"""Units: how a number is written, by the unit that the declaration of its column gives."""

from __future__ import annotations

from app.core.language import Words
from pipelines.contract.table import Unit

ABSENT = "–"
MIN_PROBABILITY_TOLD = 0.01  # nearer to 0 or 1 no probability is told: draws cannot show it
DIGITS: dict[Unit, int] = {
    "points": 1,
    "share": 2,
    "small_share": 3,
    "ratio": 2,
    "signed_ratio": 2,
    "count": 0,
}


def written(words: Words, unit: Unit, value: float | None, *, currency: str = "") -> str:
    """A number with its unit; a dash if there is none."""
    if value is None:
        return ABSENT
    if unit == "percent":
        return words.percent(value)
    if unit == "percentage_points":
        return words.percentage_points(value)
    if unit == "probability":
        return probability(words, value)
    if unit == "p_value":
        return words.p_value(value)
    if unit == "money":
        return words.money(value, currency)
    return words.number(value, DIGITS[unit], signed=unit == "signed_ratio")


def ends(words: Words, unit: Unit, low: float | None, high: float | None) -> str:
    """Both ends of an interval, the unit once; a dash if there is none."""
    if low is None or high is None:
        return ABSENT
    if unit in ("percent", "percentage_points"):
        is_difference = unit == "percentage_points"
        first = words.number(low, signed=is_difference)
        return words("format.interval", low=first, high=written(words, unit, high))
    first, last = (words.number(end, DIGITS[unit]) for end in (low, high))
    return words("format.interval", low=first, high=last)


def probability(words: Words, value: float) -> str:
    """A probability, 0 to 1, in whole percent; never 0 or 100."""
    least = MIN_PROBABILITY_TOLD
    if value < least:
        return words("format.below", value=words.percent(100 * least, 0))
    if value > 1 - least:
        return words("format.above", value=words.percent(100 * (1 - least), 0))
    return words.percent(100 * value, 0)
