"""Counts of answers become sums of values: what each measure makes of an answer.

Every value lies between 0 and 1 here; `pipelines.measure.scores` gives it its unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.core.errors import ContractError, examples
from pipelines.measure.answers import BOXES, PLACE, SUMS
from pipelines.statistics.survey import DomainMeans, DomainSums, domain_means

RATINGS = ("csat", "overall", "ces", "emotion", "nps", "expectation", "importance")
EXPERIENCES = ("csat", "ces", "emotion", "nps")
BOXED = ("csat", "overall", "ces", "emotion")
PROMOTER, DETRACTOR = 9, 6  # lowest and highest answer that counts as one, on 0 to 10


@dataclass(frozen=True)
class Coding:
    """How a measure reads an answer.

    Parameters
    ----------
    measure : str
        Name of the measure.
    applies : Expr
        Whether the question has the measure, from its row in the question register.
    counts : Expr
        Whether the answer counts.
    y : Expr
        Its value, 0 to 1.
    """

    measure: str
    applies: pl.Expr
    counts: pl.Expr
    y: pl.Expr


_VALUE, _MIN, _MAX = pl.col("value"), pl.col("scale_min"), pl.col("scale_max")
_GIVEN = _VALUE.is_not_null()
_SHARE_OF_SCALE = (_VALUE - _MIN) / (_MAX - _MIN)
_KIND = pl.col("kind")
_HAS_BOXES = _KIND.is_in(BOXED) & (_MAX - _MIN).is_between(BOXES[0] - 1, BOXES[1] - 1)
_VOTE = (
    pl.when(_VALUE >= PROMOTER).then(1.0).when(_VALUE <= DETRACTOR).then(0.0).otherwise(0.5)
)  # fmt: skip

CODINGS = (
    Coding("mean", _KIND.is_in(RATINGS), _GIVEN, _SHARE_OF_SCALE),
    Coding("top2", _HAS_BOXES, _GIVEN, (_VALUE >= _MAX - 1).cast(pl.Float64)),
    Coding("top1", _HAS_BOXES, _GIVEN, (_VALUE >= _MAX).cast(pl.Float64)),
    Coding("nps", _KIND == "nps", _GIVEN, _VOTE),
    Coding("ces", _KIND == "ces", _GIVEN, _SHARE_OF_SCALE),
    Coding(
        "reach",
        pl.col("touchpoint_id").is_not_null() & _KIND.is_in(EXPERIENCES),
        _GIVEN | (pl.col("missing") == "not_experienced").fill_null(False),
        _GIVEN.cast(pl.Float64),
    ),
)


def check_scales(counts: pl.DataFrame, register: pl.DataFrame) -> None:
    """Refuse answers outside their scale, and NPS questions that are not on 0 to 10.

    Raises
    ------
    ContractError
        Naming the questions.
    """
    asked = counts.join(register, on=["mode", "wave", "question_id"])
    _refuse(
        asked.filter(_GIVEN & ~_VALUE.is_between(_MIN, _MAX)),  # catches NaN too
        expected="answers within the scale of their question",
        todo="correct the scale or its missing codes in study.yaml",
    )
    _refuse(
        register.filter((_KIND == "nps") & ((_MIN != 0) | (_MAX != 10))),
        expected="nps questions on a scale of 0 to 10",
        todo="correct their scale in study.yaml, or give them the measure overall",
    )


def _refuse(bad: pl.DataFrame, *, expected: str, todo: str) -> None:
    if not bad.is_empty():
        questions = examples(bad["question_id"].unique().sort())
        raise ContractError("responses", expected=expected, got=f"others: {questions}", todo=todo)


def code_answers(counts: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Add up what the answers are worth in every measure of their question.

    Parameters
    ----------
    counts : DataFrame
        See `answers.count_answers`.
    register : DataFrame
        See `answers.question_register`.

    Returns
    -------
    DataFrame
        The columns of `answers.sum_ratings`, and ``is_stage``. A cell in which
        no answer counts has n = 0.
    """
    part = [*PLACE, "question_id", "segment", "segment_value"]
    asked = counts.join(register, on=["mode", "wave", "question_id"]).sort(
        *part, "value", "missing", nulls_last=True
    )
    coded = [
        add_up(asked.filter(coding.applies).select(*part, **_terms(coding)), part).with_columns(
            measure=pl.lit(coding.measure)
        )
        for coding in CODINGS
    ]
    return pl.concat(coded).rename({"question_id": "subject"}).with_columns(is_stage=pl.lit(False))


