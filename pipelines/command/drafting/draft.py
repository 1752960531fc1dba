"""Draft a whole study.yaml from layouts: recognise each, and put the parts together."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import Any

from pipelines.command.drafting import business, words
from pipelines.command.drafting.guessed import Guess
from pipelines.command.drafting.layouts import FileLayout, each_file
from pipelines.command.drafting.part import DraftPart, Entries, Owner
from pipelines.command.drafting.ratings import DraftScale
from pipelines.command.drafting.sniff import Reading
from pipelines.command.drafting.survey import (
    DraftSurvey,
    draft_survey,
    find_survey,
    merged,
    scale_entry,
    scale_name,
)

CURRENCY = "EUR"
MIN_SHARE_KNOWN = 0.9  # of a source's customer ids stand in the master data, or they are others


@dataclass(frozen=True)
class Sourced:
    """A source of the draft: its files and what was recognised in them."""

    layout: FileLayout
    part: DraftPart


def draft_sources(layouts: Sequence[FileLayout]) -> list[Sourced]:
    """Recognise what is in each layout."""
    parted = _named_apart(one for layout in layouts for one in _parted(layout, layouts))
    german = is_german(parted)
    surveys = _distinct([find_survey(layout) for layout in parted])
    master = next(
        (
            layout
            for layout, survey in zip(parted, surveys, strict=True)
            if not survey and _is_master(layout)
        ),
        None,
    )
    return [
        Sourced(layout, _draft(layout, survey, _owner(layout, master), german))
        for layout, survey in zip(parted, surveys, strict=True)
    ]


def is_german(layouts: Sequence[FileLayout]) -> bool:
    """Whether the column names are German."""
    return words.is_german([fact.name for layout in layouts for fact in layout.facts])


def _parted(layout: FileLayout, layouts: Sequence[FileLayout]) -> list[FileLayout]:
    """Make one source of all files, if something names their rows over all of them."""
    survey = find_survey(layout)
    part = survey.needs_parting if survey else business.needs_parting(layout)
    return each_file(layout) if part or _overlaps(layout, layouts) else [layout]


def _named_apart(layouts: Iterable[FileLayout]) -> list[FileLayout]:
    """Give layouts of one name numbers."""
    taken: dict[str, FileLayout] = {}
    for layout in layouts:
        numbered = (f"{layout.name}_{number}" for number in count(2))
        name = next(name for name in chain([layout.name], numbered) if name not in taken)
        taken[name] = replace(layout, name=name)
    return list(taken.values())


def _overlaps(layout: FileLayout, layouts: Sequence[FileLayout]) -> bool:
    """Whether some, but not all of several files have another sheet that is a source."""
    return len(layout.files) > 1 and any(
        set(other.files) & set(layout.files) and other.files != layout.files for other in layouts
    )


def _distinct(surveys: Sequence[DraftSurvey | None]) -> list[DraftSurvey | None]:
    """Keep surveys apart: questions of one name but another measure or scale, and ids."""
    alone = sum(survey is not None for survey in surveys) == 1
    known: dict[str, tuple[str, str]] = {}
    renamed: list[DraftSurvey | None] = []
    for survey in surveys:
        if survey is None:
            renamed.append(None)
            continue
        asked = {}
        for question_id, rating in survey.asked.items():
            what = rating.measure, scale_name(rating.scale)
            own = known.get(question_id, what) == what
            name = question_id if own else f"{survey.layout.name}_{question_id}"
            asked[name], known[name] = rating, what
        renamed.append(replace(survey, asked=asked, alone=alone))
    return renamed


def _is_master(layout: FileLayout) -> bool:
    lines = business.is_transactions(layout) or business.is_contacts(layout)
    return not lines and business.is_customers(layout) and business.customer_key(layout) is not None


def _owner(layout: FileLayout, master: FileLayout | None) -> Owner:
    """Say whose customers a source names: those of the master data, if nearly all are there."""
    who = layout.with_role("customer")
    key = business.customer_key(master) if master else None
    if who is None or master is None or key is None or layout is master:
        return Owner(layout.name)
    named = layout.sample.get_column(who.name).drop_nulls().unique()
    known = named.is_in(master.sample.get_column(key.name).implode()).sum()
    return Owner(master.name, True) if known >= MIN_SHARE_KNOWN * len(named) else Owner(layout.name)


def _draft(layout: FileLayout, survey: DraftSurvey | None, owner: Owner, german: bool) -> DraftPart:
    if survey:
        return draft_survey(survey, owner, german)
    if business.is_transactions(layout):
        return business.draft_transactions(layout, owner, CURRENCY)
    if business.is_contacts(layout):
        return business.draft_contacts(layout, owner, german)
    if business.is_customers(layout):
        return business.draft_customers(layout, german)
    if business.is_reviews(layout):
        return business.draft_reviews(layout, owner, german)
    return business.draft_unknown(layout)


def draft_study(name: str, sources: Sequence[Sourced], patterns: Mapping[str, str]) -> Entries:
    """Put the whole of study.yaml together.

    Parameters
    ----------
    patterns : mapping
        Source -> its files, as a pattern below the study's folder.
    """
    german = is_german([source.layout for source in sources])
    parts = [source.part for source in sources]
    title = name.replace("_", " ").replace("-", " ").capitalize()
    about = {"en": f"Drafted from {', '.join(patterns.values())}; say here what the data are."}
    draft: Entries = {
        "title": Guess({"en": title, "de": title} if german else {"en": title}, "the name given"),
        "about": Guess(about, "a placeholder"),
        "licence": Guess("internal", "who may use the data"),
        "languages": ["en", "de"] if german else ["en"],
        "currency": Guess(CURRENCY, "of amounts without a currency"),
        "time_zone": Guess("Europe/Berlin" if german else "UTC", "of times without a zone"),
    }
    sections: Entries = {
        "stages": Guess(_stages(german), "the usual five; name those of your customers' journey"),
        "touchpoints": Guess(
            _all(part.touchpoints for part in parts),
            "one per rated column; correct names, stages and channels, add the owners",
        ),
        "scales": {name: scale_entry(scale) for name, scale in _scales(parts).items()},
        "questions": _all(part.questions for part in parts),
        "segments": _all(part.segments for part in parts),
        "codes": _all(part.codes for part in parts),
        "sources": {s.layout.name: _source(s, patterns[s.layout.name]) for s in sources},
    }
    filled = {key: value for key, value in sections.items() if _plain(value)}
    return draft | filled


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Guess) else value


def _all(entries: Iterable[Entries]) -> Entries:
    """Put entries together; the first of a name stands."""
    together: Entries = {}
    for more in entries:
        together |= {name: entry for name, entry in more.items() if name not in together}
    return together


def _scales(parts: Sequence[DraftPart]) -> dict[str, DraftScale]:
    scales: dict[str, DraftScale] = {}
    for part in parts:
        for name, scale in part.scales.items():
            scales[name] = merged(scales.get(name), scale)
    return scales


def _stages(german: bool) -> Entries:
    languages = ("en", "de") if german else ("en",)
    return {
        stage: {"label": {language: labels[language] for language in languages}}
        for stage, labels in words.STAGE_LABELS.items()
    }


def _source(source: Sourced, pattern: str) -> Entries:
    return {**_reading(source.layout.reading, pattern), "tables": source.part.tables}


def _reading(reading: Reading, pattern: str) -> Entries:
    keys: Entries = {"reader": Guess(reading.reader, "by the content"), "files": pattern}
    if reading.delimiter:
        keys["delimiter"] = Guess(reading.delimiter, "cuts the lines alike")
    if reading.encoding:
        plain = reading.encoding == "ascii"
        why = "any would do so far" if plain else "by the letters that are not English"
        keys["encoding"] = Guess("utf-8" if plain else reading.encoding, why)
    if reading.sheet:
        keys["sheet"] = reading.sheet
    return keys


def place_files(sources: Sequence[Sourced]) -> dict[str, dict[Path, str]]:
    """Say where the files of each source go.

    Returns
    -------
    dict
        Source -> file -> path below the study's folder. Several files of one source get a
        folder of their own, so that its pattern finds no others.
    """
    folders: dict[tuple[Path, ...], str] = {}
    for source in sources:
        files = source.layout.files
        folders.setdefault(files, f"raw/{source.layout.name}" if len(files) > 1 else "raw")
    return {
        source.layout.name: {
            path: f"{folders[source.layout.files]}/{path.name}" for path in source.layout.files
        }
        for source in sources
    }


def pattern_of(paths: Sequence[str]) -> str:
    """Find one source's files by a pattern below the study's folder.

    >>> pattern_of(["raw/a.csv"]), pattern_of(["raw/s/a.csv", "raw/s/b.csv"])
    ('raw/a.csv', 'raw/s/*.csv')
    """
    if len(paths) == 1:
        return glob.escape(paths[0])
    suffixes = {Path(path).suffix for path in paths}
    return f"{Path(paths[0]).parent.as_posix()}/*{suffixes.pop() if len(suffixes) == 1 else ''}"
