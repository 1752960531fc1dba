"""Repeated rows: exact, whatever the hash does, and in the order of the rows."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core import engine
from pipelines.validate import conditions, duplicates
from pipelines.validate.conditions import Condition

keys = st.lists(
    st.tuples(st.none() | st.sampled_from("abé"), st.none() | st.integers(0, 2)), max_size=30
)


def compound(rows: pl.LazyFrame, ignored: str) -> Condition:
    arguments = {"column_list": ["a", "b"], "ignore_row_if": ignored}
    schema = engine.from_polars(rows).collect_schema()
    return conditions.build("compound_columns.unique", arguments, schema, None)


def frame(content: list[tuple[str | None, int | None]]) -> pl.LazyFrame:
    return pl.LazyFrame(content, schema={"a": pl.String, "b": pl.Int64}, orient="row")


def flagged(rows: pl.LazyFrame, condition: Condition) -> list[bool]:
    marked = duplicates.flag(engine.from_polars(rows), condition, "again")
    return engine.to_polars(marked).collect()["again"].to_list()


@given(keys)
def test_flags_are_those_of_polars_own_is_duplicated(content):
    rows = frame(content)
    expected = rows.select(pl.struct("a", "b").is_duplicated()).collect().to_series().to_list()
    assert flagged(rows, compound(rows, "never")) == expected


@given(keys)
def test_rows_not_judged_are_neither_flagged_nor_counted(content):
    rows = frame(content)
    whole = pl.all_horizontal(pl.col("a", "b").is_not_null())
    again = pl.len().over("a", "b") > 1
    expected = rows.select((whole & again).alias("again")).collect()["again"].to_list()
    assert flagged(rows, compound(rows, "any_value_is_missing")) == expected


@given(keys)
def test_keys_whose_hashes_collide_are_told_apart(content):
    """With one hash for all keys every key is a candidate; only true repeats are found."""
    rows = frame(content)
    condition = compound(rows, "never")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duplicates, "_hash", lambda columns: pl.lit(7, pl.UInt64))
        found = duplicates.keys_of(rows, condition)
    counted = rows.group_by("a", "b").agg(pl.len().alias("n")).filter(pl.col("n") > 1).collect()
    assert set(found.rows()) == set(counted.rows())


def test_repeated_hashes_by_hand():
    hashed = pl.Series([5, None, 3, 5, 9, 3, 5, None], dtype=pl.UInt64)
    assert duplicates.repeated(hashed).to_list() == [3, 5]
    assert duplicates.repeated(pl.Series([], dtype=pl.UInt64)).to_list() == []
