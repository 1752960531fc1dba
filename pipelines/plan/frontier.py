"""Frontier: the best plans over budgets, their members, and what other rules would take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from pipelines.contract.plan import PlanSettings
from pipelines.contract.plan_codes import CHOOSING_RULES, OBJECTIVES
from pipelines.core.measures import Aim
from pipelines.decisions.candidates import Candidate
from pipelines.decisions.effects import Gain, Who
from pipelines.decisions.plans import ChosenPlan, Offer, plan_under
from pipelines.decisions.rules import Figures, chosen_by

PER = 1000.0  # of the currency, for values by cost
Row = dict[str, Any]


@dataclass(frozen=True)
class Frontier:
    """The best plans of one objective, one for each budget.

    Parameters
    ----------
    objective : str
    plans : tuple of ChosenPlan
        By rising budget.
    """

    objective: str
    plans: tuple[ChosenPlan, ...]

    @property
    def marginal(self) -> list[float | None]:
        """What the next step of budget adds to what is maximised, per `PER` of the currency."""
        steps = [
            max(PER * (after.added - one.added) / (after.budget - one.budget), 0.0)
            for one, after in pairwise(self.plans)
        ]
        return [*steps, None]


def frontiers(offer: Offer, aim: Aim, settings: PlanSettings) -> list[Frontier]:
    """Choose under every budget, for every objective."""
    return [
        Frontier(
            objective,
            tuple(
                plan_under(budget, offer, objective=objective, tail=settings.tail,
                           solved=settings.solved)
                for budget in aim.budgets.listed
            ),
        )
        for objective in OBJECTIVES.names
    ]  # fmt: skip


def plan_rows(frontier: Frontier, offer: Offer, about: Mapping[str, Any]) -> Iterator[Row]:
    """Rows of the table plans."""
    for plan, marginal in zip(frontier.plans, frontier.marginal, strict=True):
        yield {
            **about,
            "objective": frontier.objective,
            "budget": plan.budget,
            **_taken(plan.taken, plan.cost),
            **numbers(plan.gain, offer),
            "worst": plan.worst,
            "added": plan.added,
            "gap": plan.gap,
            "p_best": plan.p_best,
            "marginal": marginal,
            **making([one for one in offer.candidates if one.name in plan.taken], offer),
        }


def member_rows(
    frontier: Frontier, offer: Offer, counts: Mapping[Who, Row], about: Mapping[str, Any]
) -> Iterator[Row]:
    """Rows of the table plan_members; `counts` are the answers of each group's model."""
    for plan in frontier.plans:
        for one, own in zip(offer.candidates, offer.gains, strict=True):
            yield {
                **about,
                "objective": frontier.objective,
                "budget": plan.budget,
                "measure_id": one.name,
                "why": plan.why[one.name],
                "cost": one.cost,
                "per_cost": PER * own.value / one.cost if own and one.cost else None,
                "p_taken": plan.p_taken[one.name],
                **(numbers(own, offer, ceiling=False) if own else {}),
                **making([one], offer),
                **people_of(one, own, offer, counts),
            }


def people_of(one: Candidate, own: Gain | None, offer: Offer, counts: Mapping[Who, Row]) -> Row:
    """Whom the effect of one measure rests on: those of a trial, or of the model."""
    if own is None:
        return {"n": None, "n_eff": None}
    if one.trial and offer.outlook.is_measured(one, offer.target):
        return {"n": one.trial.n, "n_eff": None}
    return counts[(one.segment, one.group)]


def rule_rows(
    frontier: Frontier, offer: Offer, figures: Figures, about: Mapping[str, Any]
) -> Iterator[Row]:
    """Rows of the table plan_rules."""
    for plan in frontier.plans:
        for rule in CHOOSING_RULES.names:
            taken = (
                np.array([one.name in plan.taken for one in offer.candidates], bool)
                if rule == CHOOSING_RULES.names[0]
                else chosen_by(rule, offer, figures, plan.budget)
            )
            total = offer.together(taken)
            yield {
                **about,
                "objective": frontier.objective,
                "budget": plan.budget,
                "rule": rule,
                **_taken(offer.names(taken), float(offer.options.cost[taken].sum())),
                **numbers(total, offer, ceiling=False),
                **_regret(plan.gain, total, offer.outlook.level),
                **making([c for c, is_in in zip(offer.candidates, taken, strict=True) if is_in],
                         offer),
            }  # fmt: skip


def _regret(best: Gain, other: Gain, level: float) -> Row:
    less = Gain(best.value - other.value, 0.0, best.draws - other.draws, best.draws)
    low, high, *_ = less.ends(level)
    return {"regret": less.value, "regret_low": low, "regret_high": high}


def _taken(names: Sequence[str], cost: float) -> Row:
    return {"taken": " ".join(names) or None, "n_taken": len(names), "cost": cost}


def numbers(total: Gain, offer: Offer, *, ceiling: bool = True) -> Row:
    """The change with its intervals."""
    low, high, least, most = total.ends(offer.outlook.level)
    found = {"value": total.value, "low": low, "high": high}
    ends = {"ceiling": total.ceiling, "ceiling_low": least, "ceiling_high": most}
    return found | (ends if ceiling else {})


def making(chosen: Sequence[Candidate], offer: Offer) -> Row:
    """How the numbers were made: by the model, by trials, or both; and the weakest claim."""
    measured = [offer.outlook.is_measured(one, offer.target) for one in chosen]
    claims = [
        one.trial.evidence if is_measured and one.trial else "association"
        for one, is_measured in zip(chosen, measured, strict=True)
    ]
    order = ("association", "quasi-experimental", "experimental")
    kinds = {(False,): "surface", (True,): "measured", (False, True): "mixed", (): "none"}
    return {
        "method": kinds[tuple(sorted(set(measured)))],
        "evidence": min(claims, key=order.index, default=order[0]),
    }
