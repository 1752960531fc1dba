"""Recognise attributes: columns with few values, by which results may be split."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from pipelines.command.drafting import words
from pipelines.command.drafting.facts import Facts
from pipelines.command.drafting.guessed import Guess
from pipelines.command.drafting.layouts import FileLayout
from pipelines.command.drafting.part import Entries
from pipelines.command.drafting.words import tidy

MAX_SEGMENTS = 12
MAX_VALUES_PER_SEGMENT = 12  # of one


def find_segments(layout: FileLayout, taken: Collection[str]) -> list[Facts]:
    """Find the attributes among the columns that are not taken."""
    free = [fact for fact in layout.facts if fact.name not in taken and _is_attribute(fact)]
    return free[:MAX_SEGMENTS]


def _is_attribute(fact: Facts) -> bool:
    """Whether a column has few values, and they or its name say that they are names."""
    if fact.role not in (None, "country", "channel", "stratum") or fact.is_time:
        return False
    told = bool(fact.labels) or fact.decimal is None or words.has(fact.name, words.ATTRIBUTE_WORDS)
    return told and 2 <= len(fact.values) <= MAX_VALUES_PER_SEGMENT


def column_name(fact: Facts) -> str:
    """Name the column of customers that holds an attribute."""
    return f"segment_{_id(fact)}"


def _id(fact: Facts) -> str:
    return tidy(fact.name) or "attribute"


def column_map(fact: Facts) -> Any:
    """Take an attribute as it is, or by the labels that SPSS gives its codes."""
    return {"column": fact.name, "values": _id(fact)} if fact.labels else fact.name


def entries(segments: Iterable[Facts], german: bool) -> Entries:
    """Draft the section `segments`."""
    return {
        _id(fact): Guess(
            {"label": label_of(fact, german), "order": _order(fact)}, "an attribute: few values"
        )
        for fact in segments
    }


def code_lists(segments: Iterable[Facts]) -> Entries:
    """Draft the section `codes`, from the labels of SPSS."""
    return {_id(fact): _codes(fact) for fact in segments if fact.labels}


def _codes(fact: Facts) -> dict[str, str | None]:
    """Give each code its label; one that has none keeps itself, a missing one is nothing."""
    return {
        **fact.labels,
        **{code: code for code in fact.values if code not in fact.labels},
        **dict.fromkeys(fact.missing),
    }


def _order(fact: Facts) -> list[str]:
    """List the values: labels in the order of their codes, numbers by size, texts by letters."""
    named = _codes(fact) if fact.labels else {value: value for value in fact.values}
    listed = [named[code] for code in sorted(named, key=_by_size)]
    return list(dict.fromkeys(label for label in listed if label is not None))


def _by_size(code: str) -> tuple[bool, float, str]:
    number = re.match(r"[+-]?\d+(\.\d+)?", code)
    return number is None, float(number[0]) if number else 0.0, code


def label_of(fact: Facts, german: bool) -> dict[str, str]:
    """Label something as SPSS does, or by the name of its column."""
    label = (fact.label or fact.name.replace("_", " ")).strip() or fact.name
    return {"en": label, "de": label} if german else {"en": label}
