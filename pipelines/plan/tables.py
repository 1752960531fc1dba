"""Tables of the step plan: effects of measures on every outcome, and plans for one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.contract.plan import (
    MEASURE_EFFECTS,
    PLAN_MEMBERS,
    PLAN_RULES,
    PLANS,
    PlanSettings,
)
from pipelines.contract.table import BETWEEN_CODES
from pipelines.core.map import Map
from pipelines.decisions.candidates import Candidate, candidates
from pipelines.decisions.effects import ALL, Outlook, Who, outlook_of
from pipelines.decisions.plans import Offer, offer_of
from pipelines.decisions.rules import Figures, figures_of, promise
from pipelines.plan.frontier import (
    frontiers,
    making,
    member_rows,
    numbers,
    people_of,
    plan_rows,
    rule_rows,
)
from pipelines.plan.register import register_of

Row = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What the steps before found: tables by their names."""

    outcome_models: pl.DataFrame
    moves: pl.DataFrame
    gates: pl.DataFrame
    asymmetry: pl.DataFrame
    priorities: pl.DataFrame

    def outlooks(self, settings: PlanSettings) -> Iterator[tuple[Row, Known, Outlook]]:
        """Every outcome in every kind of survey: what it is, its rows, and what they come to."""
        names = ("mode", "wave", "outcome")
        for key in self.outcome_models.select(names).unique().sort(names).iter_rows():
            about = dict(zip(names, key, strict=True))
            own = self.of(**about)
            yield about, own, outlook_of(
                own.outcome_models, own.moves, own.gates, own.asymmetry,
                level=settings.level, seed=settings.seed,
            )  # fmt: skip

    def of(self, mode: str, wave: str, outcome: str) -> Known:
        """Rows about one outcome; gates are of no outcome, and of the latest wave of each."""
        here = (pl.col("mode") == mode, pl.col("outcome") == outcome)
        same = (*here, pl.col("wave") == wave)
        return Known(
            self.outcome_models.filter(*same),
            self.moves.filter(*same),
            self.gates.filter(here[0]),
            self.asymmetry.filter(*here),
            self.priorities.filter(*same, pl.col("target") == "mean"),
        )


def plan_measures(
    declared: Map, known: Known, settings: PlanSettings, inputs_hash: str
) -> dict[str, pl.DataFrame]:
    """Make all tables of the step.

    Parameters
    ----------
    declared : Map
    known : Known
    settings : PlanSettings
    inputs_hash : str
        Of the table moves.
    """
    register = register_of(declared)
    rows: dict[str, list[Row]] = {
        table.name: [] for table in (MEASURE_EFFECTS, PLANS, PLAN_MEMBERS, PLAN_RULES)
    }
    aim = declared.plan
    if declared.measures and aim is not None:
        found = candidates(register["measures"], register["measure_moves"], aim.months)
        for about, own, outlook in known.outlooks(settings):
            for target in _targets(outlook):
                offer = _offer(declared, found, outlook, target)
                here = {**about, "target": target}
                figures = figures_of(own.priorities, own.moves.filter(pl.col("target") == target))
                counts = _counts(own.outcome_models.filter(pl.col("target") == target))
                rows[MEASURE_EFFECTS.name] += _effect_rows(offer, figures, counts, here)
                is_aim = (about["mode"], about["outcome"], target) == (
                    aim.mode, aim.outcome, aim.target,
                )  # fmt: skip
                if is_aim and ALL in outlook.surfaces:
                    for frontier in frontiers(offer, aim, settings):
                        told = {**here, **counts[ALL]}
                        rows[PLANS.name] += plan_rows(frontier, offer, told)
                        rows[PLAN_MEMBERS.name] += member_rows(frontier, offer, counts, told)
                        rows[PLAN_RULES.name] += rule_rows(frontier, offer, figures, told)
    extra = {"level": settings.level, "inputs_hash": inputs_hash}
    tables = {
        table.name: pl.DataFrame([row | extra for row in rows[table.name]], schema=table.schema)
        for table in (MEASURE_EFFECTS, PLANS, PLAN_MEMBERS, PLAN_RULES)
    }
    return {**register, **tables}


def _targets(outlook: Outlook) -> list[str]:
    """All targets that any model has, in order."""
    return list(dict.fromkeys(name for one in outlook.surfaces.values() for name in one.targets))


def _offer(declared: Map, found: list[Candidate], outlook: Outlook, target: str) -> Offer:
    assert declared.plan is not None
    beyond = [name for name, point in declared.touchpoints.items() if not point.controllable]
    capacities = {name: one.amount for name, one in declared.capacities.items()}
    return offer_of(found, capacities, outlook, target, months=declared.plan.months, beyond=beyond)


def _counts(models: pl.DataFrame) -> dict[Who, Row]:
    """Answers that each group's model rests on."""
    told = models.select("segment", "group", "n", "n_eff")
    return {(row[0], row[1]): {"n": row[2], "n_eff": row[3]} for row in told.iter_rows()}


def _effect_rows(
    offer: Offer,
    figures: Figures,
    counts: Mapping[Who, Row],
    about: Row,
) -> Iterator[Row]:
    """Rows of the table measure_effects."""
    outlook = offer.outlook
    for one, barred, own in zip(offer.candidates, offer.bars, offer.gains, strict=True):
        who = (one.segment, one.group)
        yield {
            **about,
            "segment": one.segment,
            "group": one.group,
            "measure_id": one.name,
            **(numbers(own, offer) if own else {}),
            **people_of(one, own, offer, counts),
            "naive": promise(one, outlook, figures) if own else None,
            "share": outlook.reached.get(who),
            "bar": BETWEEN_CODES.join(barred) or None,
            **making([one], offer),
        }
