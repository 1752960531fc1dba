"""Recognise ratings: which columns are answers, on which scale, with which codes for none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from pipelines.command.drafting import words
from pipelines.command.drafting.facts import Facts

ENDS = ((1, 5), (0, 10), (1, 7), (1, 10), (1, 6), (1, 4))  # of scales in use, commonest first
MIN_BATTERY = 3  # neighbours on one scale are a battery of questions, whatever their names
MIN_SHARE_COVERED = 0.6  # of a scale's points must occur, or a scale is as good as any
# Codes that surveys use for "no answer", and what they mostly mean.
CODES = {
    **dict.fromkeys((0, 9, 99, 999, -1, -9, -99, -999), "skipped"),
    **dict.fromkeys((8, 88, 98, 998, -8, -88, -98), "dont_know"),
    **dict.fromkeys((77, 97, 997, -7, -77, -97), "refused"),
    **dict.fromkeys((66, 96, -6, -66, -96), "not_experienced"),
}
RECOMMENDATION = (0, 10)
HINTS = (
    ("nps", words.RECOMMENDATION_WORDS),
    ("expectation", words.EXPECTATION_WORDS),
    ("importance", words.IMPORTANCE_WORDS),
    ("ces", words.EFFORT_WORDS),
    ("overall", words.OVERALL_WORDS),
    ("csat", words.RATING_WORDS),
)


@dataclass(frozen=True)
class DraftScale:
    """A scale: its ends, its labels in the file, and its codes for no answer."""

    low: int
    high: int
    labels: dict[str, int] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    @property
    def ends(self) -> tuple[int, int]:
        """Lowest and highest answer."""
        return self.low, self.high


@dataclass(frozen=True)
class Rating:
    """A column of answers: what it measures, and on which scale."""

    column: Facts
    measure: str
    scale: DraftScale


def find_ratings(columns: Sequence[Facts], sure: bool = False) -> list[Rating]:
    """Find the columns that hold answers on a scale, in their order.

    A column is one if its name or its labels say so, or if it stands in a battery: at least
    three neighbours on the same scale. With `sure`, all that can be are.
    """
    found: dict[str, DraftScale] = {}
    for run in _runs(columns):
        own = {fact.name: scale for fact in run if (scale := guess_scale(fact))}
        battery = _battery(own.values())
        for fact in run:
            if battery and _fits(fact, battery):
                found[fact.name] = replace(battery, missing=battery.missing | fact.said_missing)
            elif fact.name in own and (sure or hint(fact) or own[fact.name].labels):
                found[fact.name] = own[fact.name]
    return [
        Rating(fact, _measure(fact, found[fact.name]), found[fact.name])
        for fact in columns
        if fact.name in found
    ]


def hint(fact: Facts) -> str | None:
    """Say what a column measures, if its name or its label tells."""
    named = (fact.name, fact.label or "")
    return next((m for m, known in HINTS if any(words.has(name, known) for name in named)), None)


def _runs(columns: Sequence[Facts]) -> Iterator[list[Facts]]:
    """Neighbours that may be answers."""
    for may_be, run in groupby(columns, key=_may_be_rating):
        if may_be:
            yield list(run)


def _may_be_rating(fact: Facts) -> bool:
    of_something_else = fact.role not in (None, "stars", "answer") or words.has(
        fact.name, words.ATTRIBUTE_WORDS
    )
    return bool(fact.values) and not fact.is_time and not of_something_else


def guess_scale(fact: Facts) -> DraftScale | None:
    """Guess the scale of a column from its values and labels."""
    labelled = _from_texts(fact)
    if labelled:
        return labelled
    values = set(fact.whole)
    if not values:
        return None
    scale = _from_codes(fact) if fact.labels else _from_numbers(values, hint(fact) == "nps")
    return replace(scale, missing=scale.missing | fact.said_missing) if scale else None


def _from_numbers(values: set[int], recommends: bool) -> DraftScale | None:
    """Guess the scale of plain numbers: that with the fewest codes outside it."""
    if recommends and not values <= {0, 1}:
        return _scale(values, RECOMMENDATION)
    if {0, 6} <= values <= set(range(7)):  # 6 = does not apply, 0 = blank
        return DraftScale(1, 5, missing={"0": "skipped", "6": "not_experienced"})
    fitting = [scale for ends in ENDS if (scale := _scale(values, ends, strict=True))]
    return min(fitting, key=lambda scale: len(scale.missing), default=None)


def _scale(values: set[int], ends: tuple[int, int], strict: bool = False) -> DraftScale | None:
    """Lay a scale over values: those outside must be codes for no answer.

    With `strict`, the ends must be told by the values.
    """
    low, high = ends
    inside = {value for value in values if low <= value <= high}
    outside = values - inside
    if not inside or not all(_why(value, high) for value in outside):
        return None
    told = max(inside) == high and (low != 0 or 0 in inside)
    if strict and not (told and len(inside) >= MIN_SHARE_COVERED * (high - low + 1)):
        return None
    return DraftScale(low, high, missing={str(v): _why(v, high) or "" for v in sorted(outside)})


def _why(code: int, high: int) -> str | None:
    """Why there is no answer, by a code; the one above the scale is mostly 'does not apply'."""
    return "not_experienced" if code == high + 1 else CODES.get(code)


def _from_codes(fact: Facts) -> DraftScale | None:
    """Take the scale from labelled codes, as SPSS has them."""
    reasons = {
        code: words.why_missing(label) or ("skipped" if code in fact.missing else None)
        for code, label in fact.labels.items()
    }
    reasons |= {code: reasons.get(code) or "skipped" for code in fact.missing}
    answers = [code for code, why in reasons.items() if why is None]
    try:
        ends = min(map(int, answers)), max(map(int, answers))
    except ValueError:
        return None
    seen = {value for value in fact.whole if not reasons.get(str(value))}
    if not 2 <= ends[1] - ends[0] <= 10 or any(not ends[0] <= v <= ends[1] for v in seen):
        return None
    return DraftScale(*ends, missing={code: why for code, why in reasons.items() if why})


def _from_texts(fact: Facts) -> DraftScale | None:
    """Take the scale from texts such as 'very satisfied'."""
    reasons = {text: words.why_missing(text) for text in fact.values}
    answers = {text for text, why in reasons.items() if not why}
    low = {text.lower() for text in answers}
    known = next(
        (five for five in words.FIVE if len(low) >= MIN_BATTERY and low <= set(five)), None
    )
    if known is None:
        return None
    spelt = {text.lower(): text for text in answers}
    upper = next(iter(answers))[0].isupper()
    labels = {
        spelt.get(text, text.capitalize() if upper else text): place
        for place, text in enumerate(known, start=1)
    }
    return DraftScale(1, len(known), labels, {text: why for text, why in reasons.items() if why})


def _battery(scales: Iterable[DraftScale]) -> DraftScale | None:
    """Find the scale that most of some neighbours share, if they are enough."""
    listed = list(scales)
    if not listed:
        return None
    ends, n = Counter(scale.ends for scale in listed).most_common(1)[0]
    if n < MIN_BATTERY:
        return None
    like = [scale for scale in listed if scale.ends == ends]
    missing = {code: why for scale in like for code, why in scale.missing.items()}
    labels = {text: value for scale in like for text, value in scale.labels.items()}
    return replace(like[0], missing=missing, labels=labels)


def _fits(fact: Facts, scale: DraftScale) -> bool:
    """Whether every value of a column is on a scale or one of its codes."""
    known = {*map(str, range(scale.low, scale.high + 1)), *scale.missing, *scale.labels}
    return set(fact.values) <= known | set(fact.said_missing)


def _measure(fact: Facts, scale: DraftScale) -> str:
    told = hint(fact)
    if scale.ends == RECOMMENDATION and told in (None, "nps"):
        return "nps"
    return "csat" if told in (None, "nps") else told
