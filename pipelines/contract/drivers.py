"""Drivers: which touchpoints go with satisfaction and recommendation."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from pydantic import Field

from pipelines.contract.canonical import MODES
from pipelines.contract.code import says
from pipelines.contract.driver_codes import (
    APPROACHES,
    DRIVER_METHODS,
    FAMILIES_OF_CONTRASTS,
    FLAGS_OF_DRIVERS,
    FLAGS_OF_MODELS,
    METHODS_OF_CONTRASTS,
    METHODS_OF_MODELS,
    MODEL_REASONS,
    MODEL_STATUSES,
    QUADRANTS,
    RATING_POLICIES,
    TARGETS,
)
from pipelines.contract.driver_people import (
    IS_OF_USUAL_MODEL,
    N_REACHED,
    OF_OUTCOME,
    OF_QUESTION,
    OF_USERS,
    PEOPLE_OF_MODEL,
    PERFORMANCE_LESS,
    REACH_LESS,
    USERS,
)
from pipelines.contract.estimate import (
    INTERVAL,
    NUMBER_COLUMNS,
    P_VALUE_COLUMNS,
    FlagN,
    Level,
    adjusted_over,
    making,
)
from pipelines.contract.people import GROUP, SEGMENT, Of, Own
from pipelines.contract.step import Engine, Param, Seed, Settings, Step
from pipelines.contract.table import NUMBER, TEXT, WHOLE, Column, Table


class DriversSettings(Settings):
    """How driver models are made."""

    engine: Engine
    seed: Seed
    level: Level
    flag_n: FlagN
    # of the bootstrap, for all customers
    replicates: Annotated[int, Param("drivers.replicates"), Field(ge=200)]
    # for segments, and for policies compared
    segment_replicates: Annotated[int, Param("drivers.segment_replicates"), Field(ge=100)]
    # segments with fewer answers get no model
    min_n: Annotated[int, Param("drivers.min_n"), Field(ge=50)]
    # drivers with fewer ratings are left out
    min_users: Annotated[int, Param("drivers.min_users"), Field(ge=10)]


_MODEL = (
    Column("mode", TEXT, "hot or cold survey; never pooled", True, codes=MODES),
    Column("outcome", TEXT, "question whose answers are related to the drivers", required=True),
    Column(
        "target",
        TEXT,
        "mean: the answer; top_box: whether very satisfied; bottom_box: whether dissatisfied",
        True,
        codes=TARGETS,
    ),
    Column("segment", TEXT, "attribute by which customers are split; 'all' if not", True),
    Column("group", TEXT, "that attribute's value; 'all' if not split", True),
    Column("wave", TEXT, "wave", required=True),
)
_DRIVER = (
    Column("driver", TEXT, "question that rates a touchpoint", required=True),
    Column("touchpoint_id", TEXT, "its touchpoint", required=True),
)
_POLICY = Column("policy", TEXT, "what is done with missing ratings", True, codes=RATING_POLICIES)
_MODEL_KEY = tuple(column.name for column in _MODEL)
_LOWER, _UPPER = "lower end of its interval", "upper end of its interval"
_SHARE_LABEL = says(en="Share", de="Anteil")


_N_EFF = (
    "answers over the design effect of the mean outcome: weights, clusters and strata; of pairwise"
    " and listwise by the weights alone (Kish)"
)


def _numbers(**changes: object) -> tuple[Column, ...]:
    """The value in another unit."""
    changed: dict[str, dict[str, object]] = {"value": changes, "n_eff": {"meaning": _N_EFF}}
    return tuple(c.but(**changed.get(c.name, {})) for c in NUMBER_COLUMNS)


_UNMODELLED = says(
    en="no wave asks an outcome and two touchpoints",
    de="keine Welle fragt nach einem Ergebnis und zwei Kontaktpunkten",
)

DRIVERS = Table(
    "drivers",
    "importance of one driver for one outcome, under one policy and approach",
    (*_MODEL_KEY, "policy", "approach", "driver"),
    (
        *_MODEL,
        _POLICY,
        Column(
            "approach",
            TEXT,
            "how R2 is split; latent: as lmg, but the latent R2 of an ordered logit, which is"
            " there for all customers, outcomes of up to 12 steps, and enough answers on them",
            True,
            APPROACHES,
        ),
        *_DRIVER,
        # the share of the sum over drivers
        *_numbers(unit="percent", lowest=0, highest=100, label=_SHARE_LABEL),
        Column(
            "importance", NUMBER, "the same in units of R2", lowest=0, highest=1,
            unit="small_share", label=says(en="In units of R²", de="In Einheiten von R²"),
        ),
        Column("importance_low", NUMBER, _LOWER, lowest=0, highest=1),
        Column("importance_high", NUMBER, _UPPER, lowest=0, highest=1),
        Column(
            "rating_value", NUMBER,
            "what the rating has of the share, by Owen's value; of lmg only",
            lowest=0, highest=100, unit="percent",
            label=says(en="Share of its rating", de="Anteil seiner Bewertung"),
        ),
        Column("rating_low", NUMBER, _LOWER, lowest=0, highest=100),
        Column("rating_high", NUMBER, _UPPER, lowest=0, highest=100),
        Column(
            "use_value", NUMBER,
            "what the use has of it, so that both sum to value; null if all used it",
            lowest=0, highest=100, unit="percent",
            label=says(en="Share of its use", de="Anteil seiner Nutzung"),
        ),
        Column("use_low", NUMBER, _LOWER, lowest=0, highest=100),
        Column("use_high", NUMBER, _UPPER, lowest=0, highest=100),
        Column(
            "share_of_noise", NUMBER,
            "mean share it would have if its answers were permuted; no share is 0. Null for latent,"
            " pairwise and listwise",
            lowest=0, highest=100, unit="percent",
            label=says(en="Share that noise alone has", de="Anteil, den Zufall allein hat"),
        ),
        Column(
            "rank", WHOLE, "1 is the most important", lowest=1, unit="count",
            label=says(en="Rank", de="Rang"),
        ),
        Column("rank_low", WHOLE, "best rank within the level", lowest=1),
        Column("rank_high", WHOLE, "worst rank within the level", lowest=1),
        Column(
            "letters", TEXT, "drivers with a letter in common cannot be told apart",
            label=says(en="Letters", de="Buchstaben"),
        ),
        Column(
            "slope",
            NUMBER,
            "points of the outcome (0 to 100) per point of the rating (0 to 100) among users,"
            " the other drivers held; null for latent",
            unit="signed_ratio",
            label=says(en="Slope among users", de="Steigung unter Nutzern"),
        ),
        Column("slope_low", NUMBER, _LOWER),
        Column("slope_high", NUMBER, _UPPER),
        Column(
            "reach", NUMBER, "percent who experienced it, of those who did and those who did not;"
            " who cannot say is in neither; null if it would tell of few, beside that of scores",
            lowest=0, highest=100, unit="percent",
            label=says(en="Reach", de="Reichweite"),
        ),
        Column(
            "n_users", WHOLE, "answers of those who experienced it", lowest=0, unit="count",
            counts_people=True,
            label=says(en="Answers of users", de="Antworten von Nutzern"),
        ),
        Column(
            "vif", NUMBER, "variance inflation of the rating", unit="ratio",
            label=says(en="Variance inflation (VIF)", de="Varianzinflation (VIF)"),
        ),
        Column(
            "halo", NUMBER,
            "slope with the others held over slope alone; clearly below halo_bound is halo",
            unit="ratio", label=says(en="Halo ratio", de="Halo-Verhältnis"),
        ),
        Column(
            "halo_bound", NUMBER, "the same if all ratings counted alike", lowest=0, highest=1,
            unit="ratio",
            label=says(
                en="Halo ratio if all ratings counted alike",
                de="Halo-Verhältnis, wenn alle Bewertungen gleich zählten",
            ),
        ),
        *making(DRIVER_METHODS, RATING_POLICIES, FLAGS_OF_DRIVERS, evidence="association"),
    ),
    rests_on=(
        Own(pl.col("n")),
        OF_OUTCOME,
        OF_QUESTION,
        Of(
            USERS,
            OF_USERS.at,
            counts={
                "n_users": pl.col("n_users").max(),
                "n_reached": N_REACHED.max().fill_null(0),
            },
            rows=IS_OF_USUAL_MODEL & (pl.col("approach") == APPROACHES[0]),
        ),
        REACH_LESS,
    ),
    empty=_UNMODELLED,
    fed_by=("responses",),
    intervals=(
        INTERVAL,
        ("importance_low", "importance", "importance_high"),
        ("rating_low", "rating_value", "rating_high"),
        ("use_low", "use_value", "use_high"),
        ("rank_low", "rank", "rank_high"),
        ("slope_low", "slope", "slope_high"),
    ),
)  # fmt: skip

DRIVER_MODELS = Table(
    "driver_models",
    "one model: how well its drivers go with the outcome, or why there is none",
    (*_MODEL_KEY, "policy"),
    (
        *_MODEL,
        _POLICY,
        # R2
        *_numbers(unit="share", lowest=0, highest=1, label=says(en="R²", de="R²")),
        Column(
            "r2_held_out", NUMBER, "R2 in parts of the sample that the model did not see",
            highest=1, unit="share", label=says(en="Cross-validated R²", de="Kreuzvalidiertes R²"),
        ),
        Column(
            "n_drivers", WHOLE, "drivers asked in this wave", True, lowest=0, unit="count",
            label=says(en="Drivers asked", de="Gefragte Treiber"),
        ),
        Column(
            "n_left_out", WHOLE, "answers with an outcome that the policy cannot use", lowest=0,
            unit="count", label=says(en="Answers left out", de="Nicht verwendete Antworten"),
        ),
        Column(
            "status", TEXT, "fitted, shrunk, or refused", True, codes=MODEL_STATUSES,
            label=says(en="Model", de="Modell"),
        ),
        Column(
            "reason", TEXT, "why it was shrunk or refused; null if fitted", codes=MODEL_REASONS,
            label=says(en="Reason", de="Grund"),
        ),
        *making(METHODS_OF_MODELS, RATING_POLICIES, FLAGS_OF_MODELS, evidence="association"),
    ),
    rests_on=(
        Own(pl.col("n")),
        OF_OUTCOME,
        Of(
            USERS,
            {name: pl.col(name) for name in ("mode", "outcome", SEGMENT, "wave", GROUP)},
            counts=dict.fromkeys(USERS.sizes, pl.lit(None, pl.Int64)),
            rows=IS_OF_USUAL_MODEL & pl.col("value").is_null(),
            is_basis=False,
        ),
    ),
    empty=_UNMODELLED,
    fed_by=("responses",),
    intervals=(INTERVAL,),
)  # fmt: skip

PRIORITIES = Table(
    "priorities",
    "importance and performance of one driver, and how sure its place on the map is",
    (*_MODEL_KEY, "driver"),
    (
        *_MODEL,
        *_DRIVER,
        # importance in percent: rating_value of drivers under use_rating and lmg
        *_numbers(
            unit="percent", lowest=0, highest=100,
            label=says(en="Share of its rating", de="Anteil seiner Bewertung"),
        ),
        Column(
            "performance", NUMBER, "mean rating of those who experienced it, 0 to 100",
            lowest=0, highest=100, unit="points", label=says(en="Performance", de="Leistung"),
        ),
        Column("performance_low", NUMBER, _LOWER, lowest=0, highest=100),
        Column("performance_high", NUMBER, _UPPER, lowest=0, highest=100),
        Column("performance_error", NUMBER, "its standard error", lowest=0),
        Column(
            "correlation", NUMBER, "of the errors of importance and performance, -1 to 1",
            lowest=-1, highest=1, unit="signed_ratio",
            label=says(en="Correlation of the two errors", de="Korrelation der beiden Fehler"),
        ),
        Column(
            "slope", NUMBER, "as in drivers; a driver is important only with a slope above 0",
            unit="signed_ratio", label=says(en="Slope among users", de="Steigung unter Nutzern"),
        ),
        Column("slope_low", NUMBER, _LOWER),
        Column("slope_high", NUMBER, _UPPER),
        Column(
            "importance_border", NUMBER,
            "above it a driver is important: an equal share of what all ratings have",
            lowest=0, highest=100, unit="percent",
            label=says(en="Border of importance", de="Grenze der Wichtigkeit"),
        ),
        Column(
            "performance_border", NUMBER, "above it performance is good: the weighted mean",
            lowest=0, highest=100, unit="points",
            label=says(en="Border of performance", de="Grenze der Leistung"),
        ),
        Column("quadrant", TEXT, "where the point lies", codes=QUADRANTS),
        *(
            Column(
                f"p_{name}", NUMBER, f"how sure it is that its place is in {name}, 0 to 1",
                lowest=0, highest=1, unit="probability",
                label=says(
                    en=f"Probability that its place is in “{said['en']}”",
                    de=f"Wahrscheinlichkeit, dass sein Platz im Feld „{said['de']}“ ist",
                ),
            )
            for name, said in QUADRANTS.codes.items()
        ),
        Column(
            "stated", NUMBER, "importance that customers state, 0 to 100; null if not asked",
            lowest=0, highest=100, unit="points",
            label=says(en="Stated importance", de="Genannte Wichtigkeit"),
        ),
        Column("stated_low", NUMBER, _LOWER, lowest=0, highest=100),
        Column("stated_high", NUMBER, _UPPER, lowest=0, highest=100),
        *making(DRIVER_METHODS, RATING_POLICIES, FLAGS_OF_DRIVERS, evidence="association"),
    ),
    rests_on=(*PEOPLE_OF_MODEL, PERFORMANCE_LESS),
    empty=_UNMODELLED,
    fed_by=("responses",),
    intervals=(
        INTERVAL,
        ("performance_low", "performance", "performance_high"),
        ("slope_low", "slope", "slope_high"),
        ("stated_low", "stated", "stated_high"),
    ),
)  # fmt: skip

DRIVER_CONTRASTS = Table(
    "driver_contrasts",
    "importance of one driver in a segment against all other customers",
    (*_MODEL_KEY, "driver"),
    (
        *_MODEL,
        *_DRIVER,
        *_numbers(
            unit="percentage_points", lowest=-100, highest=100,
            label=says(en="Difference", de="Unterschied"),
        ),
        Column(
            "n_against", WHOLE, "answers of the other customers", lowest=0, unit="count",
            counts_people=True,
            label=says(
                en="Answers of the other customers", de="Antworten der anderen Kunden"
            ),
        ),
        *P_VALUE_COLUMNS,
        adjusted_over(FAMILIES_OF_CONTRASTS),
        *making(METHODS_OF_CONTRASTS, RATING_POLICIES, FLAGS_OF_DRIVERS, evidence="association"),
    ),
    rests_on=PEOPLE_OF_MODEL,
    empty=says(
        en="no two groups of customers have driver models",
        de="keine zwei Gruppen von Kunden haben Treibermodelle",
    ),
    fed_by=("responses",),
    intervals=(INTERVAL,),
    ascending=(("p_value", "p_adjusted"),),
)  # fmt: skip

STEP = Step(
    "drivers",
    "which touchpoints go with satisfaction and recommendation",
    reads=("canonical/responses", "canonical/customers"),
    writes=(DRIVERS, DRIVER_MODELS, PRIORITIES, DRIVER_CONTRASTS),
    settings=DriversSettings,
)
