"""The examples in docstrings of the room are run."""

import doctest

import pytest

from pipelines.importance import contrasts, frames, halo, letters, shrinkage
from pipelines.statistics import owen


@pytest.mark.parametrize("module", [contrasts, frames, halo, letters, shrinkage, owen])
def test_the_examples_are_as_they_say(module):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed
