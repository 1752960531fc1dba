"""Published numbers: a value is never alone, it has its interval, its n and how it was made."""

from __future__ import annotations

import polars as pl

from pipelines.core.contract import FLAG, NUMBER, TEXT, TIME, WHOLE, Column, Table
from pipelines.core.errors import ContractError

ALL = "all"  # the segment, and the segment's value, of everybody

EVIDENCE = ("descriptive", "association", "quasi-experimental", "experimental")
SCOPES = ("overall", "stage", "touchpoint")

# What each number is about.
_SUBJECT = (
    Column("mode", TEXT, "hot or cold survey; never pooled", required=True),
    Column("scope", TEXT, "what is scored", True, SCOPES),
    Column("stage", TEXT, "journey stage; null if scope is overall"),
    Column("touchpoint_id", TEXT, "touchpoint; null unless scope is touchpoint"),
    Column("question_id", TEXT, "question; null for a stage, which pools its questions"),
    Column("segment", TEXT, "attribute by which customers are split; 'all' if not", True),
    Column("group", TEXT, "that attribute's value; 'all' if not split", True),
    Column("wave", TEXT, "wave", required=True),
    Column("measure", TEXT, "what is measured, see MEASURES", required=True),
    Column("weighted", FLAG, "whether sampling weights were used", required=True),
)
# The number and its uncertainty.
_NUMBER = (
    Column("value", NUMBER, "the estimate; null if there were no answers or it is withheld"),
    Column("low", NUMBER, "lower end of the interval"),
    Column("high", NUMBER, "upper end of the interval"),
    Column("std_error", NUMBER, "design-based standard error; null if the answers do not differ"),
    Column("level", NUMBER, "confidence level of the interval, 0 to 1", required=True),
    Column("n", WHOLE, "answers it rests on; null if withheld"),
    Column("n_eff", NUMBER, "Kish's effective number of answers"),
)
# How it was made.
_MAKING = (
    Column("missing_policy", TEXT, "what was done with missing answers", required=True),
    Column("method", TEXT, "estimator and interval", required=True),
    Column("evidence", TEXT, "what kind of claim it supports", True, EVIDENCE),
    Column(
        "flags",
        TEXT,
        "warnings, separated by blanks, null if none: small (few answers), withheld,"
        " unweighted_wave (the wave has no weights), single_psu (a stratum of one sampling unit),"
        " no_variance (the answers do not differ); of changes also baseline_moved (the baseline"
        " lacks the question), other_questions (the stage pools others), other_scale, overlap"
        " (customers who answered in both waves); of drivers halo (most of the slope alone is"
        " shared with other drivers), of models left_out (too few rated some drivers)",
    ),
    Column("inputs_hash", TEXT, "hash of the table it was computed from", required=True),
)

_KEY = tuple(column.name for column in _SUBJECT)

SCORES = Table(
    "scores",
    "one measure of one question or stage, in one wave and segment",
    _KEY,
    (*_SUBJECT, *_NUMBER, *_MAKING),
)

CHANGES = Table(
    "changes",
    "one score against an earlier wave",
    (*_KEY, "against"),
    (
        *_SUBJECT,
        Column("against", TEXT, "what it is compared with", True, ("previous", "baseline")),
        Column("wave_against", TEXT, "the earlier wave", required=True),
        *_NUMBER,
        Column("n_against", WHOLE, "answers in the earlier wave; null if withheld"),
        Column("p_value", NUMBER, "two-sided p-value of no change"),
        Column("p_adjusted", NUMBER, "the same, adjusted over the grid (Benjamini-Hochberg)"),
        *_MAKING,
    ),
)

DISTRIBUTIONS = Table(
    "distributions",
    "share of one answer, or of one reason why there is none",
    (*_KEY, "answer"),
    (
        *_SUBJECT,
        Column("answer", TEXT, "the answer, or why it is missing", required=True),
        *_NUMBER,
        *_MAKING,
    ),
)

ACTIVITY = Table(
    "activity",
    "rows of one canonical table in one month",
    ("table", "period", "kind"),
    (
        Column("table", TEXT, "canonical table", required=True),
        Column("period", TEXT, "month, 2011-03, or the wave where there is no date", required=True),
        Column("kind", TEXT, "status of transactions, mode or origin of others", required=True),
        Column("n_rows", WHOLE, "rows", required=True),
        Column("n_orders", WHOLE, "distinct orders; null for other tables"),
        Column("n_customers", WHOLE, "distinct customers; null if anonymous", required=False),
        Column("amount", NUMBER, "sum of money in the study's currency; null for other tables"),
        Column("first_at", TIME, "earliest time"),
        Column("last_at", TIME, "latest time"),
    ),
)

