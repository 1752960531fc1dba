"""What the reasons of a question tell of who experienced its touchpoint."""

import doctest

import numpy as np
import pytest

from pipelines.contract.canonical import MISSING_REASONS
from pipelines.core import answers
from pipelines.core.answers import DONT_KNOW, GIVEN, NOT_EXPERIENCED, experience

NAN = float("nan")


@pytest.mark.parametrize(("counts", "told"), [(True, 1.0), (False, NAN)])
def test_a_dont_know_is_an_experience_if_the_caller_says_so(counts, told):
    found = experience(np.array([float(DONT_KNOW)]), dont_know_is_experience=counts)
    assert found.tolist() == pytest.approx([told], nan_ok=True)


@pytest.mark.parametrize("counts", [True, False])
def test_a_rating_tells_of_an_experience_and_other_blanks_of_nothing(counts):
    others = [
        k for k in range(1, len(MISSING_REASONS) + 1) if k not in (NOT_EXPERIENCED, DONT_KNOW)
    ]
    assert len(others) == len(MISSING_REASONS) - 2
    reason = np.array([GIVEN, NOT_EXPERIENCED, NAN, *others])
    found = experience(reason, dont_know_is_experience=counts)
    expected = [1.0, 0.0, NAN] + [NAN] * len(others)
    assert found.tolist() == pytest.approx(expected, nan_ok=True)


def test_the_examples_are_as_they_say():
    result = doctest.testmod(answers)
    assert result.attempted
    assert not result.failed
