"""The derived tables of a survey: scores, changes and distributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.contract.canonical import SEGMENT_PREFIX
from pipelines.contract.measure import CHANGES, DISTRIBUTIONS, SCORES
from pipelines.contract.table import Table
from pipelines.core import answers, breaks, engine, waves
from pipelines.core.engine import Frame
from pipelines.core.map import Break
from pipelines.core.study import Study
from pipelines.estimates.cells import estimate_cells
from pipelines.estimates.families import with_intervals
from pipelines.estimates.provenance import WARNINGS, with_flags
from pipelines.estimates.samples import Sample, SamplingDesign, samples
from pipelines.measure import changes, panels, provenance
from pipelines.measure.items import items_of, questions_of
from pipelines.measure.reach import without_unrouted_reach

APART = ("mode", "wave")  # hot and cold surveys are never pooled
DESIGN = SamplingDesign(stratum="stratum", unit="unit", weight="weight", lacking="lacking")


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
    waves : DataFrame
        The table waves: which came first.
    breaks : sequence of Break
        Where questions changed.
    """

    responses: Frame
    customers: Frame
    segments: tuple[str, ...]
    stages: Mapping[str, str]
    baseline: str | None
    waves: pl.DataFrame
    breaks: Sequence[Break] = ()

    @classmethod
    def of(cls, study: Study, responses: Frame, customers: Frame) -> Survey:
        """Take segments, stages, baseline, breaks and the order of waves from the study's map."""
        stages = {name: touchpoint.stage for name, touchpoint in study.map.touchpoints.items()}
        return cls(
            responses,
            customers,
            tuple(study.map.segments),
            stages,
            study.map.baseline,
            waves.waves_of(study, responses),
            tuple(study.map.breaks),
        )


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
        The tables scores, changes and distributions of `contract.measure`; empty ones if
        there are no responses.

    Raises
    ------
    ContractError
        If a questionnaire lies in two waves, or an answer outside the scale of its question.
    """
    register = answers.question_register(survey.responses)
    if register.is_empty():
        return {table.name: table.without_rows() for table in (SCORES, CHANGES, DISTRIBUTIONS)}
    people = _people(survey, register)
    sampled = _samples(survey, people)
    scored = with_intervals(measure_cells(survey, sampled, register), terms.level)
    is_share = pl.col("measure") == "share"
    series = breaks.series(register, survey.stages, survey.breaks, survey.waves)
    told = without_unrouted_reach(scored.filter(~is_share)).with_columns(breaks.in_pairs())
    of_series = series.select(*breaks.SUBJECT, "wave", "since", "changed")
    measured = told.join(of_series, on=[*breaks.SUBJECT, "wave"], maintain_order="left")
    pairs = changes.comparisons(told, series, survey.baseline)
    marked = changes.with_warnings(pairs, register, changes.customers_apart(people))
    in_both = panels.covariances(sampled, marked, register, survey.stages)
    compared = changes.compare(told, marked, in_both.with_columns(breaks.in_pairs()), terms.level)

    def finished(rows: pl.DataFrame, table: Table, *warnings: str) -> pl.DataFrame:
        about = provenance.with_subject(rows, register, survey.stages)
        made = provenance.with_making(about, level=terms.level, inputs_hash=terms.inputs_hash)
        flagged = with_flags(made, terms.flag_n, (*WARNINGS, *warnings))
        return flagged.select(pl.col(name).cast(kind) for name, kind in table.schema.items())

    return {
        "scores": finished(measured, SCORES),
        "changes": finished(compared, CHANGES, *changes.WARNINGS_OF_PAIRS),
        "distributions": finished(scored.filter(is_share), DISTRIBUTIONS),
    }


def _people(survey: Survey, register: pl.DataFrame) -> pl.DataFrame:
    """Collect one row per questionnaire."""
    questions = register["question_id"].unique().sort()
    rows = answers.questionnaires(survey.responses, survey.customers, questions, survey.segments)
    people = engine.to_polars(rows).collect()
    answers.check_questionnaires(people)
    return people


def _samples(survey: Survey, people: pl.DataFrame) -> list[Sample]:
    """Take the waves of every mode as samples, with their groups."""
    drawn = people.with_columns(
        stratum=answers.sampling_stratum(),
        unit=answers.sampling_unit(),
        lacking=answers.lacks_cluster(),
    )
    segments = {name: SEGMENT_PREFIX + name for name in survey.segments}
    return list(samples(drawn.sort("response_id"), APART, segments, DESIGN))


def measure_cells(survey: Survey, sampled: list[Sample], register: pl.DataFrame) -> pl.DataFrame:
    """Estimate everything in every wave and mode; see `estimates.cells.estimate_cells`.

    ``is_stage`` tells a stage from a question of the same name.
    """
    cells = estimate_cells(
        (wave, items_of(questions_of(wave, register), survey.stages)) for wave in sampled
    )
    return cells.rename({"is_pooled": "is_stage"})
