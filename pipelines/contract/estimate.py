"""Estimates: a published number is never alone, it has its interval, its n and how it was made."""

from __future__ import annotations

from math import inf
from typing import Annotated

import polars as pl
from pydantic import Field

from pipelines.contract.canonical import MISSING_REASONS, MODES
from pipelines.contract.code import WITHHELD, Says, Vocabulary, says
from pipelines.contract.people import GROUP, SEGMENT, Of, Pool
from pipelines.contract.step import Param
from pipelines.contract.table import FLAG, NUMBER, TEXT, WHOLE, Column, Measure

Level = Annotated[float, Param("measure.level"), Field(gt=0, lt=1)]  # of intervals
FlagN = Annotated[int, Param("measure.flag_n"), Field(ge=1)]  # fewer answers: shown, but greyed
Fdr = Annotated[float, Param("measure.fdr"), Field(gt=0, lt=1)]  # false discovery rate

EVIDENCE = Vocabulary(
    "evidence",
    {
        "descriptive": says(en="descriptive", de="beschreibend"),
        "association": says(en="association", de="Zusammenhang"),
        "quasi-experimental": says(en="quasi-experimental", de="quasi-experimentell"),
        "experimental": says(en="experimental", de="experimentell"),
    },
)
SCOPES = ("overall", "stage", "touchpoint")

MEASURES = (
    # mean answer, as a share of the scale
    Measure("mean", 0, 100, "points", "mean", "mean", better="higher", missing="answers"),
    # mean of a scale with two answers: it is the share of people who gave the better one
    Measure("better", 0, 100, "percent", "share", "mean", better="higher", missing="answers"),
    # CSAT: share in the top two boxes; of a stage the mean share of a respondent's ratings
    Measure("top2", 0, 100, "percent", "share", "mean", better="higher", missing="answers"),
    # very satisfied
    Measure("top1", 0, 100, "percent", "share", "mean", better="higher", missing="answers"),
    Measure("nps", -100, 100, "signed", "nps", "nps", better="higher", missing="answers"),
    # ease on the scale of its question, higher is easier
    Measure("ces", -inf, inf, "scale", "mean", "mean", better="higher", missing="answers"),
    # of those who answered, who experienced it
    Measure("reach", 0, 100, "percent", "share", "share", better="neither", missing="use"),
    # experience minus expectation
    Measure("gap", -100, 100, "signed", "mean", "mean", better="higher", missing="pairs"),
    Measure("under_fulfilled", 0, 100, "percent", "share", "share", "lower", missing="pairs"),
    Measure("met", 0, 100, "percent", "share", "share", better="neither", missing="pairs"),
    Measure("exceeded", 0, 100, "percent", "share", "share", better="higher", missing="pairs"),
)
# of an answer, in distributions
SHARE = Measure("share", 0, 100, "percent", "share", "share", better="neither", missing="asked")
BY_NAME = {measure.name: measure for measure in (*MEASURES, SHARE)}

# What each number is about.
SUBJECT_COLUMNS = (
    Column("mode", TEXT, "hot or cold survey; never pooled", True, codes=MODES),
    Column("scope", TEXT, "what is scored", True, SCOPES),
    Column("stage", TEXT, "journey stage; null if scope is overall"),
    Column("touchpoint_id", TEXT, "touchpoint; null unless scope is touchpoint"),
    Column("question_id", TEXT, "question; null for a stage, which pools its questions"),
    Column("segment", TEXT, "attribute by which customers are split; 'all' if not", True),
    Column("group", TEXT, "that attribute's value; 'all' if not split", True),
    Column("wave", TEXT, "wave", required=True),
    Column("measure", TEXT, "what is measured, see the measures", required=True),
    Column("weighted", FLAG, "whether sampling weights were used", required=True),
)
SUBJECT_KEY = tuple(column.name for column in SUBJECT_COLUMNS)

VALUE_LABEL = says(en="Value", de="Wert")
N = Column(
    "n", WHOLE, "answers it rests on; null if withheld", lowest=0, unit="count", counts_people=True,
    label=says(en="Answers (n)", de="Antworten (n)"),
)  # fmt: skip
P_VALUE_COLUMNS = (
    Column("p_value", NUMBER, "two-sided p-value of no change", lowest=0, highest=1),
    Column(
        "p_adjusted",
        NUMBER,
        "the same, adjusted for the comparisons of its family",
        lowest=0,
        highest=1,
        unit="p_value",
        label=says(
            en="p, adjusted for the number of comparisons",
            de="p, angepasst an die Zahl der Vergleiche",
        ),
    ),
)


def adjusted_over(families: Vocabulary) -> Column:
    """The column that says over which comparisons p-values were adjusted."""
    return Column(
        "adjusted_over", TEXT, "the comparisons that p_adjusted counts", codes=families,
        label=says(
            en="False discovery control over", de="Kontrolle der Falschentdeckungsrate über"
        ),
    )  # fmt: skip


# The number and its uncertainty.
NUMBER_COLUMNS = (
    Column(
        "value",
        NUMBER,
        "the estimate; null if there were no answers or it is withheld",
        unit="measure",
        label=VALUE_LABEL,
    ),
    Column("low", NUMBER, "lower end of the interval"),
    Column("high", NUMBER, "upper end of the interval"),
    Column(
        "std_error",
        NUMBER,
        "design-based standard error; null if the answers do not differ",
        lowest=0,
    ),
    Column("level", NUMBER, "confidence level of the interval, 0 to 1", True, lowest=0, highest=1),
    N,
    Column(
        "n_eff", NUMBER, "Kish's effective number of answers", lowest=0, unit="count",
        label=says(en="Effective n", de="Effektives n"),
    ),
)  # fmt: skip
_EFFECTIVE_N = (
    "answers of a simple sample that would tell as much: n over the design effect, at most n"
)
_DESIGN_EFFECT = (
    "variance over that of a simple sample of as many answers; null if the answers do not differ"
)
# The same of a survey's scores, whose effective n is that of the whole design.
SURVEY_NUMBERS = (
    *(column for column in NUMBER_COLUMNS if column.name != "n_eff"),
    Column(
        "n_eff", NUMBER, _EFFECTIVE_N, lowest=0, unit="count",
        label=says(en="Effective n", de="Effektives n"),
    ),
    Column(
        "deff", NUMBER, _DESIGN_EFFECT, lowest=0, unit="ratio",
        label=says(en="Design effect", de="Design-Effekt"),
    ),
)  # fmt: skip
# Of the wave that a score is compared with.
DESIGN_AGAINST = (
    Column(
        "n_eff_against", NUMBER, f"the same in the earlier wave: {_EFFECTIVE_N}", lowest=0,
        unit="count",
        label=says(en="Effective n in the earlier wave", de="Effektives n in der früheren Welle"),
    ),
    Column(
        "deff_against", NUMBER, f"the same in the earlier wave: {_DESIGN_EFFECT}", lowest=0,
        unit="ratio",
        label=says(
            en="Design effect in the earlier wave", de="Design-Effekt in der früheren Welle"
        ),
    ),
)  # fmt: skip
INTERVAL = ("low", "value", "high")
# Of measures that are told on the scale of their question; null of others.
SCALE_COLUMNS = (
    Column(
        "scale_min", NUMBER, "lowest answer of the question, if the value is on its scale",
        unit="count", label=says(en="Lowest answer", de="Niedrigste Antwort"),
    ),
    Column(
        "scale_max", NUMBER, "highest answer of the question, if the value is on its scale",
        unit="count", label=says(en="Highest answer", de="Höchste Antwort"),
    ),
)  # fmt: skip
ON_SCALE = (("scale_min", "low"), ("high", "scale_max"))

FLAGS = Vocabulary(
    "flag",
    {
        "small": says(
            en="Rests on fewer than {flag_n} answers: read it with care.",
            de="Beruht auf weniger als {flag_n} Antworten, mit Vorsicht zu lesen.",
        ),
        WITHHELD: says(
            en="Withheld: fewer than {withhold_below} people answered, or the number would give "
            "away a group of fewer.",
            de="Zurückgehalten: Weniger als {withhold_below} Personen haben geantwortet, oder die "
            "Zahl würde eine so kleine Gruppe verraten.",
        ),
        "unweighted_wave": says(
            en="This wave has no weights; every answer counts one.",
            de="Diese Welle hat keine Gewichte; jede Antwort zählt eins.",
        ),
        "single_psu": says(
            en="A stratum has a single unit; its share of the variance is a stand-in.",
            de="Eine Schicht hat nur eine Einheit; ihr Anteil an der Varianz ist ein Ersatzwert.",
        ),
        "no_variance": says(
            en="The answers do not differ; the interval is that of a share.",
            de="Die Antworten unterscheiden sich nicht; das Intervall ist das eines Anteils.",
        ),
        "no_cluster": says(
            en="Of {n} of {of} respondents the cluster is not known: each counts as a unit, and "
            "the interval may be a little narrow.",
            de="Von {n} von {of} Befragten ist der Klumpen nicht bekannt: Jede dieser Personen "
            "zählt als Einheit, das Intervall ist vielleicht etwas zu schmal.",
        ),
    },
)
METHOD_OF_WITHHELD = {
    WITHHELD: says(en="withheld: too few answers", de="zurückgehalten: zu wenige Antworten")
}


def agreed(sentence: Says) -> Says:
    """Add to the sentence of a method what is done where the answers do not differ."""
    return says(
        en=f"{sentence['en']}; the answers do not differ: Wilson interval on their number",
        de=f"{sentence['de']}; die Antworten unterscheiden sich nicht: Wilson-Intervall auf ihrer "
        "Zahl",
    )


def methods_of_mean(code: str, *, en: str, de: str) -> dict[str, Says]:
    """Codes of a mean with its interval: as it is, and where the answers do not differ."""
    sentence = says(
        en=f"{en}, Taylor-linearised over strata and clusters, score interval with t quantile",
        de=f"{de}, über Schichten und Klumpen nach Taylor linearisiert, Score-Intervall mit "
        "t-Quantil",
    )
    return {code: sentence, f"{code}_agreed": agreed(sentence)}


# What `pipelines.estimates` writes: a family, and whether the answers differ.
METHODS = Vocabulary(
    "method of estimates",
    {
        **METHOD_OF_WITHHELD,
        **methods_of_mean("mean", en="mean", de="Mittelwert"),
        "share": says(
            en="share, Wilson interval on n over the design effect",
            de="Anteil, Wilson-Intervall mit n durch den Design-Effekt",
        ),
        "nps": says(
            en="promoters minus detractors, adjusted Wald interval on n over the design effect",
            de="Fürsprecher minus Kritiker, angepasstes Wald-Intervall mit n durch den "
            "Design-Effekt",
        ),
    },
)


def making(
    methods: Vocabulary, policies: Vocabulary, flags: Vocabulary, *, evidence: str
) -> tuple[Column, ...]:
    """Columns that say how a number was made.

    Parameters
    ----------
    methods, policies, flags : Vocabulary
        Estimator and interval; what was done with missing answers; warnings.
    evidence : str
        The one kind of claim that the table makes.
    """
    claim = EVIDENCE.only(evidence)
    return (
        Column("missing_policy", TEXT, "what was done with missing answers", True, codes=policies),
        Column("method", TEXT, "estimator and interval", True, codes=methods),
        Column("evidence", TEXT, "what kind of claim it supports", True, codes=claim),
        Column(
            "flags",
            TEXT,
            "warnings, separated by blanks; null if none",
            codes=flags,
            several=True,
        ),
        Column("inputs_hash", TEXT, "hash of the table it was computed from", required=True),
    )


# The people who answered a question, or rated a stage, in one wave: those who ``answered``; of
# them those on a scale with top boxes; those who answered and who did not experience it, of whom
# the ``reached`` are a share; and all who were ``asked``.
# What is measured on complete pairs of rating and expectation rests on fewer people.
ANSWERS = Pool(
    "answers",
    ("mode", "scope", "stage", "touchpoint_id", "question_id", SEGMENT, "wave", "pairs"),
    ("answered", "boxed", "reached", "asked"),
)
_IN_PAIRS = [measure.name for measure in MEASURES if measure.missing == "pairs"]
_IS_REACH = pl.col("measure") == "reach"
_IS_BOXED = pl.col("measure").is_in(("top2", "top1"))
_NONE = pl.lit(0, pl.Int64)


def _own(wave: str = "wave") -> dict[str, pl.Expr]:
    """The cell of a row that has the columns of `SUBJECT_COLUMNS`."""
    own = {name: pl.col(name) for name in ANSWERS.cell if name != "pairs"}
    return {**own, "pairs": pl.col("measure").is_in(_IN_PAIRS), "wave": pl.col(wave)}


SCORED_PEOPLE = Of(
    ANSWERS,
    _own(),
    counts={
        "answered": pl.col("n").filter(~_IS_REACH).max().fill_null(0),
        "boxed": pl.col("n").filter(_IS_BOXED).max().fill_null(0),
        "reached": pl.col("n").filter(_IS_REACH).max().fill_null(0),
        "asked": _NONE,
    },
)
# Shares of answers tell the answers themselves.
SHARED_PEOPLE = Of(
    ANSWERS,
    _own(),
    counts={
        "answered": (pl.col("n") * pl.col("value") / 100)
        .filter(~pl.col("answer").is_in(MISSING_REASONS))
        .sum()
        .round()
        .cast(pl.Int64),
        "boxed": _NONE,
        "reached": _NONE,
        "asked": pl.col("n").max(),
    },
    rows=~pl.col("weighted") & (pl.col("n") > 0),
)
COMPARED_PEOPLE = (Of(ANSWERS, _own()), Of(ANSWERS, _own("wave_against")))


def people_of_question(column: str) -> Of:
    """The people who answered the question that a column names."""
    here = {name: pl.col(name) for name in ("mode", SEGMENT, "wave", GROUP)}
    return Of(ANSWERS, {**here, "question_id": pl.col(column), "pairs": pl.lit(False)})


SCORE_POLICIES = Vocabulary(
    "missing answers of scores",
    {
        "answers": says(
            en="answers only; not experienced, don't know, refused and skipped left out",
            de="nur Antworten; nicht erlebt, weiß nicht, verweigert und nicht beantwortet "
            "ausgelassen",
        ),
        "use": says(
            en="answers and not experienced; don't know, refused and skipped left out",
            de="Antworten und nicht erlebt; weiß nicht, verweigert und nicht beantwortet "
            "ausgelassen",
        ),
        "asked": says(
            en="all who were asked; the reasons for no answer count as answers",
            de="alle Gefragten; Gründe für keine Antwort zählen als Antworten",
        ),
        "pairs": says(en="complete pairs only", de="nur vollständige Paare"),
        "stage": says(
            en="average of the touchpoints of the stage that a respondent rated",
            de="Mittel der Kontaktpunkte der Phase, die eine befragte Person bewertet hat",
        ),
        "stage_reach": says(
            en="rated a touchpoint of the stage, of those who rated one or experienced none",
            de="hat einen Kontaktpunkt der Phase bewertet, von denen, die einen bewertet oder "
            "keinen erlebt haben",
        ),
    },
)
