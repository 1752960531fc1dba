"""The share of noise: against permuting the answers of a driver, by hand, and as a yardstick."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipelines.importance.methods import importances
from pipelines.importance.models import Model, shares
from pipelines.importance.noise import noise_shares, share_of_noise
from pipelines.statistics.bootstrap import draw
from pipelines.statistics.dominance import r2_of_others
from pipelines.statistics.regression import r_squared
from tests.importance.made_up_ratings import made_up, totals_of

RNG = np.random.default_rng
APPROACHES = ("lmg", "johnson", "first", "last")


def correlated(n: int, weights: list[float], rng: np.random.Generator) -> np.ndarray:
    """Drivers with a common part, and their outcome last."""
    p = len(weights)
    x = 0.6 * rng.normal(size=(n, 1)) + 0.8 * rng.normal(size=(n, p))
    return np.column_stack([x, x @ weights + rng.normal(size=n)])


def test_mean_r2_of_the_others_by_hand():
    # Uncorrelated drivers of R2 .04, .09 and .16.
    matrix = np.eye(4)
    matrix[:3, 3] = matrix[3, :3] = [0.2, 0.3, 0.4]
    found = r2_of_others(matrix, [[0], [1], [2]])
    assert found == pytest.approx(
        np.array([[0, 0.125, 0.25], [0, 0.10, 0.20], [0, 0.065, 0.13]]), abs=1e-12
    )


def test_the_share_of_noise_by_hand():
    # Beside a driver of R2 .25, noise of 1 in 100 adds .01 first and .0075 last: .00875 of .2575.
    matrix = np.array([[1, 0, 0.1], [0, 1, 0.5], [0.1, 0.5, 1]])
    found = {a: noise_shares(a, matrix, [[0], [1]], np.full(2, 0.01))[0] for a in APPROACHES}
    assert found["lmg"] == found["johnson"] == pytest.approx(100 * 0.00875 / 0.2575)
    assert found["first"] == pytest.approx(100 * 0.01 / 0.26)
    assert found["last"] == pytest.approx(100 * 0.0075 / 0.2575)
    alone = noise_shares("lmg", np.array([[1, 0.5], [0.5, 1]]), [[0]], np.array([0.01]))
    assert alone == pytest.approx([100.0])


@pytest.mark.parametrize("approach", APPROACHES)
def test_it_is_the_mean_share_of_a_driver_whose_answers_are_permuted(approach):
    rng, n = RNG(3), 250
    values = correlated(n, [0.6, 0.4, 0.2, 0.1, 0.0, 0.0], rng)
    groups = [[0], [1], [2], [3], [4, 5]]  # the last of two columns
    sizes = np.array([1, 1, 1, 1, 2])
    expected = noise_shares(approach, np.cov(values.T), groups, sizes / (n - 4))
    for k in (0, 3, 4):
        matrices = []
        for _ in range(400):
            permuted = values.copy()
            permuted[:, groups[k]] = values[rng.permutation(n)][:, groups[k]]
            matrices.append(np.cov(permuted.T))
        found = importances(approach, np.array(matrices), groups, [])
        permuted_share = 100 * (found[:, k] / found.sum(axis=1)).mean()
        # The mean over 400 permutations has a relative error of 7 % in one column, 5 % in two.
        assert expected[k] == pytest.approx(permuted_share, rel=0.18)


def test_answers_of_a_simple_sample_are_worth_their_number():
    ratings = made_up(1500, reach=(1.0,) * 4, slopes=(0.5, 0.4, 0.3, 0.0))
    ratings.weight[:] = 1.0
    model = drawn(ratings)
    inner = noise_shares("lmg", model.matrices[0], model.groups, np.full(4, 1 / 1500))
    assert share_of_noise(model, "lmg") == pytest.approx(inner, rel=0.2)


def test_answers_of_unequal_weights_are_worth_less():
    ratings = made_up(1500, reach=(1.0,) * 4, slopes=(0.5, 0.4, 0.3, 0.0))
    even = share_of_noise(drawn(ratings), "lmg")
    ratings.weight[::4] *= 12
    assert (share_of_noise(drawn(ratings), "lmg") > 1.5 * even).all()


def drawn(ratings) -> Model:
    units, totals = totals_of(ratings, ratings.use_and_rating)
    return Model.of(ratings.use_and_rating, totals.draws(draw(units, 800, RNG(1))), "mean")


def test_noise_hardly_ever_stands_out_from_noise_and_a_driver_does():
    out = np.zeros(4)
    for seed in range(60):
        ratings = made_up(400, reach=(1.0,) * 4, slopes=(0.5, 0.3, 0.0, 0.0), seed=seed)
        noise = RNG(seed).normal(50, 10, (400, 2))  # nothing to do with the others either
        ratings.rating[:, 2:] = noise
        units, totals = totals_of(ratings, ratings.use_and_rating)
        counts = draw(units, 150, RNG(seed))
        model = Model.of(ratings.use_and_rating, totals.draws(counts), "mean")
        ends = shares(model.importance("lmg")).interval(0.95)
        assert (ends.low > 0).all()  # no interval of a share reaches 0
        out += ends.low > share_of_noise(model, "lmg")
    assert (out[:2] == 60).all()
    assert out[2:].sum() <= 6  # of 120, 5 %


def test_the_shares_of_noise_of_a_model_are_below_100_and_above_0():
    ratings = made_up(300, blank=0.1)
    units, totals = totals_of(ratings, ratings.use_and_rating)
    model = Model.of(ratings.use_and_rating, totals.draws(draw(units, 100, RNG(2))), "mean")
    assert 0 < r_squared(model.matrices[0][None])[0] < 1
    for approach in APPROACHES:
        found = share_of_noise(model, approach)
        assert ((found > 0) & (found < 100)).all()


def test_a_replicate_far_off_moves_no_share_of_noise():
    """In a replicate in which nearly all used a driver, the slope of its use can be any number."""
    model = drawn(made_up(400, reach=(1.0, 0.97, 1.0), seed=4))
    usual = share_of_noise(model, "lmg")
    far = model.draws.covariances.copy()
    use = model.columns[model.groups[1][0]]
    far[0, use, :] *= 1e-5
    far[0, :, use] *= 1e-5
    other = replace(model, draws=replace(model.draws, covariances=far))
    assert np.abs(other._slopes[1]).max() > 1000 * np.abs(model._slopes[1]).max()
    assert share_of_noise(other, "lmg") == pytest.approx(usual, rel=0.05)


def test_what_is_worth_a_few_answers_has_no_share_of_noise():
    ratings = made_up(60, reach=(1.0, 1.0), slopes=(0.5, 0.2))
    assert not np.isnan(share_of_noise(drawn(ratings), "lmg")).any()
    ratings.weight[:5] *= 1000
    assert np.isnan(share_of_noise(drawn(ratings), "lmg")).all()
