"""Publishing a study writes a bundle that is whole, repeatable and names nobody."""

import json
import shutil

import polars as pl
import pytest

from pipelines import runner
from pipelines.contract import registry
from pipelines.contract.canonical import FREE_TEXT, IDENTIFIERS
from pipelines.contract.registry import published
from pipelines.core import params
from pipelines.core.errors import ContractError
from pipelines.core.versions import hashes_of
from tests.publish.stub_study import table


def run(study, **publish):
    """Run the step with the project's parameters, some of them changed."""
    content = params.read()
    changed = {**content, "publish": {**content["publish"], **publish}}
    return runner.run(registry.step("publish"), study, changed)


def manifest(study):
    return json.loads((study.folder / "published" / "manifest.json").read_text())


def test_the_bundle_has_every_table_the_register_the_docs_and_a_manifest(study):
    assert run(study).endswith("2 numbers, 2 withheld")
    bundle = study.folder / "published" / manifest(study)["bundle"]
    tables = {f"{name}.parquet" for name in published()}
    assert set(hashes_of(bundle)) == tables | {"register.json", "docs/index.html"}
    assert set(manifest(study)["inputs"]) == {"study.yaml", "codes/ages.csv", "raw/survey [1].csv"}
    scores = pl.read_parquet(bundle / "scores.parquet")
    told = scores.filter(pl.col("value").is_not_null())["group"]
    assert sorted(told) == ["all", "young"]


def test_the_same_study_gives_the_same_bytes_and_names_nobody(study):
    run(study)
    before = hashes_of(study.folder / "published")
    shutil.rmtree(study.folder / "published")
    run(study)
    assert hashes_of(study.folder / "published") == before
    for path in (study.folder / "published").rglob("*.parquet"):
        assert not (IDENTIFIERS | FREE_TEXT) & set(pl.read_parquet_schema(path)), path.name


def test_a_bundle_that_is_refused_leaves_the_one_before(study):
    run(study)
    before = hashes_of(study.folder / "published")
    bad = table("scores", {"value": 170.0, "high": 180.0})
    bad.write_parquet(study.path("derived", "scores"))  # the runner would not write it
    with pytest.raises(ContractError, match=r"published/scores: .*got 170\.0; nothing was pub"):
        run(study)
    assert hashes_of(study.folder / "published") == before


def test_a_table_that_no_step_declares_stops_the_publication(study):
    run(study)
    before = hashes_of(study.folder / "published")
    (study.folder / "derived" / "diaries.parquet").write_bytes(b"")
    with pytest.raises(ContractError, match=r"derived: expected tables that a step declares"):
        run(study)
    assert hashes_of(study.folder / "published") == before


def test_other_settings_withhold_other_cells(study):
    assert run(study, withhold_below=1).endswith("4 numbers, 0 withheld")
