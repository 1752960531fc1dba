"""Items: what a question, a stage or an expectation says of each questionnaire.

Every value lies between 0 and 1 here; `pipelines.estimates.families` gives it its unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from pipelines.contract.canonical import EXPERIENCES, MISSING_REASONS
from pipelines.contract.estimate import BY_NAME
from pipelines.core.answers import GIVEN, REASON_PREFIX, VALUE_PREFIX, experience
from pipelines.core.errors import ContractError, examples
from pipelines.core.scales import dissatisfied, in_top_boxes, very_satisfied
from pipelines.estimates.samples import Sample
from pipelines.estimates.targets import Item, Target
from pipelines.statistics.survey import BoolArray, FloatArray

RATINGS = ("csat", "overall", "ces", "emotion", "nps", "expectation", "importance")
BOXED = ("csat", "overall", "ces", "emotion")
BOXES = (4, 7)  # fewest and most points of a scale whose top boxes are counted
WIDEST = 11  # points; of a longer scale no distribution of answers is shown


class AskedQuestion(NamedTuple):
    """A row of the question register, and its answers in one sample."""

    question_id: str
    kind: str
    touchpoint_id: str | None
    scale_min: float
    scale_max: float
    value: FloatArray  # NaN if there is none
    reason: FloatArray  # NaN if it was not asked

    @property
    def given(self) -> BoolArray:
        """Whose answer has a value."""
        return np.equal(self.reason, GIVEN)

    @property
    def share(self) -> FloatArray:
        """Answers as shares of the scale."""
        return (self.value - self.scale_min) / (self.scale_max - self.scale_min)

    @property
    def has_two_answers(self) -> bool:
        """Whether the scale has two steps and nobody answered between them: yes or no."""
        between = (self.value > self.scale_min) & (self.value < self.scale_max)
        return self.scale_max - self.scale_min == 1 and not between.any()

    @property
    def has_boxes(self) -> bool:
        """Whether the top boxes of the scale mean something."""
        return BOXES[0] <= self.scale_max - self.scale_min + 1 <= BOXES[1]

    def top(self, boxes: int) -> FloatArray:
        """1 for answers in the highest boxes, 0 for others."""
        return in_top_boxes(self.value, self.scale_max, boxes).astype(np.float64)

    @property
    def very_satisfied(self) -> FloatArray:
        """1 for the answers of the very satisfied, 0 for others."""
        return very_satisfied(self.value, self.scale_min, self.scale_max).astype(np.float64)

    @property
    def dissatisfied(self) -> FloatArray:
        """1 for the answers of the dissatisfied, 0 for others."""
        return dissatisfied(self.value, self.scale_min, self.scale_max).astype(np.float64)

    @property
    def experience(self) -> FloatArray:
        """1 for those who experienced the touchpoint, 0 for those who did not; NaN unknown."""
        return experience(self.reason)


def questions_of(sample: Sample, register: pl.DataFrame) -> list[AskedQuestion]:
    """Read the questions of a sample and their answers.

    Raises
    ------
    ContractError
        If an NPS question is not on 0 to 10.
    """
    about = register.filter(pl.col(name) == value for name, value in sample.about.items())
    questions = [_question(sample.rows, row) for row in about.iter_rows(named=True)]
    wrong = [
        question.question_id
        for question in questions
        if question.kind == "nps" and (question.scale_min, question.scale_max) != (0, 10)
    ]
    if wrong:
        raise ContractError(
            "responses",
            expected="nps questions on a scale of 0 to 10",
            got=f"another scale for {examples(wrong)}",
            todo="correct their scale in study.yaml, or give them the measure overall",
        )
    return questions


def _question(answers: pl.DataFrame, row: Mapping[str, Any]) -> AskedQuestion:
    name = row["question_id"]
    columns = (
        answers[prefix + name].cast(pl.Float64).to_numpy()
        for prefix in (VALUE_PREFIX, REASON_PREFIX)
    )
    about = (row[key] for key in AskedQuestion._fields[:5])
    return AskedQuestion(*about, *columns)


def items_of(questions: list[AskedQuestion], stages: Mapping[str, str]) -> Iterator[Item]:
    """List all that is estimated in a sample.

    Parameters
    ----------
    questions : list of AskedQuestion
        Those of the sample.
    stages : mapping
        Touchpoint to journey stage.
    """
    for question in questions:
        targets = [*_scores(question), *_gaps(question, questions), *_shares(question)]
        yield Item(question.question_id, False, ~np.isnan(question.reason), targets)
    rated = [q for q in questions if q.kind in EXPERIENCES and q.touchpoint_id in stages]
    for stage in dict.fromkeys(stages.values()):
        pooled = [q for q in rated if stages[str(q.touchpoint_id)] == stage]
        if pooled:
            yield _stage(stage, pooled)


def _scores(question: AskedQuestion) -> Iterator[Target]:
    """Yield the measures that a question of this kind has."""
    given, kind = question.given, question.kind
    if kind in RATINGS:
        yield Target("better" if question.has_two_answers else "mean", None, given, question.share)
    if kind in BOXED and question.has_boxes:
        yield Target("top2", None, given, question.top(2))
        yield Target("top1", None, given, question.very_satisfied)
    if kind == "nps":
        vote = (1 + question.very_satisfied - question.dissatisfied) / 2
        yield Target("nps", None, given, vote)
    if kind == "ces":
        ease = BY_NAME["ces"].on_scale(question.scale_min, question.scale_max)
        yield Target(ease, None, given, question.share)
    if kind in EXPERIENCES and question.touchpoint_id is not None:
        yield _reach([question])


def _shares(question: AskedQuestion) -> Iterator[Target]:
    """Yield the share of every answer anybody gave, and of every reason for none."""
    asked = ~np.isnan(question.reason)
    answers = {"answered": question.given}
    if question.scale_max - question.scale_min < WIDEST:
        values = np.unique(question.value[question.given])
        answers = {f"{value:g}": question.value == value for value in values}
    reasons = {name: question.reason == code for code, name in enumerate(MISSING_REASONS, start=1)}
    for answer, here in {**answers, **reasons}.items():
        if here.any():
            yield Target("share", answer, asked, here.astype(np.float64))


def _gaps(question: AskedQuestion, questions: list[AskedQuestion]) -> Iterator[Target]:
    """Compare a rating with what the respondent expected of the touchpoint.

    Only complete pairs on the same scale count; several expectations of one touchpoint are
    averaged. The gap is 1/2 if the rating met the expectation.
    """
    about = (question.touchpoint_id, question.scale_min, question.scale_max)
    expectations = [
        q
        for q in questions
        if q.kind == "expectation" and (q.touchpoint_id, q.scale_min, q.scale_max) == about
    ]
    if question.kind != "csat" or question.touchpoint_id is None or not expectations:
        return
    known, expected = _average([(q.given, q.share) for q in expectations])
    complete = question.given & known
    gap = np.where(complete, question.share - expected, 0.0)
    yield Target("gap", None, complete, (gap + 1) / 2)
    yield Target("under_fulfilled", None, complete, (gap < -SAME).astype(np.float64))
    yield Target("met", None, complete, (np.abs(gap) <= SAME).astype(np.float64))
    yield Target("exceeded", None, complete, (gap > SAME).astype(np.float64))


SAME = 1e-9  # a smaller gap is rounding error


def _stage(stage: str, rated: list[AskedQuestion]) -> Item:
    """Average the touchpoints of a stage that each respondent rated, as shares of their scales.

    ``top2`` and ``top1`` are the shares of these ratings in the top boxes; ``reach`` says
    whether any touchpoint was experienced. See docs/methods/stages.md.
    """
    boxed = [q for q in rated if q.has_boxes]
    targets = [Target("mean", None, *_by_touchpoint(rated, lambda q: q.share))]
    if boxed:
        targets += [
            Target("top2", None, *_by_touchpoint(boxed, lambda q: q.top(2))),
            Target("top1", None, *_by_touchpoint(boxed, lambda q: q.very_satisfied)),
        ]
    targets.append(_reach(rated))
    asked = np.any([~np.isnan(q.reason) for q in rated], axis=0)
    return Item(stage, True, asked, targets)


def _by_touchpoint(
    questions: list[AskedQuestion], answer: Callable[[AskedQuestion], FloatArray]
) -> tuple[BoolArray, FloatArray]:
    """Average first the questions of a touchpoint, then the touchpoints: each counts once."""
    touchpoints = dict.fromkeys(q.touchpoint_id for q in questions)
    return _average(
        [
            _average([(q.given, answer(q)) for q in questions if q.touchpoint_id == touchpoint])
            for touchpoint in touchpoints
        ]
    )


def _reach(questions: list[AskedQuestion]) -> Target:
    """Whether any of these touchpoints was experienced, of those who say so of one."""
    used = np.array([question.experience for question in questions])
    told: BoolArray = (~np.isnan(used)).any(axis=0)
    return Target("reach", None, told, (used == 1).any(axis=0).astype(np.float64))


def _average(parts: list[tuple[BoolArray, FloatArray]]) -> tuple[BoolArray, FloatArray]:
    """Average the values that count, per questionnaire: whether there is one, and it."""
    counts = np.sum([counted for counted, _ in parts], axis=0)
    total = np.sum([np.where(counted, value, 0.0) for counted, value in parts], axis=0)
    return counts > 0, total / np.maximum(counts, 1)
