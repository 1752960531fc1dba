"""CSV: any encoding and delimiter, nothing inferred, every fault with its line."""

import csv
import io
import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.core.errors import SourceError
from pipelines.ingest import encodings
from pipelines.ingest.readers import read_source
from pipelines.ingest.records import fitting_delimiter
from tests.ingest.raw_studies import put, read_csv_text, read_one, study_with


def test_cells_are_text_as_they_stand_and_empty_ones_are_null(tmp_path):
    table = read_csv_text(tmp_path, ' id ;n;note\n007;1,50; x \n;"";"a ""b"""\n', delimiter=";")
    assert table.rows.collect().rows() == [(1, "007", "1,50", " x "), (2, None, None, 'a "b"')]
    assert table.rows.collect_schema().names() == ["source_row", "id", "n", "note"]
    assert (table.source, table.file, table.lines) == ("shop", "raw/a.csv", 2)


def test_rows_are_numbered_as_in_the_file_and_blank_lines_are_no_rows(tmp_path):
    table = read_csv_text(tmp_path, "\n\na,b\n1,2\n\n,\n3,4\n\n\n")
    assert table.rows.collect().rows() == [(1, "1", "2"), (4, "3", "4")]
    assert table.lines == 2


def test_a_column_without_a_name_is_called_by_its_place(tmp_path):
    table = read_csv_text(tmp_path, "a;;b;\n1;2;3;\n", delimiter=";")
    assert table.rows.collect_schema().names()[1:] == ["a", "column_2", "b", "column_4"]


def test_windows_line_ends_and_a_cell_over_two_lines(tmp_path):
    table = read_csv_text(tmp_path, 'a,b\r\n1,"x\r\ny"\r\n2,z')
    assert table.rows.collect().rows() == [(1, "1", "x\r\ny"), (2, "2", "z")]


def test_a_quotation_mark_inside_a_cell_is_a_sign_like_any_other(tmp_path):
    table = read_csv_text(tmp_path, 'a,b\n1,a "good" shop\n2,x\n')
    assert table.rows.collect()["b"].to_list() == ['a "good" shop', "x"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1", "cp1252", "utf-16", "cp850"])
def test_every_encoding_gives_the_same_text(tmp_path, encoding):
    content = "Straße,Größe\nKöln,ä\n".encode(encoding)
    table = read_csv_text(tmp_path, content, encoding=encoding)
    assert table.rows.collect().rows() == [(1, "Köln", "ä")]
    assert table.rows.collect_schema().names() == ["source_row", "Straße", "Größe"]


def test_a_mark_at_the_beginning_is_not_part_of_the_first_name(tmp_path):
    table = read_csv_text(tmp_path, "\ufeffid,b\n1,2\n")
    assert table.rows.collect_schema().names() == ["source_row", "id", "b"]


def test_latin_1_bytes_in_utf_8_are_shown_with_line_byte_and_what_to_write(tmp_path):
    content = "id,city\n1,Ulm\n2,Köln\n".encode("latin-1")
    with pytest.raises(SourceError) as caught:
        read_csv_text(tmp_path / "shop", content)
    error = caught.value
    assert error.where == "shop/raw/a.csv: line 3, byte 4 (byte 18 of the file)"
    assert error.expected == "text in utf-8, as study.yaml says"
    assert error.got == "the byte 0xf6, probably latin-1: '2,Köln'"
    assert "write `encoding: latin-1` in study.yaml" in error.todo


def test_the_place_of_a_bad_byte_does_not_depend_on_how_the_file_is_read(tmp_path, monkeypatch):
    content = "a,b\n1,ä\n2,".encode() + b"\xe4b\n"
    for size in range(1, 12):
        monkeypatch.setattr(encodings, "CHUNK_BYTES", size)
        with pytest.raises(SourceError, match=r"line 3, byte 3 \(byte 12 of the file\)"):
            read_csv_text(tmp_path, content)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Grüße aus Köln", "latin-1"),
        ("5 € – „sehr gut“", "cp1252"),
        ("Grüße aus Köln", "mac_roman"),
        ("Grüße aus Köln", "cp850"),
        ("Grüße", "utf-16"),
        ("Grüße aus Köln", "utf-16-le"),
        ("Grüße", "utf-8"),
    ],
)
def test_the_probable_encoding_is_found_by_its_letters(text, encoding):
    assert encodings.probable_encoding(text.encode(encoding)) == encoding


def test_utf_8_declared_as_latin_1_is_refused_instead_of_read_wrongly(tmp_path):
    with pytest.raises(SourceError, match=r"got a file in utf-8; write `encoding: utf-8`"):
        read_csv_text(tmp_path, "a,b\n1,Köln\n", encoding="latin-1")


def test_plain_ascii_may_be_declared_as_anything(tmp_path):
    assert read_csv_text(tmp_path, "a,b\n1,2\n", encoding="cp1252").lines == 1


def test_an_unknown_encoding_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"known `encoding`.*'utf-9'; write utf-8, latin-1"):
        read_csv_text(tmp_path, "a,b\n1,2\n", encoding="utf-9")


def test_another_delimiter_is_named_when_it_fits(tmp_path):
    with pytest.raises(SourceError, match=r"one column only, while ';' \(semicolon\) fits"):
        read_csv_text(tmp_path, "id;amount\n1;2,5\n2;3,5\n")
    with pytest.raises(SourceError, match=r'write `delimiter: "\\t"`'):
        read_csv_text(tmp_path, "id\tamount\n1\t2,5\n")


def test_a_single_column_is_a_table_too(tmp_path):
    table = read_csv_text(tmp_path, "text\nfine; but slow\nfine\n")
    assert table.rows.collect()["text"].to_list() == ["fine; but slow", "fine"]


