"""What-if: what outcomes would be if touchpoints were better, and how far to trust that."""

from __future__ import annotations

import streamlit as st

from app.core import choices, drawing
from app.core.language import plain
from app.core.page import Page, View
from app.views.whatif import models, moves, sections, trust
from app.views.whatif.models import Customers

PAGE = Page(
    "whatif",
    icon="tune",
    after="kano",
    needs=("outcome_models", "moves"),
    filters=("mode", "segment"),  # of every outcome the latest wave that asks it is shown
    uses=("robustness", "calibrations", "calibration_points", "priorities"),
)


def show(view: View) -> None:
    """Draw the page."""
    bundle, words, customers = view.bundle, view.words, Customers.of(view.choice)
    st.title(words("whatif.title"))
    outcomes = models.outcomes(bundle, customers.mode)
    if not outcomes:
        st.info(words("whatif.other_mode"), icon=drawing.NOTHING)
        return
    outcome = sections.choose_outcome(bundle, words, outcomes)
    if models.leading(bundle, customers, outcome) is None:
        sections.refuse_customers(bundle, words, customers, outcome)
        return
    drivers = models.drivers(bundle, words, customers)
    usual = moves.usual(bundle, customers, outcome)
    choices.settle_text(moves.MOVES_KEY, usual, lambda text: moves.is_known(text, drivers))
    sections.shared_first(bundle, words, customers, outcome)
    sections.scenario(bundle, words, customers, outcome)
    trust.calibration(bundle, words, customers, outcome)
    trust.robustness(bundle, words, customers, outcome)
    sections.shelf(view, customers)
    st.caption(plain(words("whatif.about")))
