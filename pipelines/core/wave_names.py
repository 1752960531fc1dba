"""Names of waves: what they say of time, in English and German.

Only what is unambiguous counts. "Wave 2" is before "Wave 12", "Q3 2023" before "Q2 2024"; of
"Pilot" and "Main", of "Q4" and "Q1" without a year, and of "01/02/2024" and "02/01/2024" the
names do not say which came first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cmp_to_key, lru_cache
from itertools import combinations

MONTH_NAMES = (
    "january|jan|januar|jänner|jän",
    "february|feb|februar|feber",
    "march|mar|märz|maerz|mär|mrz",
    "april|apr",
    "may|mai",
    "june|jun|juni",
    "july|jul|juli",
    "august|aug",
    "september|sept|sep",
    "october|oct|oktober|okt",
    "november|nov",
    "december|dec|dezember|dez",
)
# Parts of a year that a number follows or precedes, and how many there are of each.
NUMBERED_PARTS = {
    "half": ("halbjahr|half|hj|h", 2),
    "quarter": ("quartal|quarter|q", 4),
    "week": ("kalenderwoche|week|kw|cw", 53),
}
# Parts in the order in which they are compared.
PARTS_OF_YEAR = ("half", "quarter", "month", "week", "day")
YEAR = r"(?<!\d)((?:19|20)\d\d)(?!\d)"
DATE_WITH_DASHES = rf"{YEAR}-(0?[1-9]|1[0-2])-([0-3]?\d)(?!\d)"
DATE_WITH_DOTS = rf"(?<!\d)([0-3]?\d)\.(0?[1-9]|1[0-2])\.{YEAR}"
NO_LETTER_BEFORE, NO_LETTER_AFTER = r"(?<![^\W\d_])", r"(?![^\W\d_])"


@dataclass(frozen=True)
class NamedTime:
    """What a name says of time.

    Parameters
    ----------
    year : int or None
    parts : tuple of (str, int)
        Parts of the year, the largest first: half, quarter, month, week, day.
    numbers : tuple of int
        Other numbers, such as that of the wave.
    words : tuple of str
        What is left.
    """

    year: int | None
    parts: tuple[tuple[str, int], ...]
    numbers: tuple[int, ...]
    words: tuple[str, ...]

    @property
    def shape(self) -> tuple[object, ...]:
        """What two names have in common that differ in nothing but their time."""
        return self.year is None, [kind for kind, _ in self.parts], len(self.numbers), self.words


@lru_cache(maxsize=1024)
def read_name(name: str) -> NamedTime:
    """Read what the name of a wave says of time.

    >>> read_name("Welle 3, März 2024")
    NamedTime(year=2024, parts=(('month', 3),), numbers=(3,), words=('welle',))
    """
    text = re.sub(DATE_WITH_DOTS, r"\3-\2-\1", name.casefold())
    parts: dict[str, int] = {}
    if found := re.search(DATE_WITH_DASHES, text):
        parts |= {"month": int(found[2]), "day": int(found[3])}
        text = _without(text, found) + found[1]
    for kind, (words, most) in NUMBERED_PARTS.items():
        if found := _numbered(text, words, most):
            parts[kind], text = int(found[1]), _without(text, found)
    for number, words in enumerate(MONTH_NAMES, start=1):
        found = re.search(f"{NO_LETTER_BEFORE}(?:{words}){NO_LETTER_AFTER}", text)
        if found and "month" not in parts:
            parts["month"], text = number, _without(text, found)
    year, text = _year(text, is_divided="half" in parts or "quarter" in parts)
    return NamedTime(
        year,
        tuple((kind, parts[kind]) for kind in PARTS_OF_YEAR if kind in parts),
        tuple(map(int, re.findall(r"\d+", text))),
        tuple(re.findall(r"[^\W\d_]+", text)),
    )


def _numbered(text: str, words: str, most: int) -> re.Match[str] | None:
    """Find "Q1" and "Quartal 1", or else "1Q", "1. Quartal" and "1st quarter"."""
    after = rf"{NO_LETTER_BEFORE}(?:{words})[ .]*(\d\d?)(?!\d)"
    before = rf"(?<!\d)(\d\d?)(?:st|nd|rd|th)?[ .]*(?:{words}){NO_LETTER_AFTER}"
    found = (re.search(pattern, text) for pattern in (after, before))
    return next((match for match in found if match and 1 <= int(match[1]) <= most), None)


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]} "


def _year(text: str, *, is_divided: bool) -> tuple[int | None, str]:
    """Take the year out; beside a quarter or half year it may have two digits."""
    found = re.search(YEAR, text)
    if found:
        return int(found[1]), _without(text, found)
    numbers = re.findall(r"\d+", text)
    if is_divided and len(numbers) == 1 and len(numbers[0]) == 2:
        return 2000 + int(numbers[0]), text.replace(numbers[0], " ")
    return None, text


def is_earlier(one: str, other: str) -> bool | None:
    """Whether the first name is that of the earlier wave; None if the names do not say.

    >>> is_earlier("Wave 2", "Wave 12"), is_earlier("Q3 2023", "Q2 2024"), is_earlier("Q1", "Q4")
    (True, True, None)
    """
    a, b = read_name(one), read_name(other)
    if a.year is not None and b.year is not None and a.year != b.year:
        return a.year < b.year
    if a.shape != b.shape or (a.year is None and a.parts):
        return None
    if a.parts != b.parts:
        return a.parts < b.parts
    differing = [pair for pair in zip(a.numbers, b.numbers, strict=True) if pair[0] != pair[1]]
    return differing[0][0] < differing[0][1] if len(differing) == 1 else None


def in_order_of_names(names: Sequence[str]) -> list[str] | None:
    """Sort names of waves in time; None if the names do not say all of it.

    >>> in_order_of_names(["Wave 12", "Wave 2"]), in_order_of_names(["Pilot", "Main"])
    (['Wave 2', 'Wave 12'], None)
    """
    if any(is_earlier(one, other) is None for one, other in combinations(names, 2)):
        return None

    def compare(one: str, other: str) -> int:
        return -1 if is_earlier(one, other) else 1

    return sorted(names, key=cmp_to_key(compare))
