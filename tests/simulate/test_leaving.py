"""The hazard of leaving, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.simulate.leaving import BadContacts, hazard


def leave(satisfaction=0.0, attachment=0.0, tenure=0, bad: str = "") -> float:
    flags = {name: np.array([name == bad]) for name in ("hotline", "delivery", "returns")}
    return hazard(
        np.array([satisfaction]), np.array([attachment]), np.array([tenure]), BadContacts(**flags)
    )[0]


def odds(chance: float) -> float:
    return chance / (1 - chance)


def test_a_new_customer_of_average_mood_leaves_with_3_2_percent():
    assert leave() == pytest.approx(0.0322955, abs=1e-7)  # 1 / (1 + e^3.4)


def test_after_three_years_with_satisfaction_2_and_attachment_1_the_hazard_is_half_a_percent():
    # -3.4 - .55 * 2 - .40 * 1 - .30 * log(1 + 3) = -5.31589
    assert leave(2.0, 1.0, 36) == pytest.approx(0.0048890, abs=1e-6)


@pytest.mark.parametrize(("bad", "ratio"), [("hotline", 3.00417), ("delivery", 2.45960)])
@pytest.mark.parametrize("tenure", [3, 40])
def test_bad_contacts_multiply_the_odds_whoever_it_is(bad, ratio, tenure):
    assert odds(leave(0.3, -0.2, tenure, bad)) / odds(leave(0.3, -0.2, tenure)) == pytest.approx(
        ratio, abs=1e-4
    )


def test_bad_returns_count_in_the_first_year_only():
    assert odds(leave(tenure=11, bad="returns")) / odds(leave(tenure=11)) == pytest.approx(
        4.05520, abs=1e-4
    )
    assert leave(tenure=12, bad="returns") == leave(tenure=12)


def test_who_has_not_joined_yet_has_a_number():
    assert leave(tenure=-5) == leave(tenure=0)


@given(st.floats(-20, 20), st.floats(-5, 5), st.integers(-40, 200))
def test_the_hazard_is_a_probability_that_falls_with_satisfaction(satisfaction, attachment, tenure):
    chance = leave(satisfaction, attachment, tenure)
    assert 0 < chance < 1
    assert leave(satisfaction + 0.1, attachment, tenure) < chance
