"""Very satisfied, dissatisfied and top boxes, by the points of a scale."""

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core import scales
from pipelines.core.scales import dissatisfied, in_top_boxes, very_satisfied


@pytest.mark.parametrize(
    ("low", "high", "very", "poorly"),
    [
        (0, 10, [9, 10], [0, 1, 2, 3, 4, 5, 6]),  # promoters and detractors
        (1, 10, [9, 10], [1, 2, 3, 4, 5]),
        (1, 7, [7], [1, 2, 3]),
        (1, 6, [6], [1]),
        (1, 5, [5], [1, 2]),
        (0, 3, [3], [0, 1]),
        (0, 1, [1], [0]),
    ],
)
def test_each_scale_has_its_very_satisfied_and_its_dissatisfied(low, high, very, poorly):
    answers = np.arange(low, high + 1.0)
    assert answers[very_satisfied(answers, low, high)].tolist() == very
    assert answers[dissatisfied(answers, low, high)].tolist() == poorly


def test_an_answer_between_two_points_has_not_reached_the_upper_one():
    answers = np.array([3.5, 4.0, 8.5, 6.5])
    assert in_top_boxes(answers, 5, 2).tolist() == [False, True, True, True]
    assert very_satisfied(answers, 0, 10).tolist() == [False] * 4
    assert dissatisfied(answers, 0, 10).tolist() == [True, True, False, False]


def test_who_did_not_answer_is_neither():
    nothing = np.array([np.nan])
    assert not very_satisfied(nothing, 1, 5).any()
    assert not dissatisfied(nothing, 1, 5).any()


@given(st.integers(-5, 5), st.integers(1, 12))
def test_nobody_is_both(low, steps):
    answers = np.arange(low, low + steps + 1.0)
    both = very_satisfied(answers, low, low + steps) & dissatisfied(answers, low, low + steps)
    assert not both.any()


def test_the_examples_are_as_they_say():
    result = doctest.testmod(scales)
    assert result.attempted
    assert not result.failed
