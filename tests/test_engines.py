"""The airport survey gives the same rows and estimates on PySpark as on Polars."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.core import engine, study
from pipelines.core.study import Study
from pipelines.core.waves import waves_of
from pipelines.ingest.readers import read_source
from pipelines.ingest.tables import map_study
from pipelines.measure.tables import Survey, Terms, measure_survey

pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

# The first wave and one with recommendation: between them every kind of map there is.
WAVES = ("survey_2010", "survey_2017")
SEGMENTS = ("purpose", "age")
TERMS = Terms(level=0.95, flag_n=30, inputs_hash="-")


@pytest.fixture(scope="module", autouse=True)
def few_partitions() -> None:
    pytest.importorskip("pyspark")
    engine.spark_session().conf.set("spark.sql.shuffle.partitions", "2")


@pytest.fixture(scope="module")
def sfo() -> Study:
    whole = study.load("sfo")
    waves = {name: whole.map.sources[name] for name in WAVES}
    return Study(whole.folder, whole.map.model_copy(update={"sources": waves}))


@pytest.fixture(scope="module")
def mapped(sfo: Study, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    raw = [file for source in WAVES for file in read_source(sfo, source)]
    scratch: Path = tmp_path_factory.mktemp("landed")
    tables = {
        name: map_study(sfo, raw, partial(engine.lift, name=name, scratch=scratch)).tables
        for name in ("polars", "spark")
    }
    return {
        name: {table: tables[name][table].collect() for table in ("responses", "customers")}
        for name in tables
    }


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("responses", ["source", "source_row", "question_id"]),
        ("customers", ["source", "source_row"]),
    ],
)
def test_every_row_is_mapped_alike(mapped, table, key):
    polars, spark = (mapped[name][table].sort(key) for name in ("polars", "spark"))
    assert polars.height > 6000
    assert_frame_equal(spark, polars)


def test_estimates_agree_to_nine_digits(sfo, mapped, tmp_path):
    stages = {name: touchpoint.stage for name, touchpoint in sfo.map.touchpoints.items()}
    found = {}
    for name, tables in mapped.items():
        rows = {
            table: engine.lift(frame.select(*sfo.canonical(table).schema).lazy(), name, tmp_path)
            for table, frame in tables.items()
        }
        waves = waves_of(sfo, rows["responses"])
        survey = Survey(
            rows["responses"], rows["customers"], SEGMENTS, stages, sfo.map.baseline, waves
        )
        found[name] = measure_survey(survey, TERMS)
    for table, expected in found["polars"].items():
        assert expected.height > 100
        key = [name for name, dtype in expected.schema.items() if dtype in (pl.String, pl.Boolean)]
        assert_frame_equal(
            found["spark"][table].sort(key), expected.sort(key), rel_tol=1e-9, abs_tol=1e-9
        )
