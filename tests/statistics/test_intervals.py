"""Intervals of shares, scores and means: outside references, exact coverage, properties."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binomtest

from pipelines.core.errors import ContractError
from pipelines.statistics.intervals import (
    Interval,
    adjusted_wald,
    bounded_mean,
    n_of_intervals,
    normal_quantile,
    shrink_nps,
    shrink_share,
    steady_variance,
    t_quantile,
    wilson,
)
from pipelines.statistics.survey import DomainMeans

LEVEL = 0.95


def number(value) -> np.ndarray:
    return np.array([value], float)


def means(variance, *, share=0.5, n=100.0, kish=100.0, units=100.0, df=99.0) -> DomainMeans:
    spread = share * (1 - share)
    numbers = (share, variance, spread, n, kish, units, units, df)
    return DomainMeans(*(number(x) for x in numbers), lonely=np.array([False]))


def test_wilson_of_five_in_ten_is_the_textbook_interval():
    # Wilson (1927); R: prop.test(5, 10, correct = FALSE) gives 0.2365931 and 0.7634069.
    found = wilson(number(0.5), number(10), LEVEL)
    assert found.low == pytest.approx(0.2365931, abs=1e-7)
    assert found.high == pytest.approx(0.7634069, abs=1e-7)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_scipy(count_and_n):
    count, n = count_and_n
    low, high = binomtest(count, n).proportion_ci(LEVEL, method="wilson")
    found = wilson(number(count / n), number(n), LEVEL)
    assert found.low == pytest.approx(low, abs=1e-12)
    assert found.high == pytest.approx(high, abs=1e-12)


@given(st.floats(0, 1), st.floats(0.5, 1e6), st.floats(0.01, 0.99))
def test_wilson_holds_its_share_stays_in_range_and_never_shrinks_to_a_point(share, n, level):
    found = wilson(number(share), number(n), level)
    assert 0 <= found.low[0] <= share <= found.high[0] <= 1
    assert found.high[0] > found.low[0]


@pytest.mark.parametrize(
    ("shares", "n", "adjusted", "wald"),
    [
        # detractors, passives, promoters; METHODS.md, simulated there with 200,000 replicates
        ((1 / 12, 1 / 12, 5 / 6), 20, 0.975, 0.866),
        ((1 / 12, 1 / 12, 5 / 6), 50, 0.956, 0.924),
        ((0.25, 0.5, 0.25), 20, 0.958, 0.929),
    ],
)
def test_coverage_of_the_nps_interval_is_as_published(shares, n, adjusted, wald):
    """Exact: the chance of every possible sample, instead of a simulation.

    Both variances are unbiased, as in the published numbers. With n + 3 as the divisor the
    adjusted interval would hold .962, .955 and .953.
    """
    detractors, promoters = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    possible = detractors + promoters <= n
    d, p = detractors[possible], promoters[possible]
    logs = np.array([np.log(float(factorial(k))) for k in range(n + 1)])
    counts = np.stack([d, n - d - p, p])
    chance = np.exp(logs[n] - logs[counts].sum(axis=0) + np.log(shares) @ counts)
    truth = shares[2] - shares[0]
    assert chance.sum() == pytest.approx(1)
    found = adjusted_wald(p / n, d / n, np.full(d.size, float(n)), LEVEL)
    held = (found.low <= truth) & (truth <= found.high)
    assert chance[held].sum() == pytest.approx(adjusted, abs=0.003)
    score = (p - d) / n
    half = 1.959964 * np.sqrt(np.maximum((p + d) / n - score**2, 0) / (n - 1))
    plain = (score - half <= truth) & (truth <= score + half)
    assert chance[plain].sum() == pytest.approx(wald, abs=0.003)


def test_the_nps_interval_worked_by_hand():
    # 10 answers, 5 promoters, 2 detractors: (5.75 - 2.75) / 13 = 3/13;
    # variance (8.5/13 - (3/13)**2) / 12 = (8.5 * 13 - 9) / (13**2 * 12) = 101.5 / 2028.
    shrunken = shrink_nps(number(0.5), number(0.2), number(10))
    assert shrunken.centre == pytest.approx(3 / 13)
    assert shrunken.variance == pytest.approx(101.5 / 2028)
    found = adjusted_wald(number(0.5), number(0.2), number(10), LEVEL)
    half = 1.959964 * np.sqrt(101.5 / 2028)
    assert found.low == pytest.approx(3 / 13 - half, abs=1e-6)
    assert found.high == pytest.approx(3 / 13 + half, abs=1e-6)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(1, 1e5), st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_the_nps_interval_holds_its_score_and_stays_in_range(promoters, others, n, level):
    detractors = (1 - promoters) * others
    found = adjusted_wald(number(promoters), number(detractors), number(n), level)
    score = promoters - detractors
    assert -1 <= found.low[0] <= score <= found.high[0] <= 1
    assert found.high[0] > found.low[0]


@given(
    arrays(float, 5, elements=st.floats(1e-6, 1 - 1e-6)),
    arrays(float, 5, elements=st.floats(1e-9, 0.25)),
    arrays(float, 5, elements=st.floats(1, 500)),
)
def test_intervals_of_bounded_means_hold_their_mean_and_stay_in_range(mean, variance, df):
    found = bounded_mean(mean, variance, df, LEVEL)
    assert (found.low >= 0).all()
    assert (found.high <= 1).all()
    assert ((found.low <= mean) & (mean <= found.high)).all()


def test_the_interval_of_a_share_as_a_mean_is_wilsons():
    # variance p q / n of a share of 30 answers, normal quantile
    share, n = number(0.8), number(30)
    found = bounded_mean(share, share * (1 - share) / n, number(np.inf), LEVEL)
    expected = wilson(share, n, LEVEL)
    assert (found.low, found.high) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_the_interval_of_a_precise_mean_is_students():
    found = bounded_mean(number(0.75), number(1e-8), number(20), LEVEL)
    assert found.low == pytest.approx(0.75 - 2.0859634e-4, abs=1e-7)
    assert found.high == pytest.approx(0.75 + 2.0859634e-4, abs=1e-7)


@pytest.mark.parametrize(
    ("shares", "n"),
    [
        ((0.02, 0.03, 0.10, 0.25, 0.60), 10),
        ((0.02, 0.03, 0.10, 0.25, 0.60), 30),
        ((0.01, 0.01, 0.03, 0.15, 0.80), 20),  # Student's interval holds 88 %
        ((0.01, 0.01, 0.03, 0.15, 0.80), 100),
        ((0.10, 0.20, 0.40, 0.20, 0.10), 20),
        ((0.30, 0.10, 0.10, 0.10, 0.40), 20),
    ],
)
def test_coverage_of_mean_ratings_is_near_its_level_at_small_n(shares, n):
    rng = np.random.default_rng(20260101)
    counts = rng.multinomial(n, shares, 100_000)
    y = np.arange(5) / 4
    mean = counts @ y / n
    variance = (counts @ y**2 / n - mean**2) / (n - 1)
    varies = variance > 1e-12
    df = np.full(mean.size, n - 1.0)
    between = np.where(varies, mean, 0.5), np.where(varies, variance, 1.0)
    found = bounded_mean(*between, df, LEVEL).where(
        varies, wilson(mean, np.full(mean.size, float(n)), LEVEL)
    )
    held = (found.low <= shares @ y) & (shares @ y <= found.high)
    assert 0.94 <= held.mean() <= 0.99


def test_t_quantiles_are_those_of_the_tables():
    found = t_quantile(np.array([1.0, 10.0, np.inf, 10.0]), LEVEL)
    assert found == pytest.approx([12.7062047, 2.2281389, 1.9599640, 2.2281389], abs=1e-6)


def test_a_simple_random_sample_keeps_its_n():
    simple = means(variance=0.25 / 99)  # s**2 / n with s**2 = n / (n - 1) p q
    assert n_of_intervals(simple, LEVEL) == pytest.approx(100)


def test_a_design_effect_of_two_halves_n():
    assert n_of_intervals(means(variance=0.5 / 99), LEVEL) == pytest.approx(50)


def test_few_degrees_of_freedom_cost_answers():
    # Korn and Graubard's factor: (t of 99 df / t of 5 df)**2.
    found = n_of_intervals(means(variance=0.25 / 99, df=5.0), LEVEL)
    assert found == pytest.approx(100 * (1.9842169 / 2.5705818) ** 2, rel=1e-6)


def test_a_design_better_than_simple_random_sampling_is_not_credited():
    assert n_of_intervals(means(variance=0.1 / 99), LEVEL) == pytest.approx(100)


def test_without_variance_the_effective_n_is_that_of_the_units():
    assert n_of_intervals(means(variance=0.0, share=1.0, units=7.0), LEVEL) == pytest.approx(7)


def test_a_variance_of_few_degrees_of_freedom_borrows_from_a_simple_sample():
    # Simple: 0.25 * 100 / 99 / 40. Ten degrees of freedom of 0.004, five of that.
    simple = 0.25 * 100 / 99 / 40
    few = means(variance=0.004, kish=40.0, df=10.0)
    assert steady_variance(few) == pytest.approx((10 * 0.004 + 5 * simple) / 15)
    assert steady_variance(means(variance=0.01, kish=40.0, df=10.0)) == 0.01  # clusters: greater
    assert steady_variance(means(variance=0.25 / 99)) == pytest.approx(0.25 / 99)  # simple
    assert steady_variance(means(variance=0.0)) == 0


def test_so_does_the_variance_of_a_rare_answer():
    # 5 % of Kish's 40: 2 * 40 * 0.05 * 0.95 = 3.8 degrees of freedom, whatever the design has.
    rare = means(variance=0.0002, share=0.05, kish=40.0)
    simple = 0.0475 * 100 / 99 / 40
    steady = (3.8 * 0.0002 + 5 * simple) / 8.8
    assert steady_variance(rare) == pytest.approx(steady)
    assert n_of_intervals(rare, LEVEL) == pytest.approx(100 * 0.0475 / 99 / steady)


def test_shrinking_a_share_adds_one_yes_and_one_no():
    found = shrink_share(np.array([0.0, 1.0]), np.array([8.0, 8.0]))
    assert found.centre == pytest.approx([0.1, 0.9])
    assert found.variance == pytest.approx([0.009, 0.009])


def test_a_level_of_95_instead_of_0_95_is_refused():
    with pytest.raises(ContractError, match=r"expected a confidence level between 0 and 1, got 95"):
        normal_quantile(95)


def test_an_interval_with_its_ends_swapped_is_refused():
    with pytest.raises(ContractError, match="expected low <= high"):
        Interval(number(2), number(1))
