"""Studies with a few mapped rows, as ingest would have left them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from pipelines.contract.canonical import CANONICAL
from pipelines.core.study import Map, Study

LATEST = datetime(2030, 1, 1, tzinfo=UTC)
WHEN = datetime(2024, 5, 1, 12, tzinfo=UTC)

MAP = """
title: {en: Test}
about: {en: Test}
licence: none
languages: [en]
currency: EUR
time_zone: UTC
stages: {visit: {label: {en: Visit}}}
touchpoints: {till: {label: {en: Till}, stage: visit, channel: store}}
segments: {age: {label: {en: Age}}}
sources:
  shop:
    reader: csv
    files: raw/*.csv
    tables:
      - table: customers
        columns: {source_system: {constant: crm}, source_id: ID}
"""

# One row of each table that keeps every rule.
GOOD: dict[str, dict[str, Any]] = {
    "customers": {
        "source_system": "crm",
        "source_id": "c1",
        "email": "ann@example.org",
        "phone": "+49 30 1234567",
        "birth_on": date(1980, 2, 29),
        "created_at": WHEN,
        "segment_age": "old",
    },
    "responses": {
        "response_id": "r1",
        "question_id": "q1",
        "survey_id": "s1",
        "wave": "2024",
        "mode": "cold",
        "source_system": "crm",
        "source_id": "c1",
        "answered_at": WHEN,
        "measure": "csat",
        "touchpoint_id": "till",
        "value": 4.0,
        "scale_min": 1.0,
        "scale_max": 5.0,
        "weight": 1.0,
    },
    "reviews": {
        "review_id": "v1",
        "origin": "review",
        "direct": True,
        "touchpoint_id": "till",
        "source_system": "crm",
        "source_id": "c1",
        "written_at": WHEN,
        "rating": 4.0,
        "rating_min": 1.0,
        "rating_max": 5.0,
        "language": "de",
        "text": "Sehr schön",
        "replied_at": WHEN,
    },
    "transactions": {
        "transaction_id": "t1",
        "order_id": "o1",
        "source_system": "crm",
        "source_id": "c1",
        "ordered_at": WHEN,
        "amount": 9.5,
        "currency": "EUR",
        "quantity": 1.0,
        "delivered_at": WHEN,
        "status": "completed",
    },
    "interactions": {
        "interaction_id": "i1",
        "source_system": "crm",
        "source_id": "c1",
        "occurred_at": WHEN,
        "touchpoint_id": "till",
        "duration_s": 30.0,
    },
    "touchpoint_metrics": {
        "date": date(2024, 5, 1),
        "touchpoint_id": "till",
        "metric": "visits",
        "value": 100.0,
    },
}
NUMBERED = {
    "customers": "source_id",
    "responses": "response_id",
    "reviews": "review_id",
    "transactions": "transaction_id",
    "interactions": "interaction_id",
    "touchpoint_metrics": "metric",
}


def lay_out(
    folder: Path, rows: Mapping[str, Sequence[Mapping[str, Any]]], *, customers: bool = True
) -> Study:
    """Write a study's mapped tables and ledger; rows are told as changes to a good row.

    Every row gets a key of its own unless it says otherwise.
    """
    content = yaml.safe_load(MAP)
    if not customers:
        content["sources"]["shop"]["tables"][0] = {
            "table": "touchpoint_metrics",
            "columns": {"date": "D", "touchpoint_id": "T", "metric": "M", "value": "V"},
        }
    study = Study(folder, Map.model_validate(content))
    (folder / "mapped").mkdir(parents=True)
    (folder / "study.yaml").write_text(yaml.safe_dump(content))
    tables = {name: table(study, name, rows.get(name, ())) for name in CANONICAL}
    for name, mapped in tables.items():
        mapped.write_parquet(study.path("mapped", name))
    _ledger(tables).write_parquet(study.path("mapped", "ledger"))
    return study


def table(study: Study, name: str, changes: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """One mapped table."""
    key = NUMBERED[name]
    content = [
        {**GOOD[name], key: f"{GOOD[name][key]}-{number}", **trace(number), **change}
        for number, change in enumerate(changes, start=1)
    ]
    return pl.DataFrame(content, schema=study.mapped(name).schema)


def trace(number: int) -> dict[str, Any]:
    """Where a row comes from."""
    return {"source": "shop", "source_file": "raw/a.csv", "source_row": number}


def _ledger(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    parts = [
        mapped.group_by("source", "source_file").agg(
            pl.lit(name).alias("table"),
            lines=pl.len().cast(pl.Int64),
            rows_read=pl.len().cast(pl.Int64),
            rows_skipped=pl.lit(0, pl.Int64),
        )
        for name, mapped in tables.items()
    ]
    return pl.concat(parts)
