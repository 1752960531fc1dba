"""Touchpoints: the scorecard of all, then one of them closely."""

from __future__ import annotations

import streamlit as st

from app.core import choices
from app.core.language import plain
from app.core.page import Page, View
from app.views.touchpoints import scorecard, sections

PAGE = Page(
    "touchpoints",
    icon="route",
    after="overview",
    needs=("scores",),
    filters=("mode", "wave", "segment", "weights"),
    uses=("changes", "distributions"),
)


def show(view: View) -> None:
    """Draw the page."""
    words = view.words
    st.title(words("touchpoints.title"))
    st.markdown(plain(choices.in_words(view.bundle, words, view.choice)))
    measure = sections.choose_measure(view)
    card = scorecard.build(view, measure) if measure else None
    if measure is None or card is None or card.frame.is_empty():
        st.info(words("touchpoints.none"), icon=":material/search_off:")
        return
    st.caption(words("touchpoints.how_to_read"))
    scorecard.show(view.bundle, words, card)
    sections.not_compared(view, measure)
    sections.not_asked(view.bundle, words, card)
    sections.one(view, measure, card.frame["touchpoint_id"][0])
