"""Asymmetry: what ratings below and above the middle go with, and the class of each touchpoint."""

from __future__ import annotations

from functools import partial

import polars as pl
import streamlit as st

from app.core import choices, drawing, rows, tables, units
from app.core.bundle import Bundle
from app.core.language import Words, plain
from app.core.page import View
from app.views.kano import findings
from pipelines.charts.kano import class_probabilities, penalties_and_rewards
from pipelines.contract.code import WITHHELD
from pipelines.contract.estimate import FLAGS
from pipelines.contract.kano_codes import ASYMMETRY_REASONS, KANO_CLASSES
from pipelines.contract.registry import published


def choose_outcome(view: View) -> str | None:
    """The picker of the outcome; None if this kind of survey has none."""
    bundle, words = view.bundle, view.words
    if not bundle.has("asymmetry"):
        return None
    table = bundle.tables["asymmetry"]
    found = set(table.filter(pl.col("mode") == view.choice.mode)["outcome"])
    known = [name for name in bundle.register["questions"] if name in found]
    if not known:
        return None
    names = {name: outcome_name(bundle, words, name) for name in known}
    label = words("kano.pick.outcome")
    return choices.switch(label, "outcome", known, known[0], names.__getitem__)


def outcome_name(bundle: Bundle, words: Words, outcome: str) -> str:
    """An outcome as it is read: the label of its question."""
    return words.label(bundle.register["questions"][outcome]["label"], outcome)


def rows_of(view: View, outcome: str | None) -> pl.DataFrame:
    """Asymmetries of the chosen customers, from the most basic to the most exciting."""
    bundle, words, choice = view.bundle, view.words, view.choice
    has_some = outcome is not None and bundle.has("asymmetry")
    table = bundle.tables["asymmetry"] if has_some else published()["asymmetry"].without_rows()
    found = table.filter(
        pl.col("mode") == choice.mode, pl.col("segment") == choice.segment,
        pl.col("group") == choice.group, pl.col("outcome") == (outcome or ""),
    )  # fmt: skip
    return named(bundle, words, found).sort(
        pl.col("p_excitement") - pl.col("p_basic"), nulls_last=True, maintain_order=True
    )


def named(bundle: Bundle, words: Words, frame: pl.DataFrame) -> pl.DataFrame:
    """Add `label`, the name of the driver."""
    labels = rows.question_labels(bundle, words, of_experience=True)
    name = pl.col("driver").replace_strict(labels, default=pl.col("driver"))
    return frame.with_columns(label=name)


def show(view: View, found: pl.DataFrame) -> None:
    """Draw penalties, rewards and classes, and say which touchpoints have none, and why."""
    bundle, words = view.bundle, view.words
    st.header(words("kano.asymmetry"), divider="gray")
    if found.is_empty():
        st.info(words("kano.no_outcome"), icon=drawing.NOTHING)
        return
    known = found.filter(pl.col("penalty").is_not_null())
    if known.is_empty():
        st.info(words("kano.no_class"), icon=drawing.NOTHING)
    else:
        _charts(bundle, words, known)
    _refused(bundle, words, found)
    if not known.is_empty():
        with st.expander(words("kano.table"), icon=":material/table:"):
            _table(bundle, words, known)


def _charts(bundle: Bundle, words: Words, known: pl.DataFrame) -> None:
    outcome, wave = known["outcome"][0], known["wave"][0]
    name = outcome_name(bundle, words, outcome)
    st.caption(plain(words("kano.of_outcome", outcome=name, wave=words.period(wave))))
    st.markdown(plain(findings.steepest(words, known)))
    flat = findings.without_effect(words, known)
    if flat:
        st.caption(plain(flat))
    classes = {code: words.sentence(KANO_CLASSES, code) for code in KANO_CLASSES.names}
    texts = [
        words(
            "kano.class_text",
            name=classes[row["kano_class"]],
            sure=units.probability(words, row[f"p_{row['kano_class']}"]),
        )
        for row in known.to_dicts()
    ]
    shown = known.with_columns(pl.Series("class_text", texts, dtype=pl.String))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.subheader(words("kano.bars"))
        chart = penalties_and_rewards(
            shown, title=words("kano.bars_axis"),
            penalty=words.heading("asymmetry", "penalty"),
            reward=words.heading("asymmetry", "reward"),
            beside=words("kano.class_heading"), wording=drawing.wording(words), picks=True,
        )  # fmt: skip
        about = words("kano.bars")
        drawing.draw_picking(chart, bundle, words, "asymmetry", "asymmetry", alt_text=about)
        st.caption(words("kano.bars_about"))
    with right:
        st.subheader(words("kano.classes"))
        bars = class_probabilities(
            shown, classes=classes, title=words("kano.probability_axis"),
            wording=drawing.wording(words), picks=True,
        )  # fmt: skip
        about = words("kano.classes")
        drawing.draw_picking(bars, bundle, words, "asymmetry", "classes", alt_text=about)
        st.caption(words("kano.classes_about"))


def _refused(bundle: Bundle, words: Words, found: pl.DataFrame) -> None:
    """Touchpoints without a class, with what the class would have needed."""
    lines = []
    for row in found.filter(pl.col("penalty").is_null()).to_dicts():
        if rows.is_withheld(row):
            why = words.sentence(FLAGS, WITHHELD, **bundle.places)
        elif row["reason"] is not None:
            why = words.sentence(ASYMMETRY_REASONS, row["reason"])
        else:
            why = words("state.no_answers")
        lines.append((why, row["label"]))
    if not lines:
        return
    st.subheader(words("kano.refused"))
    reasons = dict.fromkeys(why for why, _ in lines)
    listed = [
        f"- {plain(', '.join(label for other, label in lines if other == why))}: {plain(why)}"
        for why in reasons
    ]
    st.markdown("\n".join(listed))


def _table(bundle: Bundle, words: Words, known: pl.DataFrame) -> None:
    classes = {code: words.sentence(KANO_CLASSES, code) for code in KANO_CLASSES.names}
    ratio, points = (partial(units.ends, words, u) for u in ("signed_ratio", "percentage_points"))
    shown = known.select(
        "row", "label", pl.col("kano_class").replace_strict(classes),
        *(f"p_{code}" for code in KANO_CLASSES.names),
        "value", tables.interval(known, "interval", ratio),
        "penalty", tables.interval(known, "penalty_interval", points, of="penalty_"),
        "reward", tables.interval(known, "reward_interval", points, of="reward_"),
        "asymmetry_least", "asymmetry_most", "spline_penalty", "spline_reward", "cuts",
        "n_low", "n_middle", "n_high", "n",
    )  # fmt: skip
    tables.show_picking(
        shown, words, headings(words, "asymmetry", shown.columns[1:]),
        alt_text=words("kano.table"), bundle=bundle, table="asymmetry", name="asymmetry_table",
    )  # fmt: skip


def headings(words: Words, table: str, columns: list[str]) -> dict[str, str]:
    """What columns are called: as briefly as on this page, else as they are declared."""
    texts = words.texts
    return {n: texts.get(f"kano.column_{n}") or words.heading(table, n) for n in columns}
