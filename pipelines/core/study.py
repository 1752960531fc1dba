"""The study: the map from a company's files to the contract, as study.yaml declares it."""

from __future__ import annotations

import csv
from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from pipelines.contract.canonical import CANONICAL, CUSTOMERS, RESPONSES, SEGMENT_PREFIX, TRACE
from pipelines.contract.people import EVERYBODY
from pipelines.contract.table import TEXT, Column, Table
from pipelines.core.errors import StudyError, closest, examples
from pipelines.core.map import (
    Benchmark,
    Break,
    ColumnMap,
    Feature,
    Long,
    Map,
    Outcome,
    Question,
    Scale,
    Segment,
    Source,
    Stage,
    TableMap,
    Touchpoint,
    Unpivot,
    template_fields,
)
from pipelines.core.measure_checks import Need, measure_needs, refusals_of_measures
from pipelines.core.measures import PARTS_OF_MEASURES, Aim, Capacity, CompanyMeasure
from pipelines.core.params import PROJECT
from pipelines.core.parts import Labels, Part

__all__ = [  # the map's words are part of what a study is
    "DATA_FOLDER",
    "Benchmark",
    "Break",
    "ColumnMap",
    "Feature",
    "Labels",
    "Long",
    "Map",
    "Part",
    "Question",
    "Scale",
    "Segment",
    "Source",
    "Stage",
    "Study",
    "TableMap",
    "Touchpoint",
    "Unpivot",
    "inspect",
    "load",
    "template_fields",
]

DATA_FOLDER = PROJECT / "data"

# The parser in C is many times faster than the one in Python, where libyaml is there.
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Study:
    """A study's map and its folder, with every name in the map resolved.

    Parameters
    ----------
    folder : Path
        ``data/<study>``; its name is the study's name.
    map : Map
        The content of study.yaml.
    """

    def __init__(self, folder: Path, content: Map) -> None:
        self.folder, self.map, self.name = folder, content, folder.name

    def path(self, step: str, table: str, suffix: str = ".parquet") -> Path:
        """Where a step keeps a table: ``data/<study>/<step>/<table>.parquet``."""
        return self.folder / step / f"{table}{suffix}"

    def canonical(self, name: str) -> Table:
        """Return a canonical table with its columns of segments.

        Customers have one per declared segment, responses one per segment that a source of
        theirs maps: the group of an answer is then the one it was given in.
        """
        table = CANONICAL[name]
        labels = {
            SEGMENT_PREFIX + name: segment.label.get("en", name)
            for name, segment in self.map.segments.items()
        }
        if table is RESPONSES:
            maps = (one for source in self.map.sources.values() for one in source.tables)
            mapped = {column for one in maps if one.table == name for column in one.columns}
            labels = {column: label for column, label in labels.items() if column in mapped}
        elif table is not CUSTOMERS:
            return table
        return table.with_columns(Column(column, TEXT, label) for column, label in labels.items())

    def mapped(self, name: str) -> Table:
        """Return a canonical table with the trace of each row, keyed by it."""
        table = self.canonical(name).with_columns(TRACE)
        return Table(table.name, table.row, ("source", "source_file", "source_row"), table.columns)

    @cached_property
    def codes(self) -> dict[str, dict[str, str | None]]:
        """Code lists by name, those in files read."""
        return {name: self._code_list(name) for name in self.map.codes}

    def _code_list(self, name: str) -> dict[str, str | None]:
        content = self.map.codes[name]
        if isinstance(content, dict):
            return content
        path = self.folder / content
        where = f"{self.folder.name}/study.yaml: codes.{name}"
        if not path.is_file():
            raise StudyError(
                where,
                expected=f"a file {content}",
                got="none there",
                todo="correct the path, relative to the study's folder",
            )
        with path.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines)
            if rows.fieldnames is None or not {"code", "label"} <= set(rows.fieldnames):
                raise StudyError(
                    f"{where}: {content}",
                    expected="the columns code and label",
                    got=examples(rows.fieldnames or []),
                    todo="correct its first line",
                )
            return {row["code"].strip(): row["label"].strip() or None for row in rows}

    def values_of(self, column: ColumnMap) -> dict[str, str | None] | None:
        """Return the code list a column is translated by, if any."""
        return self.codes[column.values] if isinstance(column.values, str) else column.values


