"""Penalty and reward: cuts by hand, regressions against statsmodels, the posterior's properties."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from pipelines.statistics.penalty_reward import (
    MAX_CUTS_PER_SIDE,
    AsymmetryPosterior,
    Steps,
    asymmetry,
    cuts_of,
    given,
    rising,
    slopes,
)

FIVE = np.arange(5) * 25.0


def steps(counts: list[int], points: np.ndarray = FIVE, cuts: np.ndarray | None = None) -> Steps:
    rating = np.repeat(points, counts)
    return Steps.of(rating, np.ones(len(rating)), points[1:] if cuts is None else cuts)


def test_five_points_have_four_pairs_of_cuts():
    found = {(one.low, one.high): one.n for one in steps([40, 50, 90, 80, 70]).pairs(30)}
    assert found == {
        (1, 3): (40, 140, 150),
        (1, 4): (40, 220, 70),
        (2, 3): (90, 90, 150),
        (2, 4): (90, 170, 70),
    }


def test_distances_are_those_of_the_mean_ratings_of_the_levels():
    """Low 40 x 0 and 50 x 25: 13.9; high 80 x 75 and 70 x 100: 86.7; the middle is 50."""
    pair = next(p for p in steps([40, 50, 90, 80, 70]).pairs(30) if (p.low, p.high) == (2, 3))
    assert pair.down == pytest.approx(50 - 50 * 25 / 90)
    assert pair.up == pytest.approx((80 * 75 + 70 * 100) / 150 - 50)


def test_the_fewer_answers_a_level_has_the_less_its_pair_counts():
    pairs = {(p.low, p.high): p.weight for p in steps([31, 400, 400, 400, 400]).pairs(30)}
    assert pairs[2, 3] > 5 * pairs[1, 3]


def test_a_scale_without_a_middle_point_takes_one_of_its_sides_for_the_middle():
    four = np.array([0.0, 100 / 3, 200 / 3, 100.0])
    found = [(one.low, one.high) for one in steps([50, 50, 50, 50], four).pairs(30)]
    assert found == [(1, 2), (1, 3), (2, 3)]


def test_two_points_have_no_middle():
    assert steps([50, 50], np.array([0.0, 100.0])).pairs(1) == []


def test_a_step_that_reaches_over_the_middle_is_no_low_level():
    """Four ratings below the middle: with the middle one they make one step up to 50."""
    joined = steps([1, 3, 90, 80, 70], cuts=np.array([75.0, 100.0]))
    assert joined.value[0] < 50
    assert joined.pairs(30) == []


@hypothesis_given(st.lists(st.integers(0, 200), min_size=3, max_size=11), st.integers(1, 60))
def test_no_level_of_a_pair_has_fewer_answers_than_asked(counts, least):
    points = np.linspace(0, 100, len(counts))
    there = np.array(counts) > 0
    if there.sum() < 2:
        return
    cuts = cuts_of(points[there], np.array(counts)[there], least)
    found = steps(counts, points, cuts)
    for pair in found.pairs(least):
        assert min(pair.n) >= least
        assert sum(pair.n) == sum(counts)
        assert pair.down > 0
        assert pair.up > 0


def test_a_fine_scale_is_cut_at_most_so_often_on_each_side():
    points = np.arange(101.0)
    cuts = cuts_of(points, np.full(101, 50), 30)
    assert len(cuts) == 2 * MAX_CUTS_PER_SIDE
    assert cuts[0] == 1.0
    assert cuts[-1] == 100.0


def population(n: int = 600) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    common = rng.normal(size=(n, 1))
    other, own = (np.round(2 + common + rng.normal(size=(n, 1))).clip(0, 4) * 25 for _ in range(2))
    held = np.hstack(
        [np.minimum(other - 50, 0), np.maximum(other - 50, 0), rng.normal(size=(n, 2))]
    )
    levels = np.hstack([own < 50, own > 50]).astype(float)
    outcome = 60 + levels @ [-12.0, 5.0] + held @ [0.2, 0.1, 3.0, -2.0] + rng.normal(size=n) * 10
    weight = rng.uniform(0.3, 3, n)
    return np.hstack([held, levels]), outcome, weight


def test_penalty_and_reward_are_those_of_statsmodels_with_explicit_dummies():
    columns, outcome, weight = population()
    together = np.column_stack([columns, outcome])
    covariance = np.cov(together.T, aweights=weight)
    left = given(covariance, range(4), [4, 5, 6])
    plain = sm.WLS(outcome, sm.add_constant(columns), weights=weight).fit().params
    assert slopes(left, [0, 1], 2) == pytest.approx(plain[-2:], rel=1e-8)
    assert slopes(covariance, range(6), 6) == pytest.approx(plain[1:], rel=1e-8)


def test_replicates_are_fitted_one_by_one():
    columns, outcome, weight = population()
    together = np.column_stack([columns, outcome])
    stack = np.stack([np.cov(together.T, aweights=weight**power) for power in (0, 1, 2)])
    each = [slopes(given(one, range(4), [4, 5, 6]), [0, 1], 2) for one in stack]
    assert slopes(given(stack, range(4), [4, 5, 6]), [0, 1], 2) == pytest.approx(np.array(each))


def test_a_held_column_that_a_replicate_lacks_moves_nothing():
    columns, outcome, _ = population()
    together = np.column_stack([np.zeros(len(outcome)), columns, outcome])
    with_it = given(np.cov(together.T), range(5), [5, 6, 7])
    without = given(np.cov(together[:, 1:].T), range(4), [4, 5, 6])
    assert with_it == pytest.approx(without)


def test_a_rising_line_keeps_slopes_that_rise_and_straightens_the_others():
    below, above = np.array([2.0, -1.0, 3.0, -1.0]), np.array([1.0, 4.0, -2.0, -2.0])
    alone = np.array([[5.0, 5.0], [5.0, 3.0], [2.5, 5.0], [-0.5, -0.5]])
    low, high = rising(below, above, alone)
    assert low.tolist() == [2.0, 0.0, 2.5, 0.0]
    assert high.tolist() == [1.0, 3.0, 0.0, 0.0]


@hypothesis_given(st.floats(-100, 100), st.floats(-100, 100))
def test_the_asymmetry_stays_in_range_and_turns_with_its_sides(penalty, reward):
    found = asymmetry(np.array([penalty]), np.array([reward]))[0]
    turned = asymmetry(np.array([-reward]), np.array([-penalty]))[0]
    if penalty >= 0 and reward <= 0:
        assert np.isnan(found)
    else:
        assert -1 <= found <= 1
        assert found == pytest.approx(-turned)


def posterior(penalty: float, reward: float, error: float = 1.0) -> AsymmetryPosterior:
    return AsymmetryPosterior.of(
        np.array([penalty]), np.array([reward]), error**2 * np.eye(2)[None], np.ones(1)
    )


@pytest.mark.parametrize(
    ("penalty", "reward", "place"), [(-20, 2, 0), (-10, 10, 1), (-2, 20, 2)], ids=str
)
def test_sure_slopes_have_a_sure_class(penalty, reward, place):
    found = posterior(penalty, reward)
    assert found.classes[place] > 0.99
    low, high = found.interval(0.95)
    assert low < (reward + penalty) / (reward - penalty) < high


def test_at_a_border_two_classes_are_as_probable():
    classes = posterior(-20.0, 10.0).classes
    assert classes[0] == pytest.approx(0.5, abs=0.03)
    assert classes[1] == pytest.approx(0.5, abs=0.03)


def test_slopes_within_their_error_leave_the_classes_as_they_were_before():
    """Angles are even: atan(1/2) is 29.5 % of a quarter of a circle."""
    share = np.arctan(0.5) / (np.pi / 2)
    assert posterior(0.0, 0.0).classes == pytest.approx([share, 1 - 2 * share, share], abs=1e-3)


@hypothesis_given(st.floats(-30, 5), st.floats(-5, 30), st.floats(0.1, 10))
def test_probabilities_sum_to_one_and_turn_with_the_sides(penalty, reward, error):
    found, turned = posterior(penalty, reward, error), posterior(-reward, -penalty, error)
    assert found.classes.sum() == pytest.approx(1)
    assert (found.classes >= -1e-9).all()
    assert found.classes[::-1] == pytest.approx(turned.classes, abs=1e-6)
    low, high = found.interval(0.9)
    assert -1 <= low < high <= 1


def test_a_mixture_lies_between_its_parts_and_is_wider_than_the_mean_of_both():
    parts = np.array([-20.0, -6.0]), np.array([4.0, 9.0]), np.stack([np.eye(2)] * 2)
    both = AsymmetryPosterior.of(*parts, np.ones(2))
    each = [posterior(p, r) for p, r in zip(parts[0], parts[1], strict=True)]
    assert both.classes == pytest.approx((each[0].classes + each[1].classes) / 2)
    assert both.std_error > max(one.std_error for one in each)
