"""Read SPSS files: codes stay codes; labels and user-missing codes are read apart.

The map declares what codes mean, `touchstone new` writes it from the labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat

from pipelines.core.errors import SourceError
from pipelines.core.study import Source
from pipelines.ingest.header import number_rows, with_tidy_names


@dataclass(frozen=True)
class Variable:
    """What an SPSS file says about one of its columns.

    `missing` holds ranges of user-missing codes, both ends included; a single code is a
    range of itself.
    """

    label: str | None
    values: dict[str, str]  # code -> label
    missing: tuple[tuple[str | float, str | float], ...]

    def is_missing(self, code: str) -> bool:
        """Whether a code is declared as user-missing."""
        return any(_lies_in(code, low, high) for low, high in self.missing)


def read_sav(source: Source, path: Path, where: str, _scratch: object) -> pl.LazyFrame:
    """Read an SPSS file; user-missing codes stay, system-missing values are null.

    Raises
    ------
    SourceError
        If it is no SPSS file, is truncated or another encoding.
    """
    rows, _ = _read(path, where, source.encoding if "encoding" in source.model_fields_set else None)
    texts = pl.selectors.string()
    rows = rows.with_columns(pl.when(texts != "").then(texts))
    return number_rows(with_tidy_names(rows.lazy(), where))


def read_variables(path: Path, where: str) -> dict[str, Variable]:
    """Read labels and user-missing codes, by tidy column name.

    Raises
    ------
    SourceError
        If it is no SPSS file.
    """
    _, meta = _read(path, where, None, metadata_only=True)
    return {
        name.strip(): Variable(
            label=meta.column_names_to_labels.get(name),
            values={_code(k): v for k, v in meta.variable_value_labels.get(name, {}).items()},
            missing=tuple((r["lo"], r["hi"]) for r in meta.missing_ranges.get(name, [])),
        )
        for name in meta.column_names
    }


def _read(
    path: Path, where: str, encoding: str | None, metadata_only: bool = False
) -> tuple[pl.DataFrame, Any]:
    try:
        rows, meta = pyreadstat.read_sav(
            str(path),
            user_missing=True,
            encoding=encoding,
            metadataonly=metadata_only,
            output_format="polars",
        )
    except (pyreadstat.ReadstatError, UnicodeDecodeError) as error:
        raise SourceError(
            where,
            expected="a whole SPSS file",
            got=str(error).strip().splitlines()[0],
            todo="correct `reader` or `encoding` in study.yaml, or export the file again",
        ) from error
    return rows, meta


def _code(value: object) -> str:
    """Write a code as the mapping reads it: whole numbers without '.0'."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _lies_in(code: str, low: str | float, high: str | float) -> bool:
    if isinstance(low, str) or isinstance(high, str):
        return code == low == high
    try:
        return low <= float(code) <= high
    except ValueError:
        return False
