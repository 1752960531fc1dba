"""Sections of the plan page: the plan, why each measure is in or out, rules, what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from app.core import choices, drawing, exports, scenarios, tables, targets, units
from app.core.bundle import Bundle
from app.core.language import Words, plain
from app.core.page import View
from app.views.plan import controls, edits, findings, live, register
from app.views.plan.live import BestPlan
from app.views.plan.register import MeasureNames, PlanAim
from pipelines.charts.scenario import frontier
from pipelines.contract.estimate import EVIDENCE
from pipelines.contract.plan_codes import CHOOSING_RULES, NOTES_ON_MEASURES

PLAN_KEYS = (controls.BUDGET, controls.OBJECTIVE, edits.EDITS_KEY)  # what makes a scenario
TABLE_COLUMNS = (
    "is_in", "measure", "change", "interval", "cost", "per_cost", "p_taken", "evidence",
)  # fmt: skip


def examples(bundle: Bundle, words: Words) -> None:
    """Say first that measures are made-up examples, if they are."""
    notes = bundle.tables["measures"]["note"].to_list()
    n = notes.count(register.EXAMPLE)
    if n:
        said = words.sentence(NOTES_ON_MEASURES, register.EXAMPLE)
        counted = words("plan.examples", n=words.count(n), of=words.count(len(notes)))
        st.warning(plain(f"{counted} {said}"), icon=":material/science:")


@st.fragment
def planning(bundle: Bundle, words: Words, aim: PlanAim) -> None:
    """The plan; it alone is drawn anew when budget or measures change."""
    said, names = st.container(), MeasureNames.of(bundle, words)
    budget, objective = controls.draw(bundle, words, aim)
    shown = st.container()
    st.subheader(words("plan.measures"))
    st.caption(words("plan.measures_about"))
    controls.edit_measures(bundle, words, names)
    planned = live.plan_for(bundle, aim, controls.current(), budget, objective)
    with said:
        sentence = findings.headline(bundle, words, aim, planned)
        st.markdown(f"#### {plain(sentence)}")
        st.caption(words("plan.assumption"))
    with shown:
        _problems(bundle, words, names, planned)
        _numbers(bundle, words, aim, planned, objective)
    _reasons(bundle, words, aim, names, planned)
    _table(bundle, words, aim, names, planned)
    for key in PLAN_KEYS:
        choices.show_in_address(key)


def _problems(bundle: Bundle, words: Words, names: MeasureNames, planned: BestPlan) -> None:
    """What must be in and cannot be."""
    for name in planned.refused:
        said = words(
            "plan.refused",
            measure=names.measure(name),
            reason=findings.reasons(words, names, planned, name),
        )
        st.warning(plain(said), icon=":material/block:")
    if planned.missing:
        missing = words.money(planned.missing, register.currency(bundle))
        st.warning(plain(words("plan.missing", missing=missing)), icon=":material/payments:")


def _numbers(bundle: Bundle, words: Words, aim: PlanAim, planned: BestPlan, objective: str) -> None:
    """The plan in four numbers, and the frontier that it lies on."""
    level, money = planned.offer.outlook.level, register.currency(bundle)
    low, high, ceiling_low, ceiling_high = planned.whole.ends(level)
    found = live.frontier(bundle, aim, choices.chosen(edits.EDITS_KEY), objective)
    more = live.marginal(found, planned.budget, planned.whole.value)
    told = {
        "change": (
            targets.change(words, aim.target, planned.whole.value),
            targets.ends(words, aim.target, low, high),
        ),
        "ceiling": (
            targets.change(words, aim.target, planned.whole.ceiling),
            targets.ends(words, aim.target, ceiling_low, ceiling_high),
        ),
        "cost": (
            words.money(planned.cost, money),
            words("plan.of_budget", budget=words.money(planned.budget, money)),
        ),
        "p_best": (
            units.probability(words, planned.plan.p_best),
            words("plan.p_best_about"),
        ),
    }
    grid = st.grid(4, min_column_width=200, border=True)
    for name, (number, below) in told.items():
        with grid.cell(), st.container(gap="xxsmall"):
            st.metric(words(f"plan.number.{name}"), number)
            st.caption(plain(below))
    if found.height:
        _frontier(bundle, words, aim, planned, found)
        proven = words("plan.proven", gap=words.number(planned.plan.gap, 2))
        worth = findings.worth_of_more(bundle, words, aim, more)
        st.caption(plain(f"{worth} {proven}"))


def _frontier(
    bundle: Bundle, words: Words, aim: PlanAim, planned: BestPlan, found: pl.DataFrame
) -> None:
    money = register.currency(bundle)
    labels = [words.money(budget, money) for budget in found["budget"]]
    here = pl.DataFrame({"budget": [planned.budget], "value": [planned.whole.value]})
    rows = [
        found.with_columns(pl.Series("label", labels, dtype=pl.String)),
        here.with_columns(here=pl.lit(words("plan.here"))),
    ]
    spec = _chart(words.code, money, words)
    drawing.draw_rows(spec, rows, alt_text=words("plan.frontier"), key="plan_frontier")


@st.cache_data(max_entries=16, show_spinner=False)
def _chart(code: str, money: str, _words: Words) -> dict[str, Any]:
    """The chart of the frontier, without its numbers."""
    numbers = dict.fromkeys(("budget", "value", "low", "high"), 0.0)
    chart = frontier(
        pl.DataFrame([{**numbers, "n": 0, "label": ""}]),
        across=_words("plan.budget_axis", currency=money),
        up=_words("plan.change_axis"),
        here=_words("plan.here"),
        budget=0.0,
        value=0.0,
        wording=drawing.wording(_words),
    )
    return drawing.made(chart, _words)


def _reasons(
    bundle: Bundle, words: Words, aim: PlanAim, names: MeasureNames, planned: BestPlan
) -> None:
    """Measure by measure, why it is in or out; what cannot be chosen stays visible."""
    st.subheader(words("plan.reasons"))
    barred = {
        one.name
        for one, bars in zip(planned.offer.candidates, planned.offer.bars, strict=True)
        if bars and one.name not in planned.must
    }
    every = [one.name for one in planned.offer.candidates]
    kinds = {
        "taken": list(planned.taken),
        "out": [name for name in every if name not in planned.taken and name not in barred],
        "barred": [name for name in every if name in barred],
    }
    icons = {"taken": "check_circle", "out": "remove_circle", "barred": "block"}
    for kind, listed in kinds.items():
        if listed:
            st.markdown(f":material/{icons[kind]}: **{words(f'plan.group.{kind}')}**")
            lines = [
                f"- **{plain(names.measure(name))}** "
                f"({plain(findings.about(bundle, words, aim, planned, name))}): "
                + plain(findings.reasons(words, names, planned, name))
                for name in listed
            ]
            st.markdown("\n".join(lines))


def _table(
    bundle: Bundle, words: Words, aim: PlanAim, names: MeasureNames, planned: BestPlan
) -> None:
    """What each measure brings alone, what it costs, and how likely it belongs in the plan."""
    frame = _as_numbers(bundle, words, names, planned)
    money = register.currency(bundle)
    level_ends = [
        targets.ends(words, aim.target, *pair) if None not in pair else units.ABSENT
        for pair in frame.select("low", "high").rows()
    ]
    shown = pl.DataFrame(
        {
            "is_in": ["✓" if is_in else units.ABSENT for is_in in frame["is_in"]],
            "measure": frame["measure"],
            "change": [
                _or_dash(partial(targets.change, words, aim.target), v) for v in frame["value"]
            ],
            "interval": level_ends,
            "cost": [words.money(cost, money) for cost in frame["cost"]],
            "per_cost": [_or_dash(lambda v: words.number(v, 3), v) for v in frame["per_cost"]],
            "p_taken": [_or_dash(partial(units.probability, words), v) for v in frame["p_taken"]],
            "evidence": frame["evidence"],
        }
    )
    headings = {name: words(f"plan.column.{name}") for name in TABLE_COLUMNS}
    with st.expander(words("plan.table"), icon=":material/table:"):
        tables.show(shown, words, headings, alt_text=words("plan.table"))
        st.caption(words("plan.table_about"))
    exported = frame.with_columns(assumption=pl.lit(words("plan.assumption")))
    exports.buttons(
        words,
        exported,
        {name: words(f"plan.export.{name}") for name in exported.columns},
        name=f"{bundle.study}_plan",
        key="plan_export",
    )


def _or_dash(write: Callable[[float], str], number: float | None) -> str:
    return units.ABSENT if number is None else write(number)


def _as_numbers(
    bundle: Bundle, words: Words, names: MeasureNames, planned: BestPlan
) -> pl.DataFrame:
    """Every measure in numbers, those in the plan first, then by what they bring."""
    declared = {row["measure_id"]: row for row in bundle.tables["measures"].to_dicts()}
    level, costs = planned.offer.outlook.level, planned.costs
    rows = []
    for name, cost in costs.items():
        alone = planned.single.get(name)
        low, high = alone.ends(level)[:2] if alone else (None, None)
        note = declared[name]["note"]
        rows.append(
            {
                "measure": names.measure(name),
                "is_in": name in planned.taken,
                "value": alone.value if alone else None,
                "low": low,
                "high": high,
                "cost": cost,
                "per_cost": 1000 * alone.value / cost if alone and cost else None,
                "p_taken": planned.probability(name) if alone else None,
                "evidence": words.sentence(EVIDENCE, declared[name]["evidence"]),
                "source": declared[name]["measured_source"],
                "why": findings.reasons(words, names, planned, name),
                "note": words.sentence(NOTES_ON_MEASURES, note) if note else None,
            }
        )
    numbers = ("value", "low", "high", "cost", "per_cost", "p_taken")
    frame = pl.DataFrame(rows, schema_overrides=dict.fromkeys(numbers, pl.Float64))
    return frame.sort("is_in", "value", "measure", descending=[True, True, False], nulls_last=True)


def rules(bundle: Bundle, words: Words, aim: PlanAim) -> None:
    """What choosing by one rule would bring, under the nearest budget that was compared."""
    st.header(words("plan.rules"), divider="gray")
    told = bundle.tables["plan_rules"].filter(
        pl.col("outcome") == aim.outcome,
        pl.col("target") == aim.target,
        pl.col("objective") == choices.chosen(controls.OBJECTIVE),
    )
    budget = controls.budget_of(choices.chosen(controls.BUDGET))
    below = [one for one in told["budget"].unique().sort() if one <= budget]
    if not below:
        st.info(words("plan.no_rules"), icon=drawing.NOTHING)
        return
    order = {rule: place for place, rule in enumerate(CHOOSING_RULES.names)}
    found = told.filter(pl.col("budget") == below[-1]).sort(
        pl.col("rule").replace_strict(order, return_dtype=pl.Int64)
    )
    said = findings.regret(bundle, words, aim, found)
    if said:
        st.markdown(plain(said))
    names = [words.sentence(CHOOSING_RULES, rule) for rule in found["rule"]]
    shown = found.select(
        "row",
        pl.Series("rule", names, dtype=pl.String),
        "n_taken",
        "value",
        tables.interval(found, "interval", partial(units.ends, words, "signed_ratio")),
        "regret",
        tables.interval(
            found, "regret_interval", partial(units.ends, words, "signed_ratio"), of="regret_"
        ),
    )
    own = ("rule", "interval", "regret_interval")
    headings = {
        name: words(f"plan.column.{name}") if name in own else words.heading("plan_rules", name)
        for name in shown.columns
        if name != "row"
    }
    tables.show_picking(
        shown, words, headings, alt_text=words("plan.rules"), bundle=bundle, table="plan_rules",
        name="plan_rules",
    )  # fmt: skip
    budget_told = words.money(below[-1], register.currency(bundle))
    st.caption(plain(words("plan.rules_about", budget=budget_told)))


def realised(bundle: Bundle, words: Words) -> None:
    """Measures that were taken: what they brought, where that is known."""
    told = bundle.tables["measures"].drop_nulls("realised")
    if told.is_empty():
        return
    names = MeasureNames.of(bundle, words)
    st.header(words("plan.realised"), divider="gray")
    for row in told.to_dicts():
        error = row["realised_error"]
        said = words(
            "plan.realised_one",
            measure=names.measure(row["measure_id"]),
            change=words.number(row["realised"], signed=True),
            error=units.ABSENT if error is None else words.number(error),
            since=words.date(row["realised_from"]),
            source=row["realised_source"] or units.ABSENT,
        )
        st.markdown(plain(said))


def shelf(view: View, aim: PlanAim) -> None:
    """Saved plans, compared."""
    words = view.words
    st.header(words("scenarios.title"), divider="gray")
    st.caption(words("scenarios.about"))
    compare = partial(_compare, view.bundle, words, aim)
    scenarios.draw(words, view.bundle.study, "plan", PLAN_KEYS, compare)


def _compare(
    bundle: Bundle, words: Words, aim: PlanAim, saved: Sequence[scenarios.Scenario]
) -> None:
    lines = [_line(bundle, words, aim, one) for one in saved]
    headings = {name: words(f"plan.compared.{name}") for name in lines[0]}
    frame = pl.DataFrame(lines, schema=dict.fromkeys(headings, pl.String))
    tables.show(frame, words, headings, alt_text=words("scenarios.compared"))
    exports.buttons(words, frame, headings, name=f"{bundle.study}_plans", key="plan_compared")


def _line(bundle: Bundle, words: Words, aim: PlanAim, saved: scenarios.Scenario) -> dict[str, str]:
    """One saved plan, computed on the bundle as it is now."""
    text = saved.view.get(controls.BUDGET, "")
    budget = text if controls.is_budget(text, aim) else controls.usual_budget(bundle, aim)
    wanted = saved.view.get(controls.OBJECTIVE, "")
    objective = wanted if wanted in controls.OBJECTIVES_OFFERED else live.USUAL_OBJECTIVE
    known = bundle.tables["measures"]["measure_id"].to_list()
    changes = saved.view.get(edits.EDITS_KEY, edits.NO_EDITS)
    changed = (edits.read(changes) or {}) if edits.is_known(changes, known) else {}
    planned = live.plan_for(bundle, aim, changed, controls.budget_of(budget), objective)
    low, high, _, _ = planned.whole.ends(planned.offer.outlook.level)
    names, money = MeasureNames.of(bundle, words), register.currency(bundle)
    return {
        "name": saved.name,
        "budget": words.money(planned.budget, money),
        "cost": words.money(planned.cost, money),
        "change": targets.change(words, aim.target, planned.whole.value),
        "interval": targets.ends(words, aim.target, low, high),
        "measures": ", ".join(names.measure(name) for name in planned.taken) or units.ABSENT,
    }
