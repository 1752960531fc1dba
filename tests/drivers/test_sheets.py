"""Answer sheets: the targets that an outcome's answers are."""

import numpy as np
import pytest

from pipelines.drivers.sheets import targets_of


@pytest.mark.parametrize(
    ("answers", "low", "high", "top", "bottom"),
    [
        ([0, 6, 7, 8, 9, 10], 0, 10, [0, 0, 0, 0, 1, 1], [1, 1, 0, 0, 0, 0]),
        ([1, 5, 6, 8, 9, 10], 1, 10, [0, 0, 0, 0, 1, 1], [1, 1, 0, 0, 0, 0]),
        ([1, 2, 3, 4, 5], 1, 5, [0, 0, 0, 0, 1], [1, 1, 0, 0, 0]),
    ],
)
def test_answers_become_percents_and_boxes_of_their_scale(answers, low, high, top, bottom):
    found = targets_of(np.array(answers, float), low, high)
    assert (found[:, 1] / 100).tolist() == top
    assert (found[:, 2] / 100).tolist() == bottom
    assert (found[0, 0], found[-1, 0]) == (0, 100)
