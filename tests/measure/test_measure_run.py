"""The step as a whole: a study's canonical tables in, its derived tables out."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
import yaml
from pipelines.core.estimate import MEASURED

from pipelines.contract.canonical import CANONICAL
from pipelines.core import study as studies
from pipelines.core.study import Study
from pipelines.measure.run import run
from tests.measure.small_survey import answer, responses

LABEL = {"en": "x"}
MAP = {
    "title": LABEL,
    "about": LABEL,
    "licence": "none",
    "languages": ["en"],
    "currency": "EUR",
    "time_zone": "UTC",
    "baseline": "2016",
    "stages": {"arrive": {"label": LABEL}},
    "touchpoints": {"signs": {"label": LABEL, "stage": "arrive", "channel": "terminal"}},
    "scales": {"five": {"min": 1, "max": 5}},
    "questions": {
        "signs": {"label": LABEL, "measure": "csat", "scale": "five", "touchpoint": "signs"}
    },
    "segments": {"purpose": {"label": LABEL}},
    "sources": {
        "survey": {
            "reader": "csv",
            "files": "raw/*.csv",
            "tables": [
                {
                    "table": "responses",
                    "columns": {
                        "response_id": "id",
                        "survey_id": {"constant": "guests"},
                        "wave": "wave",
                        "mode": {"constant": "cold"},
                    },
                    "answers": {"signs": "Q1"},
                }
            ],
        }
    },
}


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Return a study of two waves whose canonical tables are in place."""
    folder = tmp_path / "guests"
    folder.mkdir()
    (folder / "study.yaml").write_text(yaml.safe_dump(MAP), encoding="utf-8")
    found = studies.load(f"{folder}/")
    rows = responses(
        [
            answer(str(i), 1 + (i + shift) % 5, wave=wave, weight=1.0 + i / 10)
            for wave, shift in (("2016", 0), ("2017", 1))
            for i in range(33)
        ]
    )
    people = {name: [None] * 66 for name in found.canonical("customers").schema}
    people |= {
        "source_system": ["panel"] * 66,
        "source_id": rows["source_id"].to_list(),
        "segment_purpose": ["work", "leisure", None] * 22,
    }
    tables = {name: found.canonical(name).without_rows() for name in CANONICAL}
    tables["responses"] = rows
    tables["customers"] = pl.DataFrame(people, schema=found.canonical("customers").schema)
    for name, table in tables.items():
        path = found.path("canonical", name)
        path.parent.mkdir(exist_ok=True)
        table.write_parquet(path)
    return found


def derived(study: Study) -> dict[str, pl.DataFrame]:
    return {name: pl.read_parquet(study.path("derived", name)) for name in MEASURED}


def test_a_study_is_measured_into_its_four_derived_tables(study):
    said = run(study)
    tables = derived(study)
    for name, table in MEASURED.items():
        table.check(tables[name].schema, name)
        assert tables[name].select(pl.struct(table.key).is_duplicated().any()).item() is False
    assert (
        said == f"guests: {tables['scores'].height:,} scores, {tables['changes'].height:,} changes"
    )
    assert set(tables["scores"]["group"]) == {"all", "work", "leisure"}
    assert set(tables["changes"]["wave_against"]) == {"2016"}
    assert set(tables["activity"]["table"]) == {"customers", "responses"}


def test_every_number_names_the_data_it_rests_on(study):
    run(study)
    digest = sha256(study.path("canonical", "responses").read_bytes()).hexdigest()[:16]
    for name in ("scores", "changes", "distributions"):
        assert set(derived(study)[name]["inputs_hash"]) == {digest}


def test_measuring_twice_gives_the_same_bytes(study):
    contents = []
    for _ in range(2):
        run(study)
        contents.append({n: study.path("derived", n).read_bytes() for n in MEASURED})
    assert contents[0] == contents[1]


def test_a_study_without_answers_gets_empty_tables(study):
    CANONICAL["responses"].without_rows().write_parquet(study.path("canonical", "responses"))
    assert run(study) == "guests: 0 scores, 0 changes"
    assert derived(study)["scores"].is_empty()
