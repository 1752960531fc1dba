"""A study as the steps before publish leave it: small tables, made by hand."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contract import registry
from pipelines.contract.canonical import CUSTOMERS, RESPONSES, SEGMENT_PREFIX
from pipelines.contract.drivers import STEP as DRIVERS_STEP
from pipelines.contract.people import EVERYBODY
from pipelines.contract.registry import published
from pipelines.contract.table import TEXT, Column
from pipelines.contract.waves import WAVES_IN_TIME
from pipelines.core import store
from pipelines.core.study import Study
from pipelines.core.study import load as load_study
from pipelines.publish.structure import NEST, Structure

MAP = """\
title: {en: Stub}
about: {en: A study made by hand.}
licence: none
languages: [en, de]
currency: EUR
time_zone: Europe/Berlin
baseline: "2017"
stages:
  use: {label: {en: Use}}
  buy: {label: {en: Buy}}
touchpoints:
  desk: {label: {en: Desk}, stage: use, channel: shop, valid_from: 2017-01-01}
scales:
  five: {min: 1, max: 5}
questions:
  q_desk: {label: {en: "The desk?"}, measure: csat, scale: five, touchpoint: desk}
segments:
  age: {label: {en: Age}, order: [young, old], translations: {de: {old: alt}}}
codes:
  ages: codes/ages.csv
sources:
  survey:
    reader: csv
    files: raw/survey [*].csv
    tables:
      - table: responses
        columns:
          response_id: ID
          survey_id: {constant: s}
          wave: WAVE
          mode: {constant: cold}
          source_system: {constant: s}
        answers: {q_desk: DESK}
"""

DESK = {
    "mode": "cold",
    "scope": "touchpoint",
    "stage": "use",
    "touchpoint_id": "desk",
    "question_id": "q_desk",
    "segment": EVERYBODY,
    "group": EVERYBODY,
    "wave": "2017",
    "measure": "mean",
    "weighted": False,
    "value": 60.0,
    "low": 50.0,
    "high": 70.0,
    "std_error": 5.0,
    "level": 0.95,
    "n": 100,
    "n_eff": 90.0,
    "missing_policy": "answers",
    "method": "mean",
    "evidence": "descriptive",
    "flags": None,
    "inputs_hash": "abc",
    "answer": "5",
    "against": "previous",
    "wave_against": "2016",
    "n_against": 100,
    "p_value": 0.5,
    "p_adjusted": 0.5,
    "adjusted_over": "touchpoints?n=1",
    "since": "2016",
}

MODEL = {
    "outcome": "overall",
    "target": "mean",
    "policy": "use_rating",
    "approach": "lmg",
    "driver": "q_desk",
    "method": "lmg",
    "missing_policy": "use_rating",
    "evidence": "association",
    "importance": 0.3,
    "importance_low": 0.25,
    "importance_high": 0.35,
    "rank": 1,
    "rank_low": 1,
    "rank_high": 2,
    "letters": "a",
    "share_of_noise": 1.0,
    "slope": 0.4,
    "slope_low": 0.3,
    "slope_high": 0.5,
    "reach": 60.0,
    "n_users": 60,
    "vif": 1.5,
    "halo": 0.6,
    "n_drivers": 2,
    "n_left_out": 0,
    "status": "fitted",
    "performance": 70.0,
    "performance_low": 65.0,
    "performance_high": 75.0,
    "performance_error": 2.5,
    "correlation": 0.1,
    "importance_border": 50.0,
    "performance_border": 72.0,
    "quadrant": "improve",
    "p_improve": 0.7,
    "p_keep": 0.2,
    "p_watch": 0.1,
    "p_maintain": 0.0,
}
R2 = {"method": "r2", "value": 0.6, "low": 0.5, "high": 0.7, "std_error": 0.05, "r2_held_out": 0.55}

MONTH = {
    "table": "transactions",
    "period": "2017-05",
    "kind": "completed",
    "n_rows": 400,
    "n_orders": 80,
    "n_customers": 60,
    "amount": 1000.0,
    "first_on": date(2017, 5, 1),
    "last_on": date(2017, 5, 31),
}

FILE = {
    "table": "responses",
    "source": "survey",
    "source_file": "raw/survey [1].csv",
    "lines": 100,
    "rows_read": 100,
    "rows_skipped": 0,
    "rows_in": 100,
    "rows_accepted": 98,
    "rows_quarantined": 2,
}


MODELLED = [table.name for table in DRIVERS_STEP.writes]


def table(name: str, *rows: dict[str, Any]) -> pl.DataFrame:
    """Rows of a published table; what a row does not say is as in the examples above."""
    schema = published()[name].schema
    usual = {"activity": MONTH, "ledger": FILE}.get(name, DESK)
    if name == "changes":
        usual = usual | {"method": "mean_change"}
    if name == "distributions":
        usual = usual | {"method": "share", "measure": "share", "missing_policy": "asked"}
    if name in MODELLED:
        own = {"driver_models": R2, "driver_contrasts": {"method": "contrast"}}
        usual = usual | MODEL | own.get(name, {})
    whole = [{key: (usual | row).get(key) for key in schema} for row in rows]
    return pl.DataFrame(whole, schema=schema)


# No question is part of a stage or a gap, and no group lies within another.
UNRELATED = Structure({}, pl.DataFrame(schema=NEST))


def by_age(name: str = "scores", **sizes: int) -> pl.DataFrame:
    """Everybody, and a row per age of the given size."""
    everybody = {"n": sum(sizes.values())}
    ages = [{"segment": "age", "group": age, "n": n} for age, n in sizes.items()]
    return table(name, everybody, *ages)


def lay_out(folder: Path, tables: dict[str, pl.DataFrame]) -> Study:
    """Write a study's map, raw file, and the tables publish reads."""
    for name, text in {
        "study.yaml": MAP,
        "codes/ages.csv": "code,label\n1,young\n",
        "raw/survey [1].csv": "ID,WAVE,DESK\n1,2017,5\n",
        "validation/docs/index.html": "<!doctype html><title>Data Docs</title>",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    study = load_study(f"{folder}/")
    for place, declared in registry.places().items():
        rows = tables.get(declared.name, declared.without_rows())
        store.write(study.folder / f"{place}.parquet", rows, declared)
    asked = {"question_id": "q_desk", "survey_id": "s", "measure": "csat", "scale_min": 1.0}
    answers = {"response_id": [str(i) for i in range(12)], "wave": "2017", "mode": "cold"}
    responses = pl.DataFrame(
        {
            **answers,
            **asked,
            "scale_max": 5.0,
            "weight": 1.0,
            "answered_at": datetime(2017, 5, 1, 8, tzinfo=UTC),
        }
    )
    wave = {"mode": "cold", "wave": "2017", "place": 1, "n_respondents": 12, "weighted": False}
    ordered = pl.DataFrame(
        [{name: wave.get(name) for name in WAVES_IN_TIME.schema}], schema=WAVES_IN_TIME.schema
    )
    store.write(study.path("derived", "waves"), ordered, WAVES_IN_TIME)
    missing = [pl.lit(None, kind).alias(name) for name, kind in RESPONSES.schema.items()]
    absent = [column for column in missing if column.meta.output_name() not in responses.columns]
    whole = responses.with_columns(absent).select(*RESPONSES.schema).cast(RESPONSES.schema)
    store.write(study.path("canonical", "responses"), whole, RESPONSES)
    customers = CUSTOMERS.with_columns([Column(SEGMENT_PREFIX + "age", TEXT, "age")])
    store.write(study.path("canonical", "customers"), customers.without_rows(), customers)
    return study
