"""The examples in the docstrings of what chooses measures."""

import doctest

import pytest

from pipelines.core import measures
from pipelines.decisions import candidates, combinations, hindsight, portfolio

MODULES = (measures, candidates, combinations, hindsight, portfolio)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples_are_right(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed
