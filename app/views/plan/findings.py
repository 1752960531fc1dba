"""What a plan comes to, in sentences that a board understands and that claim no cause.

MeasureNames come from the data: a page escapes the sentence.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from app.core import targets, units
from app.core.bundle import Bundle
from app.core.language import Words
from app.views.plan import register
from app.views.plan.live import BestPlan
from app.views.plan.register import MeasureNames, PlanAim
from pipelines.contract.code import read_code
from pipelines.contract.estimate import EVIDENCE
from pipelines.contract.plan_codes import BARS, CHOOSING_RULES, WHY

LEFT_OUT = "dropped"  # code of WHY


def headline(bundle: Bundle, words: Words, aim: PlanAim, planned: BestPlan) -> str:
    """What the best plan takes and brings, and the assumption under which it is an effect."""
    money, outcome = (
        register.currency(bundle),
        targets.in_sentence(bundle, words, aim.outcome, aim.target),
    )
    budget = words.money(planned.budget, money)
    if not planned.taken:
        return words("plan.finding.nothing", budget=budget, outcome=outcome)
    low, high, _, _ = planned.whole.ends(planned.offer.outlook.level)
    return words(
        f"plan.finding.headline_{'one' if len(planned.taken) == 1 else 'many'}",
        budget=budget,
        n=words.count(len(planned.taken)),
        cost=words.money(planned.cost, money),
        outcome=outcome,
        after=targets.value(words, aim.target, aim.today + planned.whole.value),
        today=targets.value(words, aim.target, aim.today),
        ends=targets.ends(words, aim.target, low, high),
        basis=words(f"plan.finding.basis_{basis(planned)}"),
    )


def basis(planned: BestPlan) -> str:
    """On what the plan's change rests: association, measured effects, or both."""
    outlook = planned.offer.outlook
    taken = [one for one in planned.offer.candidates if one.name in planned.taken]
    measured = {outlook.is_measured(one, planned.offer.target) for one in taken}
    if measured == {True}:
        return "measured"
    return "mixed" if True in measured else "association"


def worth_of_more(
    bundle: Bundle, words: Words, aim: PlanAim, more: tuple[float, float] | None
) -> str:
    """What the next step of the budget would add."""
    if more is None:
        return words("plan.finding.no_more")
    money, points = more
    return words(
        "plan.finding.more",
        money=words.money(money, register.currency(bundle)),
        change=targets.change(words, aim.target, points),
    )


def reasons(words: Words, names: MeasureNames, planned: BestPlan, name: str) -> str:
    """Why a measure is in or out; of one that cannot be chosen, everything that bars it."""
    if name in planned.must:
        return words("plan.why.must")
    if name in planned.refused:
        barred = _barred(words, names, planned.refused[name])
        return words("plan.why.must_not", reason=barred)
    place = [one.name for one in planned.offer.candidates].index(name)
    bars = planned.offer.bars[place]
    if LEFT_OUT in bars:
        return words("plan.why.left_out")
    rival = _instead_of(bars, planned)
    if rival is not None:
        return words("plan.why.not_with_must", other=names.measure(rival))
    if bars:
        return _barred(words, names, bars)
    return names.sentence(words, WHY, planned.why(name))


def _instead_of(bars: Sequence[str], planned: BestPlan) -> str | None:
    """What must be in and cannot go together with a measure."""
    others = (read_code(code)[1].get("other") for code in bars if code.startswith("taken_instead"))
    return next((str(other) for other in others if other in planned.must), None)


def about(bundle: Bundle, words: Words, aim: PlanAim, planned: BestPlan, name: str) -> str:
    """What a measure brings alone, what it costs, on what evidence; and whether it is made up."""
    row = bundle.tables["measures"].row(by_predicate=pl.col("measure_id") == name, named=True)
    alone = planned.single.get(name)
    told = [] if alone is None else [targets.change(words, aim.target, alone.value)]
    told += [
        words.money(planned.costs[name], register.currency(bundle)),
        words.sentence(EVIDENCE, row["evidence"]),
    ]
    if row["note"] == register.EXAMPLE:
        told.append(words("plan.example"))
    return ", ".join(told)


def _barred(words: Words, names: MeasureNames, bars: Sequence[str]) -> str:
    return "; ".join(names.sentence(words, BARS, code) for code in bars)


def regret(bundle: Bundle, words: Words, aim: PlanAim, rules: pl.DataFrame) -> str | None:
    """The rule that loses most against the best plan."""
    told = rules.filter(pl.col("rule") != "optimal").drop_nulls("regret")
    if told.is_empty():
        return None
    worst = told.sort("regret", "rule", descending=[True, False]).row(0, named=True)
    return words(
        "plan.finding.regret",
        rule=words.sentence(CHOOSING_RULES, worst["rule"]),
        change=words.number(worst["regret"]),
        ends=units.ends(words, "points", worst["regret_low"], worst["regret_high"]),
    )
