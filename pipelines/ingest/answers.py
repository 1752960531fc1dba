"""Read questionnaire answers: every cell is a value, or has a reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import narwhals as nw

from pipelines.core.engine import Frame
from pipelines.core.errors import StudyError
from pipelines.core.study import Long, Question, Scale, Study
from pipelines.ingest import cells
from pipelines.ingest.layout import RawCells, unpivot

BLANK_REASON = "skipped"  # an empty cell, unless the scale declares "" otherwise


def read_answers(rows: Frame, raw: RawCells, study: Study, answers: Mapping[str, str]) -> Frame:
    """Unpivot question columns and read each cell on its question's scale."""
    columns = {raw.turned[name]: question_id for name, question_id in _turned(study, answers)}
    rows = unpivot(rows, list(columns), columns, "question_id", "cell")
    return _read(rows, study, answers)


def read_long_answers(
    rows: Frame, raw: RawCells, study: Study, answers: Mapping[str, str], long: Long
) -> Frame:
    """Read one answer per row on its question's scale; other questions' rows are left out."""
    named = dict(_turned(study, answers))
    asked = raw.text(long.question).replace_strict(list(named), list(named.values()), default=None)
    rows = rows.with_columns(asked.alias("question_id"), raw.text(long.answer).alias("cell"))
    return _read(rows.filter(~nw.col("question_id").is_null()), study, answers)


def _turned(study: Study, answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Turn question id -> column round; each column stands under one question."""
    if len(set(answers.values())) != len(answers):
        raise StudyError(
            f"{study.name}/study.yaml: answers",
            expected="every column under one question",
            got="a column under two",
            todo="remove one",
        )
    return [(column, question_id) for question_id, column in answers.items()]


def _read(rows: Frame, study: Study, answers: Iterable[str]) -> Frame:
    """Read each `cell` on the scale of its question, as the register has it."""
    questions = {question_id: study.map.questions[question_id] for question_id in answers}
    scales = {question.scale: study.map.scales[question.scale] for question in questions.values()}
    rows = rows.with_columns(*_register(questions, scales))
    cell, scale_is = nw.col("cell"), nw.col("scale")
    missing, value = _on_its_scale(cell, scale_is, scales)
    rows = rows.with_columns(missing.alias("missing"), value.alias("value"))
    unread = ~cell.is_null() & nw.col("missing").is_null() & nw.col("value").is_null()
    return rows.with_columns(cells.problem(unread, "value", cell, "is no answer on its scale"))


def _register(questions: Mapping[str, Question], scales: Mapping[str, Scale]) -> list[nw.Expr]:
    """Columns that the question register fills."""
    names = list(questions)
    of = nw.col("question_id")

    def look_up(column: str, values: Sequence[str | float]) -> nw.Expr:
        return of.replace_strict(names, values, default=None).alias(column)

    listed = list(questions.values())
    asked = {q: question.touchpoint for q, question in questions.items()}
    return [
        look_up("measure", [question.measure for question in listed]),
        look_up("scale", [question.scale for question in listed]),
        look_up("scale_min", [scales[question.scale].min for question in listed]),
        look_up("scale_max", [scales[question.scale].max for question in listed]),
        cells.translated(of, asked).alias("touchpoint_id"),
    ]


def _on_its_scale(
    cell: nw.Expr, scale_is: nw.Expr, scales: Mapping[str, Scale]
) -> tuple[nw.Expr, nw.Expr]:
    """Why there is no answer, and the answer; both null where the cell cannot be read."""
    missing: nw.Expr = nw.lit(None, dtype=nw.String)
    value: nw.Expr = nw.lit(None, dtype=nw.Float64)
    for name, scale in scales.items():
        here = scale_is == name
        codes = {code: reason for code, reason in scale.missing.items() if code}
        blank = nw.lit(scale.missing.get("", BLANK_REASON))
        reason = cells.translated(cell, codes) if codes else nw.lit(None, dtype=nw.String)
        reason = nw.when(cell.is_null()).then(blank).otherwise(reason)
        missing = nw.when(here).then(reason).otherwise(missing)
        answer = cells.number(nw.when(~cell.is_in(list(codes))).then(cell))
        if scale.labels:
            texts, numbers = list(scale.labels), list(scale.labels.values())
            label = cell.replace_strict(texts, numbers, default=None, return_dtype=nw.Float64)
            answer = nw.when(label.is_null()).then(answer).otherwise(label)
        value = nw.when(here).then(answer).otherwise(value)
    return missing, value