LEDGER = Table(
    "ledger",
    "one raw file's part in one table: nothing is lost",
    ("table", "source", "source_file"),
    (
        Column("table", TEXT, "canonical table", required=True),
        Column("source", TEXT, "source in study.yaml", required=True),
        Column("source_file", TEXT, "raw file", required=True),
        Column("lines", WHOLE, "data lines in the file", required=True),
        Column("rows_read", WHOLE, "rows offered to the table (cells, if unpivoted)", True),
        Column("rows_skipped", WHOLE, "left out as the map declares: blank or repeated", True),
        Column("rows_in", WHOLE, "rows judged: read minus skipped", required=True),
        Column("rows_accepted", WHOLE, "rows that keep every rule", required=True),
        Column("rows_quarantined", WHOLE, "rows that break a rule", required=True),
    ),
)

RULES = Table(
    "rules",
    "one expectation and how a table met it",
    ("table", "rule"),
    (
        Column("table", TEXT, "canonical table", required=True),
        Column("rule", TEXT, "name of the rule", required=True),
        Column("expectation", TEXT, "Great Expectations type", required=True),
        Column("columns", TEXT, "columns it concerns, separated by blanks"),
        Column("says", TEXT, "the rule in a sentence", required=True),
        Column("on_fail", TEXT, "what happens", True, ("quarantine", "warn", "stop")),
        Column("success", FLAG, "whether every row kept it", required=True),
        Column("n_rows", WHOLE, "rows judged"),
        Column("n_unexpected", WHOLE, "rows that broke it"),
    ),
)

QUARANTINE_EXAMPLES = Table(
    "quarantine_examples",
    "one quarantined row that broke one rule",
    ("table", "rule", "source_file", "source_row"),
    (
        Column("table", TEXT, "canonical table", required=True),
        Column("rule", TEXT, "name of the rule", required=True),
        Column("source_file", TEXT, "raw file", required=True),
        Column("source_row", WHOLE, "row in that file", required=True),
        Column("got", TEXT, "the cells concerned; withheld if they could name a person"),
    ),
)

# What a driver model is about.
TARGETS = ("mean", "top_box", "bottom_box")  # of the outcome's answers
POLICIES = ("use_rating", "em", "pairwise", "listwise")  # for missing ratings, best first
APPROACHES = ("lmg", "johnson", "first", "last", "latent")
STATUSES = ("fitted", "shrunk", "refused")
QUADRANTS = ("improve", "keep", "watch", "maintain")  # important or not, below or above target

_MODEL = (
    Column("mode", TEXT, "hot or cold survey; never pooled", required=True),
    Column("outcome", TEXT, "question whose answers are related to the drivers", required=True),
    Column(
        "target",
        TEXT,
        "mean: the answer; top_box: whether very satisfied; bottom_box: whether dissatisfied",
        True,
        TARGETS,
    ),
    Column("segment", TEXT, "attribute by which customers are split; 'all' if not", True),
    Column("group", TEXT, "that attribute's value; 'all' if not split", True),
    Column("wave", TEXT, "wave", required=True),
)
_DRIVER = (
    Column("driver", TEXT, "question that rates a touchpoint", required=True),
    Column("touchpoint_id", TEXT, "its touchpoint", required=True),
)
_MODEL_KEY = tuple(column.name for column in _MODEL)

DRIVERS = Table(
    "drivers",
    "importance of one driver for one outcome, under one policy and approach",
    (*_MODEL_KEY, "policy", "approach", "driver"),
    (
        *_MODEL,
        Column("policy", TEXT, "what is done with missing ratings", True, POLICIES),
        Column(
            "approach",
            TEXT,
            "how R2 is split; latent: as lmg, but the latent R2 of an ordered logit, which is"
            " there for all customers, outcomes of up to 12 steps, and enough answers on them",
            True,
            APPROACHES,
        ),
        *_DRIVER,
        *_NUMBER,  # the share of the sum over drivers, in percent
        Column("importance", NUMBER, "the same in units of R2"),
        Column("importance_low", NUMBER, "lower end of its interval"),
        Column("importance_high", NUMBER, "upper end of its interval"),
        Column("rank", WHOLE, "1 is the most important"),
        Column("rank_low", WHOLE, "best rank within the level"),
        Column("rank_high", WHOLE, "worst rank within the level"),
        Column("tier", WHOLE, "drivers of one tier cannot be told from its first"),
        Column(
            "slope",
            NUMBER,
            "points of the outcome (0 to 100) per point of the rating (0 to 100) among users,"
            " the other drivers held; null for latent",
        ),
        Column("slope_low", NUMBER, "lower end of its interval"),
        Column("slope_high", NUMBER, "upper end of its interval"),
        Column("reach", NUMBER, "percent who experienced it"),
        Column("n_users", WHOLE, "answers of those who experienced it"),
        Column("vif", NUMBER, "variance inflation of the rating"),
        Column("halo", NUMBER, "slope with the others held over slope alone; below 1/3 is halo"),
        *_MAKING,
    ),
)

