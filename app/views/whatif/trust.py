"""How far to trust a scenario: predictions held against what came, and unknown confounders."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from app.core import choices, drawing, evidence, rows, tables, units
from app.core.bundle import Bundle
from app.core.language import Words, plain
from app.views.whatif import models
from app.views.whatif.models import Customers
from pipelines.charts.calibration import calibration_dots
from pipelines.contract.people import EVERYBODY
from pipelines.contract.whatif_trust_codes import (
    HELD_OUT,
    REASONS_OF_CALIBRATIONS,
    VERDICTS_OF_CALIBRATIONS,
)

ERRORS = ("rmse", "rmse_attainable", "rmse_no_change", "mae")


def calibration(bundle: Bundle, words: Words, customers: Customers, outcome: str) -> None:
    """Draw predicted against observed changes, with the sentence that belongs to them."""
    st.header(words("whatif.trust"), divider="gray")
    st.subheader(words("whatif.calibration"))
    found = bundle.tables["calibrations"].filter(
        pl.col("mode") == customers.mode, pl.col("outcome") == outcome
    )
    row = _choose(words, bundle, customers, outcome, found)
    if row is None:
        st.info(words("whatif.no_calibration"), icon=drawing.NOTHING)
        return
    if rows.is_withheld(row):
        st.info(words("state.withheld"), icon=":material/visibility_off:")
        return
    _said(bundle, words, row)
    _chart(bundle, words, row)
    _errors(bundle, words, row)


def _choose(
    words: Words, bundle: Bundle, customers: Customers, outcome: str, found: pl.DataFrame
) -> dict[str, Any] | None:
    """What was held out, of the target that speaks for the outcome, or of another one."""
    leading = models.leading(bundle, customers, outcome)
    own = found.filter(pl.col("target") == leading["target"]) if leading else found
    of_target = own if own.height else found
    kinds = [kind for kind in HELD_OUT.names if kind in set(of_target["held_out"])]
    if not kinds:
        return None
    names = {kind: words(f"whatif.held_out.{kind}") for kind in kinds}
    kind = choices.switch(
        words("whatif.pick.held_out"), "held_out", kinds, kinds[0], names.__getitem__
    )
    return of_target.filter(pl.col("held_out") == kind).row(0, named=True)


def _said(bundle: Bundle, words: Words, row: dict[str, Any]) -> None:
    """The verdict, what was compared, and why there is no slope."""
    if row["verdict"] is not None:
        st.markdown(f"**{plain(words.sentence(VERDICTS_OF_CALIBRATIONS, row['verdict']))}**")
    about = words(
        "whatif.calibration_about",
        target=models.label(bundle, words, row["outcome"], row["target"]),
        held_out=words.sentence(HELD_OUT, row["held_out"]),
        n=words.count(row["n_points"]),
    )
    st.caption(plain(about))
    if row["reason"] is not None:
        reason = words.sentence(REASONS_OF_CALIBRATIONS, row["reason"])
        st.info(plain(words("whatif.calibration_reason", reason=reason)), icon=":material/info:")


def _chart(bundle: Bundle, words: Words, row: dict[str, Any]) -> None:
    key = ("mode", "outcome", "target", "held_out")
    points = bundle.tables["calibration_points"].filter(pl.col(name) == row[name] for name in key)
    points = rows.in_time(bundle, points.drop_nulls(["value", "predicted"]))
    if points.is_empty():
        return
    labels = [_point(bundle, words, one) for one in points.to_dicts()]
    chart = calibration_dots(
        points.with_columns(pl.Series("label", labels, dtype=pl.String)),
        across=words.heading("calibration_points", "predicted"),
        up=words.heading("calibration_points", "value"),
        perfect=words("whatif.line_equal"),
        wording=drawing.wording(words),
        picks=True,
    )
    about = words("whatif.calibration")
    drawing.draw_picking(chart, bundle, words, "calibration_points", "points", alt_text=about)
    st.caption(words("whatif.calibration_chart"))


def _point(bundle: Bundle, words: Words, row: dict[str, Any]) -> str:
    """What was held out, as it stands beside its point."""
    if row["tenth"] is not None:
        return words("whatif.tenth", n=row["tenth"])
    if row["segment"] != EVERYBODY:
        return choices.group_name(bundle, words, row["segment"], row["group"])
    return words.period(row["wave"])


def _errors(bundle: Bundle, words: Words, row: dict[str, Any]) -> None:
    """Slope and errors; the button opens the card of all of it."""
    if row["value"] is not None:
        ends = units.ends(words, "signed_ratio", row["low"], row["high"])
        slope = words.number(row["value"], 2, signed=True)
        label = words("whatif.slope", slope=slope, ends=ends)
        evidence.popover(bundle, words, "calibrations", row, plain(label))
    said = [
        f"{words.heading('calibrations', name)}: {units.written(words, 'points', row[name])}"
        for name in ERRORS
        if row[name] is not None
    ]
    if said:
        st.caption(plain(" · ".join(said)))


def robustness(bundle: Bundle, words: Words, customers: Customers, outcome: str) -> None:
    """List how strong an unknown confounder must be, rating by rating."""
    found = models.find(bundle, "robustness", customers, outcome=outcome)
    st.subheader(words("whatif.robustness"))
    if found.is_empty():
        who = "everybody" if customers.are_everybody else "group"
        st.info(words(f"whatif.no_robustness.{who}"), icon=drawing.NOTHING)
        return
    st.caption(words("whatif.robustness_about"))
    labels = models.driver_labels(bundle, words)
    ordered = found.sort("rv_alpha", "driver", descending=[True, False], nulls_last=True)
    verdicts = [
        words(f"whatif.verdict.{code.partition('?')[0]}") if code else units.ABSENT
        for code in ordered["verdict"]
    ]
    shown = ordered.select(
        "row",
        pl.col("driver").replace_strict(labels, default=pl.col("driver")).alias("label"),
        pl.Series("verdict", verdicts, dtype=pl.String),
        "value",
        tables.interval(ordered, "interval", lambda *e: units.ends(words, "signed_ratio", *e)),
        "rv",
        "rv_alpha",
        "adjusted",
    )
    own = ("label", "interval")
    headings = {
        name: words(f"whatif.column.{name}") if name in own else words.heading("robustness", name)
        for name in shown.columns
        if name != "row"
    }
    tables.show_picking(
        shown, words, headings, alt_text=words("whatif.robustness"), bundle=bundle,
        table="robustness", name="whatif_robustness",
    )  # fmt: skip
