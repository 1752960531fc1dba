"""The examples in docstrings of the room are run."""

import doctest

from pipelines.importance import frames


def test_the_examples_are_as_they_say():
    result = doctest.testmod(frames)
    assert result.attempted
    assert not result.failed
