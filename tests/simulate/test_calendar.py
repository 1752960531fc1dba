"""Days, months and clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.simulate.calendar import (
    AWAKE_FROM,
    AWAKE_UNTIL,
    DAY,
    DAYS,
    awake,
    dates,
    day_of,
    first_day,
    local,
    month_of,
    utc,
)


def test_three_years_have_1096_days():
    assert DAYS == 1096  # 2024 was a leap year
    assert dates()[[0, -1]].to_list() == [date(2023, 1, 1), date(2025, 12, 31)]


def test_months_are_counted_from_january_2023():
    assert [first_day(month) for month in (-1, 0, 1, 14, 36)] == [-31, 0, 31, 425, 1096]
    assert day_of(date(2024, 2, 29)) == 424
    assert month_of(np.array([0, 30, 31, 424, 1095])).tolist() == [0, 0, 1, 13, 35]


@given(st.integers(0, DAYS - 1))
def test_a_day_lies_in_its_month(day):
    month = int(month_of(np.array([day]))[0])
    assert first_day(month) <= day < first_day(month + 1)


def test_times_are_those_of_berlin_clocks():
    minute = np.array([60.0, (181 * 24 + 12) * 60 + 0.5, np.nan])
    assert local(minute).to_list() == [
        datetime(2023, 1, 1, 1, 0),
        datetime(2023, 7, 1, 12, 0, 30),
        None,
    ]
    assert utc(minute).to_list() == [
        datetime(2023, 1, 1, 0, 0, tzinfo=UTC),  # winter: an hour behind
        datetime(2023, 7, 1, 10, 0, 30, tzinfo=UTC),  # summer: two
        None,
    ]


@given(st.floats(0, 1000 * DAY))
def test_nothing_happens_at_night(minute):
    later = awake(np.array([minute]))[0]
    assert AWAKE_FROM <= later % DAY <= AWAKE_UNTIL
    assert 0 <= later - minute <= 9.5 * 60


def test_what_would_happen_at_three_happens_at_half_past_twelve():
    assert awake(np.array([180.0]))[0] == pytest.approx(750.0)
