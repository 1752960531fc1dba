"""Quarantine: every row goes to one side, with every reason, on both engines."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.core import engine
from pipelines.core.engine import Frame
from pipelines.core.study import Study
from pipelines.validate import conditions, helpers, quarantine
from pipelines.validate.conditions import Condition
from pipelines.validate.verdicts import Verdict
from tests.validate.tiny_studies import LATEST, lay_out, table

NAN = float("nan")
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "value_given": ("column_values.nonnull", {"column": "value"}),
    "value_low": ("column_values.between", {"column": "value", "min_value": 1}),
    "on_scale": (
        "column_pair_values.a_greater_than_b",
        {
            "column_A": "scale_max",
            "column_B": "value",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
    ),
    "mode_allowed": ("column_values.in_set", {"column": "mode", "value_set": ["hot", "cold"]}),
    "wave_shape": ("column_values.match_regex", {"column": "wave", "regex": "^[0-9]{4}$"}),
    "key_unique": (
        "compound_columns.unique",
        {"column_list": ["response_id", "question_id"], "ignore_row_if": "any_value_is_missing"},
    ),
    "early": (
        "column_values.between",
        {"column": "answered_at", "min_value": datetime(1995, 1, 1, tzinfo=UTC)},
    ),
    "late": (
        "column_pair_values.a_greater_than_b",
        {
            "column_A": "latest_time",
            "column_B": "answered_at",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
    ),
    "customer_known": ("column_values.in_set", {"column": "customer_known", "value_set": [True]}),
}
answers = st.fixed_dictionaries(
    {
        "response_id": st.sampled_from(["r1", "r2", "r3", None]),
        "value": st.sampled_from([None, NAN, 0.0, 1.0, 5.0, 7.0]),
        "mode": st.sampled_from(["hot", "cold", "warm", None]),
        "wave": st.sampled_from(["2024", "24", "2024\n", None]),
        "answered_at": st.sampled_from(
            [None, *(datetime(year, 1, 1, tzinfo=UTC) for year in (1900, 2024, 2031))]
        ),
        "source_id": st.sampled_from(["c1", "c9", None]),
    }
)
CUSTOMERS = pl.LazyFrame({"source_system": ["crm", "crm"], "source_id": ["c1", "c1"]})


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return lay_out(tmp_path_factory.mktemp("quarantine") / "s", {})


def named(rows: Frame, customers: Frame) -> Frame:
    prepared = helpers.add_helpers(rows, customers, LATEST)
    schema = prepared.collect_schema()
    rules = {
        rule: conditions.build(metric, arguments, schema, None)
        for rule, (metric, arguments) in RULES.items()
    }
    return quarantine.name_broken_rules(prepared, rules)


def on_polars(rows: pl.DataFrame) -> pl.DataFrame:
    judged = named(engine.from_polars(rows.lazy()), engine.from_polars(CUSTOMERS))
    return engine.to_polars(judged).collect()


def by_hand(row: dict[str, Any], keys: list[Any]) -> list[str]:
    """Name the rules a row breaks, in plain Python."""
    value, when, key = row["value"], row["answered_at"], row["response_id"]
    there = value is not None and value == value
    broken = {
        "value_given": not there,
        "value_low": there and value < 1,
        "on_scale": there and value > row["scale_max"],
        "mode_allowed": row["mode"] not in ("hot", "cold", None),
        "wave_shape": row["wave"] not in ("2024", None),
        "key_unique": key is not None and keys.count(key) > 1,
        "early": when is not None and when.year < 1995,
        "late": when is not None and when > LATEST,
        "customer_known": row["source_id"] == "c9",
    }
    return [rule for rule, is_broken in broken.items() if is_broken]


@given(st.lists(answers, max_size=15))
def test_every_row_carries_every_rule_it_breaks_and_no_other(study, content):
    rows = table(study, "responses", content)
    keys = rows["response_id"].to_list()
    expected = ["; ".join(by_hand(row, keys)) for row in rows.iter_rows(named=True)]
    assert on_polars(rows)["rules"].to_list() == expected


@given(st.lists(answers, max_size=15))
def test_accepted_and_rejected_rows_are_the_rows_that_came_in_their_order(study, content):
    judged = engine.from_polars(on_polars(table(study, "responses", content)).lazy())
    accepted = engine.to_polars(quarantine.accepted(judged, study.canonical("responses"))).collect()
    rejected = engine.to_polars(quarantine.rejected(judged, study.mapped("responses"))).collect()
    counts = engine.to_polars(quarantine.count_by_file(judged)).collect()
    assert accepted.height + rejected.height == len(content)
    assert counts["rows_judged"].sum() == len(content)
    assert counts["rows_quarantined"].sum() == rejected.height
    assert rejected["source_row"].is_sorted()
    assert accepted.schema == study.canonical("responses").schema
    assert rejected.schema == {**study.mapped("responses").schema, "rules": pl.String()}


def test_nan_is_null_in_what_is_accepted_and_stays_in_what_is_rejected(study):
    change = {"value": NAN, "missing": "skipped"}
    rows = table(study, "responses", [change, change]).lazy()
    judged = engine.from_polars(
        rows.with_columns(
            rules=pl.when(pl.col("source_row") == 1).then(pl.lit("bad")).otherwise(pl.lit(""))
        )
    )
    accepted = quarantine.accepted(judged, study.canonical("responses"))
    rejected = quarantine.rejected(judged, study.mapped("responses"))
    assert engine.to_polars(accepted).collect()["value"].to_list() == [None]
    assert engine.to_polars(rejected).collect()["value"].is_nan().to_list() == [True]


def test_rules_that_only_warn_or_that_no_row_breaks_split_nothing(study):
    rows = engine.from_polars(table(study, "responses", [{"value": 0.0}]).lazy())
    schema = rows.collect_schema()
    low = conditions.build(
        "column_values.between", {"column": "value", "min_value": 1}, schema, None
    )
    split = quarantine.split(
        study, "responses", rows, [_verdict(low, "warn", 1), _verdict(low, "quarantine", 0)]
    )
    assert engine.to_polars(split.rejected).collect().height == 0


def _verdict(condition: Condition, on_fail: str, n_unexpected: int) -> Verdict:
    return Verdict(
        "responses", "low", "", ("value",), "", on_fail, False, 1, n_unexpected, condition
    )


def test_helpers_say_whether_a_customer_is_known(study):
    lines = [{}, {"source_id": None}, {"source_id": "c9"}, {"source_system": "web"}]
    rows = engine.from_polars(table(study, "responses", lines).lazy())
    known = helpers.add_helpers(rows, engine.from_polars(CUSTOMERS), LATEST)
    assert engine.to_polars(known).collect()["customer_known"].to_list() == [
        True,
        None,
        False,
        False,
    ]
    unasked = helpers.add_helpers(rows, None, LATEST)
    assert engine.to_polars(unasked).collect()["customer_known"].to_list() == [None] * 4


def test_helpers_leave_a_table_without_customers_alone(study):
    rows = engine.from_polars(table(study, "touchpoint_metrics", [{}]).lazy())
    added = engine.to_polars(
        helpers.add_helpers(rows, engine.from_polars(CUSTOMERS), LATEST)
    ).collect()
    assert "customer_known" not in added.columns
    assert added["latest_day"].to_list() == [date(2030, 1, 1)]


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore:PySpark does not yet:FutureWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_spark_names_the_same_rules_for_the_same_rows(study, tmp_path: Path):
    pytest.importorskip("pyspark")
    content = [
        {"response_id": key, "value": value, "mode": mode, "wave": wave, "source_id": customer}
        for key, value, mode, wave, customer in [
            ("r0", 1.0, "hot", "2024", "c1"),
            ("r1", 1.0, "hot", "2024", "c1"),
            ("r1", NAN, "warm", "24", "c9"),
            (None, None, None, None, None),
            ("r2", 7.0, "cold", "2024", "c9"),
            ("r3", 0.0, "é", "٢٠٢٤", "c1"),
        ]
    ] + [{"answered_at": datetime(year, 1, 1, tzinfo=UTC)} for year in (1900, 2031)]
    rows = table(study, "responses", content)
    lift = [engine.lift(frame, "spark", tmp_path) for frame in (rows.lazy(), CUSTOMERS)]
    judged = named(*lift)
    columns = [*study.mapped("responses").schema, "rules"]
    spark = engine.to_polars(judged).select(columns).sort("source_row").collect()
    assert_frame_equal(spark, on_polars(rows).select(columns), check_dtypes=False)
    counts = engine.to_polars(quarantine.count_by_file(judged)).collect()
    assert counts.select("rows_judged", "rows_quarantined").row(0) == (8, 7)
    accepted = engine.to_polars(quarantine.accepted(judged, study.canonical("responses"))).collect()
    assert accepted["response_id"].to_list() == ["r0"]
