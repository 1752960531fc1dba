"""Headings of the sections that may stand for other customers than those who were chosen."""

from __future__ import annotations

import streamlit as st

from app.core.language import Words


def draw(words: Words, title: str, *, of_everybody: bool) -> None:
    """Draw a heading; one over all customers in place of those chosen says so, twice.

    Parameters
    ----------
    title : str
        Key of the heading's text.
    of_everybody : bool
        Whether what follows is the mean answer of all customers although the reader chose a
        group or other answers.
    """
    if not of_everybody:
        st.header(words(title), divider="gray")
        return
    st.header(words("drivers.heading_of_everybody", title=words(title)), divider="gray")
    st.info(words("drivers.of_everybody"), icon=":material/groups:")
