"""Gates: which touchpoint is below the minimum that its users may expect."""

from __future__ import annotations

from functools import partial

import polars as pl
import streamlit as st

from app.core import drawing, tables, units
from app.core.bundle import Bundle
from app.core.language import Words, plain
from app.core.page import View
from app.views.kano.asymmetries import headings, named
from pipelines.charts.kano import gate_dots
from pipelines.contract.kano_codes import GATES, MINIMUM_SOURCES

ORDER = GATES.names  # what fails comes first


def rows_of(view: View) -> pl.DataFrame:
    """Gates of the chosen customers: first what fails, then what most probably does."""
    bundle, words, choice = view.bundle, view.words, view.choice
    found = bundle.tables["gates"].filter(
        pl.col("mode") == choice.mode, pl.col("segment") == choice.segment,
        pl.col("group") == choice.group,
    )  # fmt: skip
    places = list(range(len(ORDER)))
    place = pl.col("gate").replace_strict(ORDER, places, return_dtype=pl.Int64, default=None)
    chance = pl.col("p_fails")
    return named(bundle, words, found).sort(
        place == 0, chance, descending=True, nulls_last=True, maintain_order=True
    )


def show(view: View, found: pl.DataFrame) -> None:
    """Draw the gates, and say what they rest on."""
    bundle, words = view.bundle, view.words
    st.header(words("kano.gates"), divider="gray")
    known = found.filter(pl.col("value").is_not_null())
    if known.is_empty():
        st.info(words("state.no_answers" if found.is_empty() else "state.withheld"),
                icon=drawing.NOTHING)  # fmt: skip
        return
    states = {code: words.sentence(GATES, code) for code in ORDER}
    st.markdown(plain(_said(words, known)))
    shown = known.with_columns(gate_text=pl.col("gate").replace_strict(states))
    chart = gate_dots(
        shown, title=words("kano.gates_axis"), minimum=words.heading("gates", "minimum"),
        states=list(states.values()), wording=drawing.wording(words), picks=True,
    )  # fmt: skip
    about = words("kano.gates")
    drawing.draw_picking(chart, bundle, words, "gates", "gates", alt_text=about)
    st.caption(words("kano.gates_about"))
    hidden = found.filter(pl.col("value").is_null())["label"].to_list()
    if hidden:
        st.caption(plain(words("kano.withheld", names=", ".join(hidden))))
    with st.expander(words("kano.gates_table"), icon=":material/table:"):
        _table(bundle, words, shown)


def _said(words: Words, known: pl.DataFrame) -> str:
    counts = {code: known.filter(pl.col("gate") == code).height for code in ORDER}
    return words("kano.finding.gates", of=known.height, **counts)


def _table(bundle: Bundle, words: Words, known: pl.DataFrame) -> None:
    sources = {code: words.sentence(MINIMUM_SOURCES, code) for code in MINIMUM_SOURCES.names}
    shown = known.select(
        "row", "label", pl.col("gate_text").alias("gate"), "value",
        tables.interval(known, "interval", partial(units.ends, words, "percent")),
        "minimum", "p_fails", "p_must_be", "p_basic", "p_must_be_answers",
        pl.col("minimum_source").replace_strict(sources), "n",
    )  # fmt: skip
    tables.show_picking(
        shown, words, headings(words, "gates", shown.columns[1:]),
        alt_text=words("kano.gates_table"), bundle=bundle, table="gates", name="gates_table",
    )  # fmt: skip
