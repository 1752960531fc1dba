"""Johnson's weights against relaimpo and rwa, and variance inflation against regressions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.errors import ContractError
from pipelines.statistics.relative_weights import variance_inflation, weights_of_tables
from pipelines.statistics.subsets import arrange
from tests.statistics.test_dominance import covariance, draw, fit, swiss
from tests.statistics.test_published_shares import ATTITUDE


def relative_weights(matrix, groups=None, covariates=()) -> np.ndarray:
    table, layout = arrange(matrix, groups, covariates)
    return weights_of_tables(table[None], layout)[0]


def test_swiss_is_what_relaimpo_gives():
    # relaimpo 2.2-7, calc.relimp(Fertility ~ ., swiss, type = "genizi"), which is Johnson's.
    expected = [0.048416895812, 0.154708249806, 0.271964104646, 0.114680029948, 0.116965721381]
    assert relative_weights(swiss()) == pytest.approx(expected, abs=1e-12)


def test_mtcars_is_what_rwa_gives():
    # Vignette of the R package rwa, 7 digits; the others are those of relaimpo 2.2-7, genizi.
    matrix = covariance("mtcars.csv", ["cyl", "disp", "hp", "gear"], "mpg")
    found = relative_weights(matrix)
    assert found.round(7).tolist() == [0.2284797, 0.2221469, 0.2321744, 0.0963886]
    expected = [0.2284797259282, 0.2221468705400, 0.2321744392995, 0.0963886032154]
    assert found == pytest.approx(expected, abs=1e-12)


def test_attitude_is_what_relaimpo_gives():
    # relaimpo 2.2-7, type = "genizi".
    expected = [0.3627601996581, 0.0560022787789, 0.1636109107505,
                0.1217803996882, 0.0082554664964, 0.0201927371590]  # fmt: skip
    found = relative_weights(covariance("attitude.csv", ATTITUDE, "rating"))
    assert found == pytest.approx(expected, abs=1e-12)


def test_uncorrelated_drivers_keep_their_own_r2():
    matrix = np.array([[1.0, 0.0, 0.6], [0.0, 4.0, 0.6], [0.6, 0.6, 1.0]])
    assert relative_weights(matrix) == pytest.approx([0.36, 0.09])


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(0, 2))
def test_weights_sum_to_the_r2_that_drivers_add(seed, p, held):
    rows, _ = draw(np.random.default_rng(seed), 80, p + held)
    covariates = list(range(p, p + held))
    groups = [list(range(p // 2 + 1)), *([c] for c in range(p // 2 + 1, p))]
    added = fit(rows, np.ones(80), list(range(p + held))) - fit(rows, np.ones(80), covariates)
    single = relative_weights(np.cov(rows.T), covariates=covariates)
    assert (single >= 0).all()
    assert single.sum() == pytest.approx(added, abs=1e-9)
    grouped = relative_weights(np.cov(rows.T), groups, covariates)
    assert grouped[0] == pytest.approx(single[: p // 2 + 1].sum())


def test_copied_drivers_share_equally():
    rng = np.random.default_rng(0)
    a, b, noise = rng.normal(size=(3, 300))
    copied = relative_weights(np.cov([a, b, -2 * a, a + b + noise]))
    assert copied[0] == pytest.approx(copied[2], abs=1e-12)
    assert copied.sum() == pytest.approx(
        fit(np.array([a, b, a + b + noise]).T, np.ones(300), [0, 1])
    )


def test_a_driver_that_repeats_a_covariate_has_no_weight():
    rng = np.random.default_rng(0)
    a, b, noise = rng.normal(size=(3, 300))
    weights = relative_weights(np.cov([a, b, 3 - a, a + b + noise]), covariates=[2])
    assert weights[0] == 0
    assert weights[1] > 0.2


def test_variance_inflation_is_that_of_regressing_each_driver_on_the_others():
    rows, _ = draw(np.random.default_rng(3), 100, 4)
    found = variance_inflation(np.cov(rows.T))
    for c in range(5):
        others = [o for o in range(5) if o != c]
        r2 = fit(rows[:, [*others, c]], np.ones(100), [0, 1, 2, 3])
        assert found[c] == pytest.approx(1 / (1 - r2), rel=1e-8)


def test_variance_inflation_of_a_copy_is_infinite_and_of_the_rest_is_not():
    rng = np.random.default_rng(4)
    a, b, c = rng.normal(size=(3, 200))
    found = variance_inflation(np.cov([a, b, 1 - a, c]))
    assert np.isinf(found).tolist() == [True, False, True, False]
    assert found[1] == pytest.approx(variance_inflation(np.cov([a, b, c]))[1])


def test_variance_inflation_refuses_a_constant():
    with pytest.raises(ContractError, match="positive variances"):
        variance_inflation(np.diag([1.0, 0.0]))
