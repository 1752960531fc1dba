"""Plan: which measures to take together under a budget, and why."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from pydantic import Field

from pipelines.contract.canonical import MODES
from pipelines.contract.code import says
from pipelines.contract.driver_people import OF_OUTCOME
from pipelines.contract.estimate import EVIDENCE, INTERVAL, NUMBER_COLUMNS, FlagN, Level
from pipelines.contract.people import Nobody, Own
from pipelines.contract.plan_codes import (
    BARS,
    CHOOSING_RULES,
    METHODS_OF_PLANS,
    NOTES_ON_MEASURES,
    OBJECTIVES,
    STATUSES,
    WHY,
)
from pipelines.contract.step import Param, Seed, Settings, Step
from pipelines.contract.table import NUMBER, TEXT, WHOLE, Column, Table, count
from pipelines.contract.whatif_codes import MOVES, WHATIF_TARGETS

MOST = 200.0  # points: from the lowest to the highest NPS


class PlanSettings(Settings):
    """How plans are chosen."""

    seed: Seed
    level: Level
    flag_n: FlagN
    # share of the draws, the worst for a plan, whose mean a cautious plan raises
    tail: Annotated[float, Param("plan.tail"), Field(gt=0, lt=1)]
    # draws of which each has its own best plan, for the probability that a plan is best
    solved: Annotated[int, Param("plan.solved"), Field(ge=20)]


_UNPLANNED = says(en="study.yaml declares no measures", de="study.yaml nennt keine Maßnahmen")
_UNMODELLED = says(
    en="study.yaml declares no measures, or the outcome of its plan has no model",
    de="study.yaml nennt keine Maßnahmen, oder das Ergebnis des Plans hat kein Modell",
)
_MEASURE = Column("measure_id", TEXT, "measure of the register", True)
_TOUCHPOINT = Column("touchpoint_id", TEXT, "touchpoint of the study's register", True)


def _money(name: str, meaning: str, *, en: str, de: str, required: bool = False) -> Column:
    return Column(name, NUMBER, meaning, required, lowest=0, unit="money", label=says(en=en, de=de))


def _change(name: str, meaning: str, *, en: str | None = None, de: str = "") -> Column:
    label = says(en=en, de=de) if en else None
    return Column(
        name, NUMBER, meaning, lowest=-MOST, highest=MOST, unit="signed_ratio", label=label
    )


def _probability(name: str, meaning: str, *, en: str, de: str) -> Column:
    return Column(
        name, NUMBER, meaning, lowest=0, highest=1, unit="probability", label=says(en=en, de=de)
    )


REGISTER_OF_MEASURES = Table(
    "measures",
    "one measure of the register, as study.yaml declares it",
    ("measure_id",),
    (
        _MEASURE,
        _TOUCHPOINT,
        Column("segment", TEXT, "attribute of those whom it reaches; 'all' if everybody", True),
        Column("group", TEXT, "that attribute's value; 'all' if everybody", True),
        _money("one_off", "cost once", en="Cost once", de="Einmalige Kosten", required=True),
        _money("yearly", "cost a year", en="Cost a year", de="Kosten im Jahr", required=True),
        Column("months", NUMBER, "until it works", True, lowest=0),
        Column(
            "capacity", TEXT,
            "of each capacity what it takes up, as name=amount, separated by blanks",
        ),
        Column(
            "excludes", TEXT, "measures it cannot go together with, separated by blanks"
        ),
        Column(
            "requires", TEXT,
            "measures without which it is not taken, separated by blanks; null if none",
        ),
        Column("owner", TEXT, "who answers for it; null if nobody is named"),
        Column("status", TEXT, "how far it is", True, codes=STATUSES,
               label=says(en="Status", de="Stand")),
        Column("evidence", TEXT, "what kind of claim its effect supports", True,
               codes=EVIDENCE.only("association", "quasi-experimental", "experimental")),
        Column("measured_outcome", TEXT, "outcome whose change a trial measured; null if none did"),
        Column("measured_target", TEXT, "its target", codes=WHATIF_TARGETS),
        Column("measured", NUMBER, "that change, in points, of those whom it reaches"),
        Column("measured_error", NUMBER, "its standard error", lowest=0),
        Column("measured_n", WHOLE, "people it rests on", lowest=1),
        Column("measured_source", TEXT, "where that is reported"),
        Column("realised", NUMBER, "change after it was taken, in points of the plan's target"),
        Column("realised_error", NUMBER, "its standard error", lowest=0),
        Column("realised_source", TEXT, "where that is reported"),
        Column("realised_from", pl.Date(), "since when"),
        Column("note", TEXT, "what has to be said of it; null if nothing",
               codes=NOTES_ON_MEASURES),
    ),
    rests_on=(Nobody(),),
    empty=_UNPLANNED,
)  # fmt: skip

MEASURE_MOVES = Table(
    "measure_moves",
    "one rating that a measure moves",
    ("measure_id", "place"),
    (
        _MEASURE,
        Column("place", WHOLE, "first, second ... of its moves", True, lowest=1),
        Column("driver", TEXT, "question that is moved; null: those of the touchpoint"),
        _TOUCHPOINT,
        Column("move", TEXT, "kind of move", True, codes=MOVES),
        Column("share", NUMBER, "of those concerned, 0 to 1", True, lowest=0, highest=1,
               unit="share"),
    ),
    rests_on=(Nobody(),),
    empty=_UNPLANNED,
)  # fmt: skip

_MODEL = (
    Column("mode", TEXT, "hot or cold survey; never pooled", True, codes=MODES),
    Column("wave", TEXT, "the latest that asks the outcome", True),
    Column("outcome", TEXT, "question whose answers a measure may change", True),
    Column("target", TEXT, "which answers are meant", True, codes=WHATIF_TARGETS),
)
_MODEL_KEY = tuple(column.name for column in _MODEL)
_PLAN = (
    *_MODEL,
    Column("objective", TEXT, "what is raised", True, codes=OBJECTIVES),
    Column("budget", NUMBER, "money there is, over the months of the plan", True, lowest=0,
           unit="money", label=says(en="Budget", de="Verfügbares Geld")),
)  # fmt: skip
_PLAN_KEY = tuple(column.name for column in _PLAN)
_TAKEN = Column("taken", TEXT, "measures that are taken, separated by blanks; null if none")
_N_TAKEN = count("n_taken", "measures taken", required=False,
                 label=says(en="Measures", de="Maßnahmen"))  # fmt: skip
_COST = _money(
    "cost", "once, and a year for the months of the plan; null if withheld", en="Cost", de="Kosten"
)
_CLAIMS = EVIDENCE.only("association", "quasi-experimental", "experimental")
_MAKING = (
    Column("method", TEXT, "how the change and its interval were made", True,
           codes=METHODS_OF_PLANS),
    Column("evidence", TEXT, "the weakest claim among its parts", True, codes=_CLAIMS),
    Column("inputs_hash", TEXT, "hash of the table it was computed from", True),
)  # fmt: skip


def _numbers(meaning: str, *, en: str, de: str) -> tuple[Column, ...]:
    """The change and its interval; n is that of the model."""
    changes = {
        "value": {
            "meaning": meaning, "unit": "signed_ratio", "lowest": -MOST, "highest": MOST,
            "label": says(en=en, de=de),
        },
        "n": {"meaning": "answers of the model, or people of the trial; null if barred"},
        "n_eff": {"meaning": "effective number of these answers"},
    }  # fmt: skip
    return tuple(
        column.but(**changes.get(column.name, {}))  # type: ignore[arg-type]
        for column in NUMBER_COLUMNS
        if column.name != "std_error"
    )


MEASURE_EFFECTS = Table(
    "measure_effects",
    "what one measure alone would change in one target of one outcome, of all customers",
    (*_MODEL_KEY, "segment", "group", "measure_id"),
    (
        *_MODEL,
        Column("segment", TEXT, "attribute of those whom it reaches; 'all' if everybody", True),
        Column("group", TEXT, "that attribute's value; 'all' if everybody", True),
        _MEASURE,
        *_numbers(
            "expected change in points of the target, of all customers, the other ratings held; "
            "if the association is an effect. Null if barred",
            en="Expected change", de="Erwartete Änderung",
        ),
        _change("ceiling", "the same if the other ratings move along as in the data",
                en="If others move along", de="Wenn andere mitgehen"),
        _change("ceiling_low", "lower end of its interval"),
        _change("ceiling_high", "upper end of its interval"),
        _change("naive", "what correlation alone would promise", en="By correlation alone",
                de="Nur nach Korrelation"),
        Column("share", NUMBER, "share of all customers whom it reaches, 0 to 1", lowest=0,
               highest=1, unit="share", label=says(en="Reaches", de="Erreicht")),
        Column("bar", TEXT, "why it cannot be chosen; null if it can", codes=BARS, several=True,
               label=says(en="Not to be chosen", de="Nicht wählbar")),
        *_MAKING,
    ),
    rests_on=(Own(pl.col("n")), OF_OUTCOME),
    empty=_UNMODELLED,
    fed_by=("responses",),
    intervals=(INTERVAL, ("ceiling_low", "ceiling", "ceiling_high")),
)  # fmt: skip

PLANS = Table(
    "plans",
    "the best plan under one budget",
    _PLAN_KEY,
    (
        *_PLAN,
        _TAKEN,
        _N_TAKEN,
        _COST,
        *_numbers(
            "expected change in points of the target, of all customers, of all measures taken "
            "together, the other ratings held; if the association is an effect",
            en="Expected change", de="Erwartete Änderung",
        ),
        _change("ceiling", "the same if the other ratings move along as in the data",
                en="If others move along", de="Wenn andere mitgehen"),
        _change("ceiling_low", "lower end of its interval"),
        _change("ceiling_high", "upper end of its interval"),
        _change("worst", "mean change in the worst share of the draws",
                en="Mean of the worst draws", de="Mittel der schlechtesten Ziehungen"),
        _change("added", "the sum of the effects of each alone: what was maximised",
                en="Sum of single effects", de="Summe der Einzelwirkungen"),
        Column("gap", NUMBER, "how much better, at most, the sum of another plan could be",
               lowest=0, unit="small_share",
               label=says(en="Proven gap", de="Bewiesene Lücke")),
        _probability("p_best", "share of draws in which no other plan is better",
                     en="Probability that it is the best", de="Wahrscheinlichkeit, dass er der "
                     "beste ist"),
        Column("marginal", NUMBER,
               "points that the next step of budget adds, per 1,000 of the study's currency; null "
               "at the last one", lowest=0, unit="small_share",
               label=says(en="Points per further 1,000", de="Punkte je weitere 1.000")),
        *_MAKING,
    ),
    rests_on="n",
    empty=_UNMODELLED,
    fed_by=("responses",),
    intervals=(INTERVAL, ("ceiling_low", "ceiling", "ceiling_high")),
)  # fmt: skip

PLAN_MEMBERS = Table(
    "plan_members",
    "one measure under one budget: in the best plan or not, and why",
    (*_PLAN_KEY, "measure_id"),
    (
        *_PLAN,
        _MEASURE,
        Column("why", TEXT, "why it is in or out", codes=WHY,
               label=says(en="Why", de="Warum")),
        *_numbers(
            "expected change of it alone, as in measure_effects; null if barred",
            en="Expected change alone", de="Erwartete Änderung allein",
        ),
        _COST,
        Column("per_cost", NUMBER, "that change per 1,000 of the study's currency; null if free",
               unit="small_share",
               label=says(en="Points per 1,000", de="Punkte je 1.000")),
        _probability("p_taken", "share of draws in whose best plan it is",
                     en="Probability that it belongs in the best plan",
                     de="Wahrscheinlichkeit, dass sie in den besten Plan gehört"),
        *_MAKING,
    ),
    rests_on="n",
    empty=_UNMODELLED,
    fed_by=("responses",),
    intervals=(INTERVAL,),
)  # fmt: skip

PLAN_RULES = Table(
    "plan_rules",
    "what choosing by one rule brings under one budget",
    (*_PLAN_KEY, "rule"),
    (
        *_PLAN,
        Column("rule", TEXT, "how measures are chosen", True, codes=CHOOSING_RULES),
        _TAKEN,
        _N_TAKEN,
        _COST,
        *_numbers(
            "expected change of what the rule takes, as in plans",
            en="Expected change", de="Erwartete Änderung",
        ),
        _change("regret", "how much less than the best plan", en="Less than the best plan",
                de="Weniger als der beste Plan"),
        _change("regret_low", "lower end of its interval"),
        _change("regret_high", "upper end of its interval"),
        *_MAKING,
    ),
    rests_on="n",
    empty=_UNMODELLED,
    fed_by=("responses",),
    intervals=(INTERVAL, ("regret_low", "regret", "regret_high")),
)  # fmt: skip

STEP = Step(
    "plan",
    "which measures to take together under a budget, and why",
    reads=(
        "derived/outcome_models",
        "derived/moves",
        "derived/gates",
        "derived/asymmetry",
        "derived/priorities",
    ),
    writes=(REGISTER_OF_MEASURES, MEASURE_MOVES, MEASURE_EFFECTS, PLANS, PLAN_MEMBERS, PLAN_RULES),
    settings=PlanSettings,
)
