"""Routed drivers, blanks in expectation, and totals that every model is a sum of."""

import numpy as np
import polars as pl
import pytest

from pipelines.core.errors import ContractError
from pipelines.drivers.designs import Design, complete, rating_alone, use_and_rating
from pipelines.drivers.models import Model
from pipelines.drivers.sheets import _targets
from pipelines.drivers.totals import add_up, semidefinite
from pipelines.statistics.bootstrap import draws, sampling_units
from tests.drivers.answer_sheets import made_up


def test_a_routed_driver_is_its_use_and_its_rating_among_users():
    sheets = made_up(200)
    design = use_and_rating(sheets)
    assert design.groups == ((0,), (1, 2), (3, 4))  # everybody used the first
    users = sheets.used[:, 1] == 1
    assert set(design.values[:, 1]) == {0.0, 1.0}
    assert (design.values[~users, 2] == 0).all()
    mean = np.average(sheets.rating[users, 1], weights=sheets.weight[users])
    assert design.centre[1] == pytest.approx(mean)
    assert design.values[users, 2] == pytest.approx(sheets.rating[users, 1] - mean)


def test_not_experienced_is_blank_only_if_the_policy_says_so():
    sheets = made_up(200)
    unused = sheets.used[:, 2] == 0
    assert np.isnan(rating_alone(sheets).values[unused, 2]).all()
    assert not np.isnan(use_and_rating(sheets).values).any()


def totals_of(sheets, design):
    units = sampling_units(sheets.n, sheets.cluster, sheets.stratum, 2000, np.random.default_rng(0))
    expected = complete(design, sheets.weight, sheets.segments)
    return units, add_up(expected, sheets.weight, units, np.ones(sheets.n, bool))


def test_without_blanks_the_covariance_is_that_of_the_rows():
    sheets = made_up(300)
    design = use_and_rating(sheets)
    units, totals = totals_of(sheets, design)
    drawn = totals.draws(np.ones((1, units.n)))
    rows = np.cov(design.values.T, aweights=sheets.weight, ddof=0)
    assert drawn.covariance == pytest.approx(rows, rel=1e-9, abs=1e-9)
    assert drawn.covariances[0] == pytest.approx(rows, rel=1e-9, abs=1e-9)
    assert drawn.mean == pytest.approx(np.average(design.values, axis=0, weights=sheets.weight))


def test_a_replicate_is_the_sample_with_rows_repeated():
    sheets = made_up(150)
    design = use_and_rating(sheets)
    units, totals = totals_of(sheets, design)
    (counts,) = draws(units, 3, np.random.default_rng(5))
    drawn = totals.draws(counts)
    for row, count in enumerate(counts):
        weight = sheets.weight * count[units.of_row]
        direct = np.cov(design.values.T, aweights=weight, ddof=0)
        assert drawn.covariances[row] == pytest.approx(direct, rel=1e-9, abs=1e-9)


def test_totals_of_a_part_and_of_the_others_are_those_of_all():
    sheets = made_up(400, blank=0.1)
    design = use_and_rating(sheets)
    units, totals = totals_of(sheets, design)
    left = (sheets.segments["side"] == "left").to_numpy()
    part = add_up(totals.expected, sheets.weight, units, left)
    others = add_up(totals.expected, sheets.weight, units, ~left)
    assert (totals - part).sums == pytest.approx(others.sums, abs=1e-8)
    assert part.n + others.n == totals.n


def test_blanks_at_random_leave_slopes_where_they_are():
    sheets = made_up(6000, blank=0.15)
    design = use_and_rating(sheets)
    units, totals = totals_of(sheets, design)
    (counts,) = draws(units, 200, np.random.default_rng(2))
    model = Model.of(design, totals.draws(counts), "mean")
    found, error = model.slope.value, model.slope.error
    assert (np.abs(found - (0.5, 0.8, 0.2)) < 4 * error).all(), (found, error)


def test_the_spread_of_replicates_is_that_of_repeated_samples_with_blanks():
    slopes, errors = [], []
    for seed in range(60):
        sheets = made_up(500, blank=0.1, seed=seed)
        design = use_and_rating(sheets)
        units, totals = totals_of(sheets, design)
        (counts,) = draws(units, 200, np.random.default_rng(seed))
        model = Model.of(design, totals.draws(counts), "mean")
        slopes.append(model.slope.value)
        errors.append(model.slope.error)
    ratio = np.mean(errors, axis=0) / np.std(slopes, axis=0, ddof=1)
    # 60 samples tell a standard deviation to 9 %; the correction is meant not to be too small
    assert ((ratio > 0.75) & (ratio < 1.45)).all(), ratio


def test_too_few_answers_are_refused_and_few_are_shrunk():
    values = np.random.default_rng(0).normal(size=(30, 8))
    with pytest.raises(ContractError, match=r"5 answers per column, 40 for 8 columns, got 30"):
        complete(Design(values, ((0,),), np.zeros(1)), np.ones(30), pl.DataFrame())
    for n, prior in ((60, 8), (400, 0)):
        sheets = made_up(n)
        design = use_and_rating(sheets)
        assert design.columns == 8
        assert complete(design, sheets.weight, sheets.segments).prior_rows == prior


@pytest.mark.parametrize(
    ("answers", "low", "high", "top", "bottom"),
    [
        ([0, 6, 7, 8, 9, 10], 0, 10, [0, 0, 0, 0, 1, 1], [1, 1, 0, 0, 0, 0]),
        ([1, 5, 6, 8, 9, 10], 1, 10, [0, 0, 0, 0, 1, 1], [1, 1, 0, 0, 0, 0]),
        ([1, 2, 3, 4, 5], 1, 5, [0, 0, 0, 0, 1], [1, 1, 0, 0, 0]),
    ],
)
def test_the_very_satisfied_and_the_dissatisfied_of_each_scale(answers, low, high, top, bottom):
    found = _targets(np.array(answers, float), low, high)
    assert (found[:, 1] / 100).tolist() == top
    assert (found[:, 2] / 100).tolist() == bottom
    assert (found[0, 0], found[-1, 0]) == (0, 100)


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
