"""The step as a whole: a study's canonical tables in, its derived tables out."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
import yaml

from pipelines import runner
from pipelines.contract import registry
from pipelines.contract.canonical import CANONICAL
from pipelines.contract.measure import SCORES, MeasureSettings
from pipelines.contract.table import Measure
from pipelines.core import study as studies
from pipelines.core.enforcement import require_declared
from pipelines.core.errors import ContractError
from pipelines.core.store import prepare
from pipelines.core.study import Study
from pipelines.core.tables import Given
from pipelines.estimates.targets import Target
from pipelines.measure import items
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


STEP = registry.step("measure")
PARAMETERS = {"engine": "polars", "measure": {"level": 0.95, "flag_n": 30}}
ESTIMATES = ("scores", "changes", "distributions")


def measure(study: Study, **changed: object) -> str:
    """Run the step with these parameters, some of them changed; params.yaml is not read."""
    parameters = {**PARAMETERS, "measure": {**PARAMETERS["measure"], **changed}}
    return runner.run(STEP, study, parameters)


def derived(study: Study) -> dict[str, pl.DataFrame]:
    return {table.name: pl.read_parquet(study.path("derived", table.name)) for table in STEP.writes}


def test_a_study_is_measured_into_its_four_derived_tables(study):
    said = measure(study)
    tables = derived(study)
    for table in STEP.writes:
        require_declared(tables[table.name], table, table.name)
    assert said.startswith(
        f"{tables['scores'].height:,} scores, {tables['changes'].height:,} changes, "
    )
    assert set(tables["scores"]["group"]) == {"all", "work", "leisure"}
    assert set(tables["changes"]["wave_against"]) == {"2016"}
    assert set(tables["activity"]["table"]) == {"customers", "responses"}


def test_every_number_names_the_data_it_rests_on(study):
    measure(study)
    digest = sha256(study.path("canonical", "responses").read_bytes()).hexdigest()[:16]
    for name in ESTIMATES:
        assert set(derived(study)[name]["inputs_hash"]) == {digest}


def test_measuring_twice_gives_the_same_bytes(study):
    contents = []
    for _ in range(2):
        measure(study)
        contents.append([study.path("derived", t.name).read_bytes() for t in STEP.writes])
    assert contents[0] == contents[1]


def test_a_study_without_answers_gets_empty_tables(study):
    CANONICAL["responses"].without_rows().write_parquet(study.path("canonical", "responses"))
    assert measure(study).startswith("0 scores, 0 changes, 0 distributions")
    assert derived(study)["scores"].is_empty()


def test_a_lower_level_gives_narrower_intervals_around_the_same_values(study):
    measure(study)
    before = derived(study)
    measure(study, level=0.9)
    after = derived(study)
    for name in ESTIMATES:
        assert set(before[name]["level"]) == {0.95}
        assert set(after[name]["level"]) == {0.9}
        assert after[name].select("value", "n").equals(before[name].select("value", "n"))
        wide, narrow = (t[name]["high"] - t[name]["low"] for t in (before, after))
        assert (narrow < wide).all()


def test_a_higher_flag_n_flags_more_estimates_as_small(study):
    flagged = []
    for flag_n in (1, 30, 34):
        measure(study, flag_n=flag_n)
        flagged.append(derived(study)["scores"]["flags"].str.contains("small").sum())
    assert flagged[0] == 0
    assert 0 < flagged[1] < flagged[2] == derived(study)["scores"].height


def test_the_step_is_a_function_of_tables_in_memory(study):
    measure(study)
    tables = {f"canonical/{n}": pl.read_parquet(study.path("canonical", n)) for n in CANONICAL}
    made = run(study, MeasureSettings(engine="polars", level=0.95, flag_n=30), Given(tables))
    assert set(made) == {table.name for table in STEP.writes}
    written = derived(study)["scores"].drop("inputs_hash")
    same = prepare(made["scores"], SCORES, "scores").drop("inputs_hash")
    assert same.equals(written)


@pytest.mark.parametrize(
    ("measure_of", "message"),
    [
        # Its name is not among MEASURES: once polars' error, and before that a share's interval.
        ("delight", r"measure: expected a declared one, got 'delight'; declare it with .* family"),
        (
            Measure("delight", 0, 100, "points", None, "mean", "higher", "answers"),
            r"measure 'delight': expected the family of its interval .* got None",
        ),
        # A family, but not in the declaration of the step's table.
        (
            Measure("delight", 0, 100, "points", "mean", "mean", "higher", "answers"),
            r"step measure, table scores: expected a declared measure.*'delight'",
        ),
    ],
)
def test_a_measure_that_nobody_declared_is_refused(study, monkeypatch, measure_of, message):
    def delighted(question: items.AskedQuestion) -> Iterator[Target]:
        yield Target(measure_of, None, question.given, question.share)

    monkeypatch.setattr(items, "_scores", delighted)
    with pytest.raises(ContractError, match=message):
        measure(study)
    assert not study.path("derived", "scores").exists()
