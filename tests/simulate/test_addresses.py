"""Names, addresses, e-mail and telephone of the demo study: as in life, reaching nobody."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipelines.simulate import banks
from pipelines.simulate.addresses import BLOCKS, DIALLING
from tests.simulate.sampled_people import ADDRESS


@pytest.mark.parametrize("country", ["DE", "AT", "GB"])
def test_banks_have_enough_names_and_each_once(country):
    bank = banks.names(country)
    for gender in ("f", "m"):
        assert len(set(bank.given[gender].words)) == len(bank.given[gender].words) >= 150
    assert len(set(bank.family.words)) == len(bank.family.words) >= 400
    known = {*bank.given["f"].words, *bank.given["m"].words}
    assert set(bank.nicknames) <= known
    assert all(name not in forms for name, forms in bank.nicknames.items())


def test_the_most_frequent_names_are_as_frequent_as_in_life(two_partitions):
    shares = [
        two_partitions.persons.filter(pl.col("country") == country)["family_name"].eq(name).mean()
        for country, name in (("DE", "Müller"), ("AT", "Gruber"), ("GB", "Smith"))
    ]
    assert all(0.007 < share < 0.025 for share in shares), shares


def test_frequencies_fall_with_the_rank():
    for country in banks.LANGUAGE_OF_COUNTRY:
        for drawn_from in (*banks.names(country).given.values(), banks.names(country).family):
            assert drawn_from.share.sum() == pytest.approx(1)
            assert (np.diff(drawn_from.share) < 0).all()
            assert drawn_from.share[0] > 10 * drawn_from.share[-1]


def test_postcodes_are_those_of_the_city(identities, people):
    by_region = identities.persons.with_columns(region=people["region"])
    shapes = {"DE": r"^\d{5}$", "AT": r"^\d{4}$", "GB": r"^[A-Z]{1,2}\d{1,2} \d[A-Z]{2}$"}
    for (country,), persons in by_region.group_by("country"):
        assert persons["postcode"].str.contains(shapes[country]).all()
    for (region, city), persons in by_region.group_by("region", "city"):
        places = banks.regions()[region]
        at = list(places.cities.words).index(city)
        outward = persons["postcode"].str.split(" ").list.first()
        assert outward.str.starts_with(str(places.area[at])).all()
        district = outward.str.extract(r"(\d+)$").cast(pl.Int64)
        assert district.is_between(int(places.first[at]), int(places.last[at])).all()


def test_email_addresses_can_never_exist(two_partitions):
    for frame in (two_partitions.records, two_partitions.persons):
        email = frame["email"].drop_nulls()
        assert email.str.contains(r"^[a-z._]+\d+@[a-z-]+\.example$").all()


def test_no_two_people_who_live_apart_have_the_same_email(two_partitions):
    homes = two_partitions.persons.with_columns(home=pl.struct(*ADDRESS))
    assert homes.group_by("email").agg(pl.col("home").n_unique())["home"].max() == 1


def test_telephone_numbers_are_of_blocks_that_reach_nobody(identities):
    national = pl.col("phone").str.replace_all(r"[^0-9+]", "").str.replace(r"^(\+|00)\d\d|^0", "")
    written = identities.records.filter(pl.col("phone").is_not_null())
    starts = {
        country: tuple(block.area + block.reserved for block in blocks)
        for country, blocks in BLOCKS.items()
    }
    for country, numbers in written.select("country", n=national).rows():
        assert numbers.startswith(starts[country]), numbers


def test_telephone_numbers_have_no_more_digits_than_the_standard_allows(identities):
    longest = identities.persons["phone"].str.len_chars().max()
    assert longest == 1 + 15  # E.164
    for country, code in DIALLING.items():
        here = identities.persons.filter(pl.col("country") == country)
        assert here["phone"].str.starts_with(f"+{code}").all()


def test_one_telephone_number_is_written_in_many_ways(identities):
    written = identities.records.filter(pl.col("phone").str.contains("171.?3920"))["phone"]
    for shape in (r"^\+49171", r"^\+49 171 ", "^0049171", "^0171-", "^0171/", "^0171 "):
        assert written.str.contains(shape).any(), shape


def test_british_numbers_are_written_the_british_way(identities):
    written = identities.records.filter(pl.col("country") == "GB")["phone"].drop_nulls()
    for shape in (r"^\+447700900", r"^\+44 7700 900", "^07700 900", "^00447700900"):
        assert written.str.contains(shape).any(), shape
    assert not written.str.contains("[-/]").any()
