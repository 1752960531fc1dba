"""How a fit by EM moves: brute force, a case worked by hand, and nothing missing."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.statistics.bootstrap import Units
from pipelines.statistics.completed_rows import complete_rows
from pipelines.statistics.em import NormalFit, Patterns, find_patterns, fit_patterns
from pipelines.statistics.observed_information import (
    Refilling,
    complete_variance,
    moved,
    responses,
)

PRECISE = (1e-13, 5000)  # tolerance and steps


def holes(n: int = 300, p: int = 4, share: float = 0.35) -> tuple[np.ndarray, np.ndarray]:
    """Rows with blanks, and weights."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(n, p)) @ rng.normal(size=(p, p)) + 10 * rng.normal(size=p)
    values[rng.random((n, p)) < share] = np.nan
    some = ~np.isnan(values).all(axis=1)
    return values[some], rng.uniform(0.5, 2, n)[some]


def each_its_own(n: int) -> Units:
    return Units(np.arange(n), np.zeros(n, np.int64))


def refilling(values: np.ndarray, patterns: Patterns, fit: NormalFit) -> Refilling:
    return Refilling.of(complete_rows(values, patterns, fit), patterns, fit)


@pytest.mark.parametrize("prior", [0.0, 10.0])
def test_moves_are_those_of_fits_to_weights_that_differ_by_little(prior):
    values, weights = holes()
    patterns = find_patterns(values, weights)
    fit = fit_patterns(patterns, patterns.weights, prior, *PRECISE)
    moves = refilling(values, patterns, fit).moves(each_its_own(len(values)), 4)
    upper, step = np.triu_indices(4), 1e-4
    for one, other in ((0, 40), (5, 99), (17, 250)):
        ends = []
        for sign in (1, -1):  # weight goes from one row to another
            shifted = patterns.weights.copy()
            shifted[one] += sign * step
            shifted[other] -= sign * step
            found = fit_patterns(patterns, shifted, prior, *PRECISE)
            ends.append(np.append(found.mean, found.covariance[upper]))
        slope = (ends[0] - ends[1]) / (2 * step)
        by_weight = moves[:, 1:] / moves[:, :1]
        told = (by_weight[one] - by_weight[other]) / moves[:, 0].sum()
        assert told == pytest.approx(slope, rel=1e-4, abs=1e-5 * np.abs(slope).max())


def test_a_mean_moves_by_the_answers_that_there_are():
    # Of one column half of whose rows are blank, beside one that says nothing of it, a row moves
    # the mean by its deviation over half of the rows, and a blank row by nothing.
    values = np.tile([[0.0, 1.0], [2.0, 1.0], [0.0, 3.0], [2.0, 3.0]], (20, 1))
    blank = np.vstack([values, np.column_stack([np.full(80, np.nan), values[:, 1]])])
    patterns = find_patterns(blank)
    fit = fit_patterns(patterns, patterns.weights, 0.0, *PRECISE)
    moves = refilling(blank, patterns, fit).moves(each_its_own(160), 1)
    assert moves[:4, 1] / 160 == pytest.approx([-1 / 80, 1 / 80, -1 / 80, 1 / 80], abs=1e-9)
    assert moves[80:, 1] == pytest.approx(np.zeros(80), abs=1e-9)


def test_without_blanks_nothing_responds_more():
    values, weights = holes(share=0.0)
    patterns = find_patterns(values, weights)
    fit = fit_patterns(patterns, patterns.weights, 0.0, *PRECISE)
    assert responses(patterns, fit) == pytest.approx(np.eye(14), abs=1e-6)
    counts = np.random.default_rng(1).poisson(1.0, (3, len(values))).astype(float)
    moves = refilling(values, patterns, fit).moves(each_its_own(len(values)), 4)
    means, _ = moved(fit.mean, fit.covariance, moves, counts)
    direct = [np.average(values, axis=0, weights=weights * row) for row in counts]
    assert means == pytest.approx(np.array(direct), rel=1e-9)


def test_the_variance_of_products_is_that_of_normal_variables():
    covariance = np.array([[2.0, 0.6], [0.6, 1.0]])
    draws = np.random.default_rng(2).multivariate_normal([0, 0], covariance, 400_000)
    x, y = draws.T
    direct = np.cov(np.stack([x, y, x * x, x * y, y * y]))
    assert complete_variance(covariance) == pytest.approx(direct, rel=0.03, abs=0.05)


def test_replicates_are_covariances_however_far_they_move():
    values, weights = holes(60, share=0.6)
    patterns = find_patterns(values, weights)
    fit = fit_patterns(patterns, patterns.weights, 2.0, *PRECISE)
    n = len(values)
    counts = np.random.default_rng(3).multinomial(n, np.full(n, 1 / n), 200).astype(float)
    moves = refilling(values, patterns, fit).moves(each_its_own(n), 4)
    _, found = moved(fit.mean, fit.covariance, moves, counts)
    assert np.linalg.eigvalsh(found).min() > 0


def test_replicates_spread_as_fits_to_their_rows():
    values, weights = holes(2000, share=0.4)
    patterns = find_patterns(values, weights)
    fit = fit_patterns(patterns, patterns.weights, 0.0, *PRECISE)
    n = len(values)
    counts = np.random.default_rng(4).multinomial(n, np.full(n, 1 / n), 100).astype(float)
    moves = refilling(values, patterns, fit).moves(each_its_own(n), 4)
    means, covariances = moved(fit.mean, fit.covariance, moves, counts)
    again = [fit_patterns(patterns, patterns.weights * row, 0.0, 1e-6, 3000) for row in counts]
    assert means.std(axis=0) == pytest.approx(np.std([f.mean for f in again], axis=0), rel=0.1)
    spread = np.std([f.covariance for f in again], axis=0)
    assert covariances.std(axis=0) == pytest.approx(spread, rel=0.15)


def test_what_nobody_tells_stays_where_the_fit_left_it():
    values, _ = holes(200, p=2, share=0.0)
    values[:100, 0] = values[100:, 1] = np.nan
    patterns = find_patterns(values)
    fit = fit_patterns(patterns, patterns.weights, 0.0, *PRECISE)
    moves = refilling(values, patterns, fit).moves(each_its_own(200), 2)
    deviation = np.where(np.isnan(values), 0.0, values - fit.mean)
    assert moves[:, 1:3] == pytest.approx(2 * deviation, abs=1e-6)
    assert moves[:, 4] == pytest.approx(np.zeros(200), abs=1e-6)
