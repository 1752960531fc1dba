"""Kano and gaps: what must not fail, what delights, and where experience falls short."""

from __future__ import annotations

import streamlit as st

from app.core import choices
from app.core.language import plain
from app.core.page import Page, View
from app.views.kano import asymmetries, features, findings, gaps, gates

PAGE = Page(
    "kano",
    icon="balance",
    after="drivers",
    needs=("gates",),
    filters=("mode", "segment"),  # the latest wave that asks it: these are decisions for today
    uses=("asymmetry", "kano_answers", "scores", "priorities"),
)


def show(view: View) -> None:
    """Draw the page."""
    bundle, words, choice = view.bundle, view.words, view.choice
    st.title(words("kano.title"))
    board = st.container()
    st.caption(plain(choices.in_words(bundle, words, choice)))
    outcome = asymmetries.choose_outcome(view)
    classes = asymmetries.rows_of(view, outcome)
    judged = gates.rows_of(view)
    with board:
        st.markdown(f"**{plain(findings.for_the_board(words, classes, judged))}**")
        st.caption(words("kano.assumption"))
    asymmetries.show(view, classes)
    gates.show(view, judged)
    gaps.show(view, outcome)
    features.show(view)
