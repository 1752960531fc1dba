"""Sections of the page of touchpoints: the measure of the scorecard, one touchpoint closely."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from app.core import cards, choices, drawing, headline, rows, series
from app.core.bundle import Bundle
from app.core.language import Words, plain
from app.core.page import View
from app.views.touchpoints.scorecard import Scorecard
from pipelines.charts.answers import answer_distribution
from pipelines.charts.intervals import interval_dots
from pipelines.charts.trend import trend_with_interval
from pipelines.contract.canonical import MISSING_REASONS
from pipelines.contract.estimate import BY_NAME
from pipelines.contract.people import EVERYBODY


def choose_measure(view: View) -> str | None:
    """The picker of the measure; None if these customers have no score of a touchpoint.

    What is told on the scale of each question is offered only where they all have the same one:
    scores of different scales compare by the mean, the share of the scale.
    """
    bundle, words, choice = view.bundle, view.words, view.choice
    scores = rows.chosen(bundle, "scores", choice, every_wave=True)
    scored = scores.filter(pl.col("scope") == "touchpoint")
    scales = scored.select("measure", "scale_min", "scale_max").drop_nulls().unique()
    several = scales.filter(pl.col("measure").is_duplicated())["measure"]
    found = set(scored["measure"]) - {"reach", *several}
    measures = [measure for measure in BY_NAME if measure in found]
    if not measures:
        return None
    label, default = words("touchpoints.pick.measure"), measures[0]
    names = {measure: words(f"measure.{measure}.name") for measure in measures}
    return choices.switch(label, "measure", measures, default, names.__getitem__)


def not_asked(bundle: Bundle, words: Words, card: Scorecard) -> None:
    """Touchpoints of the register without a row; a reader who looks for one finds it here."""
    labels = rows.touchpoint_labels(bundle, words)
    asked = set(card.frame["touchpoint_id"])
    absent = [label for name, label in labels.items() if name not in asked]
    if absent:
        st.caption(plain(words("touchpoints.not_asked", names=", ".join(absent))))


def not_compared(view: View, measure: str) -> None:
    """Questions that a break parts from the wave before or from the baseline."""
    bundle, words, choice = view.bundle, view.words, view.choice
    changes = rows.chosen(bundle, "changes", choice).filter(
        pl.col("scope") == "touchpoint", pl.col("measure") == measure
    )
    broken = changes.drop_nulls("broken").unique("question_id", keep="first", maintain_order=True)
    labels = rows.question_labels(bundle, words, of_experience=True)
    series.list_broken(words, rows.labelled(broken, "question_id", labels))


def one(view: View, measure: str, first: str) -> None:
    """Draw one touchpoint closely: its numbers, their course, groups and all answers."""
    bundle, words, choice = view.bundle, view.words, view.choice
    every = rows.chosen(bundle, "scores", choice, every_wave=True).filter(
        pl.col("scope") == "touchpoint", pl.col("measure") == measure
    )
    found = set(every["touchpoint_id"])
    labels = {k: v for k, v in rows.touchpoint_labels(bundle, words).items() if k in found}
    st.header(words("touchpoints.one"), divider="gray")
    touchpoint = choices.pick(
        words("touchpoints.pick.touchpoint"),
        "touchpoint",
        list(labels),
        first,
        labels.__getitem__,
        width=420,
    )
    question = _choose_question(bundle, words, every, touchpoint)
    _describe(bundle, words, touchpoint, question)
    mine = rows.chosen(bundle, "scores", choice, every_wave=True).filter(
        pl.col("touchpoint_id") == touchpoint, pl.col("question_id") == question
    )
    _numbers(view, mine, measure)
    left, right = st.columns(2, gap="large")
    with left:
        _trend(view, mine, measure)
    with right:
        _segments(view, mine, measure)
    left, right = st.columns(2, gap="large")
    with left:
        _trend(view, mine, "reach")
    with right:
        _answers(view, touchpoint, question)


def _choose_question(bundle: Bundle, words: Words, every: pl.DataFrame, touchpoint: str) -> str:
    found = set(every.filter(pl.col("touchpoint_id") == touchpoint)["question_id"])
    labels = {k: v for k, v in rows.question_labels(bundle, words).items() if k in found}
    names = list(labels)
    if len(names) == 1:
        return names[0]
    return choices.switch(
        words("touchpoints.pick.question"), "question", names, names[0], labels.__getitem__
    )


def _describe(bundle: Bundle, words: Words, touchpoint: str, question: str) -> None:
    entry = bundle.register["touchpoints"][touchpoint]
    asked = bundle.register["questions"][question]
    scale = asked["scale"]
    ends = words(
        "touchpoints.scale", low=words.number(scale["min"], 0), high=words.number(scale["max"], 0)
    )
    with st.container(horizontal=True, gap="small"):
        st.badge(plain(words.label(bundle.register["stages"][entry["stage"]]["label"], "")))
        st.badge(plain(words.name("touchpoints.channel", entry["channel"])), color="gray")
        st.badge(
            words("touchpoints.direct" if entry["direct"] else "touchpoints.indirect"), color="gray"
        )
        if not entry["controllable"]:
            st.badge(words("touchpoints.not_controllable"), color="orange")
        if entry.get("owner"):
            st.badge(plain(words("touchpoints.owner", owner=entry["owner"])), color="gray")
    st.caption(plain(f"{words.label(asked['label'], question)} ({ends})"))


def _numbers(view: View, mine: pl.DataFrame, measure: str) -> None:
    bundle, words, choice = view.bundle, view.words, view.choice
    now = mine.filter(pl.col("wave") == choice.wave)
    if now.is_empty():
        waves = rows.wave_names(bundle, words, mine)
        st.info(words("state.not_asked", waves=plain(waves)), icon=":material/event_busy:")
        return
    grid = st.grid(2, min_column_width=250, border=True)
    for name in (measure, "reach"):
        found = now.filter(pl.col("measure") == name)
        if found.height:
            with grid.cell():
                row: dict[str, Any] = found.row(0, named=True)
                label = words(f"measure.{name}.name")
                headline.number_card(bundle, words, choice, row, label)


def _trend(view: View, mine: pl.DataFrame, measure: str) -> None:
    bundle, words, choice = view.bundle, view.words, view.choice
    scores = mine.filter(pl.col("measure") == measure)
    st.subheader(words("touchpoints.trend", measure=words(f"measure.{measure}.name")))
    if scores["value"].count() == 0:
        st.info(_why_no_numbers(words, scores, measure), icon=":material/search_off:")
        return
    waves = [wave["wave"] for wave in bundle.waves(choice.mode)]
    breaks = series.breaks_of(scores)
    chart = trend_with_interval(
        scores,
        periods=waves,
        title=cards.axis(words, measure, scores),
        number=words.vega(measure),
        current=choice.wave,
        wording=drawing.wording(words),
        breaks=dict.fromkeys(breaks, words("series.mark")),
        picks=True,
    )
    about = words("touchpoints.trend", measure=words(f"measure.{measure}.name"))
    drawing.draw_picking(chart, bundle, words, "scores", f"trend_{measure}", alt_text=about)
    series.caption(words, breaks)


def _why_no_numbers(words: Words, estimates: pl.DataFrame, measure: str) -> str:
    """Why no wave has a number, if none has."""
    if estimates.is_empty() and measure == "reach":
        return words("touchpoints.no_reach")
    is_hidden = any(rows.is_withheld(row) for row in estimates.select("flags").to_dicts())
    return words("state.withheld" if is_hidden else "state.no_answers")


def _segments(view: View, mine: pl.DataFrame, measure: str) -> None:
    bundle, words, choice = view.bundle, view.words, view.choice
    segments = bundle.register["segments"]
    is_of_group = choice.segment != EVERYBODY
    st.subheader(words("touchpoints.segments_of_all" if is_of_group else "touchpoints.segments"))
    if not segments:
        st.info(words("touchpoints.no_segments"), icon=":material/group_off:")
        return
    labels = {name: words.label(segment["label"], name) for name, segment in segments.items()}
    first = choice.segment if choice.segment in labels else next(iter(labels))
    split = choices.pick(words("pick.split"), "split", list(labels), first, labels.__getitem__)
    subject = mine.filter(pl.col("measure") == measure).row(0, named=True)
    total = rows.same_subject(rows.of_everybody(bundle, choice), subject)
    groups = rows.groups(bundle, words, choice, split)
    shown = rows.same_subject(groups, subject)
    if shown.is_empty():
        st.info(words("touchpoints.no_groups_here"), icon=":material/group_off:")
        return
    chart = interval_dots(
        shown,
        title=cards.axis(words, measure, shown),
        number=words.vega(measure),
        reference=total["value"][0] if total.height else None,
        wording=drawing.wording(words),
        picks=True,
    )
    drawing.draw_picking(
        chart, bundle, words, "scores", "segments", alt_text=words("touchpoints.segments")
    )
    st.caption(words("touchpoints.segments_about"))


def _place_on_scale(answer: str) -> float:
    """Order of an answer; on a long scale all answers are one, written as a word."""
    try:
        return float(answer)
    except ValueError:
        return float("inf")


def _answers(view: View, touchpoint: str, question: str) -> None:
    bundle, words, choice = view.bundle, view.words, view.choice
    st.subheader(words("touchpoints.answers"))
    shares = rows.chosen(bundle, "distributions", choice, every_wave=True).filter(
        pl.col("touchpoint_id") == touchpoint,
        pl.col("question_id") == question,
    )
    why_not, shares = _why_no_numbers(words, shares, "share"), shares.drop_nulls("value")
    if shares.is_empty():
        st.info(why_not, icon=":material/search_off:")
        return
    found = set(shares["answer"])
    reasons = [reason for reason in MISSING_REASONS if reason in found]
    answers = sorted(found - set(MISSING_REASONS), key=_place_on_scale)
    names = {code: words.name("answer", code) for code in found}
    chart = answer_distribution(
        shares.with_columns(pl.col("answer").replace_strict(names)),
        periods=[wave["wave"] for wave in bundle.waves(choice.mode)],
        answers=[names[code] for code in answers],
        reasons=[names[code] for code in reasons],
        title=words("chart.share_axis"),
        wording=drawing.wording(words),
        picks=True,
    )
    about = words("touchpoints.answers")
    drawing.draw_picking(chart, bundle, words, "distributions", "answers", alt_text=about)
    st.caption(words("touchpoints.answers_about"))
