"""Tables are written whole, in one order, the same bytes for the same rows."""

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contract.table import NUMBER, TEXT, Column, Table
from pipelines.core import store
from pipelines.core.errors import ContractError, SourceError

TABLE = Table("t", "a thing", ("name",), (Column("name", TEXT, "n"), Column("size", NUMBER, "s")))
ROWS = pl.DataFrame({"name": ["b", "a", None], "size": [1.0, 2.0, 3.0]})


def test_rows_are_sorted_by_key_and_floats_rounded(tmp_path):
    rows = ROWS.with_columns(size=pl.lit(2 / 3))
    store.write(tmp_path / "t.parquet", rows.select("size", "name"), TABLE)
    found = store.read(tmp_path / "t.parquet")
    assert found.rows() == [("a", 0.666667), ("b", 0.666667), (None, 0.666667)]


@given(st.permutations(range(3)))
def test_the_order_of_rows_does_not_change_the_bytes(tmp_path_factory, order):
    folder = tmp_path_factory.mktemp("store")
    store.write(folder / "a.parquet", ROWS, TABLE)
    store.write(folder / "b.parquet", ROWS[order], TABLE)
    assert (folder / "a.parquet").read_bytes() == (folder / "b.parquet").read_bytes()


@pytest.mark.parametrize(
    ("rows", "got"),
    [
        (ROWS.drop("size"), "missing 'size'"),
        (ROWS.with_columns(extra=1), "unknown 'extra'"),
        (ROWS.cast({"size": pl.Int64}), "of another type 'size Int64 instead of Float64'"),
    ],
)
def test_a_table_that_breaks_the_contract_is_refused(tmp_path, rows, got):
    with pytest.raises(ContractError, match=rf"expected the 2 columns of table 't', got {got}"):
        store.write(tmp_path / "t.parquet", rows, TABLE)
    assert not list(tmp_path.iterdir())


def test_a_write_that_fails_leaves_the_old_file_and_no_leftovers(tmp_path):
    path = tmp_path / "t.txt"
    path.write_text("old")
    with pytest.raises(FileNotFoundError, match="absent"), store.replacing(path) as temporary:
        (temporary.parent / "absent" / "x").write_text("new")
    assert [found.name for found in tmp_path.iterdir()] == ["t.txt"]
    assert path.read_text() == "old"


def test_leftovers_of_a_killed_write_are_swept_by_the_next(tmp_path):
    (tmp_path / ".t.json.abc.part").write_text("half")
    store.write_json(tmp_path / "t.json", {"b": 1, "a": 2})
    assert [found.name for found in tmp_path.iterdir()] == ["t.json"]


def test_json_is_sorted_unless_its_order_says_something(tmp_path):
    for sort_keys, order in ((True, ["a", "b"]), (False, ["b", "a"])):
        store.write_json(tmp_path / "t.json", {"b": "ü", "a": 2}, sort_keys=sort_keys)
        text = (tmp_path / "t.json").read_text(encoding="utf-8")
        assert list(json.loads(text)) == order
        assert "ü" in text


def test_a_missing_table_says_what_to_run(tmp_path):
    with pytest.raises(SourceError, match="expected a table, got no file; run `touchstone run`"):
        store.read(tmp_path / "t.parquet")


def test_a_file_that_is_no_table_is_named(tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"PAR1 half a file")
    with pytest.raises(SourceError, match=r"t\.parquet: expected a Parquet file, got"):
        store.read(tmp_path / "t.parquet")
