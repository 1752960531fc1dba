"""The Polars engine says what the pandas engine of Great Expectations says.

Every expectation type that the suites use, and those users will want next, on frames with
nulls, NaN, infinities, any Unicode and no rows at all.
"""

from datetime import UTC, datetime
from typing import Any

import great_expectations.expectations as gxe
import polars as pl
import pytest
from great_expectations.expectations.row_conditions import Column
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.validate.two_engines import TwoEngines

# The pandas engine of GX still does what pandas will stop doing.
pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning:DeprecationWarning")

NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)
SCHEMA = {
    "word": pl.String(),
    "other": pl.String(),
    "number": pl.Float64(),
    "bound": pl.Float64(),
    "whole": pl.Int64(),
    "flag": pl.Boolean(),
    "at": pl.Datetime("us", "UTC"),
    "until": pl.Datetime("us", "UTC"),
}

words = st.one_of(
    st.sampled_from(["hot", "cold", "EUR", "é", "日本", "a\n", ""]), st.text(max_size=4)
)
numbers = st.one_of(st.sampled_from([0.0, -0.0, 1.0, 5.0, 7.5, -1.0]), st.floats(width=64))
times = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
rows = st.fixed_dictionaries(
    {
        "word": st.none() | words,
        "other": st.none() | st.sampled_from(["hot", "cold", "é"]),
        "number": st.none() | numbers,
        "bound": st.none() | st.sampled_from([0.0, 1.0, 5.0, float("nan")]),
        "whole": st.none() | st.integers(-3, 3),
        "flag": st.none() | st.booleans(),
        "at": st.none() | times,
        "until": st.none() | st.sampled_from([NOON, datetime(1995, 1, 1, tzinfo=UTC)]),
    }
)
frames = st.lists(rows, max_size=12).map(lambda content: pl.DataFrame(content, schema=SCHEMA))

HOT = Column("other") == "hot"

ROW_LEVEL: list[Any] = [
    gxe.ExpectColumnValuesToNotBeNull(column="word"),
    gxe.ExpectColumnValuesToNotBeNull(column="number", mostly=0.5),
    gxe.ExpectColumnValuesToNotBeNull(column="flag"),
    gxe.ExpectColumnValuesToBeNull(column="number"),
    gxe.ExpectColumnValuesToBeNull(column="at"),
    gxe.ExpectColumnValuesToBeInSet(column="word", value_set=["hot", "cold", "é"]),
    gxe.ExpectColumnValuesToBeInSet(column="number", value_set=[0, 1, 5]),
    gxe.ExpectColumnValuesToBeInSet(column="whole", value_set=[1, 2.0, 2.5]),
    gxe.ExpectColumnValuesToBeInSet(column="flag", value_set=[True]),
    gxe.ExpectColumnValuesToBeInSet(column="word", value_set=[]),
    gxe.ExpectColumnValuesToNotBeInSet(column="word", value_set=["hot", "日本"]),
    gxe.ExpectColumnValuesToNotBeInSet(column="number", value_set=[0]),
    gxe.ExpectColumnValuesToBeBetween(column="number", min_value=0, max_value=5),
    gxe.ExpectColumnValuesToBeBetween(column="number", min_value=0, strict_min=True),
    gxe.ExpectColumnValuesToBeBetween(column="number", max_value=5, strict_max=True),
    gxe.ExpectColumnValuesToBeBetween(
        column="whole", min_value=-1, max_value=2, strict_min=True, strict_max=True, mostly=0.7
    ),
    gxe.ExpectColumnValuesToBeBetween(column="at", min_value=NOON),
    gxe.ExpectColumnValuesToBeBetween(
        column="at", min_value="1995-01-01T00:00:00+00:00", max_value=NOON, strict_max=True
    ),
    gxe.ExpectColumnValueLengthsToBeBetween(column="word", min_value=1, max_value=3),
    gxe.ExpectColumnValueLengthsToBeBetween(column="word", min_value=2),
    gxe.ExpectColumnValueLengthsToEqual(column="word", value=3),
    gxe.ExpectColumnValuesToMatchRegex(column="word", regex=r"^[a-z]"),
    gxe.ExpectColumnValuesToMatchRegex(column="word", regex=r"[a-zé]\d?"),
    gxe.ExpectColumnValuesToNotMatchRegex(column="word", regex=r"[éo]"),
    gxe.ExpectColumnValuesToBeUnique(column="word"),
    gxe.ExpectColumnValuesToBeUnique(column="number"),
    gxe.ExpectColumnValuesToBeUnique(column="at"),
    *(
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["other", "whole"], ignore_row_if=ignored)
        for ignored in ("all_values_are_missing", "any_value_is_missing", "never")
    ),
    *(
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="number", column_B="bound", or_equal=or_equal, ignore_row_if=ignored
        )
        for or_equal in (True, False)
        for ignored in ("both_values_are_missing", "either_value_is_missing", "neither")
    ),
    gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A="until", column_B="at", or_equal=True, ignore_row_if="either_value_is_missing"
    ),
    *(
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A="number", column_B="bound", ignore_row_if=ignored
        )
        for ignored in ("both_values_are_missing", "either_value_is_missing", "neither")
    ),
    gxe.ExpectColumnPairValuesToBeEqual(
        column_A="word", column_B="other", ignore_row_if="either_value_is_missing"
    ),
]