@pytest.mark.parametrize(("line", "cells"), [("2", 1), ("2,3,4", 3)])
def test_a_ragged_line_is_named(tmp_path, line, cells):
    with pytest.raises(SourceError) as caught:
        read_csv_text(tmp_path, f'a,b\n"x\ny",1\n{line}\n{line}\n')
    assert caught.value.where.endswith("raw/a.csv: line 4")
    assert caught.value.expected == "2 cells separated by ',', as in the header"
    assert caught.value.got == f"{cells} cells, and so have 1 more soon after"


def test_ragged_lines_because_of_the_delimiter_say_which_fits(tmp_path):
    content = "id;name, first;x\n1;a, b;2\n2;c, d;3\n3;e, f, g;4\n"
    with pytest.raises(SourceError, match=r'line 4: .*write `delimiter: ";"`'):
        read_csv_text(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("", "got an empty file"),
        ("\n\n", "got an empty file"),
        ("a,b\n", "at least one row, got only column names"),
        ("a,b\n,\n", "at least one row, got only column names"),
        ("a,b,a \n1,2,3\n", r"header: expected every column name once, got 'a' \(columns 1 and 3"),
        ("source_row,b\n1,2\n", "no column called 'source_row'"),
        ('a,b\n1,5" pipe\n2,x\n', "line 2: expected a closing quotation mark"),
        ('a,b\n1,5" pipe\n2,6" pipe\n', "line 2: expected quotation marks around whole cells"),
        ('a,b\n1,"x"y\n', "line 2: expected quotation marks around whole cells"),
        ("a,b\r1,2\r", "line 1: expected a header"),
    ],
)
def test_a_file_that_is_no_table_says_why(tmp_path, content, match):
    with pytest.raises(SourceError, match=match):
        read_csv_text(tmp_path, content)


def test_files_of_a_pattern_come_sorted_by_name_and_locks_are_passed_over(tmp_path):
    for name in ("b.csv", "a.csv", ".hidden.csv", "~$a.csv", "sub/c.csv"):
        put(tmp_path, name, "a,b\n1,2\n")
    study = study_with(tmp_path, reader="csv", files="raw/**/*.csv")
    assert [t.file for t in read_source(study, "shop")] == [
        "raw/a.csv",
        "raw/b.csv",
        "raw/sub/c.csv",
    ]


def test_signs_with_a_meaning_in_patterns_may_stand_in_a_file_name(tmp_path):
    put(tmp_path, "sales [1].csv", "a,b\n1,2\n")
    assert read_one(tmp_path, reader="csv", files="raw/*.csv").rows.collect().height == 1


def test_a_pattern_without_files_names_the_nearest(tmp_path):
    put(tmp_path, "survey_2024.csv", "a,b\n1,2\n")
    with pytest.raises(SourceError, match=r"'raw/survey_2023.csv', got none; .*survey_2024.csv"):
        read_one(tmp_path, reader="csv", files="raw/survey_2023.csv")


@pytest.mark.parametrize("pattern", ["/etc/*.csv", "../other/*.csv"])
def test_a_pattern_outside_the_study_is_refused(tmp_path, pattern):
    with pytest.raises(SourceError, match="pattern below the study's folder"):
        read_one(tmp_path, reader="csv", files=pattern)


def test_the_delimiter_that_fits_cuts_every_line_alike():
    assert fitting_delimiter(b"a,b;c\n1;2,5\n") == ";"
    assert fitting_delimiter(b"a b\nc d\n") is None
    assert fitting_delimiter(b'"a,b"|c\nx|"y\nz,1"\n') == "|"


# Whatever Python's csv module writes is read back, in pieces of any length.
CELLS = st.text(st.sampled_from('aä;,"\n .'), max_size=5)


@st.composite
def tables(draw):
    width = draw(st.integers(1, 4))
    row = st.lists(CELLS, min_size=width, max_size=width)
    return draw(st.lists(row, min_size=1, max_size=8))


@settings(deadline=None, max_examples=150)
@given(tables(), st.sampled_from([";", ",", "\t"]), st.sampled_from(["\n", "\r\n"]))
@example([['"', "\n"], [";", '";"']], ";", "\n")
def test_what_was_written_is_read_back(rows, delimiter, line_end):
    names = [f"c{i}" for i in range(len(rows[0]))]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows([names, *rows])
    kept = [
        (number, *(cell or None for cell in row)) for number, row in enumerate(rows, 1) if any(row)
    ]
    with TemporaryDirectory() as folder:
        if not kept:
            with pytest.raises(SourceError, match="at least one row"):
                read_csv_text(Path(folder), text.getvalue(), delimiter=delimiter)
            return
        table = read_csv_text(Path(folder), text.getvalue(), delimiter=delimiter)
        assert table.rows.collect().rows() == kept
        assert table.lines == len(kept)


@settings(deadline=None, max_examples=150)
@given(st.text(st.sampled_from('aä;"\n\r '), max_size=30), st.integers(1, 9))
def test_any_text_is_read_or_refused_with_a_reason(text, size):
    with (
        TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        suppress(SourceError),
    ):
        patch.setattr(encodings, "CHUNK_BYTES", size)
        table = read_csv_text(Path(folder), "a;b\n" + text, delimiter=";")
        assert table.rows.collect().height == table.lines


def test_a_copy_in_utf_8_leaves_the_raw_folder_alone(tmp_path):
    read_csv_text(tmp_path, "a,b\n1,ä\n".encode("latin-1"), encoding="latin-1")
    assert os.listdir(tmp_path / "raw") == ["a.csv"]
