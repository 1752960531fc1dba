"""Find cells that the map does not declare: codes, labels and patterns."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import polars as pl

from pipelines.core import engine
from pipelines.core.engine import Frame
from pipelines.core.errors import SourceError, closest
from pipelines.core.study import Study, TableMap
from pipelines.ingest import cells
from pipelines.ingest.layout import alias_columns, columns_read


def undeclared_cells(
    rows: Frame, study: Study, table: TableMap, limit: int = 1000
) -> dict[str, pl.DataFrame]:
    """Find cells that a code list, a pattern or a labelled scale does not declare.

    Returns
    -------
    dict
        Place in the table map -> frame of `cell` and `n`, most frequent first.
    """
    raw, rows = alias_columns(rows, columns_read(table))
    schema = rows.collect_schema()
    suspects = _suspects(study, table)
    flags = {
        place: _is_undeclared(cells.text(raw[name], schema[raw[name]]), declared)
        for place, (name, declared) in suspects.items()
    }
    if not flags:
        return {}
    numbered = dict(enumerate(flags))
    counts = engine.to_polars(
        rows.select(
            *(flags[place].cast(nw.Int64).sum().alias(f"n{i}") for i, place in numbered.items())
        )
    ).collect()
    found = {}
    for i, place in numbered.items():
        if counts[f"n{i}"].item():
            name = raw[suspects[place][0]]
            cell = cells.text(name, schema[name])
            listed = rows.filter(flags[place]).select(cell.alias("cell"))
            tally = engine.to_polars(listed.group_by("cell").agg(nw.len().alias("n")))
            found[place] = tally.sort("n", "cell", descending=[True, False]).head(limit).collect()
    return found


def _suspects(study: Study, table: TableMap) -> dict[str, tuple[str, Sequence[str] | str]]:
    """Places that translate codes -> the column, and the codes (or one pattern) it declares."""
    found: dict[str, tuple[str, Sequence[str] | str]] = {}
    wide = table.unpivot.columns if table.unpivot else []
    for target, column in table.columns.items():
        if column.column is None or "otherwise" in column.given:
            continue
        codes = study.values_of(column)
        declared: Sequence[str] | str
        if codes is not None:
            declared = [*codes, *column.missing]
        elif column.patterns is not None:
            declared = "|".join(f"(?:{pattern})" for pattern in column.patterns)
        else:
            continue
        unpivoted = table.unpivot is not None and column.column == table.unpivot.value
        for name in wide if unpivoted else [column.column]:
            found[f"columns.{target} ({name})"] = (name, declared)
    for question_id, name in table.answers.items():
        scale = study.map.scales[study.map.questions[question_id].scale]
        if scale.labels:
            found[f"answers.{question_id} ({name})"] = (name, [*scale.labels, *scale.missing])
    return found


def _is_undeclared(cell: nw.Expr, declared: Sequence[str] | str) -> nw.Expr:
    known = cell.str.contains(declared) if isinstance(declared, str) else cell.is_in(declared)
    return ~cell.is_null() & ~known.fill_null(False)


def require_declared(rows: Frame, study: Study, table: TableMap, where: str) -> None:
    """Refuse a file with cells that the map does not declare.

    Raises
    ------
    SourceError
        For the first place with such cells, with the most frequent ones and their number.
    """
    for place, tally in undeclared_cells(rows, study, table).items():
        listed = ", ".join(f"{cell!r} ({n} times)" for cell, n in tally.head(5).iter_rows())
        _, declared = _suspects(study, table)[place]
        names = [] if isinstance(declared, str) else declared
        raise SourceError(
            f"{where}: {place}",
            expected="only codes that study.yaml declares",
            got=listed,
            todo=f"declare them or give `otherwise`; {closest(tally['cell'][0], names)}",
        )
