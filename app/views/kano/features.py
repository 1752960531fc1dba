"""Features: what Kano's questionnaire says of each."""

from __future__ import annotations

from functools import partial

import polars as pl
import streamlit as st

from app.core import drawing, rows, tables, units
from app.core.bundle import Bundle
from app.core.language import Words, plain
from app.core.page import View
from app.views.kano import findings
from app.views.kano.asymmetries import headings
from pipelines.charts.kano import category_bars
from pipelines.contract.kano_codes import FEATURE_CATEGORIES


def show(view: View) -> None:
    """Draw the categories of features, and their coefficients."""
    bundle, words, choice = view.bundle, view.words, view.choice
    st.header(words("kano.features"), divider="gray")
    if not bundle.has("kano_answers"):
        st.info(words("kano.no_features"), icon=drawing.NOTHING)
        return
    found = bundle.tables["kano_answers"].filter(
        pl.col("mode") == choice.mode, pl.col("segment") == choice.segment,
        pl.col("group") == choice.group,
    )  # fmt: skip
    known = rows.labelled(found.drop_nulls("value"), "feature", feature_labels(bundle, words))
    if known.is_empty():
        st.info(words("kano.no_features" if found.is_empty() else "state.withheld"),
                icon=drawing.NOTHING)  # fmt: skip
        return
    categories = {c: words.sentence(FEATURE_CATEGORIES, c) for c in FEATURE_CATEGORIES.names}
    st.markdown(plain(findings.told_features(words, known)))
    chart = category_bars(
        known, categories=categories, title=words("kano.shares_axis"),
        wording=drawing.wording(words), picks=True,
    )  # fmt: skip
    about = words("kano.features")
    drawing.draw_picking(chart, bundle, words, "kano_answers", "features", alt_text=about)
    st.caption(words("kano.features_about"))
    _table(bundle, words, known, categories)


def feature_labels(bundle: Bundle, words: Words) -> dict[str, str]:
    """Names of the features, in the register's order."""
    register = bundle.register.get("features", {})
    return {name: words.label(one["label"], name) for name, one in register.items()}


def _table(bundle: Bundle, words: Words, known: pl.DataFrame, categories: dict[str, str]) -> None:
    share, ratio = (partial(units.ends, words, unit) for unit in ("share", "signed_ratio"))
    verdict = pl.when("decided").then(pl.lit("✓")).otherwise(pl.lit("✗"))
    shown = known.select(
        "row", pl.col("label").alias("feature"),
        pl.col("dominant").replace_strict(categories), verdict.alias("decided"),
        "satisfaction", tables.interval(known, "satisfaction_interval", share, of="satisfaction_"),
        "dissatisfaction",
        tables.interval(known, "dissatisfaction_interval", ratio, of="dissatisfaction_"),
        "questionable", "p_must_be", "n",
    )  # fmt: skip
    tables.show_picking(
        shown, words, headings(words, "kano_answers", shown.columns[1:]),
        alt_text=words("kano.features"), bundle=bundle, table="kano_answers", name="feature_table",
    )  # fmt: skip
