"""What-if: what outcomes would be if touchpoints were better, for whom, and how sure that is."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from pydantic import Field

from pipelines.contract.canonical import MODES
from pipelines.contract.code import says
from pipelines.contract.driver_people import OF_OUTCOME, PEOPLE_OF_MODEL
from pipelines.contract.estimate import INTERVAL, NUMBER_COLUMNS, FlagN, Level, making
from pipelines.contract.people import Own
from pipelines.contract.step import Engine, Param, Seed, Settings, Step
from pipelines.contract.table import NUMBER, NUMBERS, TEXT, WHOLE, Column, Table
from pipelines.contract.whatif_codes import (
    BLANK_POLICIES,
    FLAGS_OF_MOVES,
    FLAGS_OF_OUTCOMES,
    METHODS_OF_MOVES,
    METHODS_OF_OUTCOMES,
    MOVES,
    OUTCOME_MODEL_REASONS,
    OUTCOME_MODEL_STATUSES,
    PUBLISHED_MOVE_REASONS,
    WHATIF_TARGETS,
)


class WhatifSettings(Settings):
    """How outcomes are modelled and moves computed."""

    engine: Engine
    seed: Seed
    level: Level
    flag_n: FlagN
    # of the bootstrap, for all customers
    draws: Annotated[int, Param("whatif.draws"), Field(ge=100)]
    # for segments
    segment_draws: Annotated[int, Param("whatif.segment_draws"), Field(ge=50)]
    # of blank ratings
    imputations: Annotated[int, Param("whatif.imputations"), Field(ge=3)]
    # segments with fewer answers get no model
    min_n: Annotated[int, Param("whatif.min_n"), Field(ge=50)]
    # drivers with fewer ratings are left out
    min_users: Annotated[int, Param("whatif.min_users"), Field(ge=10)]
    # respondents of a stratum who show a target, for a move to it
    min_shown: Annotated[int, Param("whatif.min_shown"), Field(ge=1)]


MODEL_COLUMNS = (
    Column("mode", TEXT, "hot or cold survey; never pooled", True, codes=MODES),
    Column("wave", TEXT, "the latest wave that asks the outcome", required=True),
    Column("outcome", TEXT, "question whose answers are related to the drivers", required=True),
    Column("segment", TEXT, "attribute by which customers are split; 'all' if not", True),
    Column("group", TEXT, "that attribute's value; 'all' if not split", True),
)
MODEL_KEY = tuple(column.name for column in MODEL_COLUMNS)
_TARGET = Column(
    "target", TEXT,
    "what of the outcome: its mean from 0 to 100, the share of the best two answers (of 4 to 7), "
    "of very satisfied or promoters, of dissatisfied or detractors; promoters minus detractors",
    True, codes=WHATIF_TARGETS,
)  # fmt: skip
_DRIVER = (
    Column("driver", TEXT, "question that rates a touchpoint", required=True),
    Column("touchpoint_id", TEXT, "its touchpoint", required=True),
)
_N_EFF = "answers over the design effect of the mean outcome: weights, clusters and strata"
_UNMODELLED = says(
    en="no wave asks an outcome and a touchpoint",
    de="keine Welle fragt nach einem Ergebnis und einem Kontaktpunkt",
)


def _numbers(**changes: object) -> tuple[Column, ...]:
    """The value in another unit."""
    changed: dict[str, dict[str, object]] = {"value": changes, "n_eff": {"meaning": _N_EFF}}
    return tuple(c.but(**changed.get(c.name, {})) for c in NUMBER_COLUMNS)


OUTCOME_MODELS = Table(
    "outcome_models",
    "one target of one outcome's model: where it stands today, or why there is no model",
    (*MODEL_KEY, "target"),
    (
        *MODEL_COLUMNS,
        _TARGET,
        *_numbers(
            lowest=-100, highest=100, unit="points", label=says(en="Today", de="Heute"),
            meaning="weighted mean of the target today; null if refused or withheld",
        ),
        Column("status", TEXT, "fitted or refused", True, codes=OUTCOME_MODEL_STATUSES),
        Column("reason", TEXT, "why it is refused; null if not", codes=OUTCOME_MODEL_REASONS),
        Column(
            "n_drivers", WHOLE, "touchpoints in the model", lowest=0, unit="count",
            label=says(en="Touchpoints in the model", de="Kontaktpunkte im Modell"),
        ),
        Column(
            "confounders", TEXT, "segments and questions that are held, separated by blanks; null "
            "if none", label=says(en="Held beside the touchpoints", de="Außerdem festgehalten"),
        ),
        Column(
            "r2_held_out", NUMBER, "share of the mean's variance that is foretold in respondents "
            "who were left out; below 0 if less than their mean; null where most rows have blanks",
            highest=1, unit="small_share",
            label=says(en="R² in held-out respondents", de="R² in zurückgehaltenen Befragten"),
        ),
        Column(
            "is_blank_share", NUMBER, "share of ratings and uses that are blank and were drawn",
            lowest=0, highest=1, unit="share",
            label=says(en="Share of blank ratings", de="Anteil fehlender Bewertungen"),
        ),
        Column(
            "halo", NUMBER, "share of a rating's slope alone that is shared with all other "
            "ratings: 1 less slope with the others held over slope alone, median of the drivers",
            unit="share",
            label=says(
                en="Shared with all other ratings", de="Mit allen anderen Bewertungen geteilt"
            ),
        ),
        Column(
            "weight_share", NUMBER, "share of the weight of all who answered the outcome",
            lowest=0, highest=1, unit="share",
            label=says(en="Share of all customers", de="Anteil an allen Kunden"),
        ),
        Column(
            "along", NUMBERS, "of the row of the mean: for every two drivers j, k in the order of "
            "their names, row by row, points of latent outcome that j's rating adds as it moves "
            "along, per standard deviation of k's rating; 0 for j = k",
        ),
        Column(
            "correlations", NUMBERS, "of the row of the mean: of every two drivers' ratings, among "
            "users of both, in the same order",
        ),
        *making(METHODS_OF_OUTCOMES, BLANK_POLICIES, FLAGS_OF_OUTCOMES, evidence="association"),
    ),
    rests_on=(Own(pl.col("n")), OF_OUTCOME),
    empty=_UNMODELLED,
    fed_by=("responses",),
    intervals=(INTERVAL,),
)  # fmt: skip

_CHANGE = "at full strength, to all whom it concerns, in points or percentage points of the target"
_LARGEST = 200.0  # of a change: NPS from one end to the other
MOVES_TABLE = Table(
    "moves",
    "what one move of one touchpoint would change in a target",
    (*MODEL_KEY, "driver", "move", "target"),
    (
        *MODEL_COLUMNS,
        *_DRIVER,
        Column("move", TEXT, "what is done to the touchpoint", True, codes=MOVES),
        _TARGET,
        *_numbers(
            lowest=-_LARGEST, highest=_LARGEST, unit="points",
            label=says(en="Change, the others held", de="Änderung, die anderen festgehalten"),
            meaning=f"floor: expected change {_CHANGE}, the other touchpoints held, if the "
            "association is an effect; null if refused or withheld",
        ),
        Column(
            "ceiling", NUMBER, f"expected change {_CHANGE}, the other ratings moving along as in "
            "the data; nothing is ranked by it", lowest=-_LARGEST, highest=_LARGEST, unit="points",
            label=says(
                en="Change, the others moving along", de="Änderung, die anderen gehen mit"
            ),
        ),
        Column("ceiling_low", NUMBER, "lower end of its interval", lowest=-_LARGEST,
               highest=_LARGEST),
        Column("ceiling_high", NUMBER, "upper end of its interval", lowest=-_LARGEST,
               highest=_LARGEST),
        Column(
            "ceiling_half", NUMBER, "the same where half of what moves along does, of targets "
            "that have draws; for scenarios that move some of the others themselves",
            lowest=-_LARGEST, highest=_LARGEST,
        ),
        Column(
            "naive", NUMBER, "change that the correlation alone would promise: slope alone among "
            "users times the lift; for comparison only", unit="points",
            label=says(
                en="What correlation alone would promise",
                de="Was der Zusammenhang allein verspräche",
            ),
        ),
        Column(
            "halo", NUMBER, "share of the rating's slope alone that is shared with all other "
            "ratings: 1 less slope with the others held over slope alone", unit="share",
            label=says(
                en="Shared with all other ratings", de="Mit allen anderen Bewertungen geteilt"
            ),
        ),
        Column(
            "n_concerned", WHOLE, "respondents whom it concerns: they rate below the target, or "
            "did not experience it (widen), or did (narrow)", lowest=0, unit="count",
            label=says(en="Respondents concerned", de="Betroffene Befragte"),
        ),
        Column(
            "n_shown", WHOLE, "respondents who show where it leads: they rate at the target or "
            "above, or did experience it (widen), or did not (narrow)", lowest=0, unit="count",
            label=says(en="Respondents who show the target", de="Befragte, die das Ziel zeigen"),
        ),
        Column(
            "share_concerned", NUMBER, "percent of all customers whom it concerns, by their "
            "weights", lowest=0, highest=100, unit="percent",
            label=says(en="Customers concerned", de="Betroffene Kunden"),
        ),
        Column(
            "lift", NUMBER, "mean points (0 to 100) by which the ratings of those concerned move; "
            "null of reach", unit="points",
            label=says(en="Mean lift of a rating", de="Mittlere Anhebung einer Bewertung"),
        ),
        Column(
            "max_share", NUMBER, "share of those concerned up to which the data support it: they "
            "lie in fifths of the expected outcome, this touchpoint left out, in which enough "
            "respondents show the target", lowest=0, highest=1, unit="share",
            label=says(en="Supported share", de="Gestützter Anteil"),
        ),
        Column("reason", TEXT, "why it is refused; null if not", codes=PUBLISHED_MOVE_REASONS),
        Column("draws", NUMBERS, "floor in every bootstrap draw; null for nps, whose draws are "
               "those of top_box less those of bottom_box, and if refused"),
        Column("ceiling_draws", NUMBERS, "ceiling in every draw"),
        Column(
            "interactions", NUMBERS, "what this move adds to the floor beside another one: one "
            "number for each row of this model and target that comes after this one, by driver "
            "and move; null as draws are, and of linear models, where nothing is added",
        ),
        Column(
            "ceiling_interactions", NUMBERS, "the same of the ceiling, each of the two with all "
            "that moves along with it alone",
        ),
        Column(
            "triples", NUMBERS, "what this move and two later ones of other touchpoints add "
            "beyond their singles and pairs, in the order of those; of everybody's model alone",
        ),
        *making(METHODS_OF_MOVES, BLANK_POLICIES, FLAGS_OF_MOVES, evidence="association"),
    ),
    rests_on=PEOPLE_OF_MODEL,
    empty=_UNMODELLED,
    fed_by=("responses",),
    intervals=(INTERVAL, ("ceiling_low", "ceiling", "ceiling_high")),
)  # fmt: skip

STEP = Step(
    "whatif",
    "what outcomes would be if touchpoints were better",
    reads=("canonical/responses", "canonical/customers"),
    writes=(OUTCOME_MODELS, MOVES_TABLE),
    settings=WhatifSettings,
)
