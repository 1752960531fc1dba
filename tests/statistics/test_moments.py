"""Moments against NumPy and R, over parts, and far from zero."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.errors import ContractError
from pipelines.statistics.moments import Moments, merge, moments_of_matrix

NAMES = ("a", "b", "c")


def draw(seed: int, n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 3)) @ rng.normal(size=(3, 3)) + rng.uniform(-5, 5, 3)
    return values, rng.uniform(0.2, 4, n)


def assert_same(one: Moments, other: Moments, rel: float = 1e-12) -> None:
    assert (one.names, one.n) == (other.names, other.n)
    for name in ("weight", "weight_squared", "mean", "scatter"):
        size = np.abs(getattr(other, name)).max()
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=rel, abs=rel * size)


def test_three_weighted_rows_worked_by_hand():
    # Weights 1, 1, 2; x = 0, 2, 3: mean 2; scatter 4 + 0 + 2 = 6; divisor 4 - 6/4 = 2.5.
    found = moments_of_matrix(np.array([[0.0], [2.0], [3.0]]), "x", np.array([1.0, 1.0, 2.0]))
    assert found.mean == pytest.approx([2.0])
    assert found.scatter == pytest.approx(np.array([[6.0]]))
    assert found.covariance() == pytest.approx(np.array([[2.4]]))


def test_the_weighted_covariance_is_that_of_numpy_and_r():
    # cov.wt in R divides by 1 - sum(wt^2), wt summing to 1, as NumPy does with aweights.
    values, weights = draw(0)
    found = moments_of_matrix(values, NAMES, weights)
    assert found.covariance() == pytest.approx(np.cov(values.T, aweights=weights), rel=1e-12)
    assert found.mean == pytest.approx(np.average(values, axis=0, weights=weights), rel=1e-12)


def test_equal_weights_give_the_textbook_covariance():
    values, _ = draw(1)
    plain = moments_of_matrix(values, NAMES)
    assert plain.covariance() == pytest.approx(np.cov(values.T), rel=1e-12)
    equal = moments_of_matrix(values, NAMES, np.full(200, 7.0))
    assert equal.covariance() == pytest.approx(plain.covariance(), rel=1e-12)


@given(st.integers(0, 2**32 - 1), st.integers(1, 100_000), st.booleans())
def test_parts_merge_to_the_whole_in_any_grouping(seed, n, weigh):
    values, weights = draw(seed, n)
    weights = weights if weigh else None
    cuts = np.sort(np.random.default_rng(seed).integers(0, n + 1, 3))
    bounds = [0, *cuts, n]
    a, b, c, d = (
        moments_of_matrix(values[i:j], NAMES, None if weights is None else weights[i:j])
        for i, j in pairwise(bounds)
    )
    whole = moments_of_matrix(values, NAMES, weights)
    assert_same(((a + b) + c) + d, whole)
    assert_same(a + (b + (c + d)), whole)
    assert_same(merge([d, c, b, a]), whole)


def test_columns_far_from_zero_lose_no_digits():
    values, weights = draw(2, 70_000)
    near = moments_of_matrix(values, NAMES, weights)
    far = moments_of_matrix(values + 1e8, NAMES, weights)
    assert far.covariance() == pytest.approx(near.covariance(), rel=1e-6)  # 1e8 eats 8 digits


def test_no_rows_are_the_neutral_part():
    values, weights = draw(4)
    none = moments_of_matrix(values[:0], NAMES, weights[:0])
    whole = moments_of_matrix(values, NAMES, weights)
    assert (none.n, none.weight, none.weight_squared) == (0, 0, 0)
    assert_same(none + whole, whole)
    assert_same(whole + none, whole)
    with pytest.raises(ContractError, match="two rows or more, got 0"):
        (none + none).covariance()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_refused(bad):
    values, _ = draw(8)
    values[150, 1] = bad
    with pytest.raises(ContractError, match=r"finite numbers, got NaN or infinity in 'b'"):
        moments_of_matrix(values[140:], NAMES)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_weights_are_positive(bad):
    values, weights = draw(9)
    weights[3] = bad
    with pytest.raises(ContractError, match=rf"positive numbers, got 1 others: {bad}"):
        moments_of_matrix(values, NAMES, weights)


def test_different_columns_do_not_merge():
    values, _ = draw(10)
    whole = moments_of_matrix(values, NAMES)
    with pytest.raises(ContractError, match=r"columns 'a', 'b', 'c', got 'c', 'b', 'a'"):
        whole + moments_of_matrix(values[:, ::-1], ("c", "b", "a"))
    with pytest.raises(ContractError, match="expected 2 means and 2 x 2 products"):
        moments_of_matrix(values, ["a", "b"])
