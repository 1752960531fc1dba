"""The page that error messages point at: docs/study.md."""

import re
from pathlib import Path

import polars as pl
import pytest

from pipelines import runner
from pipelines.contract import registry
from pipelines.core import params, study
from pipelines.core.map import Part
from pipelines.core.params import PROJECT

GUIDE = (PROJECT / "docs" / "study.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("model", Part.__subclasses__(), ids=lambda model: model.__name__)
def test_the_guide_explains_every_key(model):
    explained = set(re.findall(r"`(\w+)`", GUIDE))
    assert set(model.model_fields) <= explained


def example(folder: Path) -> Path:
    """Write the guide's example, map and data, as a study."""
    data, mapping = re.findall(r"```(?:yaml)?\n((?:id;|title:).*?)```", GUIDE, re.S)
    (folder / "raw").mkdir(parents=True)
    (folder / "raw" / "survey_2024.csv").write_text(data, encoding="utf-8")
    (folder / "study.yaml").write_text(mapping, encoding="utf-8")
    return folder


def test_the_guide_s_example_has_no_problem(tmp_path):
    _, problems = study.inspect(example(tmp_path / "shop"))
    assert problems == []


def test_the_guide_s_example_gives_what_the_guide_says(tmp_path):
    shop = study.load(str(example(tmp_path / "shop")))
    runner.run(registry.step("ingest"), shop, params.read())
    answers = pl.read_parquet(tmp_path / "shop" / "mapped" / "responses.parquet")
    assert answers.select("response_id", "question_id", "value", "missing").rows() == [
        ("2024-1", "checkout", 4.0, None),
        ("2024-1", "delivery", None, "not_experienced"),
        ("2024-1", "nps", 10.0, None),
        ("2024-2", "checkout", 5.0, None),
        ("2024-2", "delivery", 3.0, None),
        ("2024-2", "nps", None, "skipped"),
    ]
    customers = pl.read_parquet(tmp_path / "shop" / "mapped" / "customers.parquet")
    assert customers.select("source_id", "country", "segment_gender").rows() == [
        ("1", "Germany", "Female"),
        ("2", "Austria", "Male"),
    ]
