"""Questionnaires with one answer per row, worked by hand."""

import polars as pl
import pytest
import yaml
from pydantic import ValidationError

from pipelines.core import engine
from pipelines.core.errors import SourceError
from pipelines.core.study import Map, Study, TableMap
from pipelines.ingest.codes import require_declared
from pipelines.ingest.mapping import Origin, map_rows
from pipelines.ingest.readers import RawTable
from pipelines.ingest.tables import ledger, map_study

MAP = """
title: {en: Test}
about: {en: Test}
licence: none
languages: [en]
currency: EUR
time_zone: UTC
stages: {visit: {label: {en: Visit}}}
touchpoints: {till: {label: {en: Till}, stage: visit, channel: store}}
scales:
  five: {min: 1, max: 5, missing: {"9": not_experienced}}
  words: {min: 1, max: 2, labels: {bad: 1, good: 2}}
questions:
  till: {label: {en: Till}, measure: csat, scale: five, touchpoint: till}
  whole: {label: {en: Whole}, measure: overall, scale: words}
sources:
  survey:
    reader: csv
    files: raw/*.csv
    tables:
      - table: responses
        long: {question: Item, answer: Score}
        answers: {till: Q1, whole: Q2}
        columns:
          response_id: ID
          survey_id: {constant: s}
          wave: {constant: "1"}
          mode: {constant: cold}
"""
ROWS = pl.DataFrame(
    {
        "source_row": [1, 2, 3, 4, 5, 6],
        "ID": ["a", "a", "a", "b", "b", "b"],
        "Item": ["Q2", "Q1", "T", "Q1", None, "Q2"],
        "Score": ["good", "4", "nice", "9", "5", None],
    },
    schema_overrides={"source_row": pl.Int64},
).lazy()


@pytest.fixture
def study(tmp_path) -> Study:
    return Study(tmp_path / "shop", Map.model_validate(yaml.safe_load(MAP)))


def test_each_row_is_an_answer_to_the_question_it_names(study):
    table = study.map.sources["survey"].tables[0]
    origin = Origin(study, "survey", "raw/a.csv")
    mapped = engine.to_polars(map_rows(engine.from_polars(ROWS), origin, table)).collect()
    columns = ["source_row", "response_id", "question_id", "touchpoint_id", "value", "missing"]
    assert mapped.select(columns).rows() == [
        (1, "a", "whole", None, 2.0, None),
        (2, "a", "till", "till", 4.0, None),
        (4, "b", "till", "till", None, "not_experienced"),
        (6, "b", "whole", None, None, "skipped"),
    ]
    assert mapped["unreadable"].to_list() == [None] * 4


def test_rows_of_other_questions_are_counted_as_skipped(study):
    raw = [RawTable("survey", "raw/a.csv", ROWS, 6)]
    mapped = map_study(study, raw, engine.from_polars)
    written = (
        mapped.tables["responses"]
        .group_by("source", "source_file")
        .agg(rows=pl.len())
        .with_columns(table=pl.lit("responses"))
        .collect()
    )
    row = ledger(mapped.offers, written).row(0, named=True)
    assert (row["lines"], row["rows_read"], row["rows_skipped"]) == (6, 6, 2)


def test_an_undeclared_label_is_one_of_the_question_it_answers(study):
    rows = ROWS.with_columns(Score=pl.col("Score").replace({"good": "goood", "nice": "bad"}))
    with pytest.raises(SourceError, match=r"answers\.whole \(Q2\): .*got 'goood' \(1 times\)"):
        require_declared(
            engine.from_polars(rows), study, study.map.sources["survey"].tables, "shop/raw/a.csv"
        )


def test_long_needs_answers():
    with pytest.raises(ValidationError, match="it needs them"):
        TableMap.model_validate({"table": "reviews", "long": {"question": "a", "answer": "b"}})


def test_answers_and_another_way_to_turn_columns_are_refused():
    with pytest.raises(ValidationError, match="remove `unpivot`"):
        TableMap.model_validate(
            {"table": "responses", "answers": {"till": "Q1"}, "unpivot": {"columns": ["Q2"]}}
        )
