"""The derived tables of a survey: scores, changes and distributions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipelines.core import engine
from pipelines.core.contract import Table
from pipelines.core.engine import Frame
from pipelines.core.estimate import CHANGES, DISTRIBUTIONS, SCORES
from pipelines.core.study import Study
from pipelines.measure import answers, changes, distributions, moments, provenance, scores


@dataclass(frozen=True)
class Survey:
    """What a study asked of whom.

    Parameters
    ----------
    responses, customers : LazyFrame
        Canonical tables.
    segments : tuple of str
        Attributes of customers to split by.
    stages : mapping
        Touchpoint to journey stage.
    baseline : str or None
        The wave that later ones are compared with.
    """

    responses: Frame
    customers: Frame
    segments: tuple[str, ...]
    stages: Mapping[str, str]
    baseline: str | None

    @classmethod
    def of(cls, study: Study, responses: Frame, customers: Frame) -> Survey:
        """Take segments, stages and baseline from the study's map."""
        stages = {name: touchpoint.stage for name, touchpoint in study.map.touchpoints.items()}
        segments = tuple(study.map.segments)
        return cls(responses, customers, segments, stages, study.map.baseline)


@dataclass(frozen=True)
class Terms:
    """How estimates are made; see params.yaml. `inputs_hash` is that of the responses."""

    level: float
    flag_n: int
    inputs_hash: str


def measure_survey(survey: Survey, terms: Terms) -> dict[str, pl.DataFrame]:
    """Score every question and stage, by wave and segment; compare the waves.

    Returns
    -------
    dict
        The tables scores, changes and distributions of `core.estimate`; empty ones if
        there are no responses.

    Raises
    ------
    ContractError
        If a questionnaire lies in two waves, or an answer outside the scale of its question.
    """
    register = answers.question_register(survey.responses)
    if register.is_empty():
        return {table.name: table.empty() for table in (SCORES, CHANGES, DISTRIBUTIONS)}
    people = engine.keep(answers.respondents(survey.responses, survey.customers, survey.segments))
    answers.check_questionnaires(people)
    design = answers.sample_design(people)
    counts = answers.count_answers(survey.responses, people, survey.segments)
    moments.check_scales(counts, register)
    sums = scores.without_unrouted_reach(
        pl.concat(
            [moments.code_answers(counts, register), *_per_respondent(survey, people)],
            how="diagonal",
        )
    )
    cells = scores.estimate_cells(sums, design, terms.level)
    shares = scores.estimate_cells(distributions.code_shares(counts, register), design, terms.level)
    compared = _compare(survey, people, register, cells, terms)

    def finished(rows: pl.DataFrame, table: Table, *warnings: str) -> pl.DataFrame:
        about = provenance.with_subject(rows, register, survey.stages)
        made = provenance.with_making(about, level=terms.level, inputs_hash=terms.inputs_hash)
        flagged = provenance.with_flags(made, terms.flag_n, (*scores.WARNINGS, *warnings))
        return flagged.select(pl.col(name).cast(kind) for name, kind in table.schema.items())

    return {
        "scores": finished(cells, SCORES),
        "changes": finished(compared, CHANGES, *changes.WARNINGS_OF_PAIRS),
        "distributions": finished(shares, DISTRIBUTIONS),
    }


def _per_respondent(survey: Survey, people: Frame) -> list[pl.DataFrame]:
    """Sum up what needs several answers of one respondent: stages and expectations."""
    return [
        answers.sum_ratings(ratings, people, survey.segments).with_columns(
            is_stage=pl.lit(is_stage)
        )
        for ratings, is_stage in (
            (answers.stage_ratings(survey.responses, survey.stages), True),
            (answers.expectation_gaps(survey.responses), False),
        )
    ]


def _compare(
    survey: Survey, people: Frame, register: pl.DataFrame, cells: pl.DataFrame, terms: Terms
) -> pl.DataFrame:
    shared = answers.shared_customers(people)
    pairs = changes.comparisons(cells, survey.baseline)
    marked = changes.with_warnings(pairs, register, survey.stages, shared)
    return changes.compare(cells, marked, terms.level)
