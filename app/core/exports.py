"""Exports: a table of a page as csv and as xlsx, safe to open in a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st
import xlsxwriter

from app.core.language import Words

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for a formula
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CREATED = datetime(2000, 1, 1)  # the same table makes the same file
OPTIONS = {
    "in_memory": True,
    "nan_inf_to_errors": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
WIDEST_COLUMN, NARROWEST_COLUMN = 60, 8  # of a column of a sheet, in characters


def as_csv(frame: pl.DataFrame, headings: Mapping[str, str]) -> bytes:
    """Write a table as csv in UTF-8 with a mark that spreadsheets know it by.

    Text that a spreadsheet would take for a formula gets an apostrophe before it.

    >>> as_csv(pl.DataFrame({"name": ["=1+1"]}), {"name": "Name"}).decode("utf-8-sig")
    "Name\\n'=1+1\\n"
    """
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    harmless = frame.with_columns(_harmless(pl.col(name)).alias(name) for name in texts)
    named = harmless.select(*headings).rename({n: _as_text(h) for n, h in headings.items()})
    return named.write_csv(include_bom=True).encode("utf-8")


def _harmless(column: pl.Expr) -> pl.Expr:
    risky = column.str.slice(0, 1).is_in(FORMULA_STARTS)
    return pl.when(risky).then(pl.concat_str(pl.lit("'"), column)).otherwise(column)


def _as_text(heading: str) -> str:
    return f"'{heading}" if heading.startswith(FORMULA_STARTS) else heading


def as_xlsx(sheets: Mapping[str, tuple[pl.DataFrame, Mapping[str, str]]]) -> bytes:
    """Write tables as sheets of a workbook; text stays text, whatever it begins with.

    Parameters
    ----------
    sheets : Mapping of str to (DataFrame, Mapping of str to str)
        A table and the headings of the columns to write, by the name of its sheet.
    """
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, OPTIONS) as book:
        book.set_properties({"created": CREATED})
        bold = book.add_format({"bold": True})
        for name, (frame, headings) in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for place, (column, heading) in enumerate(headings.items()):
                cells = frame[column].to_list()
                sheet.write_string(0, place, heading, bold)
                for line, cell in enumerate(cells, start=1):
                    _write(sheet, line, place, cell)
                sheet.set_column(place, place, _width([heading, *cells]))
    return packed.getvalue()


def _write(sheet: Any, line: int, place: int, cell: object) -> None:
    if isinstance(cell, str):
        sheet.write_string(line, place, cell)
    elif cell is not None:
        sheet.write(line, place, cell)


def _width(cells: Sequence[object]) -> int:
    longest = max(len(str(cell)) for cell in cells)
    return min(max(longest + 1, NARROWEST_COLUMN), WIDEST_COLUMN)


def buttons(
    words: Words, frame: pl.DataFrame, headings: Mapping[str, str], *, name: str, key: str
) -> None:
    """Offer a table as csv and as xlsx; the files are written when asked for.

    Parameters
    ----------
    name : str
        Of the files, without an ending.
    key : str
        Of the widgets.
    """
    kinds = {
        "csv": ("text/csv", lambda: as_csv(frame, headings)),
        "xlsx": (XLSX, lambda: as_xlsx({"touchstone": (frame, headings)})),
    }
    with st.container(horizontal=True):
        for ending, (mime, write) in kinds.items():
            st.download_button(
                words(f"export.{ending}"),
                write,
                file_name=f"{name}.{ending}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"{key}_{ending}",
            )
