"""`touchstone check`: all that is wrong with a study, before anything runs."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal

import polars as pl

from pipelines.contract.validate import ValidateSettings
from pipelines.core import breaks, engine, imports, params, store
from pipelines.core.engine import Frame
from pipelines.core.errors import (
    ContractError,
    SourceError,
    StudyError,
    TouchstoneError,
    closest,
    examples,
)
from pipelines.core.study import DATA_FOLDER, Source, Study, TableMap, inspect
from pipelines.core.waves import waves_of
from pipelines.ingest.codes import undeclared
from pipelines.ingest.header import SOURCE_ROW
from pipelines.ingest.layout import columns_read, require_columns
from pipelines.ingest.readers import RawTable, find_files, read_file, read_query
from pipelines.ingest.tables import map_study
from pipelines.validate import duplicates, helpers, quarantine
from pipelines.validate.examples import cells, per_broken_rule
from pipelines.validate.refusal import BESIDE, PRIVATE
from pipelines.validate.verdicts import Verdict


@dataclass(frozen=True)
class Finding:
    """Something that was found: an error stops a run, a note does not."""

    severity: Literal["error", "note"]
    where: str
    expected: str
    got: str
    todo: str

    @property
    def is_error(self) -> bool:
        """Whether it would stop a run."""
        return self.severity == "error"

    def __str__(self) -> str:
        """Write it as errors are written, with its severity before it."""
        return (
            f"{self.severity}: {self.where}: expected {self.expected}, got {self.got}; {self.todo}"
        )


def check_study(name: str) -> list[Finding]:
    """Find all that is wrong with a study; nothing of it is changed.

    First the map, then each file against it. Only if both are fine are the rows mapped and
    judged, for what a wrong map makes of them would mislead.

    Parameters
    ----------
    name : str
        The study, or the path of its folder.

    Returns
    -------
    list of Finding
        Errors first.
    """
    folder = Path(name).resolve() if "/" in name else DATA_FOLDER / name
    study, problems = inspect(folder)
    found = [_error(problem) for problem in problems]
    if study is None:
        return found
    if not (study.folder / "raw").is_dir() and any(s.files for s in study.map.sources.values()):
        return [*found, _no_files(study)]
    raw: list[RawTable] = []
    for source_name in study.map.sources:
        read, unread = _read(study, source_name)
        raw += read
        found += unread
        if not problems:
            found += _check_source(study, source_name, read)
    if not any(finding.is_error for finding in found):
        found += _check_rows(study, raw)
    return sorted(found, key=lambda finding: not finding.is_error)


def _no_files(study: Study) -> Finding:
    """Say once that no file is there, and not once per source."""
    return Finding(
        "error",
        f"{study.name}/raw",
        expected="the files that study.yaml names",
        got="no folder",
        todo=f"put them into {study.name}/raw; `touchstone run demo` makes those of the demo",
    )


def _error(error: TouchstoneError) -> Finding:
    return Finding("error", error.where, error.expected, error.got, error.todo)


def _read(study: Study, name: str) -> tuple[list[RawTable], list[Finding]]:
    """Read every file of a source that can be read."""
    if study.map.sources[name].reader == "sql":
        try:
            return [read_query(study, name)], []
        except SourceError as error:
            return [], [_error(error)]
    try:
        files = find_files(study, name)
    except SourceError as error:
        return [], [_error(error)]
    read, found = [], []
    for path in files:
        try:
            read.append(read_file(study, name, path))
        except SourceError as error:
            found.append(_error(error))
    return read, found


def _check_source(study: Study, name: str, files: Sequence[RawTable]) -> list[Finding]:
    """Compare the files of a source with the columns, codes and questions of its map."""
    source = study.map.sources[name]
    found = []
    for file in files:
        where = f"{study.name}/{file.file}"
        missing = _missing_columns(file, source, where)
        found += missing
        if not missing:
            rows = engine.from_polars(file.rows)
            found += [_error(error) for error in undeclared(rows, study, source.tables, where)]
    if not found and files:
        found += _unused_columns(study, source, files)
        for table in source.tables:
            found += _check_questions(study, name, table, files)
    return found


def _missing_columns(file: RawTable, source: Source, where: str) -> list[Finding]:
    found = []
    for table in source.tables:
        try:
            require_columns(file.rows.collect_schema().names(), table, where)
        except SourceError as error:
            found.append(_error(error))
    return found


def _unused_columns(study: Study, source: Source, files: Sequence[RawTable]) -> list[Finding]:
    """List the columns that no table of the map reads."""
    used = {SOURCE_ROW, *(column for table in source.tables for column in columns_read(table))}
    there = dict.fromkeys(c for file in files for c in file.rows.collect_schema().names())
    unused = [column for column in there if column not in used]
    if not unused:
        return []
    return [
        Finding(
            "note",
            f"{study.name}/{source.files or files[0].file}",
            "every column in the map, or left out on purpose",
            f"{len(unused)} not used: {examples(unused)}",
            "nothing, if you do not need them",
        )
    ]


def _check_questions(
    study: Study, name: str, table: TableMap, files: Sequence[RawTable]
) -> list[Finding]:
    """Compare the questions that a long file names with those of the map."""
    if table.long is None:
        return []
    named = pl.concat(
        [file.rows.select(pl.col(table.long.question).cast(pl.String)) for file in files]
    )
    asked = named.unique().drop_nulls().collect().to_series().str.strip_chars().sort().to_list()
    where = f"{study.name}/study.yaml: sources.{name}, answers"
    absent = [
        Finding(
            "error",
            f"{where}.{question_id}",
            f"rows of the question {text!r}",
            "none",
            closest(text, asked),
        )
        for question_id, text in table.answers.items()
        if text not in asked
    ]
    others = [text for text in asked if text not in table.answers.values()]
    if not others:
        return absent
    got = f"{len(others)} not used: {examples(others)}"
    todo = "nothing, if you do not need them"
    return [*absent, Finding("note", where, "every question in the map", got, todo)]


def _check_rows(study: Study, raw: Sequence[RawTable]) -> list[Finding]:
    """Map all rows and judge them by the rules of validation, in a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Study(Path(folder) / study.name, study.map)
        try:
            mapped = map_study(study, raw, engine.from_polars)
            for table, rows in mapped.tables.items():
                store.sink(draft.path("mapped", table), rows)
            settings = params.settings_of(ValidateSettings, params.read())
            found = _judge(draft, settings.max_rejected_share)
            return [*found, *_check_breaks(draft)]
        except TouchstoneError as error:
            return [_error(error)]


