"""EM against a hand-worked case, a closed form, and a general optimiser."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from pipelines.core.errors import ContractError
from pipelines.statistics.em import find_patterns, fit_patterns
from tests.statistics.plain_fits import fit_normal


def holes(seed: int, n: int = 120, p: int = 3, share: float = 0.25) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, p)) @ rng.normal(size=(p, p)) + 10 * rng.normal(size=p)
    values[rng.random((n, p)) < share] = np.nan
    return values


def log_likelihood(values, weights, mean, covariance) -> float:
    """Weighted log likelihood of what was observed, row by row."""
    total = 0.0
    for row, w in zip(values, weights, strict=True):
        at = np.flatnonzero(~np.isnan(row))
        if at.size:
            normal = stats.multivariate_normal(mean[at], covariance[np.ix_(at, at)])
            total += w * normal.logpdf(row[at])
    return total


def test_two_columns_worked_by_hand():
    # x = 0, 2, 4, 6; y = 1, 3, 2 and missing. Of the first three the slope is 2/8 = 1/4, the
    # intercept 2 - 1/2, the residual variance (1/4 + 1 + 1/4)/3 = 1/2. x has mean 3 and
    # variance 5, so y 3/2 + 3/4 and 1/2 + 5/16, and their covariance is 5/4.
    values = np.tile([[0.0, 1.0], [2.0, 3.0], [4.0, 2.0], [6.0, np.nan]], (3, 1))
    found = fit_normal(values)
    assert found.converged
    assert found.mean == pytest.approx([3.0, 2.25], abs=1e-6)
    assert found.covariance == pytest.approx(np.array([[5.0, 1.25], [1.25, 0.8125]]), abs=1e-6)
    assert (found.n, found.fewest) == (12, 9)


@pytest.mark.parametrize("weigh", [False, True])
def test_monotone_missing_has_the_closed_form(weigh):
    # Anderson (1957), Journal of the American Statistical Association 52, 200-203.
    rng = np.random.default_rng(1)
    x = rng.normal(size=400)
    y = 2 + 0.7 * x + rng.normal(size=400)
    w = rng.uniform(0.3, 3, 400) if weigh else np.ones(400)
    seen = (x < 0.2) | (rng.random(400) < 0.2)
    inside = np.cov(x[seen], y[seen], aweights=w[seen], ddof=0)
    slope = inside[0, 1] / inside[0, 0]
    mean_x, var_x = np.average(x, weights=w), np.cov(x, aweights=w, ddof=0)
    mean_y = np.average(y[seen], weights=w[seen])
    mean_y += slope * (mean_x - np.average(x[seen], weights=w[seen]))
    var_y = inside[1, 1] + slope**2 * (var_x - inside[0, 0])
    found = fit_normal(np.column_stack([x, np.where(seen, y, np.nan)]), w, tolerance=1e-10)
    assert found.mean == pytest.approx([mean_x, mean_y], abs=1e-8)
    expected = np.array([[var_x, slope * var_x], [slope * var_x, var_y]])
    assert found.covariance == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("weigh", [False, True])
def test_a_general_optimiser_finds_no_higher_likelihood(weigh):
    values = holes(2)
    rng = np.random.default_rng(0)
    w = rng.uniform(0.3, 3, len(values)) if weigh else np.ones(len(values))
    w = np.where(np.isnan(values).all(axis=1), 0, w)
    w *= (w > 0).sum() / w.sum()
    found = fit_normal(values[w > 0], w[w > 0], tolerance=1e-10)
    at = log_likelihood(values, w, found.mean, found.covariance)
    assert found.log_likelihood == pytest.approx(at, rel=1e-9)
    lower = np.tril_indices(3)

    def negative(parameters):
        root = np.zeros((3, 3))
        root[lower] = parameters[3:]
        covariance = root @ root.T + 1e-12 * np.eye(3)
        return -log_likelihood(values, w, parameters[:3], covariance)

    start = np.concatenate([np.nanmean(values, axis=0), np.diag(np.nanstd(values, 0))[lower]])
    best = optimize.minimize(negative, start, method="BFGS", options={"gtol": 1e-3})
    root = np.zeros((3, 3))
    root[lower] = best.x[3:]
    assert -best.fun <= found.log_likelihood + 1e-6
    assert best.x[:3] == pytest.approx(found.mean, abs=1e-3)
    assert root @ root.T == pytest.approx(found.covariance, rel=1e-3, abs=2e-3)


def test_complete_rows_give_the_plain_covariance():
    values = holes(3, share=0.0, n=8)
    found = fit_normal(values)
    assert found.covariance == pytest.approx(np.cov(values.T, ddof=0), rel=1e-10)
    assert found.mean == pytest.approx(values.mean(axis=0), rel=1e-10)


@given(st.integers(0, 2**32 - 1))
def test_units_and_order_of_columns_do_not_matter(seed):
    values = holes(seed, n=150, p=4, share=0.2)
    rng = np.random.default_rng(seed)
    units, order = rng.uniform(0.01, 100, 4), rng.permutation(4)
    found, moved = fit_normal(values), fit_normal((values * units + 5)[:, order])
    expected = (found.covariance * np.outer(units, units))[np.ix_(order, order)]
    assert moved.covariance == pytest.approx(expected, rel=1e-5, abs=1e-5 * expected.max())
    assert np.linalg.eigvalsh(found.covariance).min() > 0


def test_a_repeated_row_is_a_weight_of_two():
    values = holes(4)
    twice = np.concatenate([values, values[:40]])
    weights = np.repeat([2.0, 1.0], [40, 80])
    one, other = fit_normal(twice), fit_normal(values, weights)
    assert other.covariance == pytest.approx(one.covariance, abs=1e-6)


def test_the_truth_is_recovered_where_four_of_ten_answers_are_missing_at_random():
    rng = np.random.default_rng(5)
    truth = np.full((6, 6), 0.5) + 0.5 * np.eye(6)
    values = rng.multivariate_normal(np.zeros(6), truth, 40_000)
    # The more dissatisfied with the first, the fewer answer the others.
    gone = rng.random((40_000, 5)) < 0.4 + 0.3 * np.sign(values[:, :1])
    values[:, 1:][gone] = np.nan
    found = fit_normal(values)
    assert found.mean == pytest.approx(np.zeros(6), abs=0.03)
    assert found.covariance == pytest.approx(truth, abs=0.03)
    assert abs(np.nanmean(values[:, 1])) > 0.1  # which available answers do not recover


def test_the_prior_is_rows_without_correlation():
    # Complete data: (scatter + rows * diag(variance)) / (n + rows), exactly.
    values = holes(6, n=30, share=0.0)
    plain, shrunken = fit_normal(values), fit_normal(values, prior_rows=10.0)
    expected = plain.covariance * 30 / 40
    np.fill_diagonal(expected, np.diagonal(plain.covariance))
    assert shrunken.covariance == pytest.approx(expected, rel=1e-8)
    assert (plain.prior_rows, shrunken.prior_rows) == (0, 10)


def test_few_joint_answers_need_a_prior():
    values = holes(7, n=60)
    values[:30, 0], values[30:, 1] = np.nan, np.nan
    with pytest.raises(ContractError, match=r"in 9 rows, 3 for each column, got two that share 0"):
        fit_normal(values)
    held = fit_normal(values, prior_rows=5.0)
    assert held.fewest == 0
    assert held.converged
    assert np.linalg.eigvalsh(held.covariance).min() > 0


def test_it_says_when_it_did_not_converge():
    found = fit_normal(holes(8), most=1)
    assert not found.converged
    assert found.iterations == 1
    assert fit_normal(holes(8)).converged


def test_a_replicate_is_the_fit_of_its_rows():
    values = holes(9, n=200)
    values[np.isnan(values).all(axis=1)] = 1.0
    counts = np.random.default_rng(1).multinomial(200, np.full(200, 1 / 200)).astype(float)
    patterns = find_patterns(values)
    found = fit_patterns(patterns, counts, 0.0, 1e-9, 3000)
    repeated = fit_normal(np.repeat(values, counts.astype(int), axis=0))
    assert found.covariance == pytest.approx(repeated.covariance, abs=1e-6)


def with_value(column: int, value: float) -> np.ndarray:
    values = holes(10)
    values[:, column] = value
    return values


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (with_value(1, np.nan), r"some in every column, got none in columns 1"),
        (with_value(2, 4.4), r"columns that vary, got the same value throughout in columns 2"),
        (with_value(0, np.inf), r"finite values.*got infinity"),
    ],
)
def test_columns_that_say_nothing_are_refused(values, message):
    with pytest.raises(ContractError, match=message):
        fit_normal(values)


def test_weights_are_positive():
    with pytest.raises(ContractError, match="positive numbers, got 120 others"):
        fit_normal(holes(11, share=0.0), np.zeros(120))


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_a_column_that_repeats_another_changes_nothing(share):
    values = holes(13, share=share)
    alone = fit_normal(values)
    found = fit_normal(np.column_stack([values, 2 * values[:, 0] - 1]))
    assert found.converged
    assert found.covariance[:3, :3] == pytest.approx(alone.covariance, rel=1e-4, abs=1e-4)
    assert found.covariance[0, 3] == pytest.approx(2 * alone.covariance[0, 0], rel=1e-4)
