"""Evidence: every number opens its card, one pattern for all of them.

A headline carries it in a popover; a table's cell or a chart's mark asks for it, and `main` shows
the card asked for in a dialog when the page is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import streamlit as st

from app.core import cards
from app.core.bundle import Bundle
from app.core.cards import Row
from app.core.language import Words, plain

ASKED, TURN = "evidence_asked", "evidence_turn"


def short(words: Words, table: str, row: Row) -> str:
    """Interval and n in one line; why there is no number, if there is none."""
    if row["value"] is None:
        return cards.absent(words, row)
    n = words.count(row["n"])
    return words("evidence.short", interval=cards.ends(words, table, row), n=n)


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
    card = cards.write(bundle, words, table, row)
    if card.title:
        st.markdown(f"**{plain(card.title)}**")
    if card.context:
        st.caption(plain(" · ".join(card.context)))
    listing(card.facts)


def listing(facts: Mapping[str, str]) -> None:
    """Facts and what they are called, one a line."""
    listed = [{"fact": plain(name), "value": plain(text)} for name, text in facts.items()]
    st.table(pl.DataFrame(listed), border="horizontal", hide_index=True, hide_header=True)