CONDITIONAL: list[Any] = [
    gxe.ExpectColumnValuesToBeBetween(column="number", min_value=0, row_condition=condition)
    for condition in (
        HOT,
        Column("other") != "hot",
        Column("other").is_in(["hot", "é"]),
        Column("other").is_not_in(["hot"]),
        Column("bound") > 0,
        Column("bound") <= 1,
        Column("word").is_null(),
        Column("bound").is_not_null(),
        HOT & (Column("bound") >= 1),
        HOT | (Column("whole") < 0),
    )
] + [
    gxe.ExpectColumnValuesToNotBeNull(column="number", row_condition=HOT),
    gxe.ExpectColumnValuesToBeUnique(column="word", row_condition=HOT),
    gxe.ExpectCompoundColumnsToBeUnique(column_list=["other", "whole"], row_condition=HOT),
    gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A="number", column_B="bound", row_condition=HOT
    ),
    gxe.ExpectTableRowCountToBeBetween(min_value=1, max_value=5, row_condition=HOT),
]

TABLE: list[Any] = [
    gxe.ExpectTableRowCountToBeBetween(min_value=1, max_value=8),
    gxe.ExpectTableRowCountToEqual(value=3),
    gxe.ExpectTableColumnCountToEqual(value=len(SCHEMA)),
    gxe.ExpectColumnToExist(column="word"),
    gxe.ExpectColumnToExist(column="nowhere"),
    gxe.ExpectColumnToExist(column="word", column_index=1),
    gxe.ExpectTableColumnsToMatchSet(column_set=list(SCHEMA)),
    gxe.ExpectTableColumnsToMatchSet(column_set=["word", "nowhere"], exact_match=False),
    gxe.ExpectTableColumnsToMatchOrderedList(column_list=list(SCHEMA)),
    gxe.ExpectTableColumnsToMatchOrderedList(column_list=list(reversed(SCHEMA))),
]


ALL = [*ROW_LEVEL, *CONDITIONAL, *TABLE]


def assert_agree(
    engines: TwoEngines, frame: pl.DataFrame, expectations: list[Any], shape: str
) -> None:
    ours = engines.polars(frame, expectations, shape)
    theirs = engines.pandas(frame, expectations, shape)
    for expectation, one, other in zip(expectations, ours, theirs, strict=True):
        assert one.said == other.said, f"{expectation} {one.result} {other.result}"
        assert one.counts == pytest.approx(other.counts, nan_ok=True), expectation


NEVER_NULL = {"number": 1.0, "bound": 1.0, "whole": 1, "flag": True, "at": NOON, "until": NOON}
FIXED = {
    "passing": [
        {**NEVER_NULL, "word": word, "other": "hot", "whole": n}
        for n, word in enumerate(("hot", "cold"))
    ],
    "failing": [{**NEVER_NULL, "word": "1234", "other": "x", "number": -7.0, "whole": 9}] * 3,
    "null-heavy": [{}, {"word": "hot"}, {"number": float("nan")}, {"whole": 1}, {}],
    "unicode": [
        {"word": word, "other": "é"}
        for word in ("é", "e\u0301", "日本", "👩‍👩‍👧", "ﬀ", "İ", "\x00")
    ],
    "empty": [],
}


@pytest.mark.parametrize("name", FIXED)
def test_every_expectation_type_agrees_on_fixed_frames(engines: TwoEngines, name: str):
    frame = pl.DataFrame(FIXED[name], schema=SCHEMA)
    one_of_each_type = {type(expectation): expectation for expectation in ALL}
    assert_agree(engines, frame, list(one_of_each_type.values()), "BASIC")


@given(frame=frames, some=st.sets(st.sampled_from(range(len(ALL))), min_size=5, max_size=5))
@settings(max_examples=20, phases=[Phase.explicit, Phase.generate])  # shrinking takes minutes
def test_any_expectations_agree_on_any_frame(
    engines: TwoEngines, frame: pl.DataFrame, some: set[int]
):
    assert_agree(engines, frame, [ALL[n] for n in sorted(some)], "COMPLETE")


