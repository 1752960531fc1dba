"""Parquet, Excel and SPSS: types and codes as they are, broken files with a reason."""

from datetime import date, datetime

import polars as pl
import pyreadstat
import pytest
import xlsxwriter

from pipelines.core.errors import SourceError
from pipelines.ingest.excel import sheet_names
from pipelines.ingest.spss import read_variables
from tests.ingest.raw_studies import put, read_one

ORDERS = pl.DataFrame(
    {"id ": ["a", "b"], "amount": [1.5, None], "on": [date(2024, 1, 31), date(2024, 2, 1)]}
)


def read_parquet(folder):
    return read_one(folder, reader="parquet", files="raw/*.parquet")


def write_parquet(folder, rows=ORDERS):
    path = put(folder, "a.parquet", b"")
    rows.write_parquet(path)
    return path


def test_parquet_keeps_its_types_and_rows_without_values(tmp_path):
    write_parquet(tmp_path, pl.concat([ORDERS, ORDERS.clear(1)]))
    table = read_parquet(tmp_path)
    assert table.rows.collect().to_dict(as_series=False) == {
        "source_row": [1, 2, 3],
        "id": ["a", "b", None],
        "amount": [1.5, None, None],
        "on": [date(2024, 1, 31), date(2024, 2, 1), None],
    }
    assert (table.file, table.lines) == ("raw/a.parquet", 3)


def test_a_truncated_parquet_file_is_named(tmp_path):
    path = write_parquet(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(SourceError, match=r"a\.parquet: .*got a truncated one of .* bytes; copy"):
        read_parquet(tmp_path)


def test_a_parquet_file_with_a_broken_end_is_named(tmp_path):
    path = write_parquet(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[:-40] + b"x" * 32 + content[-8:])
    with pytest.raises(SourceError, match=r"a\.parquet: expected a readable Parquet file"):
        read_parquet(tmp_path)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "got an empty file"),
        (b"id,b\n1,2\n", "got one that begins with b'id,b'"),
    ],
)
def test_what_is_no_parquet_file_is_refused(tmp_path, content, match):
    put(tmp_path, "a.parquet", content)
    with pytest.raises(SourceError, match=match):
        read_parquet(tmp_path)


def test_a_parquet_file_without_rows_is_refused(tmp_path):
    write_parquet(tmp_path, ORDERS.clear())
    with pytest.raises(SourceError, match="at least one row"):
        read_parquet(tmp_path)


def test_names_that_differ_by_blanks_only_are_refused(tmp_path):
    write_parquet(tmp_path, pl.DataFrame({"id": [1], "id ": [2]}))
    with pytest.raises(SourceError, match=r"'id' \(columns 1 and 2\)"):
        read_parquet(tmp_path)


@pytest.fixture
def workbook(tmp_path):
    path = put(tmp_path, "shop.xlsx", b"")
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet = book.add_worksheet("Kunden")
        sheet.write_row(0, 0, [" Nr", "Betrag", "Datum", "Name"])
        sheet.write_row(1, 0, ["007", 1.5, "", "Jörg"])
        sheet.write_row(3, 0, ["008", 2])
        sheet.write_datetime(1, 2, datetime(2024, 1, 31), day)
        sheet.write_datetime(3, 2, datetime(2024, 2, 1, 13, 30), day)
        book.add_worksheet("Leer")
        book.add_worksheet("Kopf").write_row(0, 0, ["a", "b"])
        book.add_worksheet("Doppelt").write_column(0, 0, ["a", 1])
        book.get_worksheet_by_name("Doppelt").write_column(0, 1, ["a", 1])
    return tmp_path


def read_sheet(folder, sheet=None):
    return read_one(folder, reader="xlsx", files="raw/*.xlsx", sheet=sheet)


