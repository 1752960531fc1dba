"""A measure says its range and the family of its interval, or nothing is estimated of it."""

from __future__ import annotations

from typing import get_args

import pytest

from pipelines.contract.estimate import BY_NAME
from pipelines.contract.table import Family, Measure
from pipelines.core.errors import ContractError
from pipelines.estimates.targets import FAMILIES, declared


def test_a_declared_measure_is_found_by_its_name():
    for name, measure in BY_NAME.items():
        if not measure.is_on_scale:
            assert declared(name) is measure
            assert declared(measure) is measure


def test_a_measure_on_the_scale_of_its_question_needs_that_scale():
    with pytest.raises(ContractError, match=r"a range of values, got -inf to inf; say its scale"):
        declared("ces")
    assert declared(BY_NAME["ces"].on_scale(1, 5)).width == 4


def test_every_family_of_the_contract_has_an_interval_here():
    assert get_args(Family) == FAMILIES == ("mean", "share", "nps")


def test_a_measure_needs_a_family_where_its_answers_are_pooled_too():
    half = Measure(
        "delight", 0, 100, "points", family="mean", pooled="any", better="higher", missing="answers"
    )
    with pytest.raises(ContractError, match=r"'delight': .* 'share', 'nps', got 'any'; declare it"):
        declared(half)
