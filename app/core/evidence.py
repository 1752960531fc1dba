"""The evidence card: how a number was made, one pattern for every number.

A headline carries it in a popover; a table's cell or a chart's mark asks for it, and `main` shows
the card asked for in a dialog when the page is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import polars as pl
import streamlit as st

from app.core import choices, rows
from app.core.bundle import ALL, Bundle
from app.core.language import Words, plain
from app.core.page import modules

ASKED, TURN = "evidence_asked", "evidence_turn"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Card:
    """What a card says of a number.

    Parameters
    ----------
    facts : Mapping of str to str
        Facts by what they are called.
    title : str
        What the number is of.
    context : sequence of str
        Wave, customers and whatever else narrows it down.
    """

    facts: Mapping[str, str]
    title: str = ""
    context: Sequence[str] = ()


Writer = Callable[[Bundle, Words, str, Row], Card]


def short(words: Words, row: Row) -> str:
    """Interval and n in one line; why there is no number, if there is none."""
    if row["value"] is None:
        return absent(words, row)
    change = "against" in row
    ends = words.interval(row["measure"], row["low"], row["high"], change=change)
    return words("evidence.short", interval=ends, n=words.count(row["n"]))


def absent(words: Words, row: Row) -> str:
    """Why an estimate has no value."""
    return words("state.withheld" if rows.is_withheld(row) else "state.no_answers")


def flags(row: Row) -> list[str]:
    """Warnings of an estimate."""
    return (row["flags"] or "").split()


def written(words: Words, row: Row) -> str:
    """The value as it is read, with its unit; a dash if there is none."""
    if row["value"] is None:
        return "–"
    write = words.change if "against" in row else words.value
    return write(row["measure"], row["value"])


def popover(bundle: Bundle, words: Words, table: str, row: Row, label: str) -> None:
    """A button of that label beside a number; it opens the number's card."""
    with st.popover(label, type="tertiary", help=words("evidence.open"), width="content"):
        show(bundle, words, table, row)


def ask(bundle: Bundle, table: str, number: int) -> None:
    """Ask for the card of a row, in a callback."""
    st.session_state[ASKED] = (bundle.version, table, number)


def turn(name: str) -> str:
    """Key of a chart or table that picks: renewed when its card is closed.

    Otherwise the mark would stay picked, and a second click on it would say nothing.
    """
    return f"{name}_{st.session_state.get(TURN, 0)}"


def show_asked(bundle: Bundle, words: Words) -> None:
    """Open the card that a table or chart asked for."""
    asked = st.session_state.pop(ASKED, None)
    if asked is None or asked[0] != bundle.version:
        return
    _, table, number = asked

    @st.dialog(words("evidence.title"), on_dismiss=_next_turn)
    def _dialog() -> None:
        show(bundle, words, table, bundle.row(table, number))

    _dialog()


def _next_turn() -> None:
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1


def show(bundle: Bundle, words: Words, table: str, row: Row) -> None:
    """Draw all that is known of one number."""
    card = _writers().get(table, of_score)(bundle, words, table, row)
    if card.title:
        st.markdown(f"**{plain(card.title)}**")
    if card.context:
        st.caption(plain(" · ".join(card.context)))
    listing(card.facts)


def _writers() -> dict[str, Writer]:
    """Who writes the cards of a table: the page that declares it in its `card.py`."""
    cards = (module.CARDS for module in modules("card").values())
    return {table: write for of_page in cards for table, write in of_page.items()}


def of_score(bundle: Bundle, words: Words, table: str, row: Row) -> Card:
    """The card of a score, of its change or of the share of one answer."""
    own = [answer_name(words, row["answer"])] if "answer" in row else []
    return Card(
        facts_of_estimate(bundle, words, table, row, _numbers),
        title=about(bundle, words, row),
        context=[*context(bundle, words, row), *own],
    )


def listing(facts: Mapping[str, str]) -> None:
    """Facts and what they are called, one a line."""
    listed = [{"fact": plain(name), "value": plain(text)} for name, text in facts.items()]
    st.table(pl.DataFrame(listed), border="horizontal", hide_index=True, hide_header=True)


def _warnings(bundle: Bundle, words: Words, row: Row, names: Mapping[str, str]) -> str:
    """The flags of an estimate in sentences; `names` are those a table says in its own way."""
    said = [words.texts.get(f"flag.{names.get(flag, flag)}", flag) for flag in flags(row)]
    places = {"n": bundle.withheld_below, "flag_n": bundle.small_below}
    return " ".join(said).format(**places) or words("evidence.none")


def about(bundle: Bundle, words: Words, row: Row) -> str:
    """What an estimate is of: its subject and measure."""
    return words("evidence.about", subject=subject(bundle, words, row), measure=measure(words, row))


def measure(words: Words, row: Row) -> str:
    """Name of a row's measure."""
    return words(f"measure.{row['measure']}.name")


def subject(bundle: Bundle, words: Words, row: Row) -> str:
    """Name of the touchpoint, stage or question that a row is about."""
    register = bundle.register
    if row["scope"] == "touchpoint":
        return rows.question_labels(bundle, words)[row["question_id"]]
    if row["scope"] == "stage":
        return words.label(register["stages"][row["stage"]]["label"], "")
    return words.label(register["questions"][row["question_id"]]["label"], "")


def context(bundle: Bundle, words: Words, row: Row) -> list[str]:
    """Wave and customers, as far as they narrow the number down."""
    parts = [words.period(row["wave"])]
    if "against" in row:
        earlier = words.period(row["wave_against"])
        parts = [words("evidence.against", wave=parts[0], earlier=earlier)]
    if row["segment"] != ALL:
        label = words.label(bundle.register["segments"][row["segment"]]["label"], row["segment"])
        group = choices.group_name(bundle, words, row["segment"], row["group"])
        parts.append(f"{label}: {group}")
    return parts


def answer_name(words: Words, answer: str) -> str:
    """An answer as it is read: a scale point as it is, a missing one by its reason."""
    return words.texts.get(f"missing.{answer}", answer)


def facts_of_estimate(
    bundle: Bundle,
    words: Words,
    table: str,
    row: Row,
    numbers: Callable[[Words, Row], Mapping[str, str]],
    warnings: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """What every estimate says of itself; `numbers` writes the value and what belongs to it."""
    is_refused = row.get("status") == "refused" and not rows.is_withheld(row)
    if row["value"] is None and not is_refused:
        facts = {words("evidence.value"): absent(words, row)}
    else:
        facts = dict(numbers(words, row))
    facts[words("evidence.weights")] = words(f"pick.{_weights(row)}")
    facts[words("evidence.missing")] = words.method(row["missing_policy"])
    facts[words("evidence.window")] = _window(bundle, words, row)
    facts[words("evidence.method")] = words.method(row["method"])
    facts[words("evidence.class")] = words.name("class", row["evidence"])
    facts[words("evidence.warnings")] = _warnings(bundle, words, row, warnings)
    facts[words("evidence.inputs")] = row["inputs_hash"].removeprefix("sha256:")[:12]
    facts[words("evidence.data")] = hash_of(bundle, table)
    return facts


def _numbers(words: Words, row: Row) -> dict[str, str]:
    """The value of a score or change, its interval and n."""
    change, effective = "against" in row, row["n_eff"]
    level = words.percent(100 * row["level"], 0)
    facts = {
        words("evidence.value"): written(words, row),
        words("evidence.interval", level=level): words.interval(
            row["measure"], row["low"], row["high"], change=change
        ),
        words("evidence.n"): words.count(row["n"]),
        words("evidence.n_eff"): "–" if effective is None else words.number(effective, 0),
    }
    if change:
        facts[words("evidence.n_against")] = words.count(row["n_against"])
        facts[words("evidence.p_adjusted")] = words.p_value(row["p_adjusted"])
    return facts


def _weights(row: Row) -> str:
    """Whether weights counted; models always use those that a wave has."""
    weighted = row.get("weighted", True) and "unweighted_wave" not in flags(row)
    return "weighted" if weighted else "unweighted"


def _window(bundle: Bundle, words: Words, row: Row) -> str:
    """When the answers of a row's wave were given, as far as is known."""
    wave, name = bundle.wave(row["mode"], row["wave"]), words.period(row["wave"])
    if wave["first_at"] is None:
        return words("evidence.wave", wave=name)
    first, last = words.date(wave["first_at"]), words.date(wave["last_at"])
    return words("evidence.wave_dates", wave=name, first=first, last=last)


def facts_of_counting(bundle: Bundle, words: Words, table: str) -> dict[str, str]:
    """What every complete count says of itself."""
    return {
        words("evidence.method"): words("evidence.counted"),
        words("evidence.class"): words.name("class", "descriptive"),
        words("evidence.data"): hash_of(bundle, table),
    }


def hash_of(bundle: Bundle, table: str) -> str:
    """Beginning of a published table's hash."""
    return str(bundle.manifest["tables"][table]["sha256"])[:12]
