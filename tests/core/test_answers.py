"""What the reasons of a question tell of who experienced its touchpoint."""

import doctest

import numpy as np
import pytest

from pipelines.contract.canonical import MISSING_REASONS
from pipelines.core import answers
from pipelines.core.answers import DONT_KNOW, GIVEN, NOT_EXPERIENCED, experience

NAN = float("nan")


def test_only_a_rating_and_a_lack_of_experience_tell_of_one():
    others = [k for k in range(1, len(MISSING_REASONS) + 1) if k != NOT_EXPERIENCED]
    assert DONT_KNOW in others
    assert len(others) == len(MISSING_REASONS) - 1
    found = experience(np.array([GIVEN, NOT_EXPERIENCED, NAN, *others]))
    expected = [1.0, 0.0, NAN] + [NAN] * len(others)
    assert found.tolist() == pytest.approx(expected, nan_ok=True)


def test_the_examples_are_as_they_say():
    result = doctest.testmod(answers)
    assert result.attempted
    assert not result.failed
