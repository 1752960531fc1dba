"""Sections of the what-if page: outcome, scenario with its result and refusals, saved scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from app.core import choices, drawing, exports, rows, scenarios, tables, targets, units
from app.core.bundle import Bundle
from app.core.language import Words, plain
from app.core.page import View
from app.views.whatif import findings, models, moves, pickers, results
from app.views.whatif.models import Customers
from app.views.whatif.results import Evaluated, Result
from pipelines.charts.scenario import floor_and_ceiling, span_of
from pipelines.contract.code import read_code
from pipelines.contract.people import EVERYBODY
from pipelines.contract.whatif_codes import FLAGS_OF_OUTCOMES, MOVE_REASONS
from pipelines.contract.whatif_trust_codes import VERDICTS_OF_ROBUSTNESS
from pipelines.decisions.surfaces import Asked, Refusal

MOSTLY_SHARED = "mostly_shared"  # flag of models and moves whose floor and ceiling are far apart
SCENARIO_KEYS = ("mode", "segment", "group", "outcome", moves.MOVES_KEY)  # what makes a scenario


def choose_outcome(bundle: Bundle, words: Words, outcomes: Sequence[str]) -> str:
    """The picker of the outcome that the page speaks of first; one with NPS if there is one."""
    labels = {outcome: targets.outcome_name(bundle, words, outcome) for outcome in outcomes}
    asked = bundle.register["questions"]
    first = next((o for o in outcomes if asked[o]["measure"] == "nps"), outcomes[0])
    return choices.switch(
        words("whatif.pick.outcome"),
        "outcome",
        outcomes,
        first,
        labels.__getitem__,
        help=words("whatif.pick.outcome_help"),
    )


def refuse_customers(bundle: Bundle, words: Words, customers: Customers, outcome: str) -> None:
    """Say why these customers have no model, and offer all customers instead."""
    why = models.why_not(bundle, words, customers, outcome)
    who = models.in_words(bundle, words, customers)
    said = words("whatif.no_model", who=who, reason=why)
    st.warning(plain(said), icon=":material/block:")
    if not customers.are_everybody:
        st.button(
            words("whatif.show_everybody"),
            on_click=lambda: choices.set_choice("segment", EVERYBODY),
        )


def shared_first(bundle: Bundle, words: Words, customers: Customers, outcome: str) -> None:
    """Say before anything else where floor and ceiling are far apart."""
    row = models.leading(bundle, customers, outcome)
    if row is None or MOSTLY_SHARED not in rows.flags(row):
        return
    said = words.sentence(FLAGS_OF_OUTCOMES, MOSTLY_SHARED)
    if row["halo"] is not None:
        said = f"{said} {findings.shared_with_others(words, row)}"
    st.warning(plain(said), icon=":material/join:")


@st.fragment
def scenario(bundle: Bundle, words: Words, customers: Customers, outcome: str) -> None:
    """The scenario and what it brings; it alone is drawn anew when a move changes."""
    said = st.container()
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.subheader(words("whatif.moves"))
        steps = pickers.draw(bundle, words, customers, outcome)
    others = [o for o in models.outcomes(bundle, customers.mode) if o != outcome]
    evaluated = results.evaluate(bundle, customers, [outcome, *others], steps)
    allowed = results.allowed(steps, evaluated.refused[outcome])
    with said:
        _say(bundle, words, customers, outcome, evaluated, allowed)
    with right:
        st.subheader(words("whatif.result"))
        _refusals(bundle, words, outcome, evaluated)
        _result(bundle, words, customers, evaluated, steps)
    _one_by_one(bundle, words, customers, outcome, steps)
    choices.show_in_address(moves.MOVES_KEY)


def _say(
    bundle: Bundle,
    words: Words,
    customers: Customers,
    outcome: str,
    evaluated: Evaluated,
    steps: Sequence[Asked],
) -> None:
    """The sentence, its assumption, and the leading target in large type."""
    row = models.leading(bundle, customers, outcome)
    result = None if row is None else evaluated.of(outcome, row["target"])
    if result is None:
        return
    labels = models.driver_labels(bundle, words)
    st.markdown(f"#### {plain(findings.headline(bundle, words, customers, steps, result, labels))}")
    of_all = findings.for_everybody(bundle, words, customers, result)
    if of_all and steps:
        st.markdown(plain(of_all))
    said = [words("whatif.assumption")]
    said += [
        words.sentence(FLAGS_OF_OUTCOMES, flag, **bundle.places)
        for flag in rows.flags(result.today)
        if flag != MOSTLY_SHARED
    ]
    st.caption(plain(" ".join(said)))


def _refusals(bundle: Bundle, words: Words, outcome: str, evaluated: Evaluated) -> None:
    """What is refused, why, and the largest move that is supported, with a button that sets it.

    What several outcomes refuse for the same reason is told of the first; the button then sets
    what all of them support.
    """
    found: dict[tuple[str, str], list[tuple[str, Refusal]]] = {}
    for other, refused in evaluated.refused.items():
        for refusal in refused:
            kind = (refusal.asked.driver, read_code(refusal.code)[0])
            found.setdefault(kind, []).append((other, refusal))
    for alike in found.values():
        first, refusal = alike[0]
        largest = min(one.largest for _, one in alike)
        _refusal(bundle, words, first, refusal, largest, is_leading=first == outcome)


def _refusal(
    bundle: Bundle,
    words: Words,
    outcome: str,
    refusal: Refusal,
    largest: float,
    *,
    is_leading: bool,
) -> None:
    asked, labels = refusal.asked, models.driver_labels(bundle, words)
    said = words(
        "whatif.refused" if is_leading else "whatif.refused_of",
        driver=labels.get(asked.driver, asked.driver),
        move=words(f"whatif.move.{asked.move}"),
        outcome=targets.outcome_name(bundle, words, outcome),
        reason=words.sentence(MOVE_REASONS, refusal.code, **bundle.places),
    )
    with st.container(border=True):
        st.warning(plain(said), icon=":material/block:")
        percent = int(100 * largest)
        if 0 < percent < moves.percent(asked):
            st.button(
                words("whatif.set_largest", share=words.percent(percent, 0)),
                key=f"whatif_largest_{outcome}_{asked.driver}",
                on_click=partial(pickers.change, asked.driver, percent=percent),
                icon=":material/vertical_align_top:",
            )


def _result(
    bundle: Bundle,
    words: Words,
    customers: Customers,
    evaluated: Evaluated,
    steps: Sequence[Asked],
) -> None:
    """Today and after, outcome by outcome: a chart, then a table."""
    headings = {name: words(f"whatif.column.{name}") for name in results.RESULT_COLUMNS}
    for outcome, refused in evaluated.refused.items():
        own = evaluated.of_outcome(outcome)
        name = targets.outcome_name(bundle, words, outcome)
        st.markdown(f"**{plain(name)}**")
        found = results.for_chart(bundle, words, own)
        whole = results.span(bundle, customers, outcome, results.allowed(steps, refused))
        now = span_of(found)
        ends = round(min(whole[0], now[0]), 6), round(max(whole[1], now[1]), 6)
        spec = _chart(words.code, tuple(found["label"]), ends, words)
        drawing.draw_rows(spec, [found], alt_text=name, key=f"whatif_result_{outcome}")
        shown = results.in_text(bundle, words, own)
        tables.show(shown, words, headings, alt_text=name)
    st.caption(words("whatif.result_about"))
    _download(bundle, words, results.as_table(bundle, words, evaluated.results))


@st.cache_data(max_entries=64, show_spinner=False)
def _chart(
    code: str, labels: tuple[str, ...], span: tuple[float, float], _words: Words
) -> dict[str, Any]:
    """The chart of an outcome's targets, without their numbers."""
    columns = dict.fromkeys(results.OF_CHART[2:], 0.0)
    blank = pl.DataFrame([{"label": label, "text": "", **columns} for label in labels])
    chart = floor_and_ceiling(
        blank,
        title=_words("whatif.change_axis"),
        today=_words("whatif.today"),
        floor=_words("whatif.floor"),
        ceiling=_words("whatif.ceiling"),
        span=span,
        wording=drawing.wording(_words),
    )
    return drawing.made(chart, _words)


