"""Analyse one outcome of one wave: every policy, approach, target and segment."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from pipelines.contract.code import write_code
from pipelines.contract.driver_codes import MEAN, RATING_POLICIES, TARGETS
from pipelines.contract.people import EVERYBODY
from pipelines.core import progress
from pipelines.core.errors import ContractError
from pipelines.drivers import priorities
from pipelines.drivers.comparison import LINEAR_APPROACHES, compare
from pipelines.drivers.records import (
    NO_FIT,
    DerivedRows,
    Row,
    contrast_rows,
    driver_rows,
    fitted,
    refusal,
    refused,
    sizes,
)
from pipelines.drivers.sample import ModelSample, ModelTerms
from pipelines.importance.blanks import draw_blanks
from pipelines.importance.designs import rating_alone, use_and_rating
from pipelines.importance.latent import LatentModel
from pipelines.importance.models import Model
from pipelines.importance.parts import CompletedDesign
from pipelines.importance.totals import Totals
from pipelines.outcomes.sheets import Sheets
from pipelines.statistics.survey import BoolArray, FloatArray

MIN_DRIVERS = 2  # that there are shares of
MIN_RATERS = 10  # of a driver in a segment
# Customers, or clusters, that differ from the others in a target. A bootstrap sample without any
# of m comes up at a rate below exp(-m), 3 in 10 million of 15; there is little to learn from fewer.
MIN_DIFFERING_UNITS = 15
# Share of weight in which every two columns have answers: the ordered logit takes one draw of the
# blanks for answers, so that its intervals know nothing of what many of them may hold.
MIN_PRESENT_FOR_LATENT = 0.5
OTHER_POLICIES = ("pairwise", "listwise")


def models_of(sheets: Sheets) -> int:
    """How many models `analyse` tries: of all customers by target and policy, and of groups."""
    groups = sum(sheets.segments[name].drop_nulls().n_unique() for name in sheets.segments.columns)
    return len(TARGETS.names) + 1 + len(OTHER_POLICIES) + groups


def analyse(sheets: Sheets, terms: ModelTerms) -> DerivedRows:
    """Relate an outcome to its drivers, for all customers and by segment."""
    found = DerivedRows()
    sample = ModelSample.of(sheets, terms)
    everybody = {"segment": EVERYBODY, "group": EVERYBODY}
    targets = _with_variance(found, sample, everybody)
    if MEAN in targets:
        _of_mean(found, sample, targets, everybody)
    return found


def _with_variance(found: DerivedRows, sample: ModelSample, who: Row) -> dict[str, FloatArray]:
    """Targets in which enough customers differ; the others are refused, with their number."""
    every = np.ones(sample.sheets.n, bool)
    targets = sample.sheets.targets
    for target in TARGETS.names:
        reason = _few_differ(sample, target, every)
        if reason is None:
            continue
        del targets[target]
        policies = RATING_POLICIES.names if target == MEAN else RATING_POLICIES.names[:1]
        for policy in policies:
            about = {**who, "target": target, "policy": policy}
            found.driver_models.append(refusal(about, sample.sheets.n, reason))
            progress.done()
    return targets


def _few_differ(sample: ModelSample, target: str, rows: BoolArray) -> str | None:
    """Why there is no model of a target among these customers, if too few differ in it."""
    n = sample.differing(target, rows)
    if n >= MIN_DIFFERING_UNITS:
        return None
    return write_code("few_differ", n=n, least=MIN_DIFFERING_UNITS)


def _of_mean(
    found: DerivedRows, sample: ModelSample, targets: dict[str, FloatArray], everybody: Row
) -> None:
    """Every policy, and every group of customers."""
    sheets = sample.sheets
    design = use_and_rating(sheets.rating, sheets.used, targets, sheets.weight)
    try:
        filled = CompletedDesign.of(design, sheets.weight, sheets.segments, sample.units)
    except ContractError as error:
        found.driver_models.append(refused("use_rating", error, sheets, everybody))
    else:
        _everybody(found, sample, filled, everybody)
        _segments(found, sample, filled)
    _by_rating(found, sample, targets, everybody)
    progress.done()
    for policy in OTHER_POLICIES:
        compare(found, sample, policy, everybody)
        progress.done()


def _everybody(
    found: DerivedRows, sample: ModelSample, completed: CompletedDesign, who: Row
) -> None:
    """All approaches to the mean; the LMG of the very satisfied and of the dissatisfied."""
    sheets = sample.sheets
    every = np.ones(sheets.n, bool)
    design, totals = completed.design, sample.sized(completed.whole, every)
    drawn = totals.draws(sample.counts)
    filled = draw_blanks(completed.expected, sample.rng)
    for target in design.targets:
        model = Model.of(design, drawn, target)
        about = {**who, "target": target, "policy": "use_rating"}
        found.driver_models.append(fitted(sample, model, totals, every, about))
        for approach in LINEAR_APPROACHES if target == "mean" else ("lmg",):
            found.drivers.extend(driver_rows(sample, model, totals, every, approach, about))
        if totals.present.min() >= MIN_PRESENT_FOR_LATENT:
            found.drivers.extend(_latent(sample, model, totals, filled, about))
        progress.done()
    mean = Model.of(design, drawn, "mean")
    level = sample.level(totals, len(mean.columns) - 1)
    rows = priorities.rows(sheets, mean, sample.units, sample.counts, level)
    found.priorities.extend({**who, "target": "mean", **sizes(totals), **row} for row in rows)


def _latent(
    sample: ModelSample, model: Model, totals: Totals, filled: FloatArray, about: Row
) -> list[Row]:
    """Rows of `drivers` for the ordered logit of the target; none if it cannot be fitted."""
    weight = sample.sheets.weight
    try:
        latent = LatentModel.of_steps(model, filled, weight, sample.units, sample.counts)
    except ContractError:  # too many steps, or too few answers on one: nothing to set beside
        return []
    every = np.ones(sample.sheets.n, bool)
    rows = driver_rows(sample, latent, totals, every, "latent", about)
    unknown = dict.fromkeys(("slope", "slope_low", "slope_high"))
    return [{**row, **unknown} for row in rows]


def _segments(found: DerivedRows, sample: ModelSample, completed: CompletedDesign) -> None:
    """LMG of every segment that is large enough, and against all other customers."""
    sheets, least = sample.sheets, sample.terms.min_n
    counts = sample.counts[: sample.terms.segment_replicates]
    contrasts: list[Row] = []
    for who, rows in _groups(sheets.segments):
        progress.done()
        about = {**who, "target": "mean", "policy": "use_rating"}
        if rows.sum() < least:
            reason = write_code("few_answers", least=least)
            found.driver_models.append(refusal(about, int(rows.sum()), reason))
            continue
        few = _few_differ(sample, MEAN, rows)
        if few is not None:
            found.driver_models.append(refusal(about, int(rows.sum()), few))
            continue
        try:
            totals = sample.sized(completed.part(rows), rows)
        except ContractError as error:
            reason = error.code or NO_FIT
            found.driver_models.append(refusal(about, int(rows.sum()), reason))
            continue
        model = Model.of(completed.design, totals.draws(counts), "mean", _rated(sheets, rows))
        if len(model.drivers) < MIN_DRIVERS:
            found.driver_models.append(refusal(about, totals.n, "few_touchpoints"))
            continue
        found.driver_models.append(fitted(sample, model, totals, rows, about))
        found.drivers.extend(driver_rows(sample, model, totals, rows, "lmg", about))
        if sheets.n - totals.n >= least and _few_differ(sample, MEAN, ~rows) is None:
            contrasts += _contrast(sample, completed, model, totals, rows, who)
    found.driver_contrasts.extend(contrasts)


def _contrast(
    sample: ModelSample,
    completed: CompletedDesign,
    model: Model,
    totals: Totals,
    rows: BoolArray,
    who: Row,
) -> list[Row]:
    """Rows against all other customers; none if these have no model."""
    try:
        others = completed.others(totals, rows)
    except ContractError:
        return []
    counts = sample.counts[: sample.terms.segment_replicates]
    rest = Model.of(completed.design, others.draws(counts), MEAN, _rated(sample.sheets, ~rows))
    return list(contrast_rows(sample, model, rest, totals, others, who))


def _rated(sheets: Sheets, rows: BoolArray) -> BoolArray:
    """Which drivers enough of these customers rated, shape (n_drivers,)."""
    return np.asarray((~np.isnan(sheets.rating[rows])).sum(axis=0) >= MIN_RATERS)


def _groups(segments: pl.DataFrame) -> Iterator[tuple[Row, BoolArray]]:
    for name in segments.columns:
        for value in segments[name].drop_nulls().unique().sort():
            mask = (segments[name] == value).fill_null(False).to_numpy()
            yield {"segment": name, "group": str(value)}, mask


def _by_rating(
    found: DerivedRows, sample: ModelSample, targets: dict[str, FloatArray], who: Row
) -> None:
    """The policy `em`: who did not experience a touchpoint counts as not answering."""
    sheets = sample.sheets
    design = rating_alone(sheets.rating, targets, sheets.weight)
    about = {**who, "target": "mean", "policy": "em"}
    try:
        filled = CompletedDesign.of(design, sheets.weight, sheets.segments, sample.units)
    except ContractError as error:
        found.driver_models.append(refused("em", error, sheets, who))
        return
    every = np.ones(sheets.n, bool)
    totals = sample.sized(filled.whole, every)
    model = Model.of(design, totals.draws(sample.counts), "mean")
    found.driver_models.append(fitted(sample, model, totals, every, about))
    for approach in LINEAR_APPROACHES:
        found.drivers.extend(driver_rows(sample, model, totals, every, approach, about))
