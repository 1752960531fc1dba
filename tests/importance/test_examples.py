"""The examples in docstrings of the room are run."""

import doctest

import pytest

from pipelines.importance import frames, halo
from pipelines.statistics import owen


@pytest.mark.parametrize("module", [frames, halo, owen])
def test_the_examples_are_as_they_say(module):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed
