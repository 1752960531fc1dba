"""Headline numbers: the value, its evidence one click away, its change and its course."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from app.core import cards, evidence, rows, series
from app.core.bundle import Bundle
from app.core.choices import Choice
from app.core.drawing import draw
from app.core.language import Words, digits, plain
from pipelines.charts.trend import sparkline
from pipelines.contract.code import read_code
from pipelines.contract.estimate import BY_NAME, FLAGS
from pipelines.contract.table import Better

Row = Mapping[str, Any]

DIRECTIONS: dict[Better, int] = {"higher": 1, "lower": -1, "neither": 0}
TEXT_COLOURS = {"better": "green", "worse": "red", "neither": "blue", "unclear": "gray"}


def number_card(
    bundle: Bundle,
    words: Words,
    choice: Choice,
    row: Row,
    label: str,
    *,
    note: str | None = None,
    course: bool = False,
) -> None:
    """An estimate in large type; interval, n and changes beneath it open their evidence cards."""
    with st.container(gap="xxsmall"):
        st.metric(plain(label), cards.value(words, "scores", row))
        notes = [text for text in (note, cards.scale(words, row)) if text]
        if notes:
            st.caption(plain(" · ".join(notes)))
        evidence.popover(bundle, words, "scores", row, plain(evidence.short(words, "scores", row)))
        if "small" in rows.flags(row):
            said = words.sentence(FLAGS, "small", **bundle.places)
            st.caption(f":material/info: {plain(said)}")
        if course:
            _course(bundle, words, choice, row)
        for change in changes_of(bundle, choice, row):
            change_button(bundle, words, change)


def absent_card(words: Words, label: str, why: str) -> None:
    """In place of a number that the chosen wave does not have."""
    with st.container(gap="xxsmall"):
        st.metric(plain(label), "–")
        st.caption(plain(why))


def change_button(bundle: Bundle, words: Words, row: Row) -> None:
    """The change against another wave; an arrow only where it survives false discovery control."""
    earlier = words.period(row["wave_against"])
    if series.is_broken(row):
        said = words("headline.broken", wave=earlier)
        evidence.popover(
            bundle, words, "changes", row, f":{TEXT_COLOURS['unclear']}[{plain(said)}]"
        )
        return
    how_clear = clarity(bundle, row)
    text = words(
        f"headline.{how_clear}",
        arrow=arrow(row["value"]),
        change=cards.value(words, "changes", row),
        wave=earlier,
    )
    verdict = judge(row["measure"], row["value"]) if how_clear == "clear" else "unclear"
    evidence.popover(bundle, words, "changes", row, f":{TEXT_COLOURS[verdict]}[{plain(text)}]")


def survives(bundle: Bundle, row: Row) -> bool:
    """Whether a change survives false discovery control over its family."""
    return row["p_adjusted"] is not None and row["p_adjusted"] <= bundle.fdr


def family_size(adjusted_over: str) -> int:
    """How many comparisons false discovery control counts together, those withheld too."""
    return int(read_code(adjusted_over)[1]["n"])


def clarity(bundle: Bundle, row: Row) -> str:
    """How clear a change is: `clear` among all that are compared, `alone`, or `unclear`.

    The interval is taken as it is read: one that ends at 0.0 does not leave out 0.
    """
    if survives(bundle, row):
        return "clear"
    places = digits(row["measure"])
    low, high = round(row["low"], places), round(row["high"], places)
    return "unclear" if low <= 0 <= high else "alone"


def clarity_in_words(bundle: Bundle, words: Words, row: Row) -> str:
    """Why a change is called clear or not, for its evidence card."""
    rate, p_value = words.percent(100 * bundle.fdr, 0), words.p_value(row["p_adjusted"])
    return words(f"evidence.{clarity(bundle, row)}", rate=rate, p=p_value)


def judge(measure: str, change: float) -> str:
    """Whether a clear change is for the better, the worse, or neither."""
    towards = change * DIRECTIONS[BY_NAME[measure].better]
    return "better" if towards > 0 else "worse" if towards < 0 else "neither"


def arrow(change: float) -> str:
    """Direction of a change, readable without colour."""
    return "▲" if change > 0 else "▼"


def _course(bundle: Bundle, words: Words, choice: Choice, row: Row) -> None:
    """The same number in every wave as a small line; on another scale it is another number."""
    waves = [wave["wave"] for wave in bundle.waves(choice.mode)]
    past = rows.same_subject(rows.chosen(bundle, "scores", choice, every_wave=True), row)
    scale = (pl.col(name).eq_missing(pl.lit(row[name])) for name in ("scale_min", "scale_max"))
    past = past.filter(*scale)
    if past["value"].count() < 2:
        return
    breaks = series.breaks_of(past)
    number = words.vega(row["measure"])
    chart = sparkline(past, periods=waves, number=number, breaks=dict.fromkeys(breaks, ""))
    about = words("chart.course", subject=cards.title(bundle, words, row))
    draw(chart, words, alt_text=about)


def changes_of(bundle: Bundle, choice: Choice, row: Row) -> list[dict[str, Any]]:
    """The changes of a score that are told, or broken, each earlier wave once."""
    changes = rows.same_subject(rows.chosen(bundle, "changes", choice), row)
    is_told = pl.col("value").is_not_null() | pl.col("broken").is_not_null()
    told = changes.filter(is_told).sort("against", descending=True)
    return told.unique("wave_against", keep="first", maintain_order=True).to_dicts()
