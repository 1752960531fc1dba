"""Data quality: nothing is lost between the raw files and the scores."""

from __future__ import annotations

import streamlit as st

from app.core.page import Page, View
from app.views.quality import sections

PAGE = Page(
    "quality",
    icon="fact_check",
    after="drivers",
    needs=("ledger",),
    filters=(),
    uses=("rules", "quarantine_examples"),
)


def show(view: View) -> None:
    """Draw the page."""
    bundle, words = view.bundle, view.words
    st.title(words("quality.title"))
    st.markdown(words("quality.about"))
    sections.totals(bundle, words)
    table = sections.choose_table(bundle, words)
    if table is None:
        st.info(words("quality.nothing"), icon=":material/search_off:")
        return
    sections.ledger(bundle, words, table)
    sections.rules(bundle, words, table)
    sections.docs(bundle, words)
    sections.provenance(bundle, words)
