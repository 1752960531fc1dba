"""One place decides which wave came first: by dates and names, which must not contradict."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import narwhals as nw
import polars as pl
import pytest

from pipelines.core.errors import StudyError
from pipelines.core.waves import ordered
from tests.measure.small_survey import answer, responses


def asked(wave: str, *days: str | None, **columns: object) -> list[dict]:
    """One questionnaire per day, answered at noon in UTC; None is no date."""
    return [
        answer(
            str(i),
            4,
            wave=wave,
            answered_at=datetime.fromisoformat(f"{day}T12:00:00+00:00") if day else None,
            **columns,
        )
        for i, day in enumerate(days)
    ]


def described(rows: list[dict], *declared: str, time_zone: str = "UTC") -> pl.DataFrame:
    lazy = nw.from_native(responses(rows).lazy())
    return ordered(lazy, time_zone, declared, where="guests")


def order(rows: list[dict], *declared: str) -> list[str]:
    return described(rows, *declared)["wave"].to_list()


def test_waves_without_dates_are_in_the_order_of_the_numbers_in_their_names():
    assert order(asked("Wave 12", None) + asked("Wave 2", None)) == ["Wave 2", "Wave 12"]


def test_names_that_say_nothing_leave_it_to_the_dates():
    rows = (
        asked("Main", "2024-05-03")
        + asked("Pilot", "2024-02-01")
        + asked("Aftermath", "2024-06-01")
    )
    assert order(rows) == ["Pilot", "Main", "Aftermath"]


def test_what_is_known_of_a_wave_is_told():
    rows = asked("2024", "2024-05-01", "2024-05-03", "2024-05-09", None, weight=2.0)
    row = described(rows + asked("2023", None)).to_dicts()
    assert [(r["wave"], r["place"], r["n_respondents"], r["weighted"]) for r in row] == [
        ("2023", 1, 1, False),
        ("2024", 2, 4, True),
    ]
    days = [row[1][name].isoformat() for name in ("first_on", "median_on", "last_on")]
    assert days == ["2024-05-01", "2024-05-03", "2024-05-09"]
    assert row[0]["first_on"] is None


def test_days_are_those_of_the_study_s_time_zone():
    late = answer("a", 4, wave="2024", answered_at=datetime(2024, 4, 30, 22, 30, tzinfo=UTC))
    days = {
        zone: described([late], time_zone=zone)["first_on"][0].isoformat()
        for zone in ("UTC", "Europe/Berlin", "America/Los_Angeles")
    }
    assert days == {
        "UTC": "2024-04-30",
        "Europe/Berlin": "2024-05-01",
        "America/Los_Angeles": "2024-04-30",
    }


def test_each_mode_has_waves_of_its_own():
    rows = [
        *asked("2024", "2024-05-01"),
        *asked("2023", "2023-05-01"),
        *asked("Q1 2024", "2024-02-01", mode="hot"),
        *asked("Q4 2023", "2023-11-01", mode="hot"),
    ]
    found = described(rows).select("mode", "wave", "place").rows()
    assert found == [
        ("cold", "2023", 1),
        ("cold", "2024", 2),
        ("hot", "Q4 2023", 1),
        ("hot", "Q1 2024", 2),
    ]


CONTRADICTING = asked("2023", "2024-05-01", "2024-05-02") + asked(
    "2024", "2023-05-01", "2023-05-02"
)


def test_names_and_dates_that_contradict_each_other_are_refused_with_what_to_do():
    with pytest.raises(StudyError) as caught:
        order(CONTRADICTING)
    said = str(caught.value)
    assert "guests, cold survey: wave and answered_at" in said
    assert "expected '2023' answered before '2024', as their names say" in said
    assert "got '2023' mostly answered from 2024-05-01 to 2024-05-02" in said
    assert 'waves: ["2024", "2023"]' in said
    assert order(CONTRADICTING, "2024", "2023") == ["2024", "2023"], "what it says to do works"


def test_a_late_answer_of_the_earlier_wave_is_no_contradiction():
    days = [f"2023-05-{day:02d}" for day in range(1, 21)]
    late = asked("2023", *days, "2024-12-24") + asked(
        "2024", *(d.replace("2023", "2024") for d in days)
    )
    assert order(late) == ["2023", "2024"]


def test_waves_asked_at_overlapping_times_are_in_the_order_of_their_names():
    start = datetime(2024, 5, 1, tzinfo=UTC)

    def days(first: int, n: int) -> list[str]:
        return [(start + timedelta(days=first + i)).date().isoformat() for i in range(n)]

    rows = asked("Wave 1", *days(0, 40)) + asked("Wave 2", *days(10, 15))
    medians = dict(described(rows).select("wave", "median_on").rows())
    assert medians["Wave 1"] > medians["Wave 2"]
    assert order(rows) == ["Wave 1", "Wave 2"]


def test_a_wave_without_dates_among_others_goes_by_its_name():
    rows = asked("Wave 9", "2024-05-01") + asked("Wave 10", None) + asked("Wave 11", "2024-07-01")
    assert order(rows) == ["Wave 9", "Wave 10", "Wave 11"]


@pytest.mark.parametrize(
    ("rows", "got"),
    [
        (asked("Pilot", None) + asked("Main", None), "without dates"),
        (asked("Pilot", "2024-05-01") + asked("Main", None), "no dates of 'Main'"),
        (asked("Pilot", "2024-05-01") + asked("Main", "2024-05-01"), "with the same median day"),
    ],
)
def test_where_neither_says_it_the_map_has_to(rows, got):
    with pytest.raises(StudyError, match=f"{got}; list them in study.yaml, the earliest first"):
        order(rows)
    assert order(rows, "Pilot", "Main") == ["Pilot", "Main"]


def test_a_list_that_lacks_a_wave_is_refused():
    rows = asked("Pilot", None) + asked("Main", None)
    with pytest.raises(StudyError, match="got none for 'Main'; add them at their place"):
        order(rows, "Pilot", "Mein")


def test_a_list_of_other_waves_leaves_a_mode_to_its_data():
    rows = asked("2024", None) + asked("2023", None)
    assert order(rows, "Pilot", "Main") == ["2023", "2024"]


def test_medians_do_not_overrule_a_name_where_only_dates_order_the_others():
    overlapping = asked("Wave 1", "2024-05-01", "2024-05-20", "2024-05-30") + asked(
        "Wave 2", "2024-05-02", "2024-05-10", "2024-05-28"
    )
    with pytest.raises(StudyError, match="'Wave 1' answered before 'Wave 2'"):
        order(overlapping + asked("Pilot", "2024-01-01"))
