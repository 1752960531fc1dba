"""The scorecard: one row per touchpoint and question, every cell an estimate of the bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pandas as pd
import polars as pl
import streamlit as st

from app.core import cards, choices, evidence, headline, rows
from app.core.bundle import Bundle
from app.core.choices import Choice
from app.core.language import Words
from app.core.page import View
from pipelines.charts import theme
from pipelines.charts.inline import interval_picture
from pipelines.contract.code import WITHHELD
from pipelines.contract.estimate import BY_NAME

GREY = f"color: {theme.MUTED}"
CELL_COLOURS = {"better": theme.RISE, "worse": theme.FALL, "neither": theme.ACCENT}

# column -> table and column that hold the number of the row it shows
SOURCES = {
    "picture": ("scores", "row"),
    "value": ("scores", "row"),
    "interval": ("scores", "row"),
    "n": ("scores", "row"),
    "course": ("scores", "row"),
    "reach": ("scores", "row_reach"),
    "previous": ("changes", "row_previous"),
    "baseline": ("changes", "row_baseline"),
}
KEY = ["question_id"]


@dataclass(frozen=True)
class Scorecard:
    """The rows of the table, and where each of its cells comes from.

    Parameters
    ----------
    frame : DataFrame
        One row per touchpoint and question: ``label``, ``stage_label``, ``value``, ``low``,
        ``high``, ``n``, ``flags``, ``reach``, ``previous``, ``baseline``, ``p_previous``,
        ``p_baseline``, ``course`` (values over the waves) and the numbers of their rows.
    measure : str
        What ``value`` is.
    """

    frame: pl.DataFrame
    measure: str

    @property
    def span(self) -> tuple[float, float]:
        """Lowest and highest value that the measure can take."""
        measure = BY_NAME[self.measure]
        if measure.is_on_scale:
            ends = self.frame["scale_min"].min(), self.frame["scale_max"].max()
            return cast(tuple[float, float], ends) if ends[0] is not None else (0.0, 1.0)
        return measure.lowest, measure.highest

    def source(self, line: int, column: str) -> tuple[str, int] | None:
        """Table and row number of a cell; None if it shows no estimate."""
        if column not in SOURCES or line >= self.frame.height:
            return None
        table, holder = SOURCES[column]
        number = self.frame[holder][line]
        return None if number is None else (table, int(number))


def build(view: View, measure: str) -> Scorecard:
    """Collect the estimates of all touchpoints in the chosen wave."""
    bundle, words, choice = view.bundle, view.words, view.choice
    scores = rows.chosen(bundle, "scores", choice).filter(pl.col("scope") == "touchpoint")
    changes = rows.chosen(bundle, "changes", choice).filter(
        pl.col("scope") == "touchpoint", pl.col("measure") == measure
    )
    stages = rows.stage_labels(bundle, words)
    frame = (
        rows.labelled(
            scores.filter(pl.col("measure") == measure),
            "question_id",
            rows.question_labels(bundle, words, of_experience=True),
        )
        .join(_reach(scores), on=KEY, how="left", maintain_order="left")
        .join(_change(changes, "previous"), on=KEY, how="left", maintain_order="left")
        .join(_change(changes, "baseline"), on=KEY, how="left", maintain_order="left")
        .join(_course(bundle, choice, measure), on=KEY, how="left", maintain_order="left")
        .with_columns(stage_label=pl.col("stage").replace_strict(stages, default=""))
    )
    return Scorecard(frame, measure)


def _reach(scores: pl.DataFrame) -> pl.DataFrame:
    reach = scores.filter(pl.col("measure") == "reach")
    return reach.select(*KEY, reach="value", row_reach="row")


def _change(changes: pl.DataFrame, against: str) -> pl.DataFrame:
    found = changes.filter(pl.col("against") == against)
    renamed = {against: "value", f"p_{against}": "p_adjusted", f"row_{against}": "row"}
    return found.select(*KEY, **renamed)


def _course(bundle: Bundle, choice: Choice, measure: str) -> pl.DataFrame:
    """The values of all waves of the chosen one's series, as a list per question."""
    now = rows.chosen(bundle, "scores", choice).select("question_id", "measure", "since").unique()
    every = rows.chosen(bundle, "scores", choice, every_wave=True).filter(
        pl.col("scope") == "touchpoint",
        pl.col("measure") == measure,
        pl.col("value").is_not_null(),
    )
    every = every.join(now, on=["question_id", "measure", "since"], how="semi")
    courses = rows.in_time(bundle, every).group_by(KEY, maintain_order=True).agg(course="value")
    return courses.filter(pl.col("course").list.len() > 1)


