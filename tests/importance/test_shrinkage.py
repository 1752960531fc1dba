"""Shrunken draws: against the posterior by integration, and whether what they say comes true."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from pipelines.importance.ranking import rank_probabilities, ranks
from pipelines.importance.shrinkage import posterior_draws, shrunken_shares
from pipelines.statistics.bootstrap import Units, block_moments, draw
from pipelines.statistics.dominance import general_dominance

RNG = np.random.default_rng


def centred(values: np.ndarray) -> np.ndarray:
    return values - values.mean(axis=-1, keepdims=True)


def noise(p: int, errors: float | np.ndarray, draws: int = 40_000, seed: int = 1) -> np.ndarray:
    """Replicates of deviations whose covariance is that of centred independent errors."""
    return centred(RNG(seed).normal(size=(draws, p)) * errors)


def test_the_mean_is_that_of_the_posterior_by_integration():
    # Four drivers, errors of variance 4: the mean of B = t2 / (t2 + 4) over its posterior, with
    # 1 - B uniform, and three directions that each have variance 4 / (1 - B).
    deviation = np.array([4.0, 1.0, -1.0, -4.0])

    def weight(shrinkage: float) -> float:
        return (shrinkage / 4) ** 1.5 * np.exp(-0.5 * (deviation @ deviation) * shrinkage / 4)

    whole = integrate.quad(weight, 0, 1)[0]
    kept = integrate.quad(lambda b: (1 - b) * weight(b), 0, 1)[0] / whole
    found = posterior_draws(deviation, noise(4, 2.0))
    assert found.mean(axis=0) == pytest.approx(kept * deviation, abs=0.06)


def test_the_spread_is_that_of_the_posterior_where_the_spread_of_drivers_is_known():
    # With many drivers t2 is known: 9 beside errors of variance 4, so that B is 9 / 13.
    p = 400
    true = 3 * RNG(2).normal(size=p)
    deviation = centred(true + 2 * RNG(3).normal(size=p))
    found = posterior_draws(deviation, noise(p, 2.0, draws=2000))
    assert np.polyfit(deviation, found.mean(axis=0), 1)[0] == pytest.approx(9 / 13, abs=0.04)
    assert found.std(axis=0).mean() == pytest.approx(2 * np.sqrt(9 / 13), rel=0.04)


def test_an_unsure_estimate_is_shrunk_more_than_a_sure_one():
    errors = np.array([1.0, 1.0, 1.0, 1.0, 6.0, 6.0])
    deviation = np.array([5.0, -5.0, 4.0, -4.0, 5.0, -5.0])
    found = posterior_draws(deviation, noise(6, errors)).mean(axis=0)
    assert abs(found[0]) > 1.5 * abs(found[4])


def test_an_estimate_without_error_is_the_truth():
    deviation = np.array([3.0, -1.0, -2.0])
    found = posterior_draws(deviation, np.tile(deviation, (50, 1)))
    assert found.tolist() == [deviation.tolist()] * 50
    assert posterior_draws(np.zeros(1), np.zeros((5, 1))).tolist() == [[0.0]] * 5


@given(
    st.lists(st.floats(0.5, 50), min_size=2, max_size=8),
    st.floats(0.1, 2),
    st.integers(0, 1000),
)
def test_draws_of_shares_sum_to_100_and_are_as_many_as_replicates(raw, error, seed):
    rng = RNG(seed)
    shares = 100 * np.array(raw) / sum(raw)
    replicates = np.abs(shares + error * rng.normal(size=(60, len(raw))))
    replicates *= 100 / replicates.sum(axis=1, keepdims=True)
    found = shrunken_shares(shares, replicates)
    assert found.shape == replicates.shape
    assert found.sum(axis=1) == pytest.approx(np.full(60, 100.0))
    assert found == pytest.approx(shrunken_shares(shares, replicates))


def test_a_share_of_nothing_is_no_error():
    shares = np.array([60.0, 40.0, 0.0])
    replicates = shares + np.array([[1.0, -1.0, 0.0], [-1.0, 1.0, -1e-15]] * 20)
    assert np.isfinite(shrunken_shares(shares, replicates)).all()


def test_what_is_drawn_of_normal_truths_is_calibrated():
    # The truth lies below a share q of its draws in a share q of samples.
    rng, places = RNG(5), []
    for _ in range(400):
        spread = rng.choice([0.5, 1.0, 2.0])
        true = centred(spread * rng.normal(size=8))
        errors = rng.uniform(0.5, 1.5, 8)
        found = centred(true + errors * rng.normal(size=8))
        drawn = posterior_draws(found, found + centred(errors * rng.normal(size=(300, 8))))
        places.append((drawn < true).mean(axis=0)[0])
    assert stats.kstest(places, "uniform").pvalue > 0.01


def test_first_ranks_come_true_as_often_as_they_are_said_to():
    # Eight drivers whose weights hardly differ: to count bootstrap replicates says too much.
    rng, said, true = RNG(6), {"bootstrap": [], "shrunken": []}, []
    for _ in range(250):
        weight, x = np.exp(0.25 * rng.normal(size=8)), rng.normal(size=(500, 9))
        x[:, :8] = np.sqrt(0.4) * rng.normal(size=(500, 1)) + np.sqrt(0.6) * x[:, :8]
        inner = 0.4 + 0.6 * np.eye(8)
        signal = inner @ weight
        x[:, 8] = x[:, :8] @ weight + 1.2 * np.sqrt(weight @ signal) * x[:, 8]
        units = Units(np.arange(500), np.zeros(500, np.int64))
        replicates = block_moments(x, np.ones(500), units).covariances(draw(units, 200, rng))
        variance = np.array([[2.44 * weight @ signal]])
        matrix = np.block([[inner, signal[:, None]], [signal[None], variance]])
        shares = general_dominance(np.concatenate([matrix[None], np.cov(x.T)[None], replicates]))
        shares *= 100 / shares.sum(axis=1, keepdims=True)
        true.append(ranks(shares[0]) == 1)
        said["bootstrap"].append(rank_probabilities(shares[2:])[:, 0])
        said["shrunken"].append(rank_probabilities(shrunken_shares(shares[1], shares[2:]))[:, 0])
    likely = {way: np.concatenate(found) >= 0.3 for way, found in said.items()}
    gap = {
        way: np.concatenate(found)[likely[way]].mean() - np.concatenate(true)[likely[way]].mean()
        for way, found in said.items()
    }
    assert gap["bootstrap"] > 0.12
    assert abs(gap["shrunken"]) < 0.06
