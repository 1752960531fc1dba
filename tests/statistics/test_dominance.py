"""Shares of R2 by hand, by brute force, and their identities."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.errors import ContractError
from pipelines.statistics import subsets
from pipelines.statistics.dominance import (
    Dominance,
    complete_dominance,
    dominance,
    general_dominance,
    sampled_dominance,
)
from pipelines.statistics.subsets import arrange, visit_all

REFERENCE = Path(__file__).parents[1] / "reference"

# Azen and Budescu (2003), Psychological Methods 8, table 1: x1 to x4 and y.
AZEN = np.array(
    [
        [1.0, 0.8, 0.1, 0.3, 0.6],
        [0.8, 1.0, 0.1, 0.1, 0.3],
        [0.1, 0.1, 1.0, 0.5, 0.4],
        [0.3, 0.1, 0.5, 1.0, 0.5],
        [0.6, 0.3, 0.4, 0.5, 1.0],
    ]
)


def covariance(file: str, drivers: list[str], outcome: str) -> np.ndarray:
    return np.cov(pl.read_csv(REFERENCE / file).select(*drivers, outcome).to_numpy().T)


def swiss() -> np.ndarray:
    drivers = ["Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"]
    return covariance("swiss.csv", drivers, "Fertility")


def draw(rng: np.random.Generator, n: int, p: int) -> tuple[np.ndarray, np.ndarray]:
    """Correlated drivers with the outcome last, and weights."""
    rows = rng.normal(size=(n, p + 1)) @ rng.normal(size=(p + 1, p + 1))
    return rows * rng.uniform(0.1, 100, p + 1), rng.uniform(0.2, 5, n)


def fit(rows: np.ndarray, weights: np.ndarray, columns: list[int]) -> float:
    """Weighted R2 of the last column on others, by least squares on the rows."""
    root = np.sqrt(weights / weights.sum())[:, None]
    centred = (rows - weights @ rows / weights.sum()) * root
    y = centred[:, -1]
    if not columns:
        return 0.0
    beta = np.linalg.lstsq(centred[:, columns], y, rcond=1e-12)[0]
    return 1 - ((y - centred[:, columns] @ beta) ** 2).sum() / (y**2).sum()


def subset_r2(matrix: np.ndarray) -> np.ndarray:
    """R2 of every set of drivers; bit g of its place says whether driver g is in."""
    table, layout = arrange(matrix, None, ())
    every = np.empty(2**layout.groups)
    visit_all(table, layout, every)
    return every


def brute_force(rows, weights, groups, covariates=()) -> dict[frozenset[int], float]:
    g = range(len(groups))
    sets = [frozenset(s) for k in range(len(groups) + 1) for s in combinations(g, k)]
    return {
        s: fit(rows, weights, [*covariates, *(c for one in sorted(s) for c in groups[one])])
        for s in sets
    }


def brute_conditional(r2: dict[frozenset[int], float], groups: int) -> np.ndarray:
    found = np.zeros((groups, groups))
    for g in range(groups):
        for k in range(groups):
            gains = [r2[s | {g}] - r2[s] for s in r2 if len(s) == k and g not in s]
            found[g, k] = np.mean(gains)
    return found


def weighted(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.cov(rows.T, aweights=weights)


def test_two_uncorrelated_drivers_keep_their_own_r2():
    found = dominance(np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.3], [0.6, 0.3, 1.0]]))
    assert found.general == pytest.approx([0.36, 0.09])
    assert found.r2 == pytest.approx(0.45)


def test_two_correlated_drivers_worked_by_hand():
    # r1 = .6, r2 = .5, r12 = .5: R2 = (.36 + .25 - 2*.6*.5*.5) / .75 = .4133333
    found = dominance(np.array([[1.0, 0.5, 0.6], [0.5, 1.0, 0.5], [0.6, 0.5, 1.0]]))
    r2 = 0.31 / 0.75
    assert found.r2 == pytest.approx(r2)
    assert found.conditional[:, 0] == pytest.approx([0.36, 0.25])
    assert found.conditional[:, -1] == pytest.approx([r2 - 0.25, r2 - 0.36])
    assert found.general == pytest.approx([(0.36 + r2 - 0.25) / 2, (0.25 + r2 - 0.36) / 2])


@pytest.mark.parametrize(("p", "weigh"), [(1, False), (2, True), (5, True), (7, False), (8, True)])
def test_every_subset_has_the_r2_of_its_regression(p, weigh):
    rows, weights = draw(np.random.default_rng(p), 60, p)
    weights = weights if weigh else np.ones(60)
    expected = brute_force(rows, weights, [[c] for c in range(p)])
    every = subset_r2(weighted(rows, weights))
    for members, r2 in expected.items():
        assert every[sum(1 << g for g in members)] == pytest.approx(r2, abs=1e-10)
    found = dominance(weighted(rows, weights))
    assert found.conditional == pytest.approx(brute_conditional(expected, p), abs=1e-10)


@given(st.integers(0, 2**32 - 1), st.integers(2, 8), st.integers(0, 2), st.booleans())
def test_groups_and_covariates_are_those_of_regressions_on_the_rows(seed, p, held, weigh):
    rng = np.random.default_rng(seed)
    rows, weights = draw(rng, 50, p + held)
    weights = weights if weigh else np.ones(50)
    order = rng.permutation(p + held)
    covariates, free = order[:held].tolist(), order[held:]
    cuts = np.sort(rng.choice(np.arange(1, p), size=rng.integers(0, p), replace=False))
    groups = [part.tolist() for part in np.split(free, cuts)]
    expected = brute_force(rows, weights, groups, covariates)
    found = dominance(weighted(rows, weights), groups, covariates)
    assert found.conditional == pytest.approx(brute_conditional(expected, len(groups)), abs=1e-9)
    assert found.r2_covariates == pytest.approx(expected[frozenset()], abs=1e-10)
    assert found.r2 == pytest.approx(expected[frozenset(range(len(groups)))], abs=1e-10)


@pytest.mark.parametrize("p", [6, 7, 9])
def test_complete_dominance_is_that_of_all_pairs_of_models(p):
    # Drivers that differ in strength, so that some pairs are ordered and some are not.
    rng = np.random.default_rng(p)
    rows = rng.normal(size=(200, p)) + 0.5 * rng.normal(size=(200, 1))
    y = rows @ np.linspace(1, 0, p) + rng.normal(size=200)
    matrix = np.cov(np.column_stack([rows, y]).T)
    every = subset_r2(matrix)
    masks = np.arange(2**p)
    found = complete_dominance(matrix)
    for i in range(p):
        for j in range(p):
            free = masks[(masks >> i & 1 == 0) & (masks >> j & 1 == 0)]
            expected = i != j and (every[free | 1 << i] > every[free | 1 << j]).all()
            assert found[i, j] == expected
    assert 0 < found.sum() < p * (p - 1) / 2
    conditional = dominance(matrix).conditionally_dominates
    assert (found <= conditional).all()


def test_the_sums_are_the_same_when_threads_share_them(monkeypatch):
    rows, _ = draw(np.random.default_rng(3), 200, 19)
    matrix = np.cov(rows.T)
    split = dominance(matrix)
    monkeypatch.setattr(subsets, "MIN_GROUPS_FOR_THREADS", 99)
    whole = dominance(matrix)
    assert split.conditional == pytest.approx(whole.conditional, abs=1e-12)


def test_every_set_is_in_its_place_when_threads_share_them(monkeypatch):
    rows, _ = draw(np.random.default_rng(4), 200, 18)
    split = subset_r2(np.cov(rows.T))
    monkeypatch.setattr(subsets, "MIN_GROUPS_FOR_THREADS", 99)
    assert split == pytest.approx(subset_r2(np.cov(rows.T)), abs=1e-12)
    for mask in (1, 1 << 17, 0b101010101010101010, 2**18 - 1):
        members = [g for g in range(18) if mask >> g & 1]
        assert split[mask] == pytest.approx(fit(rows, np.ones(200), members), abs=1e-9)


def test_twenty_two_equal_drivers_share_equally():
    # Closed form: correlation .5 among drivers, .6 with the outcome.
    p = 22
    matrix = np.full((p + 1, p + 1), 0.5)
    matrix[-1, :] = matrix[:, -1] = 0.6
    np.fill_diagonal(matrix, 1.0)
    found = dominance(matrix)
    sizes = np.arange(p + 1)
    r2 = sizes * 0.36 / (1 + 0.5 * (sizes - 1))
    assert found.general == pytest.approx(np.full(p, r2[-1] / p), abs=1e-12)
    assert found.conditional == pytest.approx(np.tile(np.diff(r2), (p, 1)), abs=1e-11)


@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
def test_shares_sum_to_r2_and_do_not_depend_on_units_or_order(seed, p):
    rng = np.random.default_rng(seed)
    rows, _ = draw(rng, 80, p)
    matrix = np.cov(rows.T)
    found = dominance(matrix)
    assert found.general.sum() == pytest.approx(found.r2, abs=1e-10)
    assert (found.general >= -1e-12).all()
    units = rng.uniform(0.01, 100, p + 1) * rng.choice([-1, 1], p + 1)
    order = np.append(rng.permutation(p), p)
    moved = (matrix * np.outer(units, units))[order][:, order]
    assert dominance(moved).general == pytest.approx(found.general[order[:-1]], abs=1e-9)


def test_copied_drivers_share_equally():
    rng = np.random.default_rng(0)
    a, b, noise = rng.normal(size=(3, 300))
    y = a + 0.5 * b + noise
    alone = dominance(np.cov([a, b, y]))
    copied = dominance(np.cov([a, b, 7 - 3 * a, y]))
    assert copied.r2 == pytest.approx(alone.r2, abs=1e-12)
    assert copied.general[0] == pytest.approx(copied.general[2], abs=1e-12)
    added_last = copied.conditional[:, -1]
    assert added_last == pytest.approx([0, alone.conditional[1, -1], 0], abs=1e-12)
    complete = complete_dominance(np.cov([a, b, 7 - 3 * a, y]))
    assert not complete[0, 2]
    assert not complete[2, 0]


@pytest.mark.parametrize("noise", [1e-3, 1e-4, 1e-6, 1e-8])
def test_a_driver_that_nearly_repeats_another_never_breaks_the_sum(noise):
    rng = np.random.default_rng(1)
    a, b, c, error = rng.normal(size=(4, 500))
    rows = np.array([a, b, a + noise * c, a + b + error])
    found = dominance(np.cov(rows))
    assert found.general.sum() == pytest.approx(found.r2, abs=1e-10)
    assert found.general[0] == pytest.approx(found.general[2], abs=5e-3)


def test_a_full_set_of_dummies_adds_what_the_set_without_one_adds():
    rng = np.random.default_rng(2)
    kind = rng.integers(0, 3, 200)
    x = rng.normal(size=200)
    y = x + kind + rng.normal(size=200)
    dummies = [(kind == k).astype(float) for k in range(3)]
    full = dominance(np.cov([x, *dummies, y]), [[0], [1, 2, 3]])
    usual = dominance(np.cov([x, *dummies[1:], y]), [[0], [1, 2]])
    assert full.conditional == pytest.approx(usual.conditional, abs=1e-10)


def test_replicates_get_what_each_matrix_gets_alone():
    rng = np.random.default_rng(5)
    many = np.array([np.cov(draw(rng, 90, 7)[0].T) for _ in range(9)])
    groups, covariates = [[1, 2], [0], [5, 3]], [4, 6]
    expected = [dominance(one, groups, covariates).general for one in many]
    assert general_dominance(many, groups, covariates) == pytest.approx(np.array(expected))


def test_a_driver_that_is_constant_in_a_replicate_adds_nothing_there():
    rows, _ = draw(np.random.default_rng(6), 90, 3)
    rows[:, 1] = 4.0
    shares = general_dominance(np.cov(rows.T)[None])[0]
    assert shares[1] == 0
    assert shares.sum() == pytest.approx(fit(rows, np.ones(90), [0, 2]))


def test_sampled_orders_agree_with_the_exact_shares_within_their_error():
    rows, _ = draw(np.random.default_rng(7), 300, 10)
    matrix = np.cov(rows.T)
    groups, covariates = [[0, 3], [1], [2], [4], [5], [6], [7], [8]], [9]
    exact = dominance(matrix, groups, covariates)
    found = sampled_dominance(matrix, 4000, np.random.default_rng(1), groups, covariates)
    assert (np.abs(found.general - exact.general) < 4 * found.std_error + 1e-12).all()
    assert (found.std_error < 0.01).all()
    assert found.general.sum() == pytest.approx(found.r2 - found.r2_covariates, abs=1e-12)
    assert found.r2 == pytest.approx(exact.r2, abs=1e-10)


def test_the_stated_error_of_sampled_orders_is_their_spread():
    matrix = swiss()
    rng = np.random.default_rng(8)
    runs = [sampled_dominance(matrix, 40, rng) for _ in range(400)]
    spread = np.std([run.general for run in runs], axis=0)
    stated = np.sqrt(np.mean([run.std_error**2 for run in runs], axis=0))
    assert stated == pytest.approx(spread, rel=0.15)


def test_more_drivers_than_can_be_enumerated_are_sampled():
    rows, _ = draw(np.random.default_rng(9), 500, 45)
    found = sampled_dominance(np.cov(rows.T), 100, np.random.default_rng(2))
    assert found.general.sum() == pytest.approx(fit(rows, np.ones(500), list(range(45))))


def changed(at: tuple[int, int], value: float) -> np.ndarray:
    matrix = AZEN.copy()
    matrix[at] = matrix[at[::-1]] = value
    return matrix


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (changed((1, 1), 0.0), r"positive variances, got none in columns 1"),
        (changed((4, 4), 0.0), r"positive variances, got none in columns 4"),
        (changed((0, 1), np.nan), r"finite symmetric matrix.*got NaN or infinity"),
        (changed((0, 1), -0.9), r"positive semi-definite.*eigenvalue of -0\.\d+.*use EM"),
        (np.eye(3)[:2], r"got shape \(2, 3\)"),
        (np.eye(1), r"got shape \(1, 1\)"),
        (AZEN + np.triu(np.full((5, 5), 0.01), 1), r"got an asymmetric one"),
    ],
)
def test_what_is_no_covariance_matrix_is_refused(matrix, message):
    with pytest.raises(ContractError, match=message):
        dominance(matrix)


def test_a_covariance_that_is_nothing_but_rounding_need_not_be_symmetric():
    # Use, and a rating centred among users, have a covariance of 0.
    matrix = np.eye(3) + np.array([[0, 1e-17, 0.3], [-2e-17, 0, 0.2], [0.3, 0.2, 0]])
    assert dominance(matrix).general == pytest.approx([0.09, 0.04])


@pytest.mark.parametrize(
    ("groups", "covariates"),
    [
        ([[0], [1]], ()),
        ([[0, 1], [1, 2, 3]], ()),
        ([[0, 1, 2, 3], []], ()),
        ([[0, 1], [2, 3]], [3]),
    ],
)
def test_every_column_belongs_somewhere_and_once(groups, covariates):
    with pytest.raises(ContractError, match=r"each of the columns 0 to 3 in one group"):
        dominance(AZEN, groups, covariates)


def test_too_many_drivers_are_refused_with_the_way_out():
    with pytest.raises(ContractError, match=r"at most 30 .* got 31; sample orders"):
        dominance(np.eye(32))
    with pytest.raises(ContractError, match=r"at most 25 .* got 26; use conditional"):
        complete_dominance(np.eye(27))


@pytest.mark.parametrize("orders", [2, 7])
def test_orders_come_in_pairs(orders):
    with pytest.raises(ContractError, match="an even number of orders, 4 or more"):
        sampled_dominance(AZEN, orders, np.random.default_rng(0))


def test_shares_that_do_not_sum_to_r2_are_no_result():
    with pytest.raises(ContractError, match="shares that sum to R2"):
        Dominance(r2=0.5, r2_covariates=0.0, conditional=np.eye(2))
