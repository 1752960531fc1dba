"""Evidence cards: what is known of a row of any published table, from the table's declaration.

Facts are the columns that have a label, each written by its unit. A page that knows more of its
tables writes their cards in its `card.py`, from the one that is derived here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import polars as pl

from app.core import choices, rows, units
from app.core.bundle import Bundle
from app.core.language import Words
from app.core.page import modules
from pipelines.contract.estimate import EVIDENCE
from pipelines.contract.people import EVERYBODY
from pipelines.contract.registry import published
from pipelines.contract.table import FLAG, Column, Table, Unit

UNWEIGHTED = "unweighted_wave"  # flag of a wave that has no weights
HASH_LENGTH = 12  # characters of a hash that a card shows
# Columns of a key that a card tells in its title, or in a place of their own.
TOLD_APART = frozenset(
    {"measure", "mode", "scope", "weighted", "wave", "against", "segment", "group", "period"}
)

Row = Mapping[str, Any]
Facts = dict[str, str]


@dataclass(frozen=True)
class Card:
    """What a card says of a number.

    Parameters
    ----------
    facts : dict of str to str
        Facts by what they are called.
    title : str
        What the number is of.
    context : sequence of str
        Wave, customers and whatever else narrows it down.
    """

    facts: Facts
    title: str = ""
    context: Sequence[str] = ()


Writer = Callable[[Bundle, Words, str, Row], Card]


def write(bundle: Bundle, words: Words, table: str, row: Row) -> Card:
    """The card of a row, by the page that knows its table, or as it is derived."""
    own = (module.CARDS for module in modules("card").values())
    writers: dict[str, Writer] = {name: writer for cards in own for name, writer in cards.items()}
    return writers.get(table, derive)(bundle, words, table, row)


def derive(bundle: Bundle, words: Words, table: str, row: Row) -> Card:
    """The card of a row, from the declaration of its table.

    `row` may lack columns: it then stands for several rows, and the card tells what they share.
    """
    declared = published()[table]
    return Card(
        _numbers(bundle, words, declared, row) | _making(bundle, words, declared, row),
        title=title(bundle, words, row),
        context=[*when_and_who(bundle, words, table, row), *_rest(bundle, words, declared, row)],
    )


def title(bundle: Bundle, words: Words, row: Row) -> str:
    """What a row is of: its subject, and its measure if it has one."""
    about = subject(bundle, words, row)
    if "measure" not in row:
        return about
    return words("evidence.about", subject=about, measure=measure(words, row))


def measure(words: Words, row: Row) -> str:
    """Name of a row's measure."""
    return words(f"measure.{row['measure']}.name")


def axis(words: Words, measure: str, scores: pl.DataFrame) -> str:
    """Title of an axis of values; of a measure on the scale of its question, with that scale."""
    told = scores.select("scale_min", "scale_max").drop_nulls().to_dicts()
    ends = {name: words.number(told[0][name], 0) for name in ("scale_min", "scale_max") if told}
    if not ends:
        return words(f"measure.{measure}.axis")
    return words("measure.on_scale", measure=words(f"measure.{measure}.short"), **ends)


def scale(words: Words, row: Row) -> str | None:
    """The scale that a row's value is on, if it is that of its question."""
    if row.get("scale_min") is None:
        return None
    ends = {name: words.number(row[name], 0) for name in ("scale_min", "scale_max")}
    return words("measure.scale", **ends)


def subject(bundle: Bundle, words: Words, row: Row) -> str:
    """Name of the question, touchpoint, stage or canonical table that a row is about."""
    column = next((name for name in SUBJECTS if row.get(name) is not None), None)
    return "" if column is None else SUBJECTS[column](bundle, words, row[column])


def _question(bundle: Bundle, words: Words, code: str) -> str:
    known = rows.question_labels(bundle, words)
    asked = bundle.register["questions"].get(code, {"label": {}})
    return known.get(code) or words.label(asked["label"], code)