def _terms(coding: Coding) -> dict[str, pl.Expr]:
    """What a count of answers adds to each of `SUMS`: nothing if the answers do not count."""
    y = pl.when(coding.counts).then(coding.y).otherwise(0.0)
    terms: dict[str, pl.Expr] = {}
    for column, prefix in (("n", ""), ("w", "w"), ("ww", "ww")):
        weight = pl.when(coding.counts).then(pl.col(column)).otherwise(0.0)
        terms |= {prefix or "n": weight, f"{prefix}y": weight * y, f"{prefix}yy": weight * y * y}
    return terms


def add_up(rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Add up all columns but `key` within each key, in the order of the rows.

    Polars adds in the order of its threads; the last digits would differ between runs.

    Parameters
    ----------
    rows : DataFrame
        Sorted by `key` first.
    """
    group = rows.select(group=pl.struct(key).rle_id())["group"].to_numpy()
    sums = {
        name: np.bincount(group, rows[name].cast(pl.Float64).to_numpy())
        for name in rows.columns
        if name not in key
    }
    keys = rows.select(key).unique(maintain_order=True)
    return keys.with_columns(**{name: pl.Series(values) for name, values in sums.items()})


def by_stratum(sums: pl.DataFrame, design: pl.DataFrame, *, weighted: bool) -> pl.DataFrame:
    """Fold the sampling units of each stratum together.

    Parameters
    ----------
    sums : DataFrame
        `answers.PLACE`, `SUMS`, and any columns that say what is estimated.
    design : DataFrame
        See `answers.sample_design`.
    weighted : bool
        Whether to use the weights; without, each answer counts one.

    Returns
    -------
    DataFrame
        What is estimated, with `weighted`; ``stratum``; the fields of `DomainSums` but
        ``domain``.
    """
    w = ("w", "wy", "wyy", "ww", "wwy", "wwyy") if weighted else ("n", "y", "yy", "n", "y", "yy")
    weight, first, second, squared, crossed, fourth = (pl.col(name) for name in w)
    alone, n = pl.col("cluster").is_null(), pl.col("n")  # alone: each respondent is a unit
    cell = [name for name in sums.columns if name not in ("stratum", "cluster", *SUMS)]
    terms = sums.sort(*cell, "stratum", "cluster", nulls_last=True).select(
        *cell,
        "stratum",
        n=n,
        psus=pl.when(alone).then(n).otherwise((n > 0).cast(pl.Float64)),
        w=weight,
        wy=first,
        wyy=second,
        ww=squared,
        uu=pl.when(alone).then(squared).otherwise(weight**2),
        uv=pl.when(alone).then(crossed).otherwise(weight * first),
        vv=pl.when(alone).then(fourth).otherwise(first**2),
    )
    units = design.select("mode", "wave", "stratum", "design_psus")
    return (
        add_up(terms, [*cell, "stratum"])
        .with_columns(weighted=pl.lit(weighted))
        .join(units, on=["mode", "wave", "stratum"], how="left", maintain_order="left")
    )


def estimate_means(parts: pl.DataFrame) -> tuple[pl.DataFrame, DomainMeans]:
    """Estimate the mean of every cell.

    Parameters
    ----------
    parts : DataFrame
        See `by_stratum`; the strata of a cell follow one another.

    Returns
    -------
    DataFrame, DomainMeans
        What is estimated, and the means in the same order.
    """
    fields = [name for name in DomainSums.__dataclass_fields__ if name != "domain"]
    cell = [name for name in parts.columns if name not in ("stratum", *fields)]
    domain = parts.select(domain=pl.struct(cell).rle_id().cast(pl.Int64))["domain"]
    arrays = {name: parts[name].cast(pl.Float64).to_numpy() for name in fields}
    cells = parts.select(cell).unique(maintain_order=True)
    return cells, domain_means(DomainSums(domain.to_numpy(), **arrays), cells.height)
