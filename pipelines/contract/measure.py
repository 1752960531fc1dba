"""Measure: where every touchpoint stands, with its uncertainty."""

from __future__ import annotations

import polars as pl

from pipelines.contract import estimate
from pipelines.contract.breaks import BREAKS
from pipelines.contract.canonical import CANONICAL
from pipelines.contract.code import Vocabulary, says
from pipelines.contract.estimate import (
    COMPARED_PEOPLE,
    DESIGN_AGAINST,
    FLAGS,
    INTERVAL,
    MEASURES,
    METHOD_OF_WITHHELD,
    ON_SCALE,
    P_VALUE_COLUMNS,
    SCALE_COLUMNS,
    SCORE_POLICIES,
    SCORED_PEOPLE,
    SHARE,
    SHARED_PEOPLE,
    SUBJECT_COLUMNS,
    SUBJECT_KEY,
    SURVEY_NUMBERS,
    FlagN,
    Level,
    adjusted_over,
    agreed,
    making,
    methods_of_mean,
)
from pipelines.contract.people import Own
from pipelines.contract.step import Engine, Settings, Step
from pipelines.contract.table import DATE, NUMBER, TEXT, WHOLE, Column, Table, count
from pipelines.contract.waves import WAVES_IN_TIME


class MeasureSettings(Settings):
    """How scores are estimated."""

    engine: Engine
    level: Level
    flag_n: FlagN


SCORE_METHODS = Vocabulary(
    "method of scores",
    {
        **estimate.METHODS.codes,
        **methods_of_mean(
            "gap",
            en="mean of rating minus expectation",
            de="Mittelwert von Bewertung minus Erwartung",
        ),
    },
)
_COMPARED_EN = "difference of waves, less the covariance of who answered in both: {}"
_COMPARED_DE = (
    "Unterschied der Wellen, abzüglich der Kovarianz derer, die in beiden antworteten: {}"
)
_DIFFERENCES = {
    "mean": (
        "linearised variances, Satterthwaite t",
        "linearisierte Varianzen, t nach Satterthwaite",
    ),
    "share": (
        "Agresti-Caffo on n over the design effect",
        "Agresti-Caffo mit n durch den Design-Effekt",
    ),
    "nps": (
        "adjusted Wald on n over the design effect",
        "angepasstes Wald-Intervall mit n durch den Design-Effekt",
    ),
}
_CHANGES = {
    f"{family}_change": says(en=_COMPARED_EN.format(en), de=_COMPARED_DE.format(de))
    for family, (en, de) in _DIFFERENCES.items()
}
METHODS_OF_CHANGES = Vocabulary(
    "method of changes",
    {
        **METHOD_OF_WITHHELD,
        **_CHANGES,
        "mean_change_agreed": agreed(_CHANGES["mean_change"]),
        "broken": says(
            en="not compared: it was not asked in the same way in the two waves",
            de="nicht verglichen: In den beiden Wellen wurde nicht gleich gefragt",
        ),
    },
)
# What is compared together, of all customers or of one group.
_TOGETHER = {
    "touchpoints": ("ratings of touchpoints", "Bewertungen von Kontaktpunkten"),
    "expectations": (
        "other questions on touchpoints, such as what was expected",
        "andere Fragen zu Kontaktpunkten, etwa nach Erwartungen",
    ),
    "stages": ("stages", "Phasen"),
    "overall": ("questions on the whole", "Fragen zum Ganzen"),
}
FAMILIES_OF_CHANGES = Vocabulary(
    "family of changes",
    {
        **{
            name: says(
                en=f"{en} of all customers, in this measure, wave and comparison: {{n}} "
                "(Benjamini-Hochberg)",
                de=f"{de} aller Kunden, in dieser Kennzahl, Welle und diesem Vergleich: {{n}} "
                "(Benjamini-Hochberg)",
            )
            for name, (en, de) in _TOGETHER.items()
        },
        **{
            f"{name}_of_group": says(
                en=f"{en} of this group, in this measure, wave and comparison: {{n}}; of "
                "{groups} groups those are selected in which something changed "
                "(Benjamini-Bogomolov)",
                de=f"{de} dieser Gruppe, in dieser Kennzahl, Welle und diesem Vergleich: {{n}}; "
                "von {groups} Gruppen sind die ausgewählt, in denen sich etwas verändert hat "
                "(Benjamini-Bogomolov)",
            )
            for name, (en, de) in _TOGETHER.items()
        },
    },
)
FLAGS_OF_CHANGES = Vocabulary(
    FLAGS.name,
    {
        **FLAGS.codes,
        "baseline_moved": says(
            en="The baseline did not ask this, or not in this way; it is compared with the first "
            "wave that did.",
            de="Die Basiswelle hat das nicht oder anders gefragt; verglichen wird mit der ersten, "
            "die es tat.",
        ),
        "overlap": says(
            en="Some answered in both waves; that their answers go together is taken into account.",
            de="Einige antworteten in beiden Wellen; dass ihre Antworten zusammenhängen, ist "
            "berücksichtigt.",
        ),
        "overlap_apart": says(
            en="Some customers lie in another cluster in either wave; there the waves are taken as "
            "independent.",
            de="Einige Kunden liegen in beiden Wellen in verschiedenen Klumpen; dort gelten die "
            "Wellen als unabhängig.",
        ),
    },
)
_UNSCORED = says(en="no question could be scored", de="keine Frage ließ sich auswerten")

