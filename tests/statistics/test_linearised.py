"""Errors of sums under a design: by the textbook, and by hand."""

import numpy as np
import pytest

from pipelines.statistics.bootstrap import Units
from pipelines.statistics.linearised import covariance_of_sums


def test_of_a_simple_sample_it_is_the_textbook_covariance_of_means():
    values = np.random.default_rng(1).normal(size=(40, 3))
    each = Units(np.arange(40), np.zeros(40, np.int64))
    found = covariance_of_sums((values - values.mean(axis=0)) / 40, each)
    np.testing.assert_allclose(found, np.cov(values.T) / 40, rtol=1e-12)


def test_rows_of_a_cluster_count_as_their_sum_and_strata_are_centred_apart():
    """Two strata of two clusters: totals 1 and 3, 5 and 5; 2/1 ((1 - 2)^2 + (3 - 2)^2) = 4."""
    rows = np.array([[0.5], [0.5], [3.0], [2.0], [3.0], [5.0]])
    clusters = Units(np.array([0, 0, 1, 2, 2, 3]), np.array([0, 0, 1, 1]))
    assert covariance_of_sums(rows, clusters)[0, 0] == pytest.approx(4)
