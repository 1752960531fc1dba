"""Slopes of models, with and without blanks, and their spread."""

import numpy as np

from pipelines.importance.models import Model
from pipelines.statistics.bootstrap import draws
from tests.importance.made_up_ratings import made_up, totals_of


def test_blanks_at_random_leave_slopes_where_they_are():
    ratings = made_up(6000, blank=0.15)
    design = ratings.use_and_rating
    units, totals = totals_of(ratings, design)
    (counts,) = draws(units, 200, np.random.default_rng(2))
    model = Model.of(design, totals.draws(counts), "mean")
    found, error = model.slope.value, model.slope.error
    assert (np.abs(found - (0.5, 0.8, 0.2)) < 4 * error).all(), (found, error)


def test_the_spread_of_replicates_is_that_of_repeated_samples_with_blanks():
    slopes, errors = [], []
    for seed in range(60):
        ratings = made_up(500, blank=0.1, seed=seed)
        design = ratings.use_and_rating
        units, totals = totals_of(ratings, design)
        (counts,) = draws(units, 200, np.random.default_rng(seed))
        model = Model.of(design, totals.draws(counts), "mean")
        slopes.append(model.slope.value)
        errors.append(model.slope.error)
    ratio = np.mean(errors, axis=0) / np.std(slopes, axis=0, ddof=1)
    # 60 samples tell a standard deviation to 9 %; the correction is meant not to be too small
    assert ((ratio > 0.75) & (ratio < 1.45)).all(), ratio
