"""Kano: what disappoints when it is poor, what pleases when it is good, and what fails."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from pydantic import Field

from pipelines.contract.canonical import MODES
from pipelines.contract.code import Says, says
from pipelines.contract.driver_people import OF_OUTCOME, OF_QUESTION, OF_USERS
from pipelines.contract.estimate import (
    FLAGS,
    INTERVAL,
    NUMBER_COLUMNS,
    SCORE_POLICIES,
    SURVEY_NUMBERS,
    FlagN,
    Level,
    making,
)
from pipelines.contract.kano_codes import (
    ASYMMETRY_METHODS,
    ASYMMETRY_POLICIES,
    ASYMMETRY_REASONS,
    FEATURE_CATEGORIES,
    FLAGS_OF_ASYMMETRIES,
    FLAGS_OF_KANO,
    GATE_METHODS,
    GATES,
    KANO_CLASSES,
    KANO_METHODS,
    KANO_POLICIES,
    MINIMUM_SOURCES,
    MUST_BE_SOURCES,
)
from pipelines.contract.people import Own
from pipelines.contract.step import Engine, Param, Seed, Settings, Step
from pipelines.contract.table import FLAG, NUMBER, TEXT, WHOLE, Column, Table


class KanoSettings(Settings):
    """How touchpoints and features are classed."""

    engine: Engine
    seed: Seed
    level: Level
    flag_n: FlagN
    # of the bootstrap, for all customers and for segments
    replicates: Annotated[int, Param("kano.replicates"), Field(ge=200)]
    segment_replicates: Annotated[int, Param("kano.segment_replicates"), Field(ge=100)]
    # segments with fewer answers get no model
    min_n: Annotated[int, Param("kano.min_n"), Field(ge=50)]
    # touchpoints with fewer ratings are left out
    min_users: Annotated[int, Param("drivers.min_users"), Field(ge=10)]
    # a low, middle or high level of a rating with fewer answers is never used
    min_level_n: Annotated[int, Param("kano.min_level_n"), Field(ge=10)]
    # percent of users who must not be dissatisfied, where study.yaml says nothing
    minimum: Annotated[float, Param("kano.minimum"), Field(ge=0, le=100)]
    # from this probability on a class, or a failed gate, is taken as such
    sure: Annotated[float, Param("kano.sure"), Field(gt=0.5, lt=1)]


_MODE = Column("mode", TEXT, "hot or cold survey; never pooled", True, codes=MODES)
_WHO = (
    Column("segment", TEXT, "attribute by which customers are split; 'all' if not", True),
    Column("group", TEXT, "that attribute's value; 'all' if not split", True),
    Column("wave", TEXT, "the latest wave that asks it", required=True),
)
_LOWER, _UPPER = "lower end of its interval", "upper end of its interval"


def _ends(name: str, lowest: float | None, highest: float | None) -> tuple[Column, Column]:
    """Columns of an interval."""
    return (
        Column(f"{name}_low", NUMBER, _LOWER, lowest=lowest, highest=highest),
        Column(f"{name}_high", NUMBER, _UPPER, lowest=lowest, highest=highest),
    )


def _probability(name: str, meaning: str, label: Says) -> Column:
    return Column(
        name, NUMBER, f"{meaning}, 0 to 1", lowest=0, highest=1, unit="probability", label=label
    )


def _level(name: str, where: str, en: str, de: str) -> Column:
    return Column(
        f"n_{name}", WHOLE, f"answers of users {where} the middle, of the pair of cuts that has "
        "fewest; null without a model",
        lowest=0, unit="count", label=says(en=f"Answers {en}", de=f"Antworten {de}"),
    )  # fmt: skip


_NUMBERS: dict[str, dict[str, object]] = {
    "value": {
        "meaning": "asymmetry, (reward - |penalty|) / (reward + |penalty|); null where the two are"
        " not told from 0",
        "unit": "signed_ratio",
        "lowest": -1,
        "highest": 1,
        "label": says(en="Asymmetry", de="Asymmetrie"),
    },
    "low": {"lowest": -1, "highest": 1},
    "high": {"lowest": -1, "highest": 1},
    "std_error": {"meaning": "standard deviation of its posterior"},
    "n_eff": {"meaning": "answers over the design effect of the mean outcome"},
}

ASYMMETRY = Table(
    "asymmetry",
    "what ratings of one driver below and above the middle go with, for one outcome",
    ("mode", "outcome", "segment", "group", "wave", "driver"),
    (
        _MODE,
        Column("outcome", TEXT, "question whose answers are related to the drivers", True),
        *_WHO,
        Column("driver", TEXT, "question that rates a touchpoint", required=True),
        Column("touchpoint_id", TEXT, "its touchpoint", required=True),
        *(c.but(**_NUMBERS.get(c.name, {})) for c in NUMBER_COLUMNS),
        Column(
            "penalty", NUMBER,
            "points of the outcome (0 to 100) from the middle of the scale down half of it, the"
            " other drivers held; negative as a rule",
            unit="percentage_points", label=says(en="Penalty", de="Abzug"),
        ),
        *_ends("penalty", None, None),
        Column(
            "reward", NUMBER,
            "points of the outcome (0 to 100) from the middle of the scale up half of it, the"
            " other drivers held",
            unit="percentage_points", label=says(en="Reward", de="Zugewinn"),
        ),
        *_ends("reward", None, None),
        *(
            _probability(
                f"p_{name}", f"how sure it is that it is of the class {name}",
                says(
                    en=f"Probability of the class “{said['en']}”",
                    de=f"Wahrscheinlichkeit der Klasse „{said['de']}“",
                ),
            )
            for name, said in KANO_CLASSES.codes.items()
        ),
        Column(
            "kano_class", TEXT, "the most probable class", codes=KANO_CLASSES,
            label=says(en="Most probable class", de="Wahrscheinlichste Klasse"),
        ),
        Column(
            "cuts", WHOLE, "pairs of cuts of the scale with enough answers at all three levels",
            lowest=0, unit="count", label=says(en="Pairs of cuts", de="Paare von Schnitten"),
        ),
        Column(
            "asymmetry_least", NUMBER, "least asymmetry over the pairs of cuts", lowest=-1,
            highest=1, unit="signed_ratio",
            label=says(en="Least over the cuts", de="Kleinste über die Schnitte"),
        ),
        Column(
            "asymmetry_most", NUMBER, "greatest asymmetry over the pairs of cuts", lowest=-1,
            highest=1, unit="signed_ratio",
            label=says(en="Greatest over the cuts", de="Größte über die Schnitte"),
        ),
        Column(
            "spline_penalty", NUMBER, "penalty of a rising line with a knot at the middle",
            highest=0, unit="percentage_points",
            label=says(en="Penalty of a rising line", de="Abzug einer steigenden Linie"),
        ),
        Column(
            "spline_reward", NUMBER, "reward of the same line", lowest=0,
            unit="percentage_points",
            label=says(en="Reward of a rising line", de="Zugewinn einer steigenden Linie"),
        ),
        _level("low", "below", "below the middle", "unter der Mitte"),
        _level("middle", "at", "at the middle", "in der Mitte"),
        _level("high", "above", "above the middle", "über der Mitte"),
        Column(
            "reason", TEXT, "why there is no class; null if there is", codes=ASYMMETRY_REASONS,
            label=says(en="Reason", de="Grund"),
        ),
        *making(
            ASYMMETRY_METHODS, ASYMMETRY_POLICIES, FLAGS_OF_ASYMMETRIES, evidence="association"
        ),
    ),
    rests_on=(Own(pl.col("n")), OF_OUTCOME, OF_QUESTION, OF_USERS),
    empty=says(
        en="no wave asks an outcome and two touchpoints",
        de="keine Welle fragt nach einem Ergebnis und zwei Kontaktpunkten",
    ),
    fed_by=("responses",),
    intervals=(
        INTERVAL,
        ("penalty_low", "penalty", "penalty_high"),
        ("reward_low", "reward", "reward_high"),
    ),
    ascending=(("asymmetry_least", "asymmetry_most"),),
)  # fmt: skip

_SHARES = {
    name: (
        Column(
            name, NUMBER, f"percent of pairs of answers in the category {name}", lowest=0,
            highest=100, unit="percent", label=said,
        ),
        *_ends(name, 0, 100),
    )
    for name, said in FEATURE_CATEGORIES.codes.items()
}  # fmt: skip
_OF_DOMINANT: dict[str, dict[str, object]] = {
    "value": {
        "meaning": "percent of pairs of answers in the most frequent category",
        "unit": "percent",
        "lowest": 0,
        "highest": 100,
        "label": says(en="Share of the most frequent", de="Anteil der häufigsten"),
    },
    "n": {"meaning": "pairs of answers; null if withheld"},
    "n_eff": {"meaning": "pairs over the mean design effect of the categories (Rao and Scott)"},
    "deff": {"meaning": "that mean design effect; null if the answers do not differ"},
}

FEATURE_ANSWERS = Table(
    "kano_answers",
    "what one feature is to customers, by Kano's questionnaire",
    ("mode", "segment", "group", "wave", "feature"),
    (
        _MODE,
        *_WHO,
        Column("feature", TEXT, "feature in the study's register", required=True),
        Column("touchpoint_id", TEXT, "its touchpoint; null if it has none"),
        *(column.but(**_OF_DOMINANT.get(column.name, {})) for column in SURVEY_NUMBERS),
        *(column for columns in _SHARES.values() for column in columns),
        Column(
            "dominant", TEXT,
            "the most frequent category; of equally frequent ones must-be before one-dimensional,"
            " attractive and indifferent",
            codes=FEATURE_CATEGORIES, label=says(en="Most frequent", de="Am häufigsten"),
        ),
        Column(
            "decided", FLAG, "whether it is told from the second most frequent, by Fong's test"
        ),
        Column(
            "satisfaction", NUMBER,
            "share, of those whom it pleases or displeases or who do not mind, whom it pleases to"
            " have, 0 to 1",
            lowest=0, highest=1, unit="share",
            label=says(en="Satisfaction coefficient", de="Zufriedenheitskoeffizient"),
        ),
        *_ends("satisfaction", 0, 1),
        Column(
            "dissatisfaction", NUMBER,
            "share of the same whom it displeases not to have, with a minus, -1 to 0",
            lowest=-1, highest=0, unit="signed_ratio",
            label=says(en="Dissatisfaction coefficient", de="Unzufriedenheitskoeffizient"),
        ),
        *_ends("dissatisfaction", -1, 0),
        _probability(
            "p_must_be", "how sure it is that must-be is the most frequent category",
            says(
                en="Probability that Must-be is most frequent",
                de="Wahrscheinlichkeit, dass Basis am häufigsten ist",
            ),
        ),
        *making(KANO_METHODS, KANO_POLICIES, FLAGS_OF_KANO, evidence="descriptive"),
    ),
    rests_on="n",
    empty=says(
        en="no feature is asked about by Kano's two questions",
        de="nach keinem Merkmal wird mit Kanos zwei Fragen gefragt",
    ),
    fed_by=("responses",),
    intervals=(
        INTERVAL,
        *(
            (f"{name}_low", name, f"{name}_high")
            for name in (*FEATURE_CATEGORIES.names, "satisfaction", "dissatisfaction")
        ),
    ),
)  # fmt: skip

GATE_TABLE = Table(
    "gates",
    "whether one touchpoint fails its minimum, in one group of customers",
    ("mode", "segment", "group", "wave", "driver"),
    (
        _MODE,
        *_WHO,
        Column("driver", TEXT, "question that rates a touchpoint", required=True),
        Column("touchpoint_id", TEXT, "its touchpoint", required=True),
        *(
            column.but(
                unit="percent", lowest=0, highest=100, meaning="users who are not dissatisfied",
                label=says(en="Not dissatisfied", de="Nicht unzufrieden"),
            )
            if column.name == "value" else column
            for column in SURVEY_NUMBERS
        ),
        Column(
            "minimum", NUMBER, "percent of users who must not be dissatisfied", lowest=0,
            highest=100, unit="percent", label=says(en="Minimum", de="Mindestanteil"),
        ),
        Column(
            "minimum_source", TEXT, "who set the minimum", codes=MINIMUM_SOURCES,
            label=says(en="Minimum set by", de="Minimum festgelegt durch"),
        ),
        _probability(
            "p_fails", "how sure it is that the share is below the minimum",
            says(en="Probability that it fails", de="Wahrscheinlichkeit, dass es verfehlt wird"),
        ),
        _probability(
            "p_must_be", "how sure it is that the touchpoint is, or has, a must-be; the greater of"
            " the two below",
            says(en="Probability of a must-be", de="Wahrscheinlichkeit einer Basisanforderung"),
        ),
        _probability(
            "p_basic", "by ratings; null without a class",
            says(en="of it by ratings", de="davon nach Bewertungen"),
        ),
        _probability(
            "p_must_be_answers", "by Kano's questionnaire; null if not asked",
            says(en="of it by Kano's questionnaire", de="davon nach Kanos Fragebogen"),
        ),
        Column(
            "must_be_source", TEXT, "what says so; null if nothing does", codes=MUST_BE_SOURCES,
            label=says(en="Must-be by", de="Basisanforderung nach"),
        ),
        Column(
            "gate", TEXT,
            "fails: both probabilities are sure, so that measures of delight wait; holds: one of"
            " the opposites is",
            codes=GATES, label=says(en="Gate", de="Schranke"),
        ),
        *making(GATE_METHODS, SCORE_POLICIES.only("answers"), FLAGS, evidence="descriptive"),
    ),
    rests_on=(Own(pl.col("n")), OF_QUESTION),
    empty=says(en="no touchpoint is rated", de="kein Kontaktpunkt wird bewertet"),
    fed_by=("responses",),
    intervals=(INTERVAL,),
)  # fmt: skip

STEP = Step(
    "kano",
    "what must not fail, and what delights",
    reads=("canonical/responses", "canonical/customers"),
    writes=(ASYMMETRY, FEATURE_ANSWERS, GATE_TABLE),
    settings=KanoSettings,
)