def show(bundle: Bundle, words: Words, card: Scorecard) -> None:
    """Draw the table; a click on a number opens its evidence, on a name the touchpoint."""
    key = evidence.turn("scorecard")

    def _picked() -> None:
        cells = st.session_state[key]["selection"]["cells"]
        if not cells:
            return
        line, column = cells[0]
        source = card.source(line, column)
        if source is not None:
            evidence.ask(bundle, *source)
        elif column == "label":
            choices.set_choice("touchpoint", card.frame["touchpoint_id"][line])
            choices.set_choice("question", card.frame["question_id"][line])

    st.dataframe(
        _styled(bundle, words, card),
        key=key,
        on_select=_picked,
        selection_mode="single-cell",
        hide_index=True,
        height="content",
        row_height=38,
        placeholder="–",
        column_config=_columns(bundle, words, card),
        alt=words("touchpoints.scorecard"),
    )


def _styled(bundle: Bundle, words: Words, card: Scorecard) -> Any:
    """Numbers stay numbers, so that a column sorts; the look is the language's."""
    shown = _shown(bundle, words, card)
    table = pd.DataFrame(shown)
    measure = card.measure
    styler = table.style.format(lambda v: words.value(measure, v), subset=["value"], na_rep="–")
    styler = styler.format(lambda v: words.percent(v), subset=["reach"], na_rep="–")
    styler = styler.format(lambda v: words.count(int(v)), subset=["n"], na_rep="–")
    for against in ("previous", "baseline"):
        clear = (card.frame[f"p_{against}"] <= bundle.fdr).fill_null(False).to_list()
        styler = _style_change(words, styler, card, against, clear)
    small = card.frame["flags"].fill_null("").str.contains_any(["small", WITHHELD]).to_list()
    grey = pd.IndexSlice[
        [i for i, is_small in enumerate(small) if is_small], ["value", "n", "interval"]
    ]
    return styler.map(lambda _: GREY, subset=grey)


def _style_change(
    words: Words, styler: Any, card: Scorecard, against: str, clear: list[bool]
) -> Any:
    def write(value: float) -> str:
        return words.change(card.measure, value)

    def look(value: float) -> str:
        return f"color: {CELL_COLOURS[headline.judge(card.measure, value)]}; font-weight: 600"

    sure = pd.IndexSlice[[i for i, is_clear in enumerate(clear) if is_clear], [against]]
    open_ = pd.IndexSlice[[i for i, is_clear in enumerate(clear) if not is_clear], [against]]
    styler = styler.format(lambda v: f"{headline.arrow(v)} {write(v)}", subset=sure, na_rep="–")
    styler = styler.format(write, subset=open_, na_rep="–")
    styler = styler.map(look, subset=sure)
    return styler.map(lambda _: GREY, subset=open_)


def _shown(bundle: Bundle, words: Words, card: Scorecard) -> dict[str, list[Any]]:
    lowest, highest = card.span
    lines = card.frame.to_dicts()
    pictures = [
        interval_picture(
            line["value"], line["low"], line["high"],
            lowest=lowest, highest=highest, small="small" in rows.flags(line),
        )
        for line in lines
    ]  # fmt: skip
    intervals = [
        cards.absent(words, line) if line["value"] is None else cards.ends(words, "scores", line)
        for line in lines
    ]
    plain_columns = ("n", "reach", "previous", "baseline")
    return {
        "label": card.frame["label"].to_list(),
        "picture": pictures,
        "value": card.frame["value"].to_list(),
        "interval": intervals,
        **{name: card.frame[name].cast(pl.Float64).to_list() for name in plain_columns},
        "course": card.frame["course"].to_list(),
        "stage_label": card.frame["stage_label"].to_list(),
    }


def _columns(bundle: Bundle, words: Words, card: Scorecard) -> dict[str, Any]:
    config = st.column_config
    level = words.percent(100 * float(card.frame["level"][0]), 0)
    name = words(f"measure.{card.measure}.short")
    about = words(f"measure.{card.measure}.about")
    low, high = (words.number(end, 0) for end in card.span)
    if BY_NAME[card.measure].unit == "percent":
        high = words.percent(card.span[1], 0)
    span = words("format.interval", low=low, high=high)
    values = [value for course in card.frame["course"].drop_nulls() for value in course]
    changes = words("touchpoints.change_help", rate=words.percent(100 * bundle.fdr, 0))
    return {
        "label": config.TextColumn(words("touchpoints.touchpoint"), pinned=True, width=225),
        "stage_label": config.TextColumn(words("touchpoints.stage"), width=150),
        "picture": config.ImageColumn(span, width=112, help=about),
        "value": config.NumberColumn(name, width=62, help=about),
        "interval": config.TextColumn(
            words("evidence.interval", level=level), width=112, alignment="right"
        ),
        "n": config.NumberColumn("n", width=58, help=words("touchpoints.n_help")),
        "reach": config.NumberColumn(
            words("measure.reach.short"), width=68, help=words("measure.reach.about")
        ),
        "previous": config.NumberColumn(
            words("touchpoints.previous_short"), width=88, help=changes
        ),
        "baseline": config.NumberColumn(
            words("touchpoints.baseline_short"), width=88, help=changes
        ),
        "course": config.LineChartColumn(
            words("touchpoints.course"),
            width=80,
            help=words("touchpoints.course_help"),
            y_min=min(values, default=0),
            y_max=max(values, default=1),
        ),
    }