def _touchpoint(bundle: Bundle, words: Words, code: str) -> str:
    return rows.touchpoint_labels(bundle, words).get(code, code)


def _stage(bundle: Bundle, words: Words, code: str) -> str:
    return rows.stage_labels(bundle, words).get(code, code)


def _table(bundle: Bundle, words: Words, code: str) -> str:
    return words.name("table", code)


# Columns that say what a row is about, the most exact first.
SUBJECTS: dict[str, Callable[[Bundle, Words, str], str]] = {
    "question_id": _question,
    "driver": _question,
    "touchpoint_id": _touchpoint,
    "stage": _stage,
    "outcome": _question,
    "table": _table,
}


def when_and_who(bundle: Bundle, words: Words, table: str, row: Row) -> list[str]:
    """Wave or month, the earlier wave of a difference, and customers."""
    parts = [words.period(row[name]) for name in ("wave", "period") if name in row]
    if "wave_against" in published()[table].schema:
        earlier = words.period(row["wave_against"])
        parts = [words("evidence.against", wave=parts[0], earlier=earlier)]
    segment = row.get("segment", EVERYBODY)
    if segment != EVERYBODY:
        known = bundle.register["segments"].get(segment, {"label": {}})
        group = choices.group_name(bundle, words, segment, row["group"])
        parts.append(f"{words.label(known['label'], segment)}: {group}")
    return parts


def _rest(bundle: Bundle, words: Words, table: Table, row: Row) -> list[str]:
    """What else of the key narrows a row down."""
    named = [
        name
        for name in table.key
        if name not in TOLD_APART and name not in SUBJECTS and row.get(name) is not None
    ]
    return [in_words(bundle, words, table.column(name), row[name]) for name in named]


def in_words(bundle: Bundle, words: Words, column: Column, text: Any) -> str:
    """A cell of text as it is read: the sentences of its codes, or the name of a value."""
    if column.codes is None:
        return words.name(column.name, str(text))
    said = (words.sentence(column.codes, code, **bundle.places) for code in column.coded(text))
    return " ".join(said)


def value(words: Words, table: str, row: Row) -> str:
    """The estimate of a row as it is read, with its unit; a dash if there is none."""
    declared = published()[table]
    return _number("", words, declared, declared.column("value"), row)


def ends(words: Words, table: str, row: Row) -> str:
    """Both ends of the interval of a row's estimate."""
    declared = published()[table]
    return _ends(words, declared, declared.column("value"), row) or units.ABSENT


def absent(words: Words, row: Row) -> str:
    """Why an estimate has no value."""
    return words("state.withheld" if rows.is_withheld(row) else "state.no_answers")


def _numbers(bundle: Bundle, words: Words, table: Table, row: Row) -> Facts:
    """Every column that has a label, with its interval; of a row withheld only that it is so."""
    if rows.is_withheld(row):
        return {words("evidence.value"): words("state.withheld")}
    told = [c for c in table.columns if c.label is not None and row.get(c.name) is not None]
    told.sort(key=lambda column: column.codes is None)  # first what is said of the row, in words
    facts: Facts = {}
    if _lacks_value(table, row) and not any(column.codes for column in told):
        facts[words("evidence.value")] = words("state.no_answers")
    for column in told:
        facts |= _fact(bundle, words, table, column, row)
    return facts


def _lacks_value(table: Table, row: Row) -> bool:
    return "value" in table.schema and row["value"] is None


def _fact(bundle: Bundle, words: Words, table: Table, column: Column, row: Row) -> Facts:
    """A column and its interval: the estimate's is a fact of its own, others stand in brackets."""
    name = words.heading(table.name, column.name)
    text = _cell(bundle, words, table, column, row)
    interval = _ends(words, table, column, row)
    if interval is None:
        return {name: text}
    if column.name == "value":
        level = words.percent(100 * row["level"], 0)
        return {name: text, words("evidence.interval", level=level): interval}
    is_count = column.unit == "count"
    both = words(
        "format.count_with_interval" if is_count else "format.with_interval",
        value=text,
        ends=interval,
    )
    return {name: both}


