"""Twins, fathers and sons, households and namesakes of the demo study."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipelines.simulate.identities import Identities, customer_records
from pipelines.simulate.relatives import SHARES, TWIN_SHIFT
from tests.simulate.sampled_people import ADDRESS, draw_people, within_binomial_bounds


def groups(identities: Identities, relation: str) -> pl.DataFrame:
    """The others of each group beside its first one."""
    persons = identities.persons.filter(pl.col("relation") == relation)
    followers = persons.filter(pl.col("person") != pl.col("related_to"))
    return followers.join(persons, left_on="related_to", right_on="person", suffix="_first")


def same(pairs: pl.DataFrame, *columns: str) -> bool:
    return all((pairs[name] == pairs[f"{name}_first"]).all() for name in columns)


def test_twins_share_family_name_birth_and_address_but_not_the_given_name(identities):
    twins = groups(identities, "twins")
    assert twins.height > 10
    assert same(twins, "family_name", "birth_on", "country", *ADDRESS)
    assert (twins["given_name"] != twins["given_name_first"]).all()


def test_most_twins_have_given_names_with_the_same_first_letter(identities):
    twins = groups(identities, "twins")
    initials = twins["given_name"].str.slice(0, 1) == twins["given_name_first"].str.slice(0, 1)
    assert initials.mean() > 0.6  # two people: about 0.07


def test_only_second_twins_are_born_on_another_day_than_given_and_hardly(identities, people):
    truth = identities.persons.with_columns(given=people["birth_on"])
    moved = truth.filter(pl.col("given") != pl.col("birth_on"))
    assert (moved["relation"] == "twins").all()
    assert (moved["person"] != moved["related_to"]).all()
    assert (moved["given"] - moved["birth_on"]).dt.total_days().abs().max() <= TWIN_SHIFT


def test_father_and_son_share_the_full_name_and_the_address_but_not_the_birth(identities):
    pairs = groups(identities, "father_son")
    assert pairs.height > 5
    assert same(pairs, "given_name", "family_name", *ADDRESS)
    assert (pairs["birth_on"].dt.year() - pairs["birth_on_first"].dt.year()).min() >= 19


def test_people_of_a_household_share_family_name_and_address(identities):
    others = groups(identities, "household")
    assert same(others, "family_name", "country", *ADDRESS)
    assert 0.1 < (others["email"] == others["email_first"]).mean() < 0.3
    assert 0.25 < (others["phone"] == others["phone_first"]).mean() < 0.45


def test_namesakes_share_name_and_city_and_nothing_else(identities):
    pairs = groups(identities, "namesakes")
    assert pairs.height > 10
    assert same(pairs, "given_name", "family_name", "city")
    for name in ("street", "email", "phone", "birth_on"):
        assert (pairs[name] != pairs[f"{name}_first"]).mean() > 0.95, name


@pytest.mark.parametrize("relation", SHARES)
def test_relatives_are_as_frequent_as_stated(two_partitions, relation):
    n = two_partitions.persons.height
    members = (two_partitions.persons["relation"] == relation).sum()
    # Drawn in pairs, and the last household of a region may lack members.
    assert within_binomial_bounds(members // 2, n, SHARES[relation] / 2)


def test_few_people_leave_no_group_without_its_first():
    few = customer_records(draw_people(7, 40), np.random.default_rng(2)).persons
    known = few.join(few.select(related_to="person", first="relation"), on="related_to")
    assert known.height == 40
    assert known["relation"].eq_missing(known["first"]).all()
