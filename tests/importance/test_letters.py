"""Letters of drivers: published displays, the defining property, and how often they err."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipelines.importance.letters import letters, told_apart
from pipelines.statistics.bootstrap import Units, block_moments, draw, expanded_level
from pipelines.statistics.dominance import general_dominance

RNG = np.random.default_rng


def falling(p: int) -> np.ndarray:
    """Shares of p drivers, the largest first."""
    return np.arange(p, 0.0, -1.0)


def symmetric(p: int, pairs: set[tuple[int, int]]) -> np.ndarray:
    """Which two of p differ."""
    differs = np.zeros((p, p), bool)
    for pair in pairs:
        differs[pair] = differs[pair[::-1]] = True
    return differs


def test_letters_of_four_by_hand():
    # Only the first and the last differ: {1234} becomes {123} and {234}.
    assert letters(falling(4), symmetric(4, {(0, 3)})) == ("a", "ab", "ab", "b")


def test_letters_by_hand_where_a_column_is_absorbed():
    # {123}; 1 and 2 differ: {23}, {13}; 1 and 3 differ: {13} becomes {1} and {3}, and the latter
    # lies within {23}.
    assert letters(falling(3), symmetric(3, {(0, 1), (0, 2)})) == ("a", "b", "b")


def test_letters_are_those_of_a_published_table_of_means():
    # Yields under ten treatments of 20 plots each, standard error 1.116571 (Stata's `pwcompare,
    # mcompare(tukey)` and agricolae's `HSD.test` of Stata's data set `yield` agree on the
    # letters); Tukey's honest significant difference with 190 degrees of freedom.
    means = np.array([51.17547, 50.7529, 47.36229, 45.81229, 44.55313,
                      41.81757, 38.79482, 36.91257, 36.34383, 35.69507])  # fmt: skip
    least = stats.studentized_range.ppf(0.95, 10, 190) * 1.116571
    differs = np.abs(means[:, None] - means) > least
    expected = ("a", "ab", "abc", "bcd", "cd", "de", "ef", "ef", "f", "f")
    assert letters(means, differs) == expected


CHICKENS = {  # R's data set chickwts: grams after six weeks, by feed (McNeil 1977)
    "casein": [368, 390, 379, 260, 404, 318, 352, 359, 216, 222, 283, 332],
    "horsebean": [179, 160, 136, 227, 217, 168, 108, 124, 143, 140],
    "linseed": [309, 229, 181, 141, 260, 203, 148, 169, 213, 257, 244, 271],
    "meatmeal": [325, 257, 303, 315, 380, 153, 263, 242, 206, 344, 258],
    "soybean": [243, 230, 248, 327, 329, 250, 193, 271, 316, 267, 199, 171, 158, 248],
    "sunflower": [423, 340, 392, 339, 341, 226, 320, 295, 334, 322, 297, 318],
}


def holm(p_values: np.ndarray) -> np.ndarray:
    order = np.argsort(p_values)
    stepped = p_values[order] * np.arange(len(order), 0, -1)
    adjusted = np.empty_like(stepped)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1)
    return adjusted


def test_letters_are_those_of_a_published_display_without_an_order():
    # The documentation of R's package cld (which calls multcompView) on
    # pairwise.wilcox.test(chickwts$weight, chickwts$feed, exact = FALSE): a, b, bc, ac, c, a.
    pairs = list(combinations(range(6), 2))
    weights = list(CHICKENS.values())
    p_values = np.array(
        [stats.mannwhitneyu(weights[i], weights[j], method="asymptotic").pvalue for i, j in pairs]
    )
    found = {pair for pair, p in zip(pairs, holm(p_values), strict=True) if p < 0.05}
    assert letters(falling(6), symmetric(6, found)) == ("a", "b", "bc", "ac", "c", "a")


@st.composite
def comparisons(draw_from):
    """Shares of up to eight, and which differ."""
    p = draw_from(st.integers(1, 8))
    pairs = list(combinations(range(p), 2))
    found = draw_from(st.sets(st.sampled_from(pairs))) if pairs else set()
    return np.array(draw_from(st.permutations(falling(p)))), symmetric(p, found)


@given(comparisons())
def test_two_have_a_letter_in_common_exactly_if_they_do_not_differ(made):
    shares, differs = made
    found = letters(shares, differs)
    for i, j in combinations(range(len(found)), 2):
        assert bool(set(found[i]) & set(found[j])) != differs[i, j]


@given(comparisons())
def test_no_letter_says_what_another_one_says(made):
    shares, differs = made
    found = letters(shares, differs)
    columns = [
        {i for i, own in enumerate(found) if letter in own}
        for letter in sorted(set("".join(found)))
    ]
    assert not any(one <= other for one in columns for other in columns if one is not other)
    assert found[int(shares.argmax())].startswith("a")
    assert all("".join(sorted(own)) == own for own in found)


@given(comparisons(), st.randoms(use_true_random=False))
def test_letters_do_not_depend_on_the_order_of_the_columns(made, random):
    shares, differs = made
    moved = list(range(len(shares)))
    random.shuffle(moved)
    again = letters(shares[moved], differs[np.ix_(moved, moved)])
    assert [letters(shares, differs)[i] for i in moved] == list(again)


def test_many_drivers_that_all_differ_have_each_their_own_character():
    found = letters(falling(60), ~np.eye(60, dtype=bool))
    assert len(set(found)) == 60
    assert found[:2] == ("a", "b")
    assert {len(own) for own in found} == {1}
    assert all(own.isalpha() for own in found)


def test_without_replicates_that_vary_only_what_is_equal_is_not_told_apart():
    shares = np.array([50.0, 25.0, 25.0])
    differs = told_apart(shares, np.tile(shares, (100, 1)), 0.95)
    assert differs.tolist() == [[False, True, True], [True, False, False], [True, False, False]]
    assert told_apart(np.array([100.0]), np.full((100, 1), 100.0), 0.95).tolist() == [[False]]


def test_of_independent_normal_errors_the_intervals_reach_as_far_as_tukeys():
    # Studentized range: max |difference| / (sigma sqrt 2) of five, infinite degrees of freedom.
    replicates = RNG(3).normal(20, 1, (20_000, 5))
    reach = stats.studentized_range.ppf(0.95, 5, np.inf)
    for away, expected in ((0.985, False), (1.015, True)):
        shares = np.array([20.0, 20.0, 20.0, 20.0, 20.0 + away * reach])
        apart = told_apart(shares, replicates + shares - 20, 0.95)
        assert apart[4, :4].tolist() == [expected] * 4
        assert not apart[:4, :4].any()


def sampled(rng: np.random.Generator, weights: np.ndarray, n: int, replicates: int):
    """Shares of R2 in a sample of correlated normal drivers, and their replicates."""
    p = len(weights)
    x = np.sqrt(0.4) * rng.normal(size=(n, 1)) + np.sqrt(0.6) * rng.normal(size=(n, p))
    signal = x @ weights
    values = np.column_stack([x, signal + signal.std() * rng.normal(size=n)])
    units = Units(np.arange(n), np.zeros(n, np.int64))
    matrices = block_moments(values, np.ones(n), units).covariances(draw(units, replicates, rng))
    found = general_dominance(np.concatenate([np.cov(values.T)[None], matrices]))
    shares = 100 * found / found.sum(axis=1, keepdims=True)
    return shares[0], shares[1:], expanded_level(0.95, units, p)


@pytest.mark.parametrize("weights", [[1.0] * 6, [3.0, 3.0, 1.0, 1.0, 1.0, 0.3, 0.3]])
def test_equal_drivers_are_told_apart_in_one_of_twenty_samples_at_most(weights):
    # Tiers put a fifth of the equal pairs of the second case into different ones.
    rng, samples, wrong = RNG(5), 300, 0
    weights = np.array(weights)
    equal = weights[:, None] == weights
    for _ in range(samples):
        wrong += bool((told_apart(*sampled(rng, weights, 500, 200)) & equal).any())
    assert wrong <= 25  # of 300; 24 is the 99 % quantile of a binomial with 5 %


def test_drivers_that_differ_much_are_told_apart():
    weights = np.array([3.0, 3.0, 1.0, 1.0])
    differs = told_apart(*sampled(RNG(6), weights, 1000, 400))
    assert differs[:2, 2:].all()
    assert not differs[0, 1]
