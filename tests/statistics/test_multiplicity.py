"""Adjusted p-values, against R's p.adjust and by properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import false_discovery_control

from pipelines.core.errors import ContractError
from pipelines.statistics.multiplicity import benjamini_hochberg, holm

p_values = arrays(float, st.integers(0, 40), elements=st.floats(0, 1))


def test_four_p_values_are_adjusted_as_by_r():
    # R: p.adjust(c(.01, .04, .03, .2), "holm") and "BH"
    p = np.array([0.01, 0.04, 0.03, 0.2])
    assert holm(p) == pytest.approx([0.04, 0.09, 0.09, 0.2])
    assert benjamini_hochberg(p) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.2])


def test_eight_p_values_are_adjusted_as_by_statsmodels():
    # statsmodels 0.15: multipletests(p, method="holm")
    p = np.array([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205])
    assert holm(p) == pytest.approx([0.008, 0.056, 0.234, 0.234, 0.234, 0.234, 0.234, 0.234])


@given(p_values.filter(len))
def test_benjamini_hochberg_agrees_with_scipy(p):
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p))


@given(p_values)
def test_an_adjusted_p_value_is_no_smaller_and_at_most_one(p):
    for adjusted in (benjamini_hochberg(p), holm(p)):
        assert (adjusted >= p - 1e-15).all()
        assert (adjusted <= 1).all()


@given(p_values)
def test_the_order_of_p_values_stays(p):
    for adjusted in (benjamini_hochberg(p), holm(p)):
        assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()


@given(p_values)
def test_holm_is_never_bolder_than_benjamini_hochberg(p):
    assert (holm(p) >= benjamini_hochberg(p) - 1e-15).all()


def test_true_nulls_are_rejected_no_more_often_than_the_rate_says():
    # 2,000 families: 80 true nulls and 20 clear effects; the share of false discoveries.
    rng = np.random.default_rng(20260101)
    false = []
    for _ in range(2000):
        p = np.concatenate([rng.uniform(size=80), rng.uniform(size=20) * 1e-4])
        found = benjamini_hochberg(p) <= 0.05
        false.append(found[:80].sum() / max(found.sum(), 1))
    assert np.mean(false) == pytest.approx(0.05 * 80 / 100, abs=0.003)


@pytest.mark.parametrize("adjust", [benjamini_hochberg, holm])
@pytest.mark.parametrize("bad", [np.nan, -0.1, 1.1])
def test_a_p_value_that_is_none_is_refused(adjust, bad):
    with pytest.raises(ContractError, match=r"expected p-values in 0-1, got 1 others"):
        adjust(np.array([0.5, bad]))