def test_excel_cells_are_text_with_their_leading_zeros(workbook):
    table = read_sheet(workbook, "Kunden")
    assert table.rows.collect().rows() == [
        (1, "007", "1.5", "2024-01-31 00:00:00", "Jörg"),
        (3, "008", "2", "2024-02-01 13:30:00", None),
    ]
    assert table.rows.collect_schema().names() == ["source_row", "Nr", "Betrag", "Datum", "Name"]
    assert table.lines == 2


def test_the_sheets_of_a_workbook_are_listed(workbook):
    assert sheet_names(workbook / "raw" / "shop.xlsx", "shop.xlsx") == [
        "Kunden",
        "Leer",
        "Kopf",
        "Doppelt",
    ]


@pytest.mark.parametrize(
    ("sheet", "match"),
    [
        ("Kunde", r"a workbook with 'Kunden', 'Leer'.*; did you mean 'Kunden'"),
        (None, r"a `sheet` in study.yaml, since the workbook has several.*one of 'Kunden'"),
        ("Leer", r"sheet 'Leer': .*got an empty sheet"),
        ("Kopf", r"sheet 'Kopf': .*got only a header"),
        ("Doppelt", r"sheet 'Doppelt': header: .*'a' \(columns 1 and 2\)"),
    ],
)
def test_a_sheet_that_is_no_table_says_why(workbook, sheet, match):
    with pytest.raises(SourceError, match=match):
        read_sheet(workbook, sheet)


def test_what_is_no_workbook_is_refused(tmp_path):
    put(tmp_path, "shop.xlsx", "id,b\n1,2\n")
    with pytest.raises(SourceError, match=r"expected an Excel workbook, got .*correct `reader`"):
        read_sheet(tmp_path)


@pytest.fixture
def spss(tmp_path):
    path = put(tmp_path, "wave.sav", b"")
    rows = pl.DataFrame(
        {
            "id": ["r1", "r2", "r3"],
            "q1": [1.0, 99.0, None],
            "sex": ["m", "", "f"],
            "on": [date(2024, 1, 31)] * 3,
        }
    )
    pyreadstat.write_sav(
        rows,
        str(path),
        column_labels={"q1": "How satisfied?"},
        variable_value_labels={"q1": {1: "very bad", 5: "very good", 99: "no answer"}},
        missing_ranges={"q1": [8, {"lo": 97, "hi": 99}], "sex": ["x"]},
    )
    return path


def read_sav(folder, **source):
    return read_one(folder, reader="sav", files="raw/*.sav", **source)


def test_spss_codes_stay_codes_and_user_missing_ones_stay_too(spss):
    table = read_sav(spss.parents[1])
    assert table.rows.collect().to_dict(as_series=False) == {
        "source_row": [1, 2, 3],
        "id": ["r1", "r2", "r3"],
        "q1": [1.0, 99.0, None],
        "sex": ["m", None, "f"],
        "on": [date(2024, 1, 31)] * 3,
    }


def test_spss_labels_and_user_missing_codes_are_read_apart(spss):
    variables = read_variables(spss, "wave.sav")
    question = variables["q1"]
    assert question.label == "How satisfied?"
    assert question.values == {"1": "very bad", "5": "very good", "99": "no answer"}
    assert [code for code in ("1", "8", "96", "97", "99", "x") if question.is_missing(code)] == [
        "8",
        "97",
        "99",
    ]
    assert variables["sex"].is_missing("x")
    assert not variables["sex"].is_missing("m")
    assert not variables["id"].missing


@pytest.mark.parametrize("size", [3, 300, -40])
def test_a_truncated_spss_file_is_refused(spss, size):
    spss.write_bytes(spss.read_bytes()[:size])
    with pytest.raises(SourceError, match=r"wave\.sav: expected a whole SPSS file, got \w+"):
        read_sav(spss.parents[1])


def test_an_spss_file_in_another_encoding_is_read_as_declared(tmp_path):
    path = put(tmp_path, "wave.sav", b"")
    pyreadstat.write_sav(pl.DataFrame({"city": ["Koeln"]}), str(path))
    assert read_sav(tmp_path, encoding="latin1").rows.collect()["city"].to_list() == ["Koeln"]
