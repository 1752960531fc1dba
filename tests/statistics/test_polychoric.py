"""Polychoric correlations: the normal distribution, published tables, brute force, recovery."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special, stats

from pipelines.core.errors import ContractError
from pipelines.statistics.polychoric import (
    CutColumns,
    Polychoric,
    nearest_correlations,
)
from tests.statistics.plain_fits import polychoric_correlations

NORMAL = stats.multivariate_normal


def rows_of(table) -> np.ndarray:
    """The two columns that a table counts."""
    table = np.asarray(table)
    places = np.indices(table.shape).reshape(2, -1).T
    return np.repeat(places.astype(float), table.ravel(), axis=0)


def correlation(values: np.ndarray, weights: np.ndarray | None = None) -> float:
    return polychoric_correlations(values, weights).correlation[0, 1]


@pytest.mark.parametrize("rho", [-0.9999, -0.97, -0.93, -0.5, 0.0, 0.3, 0.9, 0.926, 0.99, 0.9999])
def test_the_bivariate_normal_distribution_is_that_of_scipy(rho):
    from pipelines.statistics.polychoric_loops import below

    a, b = np.array([-2.5, -0.4, 0.0, 1.3]), np.array([-1.1, 0.4, 2.2])
    expected = [[NORMAL.cdf([x, y], [0, 0], [[1, rho], [rho, 1]]) for y in b] for x in a]
    assert below(a, b, rho) == pytest.approx(np.array(expected), abs=1e-13)


def test_half_and_half_is_worked_by_hand():
    # Sheppard 1899: P(both below their median) = 1/4 + arcsin(rho) / (2 pi); 1/3 gives 1/2.
    assert correlation(rows_of([[20, 10], [10, 20]])) == pytest.approx(0.5, abs=1e-7)
    assert correlation(rows_of([[10, 20], [20, 10]])) == pytest.approx(-0.5, abs=1e-7)


def test_the_table_of_olsson():
    # Olsson (1979), Psychometrika 44, 443-460: .49, as quoted by the R package psych.
    found = correlation(rows_of([[13, 6, 0], [69, 113, 22], [41, 132, 104]]))
    assert found == pytest.approx(0.49, abs=5e-3)


@pytest.mark.parametrize(
    ("margin", "both", "expected"),
    [(0.5, 0.1150267, -0.75), (0.5, 0.397584, 0.8), (0.158655254, 0.145003, 0.99)],
)
def test_the_tetrachoric_correlations_of_kirk(margin, both, expected):
    # Kirk (1973), Psychometrika 38, 259-268, as quoted by the R package psych.
    cells = np.array([both, margin - both, margin - both, 1 - 2 * margin + both])
    found = correlation(np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), cells)
    assert found == pytest.approx(expected, abs=1e-5)


def thresholds_of(codes, weights):
    share = np.cumsum(np.bincount(codes, weights)) / weights.sum()
    return np.concatenate([[-9.0], special.ndtri(share[:-1]), [9.0]])


def cut(seed: int, rho: float, n: int = 250):
    rng = np.random.default_rng(seed)
    z = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], n)
    ordinal = np.digitize(z[:, 0], [-1.0, 0.2, 0.9])
    return z, ordinal, np.digitize(z[:, 1], [-0.5, 1.0]), rng.uniform(0.3, 3, n)


@pytest.mark.parametrize("rho", [-0.6, 0.2, 0.95])
def test_two_ordinal_columns_have_the_most_likely_correlation(rho):
    _, x, y, w = cut(1, rho)
    a, b = thresholds_of(x, w), thresholds_of(y, w)
    table = np.zeros((4, 3))
    np.add.at(table, (x, y), w)

    def unlikely(r: float) -> float:
        grid = [[NORMAL.cdf([s, t], [0, 0], [[1, r], [r, 1]]) for t in b] for s in a]
        chance = np.diff(np.diff(grid, axis=0), axis=1)
        return -(table * np.log(np.maximum(chance, 1e-14))).sum()

    best = optimize.minimize_scalar(unlikely, bounds=(-0.999, 0.999), options={"xatol": 1e-8})
    found = correlation(np.column_stack([x, y]).astype(float), w)
    assert found == pytest.approx(best.x, abs=1e-5)


@pytest.mark.parametrize("rho", [-0.6, 0.2, 0.95])
def test_an_ordinal_and_a_continuous_column_have_the_most_likely_correlation(rho):
    z, x, _, w = cut(2, rho)
    a = thresholds_of(x, w)
    mean = np.average(z[:, 1], weights=w)
    own = (z[:, 1] - mean) / np.sqrt(np.average((z[:, 1] - mean) ** 2, weights=w))

    def unlikely(r: float) -> float:
        root = np.sqrt(1 - r * r)
        upper, lower = (
            special.ndtr((a[x + 1] - r * own) / root),
            special.ndtr((a[x] - r * own) / root),
        )
        return -(w * np.log(upper - lower)).sum()

    best = optimize.minimize_scalar(unlikely, bounds=(-0.999, 0.999), options={"xatol": 1e-9})
    for columns in ([x, 5 + 3 * z[:, 1]], [z[:, 1], x]):
        assert correlation(np.column_stack(columns), w) == pytest.approx(best.x, abs=1e-5)


def test_two_continuous_columns_have_pearsons_correlation():
    z, _, _, w = cut(3, 0.4)
    expected = np.cov(z.T, aweights=w)
    expected = expected[0, 1] / np.sqrt(expected[0, 0] * expected[1, 1])
    assert correlation(z, w) == pytest.approx(expected, abs=1e-12)


def test_correlations_are_recovered_whatever_was_cut():
    rng = np.random.default_rng(4)
    truth = np.array([[1, 0.6, -0.3, 0.5], [0.6, 1, 0.2, 0.4], [-0.3, 0.2, 1, 0], [0.5, 0.4, 0, 1]])
    z = rng.multivariate_normal(np.zeros(4), truth, 30_000)
    x = np.column_stack([z[:, 0] > 1, np.digitize(z[:, 1], [-1, 1.5]),
                         np.digitize(z[:, 2], np.linspace(-2, 1, 10)), z[:, 3]])  # fmt: skip
    found = polychoric_correlations(x.astype(float))
    assert found.correlation == pytest.approx(truth, abs=0.03)
    assert (found.repair, found.n_ordinal) == (0.0, 3)


def test_answers_not_given_are_left_out_pair_by_pair():
    rng = np.random.default_rng(5)
    z = rng.multivariate_normal([0, 0, 0], [[1, 0.6, 0.3], [0.6, 1, 0.3], [0.3, 0.3, 1]], 20_000)
    x = np.column_stack([np.digitize(z[:, 0], [-1, 0]), np.digitize(z[:, 1], [0, 1]), z[:, 2]])
    x = np.where(rng.random(x.shape) < 0.4, np.nan, x)
    found = polychoric_correlations(x).correlation
    assert found[[0, 0, 1], [1, 2, 2]] == pytest.approx([0.6, 0.3, 0.3], abs=0.03)


def test_a_weight_of_two_is_two_rows():
    z, x, y, _ = cut(6, 0.5)
    values, times = np.column_stack([x, y, z[:, 1]]), 1 + np.arange(250) % 3
    weighted = polychoric_correlations(values, times.astype(float)).correlation
    repeated = polychoric_correlations(np.repeat(values, times, axis=0)).correlation
    assert weighted == pytest.approx(repeated, abs=1e-7)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.floats(-0.9, 0.9))
def test_names_of_categories_do_not_matter_and_turning_one_turns_the_sign(seed, rho):
    z, x, y, w = cut(seed, rho, 80)
    values = np.column_stack([x, y, z[:, 1]]).astype(float)
    found = polychoric_correlations(values, w).correlation
    assert np.linalg.eigvalsh(found).min() > -1e-12
    assert np.diagonal(found) == pytest.approx(np.ones(3))
    named = polychoric_correlations(np.column_stack([np.exp(x), y**3, 2 * z[:, 1]]), w)
    assert named.correlation == pytest.approx(found, abs=1e-6)
    turned = polychoric_correlations(values * [-1, 1, 1], w).correlation
    sign = np.array([-1, 1, 1])
    assert turned == pytest.approx(found * np.outer(sign, sign), abs=1e-5)


def test_the_start_does_not_matter_and_a_column_that_is_constant_has_no_correlation():
    z, x, y, w = cut(7, 0.7)
    cut_columns = CutColumns.of(np.column_stack([x, y, z[:, 1]]).astype(float))
    found = cut_columns.correlate(w)
    far = cut_columns.correlate(w, -found / 2)
    assert far == pytest.approx(found, abs=1e-6)
    lone = cut_columns.correlate(np.where(x == 1, w, 0.0))
    assert lone[0].tolist() == [1.0, 0.0, 0.0]


def test_a_copy_is_correlated_fully():
    z, x, y, w = cut(8, 0.5)
    found = polychoric_correlations(np.column_stack([x, y, 9 - 2 * x, z[:, 0]]).astype(float), w)
    assert found.correlation[0, 2] == pytest.approx(-1, abs=1e-12)
    assert found.correlation[0, 1] == pytest.approx(-found.correlation[2, 1], abs=1e-6)


def test_a_matrix_that_is_none_of_correlations_is_moved_to_the_nearest():
    broken = np.array([[1, 0.9, -0.1], [0.9, 1, 0.5], [-0.1, 0.5, 1]])
    mended = nearest_correlations(broken[None])[0]
    assert np.linalg.eigvalsh(broken).min() < -0.01
    assert np.linalg.eigvalsh(mended).min() > -1e-12
    assert np.diagonal(mended) == pytest.approx(np.ones(3))
    assert mended == pytest.approx(broken, abs=0.1)
    assert nearest_correlations(mended[None])[0] == pytest.approx(mended, abs=1e-12)


def test_dummies_of_one_factor_are_refused():
    kind = np.random.default_rng(9).integers(0, 4, 300)
    dummies = np.column_stack([kind == k for k in range(4)]).astype(float)
    with pytest.raises(ContractError, match=r"within 0\.1 .*got one that is .*dummies of one"):
        polychoric_correlations(dummies)


def test_bad_input_is_refused():
    _, x, y, w = cut(10, 0.5)
    values = np.column_stack([x, y]).astype(float)
    with pytest.raises(ContractError, match="weights: expected positive numbers"):
        polychoric_correlations(values, np.where(w > 1, w, 0.0))
    row = np.arange(250)
    apart = np.column_stack([np.where(row < 9, x, np.nan), np.where(row > 9, y, np.nan)])
    with pytest.raises(ContractError, match="answered together by somebody"):
        polychoric_correlations(apart)
    with pytest.raises(ContractError, match=r"got one that is 0\.3 away"):
        Polychoric(np.eye(2), 0.3, 2)