def _download(bundle: Bundle, words: Words, found: pl.DataFrame) -> None:
    """Offer the numbers of the result; the assumption goes with them."""
    named = found.with_columns(assumption=pl.lit(words("whatif.assumption")))
    headings = {name: words(f"whatif.export.{name}") for name in named.columns}
    exports.buttons(words, named, headings, name=f"{bundle.study}_what_if", key="whatif_export")


def _one_by_one(
    bundle: Bundle, words: Words, customers: Customers, outcome: str, steps: Sequence[Asked]
) -> None:
    """The published numbers of each move at full strength, and how robust each rating is."""
    row = models.leading(bundle, customers, outcome)
    if row is None or not steps:
        return
    st.subheader(words("whatif.one_by_one"))
    st.caption(
        words(
            "whatif.one_by_one_about",
            target=plain(models.label(bundle, words, outcome, row["target"])),
        )
    )
    wanted = pl.DataFrame(
        {"driver": [s.driver for s in steps], "move": [s.move for s in steps]},
        schema={"driver": pl.String, "move": pl.String},
    )
    found = models.find(bundle, "moves", customers, outcome=outcome, target=row["target"])
    joined = wanted.join(found, on=["driver", "move"], how="inner", maintain_order="left")
    labels = models.driver_labels(bundle, words)
    kinds = [words(f"whatif.move.{move}") for move in joined["move"]]
    shown = joined.select(
        "row",
        pl.col("driver").replace_strict(labels, default=pl.col("driver")).alias("label"),
        pl.Series("move", kinds, dtype=pl.String),
        "value",
        tables.interval(joined, "interval", partial(units.ends, words, "points")),
        "ceiling",
        "naive",
        "halo",
        "n_concerned",
        "n_shown",
        "max_share",
    )
    own = ("label", "move", "interval")
    headings = {
        name: words(f"whatif.column.{name}") if name in own else words.heading("moves", name)
        for name in shown.columns
        if name != "row"
    }
    tables.show_picking(
        shown, words, headings, alt_text=words("whatif.one_by_one"), bundle=bundle, table="moves",
        name="whatif_moves",
    )  # fmt: skip
    _how_robust(bundle, words, customers, outcome, steps)


