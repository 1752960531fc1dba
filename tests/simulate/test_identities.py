"""The customer records of the demo study: whose they are, and how they differ from the truth."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.core.errors import ContractError
from pipelines.simulate import banks
from pipelines.simulate.identities import DUPLICATES, Identities, customer_records
from pipelines.simulate.model import SYSTEMS
from pipelines.simulate.persons import draw_persons
from pipelines.simulate.variants import MARRIED, MOVED, RATES, VARIANT_KINDS
from tests.simulate.sampled_people import SIZE, within_binomial_bounds

# Which kinds can change a field, as the brief descriptions in `variants` say.
CAUSES = {
    "given_name": {"mixed_up", "nickname", "initial", "typo", "transcription", "swapped", "title",
                   "upper_case"},
    "family_name": {"married", "double_name_cut", "typo", "transcription", "swapped",
                    "upper_case"},
    "street": {"moved", "street_abbreviation", "typo", "transcription"},
    "postcode": {"moved"},
    "city": {"moved", "transcription"},
    "email": {"other_email", "no_email"},
    "phone": {"no_phone", "phone_format"},
    "birth_on": {"no_birth", "january_birth", "mixed_up"},
}  # fmt: skip


@pytest.fixture(scope="module")
def compared(identities, people) -> pl.DataFrame:
    """Records beside the truth, with a bool column per kind."""
    kinds = pl.col("variant").str.split(",")
    return (
        identities.records.join(
            identities.persons, on="person", suffix="_true", maintain_order="left"
        )
        .join(people.select("person", "gender"), on="person", maintain_order="left")
        .with_columns(kinds.list.contains(kind).alias(kind) for kind in VARIANT_KINDS)
    )


# Records


def test_everybody_has_one_primary_record_in_each_of_their_systems(identities, people):
    primary = identities.records.filter("is_primary").select("person", "source_system")
    expected = [
        people.filter(f"in_{system}").select("person", source_system=pl.lit(system))
        for system in SYSTEMS
    ]
    assert_frame_equal(primary, pl.concat(expected), check_row_order=False)


def test_some_people_have_a_second_record_in_a_system(identities):
    primary = identities.records["is_primary"].sum()
    assert within_binomial_bounds(identities.records.height - primary, primary, DUPLICATES)
    twice = identities.records.group_by("person", "source_system").len()["len"]
    assert twice.max() == 2


def test_two_primary_records_of_a_person_are_refused(identities):
    with pytest.raises(ContractError, match="got 1 without, 0 repeated"):
        Identities(
            identities.records.head(1).vstack(
                identities.records.head(1).with_columns(source_id=pl.lit("K"))
            ),
            identities.persons,
        )


def test_records_are_made_between_a_month_before_joining_and_the_last_day(identities, people):
    dated = identities.records.join(people.select("person", "joined_on"), on="person")
    made = dated["created_at"]
    assert made.dtype == pl.Datetime("us", "UTC")
    assert (made.dt.microsecond() == 0).all()
    assert (made.dt.date() >= dated["joined_on"].dt.offset_by("-30d")).all()
    assert (made.dt.date() <= date(2025, 12, 31)).all()


def test_the_first_record_is_there_before_the_customer_joins(identities, people):
    dated = identities.records.filter("is_primary").join(people, on="person")
    assert (dated["created_at"].dt.date() < dated["joined_on"]).all()
    assert dated["created_at"].dt.time().n_unique() > SIZE / 2


def test_the_same_generator_draws_the_same_records(identities, people):
    again = customer_records(people, np.random.default_rng(3))
    assert_frame_equal(again.records, identities.records)
    assert_frame_equal(again.persons, identities.persons)


def test_another_generator_draws_other_people_with_the_same_numbers(identities, people):
    other = customer_records(people, np.random.default_rng(5))
    assert (other.persons["family_name"] == identities.persons["family_name"]).mean() < 0.1
    primary = pl.col("is_primary")
    assert other.records.filter(primary)["source_id"].equals(
        identities.records.filter(primary)["source_id"]
    )


def test_no_people_have_no_records(people, identities):
    nobody = customer_records(people.head(0), np.random.default_rng(1))
    assert nobody.records.is_empty()
    assert nobody.records.schema == identities.records.schema
    assert nobody.persons.schema == identities.persons.schema


def test_people_in_no_system_have_no_records(people):
    outside = people.head(5).with_columns(pl.lit(False).alias(f"in_{name}") for name in SYSTEMS)
    outcome = customer_records(outside, np.random.default_rng(1))
    assert outcome.records.is_empty()
    assert outcome.persons.height == 5


def test_people_who_are_not_sorted_are_refused(people):
    with pytest.raises(ContractError, match="person: expected each person once, sorted by number"):
        customer_records(people.head(3).reverse(), np.random.default_rng(1))


def test_a_region_without_cities_is_refused(people):
    nowhere = people.head(3).with_columns(region=pl.lit("GB orkney"))
    with pytest.raises(ContractError, match=r"region: expected a region of .* got 'GB orkney'"):
        customer_records(nowhere, np.random.default_rng(1))


# What differs


@pytest.mark.parametrize("kind", VARIANT_KINDS)
def test_every_kind_of_difference_occurs(compared, kind):
    assert compared[kind].any()


@pytest.mark.parametrize("field", CAUSES)
def test_a_field_differs_from_the_truth_only_for_a_stated_reason(compared, field):
    differs = compared[field].ne_missing(compared[f"{field}_true"])
    stated = compared.select(pl.any_horizontal(sorted(CAUSES[field]))).to_series()
    assert differs.any()
    assert not (differs & ~stated).any()


@pytest.mark.parametrize("kind", VARIANT_KINDS)
def test_a_stated_difference_is_one(compared, kind):
    fields = [field for field, kinds in CAUSES.items() if kind in kinds]
    differs = pl.any_horizontal(pl.col(f).ne_missing(pl.col(f"{f}_true")) for f in fields)
    # A second difference can undo the first, such as a typo in a name that is then shortened.
    assert compared.filter(kind).select(differs).to_series().mean() > 0.98


def applicable(kind: str) -> pl.Expr:
    """Records that can differ in this kind, as far as the truth tells."""
    marked = "[äöüßÄÖÜşŞçÇćóı']"
    names = list(banks.names("DE").nicknames), list(banks.names("GB").nicknames)
    german = pl.col("country") != "GB"
    given = pl.col("given_name_true")
    return {
        "mixed_up": pl.col("relation").is_in(["twins", "father_son"]),
        "double_name_cut": pl.col("family_name_true").str.contains("-", literal=True)
        & ~pl.col("married"),
        "nickname": ((german & given.is_in(names[0])) | (~german & given.is_in(names[1])))
        & ~pl.col("mixed_up"),
        "transcription": pl.any_horizontal(
            pl.col("family_name_true", "city_true").str.contains(marked)
        )
        & ~pl.any_horizontal("married", "moved", "double_name_cut"),
        "other_email": ~pl.col("no_email"),
        "january_birth": ~pl.col("no_birth"),
        "street_abbreviation": pl.col("street_true").str.contains("straße|platz|gasse| ")
        & ~pl.col("street_true").str.contains("weg|allee|ring|Lane")
        & ~pl.col("moved"),
    }.get(kind, pl.lit(True))


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("kind", RATES)
def test_differences_are_as_frequent_as_stated(compared, kind, system):
    rate = getattr(RATES[kind], system)
    records = compared.filter(pl.col("source_system") == system, applicable(kind))
    hits = records[kind].sum()
    # Some changes change nothing: a typo in a name of three letters, a birth on 1 January.
    ineffective = 0.10 if kind == "typo" else 0.01
    assert within_binomial_bounds(hits, records.height, rate) or within_binomial_bounds(
        hits, records.height, rate * (1 - ineffective)
    )


@pytest.mark.parametrize(("kind", "rates"), [("moved", MOVED), ("married", MARRIED)])
def test_one_system_has_the_former_address_or_name(compared, kind, rates):
    known = compared.filter("is_primary").group_by("person").agg(pl.col(kind).sum(), pl.len())
    assert known[kind].max() == 1
    genders = compared.group_by("gender").agg(pl.col("person").n_unique()).rows()
    expected = sum(rates[gender] * n for gender, n in genders)
    n = known.height
    assert within_binomial_bounds(known[kind].sum(), n, expected / n)


def test_a_mistaken_twin_has_the_name_of_the_other_one(compared):
    mistaken = compared.filter("mixed_up", pl.col("variant") == "mixed_up")
    assert mistaken.height > 0
    partner = compared.select("related_to", "person", "given_name_true", "birth_on_true").unique()
    beside = mistaken.join(partner, on="related_to", suffix="_other").filter(
        pl.col("person") != pl.col("person_other")
    )
    assert (beside["given_name"] == beside["given_name_true_other"]).all()
    assert (beside["birth_on"] == beside["birth_on_true_other"]).all()


def test_the_shop_always_has_an_email_address(identities):
    shop = identities.records.filter(pl.col("source_system") == "shop")
    assert shop["email"].null_count() == 0
    assert identities.records["email"].null_count() > 0


# How hard it is


def normalised(name: str) -> pl.Expr:
    plain = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
    return pl.col(name).str.to_lowercase().str.replace_many(plain).str.replace_all(r"[^\pL]", "")


def test_name_and_birth_find_most_but_not_all_pairs_and_some_false_ones(identities):
    records = identities.records.select(
        "person",
        "source_system",
        "birth_on",
        name=normalised("given_name") + " " + normalised("family_name"),
    )
    across = pl.col("source_system") < pl.col("source_system_other")
    true = records.join(records, on="person", suffix="_other").filter(across).height
    found = records.join(records, on=["name", "birth_on"], suffix="_other").filter(across)
    right = (found["person"] == found["person_other"]).sum()
    assert 0.5 < right / true < 0.9
    assert 0.99 < right / found.height < 1


def test_truth_has_what_records_are_made_from(people):
    persons = draw_persons(people.head(50), np.random.default_rng(1))
    assert persons["person"].equals(people["person"].head(50))
    assert not persons.drop("relation").select(pl.all().is_null().any()).row(0).count(True)