DRIVER_MODELS = Table(
    "driver_models",
    "one model: how well its drivers go with the outcome, or why there is none",
    (*_MODEL_KEY, "policy"),
    (
        *_MODEL,
        Column("policy", TEXT, "what is done with missing ratings", True, POLICIES),
        *_NUMBER,  # R2, 0 to 1
        Column("r2_held_out", NUMBER, "R2 in parts of the sample that the model did not see"),
        Column("n_drivers", WHOLE, "drivers asked in this wave", required=True),
        Column("n_left_out", WHOLE, "answers with an outcome that the policy cannot use"),
        Column("status", TEXT, "fitted, shrunk, or refused", True, STATUSES),
        Column("reason", TEXT, "why it was shrunk or refused; null if fitted"),
        *_MAKING,
    ),
)

PRIORITIES = Table(
    "priorities",
    "importance and performance of one driver, and how sure its place on the map is",
    (*_MODEL_KEY, "driver"),
    (
        *_MODEL,
        *_DRIVER,
        *_NUMBER,  # importance in percent, as in drivers under use_rating and lmg
        Column("performance", NUMBER, "mean rating of those who experienced it, 0 to 100"),
        Column("performance_low", NUMBER, "lower end of its interval"),
        Column("performance_high", NUMBER, "upper end of its interval"),
        Column("performance_error", NUMBER, "its standard error"),
        Column("correlation", NUMBER, "of the errors of importance and performance, -1 to 1"),
        Column("importance_border", NUMBER, "above it a driver is important: an equal share"),
        Column("performance_border", NUMBER, "above it performance is good: the weighted mean"),
        Column("quadrant", TEXT, "where the point lies", values=QUADRANTS),
        *(Column(f"p_{name}", NUMBER, f"probability of {name}, 0 to 1") for name in QUADRANTS),
        Column("stated", NUMBER, "importance that customers state, 0 to 100; null if not asked"),
        Column("stated_low", NUMBER, "lower end of its interval"),
        Column("stated_high", NUMBER, "upper end of its interval"),
        *_MAKING,
    ),
)

DRIVER_CONTRASTS = Table(
    "driver_contrasts",
    "importance of one driver in a segment against all other customers",
    (*_MODEL_KEY, "driver"),
    (
        *_MODEL,
        *_DRIVER,
        *_NUMBER,  # percentage points of importance
        Column("n_against", WHOLE, "answers of the other customers"),
        Column("p_value", NUMBER, "two-sided p-value of no difference"),
        Column("p_adjusted", NUMBER, "the same, adjusted over the grid (Benjamini-Hochberg)"),
        *_MAKING,
    ),
)

MEASURED = {table.name: table for table in (SCORES, CHANGES, DISTRIBUTIONS, ACTIVITY)}
MODELLED = {table.name: table for table in (DRIVERS, DRIVER_MODELS, PRIORITIES, DRIVER_CONTRASTS)}
DERIVED = MEASURED | MODELLED
PUBLISHED = DERIVED | {table.name: table for table in (LEDGER, RULES, QUARANTINE_EXAMPLES)}

# measure -> (lowest, highest, unit): what the app formats and the suites check.
MEASURES = {
    "mean": (0.0, 100.0, "points"),  # mean answer, as a share of the scale
    "top2": (0.0, 100.0, "percent"),  # CSAT: share in the top two boxes
    "top1": (0.0, 100.0, "percent"),  # very satisfied
    "nps": (-100.0, 100.0, "points"),
    "ces": (1.0, 7.0, "scale"),  # ease on 1 to 7, higher is easier
    "reach": (0.0, 100.0, "percent"),  # of those who answered, who experienced it
    "gap": (-100.0, 100.0, "points"),  # experience minus expectation, complete pairs
    "under_fulfilled": (0.0, 100.0, "percent"),
    "met": (0.0, 100.0, "percent"),
    "exceeded": (0.0, 100.0, "percent"),
    "share": (0.0, 100.0, "percent"),  # of an answer, in distributions
}


def check_estimates(rows: pl.DataFrame, where: str) -> None:
    """Refuse estimates that contradict themselves.

    Raises
    ------
    ContractError
        If a value lies outside its interval, or has no n, level or method.
    """
    has_value = pl.col("value").is_not_null()
    inside = (pl.col("low") <= pl.col("value")) & (pl.col("value") <= pl.col("high"))
    complete = pl.all_horizontal(pl.col("n", "level", "method").is_not_null())
    bad = rows.filter(has_value & ~(inside.fill_null(False) & complete))
    if not bad.is_empty():
        first = bad.select("measure", "question_id", "wave", "value", "low", "high", "n").row(0)
        raise ContractError(
            where,
            expected="every value inside its interval, with n, level and method",
            got=f"{bad.height} others, the first {first}",
            todo="mend the estimator",
        )
