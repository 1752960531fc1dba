"""Exploration: all models of one outcome, of everybody and by group, over all fillings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from pipelines.contract.code import write_code
from pipelines.contract.driver_codes import MEAN
from pipelines.contract.people import EVERYBODY
from pipelines.core import progress
from pipelines.core.errors import ContractError
from pipelines.outcomes.filling import Filled, fillings
from pipelines.outcomes.held_out import predicted_when_held_out, r2_of, whole_rows
from pipelines.outcomes.models import OutcomeFit, OutcomeModel, fit_outcome
from pipelines.outcomes.slopes import Slopes
from pipelines.statistics.survey import BoolArray, FloatArray
from pipelines.whatif.alone import promised, shared_with_others
from pipelines.whatif.moves import moves_of
from pipelines.whatif.pooling import Pooled, pool
from pipelines.whatif.response import MAX_JOINT_ROWS, Response, respond
from pipelines.whatif.support import Support, supports
from pipelines.whatif.terms import WhatifSample

MIN_UNITS_PER_TARGET = 15  # units that differ from the others in a target
MIN_WHOLE = 0.5  # share of rows without blanks, for saying how well unseen ones are foretold
NOT_FITTED = "no_fit"  # code of a refusal that has none of its own


@dataclass(frozen=True)
class People:
    """Whose model it is.

    Parameters
    ----------
    segment, group : str
    rows : ndarray of bool, shape (n,)
    """

    segment: str
    group: str
    rows: BoolArray

    @property
    def n(self) -> int:
        """How many."""
        return int(self.rows.sum())


@dataclass(frozen=True)
class Description:
    """What is said of a model beside its moves, from the first filling.

    Parameters
    ----------
    support : list of Support
        Of every move.
    naive : ndarray, shape (n_moves, n_targets)
        What correlation alone would promise.
    halo : ndarray, shape (n_drivers,)
        Share of each slope alone that is shared with all others.
    r2_held_out : float or None
    """

    support: list[Support]
    naive: FloatArray
    halo: FloatArray
    r2_held_out: float | None


@dataclass(frozen=True)
class Explored:
    """A model, or why there is none.

    Parameters
    ----------
    people : People
    reason : str or None
        Why there is none.
    few : mapping of str to str
        Targets in which too few differ, and the code of that.
    model : OutcomeModel or None
        Of the last filling; it names targets and columns.
    described : Description or None
    pooled : Pooled or None
    """

    people: People
    reason: str | None
    few: dict[str, str]
    model: OutcomeModel | None = None
    described: Description | None = None
    pooled: Pooled | None = None


@dataclass
class _Work:
    """A model while fillings are looked at."""

    people: People
    slopes: Slopes
    few: dict[str, str]
    reason: str | None = None
    model: OutcomeModel | None = None
    described: Description | None = None
    responses: list[Response] = field(default_factory=list)

    def done(self, sample: WhatifSample) -> Explored:
        """What was found."""
        if self.reason is not None or self.model is None or self.described is None:
            return Explored(self.people, self.reason or NOT_FITTED, self.few)
        rows = self.people.rows
        pooled = pool(
            self.responses, self.people.n, self.model.beta.size, sample.free(rows),
            sample.terms.level,
        )  # fmt: skip
        return Explored(self.people, None, self.few, self.model, self.described, pooled)


def people_of(sample: WhatifSample) -> Iterator[People]:
    """Everybody, then every group of every segment."""
    sheets = sample.sheets
    yield People(EVERYBODY, EVERYBODY, np.ones(sheets.n, bool))
    for name in sheets.segments.columns:
        for value in sheets.segments[name].drop_nulls().unique().sort():
            mask = (sheets.segments[name] == value).fill_null(False).to_numpy()
            yield People(name, str(value), mask)


def explore(sample: WhatifSample) -> list[Explored]:
    """Model the outcome of a sample: for everybody, then for every group of every segment."""
    found: list[Explored | _Work] = [_plan(sample, people) for people in people_of(sample)]
    works = [one for one in found if isinstance(one, _Work)]
    if works and works[0].people.segment == EVERYBODY:  # without everybody's no group's
        _look_at_all(sample, works)
    return [one.done(sample) if isinstance(one, _Work) else one for one in found]


def _plan(sample: WhatifSample, people: People) -> Explored | _Work:
    """Refuse a model that its answers cannot bear, or say which columns it has."""
    sheets, terms = sample.sheets, sample.terms
    if people.segment != EVERYBODY and people.n < terms.min_n:
        return Explored(people, write_code("few_answers", least=terms.min_n), {})
    if not sheets.drivers:
        return Explored(people, "few_touchpoints", {})
    few = {}
    for target, scores in sample.scales.scores(sheets.target[:, 0]).items():
        differ = sample.differing(scores, people.rows)
        if differ < MIN_UNITS_PER_TARGET:
            few[target] = write_code("few_differ", n=differ, least=MIN_UNITS_PER_TARGET)
    if MEAN in few:
        return Explored(people, few[MEAN], few)
    slopes = Slopes.of(sheets, sample.scales, people.rows, sample.held)
    free, columns = sample.free(people.rows), slopes.absent.size
    if free <= columns:
        return Explored(people, write_code("few_units", n=free, columns=columns), few)
    return _Work(people, slopes, few)


def _look_at_all(sample: WhatifSample, works: list[_Work]) -> None:
    """Fit every model to every filling."""
    count = sample.fillings
    filled = fillings(sample.sheets, sample.scales, sample.units, count, sample.rng)
    try:
        for number, one in enumerate(filled):
            for work in works:
                if work.reason is None:
                    _look_at(sample, work, one, number, count)
            progress.done()
    except ContractError as error:  # the blanks of this sample cannot be filled
        for work in works:
            work.reason = error.code or NOT_FITTED


def _look_at(sample: WhatifSample, work: _Work, whole: Filled, number: int, count: int) -> None:
    rows, terms = work.people.rows, sample.terms
    everybody = work.people.segment == EVERYBODY
    filled = whole if everybody else whole.of_rows(rows)
    sheets = sample.sheets
    try:
        fit = fit_outcome(
            filled, sheets.target[rows, 0], sheets.weight[rows], work.slopes, sample.scales,
            work.few, work.model,
        )  # fmt: skip
        if work.described is None:
            work.described = _describe(sample, work.people, fit, filled)
    except ContractError as error:
        work.reason = error.code or NOT_FITTED
        return
    work.model = fit.model
    draws = terms.draws if everybody else terms.segment_draws
    work.responses.append(
        respond(
            fit, filled, sample.units_of(rows), sample.counts[number:draws:count],
            sample.scales.drivers, MAX_JOINT_ROWS // count, everybody,
            sample.stream(f"pairs {number} {work.people.segment} {work.people.group}"),
        )
    )  # fmt: skip


def _describe(sample: WhatifSample, people: People, fit: OutcomeFit, filled: Filled) -> Description:
    sheets, terms, rows = sample.sheets, sample.terms, people.rows
    points, latent = sample.scales.drivers, fit.values @ fit.model.beta
    moves = moves_of(filled, fit.model, latent, fit.weights, points)
    scores = sample.scales.scores(fit.answers)
    told = np.column_stack([scores[name] for name in fit.model.targets])
    return Description(
        supports(fit, sheets, rows, points, terms.flag_n, terms.min_shown),
        promised(moves, filled, told, fit.weights),
        shared_with_others(filled, fit.answers, fit.weights),
        _held_out(sample, people, fit, filled),
    )


def _held_out(
    sample: WhatifSample, people: People, fit: OutcomeFit, filled: Filled
) -> float | None:
    """R2 of the mean in unseen respondents without blanks; None where these are few, since
    blanks are filled with the help of the outcome.
    """
    rows = people.rows
    whole = whole_rows(sample.sheets.rating[rows], sample.sheets.used[rows])
    if whole.mean() < MIN_WHOLE:
        return None
    fold = (sample.fold[sample.units.of_row])[rows]
    try:
        predicted = predicted_when_held_out(fit, filled, sample.scales, fold)
    except ContractError:  # a part of the rows tells an answer apart without fail
        return None
    return r2_of(fit.answers[whole], predicted[whole], fit.weights[whole])