SCORES = Table(
    "scores",
    "one measure of one question or stage, in one wave and segment",
    SUBJECT_KEY,
    (
        *SUBJECT_COLUMNS,
        *SURVEY_NUMBERS,
        *SCALE_COLUMNS,
        Column("since", TEXT, "first wave of its series; earlier waves are not comparable", True),
        Column(
            "changed",
            TEXT,
            "what its series began with; null if it is the first",
            codes=BREAKS,
            several=True,
            label=says(en="Not comparable with before", de="Nicht vergleichbar mit früher"),
        ),
        *making(SCORE_METHODS, SCORE_POLICIES, FLAGS, evidence="descriptive"),
    ),
    rests_on=(SCORED_PEOPLE,),
    empty=_UNSCORED,
    fed_by=("responses",),
    intervals=(INTERVAL,),
    ascending=ON_SCALE,
    measures=MEASURES,
)

CHANGES = Table(
    "changes",
    "one score against an earlier wave",
    (*SUBJECT_KEY, "against"),
    (
        *SUBJECT_COLUMNS,
        Column("against", TEXT, "what it is compared with", True, ("previous", "baseline")),
        Column("wave_against", TEXT, "the earlier wave", required=True),
        *SURVEY_NUMBERS,
        Column(
            "n_against", WHOLE, "answers in the earlier wave; null if withheld",
            lowest=0, unit="count", counts_people=True,
            label=says(en="Answers in the earlier wave", de="Antworten in der früheren Welle"),
        ),
        Column(
            "n_both", WHOLE, "customers, or clusters, with an answer in both waves; their "
            "covariance is taken into account; null if withheld",
            lowest=0, unit="count",
            label=says(en="Answered in both waves", de="In beiden Wellen geantwortet"),
        ),
        *DESIGN_AGAINST,
        *P_VALUE_COLUMNS,
        adjusted_over(FAMILIES_OF_CHANGES),
        *SCALE_COLUMNS,
        Column(
            "broken", TEXT, "why the two waves are not compared; null if they are", codes=BREAKS,
            several=True, label=says(en="Not compared", de="Nicht verglichen"),
        ),
        *making(METHODS_OF_CHANGES, SCORE_POLICIES, FLAGS_OF_CHANGES, evidence="descriptive"),
    ),
    rests_on=COMPARED_PEOPLE,
    empty=says(
        en="no question was asked in two waves", de="keine Frage wurde in zwei Wellen gestellt"
    ),
    fed_by=("responses",),
    intervals=(INTERVAL,),
    ascending=(("p_value", "p_adjusted"),),
    measures=MEASURES,
    differences=True,
)  # fmt: skip

DISTRIBUTIONS = Table(
    "distributions",
    "share of one answer, or of one reason why there is none",
    (*SUBJECT_KEY, "answer"),
    (
        *SUBJECT_COLUMNS,
        Column("answer", TEXT, "the answer, or why it is missing", required=True),
        *SURVEY_NUMBERS,
        *making(SCORE_METHODS, SCORE_POLICIES, FLAGS, evidence="descriptive"),
    ),
    rests_on=(SHARED_PEOPLE,),
    empty=_UNSCORED,
    fed_by=("responses",),
    intervals=(INTERVAL,),
    measures=(SHARE,),
)

ACTIVITY = Table(
    "activity",
    "rows of one canonical table in one month",
    ("table", "period", "kind"),
    (
        Column("table", TEXT, "canonical table", True, tuple(CANONICAL)),
        Column("period", TEXT, "local month, 2011-03; the wave of rows without a date", True),
        Column("kind", TEXT, "status of transactions, mode or origin of others", required=True),
        count("n_rows", "rows", label=says(en="Rows", de="Zeilen")),
        count(
            "n_orders", "distinct orders; null for other tables", required=False,
            label=says(en="Orders", de="Bestellungen"),
        ),
        count(
            "n_customers", "distinct customers; null if anonymous", required=False,
            label=says(en="Customers", de="Kunden"),
        ),
        Column(
            "amount", NUMBER, "sum of money in the study's currency; null for other tables",
            unit="money", label=says(en="Amount", de="Betrag"),
        ),
        Column("first_on", DATE, "earliest day, local"),
        Column("last_on", DATE, "latest day"),
    ),
    # Where nobody is known by name, rows stand for people. Daily figures are about nobody.
    rests_on=(
        Own(
            pl.coalesce("n_customers", "n_rows"),
            rows=pl.col("table") != "touchpoint_metrics",
        ),
    ),
    empty=says(en="no table has rows", de="keine Tabelle hat Zeilen"),
)  # fmt: skip

STEP = Step(
    "measure",
    "score touchpoints, with intervals",
    reads=tuple(f"canonical/{name}" for name in CANONICAL),
    writes=(SCORES, CHANGES, DISTRIBUTIONS, ACTIVITY, WAVES_IN_TIME),
    settings=MeasureSettings,
)
