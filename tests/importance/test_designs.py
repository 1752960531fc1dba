"""Routed drivers as use and rating, or as their rating alone."""

import numpy as np
import pytest

from tests.importance.made_up_ratings import made_up


def test_a_routed_driver_is_its_use_and_its_rating_among_users():
    ratings = made_up(200)
    design = ratings.use_and_rating
    assert design.groups == ((0,), (1, 2), (3, 4))  # everybody used the first
    users = ratings.used[:, 1] == 1
    assert set(design.values[:, 1]) == {0.0, 1.0}
    assert (design.values[~users, 2] == 0).all()
    mean = np.average(ratings.rating[users, 1], weights=ratings.weight[users])
    assert design.centre[1] == pytest.approx(mean)
    assert design.values[users, 2] == pytest.approx(ratings.rating[users, 1] - mean)


def test_not_experienced_is_blank_only_if_the_policy_says_so():
    ratings = made_up(200)
    unused = ratings.used[:, 2] == 0
    assert np.isnan(ratings.rating_alone.values[unused, 2]).all()
    assert not np.isnan(ratings.use_and_rating.values).any()
