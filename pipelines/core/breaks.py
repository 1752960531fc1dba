"""Breaks: the series that the waves of a question or stage belong to.

Answers before and after a break are two series: a study's map declares breaks, and a change of
scale is one without being declared. What is made of several questions has a break where one of
them has, and where they are not the same questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.contract.canonical import EXPERIENCES
from pipelines.contract.code import write_code
from pipelines.contract.estimate import MEASURES
from pipelines.contract.people import EVERYBODY
from pipelines.contract.table import BETWEEN_CODES
from pipelines.core.errors import ContractError, closest
from pipelines.core.map import Break

# What is compared over the waves. What is measured on complete pairs rests on expectations too.
SUBJECT = ("mode", "is_stage", "subject", "in_pairs")
IN_PAIRS = tuple(measure.name for measure in MEASURES if measure.missing == "pairs")


def in_pairs() -> pl.Expr:
    """Whether a row's measure rests on pairs of rating and expectation."""
    return pl.col("measure").is_in(IN_PAIRS).alias("in_pairs")


def series(
    register: pl.DataFrame,
    stages: Mapping[str, str],
    declared: Sequence[Break],
    waves: pl.DataFrame,
) -> pl.DataFrame:
    """Say to which series every wave of a question, stage or pair of questions belongs.

    Parameters
    ----------
    register : DataFrame
        See `answers.question_register`.
    stages : mapping
        Touchpoint to journey stage.
    declared : sequence of Break
        Those of the study's map.
    waves : DataFrame
        ``mode, wave, place``: the waves of each mode, numbered in their order.

    Returns
    -------
    DataFrame
        `SUBJECT`, ``wave``, ``place``; ``since``, the first wave of the series; ``changed``, what
        the series began with, in codes of `contract.breaks.BREAKS`; null in a first series.

    Raises
    ------
    ContractError
        If a break is declared at a wave in which its question was not asked.
    """
    require_known(declared, register)
    asked = register.join(waves.select("mode", "wave", "place"), on=["mode", "wave"])
    single = {"is_stage": pl.lit(False), "in_pairs": pl.lit(False)}
    own = asked.with_columns(subject="question_id", **single)
    scale = pl.format("{}-{}", "scale_min", "scale_max")
    began = [_declared(own, declared, waves), _turns(own, scale, "scale")]
    questions = _in_series(own, began)
    found = [questions, _stages(questions, stages), _pairs(questions)]
    return pl.concat(rows.select(*SUBJECT, "wave", "place", "since", "changed") for rows in found)


def require_known(declared: Sequence[Break], register: pl.DataFrame, *, first: int = 0) -> None:
    """Refuse a break at a wave in which none of its questions was asked.

    Parameters
    ----------
    declared : sequence of Break
    register : DataFrame
        ``question_id, touchpoint_id, wave``.
    first : int
        Place of the first one in study.yaml.

    Raises
    ------
    ContractError
        Naming the waves in which they were.
    """
    for number, one in enumerate(declared, first):
        asked = register.filter(_concerns(one))["wave"].unique().sort().to_list()
        if one.wave not in asked:
            raise ContractError(
                f"study.yaml: breaks.{number}.wave",
                expected=f"a wave in which {one.about} was asked",
                got=repr(one.wave),
                todo=closest(one.wave, asked),
            )


def _concerns(one: Break) -> pl.Expr:
    """Rows of the register that a break is about."""
    if one.touchpoint is not None:
        return pl.col("touchpoint_id") == one.touchpoint
    return pl.lit(one.question == EVERYBODY) | (pl.col("question_id") == one.question)


def _declared(own: pl.DataFrame, declared: Sequence[Break], waves: pl.DataFrame) -> pl.DataFrame:
    """List where declared breaks are: the first wave from theirs on that asked the question."""
    found = [own.clear().select(*SUBJECT, "wave", code=pl.lit(None, pl.String))]
    for one in declared:
        there = waves.filter(wave=one.wave).select("mode", from_place="place")
        since = own.filter(_concerns(one)).join(there, on="mode")
        first = since.filter(pl.col("place") >= pl.col("from_place")).sort("place")
        first = first.unique(SUBJECT, keep="first", maintain_order=True)
        found.append(first.select(*SUBJECT, "wave", code=pl.lit(one.changed)))
    return pl.concat(found)


def _turns(rows: pl.DataFrame, signature: pl.Expr, code: str) -> pl.DataFrame:
    """List the waves whose signature is not that of the wave before."""
    ordered = rows.sort(*SUBJECT, "place").with_columns(signature=signature)
    differs = pl.col("signature") != pl.col("signature").shift(1).over(SUBJECT)
    return ordered.filter(differs).select(*SUBJECT, "wave", code=pl.lit(code))


def _in_series(rows: pl.DataFrame, began: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Put waves into series, by what began where; a first wave begins without a reason."""
    turns = pl.concat(began).unique().sort(*SUBJECT, "wave", "code")
    written = [write_code(code, wave=wave) for code, wave in turns.select("code", "wave").rows()]
    reasons = (
        turns.with_columns(code=pl.Series(written, dtype=pl.String))
        .group_by(*SUBJECT, "wave", maintain_order=True)
        .agg(changed=pl.col("code").str.join(BETWEEN_CODES))
    )
    ordered = rows.join(reasons, on=[*SUBJECT, "wave"], how="left").sort(*SUBJECT, "place")
    is_first = pl.col("place") == pl.col("place").min().over(SUBJECT)
    turned = ordered.with_columns(changed=pl.when(~is_first).then("changed"), is_first=is_first)
    begins = pl.when(pl.col("is_first") | pl.col("changed").is_not_null()).then("wave")
    return (
        turned.with_columns(begins=begins)
        .with_columns(since=pl.col("begins").forward_fill().over(SUBJECT))
        .with_columns(changed=pl.col("changed").first().over(*SUBJECT, "since"))
        .drop("begins", "is_first")
    )


def _stages(questions: pl.DataFrame, stages: Mapping[str, str]) -> pl.DataFrame:
    """Give every stage its series: the same questions, each in the same series."""
    stage = pl.col("touchpoint_id").replace_strict(stages, default=None, return_dtype=pl.String)
    rated = questions.filter(pl.col("kind").is_in(EXPERIENCES))
    rated = rated.with_columns(subject=stage, is_stage=pl.lit(True))
    return _made_of(rated.drop_nulls("subject"), "questions")


def _pairs(questions: pl.DataFrame) -> pl.DataFrame:
    """Give ratings beside what was expected their series."""
    rated = questions.filter(kind="csat").with_columns(in_pairs=pl.lit(True))
    on = ["mode", "wave", "touchpoint_id", "scale_min", "scale_max"]
    expected = questions.filter(kind="expectation").select(*on, "question_id", "since")
    both = rated.drop("question_id", "since").join(expected, on=on).select(rated.columns)
    beside = rated.join(both.select(*SUBJECT, "wave").unique(), on=[*SUBJECT, "wave"])
    return _made_of(pl.concat([both, beside]), "pairs")


def _made_of(parts: pl.DataFrame, code: str) -> pl.DataFrame:
    """Give what is made of several questions its series; `parts` has a row for each question."""
    question = pl.concat_str("question_id", "since", separator=" ")
    made = parts.group_by(*SUBJECT, "wave", "place").agg(signature=question.sort().str.join("; "))
    return _in_series(made, [_turns(made, pl.col("signature"), code)])