def _check_breaks(study: Study) -> list[Finding]:
    """Find declared breaks at a wave in which their question was not asked."""
    columns = ("question_id", "touchpoint_id", "wave")
    asked = store.scan(study.path("mapped", "responses")).select(columns).unique().collect()
    found = []
    for number, declared in enumerate(study.map.breaks):
        try:
            breaks.require_known([declared], asked, first=number)
        except ContractError as error:
            found.append(replace(_error(error), where=f"{study.name}/{error.where}"))
    return found


def _judge(study: Study, max_share: float) -> list[Finding]:
    """Judge mapped tables by their suites."""
    with imports.lean():  # Great Expectations takes seconds to import
        from pipelines.validate import judge

    customers = store.scan(study.path("mapped", "customers"))
    prepare = helpers.preparation(study, customers, datetime.now(UTC) + timedelta(days=1))
    found = []
    for table, judgement in judge.judge_study(study, prepare).items():
        rows = prepare(store.scan(study.path("mapped", table)))
        split = quarantine.split(study, table, rows, judgement.verdicts)
        if table == "responses":
            found += _check_waves(study, split.accepted)
        store.sink(study.path("quarantine", table), engine.to_polars(split.rejected))
        rejected = store.scan(study.path("quarantine", table))
        judged = Judged(study.name, engine.to_polars(rows), rejected)
        found += [
            judged.finding(verdict, max_share)
            for verdict in judgement.verdicts
            if not verdict.success
        ]
    return found


def _check_waves(study: Study, responses: Frame) -> list[Finding]:
    """Look whether the order of the waves is known."""
    try:
        waves_of(study, responses)
    except StudyError as error:
        return [_error(error)]
    return []


@dataclass(frozen=True)
class Judged:
    """A mapped table that was judged."""

    study: str
    rows: pl.LazyFrame
    rejected: pl.LazyFrame

    @cached_property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.rows.select(pl.len()).collect().item())

    @cached_property
    def n_rejected(self) -> int:
        """Number of rows that break a rule."""
        return int(self.rejected.select(pl.len()).collect().item())

    def finding(self, verdict: Verdict, max_share: float) -> Finding:
        """Say how many rows break a rule, with the first as an example."""
        share = self.n_rejected / max(self.n_rows, 1)
        too_many = verdict.on_fail == "quarantine" and share > max_share
        n = verdict.n_unexpected or 0
        where, got = self._first(verdict)
        counted = f" in {n:,} of {self.n_rows:,} rows" if n else ""
        limit = f"; {share:.1%} of the table's rows are bad, params.yaml allows {max_share:.1%}"
        return Finding(
            "error" if too_many or verdict.on_fail == "stop" else "note",
            f"{self.study}/{where}",
            f"{verdict.sentence} (rule {verdict.rule})",
            f"{got}{counted}{limit if too_many else ''}",
            verdict.todo,
        )

    def _first(self, verdict: Verdict) -> tuple[str, str]:
        """Place of the first row that breaks a rule, and what is there."""
        broken = self._broken(verdict)
        if broken is None:
            return f"table {verdict.table}", "otherwise"
        schema = broken.collect_schema()
        columns = (*(name for name in BESIDE if name in schema), *verdict.columns)
        shown = cells(tuple(dict.fromkeys(columns)), schema, frozenset(PRIVATE))
        row = broken.select("source_file", SOURCE_ROW, shown.alias("got")).head(1).collect()
        if row.is_empty():
            return f"table {verdict.table}", "otherwise"
        file, number, got = row.row(0)
        return f"{file}: row {number}, {verdict.table}: {' and '.join(verdict.columns)}", str(got)

    def _broken(self, verdict: Verdict) -> pl.LazyFrame | None:
        """Rows that break a rule, in their order; None for a rule about the table itself."""
        if verdict.on_fail == "quarantine":
            return per_broken_rule(self.rejected).filter(pl.col("rule") == verdict.rule)
        if verdict.by_row is None:
            return None
        flagged = duplicates.flag(engine.from_polars(self.rows), verdict.by_row, "broken")
        return engine.to_polars(flagged).filter("broken")
