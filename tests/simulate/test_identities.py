"""The customer records of the demo study: whose they are, and how they differ from the truth."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.core.errors import ContractError
from pipelines.simulate import banks
from pipelines.simulate.addresses import BLOCKS, DIALLING
from pipelines.simulate.identities import DUPLICATES, Identities, customer_records
from pipelines.simulate.misspellings import SHORTEST, abbreviate, misspell, transcribe
from pipelines.simulate.numbers import PERSONS, luhn_digit, scatter
from pipelines.simulate.persons import draw_persons
from pipelines.simulate.relatives import SHARES, TWIN_SHIFT
from pipelines.simulate.variants import KINDS, MARRIED, MOVED, RATES, SYSTEMS

SIZE = 12_000
REGIONS = tuple(banks.regions())
ADDRESS = ["street", "postcode", "city"]
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


def draw_people(first: int, size: int = SIZE) -> pl.DataFrame:
    """People of all ages, regions and systems."""
    rng = np.random.default_rng([11, first])
    region = np.array(REGIONS)[rng.integers(0, len(REGIONS), size)]
    days = np.timedelta64(1, "D")
    return pl.DataFrame(
        {
            "person": np.arange(first, first + size),
            "country": [name[:2] for name in region],
            "gender": rng.choice(["f", "m", "d"], size, p=[0.54, 0.44, 0.02]),
            "birth_on": np.datetime64("1938-01-01") + rng.integers(0, 24_800, size) * days,
            "region": region,
            "joined_on": np.datetime64("2017-01-01") + rng.integers(0, 3285, size) * days,
            "in_crm": rng.random(size) < 0.75,
            "in_shop": rng.random(size) < 0.8,
            "in_callcentre": rng.random(size) < 0.4,
        },
        schema_overrides={"country": pl.String},
    )


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    return draw_people(0)


@pytest.fixture(scope="module")
def drawn(people) -> Identities:
    return customer_records(people, np.random.default_rng(3))


@pytest.fixture(scope="module")
def both(drawn) -> Identities:
    """Two partitions, drawn apart."""
    other = customer_records(draw_people(SIZE), np.random.default_rng(4))
    return Identities(
        pl.concat([drawn.records, other.records]), pl.concat([drawn.persons, other.persons])
    )


@pytest.fixture(scope="module")
def compared(drawn, people) -> pl.DataFrame:
    """Records beside the truth, with a bool column per kind."""
    kinds = pl.col("variant").str.split(",")
    return (
        drawn.records.join(drawn.persons, on="person", suffix="_true", maintain_order="left")
        .join(people.select("person", "gender"), on="person", maintain_order="left")
        .with_columns(kinds.list.contains(kind).alias(kind) for kind in KINDS)
    )


def within_binomial_bounds(hits: int, n: int, rate: float) -> bool:
    """Whether hits are within 4.5 standard deviations: false for one in 100,000 by chance."""
    return abs(hits - n * rate) <= 4.5 * (n * rate * (1 - rate)) ** 0.5 + 1e-9


def groups(drawn: Identities, relation: str) -> pl.DataFrame:
    """The others of each group beside its first one."""
    persons = drawn.persons.filter(pl.col("relation") == relation)
    followers = persons.filter(pl.col("person") != pl.col("related_to"))
    return followers.join(persons, left_on="related_to", right_on="person", suffix="_first")


def same(pairs: pl.DataFrame, *columns: str) -> bool:
    return all((pairs[name] == pairs[f"{name}_first"]).all() for name in columns)


# Customer numbers


@pytest.mark.parametrize(("number", "digit"), [(1_789_372_997, 4), (7_992_739_871, 3), (0, 0)])
def test_the_check_digit_is_that_of_published_examples(number, digit):
    assert luhn_digit(np.array([number], dtype=np.uint64)).tolist() == [digit]


@given(st.sampled_from([2, 8, 12]), st.integers(0, 2**64 - 1))
def test_scattered_numbers_are_all_numbers_in_another_order(bits, key):
    scattered = scatter(np.arange(2**bits), bits, key)
    assert sorted(scattered.tolist()) == list(range(2**bits))


def test_customer_numbers_are_unique_over_partitions(both):
    assert both.records["person"].n_unique() > SIZE
    assert not both.records.select("source_system", "source_id").is_duplicated().any()


@pytest.mark.parametrize(
    ("system", "shape"),
    [("crm", r"^K-\d{9}$"), ("shop", r"^S[0-9A-F]{12}$"), ("callcentre", r"^CC\d{8}$")],
)
def test_every_system_writes_its_numbers_in_its_own_way(drawn, system, shape):
    numbers = drawn.records.filter(pl.col("source_system") == system)["source_id"]
    assert numbers.str.contains(shape).all()


def test_the_last_digit_of_a_crm_number_checks_the_others(drawn):
    numbers = drawn.records.filter(pl.col("source_system") == "crm")["source_id"]
    body = numbers.str.slice(2, 8).cast(pl.UInt64).to_numpy()
    assert (luhn_digit(body) == numbers.str.slice(10).cast(pl.Int64).to_numpy()).all()


@pytest.mark.parametrize("system", SYSTEMS)
def test_customer_numbers_do_not_reveal_the_order_of_people(drawn, system):
    numbers = drawn.records.filter(pl.col("source_system") == system, pl.col("is_primary"))
    rank = numbers["source_id"].rank().to_numpy()
    place = np.arange(len(rank))
    assert abs(np.corrcoef(place, rank)[0, 1]) < 0.06  # 4 standard deviations of the smallest
    assert abs(np.corrcoef(np.diff(rank)[:-1], np.diff(rank)[1:])[0, 1] + 0.5) < 0.06
    assert len(set(np.diff(rank))) > len(rank) / 3  # no common difference either


def test_people_without_a_number_in_range_are_refused():
    people = draw_people(PERSONS - 1, 2).with_columns(in_crm=True)
    with pytest.raises(ContractError, match=f"persons numbered from 0 to {PERSONS - 1}"):
        customer_records(people, np.random.default_rng(1))


# Records


def test_everybody_has_one_primary_record_in_each_of_their_systems(drawn, people):
    primary = drawn.records.filter("is_primary").select("person", "source_system")
    expected = [
        people.filter(f"in_{system}").select("person", source_system=pl.lit(system))
        for system in SYSTEMS
    ]
    assert_frame_equal(primary, pl.concat(expected), check_row_order=False)


def test_some_people_have_a_second_record_in_a_system(drawn):
    primary = drawn.records["is_primary"].sum()
    assert within_binomial_bounds(drawn.records.height - primary, primary, DUPLICATES)
    twice = drawn.records.group_by("person", "source_system").len()["len"]
    assert twice.max() == 2


def test_two_primary_records_of_a_person_are_refused(drawn):
    with pytest.raises(ContractError, match="got 1 without, 0 repeated"):
        Identities(
            drawn.records.head(1).vstack(drawn.records.head(1).with_columns(source_id=pl.lit("K"))),
            drawn.persons,
        )


def test_records_are_made_between_a_month_before_joining_and_the_last_day(drawn, people):
    dated = drawn.records.join(people.select("person", "joined_on"), on="person")
    made = dated["created_at"]
    assert made.dtype == pl.Datetime("us", "UTC")
    assert (made.dt.microsecond() == 0).all()
    assert (made.dt.date() >= dated["joined_on"].dt.offset_by("-30d")).all()
    assert (made.dt.date() <= date(2025, 12, 31)).all()


def test_the_first_record_is_there_before_the_customer_joins(drawn, people):
    dated = drawn.records.filter("is_primary").join(people, on="person")
    assert (dated["created_at"].dt.date() < dated["joined_on"]).all()
    assert dated["created_at"].dt.time().n_unique() > SIZE / 2


def test_the_same_generator_draws_the_same_records(drawn, people):
    again = customer_records(people, np.random.default_rng(3))
    assert_frame_equal(again.records, drawn.records)
    assert_frame_equal(again.persons, drawn.persons)


def test_another_generator_draws_other_people_with_the_same_numbers(drawn, people):
    other = customer_records(people, np.random.default_rng(5))
    assert (other.persons["family_name"] == drawn.persons["family_name"]).mean() < 0.1
    primary = pl.col("is_primary")
    assert other.records.filter(primary)["source_id"].equals(
        drawn.records.filter(primary)["source_id"]
    )


def test_no_people_have_no_records(people, drawn):
    nobody = customer_records(people.head(0), np.random.default_rng(1))
    assert nobody.records.is_empty()
    assert nobody.records.schema == drawn.records.schema
    assert nobody.persons.schema == drawn.persons.schema


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


# Relatives


def test_twins_share_family_name_birth_and_address_but_not_the_given_name(drawn):
    twins = groups(drawn, "twins")
    assert twins.height > 10
    assert same(twins, "family_name", "birth_on", "country", *ADDRESS)
    assert (twins["given_name"] != twins["given_name_first"]).all()


def test_most_twins_have_given_names_with_the_same_first_letter(drawn):
    twins = groups(drawn, "twins")
    initials = twins["given_name"].str.slice(0, 1) == twins["given_name_first"].str.slice(0, 1)
    assert initials.mean() > 0.6  # two people: about 0.07


def test_only_second_twins_are_born_on_another_day_than_given_and_hardly(drawn, people):
    truth = drawn.persons.with_columns(given=people["birth_on"])
    moved = truth.filter(pl.col("given") != pl.col("birth_on"))
    assert (moved["relation"] == "twins").all()
    assert (moved["person"] != moved["related_to"]).all()
    assert (moved["given"] - moved["birth_on"]).dt.total_days().abs().max() <= TWIN_SHIFT


def test_father_and_son_share_the_full_name_and_the_address_but_not_the_birth(drawn):
    pairs = groups(drawn, "father_son")
    assert pairs.height > 5
    assert same(pairs, "given_name", "family_name", *ADDRESS)
    assert (pairs["birth_on"].dt.year() - pairs["birth_on_first"].dt.year()).min() >= 19


def test_people_of_a_household_share_family_name_and_address(drawn):
    others = groups(drawn, "household")
    assert same(others, "family_name", "country", *ADDRESS)
    assert 0.1 < (others["email"] == others["email_first"]).mean() < 0.3
    assert 0.25 < (others["phone"] == others["phone_first"]).mean() < 0.45


def test_namesakes_share_name_and_city_and_nothing_else(drawn):
    pairs = groups(drawn, "namesakes")
    assert pairs.height > 10
    assert same(pairs, "given_name", "family_name", "city")
    for name in ("street", "email", "phone", "birth_on"):
        assert (pairs[name] != pairs[f"{name}_first"]).mean() > 0.95, name


@pytest.mark.parametrize("relation", SHARES)
def test_relatives_are_as_frequent_as_stated(both, relation):
    n = both.persons.height
    members = (both.persons["relation"] == relation).sum()
    # Drawn in pairs, and the last household of a region may lack members.
    assert within_binomial_bounds(members // 2, n, SHARES[relation] / 2)


def test_few_people_leave_no_group_without_its_first():
    few = customer_records(draw_people(7, 40), np.random.default_rng(2)).persons
    known = few.join(few.select(related_to="person", first="relation"), on="related_to")
    assert known.height == 40
    assert known["relation"].eq_missing(known["first"]).all()


# What differs


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_difference_occurs(compared, kind):
    assert compared[kind].any()


@pytest.mark.parametrize("field", CAUSES)
def test_a_field_differs_from_the_truth_only_for_a_stated_reason(compared, field):
    differs = compared[field].ne_missing(compared[f"{field}_true"])
    stated = compared.select(pl.any_horizontal(sorted(CAUSES[field]))).to_series()
    assert differs.any()
    assert not (differs & ~stated).any()


@pytest.mark.parametrize("kind", KINDS)
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


def test_the_shop_always_has_an_email_address(drawn):
    shop = drawn.records.filter(pl.col("source_system") == "shop")
    assert shop["email"].null_count() == 0
    assert drawn.records["email"].null_count() > 0


# Spelling


@pytest.mark.parametrize(
    ("name", "transcribed", "stripped"),
    [
        ("Müller", "Mueller", "Muller"),
        ("Groß", "Gross", "Gross"),
        ("Özgür Öztürk", "Oezguer Oeztuerk", "Ozgur Ozturk"),
        ("Schönstraße 3", "Schoenstrasse 3", "Schonstrasse 3"),
        ("O'Brien", "OBrien", "OBrien"),
        ("Renée", "Renee", "Renee"),
        ("Smith", "Smith", "Smith"),
    ],
)
def test_umlauts_are_transcribed_as_worked_by_hand(name, transcribed, stripped):
    for dots_lost, expected in ((False, transcribed), (True, stripped)):
        written = pl.select(transcribe(pl.lit(name), pl.lit(dots_lost))).item()
        assert written == expected


@pytest.mark.parametrize(
    ("street", "short"),
    [
        ("Hauptstraße 5", "Hauptstr. 5"),
        ("Mozartplatz 1a", "Mozartpl. 1a"),
        ("12 High Street", "12 High St"),
        ("3 Station Road", "3 Station Rd"),
        ("Waldweg 7", "Waldweg 7"),
    ],
)
def test_streets_are_abbreviated_as_worked_by_hand(street, short):
    assert pl.select(abbreviate(pl.lit(street))).item() == short


def edits(a: str, b: str) -> int:
    """Letters missing, too many, wrong, or swapped with the next (optimal string alignment)."""
    table = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            cost = a[i - 1] != b[j - 1]
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + cost)
            if min(i, j) > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


@given(
    st.lists(st.text("abcdexyzäöüß", min_size=1, max_size=9), min_size=1, max_size=20),
    st.sampled_from(["de", "en"]),
    st.integers(0, 2**32),
)
def test_a_typing_error_is_one_edit_after_the_first_letter(words, language, seed):
    text = pl.Series("word", words)
    languages = pl.Series([language] * len(words))
    mistyped = misspell(text, languages, np.random.default_rng(seed))
    for word, written in zip(words, mistyped.to_list(), strict=True):
        assert written[0] == word[0]
        assert edits(word, written) == (1 if len(word) >= SHORTEST else 0)


def test_typing_errors_are_of_all_four_kinds():
    words = pl.Series(["Bergmann"] * 500)
    written = misspell(words, pl.Series(["de"] * 500), np.random.default_rng(1)).to_list()
    assert {"Begmann", "Berggmann", "Begrmann", "Betgmann"} <= set(written)


# Banks, addresses, e-mail, telephone


@pytest.mark.parametrize("country", ["DE", "AT", "GB"])
def test_banks_have_enough_names_and_each_once(country):
    bank = banks.names(country)
    for gender in ("f", "m"):
        assert len(set(bank.given[gender].words)) == len(bank.given[gender].words) >= 150
    assert len(set(bank.family.words)) == len(bank.family.words) >= 400
    known = {*bank.given["f"].words, *bank.given["m"].words}
    assert set(bank.nicknames) <= known
    assert all(name not in forms for name, forms in bank.nicknames.items())


def test_the_most_frequent_names_are_as_frequent_as_in_life(both):
    shares = [
        both.persons.filter(pl.col("country") == country)["family_name"].eq(name).mean()
        for country, name in (("DE", "Müller"), ("AT", "Gruber"), ("GB", "Smith"))
    ]
    assert all(0.007 < share < 0.025 for share in shares), shares


def test_frequencies_fall_with_the_rank():
    for country in banks.LANGUAGES:
        for drawn_from in (*banks.names(country).given.values(), banks.names(country).family):
            assert drawn_from.share.sum() == pytest.approx(1)
            assert (np.diff(drawn_from.share) < 0).all()
            assert drawn_from.share[0] > 10 * drawn_from.share[-1]


def test_postcodes_are_those_of_the_city(drawn, people):
    by_region = drawn.persons.with_columns(region=people["region"])
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


def test_email_addresses_can_never_exist(both):
    for frame in (both.records, both.persons):
        email = frame["email"].drop_nulls()
        assert email.str.contains(r"^[a-z._]+\d+@[a-z-]+\.example$").all()


def test_no_two_people_who_live_apart_have_the_same_email(both):
    homes = both.persons.with_columns(home=pl.struct(*ADDRESS))
    assert homes.group_by("email").agg(pl.col("home").n_unique())["home"].max() == 1


def test_telephone_numbers_are_of_blocks_that_reach_nobody(drawn):
    national = pl.col("phone").str.replace_all(r"[^0-9+]", "").str.replace(r"^(\+|00)\d\d|^0", "")
    written = drawn.records.filter(pl.col("phone").is_not_null())
    starts = {
        country: tuple(block.area + block.reserved for block in blocks)
        for country, blocks in BLOCKS.items()
    }
    for country, numbers in written.select("country", n=national).rows():
        assert numbers.startswith(starts[country]), numbers


def test_telephone_numbers_have_no_more_digits_than_the_standard_allows(drawn):
    longest = drawn.persons["phone"].str.len_chars().max()
    assert longest == 1 + 15  # E.164
    for country, code in DIALLING.items():
        here = drawn.persons.filter(pl.col("country") == country)
        assert here["phone"].str.starts_with(f"+{code}").all()


def test_one_telephone_number_is_written_in_many_ways(drawn):
    written = drawn.records.filter(pl.col("phone").str.contains("171.?3920"))["phone"]
    for shape in (r"^\+49171", r"^\+49 171 ", "^0049171", "^0171-", "^0171/", "^0171 "):
        assert written.str.contains(shape).any(), shape


def test_british_numbers_are_written_the_british_way(drawn):
    written = drawn.records.filter(pl.col("country") == "GB")["phone"].drop_nulls()
    for shape in (r"^\+447700900", r"^\+44 7700 900", "^07700 900", "^00447700900"):
        assert written.str.contains(shape).any(), shape
    assert not written.str.contains("[-/]").any()


# How hard it is


def normalised(name: str) -> pl.Expr:
    plain = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
    return pl.col(name).str.to_lowercase().str.replace_many(plain).str.replace_all(r"[^\pL]", "")


def test_name_and_birth_find_most_but_not_all_pairs_and_some_false_ones(drawn):
    records = drawn.records.select(
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
