"""Sections of the overview: notes, headlines, the journey, what changed, how fresh data are."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from app.core import cards, choices, drawing, evidence, headline, rows, series
from app.core.bundle import Bundle
from app.core.language import Words, plain
from app.core.page import View
from app.views.overview import stages
from pipelines.charts.intervals import interval_dots, score_bars
from pipelines.contract.code import WITHHELD
from pipelines.contract.estimate import FLAGS
from pipelines.contract.measure import FAMILIES_OF_CHANGES
from pipelines.contract.people import EVERYBODY

HEADLINES = {  # by question's measure
    "nps": ("nps",),
    "ces": ("ces",),
    "overall": ("mean", "better", "top2"),
}
LEVELS = ("mean", "better")  # a question has one of them
NAMED_BY_MEASURE = ("nps", "ces")  # better known by their name than by the question


def notes(bundle: Bundle, words: Words, mode: str | None, wave: str | None) -> None:
    """What to know of the data: of this wave, then of all."""
    said = bundle.register["notes"]
    if wave in said:
        st.info(plain(words.label(said[wave], "")), icon=":material/info:")
    elif wave is not None and not bundle.wave(mode, wave)["weighted"]:
        st.info(words("overview.no_weights"), icon=":material/info:")
    if EVERYBODY in said:
        with st.expander(words("overview.notes"), icon=":material/sticky_note_2:"):
            st.markdown(plain(words.label(said[EVERYBODY], "")))


def headlines(view: View) -> None:
    """Draw the headline numbers of the questions on the whole."""
    bundle, choice = view.bundle, view.choice
    every = rows.chosen(bundle, "scores", choice, every_wave=True)
    overall = every.filter(pl.col("scope") == "overall")
    asked = [q for q in bundle.register["questions"] if q in set(overall["question_id"])]
    wanted = [
        (question, measure)
        for question in asked
        for measure in HEADLINES.get(bundle.register["questions"][question]["measure"], ())
    ]
    if not wanted:
        return
    grid = st.grid(min(len(wanted), 4), min_column_width=250, border=True)
    for question, measure in wanted:
        mine = (pl.col("question_id") == question, pl.col("measure") == measure)
        found = rows.in_time(bundle, overall.filter(*mine))
        if found.height:
            with grid.cell():
                _headline(view, found)


def _headline(view: View, found: pl.DataFrame) -> None:
    bundle, words, choice = view.bundle, view.words, view.choice
    now = found.filter(pl.col("wave") == choice.wave)
    row: dict[str, Any] = (now if now.height else found).row(-1, named=True)
    label, note = cards.subject(bundle, words, row), cards.measure(words, row)
    if row["measure"] in NAMED_BY_MEASURE:
        label, note = note, label
    if not now.height:
        waves = rows.wave_names(bundle, words, found)
        headline.absent_card(words, label, words("state.not_asked", waves=waves))
        return
    headline.number_card(bundle, words, choice, row, label, note=note, course=True)


def journey(view: View) -> None:
    """Draw the mean of every stage."""
    bundle, words, choice = view.bundle, view.words, view.choice
    scores = rows.chosen(bundle, "scores", choice)
    means = scores.filter(pl.col("scope") == "stage", pl.col("measure") == "mean")
    shown = rows.labelled(means, "stage", rows.stage_labels(bundle, words))
    if shown.is_empty():
        return
    st.subheader(words("overview.journey"))
    st.caption(words("overview.journey_about"))
    chart = score_bars(
        shown, title=words("measure.mean.axis"), wording=drawing.wording(words), picks=True
    )
    about = words("overview.journey")
    drawing.draw_picking(chart, bundle, words, "scores", "stages", alt_text=about)
    stages.show(view)


def changes(view: View) -> None:
    """Draw the touchpoints that changed clearly, against the wave that the reader picks."""
    bundle, words, choice = view.bundle, view.words, view.choice
    st.subheader(words("overview.changes"))
    against = _against_switch(words)
    experienced = list(rows.question_labels(bundle, words, of_experience=True))
    every = rows.chosen(bundle, "changes", choice).filter(
        pl.col("scope") == "touchpoint",
        pl.col("measure").is_in(LEVELS),
        pl.col("question_id").is_in(experienced),
        pl.col("against") == against,
    )
    labels = rows.question_labels(bundle, words)
    series.list_broken(words, rows.labelled(every, "question_id", labels))
    found = every.drop_nulls("value")
    if found.is_empty():
        if every["broken"].count() == 0:
            why = _why_not_compared(view, against, is_withheld=every.height > 0)
            st.info(why, icon=":material/history:")
        return
    clear = found.filter(pl.col("p_adjusted") <= bundle.fdr)
    family = found["adjusted_over"].drop_nulls()[0]
    counts = {"clear": clear.height, "of": words.count(headline.family_size(family))}
    said = words.sentence(FAMILIES_OF_CHANGES, family)
    rate = words.percent(100 * bundle.fdr, 0)
    earlier = _earlier_waves(words, found)
    st.caption(words("overview.changes_about", wave=earlier, rate=rate, **counts))
    st.caption(f"{words.heading('changes', 'adjusted_over')}: {plain(said)}")
    if clear.is_empty():
        st.info(words("overview.nothing_changed"), icon=":material/trending_flat:")
        return
    _change_chart(bundle, words, clear.sort("value", descending=True))


def _why_not_compared(view: View, against: str, *, is_withheld: bool) -> str:
    """Why no change of a touchpoint can be told."""
    bundle, words, choice = view.bundle, view.words, view.choice
    if choice.wave == bundle.waves(choice.mode)[0]["wave"]:
        return words("overview.no_earlier_wave")
    if is_withheld:
        return plain(words.sentence(FLAGS, WITHHELD, **bundle.places))
    return words("overview.not_compared", earlier=words(f"overview.against.{against}"))


def _earlier_waves(words: Words, changes: pl.DataFrame) -> str:
    """The wave most changes are measured against, and that others have another."""
    earlier = changes["wave_against"].mode().sort()[0]
    key = "overview.one_wave" if changes["wave_against"].n_unique() == 1 else "overview.mostly"
    return words(key, wave=words.period(earlier))


def _against_switch(words: Words) -> str:
    """The wave that changes are measured against."""
    options = ["previous", "baseline"]
    names = {name: words(f"overview.against.{name}") for name in options}
    label = words("overview.pick.against")
    return choices.switch(label, "against", options, "previous", names.__getitem__)


def _change_chart(bundle: Bundle, words: Words, clear: pl.DataFrame) -> None:
    """Draw every clear change: falls are few and small beside rises, and never left out."""
    labels = rows.question_labels(bundle, words)
    shown = clear.with_columns(label=pl.col("question_id").replace_strict(labels))
    chart = interval_dots(
        shown,
        title=words("chart.change_axis"),
        number="+.1f",
        signed=True,
        wording=drawing.wording(words),
        picks=True,
    )
    about = words("overview.changes")
    drawing.draw_picking(chart, bundle, words, "changes", "changes", alt_text=about)


def freshness(view: View) -> None:
    """List when, from whom and under which licence the data are; first what is shown above."""
    bundle, words = view.bundle, view.words
    st.subheader(words("overview.freshness"))
    facts = _wave_shown(view)
    window = bundle.manifest["window"]
    if window["first"]:
        first, last = words.date(window["first"]), words.date(window["last"])
        facts[words("overview.fresh.window")] = words("evidence.dates", first=first, last=last)
    for table, counts in bundle.manifest["rows"].items():
        if counts["in"]:
            accepted, rows_in = words.count(counts["accepted"]), words.count(counts["in"])
            name = words.name("table", table)
            facts[name] = words("overview.fresh.rows", accepted=accepted, rows_in=rows_in)
    facts[words("overview.fresh.licence")] = bundle.register["licence"]
    facts[words("overview.fresh.bundle")] = bundle.version
    evidence.listing(facts)


def _wave_shown(view: View) -> dict[str, str]:
    """Whose answers are shown and from when, and which wave of that kind is the newest."""
    bundle, words, choice = view.bundle, view.words, view.choice
    if choice.wave is None:
        return {}
    wave = bundle.wave(choice.mode, choice.wave)
    facts = {
        words("overview.fresh.wave"): words.period(wave["wave"]),
        words("overview.fresh.respondents"): words.count(wave["n_respondents"]),
    }
    if wave["first_on"] is not None:
        first, last = words.date(wave["first_on"]), words.date(wave["last_on"])
        facts[words("overview.fresh.answered")] = words("evidence.dates", first=first, last=last)
    newest = words.period(bundle.waves(choice.mode)[-1]["wave"])
    return facts | {words("overview.fresh.newest"): newest}
