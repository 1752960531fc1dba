"""Plan: which measures to take under a budget, why each is in or out, and how sure that is."""

from __future__ import annotations

import streamlit as st

from app.core import choices, drawing
from app.core.language import plain
from app.core.page import Page, View
from app.views.plan import controls, edits, live, register, sections

PAGE = Page(
    "plan",
    icon="checklist",
    after="whatif",
    needs=("measures", "measure_moves", "outcome_models", "moves"),
    filters=(),
    uses=("plans", "plan_rules", "gates", "asymmetry"),
)


def show(view: View) -> None:
    """Draw the page."""
    bundle, words = view.bundle, view.words
    st.title(words("plan.title"))
    aim = register.aim_of(bundle)
    if aim is None:
        st.info(words("plan.no_aim"), icon=drawing.NOTHING)
        return
    sections.examples(bundle, words)
    measures = bundle.tables["measures"]["measure_id"].to_list()
    choices.settle_text(
        edits.EDITS_KEY, edits.NO_EDITS, lambda text: edits.is_known(text, measures)
    )
    usual = controls.usual_budget(bundle, aim)
    choices.settle_text(controls.BUDGET, usual, lambda text: controls.is_budget(text, aim))
    choices.settle(controls.OBJECTIVE, controls.OBJECTIVES_OFFERED, live.USUAL_OBJECTIVE)
    sections.planning(bundle, words, aim)
    sections.rules(bundle, words, aim)
    sections.realised(bundle, words)
    sections.shelf(view, aim)
    st.caption(plain(words("plan.about")))
