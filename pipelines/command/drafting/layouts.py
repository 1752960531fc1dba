"""Group files that are alike: files with the same columns, read alike, are one source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

import polars as pl

from pipelines.command.drafting.facts import Facts, describe, sample_of
from pipelines.command.drafting.sniff import Reading, sniff
from pipelines.command.drafting.words import tidy
from pipelines.core.errors import SourceError
from pipelines.core.study import Source
from pipelines.ingest.readers import read_rows
from pipelines.ingest.spss import Variable, read_variables

FILE = "source_file"
ROWS_SAMPLED, MIN_ROWS_OF_FILE = (
    200_000,
    1_000,
)  # rows looked at: of all files, and of each at least
_NO_TEMPLATE = re.compile(r"[{}\[\].:!]")  # signs with a meaning in templates


@dataclass(frozen=True)
class FileLayout:
    """Files that are alike, and a sample of what is in them.

    `sample` has the columns as text, `source_row` and `source_file`.
    """

    name: str
    reading: Reading
    files: tuple[Path, ...]
    facts: tuple[Facts, ...]
    sample: pl.DataFrame

    def with_role(self, role: str) -> Facts | None:
        """Find the first column with a role."""
        return next((fact for fact in self.facts if fact.role == role and fact.filled), None)

    def is_unique(self, columns: Sequence[str]) -> bool:
        """Whether columns name each row of all the files."""
        keys = self.sample.select(columns)
        return keys.n_unique() == keys.height and not sum(keys.null_count().row(0))

    def key(self, candidates: Iterable[Sequence[str]]) -> tuple[str, ...] | None:
        """Find the first combination of columns that names each row."""
        return next(
            (
                tuple(columns)
                for columns in candidates
                if not any(_NO_TEMPLATE.search(name) for name in columns)
                and self.is_unique(columns)
            ),
            None,
        )


@dataclass(frozen=True)
class _One:
    """One file, or one sheet of it, as read."""

    path: Path
    reading: Reading
    sample: pl.DataFrame
    times: frozenset[str]
    variables: dict[str, Variable]


def find_layouts(files: Sequence[Path]) -> list[FileLayout]:
    """Read some of each file and group those that are alike, in the order given.

    Raises
    ------
    SourceError
        If a file cannot be read.
    """
    groups: dict[tuple[object, ...], list[_One]] = {}
    for path in files:
        for reading in sniff(path):
            one = _read(path, reading, max(MIN_ROWS_OF_FILE, ROWS_SAMPLED // len(files)))
            key = (replace(reading, encoding=None), frozenset(one.sample.columns))
            groups.setdefault(key, []).append(one)
    parted = [part for group in groups.values() for part in _by_encoding(group)]
    names = _names(parted)
    return [_layout(name, part) for name, part in zip(names, parted, strict=True)]


def each_file(layout: FileLayout) -> list[FileLayout]:
    """Part a layout into one per file."""
    return [
        replace(
            layout,
            name=_own_name(layout.name, tidy(path.stem), number),
            files=(path,),
            sample=layout.sample.filter(pl.col(FILE) == path.name),
        )
        for number, path in enumerate(layout.files, start=1)
    ]


def _own_name(name: str, stem: str, number: int) -> str:
    return stem if stem.startswith(name) else f"{name}_{stem or number}"


def _read(path: Path, reading: Reading, rows: int) -> _One:
    source = Source.model_validate(
        {**reading.keys, "files": path.name, "tables": [{"table": "reviews"}]}
    )
    sample, times = sample_of(read_rows(source, path, path.name), rows)
    if sample.is_empty():
        raise SourceError(
            str(path),
            expected="at least one row",
            got="only column names",
            todo="export it again, or leave it out",
        )
    variables = read_variables(path, path.name) if reading.reader == "sav" else {}
    return _One(path, reading, sample, frozenset(times), variables)


def _by_encoding(group: list[_One]) -> list[list[_One]]:
    """Part files of different encodings; plain ASCII goes with any."""
    encodings = {one.reading.encoding: None for one in group if one.reading.encoding != "ascii"}
    first, *others = encodings or [None]
    parted = [[one for one in group if one.reading.encoding in ("ascii", first)]]
    return parted + [[one for one in group if one.reading.encoding == other] for other in others]


def _layout(name: str, group: list[_One]) -> FileLayout:
    columns = group[0].sample.columns
    samples = [one.sample.select(*columns, pl.lit(one.path.name).alias(FILE)) for one in group]
    sample = pl.concat(samples)
    reading = next((o.reading for o in group if o.reading.encoding != "ascii"), group[0].reading)
    times = set().union(*(one.times for one in group))
    facts = describe(sample.drop(FILE), times, group[0].variables)
    return FileLayout(name, reading, tuple(one.path for one in group), tuple(facts), sample)


def _names(groups: Iterable[list[_One]]) -> list[str]:
    """Name sources after their sheet, or what their files' names have in common."""
    return [
        tidy(group[0].reading.sheet or _common([one.path.stem for one in group])) or "source"
        for group in groups
    ]


def _common(stems: Sequence[str]) -> str:
    """Beginning that some names share, without a number at its end; the first if none."""
    if len(stems) == 1:
        return stems[0]
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*stems, strict=False))
    return re.sub(r"[\d\W_]+$", "", "".join(letters[0] for letters in alike)) or stems[0]
