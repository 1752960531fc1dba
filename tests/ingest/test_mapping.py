"""Mapping: every cell of a small study, worked by hand."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core import engine
from pipelines.core.errors import SourceError, StudyError
from pipelines.core.study import Map, Study
from pipelines.ingest.codes import require_declared
from pipelines.ingest.layout import require_columns
from pipelines.ingest.mapping import Origin, keep_one_per_key, map_rows

MAP = """
title: {en: Test}
about: {en: Test}
licence: none
languages: [en]
currency: EUR
time_zone: Europe/Berlin
stages: {visit: {label: {en: Visit}}}
touchpoints: {till: {label: {en: Till}, stage: visit, channel: store}}
scales:
  five: {min: 1, max: 5, missing: {"6": not_experienced, "0": skipped}}
  words: {min: 1, max: 3, labels: {bad: 1, fair: 2, good: 3}, missing: {"": not_experienced}}
questions:
  till: {label: {en: Till}, measure: csat, scale: five, touchpoint: till}
  whole: {label: {en: Whole}, measure: overall, scale: words}
segments: {age: {label: {en: Age}}}
codes: {age: {"1": young, "2": old, "9": null}}
sources:
  survey:
    reader: csv
    files: raw/*.csv
    tables:
      - table: responses
        answers: {till: Q1, whole: Q2}
        columns:
          response_id: {template: "w1-{ID}"}
          survey_id: {constant: s}
          wave: {constant: 1}
          mode: {constant: cold}
          source_system: {constant: crm}
          source_id: ID
          answered_at: {column: DAY, format: "%d.%m.%Y %H:%M"}
      - table: customers
        one_per_key: true
        columns:
          source_system: {constant: crm}
          source_id: ID
          birth_on: {column: BORN, format: "%Y-%m-%d"}
          segment_age: {column: AGE, values: age}
      - table: transactions
        columns:
          transaction_id: {template: "{ID}-{source_row}"}
          ordered_at: {column: DAY, format: "%d.%m.%Y %H:%M"}
          amount: {product: [PIECES, PRICE], decimal: ","}
          currency: {constant: EUR}
          status: {column: ID, patterns: {"^C": cancelled}, otherwise: completed}
      - table: reviews
        unpivot: {columns: [T1, T2]}
        skip_when_missing: [text]
        columns:
          review_id: {template: "{ID}-{question}"}
          origin: {constant: survey}
          direct: {constant: true}
          text: answer
"""

RAW = {
    "ID": ["1", "2", "C3", None],
    "Q1": ["5", "6", " 0 ", "five"],
    "Q2": ["good", None, "bad", "fair"],
    "DAY": ["01.07.2024 12:00", "31.02.2024 12:00", "01.12.2024 00:30", None],
    "BORN": ["1980-05-01", None, "1999-12-31", "2000-01-01"],
    "AGE": ["1", "9", None, "2"],
    "PIECES": ["2", "1", "-1", "x"],
    "PRICE": ["1.234,50", "0,5", "10", "1"],
    "T1": ["nice", None, "  ", "dear"],
    "T2": [None, "slow", "odd", None],
}


NO_DAY = "answered_at: '31.02.2024 12:00' is no time like %d.%m.%Y %H:%M"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "small", Map.model_validate(yaml.safe_load(MAP)))


def mapped(study: Study, table: str, raw: dict[str, list] = RAW) -> pl.DataFrame:
    rows = engine.from_polars(pl.LazyFrame(raw).with_row_index("source_row", 1))
    table_map = next(t for t in study.map.sources["survey"].tables if t.table == table)
    result = map_rows(rows, Origin(study, "survey", "raw/a.csv"), table_map)
    if table_map.one_per_key:
        result = keep_one_per_key(result, ["source_system", "source_id"])
    frame = engine.to_polars(result).collect()
    assert dict(frame.schema) == study.mapped(table).schema
    return frame


def test_every_answer_is_a_value_a_reason_or_unreadable(study):
    answers = mapped(study, "responses")
    columns = ["source_row", "question_id", "value", "missing", "unreadable"]
    assert answers.select(columns).rows() == [
        (1, "till", 5.0, None, None),
        (1, "whole", 3.0, None, None),
        (2, "till", None, "not_experienced", NO_DAY),
        (2, "whole", None, "not_experienced", NO_DAY),
        (3, "till", None, "skipped", None),
        (3, "whole", 1.0, None, None),
        (4, "till", None, None, "value: 'five' is no answer on its scale"),
        (4, "whole", 2.0, None, None),
    ]  # fmt: skip


def test_the_register_fills_measure_touchpoint_and_scale(study):
    first, second = mapped(study, "responses").head(2).iter_rows(named=True)
    assert (first["measure"], first["touchpoint_id"], first["scale_min"], first["scale_max"]) == (
        "csat", "till", 1.0, 5.0,
    )  # fmt: skip
    assert (second["measure"], second["touchpoint_id"]) == ("overall", None)
    assert first["wave"] == "1"
    assert first["weight"] == 1.0, "a survey without weights counts every answer once"


def test_local_times_become_utc_in_summer_and_in_winter(study):
    times = mapped(study, "transactions")["ordered_at"].to_list()
    assert times[0] == datetime(2024, 7, 1, 10, 0, tzinfo=UTC)
    assert times[2] == datetime(2024, 11, 30, 23, 30, tzinfo=UTC)


def test_amount_is_the_product_and_a_bad_factor_is_named(study):
    lines = mapped(study, "transactions")
    assert lines["amount"].to_list() == [2469.0, 0.5, -10.0, None]
    assert lines["unreadable"][3] == "PIECES: 'x' is no number"


def test_a_template_without_one_of_its_cells_is_null(study):
    ids = mapped(study, "transactions")["transaction_id"].to_list()
    assert ids == ["1-1", "2-2", "C3-3", None]


def test_the_first_pattern_that_is_found_wins(study):
    status = mapped(study, "transactions")["status"].to_list()
    assert status == ["completed", "completed", "cancelled", None]


def test_codes_become_labels_and_silent_codes_null(study):
    people = mapped(study, "customers")
    assert people["segment_age"].to_list() == ["young", None, None, "old"]
    assert people["birth_on"].to_list()[0] == date(1980, 5, 1)


def test_blank_texts_are_skipped_and_the_rest_keep_the_order_of_rows(study):
    texts = mapped(study, "reviews")
    rows = texts.select("source_row", "review_id", "text").rows()
    assert rows == [
        (1, "1-T1", "nice"),
        (2, "2-T2", "slow"),
        (3, "C3-T2", "odd"),
        (4, None, "dear"),
    ]


def with_column(study: Study, table: str, name: str, column: dict[str, str]) -> Study:
    """The study with one more column of a table, or another one."""
    drawn = yaml.safe_load(MAP)
    tables = drawn["sources"]["survey"]["tables"]
    next(t for t in tables if t["table"] == table)["columns"][name] = column
    return Study(study.folder, Map.model_validate(drawn))


def test_a_question_may_be_an_attribute_of_the_same_answers_too(study):
    answers = mapped(with_column(study, "responses", "stratum", {"column": "Q1"}), "responses")
    found = answers.select("source_row", "question_id", "stratum").rows()
    assert found == [
        (row, question, stratum)
        for row, stratum in ((1, "5"), (2, "6"), (3, "0"), (4, "five"))
        for question in ("till", "whole")
    ]
    assert answers.drop("stratum").equals(mapped(study, "responses").drop("stratum"))


def test_a_column_that_is_turned_may_be_read_as_it_is_too(study):
    both = with_column(study, "reviews", "review_id", {"template": "{question}: {T2}"})
    assert mapped(both, "reviews")["review_id"].to_list() == [None, "T2: slow", "T2: odd", None]


def test_one_row_per_key_stays_and_rows_without_a_key_all_stay(study):
    raw = {name: cells * 2 for name, cells in RAW.items()}
    people = mapped(study, "customers", raw)
    assert sorted(people["source_row"].to_list()) == [1, 2, 3, 4, 8]


def test_typed_columns_are_read_like_text(study):
    raw = RAW | {
        "ID": [17850.0, 2.0, 3.0, None],
        "Q1": [5, 6, 0, None],
        "PIECES": [2.0, 1.0, -1.0, float("nan")],
        "PRICE": ["1", "1", "1", "1"],
    }
    assert mapped(study, "responses", raw)["value"].to_list()[::2] == [5.0, None, None, None]
    lines = mapped(study, "transactions", raw)
    assert lines["transaction_id"][0] == "17850-1"
    assert lines["amount"].to_list() == [2.0, 1.0, -1.0, None]


def test_a_time_with_a_zone_becomes_the_day_of_the_study_s_zone(study):
    """A date of birth kept as a time: midnight in Berlin is the evening before in UTC."""
    midnight = datetime(1980, 4, 30, 22, 0, tzinfo=UTC)
    plain = (
        study.map.sources["survey"]
        .tables[1]
        .columns["birth_on"]
        .model_copy(update={"format": None})
    )
    columns = {**study.map.sources["survey"].tables[1].columns, "birth_on": plain}
    tables = list(study.map.sources["survey"].tables)
    tables[1] = tables[1].model_copy(update={"columns": columns})
    source = study.map.sources["survey"].model_copy(update={"tables": tables})
    typed = Study(study.folder, study.map.model_copy(update={"sources": {"survey": source}}))
    people = mapped(typed, "customers", RAW | {"BORN": [midnight] * 4})
    assert set(people["birth_on"]) == {date(1980, 5, 1)}
    people = mapped(typed, "customers", RAW | {"BORN": [date(1980, 5, 1)] * 4})
    assert set(people["birth_on"]) == {date(1980, 5, 1)}, "a day without a time stays as it is"


def test_a_missing_column_is_named_with_the_nearest(study):
    table = study.map.sources["survey"].tables[0]
    with pytest.raises(SourceError, match=r"small/raw/a.csv: .*without 'DAY'.*did you mean 'DAYS'"):
        require_columns(["ID", "Q1", "Q2", "DAYS"], table, "small/raw/a.csv")


def test_an_undeclared_code_is_named_with_its_number(study):
    rows = pl.LazyFrame(RAW | {"AGE": ["1", "7", "7", "2"]}).with_row_index("source_row", 1)
    table = study.map.sources["survey"].tables[1]
    with pytest.raises(
        SourceError, match=r"a.csv: customers.columns.segment_age \(AGE\).*'7' \(2 times\)"
    ):
        require_declared(engine.from_polars(rows), study, [table], "a.csv")


def test_an_undeclared_label_of_a_scale_is_named(study):
    rows = pl.LazyFrame(RAW | {"Q2": ["good", "goood", None, "bad"]})
    table = study.map.sources["survey"].tables[0]
    with pytest.raises(SourceError, match=r"answers.whole \(Q2\).*'goood' \(1 times\)"):
        require_declared(
            engine.from_polars(rows.with_row_index("source_row", 1)), study, [table], "a.csv"
        )


def test_a_template_is_read_like_a_cell(study):
    content = yaml.safe_load(MAP)
    columns = content["sources"]["survey"]["tables"][1]["columns"]
    columns["birth_on"] = {"template": "{Q1}.{AGE}.1980", "format": "%d.%m.%Y", "missing": ["9"]}
    columns["segment_age"] = {"template": "{ID}/{AGE}", "values": {"1/1": "young"}}
    joined = Study(study.folder, Map.model_validate(content))
    raw = RAW | {"Q1": ["5", "6", "31", None], "AGE": ["1", "9", "2", "2"]}
    people = mapped(joined, "customers", raw)
    assert people["birth_on"].to_list() == [date(1980, 1, 5), None, None, None]
    assert people["unreadable"].to_list() == [
        None, None, "birth_on: '31.2.1980' is no time like %d.%m.%Y", None,
    ]  # fmt: skip
    assert people["segment_age"].to_list() == ["young", None, None, None]
    rows = engine.from_polars(pl.LazyFrame(raw).with_row_index("source_row", 1))
    table = joined.map.sources["survey"].tables[1]
    with pytest.raises(SourceError, match=r"segment_age \(\{ID\}/\{AGE\}\).*'2/9' \(1 times\)"):
        require_declared(rows, joined, [table], "a.csv")


def test_text_times_need_a_format(study):
    content = yaml.safe_load(MAP)
    del content["sources"]["survey"]["tables"][0]["columns"]["answered_at"]["format"]
    bare = Study(study.folder, Map.model_validate(content))
    with pytest.raises(StudyError, match=r"columns.answered_at: expected a `format`"):
        mapped(bare, "responses")


CELLS = st.sampled_from(["1", "2", "3", "4", "5", "6", "0", "7", "x", "", " ", None, "4.5"])


@given(st.lists(CELLS, min_size=1, max_size=30))
def test_no_rating_cell_is_ever_lost(answers):
    study = Study(Path("data/small"), Map.model_validate(yaml.safe_load(MAP)))
    raw = {name: [None] * len(answers) for name in RAW} | {"Q1": answers}
    rows = mapped(study, "responses", {k: pl.Series(v, dtype=pl.String) for k, v in raw.items()})
    till = rows.filter(pl.col("question_id") == "till")
    states = till.select(
        pl.col("value").is_not_null(),
        pl.col("missing").is_not_null(),
        pl.col("unreadable").is_not_null(),
    )
    assert till.height == len(answers)
    assert (states.select(pl.sum_horizontal(pl.all()))["value"] == 1).all()