def load(name: str) -> Study:
    """Load a study by its name, or by the path of its folder.

    Raises
    ------
    StudyError
        If study.yaml is missing or wrong; the message lists the first problem.
    """
    folder = Path(name).resolve() if "/" in name else DATA_FOLDER / name
    study, problems = inspect(folder)
    if problems or study is None:
        raise problems[0]
    return study


def inspect(folder: Path) -> tuple[Study | None, list[StudyError]]:
    """Read study.yaml and list all that is wrong with it."""
    path = folder / "study.yaml"
    where = f"{folder.name}/study.yaml"
    if not path.is_file():
        known = [found.parent.name for found in folder.parent.glob("*/study.yaml")]
        return None, [
            StudyError(
                str(folder),
                expected="a study.yaml",
                got="none",
                todo=f"{closest(folder.name, known)} or make it with `touchstone new`",
            )
        ]
    try:
        content = _parse(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        detail = " ".join(str(error).split())
        return None, [
            StudyError(where, expected="YAML in UTF-8", got=detail, todo="mend that line")
        ]
    if not isinstance(content, dict):
        return None, [
            StudyError(
                where,
                expected="a mapping of keys",
                got=type(content).__name__,
                todo="start from `touchstone new`",
            )
        ]
    content = {key: value for key, value in content.items() if not str(key).startswith("x-")}
    try:
        study = Study(folder, Map.model_validate(content))
    except ValidationError as error:
        # A misspelt key comes first: it is why another is missing.
        found = sorted(error.errors(), key=lambda problem: problem["type"] != "extra_forbidden")
        return None, [_explain(where, problem) for problem in found]
    return study, list(_unresolved(study, where))


def _parse(text: str) -> Any:
    """Parse YAML; what is wrong is said by the parser in Python, whose words are better."""
    try:
        return yaml.load(text, Loader=_YAML)
    except yaml.YAMLError:
        return yaml.safe_load(text)


def _explain(where: str, problem: Any) -> StudyError:
    """Turn a pydantic error into one with the nearest valid names."""
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        parent = _model_at(problem["loc"][:-1])
        valid = list(parent.model_fields) if parent else []
        return StudyError(
            f"{where}: {place}",
            expected="a known key",
            got=repr(problem["loc"][-1]),
            todo=closest(str(problem["loc"][-1]), valid),
        )
    if problem["type"] == "missing":
        return StudyError(
            f"{where}: {place}",
            expected="this key, which is required",
            got="none of that name",
            todo="add it; see docs/study.md",
        )
    message = problem["msg"].removeprefix("Value error, ")
    return StudyError(
        f"{where}: {place or 'top level'}",
        expected=message[0].lower() + message[1:],
        got=_short(problem["input"]),
        todo="see docs/study.md",
    )


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


_CHILDREN: dict[type[Part], dict[str, type[Part]]] = {
    Map: {
        "stages": Stage,
        "touchpoints": Touchpoint,
        "scales": Scale,
        "questions": Question,
        "features": Feature,
        "segments": Segment,
        "outcomes": Outcome,
        "sources": Source,
        "benchmarks": Benchmark,
        "breaks": Break,
        "measures": CompanyMeasure,
        "capacities": Capacity,
        "plan": Aim,
    },
    **PARTS_OF_MEASURES,
    Source: {"tables": TableMap},
    TableMap: {"columns": ColumnMap, "unpivot": Unpivot, "long": Long},
}


def _model_at(location: tuple[int | str, ...]) -> type[Part] | None:
    model: type[Part] | None = Map
    for part in location:
        if model is None:
            return None
        children = _CHILDREN.get(model, {})
        if part in children:
            model = children[str(part)]
        elif part in model.model_fields:
            return None
    return model


def _unresolved(study: Study, where: str) -> list[StudyError]:
    """List names in the map that point at nothing."""
    found: list[StudyError] = []

    def need(place: str, kind: str, name: str | None, valid: Collection[str]) -> None:
        if name is not None and name not in valid:
            found.append(
                StudyError(
                    f"{where}: {place}",
                    expected=f"a declared {kind}",
                    got=repr(name),
                    todo=closest(name, valid),
                )
            )

    _register_needs(study.map, need)
    measure_needs(study.map, need)
    found += refusals_of_measures(study.map, where)
    for name in study.map.codes:
        try:
            study._code_list(name)
        except StudyError as error:
            found.append(error)
    for source_name, source in study.map.sources.items():
        for number, table in enumerate(source.tables):
            place = f"sources.{source_name}.tables.{number}"
            need(f"{place}.table", "canonical table", table.table, CANONICAL)
            if table.table in CANONICAL:
                _table_needs(study, table, place, need)
                found += _missing_columns(study, table, f"{where}: {place}")
    return found


def _register_needs(declared: Map, need: Need) -> None:
    """Names in what the map declares."""
    for name, touchpoint in declared.touchpoints.items():
        need(f"touchpoints.{name}.stage", "stage", touchpoint.stage, declared.stages)
    for name, question in declared.questions.items():
        need(f"questions.{name}.scale", "scale", question.scale, declared.scales)
        place = f"questions.{name}.touchpoint"
        need(place, "touchpoint", question.touchpoint, declared.touchpoints)
    _feature_needs(declared, need)
    for number, one in enumerate(declared.breaks):
        place = f"breaks.{number}"
        need(f"{place}.question", "question", one.question, {EVERYBODY, *declared.questions})
        need(f"{place}.touchpoint", "touchpoint", one.touchpoint, declared.touchpoints)
    for name, outcome in declared.outcomes.items():
        need(f"outcomes.{name}", "question", name, declared.questions)
        for driver in outcome.drivers:
            need(f"outcomes.{name}.drivers", "question", driver, declared.questions)
        known = {*declared.segments, *declared.questions}
        for held in outcome.confounders:
            need(f"outcomes.{name}.confounders", "segment or question", held, known)
    for name, segment in declared.segments.items():
        for language, texts in segment.translations.items():
            place = f"segments.{name}.translations"
            need(place, "language", language, declared.languages)
            for value in texts if segment.order else ():
                need(f"{place}.{language}", "value", value, segment.order)


def _feature_needs(declared: Map, need: Need) -> None:
    """The two questions of each feature, and the feature of each such question."""
    ends = {"present": "kano_functional", "absent": "kano_dysfunctional"}
    for end, kind in ends.items():
        asked = [name for name, one in declared.questions.items() if one.measure == kind]
        named = {getattr(feature, end): name for name, feature in declared.features.items()}
        for question, name in named.items():
            need(f"features.{name}.{end}", f"question of the measure {kind}", question, asked)
        for question in asked:
            need(f"features.*.{end}", f"feature with this question of {kind}", question, named)


def _table_needs(study: Study, table: TableMap, place: str, need: Need) -> None:
    """Names in how a canonical table is made."""
    declared = study.map
    has_segments = CANONICAL[table.table] in (CUSTOMERS, RESPONSES)
    segments = [SEGMENT_PREFIX + name for name in declared.segments] if has_segments else []
    valid = [*study.canonical(table.table).schema, *segments]
    for question_id in table.answers:
        need(f"{place}.answers.{question_id}", "question", question_id, declared.questions)
    for name, column in table.columns.items():
        need(f"{place}.columns.{name}", f"column of {table.table}", name, valid)
        if isinstance(column.values, str):
            need(f"{place}.columns.{name}.values", "code list", column.values, declared.codes)
    for name in table.skip_when_missing:
        need(f"{place}.skip_when_missing", f"column of {table.table}", name, valid)


FROM_REGISTER = frozenset(
    {"question_id", "measure", "touchpoint_id", "value", "scale_min", "scale_max", "missing"}
)  # columns of responses that the question register fills


def _missing_columns(study: Study, table: TableMap, where: str) -> list[StudyError]:
    """List required columns the map says nothing about."""
    given = set(table.columns) | (FROM_REGISTER if table.answers else frozenset())
    defaults = {"weight"} if table.table == "responses" else set()
    required = {c.name for c in study.canonical(table.table).columns if c.required}
    absent = sorted(required - given - defaults)
    if not absent:
        return []
    return [
        StudyError(
            f"{where}.columns",
            expected=f"a map for every required column of {table.table}",
            got=f"none for {examples(absent)}",
            todo="add them, for instance as a column name or a constant",
        )
    ]
