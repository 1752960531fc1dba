"""Conditions: which rows a rule judges and which break it, worked by hand."""

from datetime import UTC, date, datetime
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from great_expectations.expectations.row_conditions import Column

from pipelines.core import engine
from pipelines.validate import conditions

NAN = float("nan")
ROWS = pl.DataFrame(
    {
        "word": ["hot", "EUR", None, "é", "hot"],
        "number": [1.0, 5.0, NAN, None, -1.0],
        "bound": [1.0, 9.0, 3.0, None, NAN],
        "whole": [1, 2, 3, None, 2],
        "day": [date(2024, 1, 1), date(1900, 1, 1), None, date(2024, 1, 1), date(1995, 1, 1)],
        "at": [datetime(2024, 1, day, tzinfo=UTC) for day in (1, 2, 3, 4, 5)],
    }
)
SCHEMA = engine.from_polars(ROWS.lazy()).collect_schema()


def broken(metric: str, among: nw.Expr | None = None, **arguments: Any) -> list[int]:
    """Return the positions of the rows that break a rule."""
    condition = conditions.build(metric, arguments, SCHEMA, among)
    named = engine.from_polars(ROWS.lazy()).select(condition.unexpected.alias("broken"))
    return engine.to_polars(named).collect()["broken"].arg_true().to_list()


def kept(row_condition: Any) -> list[int]:
    """Return the positions of the rows that a row condition leaves in."""
    clause = conditions.clause(row_condition, SCHEMA)
    named = engine.from_polars(ROWS.lazy()).select(clause.alias("kept"))
    return engine.to_polars(named).collect()["kept"].arg_true().to_list()


def test_nan_is_missing_as_in_pandas():
    assert broken("column_values.nonnull", column="number") == [2, 3]
    assert broken("column_values.null", column="number") == [0, 1, 4]


def test_a_missing_value_never_breaks_a_rule_about_values():
    assert broken("column_values.between", column="number", min_value=0, max_value=4) == [1, 4]
    assert broken("column_values.in_set", column="word", value_set=["hot"]) == [1, 3]
    assert broken("column_values.not_in_set", column="word", value_set=["hot"]) == [0, 4]


def test_strict_bounds_exclude_themselves():
    strict = {"min_value": 1, "max_value": 5, "strict_min": True, "strict_max": True}
    assert broken("column_values.between", column="number", **strict) == [0, 1, 4]
    assert broken("column_values.between", column="number", min_value=1, max_value=5) == [4]


def test_days_and_times_are_compared_with_text_days_and_times():
    for bound in ("1995-01-01", date(1995, 1, 1), datetime(1995, 1, 1, tzinfo=UTC)):
        assert broken("column_values.between", column="day", min_value=bound) == [1]
    for bound in ("2024-01-03", datetime(2024, 1, 3), datetime(2024, 1, 3, tzinfo=UTC)):
        assert broken("column_values.between", column="at", max_value=bound) == [3, 4]


def test_lengths_count_characters_not_bytes():
    assert broken("column_values.value_length.equals", column="word", value=1) == [0, 1, 4]
    assert broken("column_values.value_length.between", column="word", min_value=2) == [3]


def test_a_regular_expression_may_match_anywhere():
    assert broken("column_values.match_regex", column="word", regex="[o]") == [1, 3]
    assert broken("column_values.not_match_regex", column="word", regex="^E") == [1]


def test_the_end_of_a_pattern_is_the_end_of_the_text():
    """Python lets `$` match before a final line break; a currency 'EUR' with one is none."""
    rows = engine.from_polars(pl.LazyFrame({"currency": ["EUR", "EUR\n"]}))
    arguments = {"column": "currency", "regex": "^[A-Z]{3}$"}
    condition = conditions.build(
        "column_values.match_regex", arguments, rows.collect_schema(), None
    )
    named = engine.to_polars(rows.select(condition.unexpected.alias("broken"))).collect()
    assert named["broken"].to_list() == [False, True]


def test_sets_hold_only_what_a_column_can_hold():
    assert broken("column_values.in_set", column="whole", value_set=[1, 2.0, 2.5, "3"]) == [2]
    assert broken("column_values.in_set", column="whole", value_set=[]) == [0, 1, 2, 4]
    assert broken("column_values.in_set", column="whole", value_set=None) == []
    assert broken("column_values.in_set", column="day", value_set=["1900-01-01"]) == [0, 3, 4]


def test_pairs_are_judged_where_their_values_are_there():
    pair = {"column_A": "bound", "column_B": "number", "or_equal": True}
    greater = "column_pair_values.a_greater_than_b"
    assert broken(greater, **pair, ignore_row_if="either_value_is_missing") == []
    assert broken(greater, **pair, ignore_row_if="both_values_are_missing") == [2, 4]
    assert broken(greater, **pair, ignore_row_if="neither") == [2, 3, 4]


def test_only_the_rows_of_the_row_condition_are_judged():
    hot = conditions.clause(Column("word") == "hot", SCHEMA)
    assert broken("column_values.between", hot, column="number", min_value=2) == [0, 4]


def test_row_conditions_are_those_of_pandas():
    assert kept(Column("word") == "hot") == [0, 4]
    assert kept(Column("word") != "hot") == [1, 2, 3]
    assert kept(Column("word").is_in(["hot", "é"])) == [0, 3, 4]
    assert kept(Column("word").is_not_in(["hot"])) == [1, 2, 3]
    assert kept(Column("number") > 0) == [0, 1]
    assert kept(Column("number").is_null()) == [2, 3]
    assert kept(Column("at") >= datetime(2024, 1, 4, tzinfo=UTC)) == [3, 4]
    assert kept((Column("word") == "hot") & (Column("number") > 0)) == [0]
    assert kept((Column("word") == "é") | Column("word").is_null()) == [2, 3]


def test_a_row_condition_in_text_is_refused():
    with pytest.raises(TypeError, match=r"with Column"):
        conditions.clause("word == 'hot'", SCHEMA)


def test_text_is_not_compared_with_numbers():
    with pytest.raises(TypeError, match="cannot compare a column of String with 5"):
        broken("column_values.between", column="word", min_value=5)
    with pytest.raises(TypeError, match="cannot compare a column of Float64 with 'a'"):
        broken("column_values.between", column="number", min_value="a")


def test_bounds_must_be_there_and_in_order():
    with pytest.raises(ValueError, match="cannot both be None"):
        broken("column_values.between", column="number")
    with pytest.raises(ValueError, match="greater than max_value"):
        broken("column_values.between", column="number", min_value=2, max_value=1)


def test_an_unknown_metric_or_column_is_named():
    with pytest.raises(KeyError, match=r"column_values\.z_score"):
        broken("column_values.z_score", column="number")
    with pytest.raises(KeyError, match="nowhere"):
        broken("column_values.between", column="nowhere", min_value=1)
    with pytest.raises(ValueError, match="unknown value of ignore_row_if: 'sometimes'"):
        broken(
            "column_pair_values.equal",
            column_A="number",
            column_B="bound",
            ignore_row_if="sometimes",
        )
