"""Kano's questionnaire: the published table, a worked example, ties and Fong's test."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.errors import ContractError
from pipelines.statistics.kano import KANO_CATEGORIES, KanoCounts, categorise


def counts(**of: float) -> KanoCounts:
    letters = {"a": 0, "o": 1, "m": 2, "i": 3, "r": 4, "q": 5}
    found = np.zeros(6)
    for letter, count in of.items():
        found[letters[letter]] = count
    return KanoCounts(found)


def test_the_table_is_the_published_one():
    """Berger et al. (1993): rows functional, columns dysfunctional, like to dislike."""
    rows, columns = (x.ravel().astype(float) for x in np.mgrid[1:6, 1:6])
    letters = "".join(KANO_CATEGORIES[k][0].upper() for k in categorise(rows, columns))
    assert letters == "QAAAO" + "RIIIM" * 3 + "RRRRQ"


def test_coefficients_of_a_worked_case():
    """Of 100: A 30, O 25, M 20, I 15, R 6, Q 4. (30 + 25) / 90, -(25 + 20) / 90."""
    found = counts(a=30, o=25, m=20, i=15, r=6, q=4)
    assert found.satisfaction == pytest.approx(0.6111, abs=5e-5)
    assert found.dissatisfaction == pytest.approx(-0.5)


@pytest.mark.parametrize(
    ("tied", "first"),
    [("moai", "must_be"), ("oai", "one_dimensional"), ("ai", "attractive"), ("ma", "must_be")],
)
def test_of_equally_frequent_categories_the_one_that_forbids_more_comes_first(tied, first):
    assert KANO_CATEGORIES[counts(**dict.fromkeys(tied, 10)).dominant] == first


def test_fongs_test_by_hand():
    """a 38, b 24, n 100: 1.65 sqrt(62 * 138 / 200) = 10.79 < 14, decided; 34 and 24 are not."""
    assert counts(a=38, o=24, m=20, i=18).is_decided
    assert not counts(a=34, o=24, m=22, i=20).is_decided


def test_nobody_decides_nothing():
    assert not counts().is_decided
    assert np.isnan(counts(r=5).satisfaction)


@given(st.lists(st.floats(0, 1000), min_size=6, max_size=6))
def test_coefficients_stay_in_range(numbers):
    found = KanoCounts(np.array(numbers))
    if sum(numbers[:4]) > 0:
        assert 0 <= found.satisfaction <= 1
        assert -1 <= found.dissatisfaction <= 0


@given(st.lists(st.integers(0, 500), min_size=6, max_size=6), st.integers(2, 9))
def test_what_is_decided_stays_so_in_a_larger_sample_of_the_same(numbers, times):
    found = KanoCounts(np.array(numbers, float))
    larger = KanoCounts(times * found.counts)
    assert larger.is_decided or not found.is_decided


def test_an_answer_that_is_none_of_the_five_is_refused():
    with pytest.raises(ContractError, match=r"1 others: \[0.0\]"):
        categorise(np.array([1.0, 0.0]), np.array([5.0, 5.0]))
    with pytest.raises(ContractError, match=r"1 others: \[nan\]"):
        categorise(np.array([1.0]), np.array([np.nan]))
