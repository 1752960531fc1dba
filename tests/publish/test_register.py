"""The register names and orders what the bundle's numbers are about."""

from datetime import UTC, datetime

import polars as pl

from pipelines.publish.register import describe, waves
from tests.publish.stub_study import by_age, table


def answers(n: int, wave: str, weight: float = 1.0, day: int | None = 1) -> pl.LazyFrame:
    """Two answers of each of `n` respondents."""
    at = datetime(2017, 5, day, 12, tzinfo=UTC) if day else None
    rows = {
        "response_id": [f"{wave}-{i // 2}" for i in range(2 * n)],
        "wave": wave,
        "mode": "cold",
        "weight": weight,
        "answered_at": at,
    }
    schema = {"weight": pl.Float64, "answered_at": pl.Datetime("us", "UTC")}
    return pl.LazyFrame(pl.DataFrame(rows, schema_overrides=schema))


def test_waves_are_in_order_with_their_respondents_weights_and_dates():
    responses = pl.concat([answers(12, "2018", weight=1.5), answers(11, "2017", day=None)])
    first, second = waves(responses, limit=10)
    assert (first["wave"], first["n_respondents"], first["weighted"]) == ("2017", 11, False)
    assert (first["first_at"], first["last_at"]) == (None, None)
    assert (second["wave"], second["n_respondents"], second["weighted"]) == ("2018", 12, True)
    assert second["first_at"] == second["last_at"] == "2017-05-01T12:00:00Z"


def test_a_wave_of_few_respondents_does_not_tell_how_many():
    assert waves(answers(9, "2017"), limit=10)[0]["n_respondents"] is None


def test_a_study_without_answers_has_no_waves():
    assert waves(answers(0, "2017"), limit=10) == []


def test_the_register_is_what_the_app_reads(study):
    made = describe(study.map, by_age(young=60, old=35, very_old=5), [])
    assert list(made["stages"]) == ["use", "buy"], "the journey's order is that of study.yaml"
    assert made["touchpoints"]["desk"]["valid_from"] == "2017-01-01"
    assert made["questions"]["q_desk"] == {
        "label": {"en": "The desk?"},
        "measure": "csat",
        "scale": {"min": 1.0, "max": 5.0},
        "touchpoint": "desk",
    }
    assert made["segments"]["age"]["order"] == ["young", "old", "very_old"]
    assert made["segments"]["age"]["translations"] == {"de": {"old": "alt"}}
    assert made["waves"] == []
    assert made["baseline"] == "2017"


def test_a_segment_nobody_is_in_keeps_its_declared_order(study):
    assert describe(study.map, table("scores"), [])["segments"]["age"]["order"] == ["young", "old"]
