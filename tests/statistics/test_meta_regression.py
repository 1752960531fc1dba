"""Regression of estimates: against statsmodels, against least squares, and by its coverage."""

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from pipelines.core.errors import ContractError
from pipelines.statistics.meta_regression import regress_estimates

# Log risk ratios of tuberculosis with BCG vaccine and their variances, thirteen trials, and the
# latitude of each: Berkey, Hoaglin, Mosteller and Colditz (1995), Statistics in Medicine 14, 395.
RATIO = np.array([-0.8893, -1.5854, -1.3481, -1.4416, -0.2175, -0.7861, -1.6209, 0.0120, -0.4694,
                  -1.3713, -0.3394, 0.4459, -0.0173])  # fmt: skip
VARIANCE = np.array([0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564, 0.0730,
                     0.0124, 0.5325, 0.0714])  # fmt: skip


@pytest.mark.filterwarnings("ignore:`use_t=True` requires")  # of the intervals of single trials
def test_without_columns_it_is_the_random_effect_of_statsmodels():
    found = regress_estimates(RATIO, np.ones((13, 1)), np.diag(VARIANCE), 12, 0.95)
    theirs = combine_effects(RATIO, VARIANCE, method_re="iterated", use_t=True)
    row = theirs.summary_frame().loc["random effect wls"]
    assert found.between == pytest.approx(theirs.tau2, abs=1e-8)
    assert found.value[0] == pytest.approx(row["eff"], abs=1e-6)
    assert found.std_error[0] == pytest.approx(row["sd_eff"], abs=1e-6)
    assert (found.low[0], found.high[0]) == pytest.approx((row["ci_low"], row["ci_upp"]), abs=1e-5)


def test_equal_errors_without_anything_between_give_least_squares():
    x = np.column_stack([np.ones(6), np.arange(6.0)])
    y = 1 + 2 * np.arange(6.0) + 0.01 * np.array([1, -1, 1, -1, 1, -1])
    found = regress_estimates(y, x, np.eye(6), 4, 0.9)
    np.testing.assert_allclose(found.value, np.linalg.lstsq(x, y, rcond=None)[0], atol=1e-12)
    assert found.between == 0
    assert found.std_error == pytest.approx(np.sqrt(np.diag(np.linalg.inv(x.T @ x))))
    assert found.chance_error == pytest.approx(found.std_error)


@pytest.mark.parametrize("between", [0.0, 1.0])
def test_nine_estimates_are_enough_for_an_interval_that_holds_the_slope(between):
    """Of 2,000 samples 95 % +- 1.5 points; more with nothing between: the scale is 1 or more."""
    rng = np.random.default_rng(3)
    x = np.column_stack([np.ones(9), np.linspace(-2, 2, 9)])
    error = np.linspace(0.5, 1.5, 9)
    held = 0
    for _ in range(2000):
        y = x @ [0.0, 1.0] + error * rng.normal(size=9) + np.sqrt(between) * rng.normal(size=9)
        found = regress_estimates(y, x, np.diag(error**2), 7, 0.95)
        held += found.low[1] <= 1 <= found.high[1]
    assert 0.935 <= held / 2000 <= (0.965 if between else 0.99)


def test_what_has_no_error_or_no_freedom_is_refused():
    one = np.ones((3, 1))
    with pytest.raises(ContractError, match="0 degrees of freedom"):
        regress_estimates(np.arange(3.0), one, np.eye(3), 0, 0.95)
    with pytest.raises(ContractError, match="variance of 0"):
        regress_estimates(np.arange(3.0), one, np.zeros((3, 3)), 2, 0.95)