def _cell(bundle: Bundle, words: Words, table: Table, column: Column, row: Row) -> str:
    if column.dtype == FLAG:
        return "✓" if row[column.name] else "✗"
    if column.unit is None:
        return in_words(bundle, words, column, row[column.name])
    return _number(bundle.register["currency"], words, table, column, row)


def _number(currency: str, words: Words, table: Table, column: Column, row: Row) -> str:
    number = row[column.name]
    if column.unit == "measure" and number is not None:
        write_value = words.change if table.differences else words.value
        return write_value(row["measure"], number)
    return units.written(words, cast(Unit, column.unit), number, currency=currency)


def _ends(words: Words, table: Table, column: Column, row: Row) -> str | None:
    """Both ends of the interval of a column; None if it has none."""
    around = next((ends for ends in table.intervals if ends[1] == column.name), None)
    if around is None or row[around[0]] is None or row[around[2]] is None:
        return None
    low, high = row[around[0]], row[around[2]]
    if column.unit == "measure":
        return words.interval(row["measure"], low, high, change=table.differences)
    return units.ends(words, cast(Unit, column.unit), low, high)


def _making(bundle: Bundle, words: Words, table: Table, row: Row) -> Facts:
    """How the numbers were made, as far as the table says so; else that they are counted."""
    columns = {column.name: column for column in table.columns}

    def _said(name: str) -> str:
        return in_words(bundle, words, columns[name], row[name])

    facts: Facts = {}
    weighting = _weighting(columns, row)
    if weighting:
        facts[words("evidence.weights")] = words(f"pick.{weighting}")
    if "missing_policy" in columns:
        facts[words("evidence.missing")] = _said("missing_policy")
    window = _window(bundle, words, row)
    if window:
        facts[words("evidence.window")] = window
    is_estimate = "method" in columns
    facts[words("evidence.method")] = _said("method") if is_estimate else words("evidence.counted")
    facts[words("evidence.class")] = (
        _said("evidence") if is_estimate else words.sentence(EVIDENCE, "descriptive")
    )
    if "flags" in columns:
        facts[words("evidence.warnings")] = (
            _said("flags") if row["flags"] else words("evidence.none")
        )
    if "inputs_hash" in columns:
        facts[words("evidence.inputs")] = row["inputs_hash"].removeprefix("sha256:")[:HASH_LENGTH]
    data = str(bundle.manifest["tables"][table.name]["sha256"])
    return facts | {words("evidence.data"): data[:HASH_LENGTH]}


def _weighting(columns: Mapping[str, Column], row: Row) -> str | None:
    """Whether weights counted, where a table tells; models always use those that a wave has."""
    warnings = columns["flags"].codes if "flags" in columns else None
    if "weighted" not in columns and (warnings is None or UNWEIGHTED not in warnings):
        return None
    weighted = row.get("weighted", True) and UNWEIGHTED not in rows.flags(row)
    return "weighted" if weighted else "unweighted"


def _window(bundle: Bundle, words: Words, row: Row) -> str | None:
    """When the answers of a row's wave were given, or its rows happened, as far as is known."""
    if "wave" in row:
        name, known = words.period(row["wave"]), bundle.waves(row["mode"])
        wave = next((wave for wave in known if wave["wave"] == row["wave"]), None)
        if wave is None or wave.get("first_on") is None:  # older registers held times in UTC
            return words("evidence.wave", wave=name)
        first, last = words.date(wave["first_on"]), words.date(wave["last_on"])
        return words("evidence.wave_dates", wave=name, first=first, last=last)
    if row.get("first_on") is not None:
        first, last = words.date(row["first_on"]), words.date(row["last_on"])
        return words("evidence.dates", first=first, last=last)
    return words.period(row["period"]) if "period" in row else None
