"""Contrasts of shares: one test and its interval, and how often it errs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipelines.importance.contrasts import FreeUnits, contrast
from pipelines.importance.models import DrawnEstimates
from pipelines.statistics.bootstrap import Units, block_moments, draw
from pipelines.statistics.dominance import general_dominance


def drawn(value: float, replicates: np.ndarray) -> DrawnEstimates:
    return DrawnEstimates(np.array([value]), replicates[:, None])


@given(
    st.floats(-30, 30),
    st.lists(st.floats(-30, 30), min_size=3, max_size=40),
    st.integers(20, 400),
    st.integers(1, 15),
    st.floats(0.5, 0.99),
)
def test_the_p_value_is_small_exactly_if_the_interval_excludes_zero(
    value, replicates, units, slopes, level
):
    gap = drawn(value, np.array(replicates))
    found = contrast(gap, FreeUnits(units, units - slopes), level)
    excludes = (found.interval.low > 0) | (found.interval.high < 0)
    nearest = np.minimum(np.abs(found.interval.low), np.abs(found.interval.high))
    if (nearest > 1e-9).all():  # nearer to zero than that rounding decides
        assert (found.p_value < 1 - level) == excludes
    assert (found.interval.low <= value) & (value <= found.interval.high)
    assert 0 <= found.p_value <= 1


def test_skewed_replicates_have_one_verdict():
    # All replicates of a share near 0 lie above it, so that percentiles exclude 0 where a test
    # on the standard error does not.
    replicates = 0.5 + np.random.default_rng(2).exponential(2, 2000)
    found = contrast(drawn(2.0, replicates), FreeUnits(400, 390), 0.95)
    assert np.quantile(replicates, 0.025) > 0
    assert found.interval.low < 0
    assert found.p_value > 0.05


def test_a_contrast_by_hand():
    # Replicates of variance 4; 100 of 400 degrees of freedom are left: the error is 2 * 2.
    replicates = np.array([8.0, 12.0] * 50) * np.sqrt(99 / 100)
    found = contrast(drawn(10.0, replicates), FreeUnits(400, 100), 0.95)
    df = 1 / (1 / 100 + 1 / 99)
    assert found.std_error == pytest.approx(4)
    assert found.interval.low == pytest.approx(10 - stats.t.ppf(0.975, df) * 4)
    assert found.p_value == pytest.approx(2 * stats.t.sf(10 / 4, df))


def test_without_spread_only_zero_is_no_difference():
    free = FreeUnits(400, 390)
    assert contrast(drawn(1.0, np.ones(50)), free, 0.95).p_value == 0
    assert contrast(drawn(0.0, np.zeros(50)), free, 0.95).p_value == 1


def shares(rng: np.random.Generator, n: int, weights: np.ndarray) -> DrawnEstimates:
    """Shares of R2 in a sample of correlated normal drivers."""
    p = len(weights)
    x = np.sqrt(0.3) * rng.normal(size=(n, 1)) + np.sqrt(0.7) * rng.normal(size=(n, p))
    signal = x @ weights
    values = np.column_stack([x, signal + 1.2 * signal.std() * rng.normal(size=n)])
    units = Units(np.arange(n), np.zeros(n, np.int64))
    matrices = block_moments(values, np.ones(n), units).covariances(draw(units, 200, rng))
    found = general_dominance(np.concatenate([np.cov(values.T)[None], matrices]))
    found = 100 * found / found.sum(axis=1, keepdims=True)
    return DrawnEstimates(found[0], found[1:])


def test_two_samples_of_one_population_differ_in_one_of_twenty_tests():
    rng, weights = np.random.default_rng(4), np.array([3.0, 2.0, 1.0, 0.5, 0.0])
    found = []
    for _ in range(300):
        one, other = shares(rng, 400, weights), shares(rng, 900, weights)
        gap = DrawnEstimates(one.value - other.value, one.replicates - other.replicates)
        found.append(contrast(gap, FreeUnits(399, 394), 0.95).p_value < 0.05)
    # Of 300 samples, five correlated tests each: the standard error is about a percentage point.
    assert 0.025 < np.mean(found) < 0.075
