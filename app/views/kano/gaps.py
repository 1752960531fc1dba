"""Gaps: experience minus expectation, beside the importance of each touchpoint."""

from __future__ import annotations

from functools import partial

import polars as pl
import streamlit as st

from app.core import drawing, rows, tables, units
from app.core.bundle import Bundle
from app.core.choices import Choice
from app.core.language import Words, plain
from app.core.page import View
from app.views.kano import findings
from pipelines.charts.kano import gaps_and_importance
from pipelines.contract.driver_codes import MEAN
from pipelines.contract.people import EVERYBODY
from pipelines.contract.table import Unit

FULFILMENT = ("under_fulfilled", "met", "exceeded")
UNITS: dict[str, Unit] = {"gap": "points", **dict.fromkeys((*FULFILMENT, "importance"), "percent")}
IMPORTANCE = ("importance", "importance_low", "importance_high")


def show(view: View, outcome: str | None) -> None:
    """Draw gaps against importance, both with their intervals."""
    bundle, words, choice = view.bundle, view.words, view.choice
    st.header(words("kano.gaps"), divider="gray")
    found = _gaps(bundle, words, choice)
    known = found.drop_nulls("value")
    if known.is_empty():
        withheld = any(rows.is_withheld(row) for row in found.to_dicts())
        st.info(words("state.withheld" if withheld else "kano.no_gaps"), icon=drawing.NOTHING)
        return
    st.markdown(plain(findings.widest_gap(words, known)))
    weighed = _with_importance(bundle, known, choice, outcome)
    placed = weighed.drop_nulls("importance")
    if placed.is_empty():
        st.info(words("kano.no_importance"), icon=drawing.NOTHING)
    else:
        chart = gaps_and_importance(
            placed, across=words("kano.importance_axis"), up=words("kano.gap_axis"),
            wording=drawing.wording(words), picks=True,
        )  # fmt: skip
        about = words("kano.gaps")
        drawing.draw_picking(chart, bundle, words, "scores", "gaps", alt_text=about)
        of_all = choice.segment != EVERYBODY and bool(placed["of_everybody"].any())
        st.caption(words("kano.gaps_about_all" if of_all else "kano.gaps_about"))
    with st.expander(words("kano.gaps_table"), icon=":material/table:", expanded=placed.is_empty()):
        _table(bundle, words, weighed)


def _gaps(bundle: Bundle, words: Words, choice: Choice) -> pl.DataFrame:
    """Gaps of touchpoints in the latest wave of each, with the shares beside them."""
    if not bundle.has("scores"):
        return pl.DataFrame(schema={"value": pl.Float64, "flags": pl.String})
    every = rows.chosen(bundle, "scores", choice, every_wave=True)
    asked = rows.in_time(bundle, every.filter(pl.col("scope") == "touchpoint"))
    key = ["touchpoint_id", "question_id"]
    gaps = asked.filter(pl.col("measure") == "gap").unique(key, keep="last", maintain_order=True)
    for name in FULFILMENT:
        share = asked.filter(pl.col("measure") == name)
        own = share.select(*key, "wave", pl.col("value").alias(name))
        gaps = gaps.join(own, on=[*key, "wave"], how="left", maintain_order="left")
    return rows.labelled(gaps, "touchpoint_id", rows.touchpoint_labels(bundle, words))


def _with_importance(
    bundle: Bundle, gaps: pl.DataFrame, choice: Choice, outcome: str | None
) -> pl.DataFrame:
    """Importance of the rating for the outcome; of all customers where a group has none."""
    none = gaps.with_columns(
        *(pl.lit(None, pl.Float64).alias(name) for name in IMPORTANCE), of_everybody=pl.lit(False)
    )
    if outcome is None or not bundle.has("priorities"):
        return none
    table = bundle.tables["priorities"].filter(
        pl.col("mode") == choice.mode, pl.col("outcome") == outcome, pl.col("target") == MEAN
    )
    who = (pl.col("segment") == choice.segment) & (pl.col("group") == choice.group)
    own = table.filter(who).drop_nulls("value")
    used = own if own.height else table.filter(pl.col("segment") == EVERYBODY).drop_nulls("value")
    latest = rows.in_time(bundle, used).unique("driver", keep="last", maintain_order=True)
    ends = zip(IMPORTANCE, ("value", "low", "high"), strict=True)
    found = latest.select(
        pl.col("driver").alias("question_id"),
        *(pl.col(own).alias(name) for name, own in ends),
        of_everybody=pl.col("segment") == EVERYBODY,
    )
    return gaps.join(found, on="question_id", how="left", maintain_order="left")


def _table(bundle: Bundle, words: Words, known: pl.DataFrame) -> None:
    points = partial(units.ends, words, "points")
    shown = known.select(
        "row", "label", pl.col("value").alias("gap"), tables.interval(known, "interval", points),
        *FULFILMENT, "importance",
        tables.interval(
            known, "importance_interval", partial(units.ends, words, "percent"), of="importance_"
        ),
        "n",
    )  # fmt: skip
    measures = {name: words(f"measure.{name}.name") for name in ("gap", *FULFILMENT)}
    named = ("label", "interval", "importance", "importance_interval", "n")
    names = measures | {name: words(f"kano.column_{name}") for name in named}
    ordered = {name: names[name] for name in shown.columns[1:]}
    tables.show_picking(
        shown, words, ordered, alt_text=words("kano.gaps_table"), bundle=bundle, table="scores",
        name="gaps_table", units_of=UNITS,
    )  # fmt: skip
