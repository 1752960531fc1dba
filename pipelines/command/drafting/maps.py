"""Draft the map of one column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pipelines.command.drafting.facts import Facts
from pipelines.command.drafting.guessed import Guess
from pipelines.command.drafting.layouts import FileLayout
from pipelines.command.drafting.part import Entries, Owner
from pipelines.ingest.header import SOURCE_ROW

YEAR_PATTERN = re.compile(r"(?:19|20)\d\d")


def text(fact: Facts) -> Guess:
    """Take a column as it is, by its name."""
    return Guess(fact.name, "by its name")


def number(fact: Facts) -> Guess:
    """Take a column as a number."""
    if fact.decimal == ",":
        return Guess({"column": fact.name, "decimal": ","}, "decimal comma")
    return text(fact)


def time(fact: Facts) -> Guess:
    """Take a column as a time."""
    if not fact.format:
        return text(fact)
    unsure = "day and month could also be the other way round"
    why = unsure if fact.either_day_or_month else "reads the dates seen"
    return Guess({"column": fact.name, "format": fact.format}, why)


def joined(columns: Sequence[str], prefix: str = "", suffix: str = "") -> Any:
    """Make an id of one or several columns."""
    if len(columns) == 1 and columns[0] != SOURCE_ROW and not prefix and not suffix:
        return columns[0]
    cells = "-".join(f"{{{name}}}" for name in columns)
    return {"template": "-".join(part for part in (prefix, cells, suffix) if part)}


def person(who: Facts, owner: Owner) -> Entries:
    """Name a customer."""
    same = (
        "its customers are in the master data" if owner.has_master_data else "a system of its own"
    )
    return {"source_system": Guess({"constant": owner.system}, same), "source_id": text(who)}


def wave(layout: FileLayout, when: Facts | None) -> Guess:
    """Tell the wave: by a column, else by the year of a date, else by the files' names."""
    named = layout.with_role("wave")
    if named:
        return Guess(named.name, "by its name")
    years = _years(layout, when) if when else []
    if when and len(years) > 1:
        start = "^" if not when.format or when.format.startswith("%Y") else ""
        patterns = {f"{start}{year}": year for year in years}
        return Guess({"column": when.name, "patterns": patterns}, "one wave per year")
    in_name = YEAR_PATTERN.search(" ".join(path.stem for path in layout.files))
    year = years[0] if years else in_name[0] if in_name else "1"
    return Guess({"constant": year}, "all answers are one wave")


def _years(layout: FileLayout, when: Facts) -> list[str]:
    """List the years of a column of dates that are written with four digits."""
    if when.format and "%Y" not in when.format:
        return []
    found = layout.sample.get_column(when.name).str.extract(r"((?:19|20)\d\d)").drop_nulls()
    return sorted(found.unique().to_list())
