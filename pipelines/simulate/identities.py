"""Who is who: the customer records of the three source systems, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from pipelines.core.errors import ContractError, examples
from pipelines.simulate.model import LAST_DAY, SYSTEMS, Ints
from pipelines.simulate.numbers import customer_numbers
from pipelines.simulate.persons import draw_persons
from pipelines.simulate.variants import ADDRESS, MARRIED, MOVED, PERSON_NAMES, vary

DUPLICATES = 0.02  # share of people in a system who have a second record there; assumed
FIRST_BEFORE = 30  # days before joining, at most, that the first record is made
DUPLICATE_AFTER = 365.0  # mean days until a second record is made; exponential
OPENING_HOURS = {"crm": (8, 19), "shop": (5, 23), "callcentre": (7, 19)}  # hours of a day, UTC

RECORD_COLUMNS = (
    "person", "source_system", "source_id", "is_primary", *PERSON_NAMES, "email", "phone", *ADDRESS,
    "country", "birth_on", "created_at", "variant",
)  # fmt: skip
TRUTH_COLUMNS = (
    "person", "relation", "related_to", *PERSON_NAMES, "email", "phone", *ADDRESS, "country",
    "birth_on",
)  # fmt: skip


@dataclass(frozen=True)
class Identities:
    """The customer records of a partition, and the truth about them.

    Attributes
    ----------
    records : DataFrame
        One row per record, by person, system and date: person, source_system (crm, shop,
        callcentre), source_id, is_primary, given_name, family_name, email, phone, street,
        postcode, city, country, birth_on, created_at (UTC), variant (in which kinds, of
        `VARIANT_KINDS`, the record differs from the truth; joined by commas). Contacts and
        orders carry the number of the primary record, of which everybody has exactly one in
        each of their systems.
    persons : DataFrame
        One row per person: person, relation (twins, father_son, household, namesakes, or
        null), related_to (the number of the first person of the group), and the true
        given_name, family_name, email, phone, street, postcode, city, country, birth_on.
        The second twin is born on the day of the first, up to a month from the date given.

    Raises
    ------
    ContractError
        If a customer number occurs twice, or there is not one primary record for each
        person and system.
    """

    records: pl.DataFrame
    persons: pl.DataFrame

    def __post_init__(self) -> None:
        per_system = self.records.group_by("person", "source_system")
        primary = per_system.agg(pl.col("is_primary").sum())["is_primary"]
        numbers = self.records.select("source_system", "source_id")
        if (primary != 1).any() or numbers.is_duplicated().any():
            raise ContractError(
                "customer records",
                expected="one primary record per person and system, and every number once",
                got=f"{(primary != 1).sum()} without, {numbers.is_duplicated().sum()} repeated",
                todo="number the copies of a person's record in a system from 0",
            )


def customer_records(people: pl.DataFrame, rng: np.random.Generator) -> Identities:
    """Draw people's names and addresses, and how three systems have them.

    Parameters
    ----------
    people : DataFrame
        One row per person, sorted by `person` (a number that is unique over partitions):
        country (DE, AT, GB), gender (f, m, d), birth_on, region (beginning with the country),
        joined_on, and whether the person is in_crm, in_shop, in_callcentre.
    rng : Generator

    Returns
    -------
    Identities

    Raises
    ------
    ContractError
        If people are not sorted or occur twice, or a region is unknown.

    Notes
    -----
    Everything that identifies somebody is made up: e-mail addresses are under .example (RFC
    2606), telephone numbers begin like ones that are reserved for films or cannot exist
    (`addresses.BLOCKS`), and addresses are drawn at random.
    """
    _check(people)
    persons = draw_persons(people, rng).with_columns(
        phone=pl.concat_str(pl.lit("+"), "dialling", "area", "line")
    )
    listed = _list(people, rng)
    old = _outdated(people, listed, rng)
    place, system, copy = listed["place"], listed["source_system"], listed["copy"]
    sheet = persons.select(pl.all().gather(place)).with_columns(
        system,
        *old,
        is_primary=copy == 0,
        source_id=_numbers(listed),
        created_at=_created(people["joined_on"].gather(place), listed, rng),
    )
    records = vary(sheet, rng).select(RECORD_COLUMNS)
    return Identities(records, persons.select(TRUTH_COLUMNS))


def _check(people: pl.DataFrame) -> None:
    """Refuse people whose numbers do not rise."""
    number = people["person"].to_numpy()
    falls = number[1:][np.diff(number) <= 0]
    if falls.size:
        raise ContractError(
            "people: person",
            expected="each person once, sorted by number",
            got=f"{examples(falls.tolist())} not above the one before",
            todo="sort people by person, one row each",
        )


def _list(people: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """List the records: place of the person, person, source_system, copy, nth primary, of how many.

    Returns
    -------
    DataFrame
        Ordered by person, system and copy.
    """
    present = np.column_stack([people[f"in_{system}"].to_numpy() for system in SYSTEMS])
    twice = present & (rng.random(present.shape) < DUPLICATES)
    place, system, copy = np.nonzero(np.stack([present, twice], axis=2))
    nth = np.cumsum(present, axis=1) - 1
    return pl.DataFrame(
        {
            "place": place,
            "person": people["person"].gather(place),
            "source_system": np.array(SYSTEMS)[system],
            "copy": copy,
            "nth": nth[place, system],
            "systems": present.sum(axis=1)[place],
        }
    )


def _outdated(
    people: pl.DataFrame, listed: pl.DataFrame, rng: np.random.Generator
) -> list[pl.Series]:
    """Which records have the former address, and which the former family name.

    It is the primary record in one of the person's systems.
    """
    gender = people["gender"]
    place, nth, systems = (listed[name].to_numpy() for name in ("place", "nth", "systems"))
    flags = []
    for kind, rates in (("moved", MOVED), ("married", MARRIED)):
        rate = gender.replace_strict(rates, return_dtype=pl.Float64).to_numpy()
        concerned = rng.random(people.height) < rate
        which = np.floor(rng.random(people.height)[place] * systems)
        chosen = concerned[place] & (which == nth) & (listed["copy"] == 0).to_numpy()
        flags.append(pl.Series(kind, chosen))
    return flags


def _numbers(listed: pl.DataFrame) -> pl.Series:
    """Customer numbers, each system in its own way."""
    numbers = np.full(listed.height, "", dtype="<U16")
    for system in SYSTEMS:
        here = (listed["source_system"] == system).to_numpy()
        person, copy = listed["person"].to_numpy()[here], listed["copy"].to_numpy()[here]
        numbers[here] = customer_numbers(system, person, copy).to_numpy()
    return pl.Series(numbers)


def _created(joined_on: pl.Series, listed: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """When records were made: the first before the day of joining, a second one later."""
    size = len(joined_on)
    before = -1 - rng.integers(0, FIRST_BEFORE, size)
    later = np.floor(rng.exponential(DUPLICATE_AFTER, size)).astype(np.int64)
    day = _days(joined_on) + np.where(listed["copy"].to_numpy() == 0, before, later)
    day = np.minimum(day, (LAST_DAY - date(1970, 1, 1)).days)
    opens, closes = (
        listed["source_system"]
        .replace_strict(
            {name: hours[end] for name, hours in OPENING_HOURS.items()}, return_dtype=pl.Int64
        )
        .to_numpy()
        for end in (0, 1)
    )
    second = np.floor(3600 * (opens + (closes - opens) * rng.random(size))).astype(np.int64)
    return pl.Series((day * 86_400 + second) * 1_000_000).cast(pl.Datetime("us", "UTC"))


def _days(on: pl.Series) -> Ints:
    """Days from 1970."""
    days: Ints = on.to_physical().to_numpy().astype(np.int64)
    return days
