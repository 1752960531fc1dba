"""Halo: echoes of a general impression are told from many causes that go together."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.importance import designs
from pipelines.importance.blanks import complete
from pipelines.importance.halo import Halo, compare_with_bound
from pipelines.importance.models import Model
from pipelines.importance.totals import add_up
from pipelines.statistics.bootstrap import draws, sampling_units
from pipelines.statistics.regression import coefficients
from tests.importance.made_up_ratings import made_up, totals_of

CAUSES, ALIKE, ECHOES = 14, 0.5, 3  # ratings that count, their correlation, and those that echo


def population(n: int, rng: np.random.Generator, echoes: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Ratings that all count alike, then noisy copies of the impression they make; the outcome.

    Half of the outcome's variance is that impression, and of an echo's variance.
    """
    common = rng.normal(size=(n, 1))
    causes = ALIKE**0.5 * common + (1 - ALIKE) ** 0.5 * rng.normal(size=(n, CAUSES))
    impression = causes.sum(axis=1) / np.sqrt(CAUSES * (1 + (CAUSES - 1) * ALIKE))
    outcome = impression + rng.normal(size=n)
    copies = impression[:, None] + rng.normal(size=(n, echoes))
    return 50 + 10 * np.column_stack([causes, copies]), 50 + 10 * outcome


def halo_of(rating: np.ndarray, outcome: np.ndarray, replicates: int = 200) -> Halo:
    n, rng = len(outcome), np.random.default_rng(7)
    weight = np.ones(n)
    design = designs.rating_alone(rating, {"mean": outcome}, weight)
    units = sampling_units(n, None, None, 1000, rng)
    totals = add_up(complete(design, weight, pl.DataFrame()), weight, units, np.ones(n, bool))
    return Model.of(design, totals.draws(next(draws(units, replicates, rng))), "mean").halo


def test_equal_causes_have_the_ratio_of_the_formula_and_it_is_their_bound():
    found = halo_of(*population(200_000, np.random.default_rng(1)), replicates=20)
    left = 1 / (1 + (CAUSES - 1) * ALIKE)  # .133: below a third, which was called halo
    assert found.bound == pytest.approx(left, rel=0.01)
    assert found.ratio == pytest.approx(left, rel=0.15)


def test_causes_that_go_together_are_no_halo():
    flagged = [
        halo_of(*population(1000, np.random.default_rng(seed)), replicates=100).repeats(0.95).sum()
        for seed in range(40)
    ]
    assert np.mean(np.array(flagged) > 0) <= 0.15  # false discoveries are held at .05


def test_echoes_of_the_impression_are_halo_and_its_causes_are_not():
    for seed in range(4):
        rating, outcome = population(12_000, np.random.default_rng(seed), ECHOES)
        found = halo_of(rating, outcome)
        assert found.repeats(0.95).tolist() == [False] * CAUSES + [True] * ECHOES
        assert (found.ratio < 1 / 3).all()  # which says nothing


def test_a_rating_that_goes_with_nothing_repeats_nothing():
    rng = np.random.default_rng(3)
    rating, outcome = population(3000, rng)
    apart = np.column_stack([rating, 10 * rng.normal(size=(3000, 3))])
    found = halo_of(apart, outcome)
    assert not found.repeats(0.95).any()
    assert found.bound[-3:] == pytest.approx(1, abs=0.25)


def test_a_weaker_cause_is_halo_only_below_half_of_its_bound():
    # Two causes correlated .6, of weights 1 and w: alone the weaker has w + .6, its bound is 1/1.6.
    for weight, is_halo in ((0.35, False), (0.1, True)):
        rng = np.random.default_rng(11)
        common = rng.normal(size=(20_000, 1))
        causes = 0.6**0.5 * common + 0.4**0.5 * rng.normal(size=(20_000, 2))
        outcome = causes @ (1.0, weight) + rng.normal(size=20_000)
        found = halo_of(10 * causes, 10 * outcome)
        assert found.ratio[1] == pytest.approx(weight / (weight + 0.6), abs=0.03)
        assert found.bound == pytest.approx(1 / 1.6, abs=0.01)
        assert found.repeats(0.95).tolist() == [False, is_halo]
        assert found.p_value[1] < 0.01  # both are below the bound


def test_the_slope_alone_holds_the_use_of_the_driver():
    ratings = made_up(2000, blank=0.1)
    design = ratings.use_and_rating
    units, totals = totals_of(ratings, design)
    model = Model.of(design, totals.draws(next(draws(units, 50, np.random.default_rng(2)))), "mean")
    matrix, outcome = model.matrices[0], len(model.columns) - 1
    own = [[*group, outcome] for group in model.groups]
    alone = [coefficients(matrix[np.ix_(columns, columns)])[-1] for columns in own]
    assert model.halo.ratio == pytest.approx(model.slope.value / alone)


@given(st.integers(2, 6), st.integers(0, 10_000))
def test_the_bound_lies_between_0_and_1_and_is_1_without_correlation(drivers, seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(3, 50, drivers + 1)) @ rng.normal(size=(drivers + 1, drivers + 1))
    matrices = np.array([np.cov(one.T) for one in rows])
    slopes = rng.normal(size=(3, drivers))
    found = compare_with_bound(matrices, slopes, [[k] for k in range(drivers)])
    assert ((found.bound > 0) & (found.bound <= 1)).all()
    apart = np.eye(drivers + 1) + 0.1 * (np.arange(drivers + 1) == drivers)
    apart = np.stack([(apart + apart.T) / 2] * 3)
    assert (
        compare_with_bound(apart, slopes, [[k] for k in range(drivers)]).bound.tolist()
        == [1] * drivers
    )


def test_a_slope_alone_of_0_has_no_ratio_and_is_no_halo():
    matrices = np.stack([np.eye(3)] * 3)
    found = compare_with_bound(matrices, np.zeros((3, 2)), [[0], [1]])
    assert np.isnan(found.ratio).all()
    assert not found.repeats(0.95).any()
