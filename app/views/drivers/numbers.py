"""How the numbers of driver models are written: R2, intervals, probabilities."""

from __future__ import annotations

from app.core.language import Words

MIN_CHANCE_TOLD = 0.01  # nearer to 0 or 1 no probability is told: draws cannot show it


def r2(words: Words, value: float | None) -> str:
    """An R2, 0 to 1."""
    return "–" if value is None else words.number(value, 2)


def ends(words: Words, measure: str, low: float | None, high: float | None) -> str:
    """Both ends of an interval in the unit of a measure."""
    return "–" if low is None or high is None else words.interval(measure, low, high)


def span(words: Words, low: float | None, high: float | None, digits: int = 2) -> str:
    """Both ends of an interval without a unit."""
    if low is None or high is None:
        return "–"
    return words("format.interval", low=words.number(low, digits), high=words.number(high, digits))


def chance(words: Words, probability: float) -> str:
    """A probability, 0 to 1, in whole percent; never 0 or 100."""
    least = MIN_CHANCE_TOLD
    if probability < least:
        return words("drivers.card.below", value=words.percent(100 * least, 0))
    if probability > 1 - least:
        return words("drivers.card.above", value=words.percent(100 * (1 - least), 0))
    return words.percent(100 * probability, 0)


def with_span(words: Words, value: str, interval: str) -> str:
    """A number with its interval in brackets."""
    return words("drivers.card.with_span", value=value, ends=interval)
