"""Who people really are: name, address, e-mail, telephone; and what they were before."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate import banks
from pipelines.simulate.addresses import draw_addresses, draw_cities, draw_phones
from pipelines.simulate.banks import Names, Strings
from pipelines.simulate.mailboxes import draw_emails
from pipelines.simulate.model import Ints
from pipelines.simulate.relatives import AT_ONE_ADDRESS, Relatives, relate

RARE_NAME_SHARE = 0.30  # share of people whose family name is none of the frequent ones
DOUBLE_BARRELLED = 0.03  # share of people with two family names; assumed
SHARED_EMAIL, SHARED_PHONE = 0.20, 0.35  # shares of groups at one address; assumed


def draw_persons(people: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Draw what is true of people, and what was true before.

    Parameters
    ----------
    people : DataFrame
        person, country, gender, birth_on, region.
    rng : Generator

    Returns
    -------
    DataFrame
        One row per person, in the order given: person, country, relation, related_to (the
        number of the first person of the group), given_name, family_name, street,
        postcode, city, email, dialling, area, line, birth_on (of the second twin, that of the
        first). What only some records know begins with `former_` (before a move or a
        marriage), `other_` (the second e-mail address) or `twin_` (the given name and birth of
        the relative one is mistaken for).
    """
    relatives = relate(people, rng)
    gender, country, region = (
        people[name].to_numpy().astype(str) for name in ("gender", "country", "region")
    )
    family = draw_family(country, rng)[relatives.first]
    given = _given(country, gender, relatives, rng)
    city = draw_cities(region, rng)[relatives.first]
    address = draw_addresses(region, city, rng)
    moved_from = draw_addresses(region, draw_cities(region, rng), rng)
    home, birth = relatives.first_of(*AT_ONE_ADDRESS), relatives.first_of("twins")
    drawn = people.select("person", "country", "gender").with_columns(
        relation=pl.Series(relatives.relation).replace("", None),
        related_to=people["person"].gather(relatives.first),
        given_name=pl.Series(given),
        family_name=pl.Series(family),
        birth_on=people["birth_on"].gather(birth),
        former_family_name=pl.Series(draw_family(country, rng)),
        former_street=moved_from["street"],
        former_postcode=moved_from["postcode"],
        former_city=moved_from["city"],
    )
    drawn = drawn.with_columns(address.select(pl.all().gather(home)))
    email = draw_emails(drawn, "private_mail", rng).gather(_shared(home, SHARED_EMAIL, rng))
    phone = draw_phones(country, rng)
    phone = phone.select(pl.all().gather(_shared(home, SHARED_PHONE, rng)))
    partner = _partners(relatives)
    return drawn.with_columns(
        phone,
        email=email,
        other_email=draw_emails(drawn, "work_mail", rng),
        twin_given_name=drawn["given_name"].gather(partner),
        twin_birth_on=drawn["birth_on"].gather(partner),
    )


def draw_family(country: Strings, rng: np.random.Generator) -> Strings:
    """Draw family names: frequent ones, rare ones, and some double-barrelled."""
    family = np.full(len(country), "", dtype="<U40")
    for name in banks.LANGUAGE_OF_COUNTRY:
        here = np.flatnonzero(country == name)
        bank, size = banks.names(name), len(here)
        second = rng.integers(0, len(bank.second), size)
        rare = np.char.add(bank.first[rng.integers(0, len(bank.first), size)], bank.second[second])
        drawn = np.where(rng.random(size) < RARE_NAME_SHARE, rare, bank.family.draw(size, rng))
        double = np.char.add(np.char.add(drawn, "-"), bank.family.draw(size, rng))
        family[here] = np.where(rng.random(size) < DOUBLE_BARRELLED, double, drawn)
    return family


def _given(
    country: Strings, gender: Strings, relatives: Relatives, rng: np.random.Generator
) -> Strings:
    """Draw given names; twins have similar ones, namesakes, father and son the same."""
    of_women = (gender == "f") | ((gender == "d") & (rng.random(len(gender)) < 0.5))
    given = np.full(len(country), "", dtype="<U24")
    groups = [
        (here, banks.names(name), sex)
        for name in banks.LANGUAGE_OF_COUNTRY
        for sex, among in (("f", of_women), ("m", ~of_women))
        if (here := np.flatnonzero((country == name) & among)).size
    ]
    for here, bank, sex in groups:
        given[here] = bank.given[sex].draw(len(here), rng)
    same = relatives.is_("father_son", "namesakes")
    given[same] = given[relatives.first[same]]
    twins = relatives.follows & relatives.is_("twins")
    firsts = given[relatives.first]
    for here, bank, sex in groups:
        second = here[twins[here]]
        given[second] = _similar(firsts[second], bank, sex)
    return given


def _similar(given: Strings, bank: Names, gender: str) -> Strings:
    """Names that stand next in the alphabet: Lea for Lena, Jonathan for John."""
    sorted_names = np.sort(bank.given[gender].words)
    last = len(sorted_names) - 1
    place = np.minimum(np.searchsorted(sorted_names, given), last)
    nearby = np.where(place == last, place - 1, place + 1)
    taken = sorted_names[place] == given
    return sorted_names[np.where(taken, nearby, place)]


def _shared(home: Ints, share: float, rng: np.random.Generator) -> Ints:
    """Whose e-mail or telephone is used: in some homes, that of the first one."""
    sharing = (rng.random(len(home)) < share)[home]
    return np.where(sharing, home, np.arange(len(home)))


def _partners(relatives: Relatives) -> Ints:
    """The other one of each pair of twins, and of each father and son; oneself for others."""
    partner = np.arange(len(relatives.first))
    seconds = np.flatnonzero(relatives.follows & relatives.is_("twins", "father_son"))
    firsts = relatives.first[seconds]
    partner[firsts], partner[seconds] = seconds, firsts
    return partner
