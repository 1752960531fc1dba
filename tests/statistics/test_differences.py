"""Differences of estimates: by hand, against SciPy, statsmodels and R, and exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipelines.core.errors import ContractError
from pipelines.statistics.differences import (
    Differences,
    Estimates,
    Overlap,
    subtract,
)
from pipelines.statistics.intervals import Interval, shrink_nps, shrink_share

LEVEL = 0.95


def estimates(value, variance, df=np.inf) -> Estimates:
    columns = (value, value, variance, df, 1, 0)
    return Estimates(*np.broadcast_arrays(*(np.atleast_1d(np.array(x, float)) for x in columns)))


def shared(n, covariance=0.0, of_later=1.0, of_earlier=1.0) -> Overlap:
    columns = (n, covariance, of_later, of_earlier)
    return Overlap(*np.broadcast_arrays(*(np.atleast_1d(np.array(x, float)) for x in columns)))


def independent_differences(later: Estimates, earlier: Estimates, level: float) -> Differences:
    nothing = np.zeros_like(later.value)
    return subtract(later, earlier, Overlap(nothing, nothing, nothing, nothing), level)


def shares(count, n) -> Estimates:
    count, n = np.atleast_1d(count), np.full(np.size(count), float(n))
    shrunken = shrink_share(count / n, n)
    df = np.full(n.size, np.inf)
    return Estimates(
        count / n, shrunken.centre, shrunken.variance, df, shrunken.moved, shrunken.pull
    )


def scores(votes) -> Estimates:
    promoters, detractors = (np.array([np.mean(votes == vote)]) for vote in (1, -1))
    found = shrink_nps(promoters, detractors, np.array([float(len(votes))]))
    return Estimates(
        promoters - detractors, found.centre, found.variance, np.array([np.inf]),
        found.moved, found.pull,
    )  # fmt: skip


def test_a_fall_has_a_negative_sign_and_variances_add():
    found = independent_differences(estimates(70, 9), estimates(80, 16), LEVEL)
    assert found.value == -10
    assert found.std_error == pytest.approx(5)
    assert found.interval.low == pytest.approx(-10 - 5 * 1.959964, abs=1e-5)
    assert found.p_value == pytest.approx(0.0455003, abs=1e-7)  # two sides beyond 2


def test_means_are_compared_as_in_welchs_test():
    # sleep, Student (1908): R's t.test(extra ~ group) has p = 0.07939, -3.3654832 to 0.2054832.
    one = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    two = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    first, second = (estimates(x.mean(), x.var(ddof=1) / 10, 9) for x in (one, two))
    found = independent_differences(first, second, LEVEL)
    assert found.p_value == pytest.approx(0.07939, abs=5e-6)
    assert found.interval.low == pytest.approx(-3.3654832, abs=1e-7)
    assert found.interval.high == pytest.approx(0.2054832, abs=1e-7)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # statsmodels 0.15: confint_proportions_2indep(first, 40, second, 60, "agresti-caffo")
        (7, 0, 0.051520427, 0.297173890),
        (0, 0, -0.048078529, 0.063439512),
        (40, 12, 0.655188085, 0.877838028),
        (21, 33, -0.219920001, 0.170764855),
    ],
)
def test_shares_are_compared_as_by_agresti_and_caffo(first, second, low, high):
    found = independent_differences(shares(first, 40), shares(second, 60), LEVEL)
    assert found.interval.low == pytest.approx(low, abs=1e-9)
    assert found.interval.high == pytest.approx(high, abs=1e-9)


def test_coverage_of_a_difference_of_two_small_shares_is_near_its_level():
    """Exact over all pairs of samples of 15; the plain Wald interval holds 91 %."""
    n, p, q = 15, 0.05, 0.20
    first, second = (x.ravel() for x in np.meshgrid(np.arange(n + 1), np.arange(n + 1)))
    chance = stats.binom.pmf(first, n, p) * stats.binom.pmf(second, n, q)
    found = independent_differences(shares(first, n), shares(second, n), LEVEL)
    held = (found.interval.low <= p - q) & (p - q <= found.interval.high)
    assert chance[held].sum() >= 0.94


@given(
    st.floats(-100, 100), st.floats(-100, 100), st.floats(0.01, 50), st.floats(0.01, 50),
    st.integers(1, 500), st.integers(1, 500),
)  # fmt: skip
def test_the_interval_leaves_out_zero_exactly_when_p_is_small(a, b, v, w, df, other_df):
    found = independent_differences(estimates(a, v, df), estimates(b, w, other_df), LEVEL)
    if abs(found.p_value[0] - 0.05) < 1e-9:
        return
    leaves_out = found.interval.low[0] > 0 or found.interval.high[0] < 0
    assert leaves_out == (found.p_value[0] < 0.05)


@given(st.floats(-100, 100), st.floats(-100, 100), st.floats(0.01, 50), st.floats(0.01, 50))
def test_swapping_the_waves_turns_the_sign_and_nothing_else(a, b, v, w):
    there = independent_differences(estimates(a, v), estimates(b, w), LEVEL)
    back = independent_differences(estimates(b, w), estimates(a, v), LEVEL)
    assert back.value == -there.value
    assert back.p_value == there.p_value
    assert back.interval.low == -there.interval.high


def test_means_of_a_whole_panel_are_compared_as_by_the_paired_t_test():
    # sleep, Student (1908): R's t.test(extra ~ group, paired = TRUE) has t = -4.0621, df = 9,
    # p = 0.002833, -2.4598858 to -0.7001142.
    one = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    two = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    first, second = (estimates(x.mean(), x.var(ddof=1) / 10, 9) for x in (one, two))
    both = shared(10, np.cov(one, two)[0, 1] / 10)
    found = subtract(first, second, both, LEVEL)
    assert found.p_value == pytest.approx(0.002833, abs=5e-7)
    assert found.interval.low == pytest.approx(-2.4598858, abs=1e-7)
    assert found.interval.high == pytest.approx(-0.7001142, abs=1e-7)


def agresti_and_min(both_yes, later, earlier, neither):
    """Their interval from the four counts: half an answer is added to each."""
    n = both_yes + later + earlier + neither + 2
    b, c = later + 0.5, earlier + 0.5
    error = np.sqrt(b + c - (b - c) ** 2 / n) / n
    return (b - c) / n + 1.959963985 * error * np.array([-1, 1])


@pytest.mark.parametrize("counts", [(30, 12, 4, 14), (30, 0, 0, 30), (15, 0, 5, 0), (1, 3, 1, 5)])
def test_shares_of_a_whole_panel_are_compared_as_by_agresti_and_min(counts):
    yes, later, earlier, _ = counts
    n = sum(counts)
    p, q = (yes + later) / n, (yes + earlier) / n
    covariance = (yes / n - p * q) / (n - 1)
    sides = (shares(np.array([round(share * n)]), n) for share in (p, q))
    found = subtract(*sides, shared(n, covariance), LEVEL)
    ends = np.array([found.interval.low[0], found.interval.high[0]])
    assert ends == pytest.approx(agresti_and_min(*counts), abs=1e-9)


def test_promoter_scores_of_a_whole_panel_have_three_answers_added_to_the_pairs():
    # Eight pairs of votes and three made-up respondents, of whom 3/4 promote, 3/4 detract and the
    # rest are passive, in one wave as independent of the other as can be.
    rng = np.random.default_rng(3)
    a = rng.choice([-1, 0, 1], 8)
    b = np.where(rng.random(8) < 0.6, a, rng.choice([-1, 0, 1], 8))
    votes = np.array([-1, 0, 1])
    of_made_up = np.array([0.75, 1.5, 0.75]) / 3
    mass = np.concatenate([np.ones(8), 3 * np.outer(of_made_up, of_made_up).ravel()])
    d = np.concatenate([a - b, (votes[:, None] - votes[None, :]).ravel()])
    mean = mass @ d / 11
    error = np.sqrt(mass @ (d - mean) ** 2 / 11 / 10)
    sides = (scores(x) for x in (a, b))
    found = subtract(*sides, shared(8, np.cov(a, b)[0, 1] / 8), LEVEL)
    assert found.std_error == pytest.approx(error)
    assert found.interval.high == pytest.approx(max(mean + 1.959963985 * error, np.mean(a - b)))


def test_half_a_panel_has_degrees_of_freedom_between_those_of_one_sample_and_of_two():
    first, second = estimates(0.0, 1.0, 9), estimates(1.0, 1.0, 9)
    t = [
        subtract(first, second, shared(10 * share, 0.5 * share, share, share), LEVEL)
        for share in (0.0, 0.5, 1.0)
    ]
    quantiles = [(one.interval.high[0] - one.value[0]) / one.std_error[0] for one in t]
    assert quantiles[0] == pytest.approx(stats.t.ppf(0.975, 18))
    assert quantiles[2] == pytest.approx(stats.t.ppf(0.975, 9))
    assert quantiles[0] < quantiles[1] < quantiles[2]


def test_a_panel_in_which_everybody_moved_alike_keeps_an_interval():
    found = subtract(estimates(0.6, 0.01, 9), estimates(0.5, 0.01, 9), shared(10, 0.01), LEVEL)
    assert found.std_error == pytest.approx(np.sqrt(0.02 * 2 / 12))
    assert found.interval.low < 0.1 < found.interval.high


def test_answers_that_go_apart_widen_the_interval():
    first, second = estimates(0.0, 1.0), estimates(1.0, 1.0)
    apart = subtract(first, second, shared(10, -0.5), LEVEL)
    assert apart.std_error == pytest.approx(np.sqrt(3))


def test_far_out_p_values_keep_their_digits():
    # 2 * pnorm(-30) = 9.813e-198
    found = independent_differences(estimates(30, 0.5), estimates(0, 0.5), LEVEL)
    assert found.p_value[0] == pytest.approx(9.813e-198, rel=1e-3)


def test_a_p_value_above_one_is_refused():
    one = np.array([1.0])
    with pytest.raises(ContractError, match="expected p-values in 0-1"):
        Differences(one, one, Interval(one, one), np.array([1.5]))
