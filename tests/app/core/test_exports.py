"""Exports: what a spreadsheet reads is the table, and never a formula that its text brought."""

import csv
import io
import zipfile

import fastexcel
import polars as pl
import pytest

from app.core import exports

TRAPS = ["=1+1", "+49 30", "-5", "@SUM(A1)", "\tx", "\rx", "plain", "Ärger, laut", None]
TABLE = pl.DataFrame({"name": TRAPS, "value": [1.5, -2.0, *([None] * 7)]})
HEADINGS = {"name": "Name", "value": "=Value"}


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_text_that_looks_like_a_formula_is_text_in_a_csv():
    head, *lines = read_csv(exports.as_csv(TABLE, HEADINGS))
    assert head == ["Name", "'=Value"]
    assert [line[0] for line in lines[:8]] == [
        "'=1+1", "'+49 30", "'-5", "'@SUM(A1)", "'\tx", "'\rx", "plain", "Ärger, laut",
    ]  # fmt: skip
    assert [line[1] for line in lines[:3]] == ["1.5", "-2.0", ""]  # a negative number stays one


def test_text_stays_text_and_numbers_numbers_in_a_workbook():
    content = exports.as_xlsx({"scenario": (TABLE, HEADINGS)})
    sheet = fastexcel.read_excel(content).load_sheet("scenario").to_polars()
    assert sheet.columns == ["Name", "=Value"]
    assert sheet["Name"].to_list()[:4] == TRAPS[:4]
    assert sheet["=Value"].to_list()[:3] == [1.5, -2.0, None]


def test_a_workbook_holds_no_formula_at_all():
    content = exports.as_xlsx({"scenario": (TABLE, HEADINGS)})
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("table", [TABLE, TABLE.clear()], ids=["full", "empty"])
def test_the_same_table_makes_the_same_files(table):
    assert exports.as_csv(table, HEADINGS) == exports.as_csv(table, HEADINGS)
    sheets = {"scenario": (table, HEADINGS)}
    assert exports.as_xlsx(sheets) == exports.as_xlsx(sheets)


def test_only_columns_with_a_heading_are_written():
    assert read_csv(exports.as_csv(TABLE, {"value": "Value"}))[0] == ["Value"]