SUMMARIES: list[Any] = [
    gxe.ExpectColumnMinToBeBetween(column="bound", min_value=0),
    gxe.ExpectColumnMaxToBeBetween(column="bound", max_value=5),
    gxe.ExpectColumnMeanToBeBetween(column="bound", min_value=0, max_value=2),
    gxe.ExpectColumnMedianToBeBetween(column="bound", min_value=0, max_value=2),
    gxe.ExpectColumnSumToBeBetween(column="bound", min_value=0, max_value=9),
    gxe.ExpectColumnStdevToBeBetween(column="bound", min_value=0, max_value=1),
    gxe.ExpectColumnUniqueValueCountToBeBetween(column="bound", min_value=1, max_value=3),
    gxe.ExpectColumnMeanToBeBetween(column="bound", max_value=2, row_condition=HOT),
    gxe.ExpectColumnQuantileValuesToBeBetween(
        column="bound",
        quantile_ranges={"quantiles": [0.1, 0.5, 0.9], "value_ranges": [[0, 1], [0, 2], [None, 5]]},
    ),
]


@given(frame=frames.filter(lambda frame: frame["bound"].drop_nulls().drop_nans().len() > 1))
@settings(max_examples=8, phases=[Phase.explicit, Phase.generate])
def test_summaries_of_a_column_agree(engines: TwoEngines, frame: pl.DataFrame):
    ours = engines.polars(frame, SUMMARIES)
    theirs = engines.pandas(frame, SUMMARIES)
    for one, other in zip(ours, theirs, strict=True):
        assert (one.success, one.raised) == (other.success, other.raised), one.type
        observed, expected = one.result["observed_value"], other.result["observed_value"]
        if isinstance(expected, dict):
            observed, expected = observed["values"], expected["values"]
        assert observed == pytest.approx(expected), one.type


@pytest.mark.parametrize("shape", ["BOOLEAN_ONLY", "BASIC", "SUMMARY", "COMPLETE"])
def test_every_result_format_holds_the_same_values(engines: TwoEngines, shape: str):
    frame = pl.DataFrame(
        [{"word": word, "whole": 1, "other": "b"} for word in ("a", "b", "a", None)], schema=SCHEMA
    )
    expectations = [
        gxe.ExpectColumnValuesToBeInSet(column="word", value_set=["b"]),
        gxe.ExpectColumnValuesToBeUnique(column="word"),
        gxe.ExpectCompoundColumnsToBeUnique(
            column_list=["word", "whole"], ignore_row_if="any_value_is_missing"
        ),
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A="word", column_B="other", ignore_row_if="either_value_is_missing"
        ),
    ]
    wanted = {
        "result_format": shape,
        "unexpected_index_column_names": ["whole"],
        "include_unexpected_rows": shape != "BOOLEAN_ONLY",
        "return_unexpected_index_query": False,
    }
    ours = engines.polars(frame, expectations, wanted)
    theirs = engines.pandas(frame, expectations, wanted)
    for one, other in zip(ours, theirs, strict=True):
        rows, expected = (
            one.result.pop("unexpected_rows", None),
            other.result.pop("unexpected_rows", None),
        )
        assert one.result == other.result
        assert (rows is None) == (expected is None)
        assert rows is None or rows["word"].to_list() == expected["word"].to_list() == ["a", "a"]


def test_values_can_be_kept_out_of_results(engines: TwoEngines):
    frame = pl.DataFrame([{"word": "secret"}], schema=SCHEMA)
    expectation = gxe.ExpectColumnValuesToBeInSet(column="word", value_set=["b"])
    shape = {"result_format": "COMPLETE", "exclude_unexpected_values": True}
    (outcome,) = engines.polars(frame, [expectation], shape)
    assert outcome.result["unexpected_count"] == 1
    assert "secret" not in str(outcome.result)


def test_a_column_that_is_not_there_is_an_exception_not_a_pass(engines: TwoEngines):
    (outcome,) = engines.polars(
        pl.DataFrame(schema=SCHEMA), [gxe.ExpectColumnValuesToNotBeNull(column="nowhere")]
    )
    assert (outcome.raised, outcome.success) == (True, False)


def test_all_counts_of_a_suite_come_from_one_pass(engines: TwoEngines, monkeypatch):
    passes = []
    collect_all = pl.collect_all
    monkeypatch.setattr(pl, "collect_all", lambda *a, **k: passes.append(a) or collect_all(*a, **k))
    engines.polars(pl.DataFrame([{"word": "a"}] * 2, schema=SCHEMA), ROW_LEVEL, "BOOLEAN_ONLY")
    assert len(passes) == 1


def test_a_batch_is_asked_for_by_its_path_and_nothing_else(engines: TwoEngines):
    asset = engines.context.data_sources.get("ours").get_asset("frame")
    with pytest.raises(ValueError, match="the one batch parameter is 'path'"):
        asset.build_batch_request({"dataframe": 1})
