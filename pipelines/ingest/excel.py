"""Read Excel sheets, every cell as text, so that leading zeros stay."""

from __future__ import annotations

from pathlib import Path

import fastexcel
import polars as pl

from pipelines.core.errors import SourceError, closest, examples
from pipelines.core.study import Source
from pipelines.ingest.header import number_rows, tidy_names, without_blank_rows


def read_xlsx(source: Source, path: Path, where: str, _scratch: object) -> pl.LazyFrame:
    """Read one sheet: its first line that is not empty is the header.

    Dates come as ``2024-01-31 00:00:00``, flags as true and false.

    Raises
    ------
    SourceError
        If the file is no workbook, the sheet is not in it or not named, or it is empty.
    """
    book = _open(path, where)
    sheet = _choose(source.sheet, book.sheet_names, where)
    cells: pl.DataFrame = book.load_sheet(sheet, header_row=None, dtypes="string").to_polars()
    where = f"{where}: sheet {sheet!r}"
    if cells.height < 2:
        raise SourceError(
            where,
            expected="a header and at least one line",
            got="only a header" if cells.height else "an empty sheet",
            todo="correct `sheet` in study.yaml, or export the file again",
        )
    names = tidy_names(cells.row(0), where)
    rows = cells.slice(1).rename(dict(zip(cells.columns, names, strict=True))).lazy()
    filled = pl.when(pl.all() != "").then(pl.all())
    return without_blank_rows(number_rows(rows.select(filled)))


def sheet_names(path: Path, where: str) -> list[str]:
    """Name the sheets of a workbook, in its order.

    Raises
    ------
    SourceError
        If the file is no workbook.
    """
    return list(_open(path, where).sheet_names)


def _open(path: Path, where: str) -> fastexcel.ExcelReader:
    try:
        return fastexcel.read_excel(path)
    except fastexcel.FastExcelError as error:
        raise SourceError(
            where,
            expected="an Excel workbook",
            got=str(error).splitlines()[0],
            todo="correct `reader` in study.yaml, or save the file as .xlsx again",
        ) from error


def _choose(sheet: str | None, there: list[str], where: str) -> str:
    if sheet is None and len(there) == 1:
        return there[0]
    if sheet is None:
        raise SourceError(
            where,
            expected="a `sheet` in study.yaml, since the workbook has several",
            got="none",
            todo=f"choose one of {examples(there)}",
        )
    if sheet not in there:
        raise SourceError(
            where,
            expected=f"the sheet {sheet!r}",
            got=f"a workbook with {examples(there)}",
            todo=closest(sheet, there),
        )
    return sheet
