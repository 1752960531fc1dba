"""The register names and orders what the bundle's numbers are about."""

from datetime import date

import polars as pl

from pipelines.contract.waves import WAVES_IN_TIME
from pipelines.publish.register import describe, waves
from tests.publish.stub_study import by_age, table


def wave(name: str, place: int, n: int = 12, day: date | None = None) -> dict[str, object]:
    days = {"first_on": day, "median_on": day, "last_on": day}
    return {"mode": "cold", "wave": name, "place": place, "n_respondents": n, "weighted": n > 11,
            **days}  # fmt: skip


def listed(*rows: dict[str, object]) -> list[dict[str, object]]:
    return waves(pl.DataFrame(rows, schema=WAVES_IN_TIME.schema), limit=10)


def test_waves_are_in_order_with_their_respondents_weights_and_days():
    found = listed(wave("Wave 12", 2, day=date(2017, 5, 1)), wave("Wave 2", 1, 11))
    first, second = found
    assert (first["wave"], first["n_respondents"], first["weighted"]) == ("Wave 2", 11, False)
    assert (first["first_on"], first["last_on"]) == (None, None)
    assert (second["wave"], second["n_respondents"], second["weighted"]) == ("Wave 12", 12, True)
    assert second["first_on"] == second["last_on"] == "2017-05-01"


def test_a_wave_of_few_respondents_does_not_tell_how_many():
    assert listed(wave("2017", 1, 9))[0]["n_respondents"] is None


def test_a_study_without_answers_has_no_waves():
    assert listed() == []


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
