"""Customer numbers of the demo study: check digits, order, and how each system writes them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.errors import ContractError
from pipelines.simulate.identities import customer_records
from pipelines.simulate.model import SYSTEMS
from pipelines.simulate.numbers import PERSONS, luhn_digit, scatter
from tests.simulate.sampled_people import SIZE, draw_people


@pytest.mark.parametrize(("number", "digit"), [(1_789_372_997, 4), (7_992_739_871, 3), (0, 0)])
def test_the_check_digit_is_that_of_published_examples(number, digit):
    assert luhn_digit(np.array([number], dtype=np.uint64)).tolist() == [digit]


@given(st.sampled_from([2, 8, 12]), st.integers(0, 2**64 - 1))
def test_scattered_numbers_are_all_numbers_in_another_order(bits, key):
    scattered = scatter(np.arange(2**bits), bits, key)
    assert sorted(scattered.tolist()) == list(range(2**bits))


def test_customer_numbers_are_unique_over_partitions(two_partitions):
    assert two_partitions.records["person"].n_unique() > SIZE
    assert not two_partitions.records.select("source_system", "source_id").is_duplicated().any()


@pytest.mark.parametrize(
    ("system", "shape"),
    [("crm", r"^K-\d{9}$"), ("shop", r"^S[0-9A-F]{12}$"), ("callcentre", r"^CC\d{8}$")],
)
def test_every_system_writes_its_numbers_in_its_own_way(identities, system, shape):
    numbers = identities.records.filter(pl.col("source_system") == system)["source_id"]
    assert numbers.str.contains(shape).all()


def test_the_last_digit_of_a_crm_number_checks_the_others(identities):
    numbers = identities.records.filter(pl.col("source_system") == "crm")["source_id"]
    body = numbers.str.slice(2, 8).cast(pl.UInt64).to_numpy()
    assert (luhn_digit(body) == numbers.str.slice(10).cast(pl.Int64).to_numpy()).all()


@pytest.mark.parametrize("system", SYSTEMS)
def test_customer_numbers_do_not_reveal_the_order_of_people(identities, system):
    numbers = identities.records.filter(pl.col("source_system") == system, pl.col("is_primary"))
    rank = numbers["source_id"].rank().to_numpy()
    place = np.arange(len(rank))
    assert abs(np.corrcoef(place, rank)[0, 1]) < 0.06  # 4 standard deviations of the smallest
    assert abs(np.corrcoef(np.diff(rank)[:-1], np.diff(rank)[1:])[0, 1] + 0.5) < 0.06
    assert len(set(np.diff(rank))) > len(rank) / 3  # no common difference either


def test_people_without_a_number_in_range_are_refused():
    people = draw_people(PERSONS - 1, 2).with_columns(in_crm=True)
    with pytest.raises(ContractError, match=f"persons numbered from 0 to {PERSONS - 1}"):
        customer_records(people, np.random.default_rng(1))
