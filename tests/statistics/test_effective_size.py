"""Effective numbers of answers, by hand and from repeated samples."""

import numpy as np
import pytest

from pipelines.statistics.bootstrap import Units
from pipelines.statistics.effective_size import effective_n


def units(cluster: np.ndarray, stratum: np.ndarray | None = None) -> Units:
    strata = np.zeros(int(cluster.max()) + 1, np.int64) if stratum is None else stratum
    return Units(cluster, strata)


def test_rows_that_come_in_pairs_count_half():
    # Worked by hand: ten values, each twice in a cluster of its own, say as much as ten. The
    # clusters' variance is 10/9 of the mean square over 10, that of 20 single rows 1/19 of it.
    values = np.repeat(np.random.default_rng(0).normal(size=10), 2)
    found = effective_n(values, np.ones(20), units(np.arange(20) // 2), np.ones(20, bool))
    assert found == pytest.approx(20 * (1 / 19) / (1 / 9))


def test_without_weights_clusters_and_strata_it_is_the_number_of_rows():
    values = np.random.default_rng(1).normal(size=50)
    each = units(np.arange(50))
    assert effective_n(values, np.ones(50), each, np.ones(50, bool)) == pytest.approx(50)


def test_weights_that_say_nothing_of_the_values_give_kish():
    rng = np.random.default_rng(2)
    n = 40_000
    weights = np.exp(0.5 * rng.normal(size=n))
    found = effective_n(rng.normal(size=n), weights, units(np.arange(n)), np.ones(n, bool))
    assert found == pytest.approx(weights.sum() ** 2 / (weights**2).sum(), rel=0.03)


def test_strata_that_differ_add_to_it():
    stratum = np.repeat([0, 1], 100)
    values = 3.0 * stratum + np.random.default_rng(3).normal(size=200)
    assert (
        effective_n(values, np.ones(200), units(np.arange(200), stratum), np.ones(200, bool)) > 400
    )


def test_answers_that_do_not_differ_are_counted_by_their_weights():
    weights = np.array([1.0, 1.0, 2.0])
    found = effective_n(np.ones(3), weights, units(np.arange(3)), np.ones(3, bool))
    assert found == pytest.approx(16 / 6)
