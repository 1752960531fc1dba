"""Find cells that the map does not declare: codes, labels and patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from pipelines.core import engine
from pipelines.core.engine import Frame
from pipelines.core.errors import SourceError
from pipelines.core.study import ColumnMap, Long, Study, TableMap
from pipelines.ingest.layout import RawCells, columns_read, take_columns


def undeclared_cells(
    rows: Frame, study: Study, tables: Sequence[TableMap], limit: int = 1000
) -> dict[str, pl.DataFrame]:
    """Find cells that a code list, a pattern or a labelled scale does not declare.

    Parameters
    ----------
    rows : Frame
        One raw file's columns and `source_row`.
    tables : sequence of TableMap
        The maps of the file's source; their columns are all in `rows`.

    Returns
    -------
    dict
        Place in the maps -> frame of `cell` and `n`, most frequent first.
    """
    read = dict.fromkeys(name for table in tables for name in columns_read(table))
    rows, raw = take_columns(rows, list(read))
    suspects = [suspect for table in tables for suspect in _suspects(study, table, raw)]
    if not suspects:
        return {}
    strange = [_is_undeclared(suspect).cast(nw.Int64).sum() for suspect in suspects]
    named = (count.alias(f"n{number}") for number, count in enumerate(strange))
    counts = engine.to_polars(rows.select(*named)).collect().row(0)
    found = {}
    for suspect, n in zip(suspects, counts, strict=True):
        if n:
            listed = rows.filter(_is_undeclared(suspect)).select(suspect.cell.alias("cell"))
            tally = engine.to_polars(listed.group_by("cell").agg(nw.len().alias("n")))
            order = tally.sort("n", "cell", descending=[True, False])
            found[suspect.place] = order.head(limit).collect()
    return found


@dataclass(frozen=True)
class Suspect:
    """A place that translates cells, and the codes, or the one pattern, that it declares."""

    place: str
    cell: nw.Expr
    declared: Sequence[str] | str


def _suspects(study: Study, table: TableMap, raw: RawCells) -> list[Suspect]:
    found = []
    for target, column in table.columns.items():
        declared = _declared(study, column)
        if declared is None:
            continue
        if table.unpivot and column.column == table.unpivot.value:
            texts = {name: raw.text(name, column.missing) for name in table.unpivot.columns}
        else:
            texts = {column.column or column.template or "": raw.of(column)}
        found += [
            Suspect(f"{table.table}.columns.{target} ({name})", cell, declared)
            for name, cell in texts.items()
        ]
    for question_id, name in table.answers.items():
        scale = study.map.scales[study.map.questions[question_id].scale]
        if scale.labels:
            place = f"answers.{question_id} ({name})"
            cell = _cell_of(name, table.long, raw)
            found.append(Suspect(place, cell, [*scale.labels, *scale.missing]))
    return found


def _cell_of(name: str, long: Long | None, raw: RawCells) -> nw.Expr:
    """Answers to a question: a column of its own, or the rows that name it."""
    if long is None:
        return raw.text(name)
    return nw.when(raw.text(long.question) == name).then(raw.text(long.answer))


def _declared(study: Study, column: ColumnMap) -> Sequence[str] | str | None:
    """Codes or pattern a column declares; None if it translates nothing or takes all."""
    if "otherwise" in column.given:
        return None
    codes = study.values_of(column)
    if codes is not None:
        return list(codes)
    if column.patterns is not None:
        return "|".join(f"(?:{pattern})" for pattern in column.patterns)
    return None


def _is_undeclared(suspect: Suspect) -> nw.Expr:
    cell, declared = suspect.cell, suspect.declared
    known = cell.str.contains(declared) if isinstance(declared, str) else cell.is_in(declared)
    return ~cell.is_null() & ~known.fill_null(False)


def require_declared(rows: Frame, study: Study, tables: Sequence[TableMap], where: str) -> None:
    """Refuse a file with cells that the map does not declare.

    Raises
    ------
    SourceError
        For the first place with such cells; see `undeclared`.
    """
    for error in undeclared(rows, study, tables, where):
        raise error


def undeclared(
    rows: Frame, study: Study, tables: Sequence[TableMap], where: str
) -> list[SourceError]:
    """Say for each place which cells the map does not declare, most frequent first."""
    found = undeclared_cells(rows, study, tables)
    return [
        SourceError(
            f"{where}: {place}",
            expected="only codes and labels that study.yaml declares",
            got=", ".join(f"{cell!r} ({n} times)" for cell, n in tally.head(5).iter_rows()),
            todo="declare them there, or say with `otherwise` what they become",
        )
        for place, tally in found.items()
    ]
