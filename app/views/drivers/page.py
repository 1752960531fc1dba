"""Drivers: which touchpoints go with satisfaction and recommendation, and how sure the order is."""

from __future__ import annotations

import streamlit as st

from app.core import choices, drawing
from app.core.language import plain
from app.core.page import Page, View
from app.views.drivers import comparisons, maps, models, sections

PAGE = Page(
    "drivers",
    icon="leaderboard",
    after="touchpoints",
    needs=("driver_models",),
    filters=("mode", "wave", "segment"),  # models use the weights of every wave that has some
    uses=("drivers", "priorities", "driver_contrasts", "scores"),
)


def show(view: View) -> None:
    """Draw the page."""
    bundle, words, choice = view.bundle, view.words, view.choice
    st.title(words("drivers.title"))
    st.markdown(plain(choices.in_words(bundle, words, choice)))
    if not models.outcomes(bundle, choice):
        st.info(words("drivers.other_mode"), icon=drawing.NOTHING)
        return
    st.caption(words("drivers.about"))
    model = sections.choose_model(view)
    summary = st.container()
    policy, approach = sections.choose_method(bundle, words, model)
    with summary:
        fit = sections.fit(bundle, words, model, policy)
    if fit:
        sections.shares(bundle, words, model, policy, approach)
    maps.show_priorities(bundle, words, model)
    maps.show_stated(bundle, words, model)
    comparisons.show_policies(bundle, words, model, approach)
    comparisons.show_groups(bundle, words, model)
    comparisons.show_waves(bundle, words, model)
