"""Totals that every model, part and bootstrap replicate is a sum of."""

import numpy as np
import pytest

from pipelines.importance.blanks import complete
from pipelines.importance.totals import add_up, semidefinite
from pipelines.statistics.bootstrap import draws
from tests.importance.made_up_ratings import made_up, totals_of


def test_without_blanks_the_covariance_is_that_of_the_rows():
    ratings = made_up(300)
    design = ratings.use_and_rating
    units, totals = totals_of(ratings, design)
    drawn = totals.draws(np.ones((1, units.n)))
    rows = np.cov(design.values.T, aweights=ratings.weight, ddof=0)
    assert drawn.covariance == pytest.approx(rows, rel=1e-9, abs=1e-9)
    assert drawn.covariances[0] == pytest.approx(rows, rel=1e-9, abs=1e-9)
    assert drawn.mean == pytest.approx(np.average(design.values, axis=0, weights=ratings.weight))


def test_a_replicate_is_the_sample_with_rows_repeated():
    ratings = made_up(150)
    design = ratings.use_and_rating
    units, totals = totals_of(ratings, design)
    (counts,) = draws(units, 3, np.random.default_rng(5))
    drawn = totals.draws(counts)
    for row, count in enumerate(counts):
        weight = ratings.weight * count[units.of_row]
        direct = np.cov(design.values.T, aweights=weight, ddof=0)
        assert drawn.covariances[row] == pytest.approx(direct, rel=1e-9, abs=1e-9)


def test_totals_of_a_part_and_of_the_others_are_those_of_all():
    ratings = made_up(400, blank=0.1)
    design = ratings.use_and_rating
    units, totals = totals_of(ratings, design)
    expected = complete(design, ratings.weight, ratings.attributes)
    left = (ratings.attributes["side"] == "left").to_numpy()
    part = add_up(expected, ratings.weight, units, left)
    others = add_up(expected, ratings.weight, units, ~left)
    assert (totals - part).sums == pytest.approx(others.sums, abs=1e-8)
    assert part.n + others.n == totals.n


def test_only_matrices_with_negative_eigenvalues_are_moved():
    rows = np.random.default_rng(0).normal(size=(9, 30, 5))
    matrices = rows.swapaxes(1, 2) @ rows
    matrices[:, 2] = matrices[:, :, 2] = 0  # a constant column is none
    wrong = matrices.copy()
    wrong[4, 0, 1] = wrong[4, 1, 0] = 1000
    found = semidefinite(wrong)
    moved = np.abs(found - wrong).max(axis=(1, 2)) > 0
    assert moved.tolist() == [at == 4 for at in range(9)]
    assert np.linalg.eigvalsh(found[4]).min() > -1e-9
