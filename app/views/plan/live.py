"""The plan of a budget, computed here and now with what was edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import streamlit as st

from app.core.bundle import Bundle
from app.views.plan import edits as edited
from app.views.plan import register
from app.views.plan.edits import Edits
from app.views.plan.register import PlanAim
from pipelines.contract.plan_codes import OBJECTIVES, TAKEN
from pipelines.decisions.candidates import Candidate, candidates
from pipelines.decisions.effects import Gain, gain
from pipelines.decisions.plans import ChosenPlan, Offer, offer_of, plan_under
from pipelines.decisions.portfolio import best_plan

USUAL_OBJECTIVE = OBJECTIVES.names[0]  # objective: the mean over all draws
RUNNING = TAKEN[0]  # status of a measure that is in whatever the budget


@dataclass(frozen=True)
class BestPlan:
    """The best plan with what must be in.

    Parameters
    ----------
    budget, cost : float
    taken : tuple of str
        What must be in first.
    must : frozenset of str
        What the reader wants in.
    refused : mapping of str to tuple of str
        What must be in and cannot be, and why.
    missing : float
        How much of the money lacks for what must be in; 0 if none.
    whole : Gain
        Of all taken together, of all customers.
    single : mapping of str to Gain
        Of each that can be chosen, alone.
    plan : ChosenPlan
        Of the money that what must be in leaves.
    offer : Offer
    """

    budget: float
    cost: float
    taken: tuple[str, ...]
    must: frozenset[str]
    refused: Mapping[str, tuple[str, ...]]
    missing: float
    whole: Gain
    single: Mapping[str, Gain]
    plan: ChosenPlan
    offer: Offer

    @property
    def costs(self) -> dict[str, float]:
        """Cost of every measure over the months of the plan."""
        return {one.name: one.cost for one in self.offer.candidates}

    def probability(self, name: str) -> float | None:
        """How often a measure is in the best plan; None where that was not asked."""
        return None if name in self.must else self.plan.p_taken.get(name)

    def why(self, name: str) -> str:
        """Why a measure is in or out, as a code."""
        return self.plan.why[name]


@dataclass(frozen=True)
class Choices:
    """What may be chosen from, with what must be in set aside.

    Parameters
    ----------
    offer : Offer
        In it, what must be in counts as running.
    chosen : tuple of Candidate
        What must be in, and what that needs.
    refused : mapping of str to tuple of str
        What must be in and cannot be, and why.
    single : mapping of str to Gain
    """

    offer: Offer
    chosen: tuple[Candidate, ...]
    refused: Mapping[str, tuple[str, ...]]
    single: Mapping[str, Gain]

    @property
    def cost(self) -> float:
        """Of what must be in."""
        return sum(one.cost for one in self.chosen)


def choices_of(bundle: Bundle, aim: PlanAim, edits: Edits) -> Choices:
    """Find what may be chosen from; what must be in is refused as any other measure is."""
    tables = bundle.tables
    measures, moves = edited.applied(tables["measures"], tables["measure_moves"], edits)
    every = candidates(measures, moves, aim.months)
    whole = _offer(bundle, aim, every, register.capacities(bundle))
    bars = dict(zip((one.name for one in every), whole.bars, strict=True))
    single = {
        one.name: alone for one, alone in zip(every, whole.gains, strict=True) if alone is not None
    }
    asked = [name for name, edit in edits.items() if edit.use == edited.MUST]
    refused = {name: bars[name] for name in asked if bars[name]}
    names = _with_needed([name for name in asked if not bars[name]], every)
    chosen = tuple(one for one in every if one.name in names)
    if not chosen:
        return Choices(whole, (), refused, single)
    rest = [replace(one, status=RUNNING) if one in chosen else one for one in every]
    left = {
        name: max(amount - sum(one.capacity.get(name, 0.0) for one in chosen), 0.0)
        for name, amount in register.capacities(bundle).items()
    }
    return Choices(_offer(bundle, aim, rest, left), chosen, refused, single)


def _offer(
    bundle: Bundle, aim: PlanAim, every: Sequence[Candidate], left: Mapping[str, float]
) -> Offer:
    return offer_of(
        every,
        left,
        register.outlook(bundle, aim),
        aim.target,
        months=aim.months,
        beyond=register.beyond(bundle),
    )


def _with_needed(names: Sequence[str], every: Sequence[Candidate]) -> set[str]:
    """Measures, and those without which they are not taken."""
    by_name = {one.name: one for one in every}
    found: set[str] = set()
    open_ones = list(names)
    while open_ones:
        one = by_name[open_ones.pop()]
        if one.name not in found and one.is_open:
            found.add(one.name)
            open_ones += one.requires
    return found


def plan_for(bundle: Bundle, aim: PlanAim, edits: Edits, budget: float, objective: str) -> BestPlan:
    """Choose the best measures under a budget, with what was edited."""
    found = choices_of(bundle, aim, edits)
    params = bundle.manifest["params"]["plan"]
    left = budget - found.cost
    plan = plan_under(
        max(left, 0.0), found.offer, objective=objective, tail=params["tail"],
        solved=params["solved"],
    )  # fmt: skip
    must = tuple(one.name for one in found.chosen)
    return BestPlan(
        budget=budget,
        cost=plan.cost + found.cost,
        taken=(*must, *plan.taken),
        must=frozenset(must),
        refused=found.refused,
        missing=max(-left, 0.0),
        whole=_together(found, plan.taken, aim),
        single=found.single,
        plan=plan,
        offer=found.offer,
    )


def _together(found: Choices, taken: Sequence[str], aim: PlanAim) -> Gain:
    names = {*taken, *(one.name for one in found.chosen)}
    chosen = [one for one in found.offer.candidates if one.name in names]
    return gain(chosen, found.offer.outlook, aim.target)


def frontier(bundle: Bundle, aim: PlanAim, text: str, objective: str) -> pl.DataFrame:
    """What the best plan of every budget brings: ``budget``, ``value``, ``low``, ``high``, ``n``.

    As it was published where nothing is edited; without budgets that what must be in exceeds.
    """
    if text == edited.NO_EDITS:
        published = bundle.tables["plans"].filter(
            pl.col("objective") == objective,
            pl.col("outcome") == aim.outcome,
            pl.col("target") == aim.target,
        )
        told = published.drop_nulls("value")
        if told.height:
            return told.select("budget", "value", "low", "high", n="n_taken").sort("budget")
    return _frontier(bundle.study, bundle.version, aim, text, objective, bundle)


@st.cache_data(max_entries=32, show_spinner=False)
def _frontier(
    study: str, version: str, aim: PlanAim, text: str, objective: str, _bundle: Bundle
) -> pl.DataFrame:
    found = choices_of(_bundle, aim, edited.read(text) or {})
    offer, rows = found.offer, []
    tail = 1.0 if objective == USUAL_OBJECTIVE else _bundle.manifest["params"]["plan"]["tail"]
    for budget in register.budgets(_bundle):
        if budget < found.cost:
            continue
        # Only the plan: how sure it is would take longer than all the rest.
        names = offer.names(best_plan(offer.options, budget - found.cost, tail).taken)
        whole = _together(found, names, aim)
        low, high, _, _ = whole.ends(offer.outlook.level)
        n = len(names) + len(found.chosen)
        rows.append({"budget": budget, "value": whole.value, "low": low, "high": high, "n": n})
    schema = dict.fromkeys(("budget", "value", "low", "high"), pl.Float64) | {"n": pl.Int64}
    return pl.DataFrame(rows, schema=schema)


def marginal(found: pl.DataFrame, budget: float, value: float) -> tuple[float, float] | None:
    """The next budget whose plan brings more, and by how much; None if none does."""
    more = found.filter(pl.col("budget") > budget, pl.col("value") > value + np.finfo(float).eps)
    if more.is_empty():
        return None
    row = more.sort("budget").row(0, named=True)
    return row["budget"] - budget, row["value"] - value
