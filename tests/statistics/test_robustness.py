"""Robustness values: against sensemakr's published example, by regression, and by identity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from pipelines.core.errors import ContractError
from pipelines.statistics.robustness import (
    Coefficients,
    Confounder,
    adjust,
    as_strong_as,
    robustness_value,
)

# Cinelli and Hazlett (2020) and the vignette of sensemakr 0.1.4: attitudes to peace in Darfur.
DARFUR = Coefficients(np.array([0.09731582]), np.array([0.02325654]), np.array([783.0]))
FEMALE = Coefficients(np.array([-0.23203]), np.array([0.02371]), np.array([783.0]))


def test_darfur_has_the_published_robustness_values():
    assert robustness_value(DARFUR)[0] == pytest.approx(0.139, abs=5e-4)
    assert robustness_value(DARFUR, alpha=0.05)[0] == pytest.approx(0.076, abs=5e-4)
    assert DARFUR.partial_r2[0] == pytest.approx(0.022, abs=5e-4)


def test_a_confounder_as_strong_as_female_has_the_published_bounds():
    """The vignette: R2dz.x .00916, R2yz.dx .1246, adjusted estimate .0752, error .0219."""
    bound = as_strong_as(Confounder(np.array([0.009078]), FEMALE.partial_r2))
    assert bound.with_regressor[0] == pytest.approx(0.00916, abs=5e-6)
    assert bound.with_outcome[0] == pytest.approx(0.1246, abs=5e-4)
    left = adjust(DARFUR, bound)
    assert left.value[0] == pytest.approx(0.0752, abs=5e-5)
    assert left.std_error[0] == pytest.approx(0.0219, abs=5e-5)


def regress(y: np.ndarray, columns: np.ndarray) -> Coefficients:
    """Slopes of least squares with an intercept."""
    x = np.column_stack([columns, np.ones(len(y))])
    inverse = np.linalg.inv(x.T @ x)
    slopes = inverse @ x.T @ y
    df = len(y) - x.shape[1]
    residual = y - x @ slopes
    error = np.sqrt(np.diag(inverse) * (residual @ residual) / df)
    return Coefficients(slopes[:-1], error[:-1], np.full(len(slopes) - 1, float(df)))


def partial_r2(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Of y with the first column of x given the others."""
    return regress(y, x).partial_r2[:1]


def test_adjusting_for_a_confounder_gives_the_regression_that_has_it():
    rng = np.random.default_rng(5)
    hidden, control = rng.normal(size=(2, 300))
    lever = hidden + control + rng.normal(size=300)
    outcome = lever + 2 * hidden - control + rng.normal(size=300)
    short = regress(outcome, np.column_stack([lever, control]))
    strength = Confounder(
        partial_r2(lever, np.column_stack([hidden, control])),
        partial_r2(outcome, np.column_stack([hidden, lever, control])),
    )
    first = Coefficients(short.value[:1], short.std_error[:1], short.df[:1])
    whole = regress(outcome, np.column_stack([lever, control, hidden]))
    assert adjust(first, strength).value[0] == pytest.approx(whole.value[0], rel=1e-9)
    assert adjust(first, strength).std_error[0] == pytest.approx(whole.std_error[0], rel=1e-9)


@given(st.floats(0.01, 20), st.integers(5, 5000), st.floats(0.1, 3))
def test_a_confounder_of_that_strength_changes_the_coefficient_by_that_share(t, df, share):
    found = Coefficients(np.array([t]), np.array([1.0]), np.array([float(df)]))
    strength = robustness_value(found, share)
    left = adjust(found, Confounder(strength, strength))
    assert left.value[0] == pytest.approx((1 - share) * t, abs=1e-6 * max(t, 1))


@given(st.floats(0.01, 20), st.integers(5, 5000))
def test_a_confounder_of_that_strength_leaves_the_coefficient_just_significant(t, df):
    found = Coefficients(np.array([t]), np.array([1.0]), np.array([float(df)]))
    strength = robustness_value(found, alpha=0.05)
    critical = special.stdtrit(df - 1, 0.975)
    if strength[0] == 0:
        assert t / np.sqrt(df) <= critical / np.sqrt(df - 1)
    elif t * critical / np.sqrt(df * (df - 1)) < 1:
        left = adjust(found, Confounder(strength, strength))
        assert left.value[0] / left.std_error[0] == pytest.approx(critical, rel=1e-6)


def test_fewer_degrees_of_freedom_of_a_design_leave_less_to_spare():
    of_design = special.stdtrit(np.array([12.0]), 0.975)
    usual = special.stdtrit(DARFUR.df - 1, 0.975)
    assert robustness_value(DARFUR, alpha=0.05, critical=usual) == robustness_value(
        DARFUR, alpha=0.05
    )
    assert robustness_value(DARFUR, alpha=0.05, critical=of_design)[0] < 0.076


def test_what_cannot_be_reckoned_is_refused():
    with pytest.raises(ContractError, match="standard errors above 0"):
        Coefficients(np.array([1.0]), np.array([0.0]), np.array([10.0]))
    with pytest.raises(ContractError, match="a share above 0"):
        robustness_value(DARFUR, share=0)
    with pytest.raises(ContractError, match=r"a level in 0-1, got 95"):
        robustness_value(DARFUR, alpha=95)
    with pytest.raises(ContractError, match=r"below 0.5 .* got 0.6"):
        as_strong_as(Confounder(np.array([0.6]), FEMALE.partial_r2))
