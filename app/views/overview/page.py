"""Overview: where the study stands, what changed, how fresh the data are."""

from __future__ import annotations

import streamlit as st

from app.core import choices, notices
from app.core.language import plain
from app.core.page import Page, View
from app.views.overview import activity, sections

PAGE = Page(
    "overview",
    icon="dashboard",
    after=None,
    needs=(),
    filters=("mode", "wave", "segment", "weights"),
    uses=("scores", "changes", "activity"),
)


def show(view: View) -> None:
    """Draw the page: of a study with a survey the scores, else what customers did."""
    bundle, words, choice = view.bundle, view.words, view.choice
    st.title(plain(words.label(bundle.register["title"], bundle.study)))
    st.caption(plain(words.label(bundle.register["about"], "")))
    if bundle.has("scores"):
        st.markdown(plain(choices.in_words(bundle, words, choice)))
        sections.notes(bundle, words, choice.mode, choice.wave)
        sections.headlines(view)
        sections.journey(view)
        sections.changes(view)
    else:
        sections.notes(bundle, words, None, None)
        activity.show(bundle, words)
        notices.missing_data(bundle, words, PAGE.name, ("scores",))
    sections.freshness(view)