def _how_robust(
    bundle: Bundle, words: Words, customers: Customers, outcome: str, steps: Sequence[Asked]
) -> None:
    """In plain words, what an unknown confounder would have to be, rating by rating."""
    found = models.find(bundle, "robustness", customers, outcome=outcome)
    said = {r["driver"]: r["verdict"] for r in found.drop_nulls("verdict").to_dicts()}
    labels = models.driver_labels(bundle, words)
    lines = [
        f"**{plain(labels.get(step.driver, step.driver))}**: "
        + plain(words.sentence(VERDICTS_OF_ROBUSTNESS, said[step.driver]))
        for step in steps
        if step.driver in said
    ]
    if lines:
        st.caption("  \n".join(lines))


def shelf(view: View, customers: Customers) -> None:
    """Saved scenarios, compared by every target."""
    words = view.words
    st.header(words("scenarios.title"), divider="gray")
    st.caption(words("scenarios.about"))
    compare = partial(_compare, view.bundle, words, customers.mode)
    scenarios.draw(words, view.bundle.study, "whatif", SCENARIO_KEYS, compare)


def _compare(bundle: Bundle, words: Words, mode: str, saved: Sequence[scenarios.Scenario]) -> None:
    """Saved scenarios beside each other: where each target would stand, by the floor."""
    lines = [_line(bundle, words, mode, one) for one in saved]
    names = list(dict.fromkeys(name for line in lines for name in line))
    frame = pl.DataFrame(
        [{name: line.get(name, units.ABSENT) for name in names} for line in lines],
        schema=dict.fromkeys(names, pl.String),
    )
    labels = {"name": words("scenarios.column_name"), "who": words("pick.segment")}
    headings = {name: labels.get(name, name) for name in names}
    tables.show(frame, words, headings, alt_text=words("scenarios.compared"))
    exports.buttons(words, frame, headings, name=f"{bundle.study}_scenarios", key="whatif_compared")


def _line(bundle: Bundle, words: Words, mode: str, saved: scenarios.Scenario) -> dict[str, str]:
    """One saved scenario, evaluated on the bundle as it is now."""
    view = saved.view
    customers = Customers(
        view.get("mode", mode), view.get("segment", EVERYBODY), view.get("group", EVERYBODY)
    )
    steps = moves.read(view.get(moves.MOVES_KEY, moves.NO_MOVES)) or []
    known = customers.are_everybody or customers.segment in bundle.register["segments"]
    line = {"name": saved.name, "who": models.in_words(bundle, words, customers) if known else "?"}
    outcomes = models.outcomes(bundle, customers.mode)
    told: dict[str, Result] = {}
    for result in results.evaluate(bundle, customers, outcomes, steps).results:
        told.setdefault(result.outcome, result)
        if result.target in models.LEADING:
            told[result.outcome] = result
    for outcome, result in told.items():
        heading = models.label(bundle, words, outcome, result.target)
        line[heading] = words(
            "format.with_interval",
            value=targets.value(words, result.target, result.floor_after),
            ends=targets.ends(
                words, result.target, result.change.floor_low, result.change.floor_high
            ),
        )
    return line
