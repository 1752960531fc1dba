"""The row-scale part of measure gives the same on PySpark as on Polars."""

from __future__ import annotations

from datetime import UTC, datetime

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from pipelines.contract.measure import CHANGES, DISTRIBUTIONS, SCORES
from pipelines.core.engine import lift, spark_session
from pipelines.core.waves import ordered
from pipelines.measure.activity import count_rows
from pipelines.measure.tables import Survey, measure_survey
from tests.measure.small_survey import TERMS, answer, customers, responses

pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module", autouse=True)
def few_partitions() -> None:
    """Start the session that `lift` will find; 200 partitions would be slow on few rows."""
    pytest.importorskip("pyspark")
    session = spark_session()
    session.conf.set("spark.sql.shuffle.partitions", "2")


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    rng = np.random.default_rng(3)
    listed = []
    for wave in ("2016", "2017"):
        for i in range(60):
            about = {
                "wave": wave,
                "weight": float(rng.uniform(0.5, 2)),
                "stratum": "xy"[i % 2],
                "answered_at": datetime(int(wave), 10, 1 + i % 28, i % 24, 30, tzinfo=UTC),
                "cluster": f"{i % 2}-{i // 8}" if i % 3 else None,
                "source_id": None if i % 7 == 0 else f"c{i // 2}",
            }
            for question in ("signs", "food"):
                value = [1, 2, 3, 4, 5, "never", "blank"][rng.integers(7)]
                listed.append(answer(str(i), value, question, **about))
            listed.append(
                answer(str(i), int(rng.integers(1, 6)), "hope", **about,
                       measure="expectation") | {"touchpoint_id": "food"}
            )  # fmt: skip
    return responses(listed)


def test_spark_and_polars_give_the_same_tables(rows, tmp_path):
    who = customers({"purpose": {f"c{i}": ("work", "leisure", None)[i % 3] for i in range(30)}})
    found = []
    for name in ("polars", "spark"):
        frames = [lift(frame.lazy(), name, tmp_path) for frame in (rows, who)]
        waves = ordered(frames[0], "Europe/Berlin", (), where="guests")
        stages = {"signs": "arrive", "food": "wait"}
        survey = Survey(*frames, ("purpose",), stages, "2016", waves)
        found.append(measure_survey(survey, TERMS))
    for table in (SCORES, CHANGES, DISTRIBUTIONS):
        here, there = (tables[table.name].sort(table.key, nulls_last=True) for tables in found)
        assert here.height > 0
        texts = [c for c, t in table.schema.items() if not t.is_float()]
        assert here.select(texts).equals(there.select(texts))
        for column in set(table.schema) - set(texts):
            a, b = (frame[column].fill_null(-1).to_numpy() for frame in (here, there))
            assert a == pytest.approx(b, abs=1e-9)


def test_spark_and_polars_count_the_same_rows(rows, tmp_path):
    on_spark = count_rows("responses", lift(rows.lazy(), "spark", tmp_path), "EUR", "Europe/Berlin")
    on_polars = count_rows("responses", nw.from_native(rows.lazy()), "EUR", "Europe/Berlin")
    assert on_spark.sort("period").equals(on_polars.sort("period"))
