"""Overview: where the study stands, what changed, how fresh the data are."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from app.core import choices, drawing, evidence, headline, rows
from app.core.bundle import ALL, Bundle
from app.core.choices import Choice
from app.core.language import Words, plain
from app.pages.overview import activity
from pipelines.charts.intervals import interval_dots, score_bars

HEADLINES = {"nps": ("nps",), "ces": ("ces",), "overall": ("mean", "top2")}  # by question's measure
NAMED_BY_MEASURE = ("nps", "ces")  # better known by their name than by the question
MOST_CHANGES = 12


def show(bundle: Bundle, words: Words, choice: Choice) -> None:
    """Draw the page."""
    st.title(plain(words.label(bundle.register["title"], bundle.study)))
    st.caption(plain(words.label(bundle.register["about"], "")))
    if choice.wave is None:
        _notes(bundle, words, None, None)
        activity.show(bundle, words)
        missing_data(bundle, words)
    else:
        st.markdown(plain(customers_in_words(bundle, words, choice)))
        _notes(bundle, words, choice.mode, choice.wave)
        _headlines(bundle, words, choice)
        _journey(bundle, words, choice)
        _changes(bundle, words, choice)
    _freshness(bundle, words)


def customers_in_words(bundle: Bundle, words: Words, choice: Choice) -> str:
    """The view in one line, for readers whose pickers are out of sight."""
    who = words("pick.everybody")
    if choice.segment != ALL:
        label = bundle.register["segments"][choice.segment]["label"]
        group = choices.group_name(bundle, words, choice.segment, choice.group)
        who = f"{words.label(label, choice.segment)}: {group}"
    weights = words("pick.weighted" if choice.weighted else "pick.unweighted")
    return " · ".join([words.period(choice.wave or ""), who, weights])


def missing_data(bundle: Bundle, words: Words, what: str = "survey") -> None:
    """Say which data would fill the pages that this study leaves empty: survey or models."""
    with st.container(border=True):
        st.subheader(words(f"empty.{what}_title"))
        st.markdown(words(f"empty.{what}_about", study=plain(bundle.study)))
        st.markdown(words(f"empty.{what}_list"))
        reason = bundle.manifest.get("empty", {}).get("responses")
        if reason:
            st.caption(words("empty.reason", reason=plain(words.method(reason))))


def _notes(bundle: Bundle, words: Words, mode: str | None, wave: str | None) -> None:
    """What to know of the data: of this wave, then of all."""
    notes = bundle.register["notes"]
    if wave in notes:
        st.info(plain(words.label(notes[wave], "")), icon=":material/info:")
    elif wave is not None and not bundle.wave(mode, wave)["weighted"]:
        st.info(words("overview.no_weights"), icon=":material/info:")
    if "all" in notes:
        with st.expander(words("overview.notes"), icon=":material/sticky_note_2:"):
            st.markdown(plain(words.label(notes["all"], "")))


def _headlines(bundle: Bundle, words: Words, choice: Choice) -> None:
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
        found = overall.filter(
            pl.col("question_id") == question, pl.col("measure") == measure
        ).sort("wave")
        if found.height:
            with grid.cell():
                _headline(bundle, words, choice, found)


def _headline(bundle: Bundle, words: Words, choice: Choice, found: pl.DataFrame) -> None:
    now = found.filter(pl.col("wave") == choice.wave)
    row: dict[str, Any] = (now if now.height else found).row(-1, named=True)
    label, note = evidence.subject(bundle, words, row), evidence.measure(words, row)
    if row["measure"] in NAMED_BY_MEASURE:
        label, note = note, label
    if not now.height:
        waves = ", ".join(words.period(wave) for wave in found["wave"].unique().sort())
        headline.absent_card(words, label, words("state.not_asked", waves=waves))
        return
    headline.number_card(bundle, words, choice, row, label, note=note, course=True)


def _journey(bundle: Bundle, words: Words, choice: Choice) -> None:
    scores = rows.chosen(bundle, "scores", choice)
    stages = scores.filter(pl.col("scope") == "stage", pl.col("measure") == "mean")
    shown = rows.labelled(stages, "stage", rows.stage_labels(bundle, words))
    if shown.is_empty():
        return
    st.subheader(words("overview.journey"))
    st.caption(words("overview.journey_about"))
    chart = score_bars(
        shown, title=words("measure.mean.axis"), wording=drawing.wording(words), picks=True
    )
    about = words("overview.journey")
    drawing.draw_picking(chart, bundle, words, "scores", "stages", alt_text=about)


def _changes(bundle: Bundle, words: Words, choice: Choice) -> None:
    st.subheader(words("overview.changes"))
    against = against_switch(words)
    experienced = list(rows.question_labels(bundle, words, of_experience=True))
    changes = rows.chosen(bundle, "changes", choice).filter(
        pl.col("scope") == "touchpoint",
        pl.col("measure") == "mean",
        pl.col("question_id").is_in(experienced),
        pl.col("against") == against,
        pl.col("value").is_not_null(),
    )
    if changes.is_empty():
        st.info(words("overview.no_earlier_wave"), icon=":material/history:")
        return
    clear = changes.filter(pl.col("p_adjusted") <= bundle.fdr)
    counts = {"clear": clear.height, "of": changes.height}
    rate = words.percent(100 * bundle.fdr, 0)
    earlier = _earlier_waves(words, changes)
    st.caption(words("overview.changes_about", wave=earlier, rate=rate, **counts))
    if clear.is_empty():
        st.info(words("overview.nothing_changed"), icon=":material/trending_flat:")
        return
    largest = (
        clear.sort(pl.col("value").abs(), descending=True)
        .head(MOST_CHANGES)
        .sort("value", descending=True)
    )
    _change_chart(bundle, words, largest)


def _earlier_waves(words: Words, changes: pl.DataFrame) -> str:
    """The wave most changes are measured against, and that others have another."""
    earlier = changes["wave_against"].mode().sort()[0]
    key = "overview.one_wave" if changes["wave_against"].n_unique() == 1 else "overview.mostly"
    return words(key, wave=words.period(earlier))


def against_switch(words: Words) -> str:
    """The wave that changes are measured against."""
    options = ["previous", "baseline"]
    names = {name: words(f"against.{name}") for name in options}
    label = words("pick.against")
    return choices.switch(label, "against", options, "previous", names.__getitem__)


def _change_chart(bundle: Bundle, words: Words, largest: pl.DataFrame) -> None:
    labels = rows.question_labels(bundle, words)
    shown = largest.with_columns(label=pl.col("question_id").replace_strict(labels))
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


def _freshness(bundle: Bundle, words: Words) -> None:
    st.subheader(words("overview.freshness"))
    waves = bundle.register["waves"]
    facts = {}
    if waves:
        newest = waves[-1]
        facts[words("fresh.wave")] = words.period(newest["wave"])
        facts[words("fresh.respondents")] = words.count(newest["n_respondents"])
    window = bundle.manifest["window"]
    if window["first"]:
        first, last = words.date(window["first"]), words.date(window["last"])
        facts[words("fresh.window")] = words("evidence.dates", first=first, last=last)
    for table, counts in bundle.manifest["rows"].items():
        if counts["in"]:
            accepted, rows_in = words.count(counts["accepted"]), words.count(counts["in"])
            name = words.name("table", table)
            facts[name] = words("fresh.rows", accepted=accepted, rows_in=rows_in)
    facts[words("fresh.licence")] = bundle.register["licence"]
    facts[words("fresh.bundle")] = bundle.version
    evidence.listing(facts)
