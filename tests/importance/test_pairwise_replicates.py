"""Replicates of covariances by pairs that are no covariance matrices: left out, and counted."""

import numpy as np
import polars as pl
import pytest

from pipelines.importance import relative_importance
from pipelines.importance.covariances import is_semidefinite


def nearly_contradictory(noise: float, n: int = 600) -> pl.DataFrame:
    """Three drivers that the outcome nearly is, each answered by its own seven in ten."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(n, 1)) + rng.normal(size=(n, 3))
    y = x.sum(axis=1) + noise * rng.normal(size=n)
    x[rng.random((n, 3)) < 0.3] = np.nan
    return pl.DataFrame(x, schema=["a", "b", "c"]).with_columns(y=pl.Series(y)).fill_nan(None)


def by_pairs(frame: pl.DataFrame):
    return relative_importance(
        frame, "y", ["a", "b", "c"], missing="pairwise", replicates=400,
        rng=np.random.default_rng(0),
    )  # fmt: skip


def test_a_replicate_that_is_no_covariance_does_not_take_r2_down_to_zero():
    found = by_pairs(nearly_contradictory(0.8))
    assert 0 < found.replicates_left_out <= 20
    assert found.r2_low is not None
    assert found.r2_high is not None
    # Set to the nearest covariance, these replicates have an R2 of 1, and reflected it is one of 0.
    assert 0.5 < found.r2_low < found.r2 < found.r2_high


def test_with_many_of_them_there_are_no_intervals():
    found = by_pairs(nearly_contradictory(0.6))
    assert found.replicates_left_out > 20
    assert (found.r2_low, found.r2_high) == (None, None)
    assert found.table["low"].null_count() == found.table["letters"].null_count() == 3
    assert found.rank_probability.is_empty()
    assert found.table["importance_pct"].sum() == pytest.approx(100)


def test_three_correlations_that_contradict_each_other_are_none():
    # With r12 = r13 = .9, worked by hand, r23 lies between .62 and 1.
    for r23, sound in ((0.61, False), (0.63, True)):
        matrix = np.array([[1, 0.9, 0.9], [0.9, 1, r23], [0.9, r23, 1]])
        assert is_semidefinite(matrix) == sound
