"""Which customers are hard to tell apart: twins, father and son, households, namesakes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from pipelines.simulate.banks import Strings
from pipelines.simulate.model import Flags, Ints

# Shares of customers, by what they are. Assumed: about 3 in 100 people are twins, and one in
# five of their twins buys here too; namesakes come on top of those who meet by chance.
SHARES = {"twins": 0.006, "father_son": 0.003, "household": 0.12, "namesakes": 0.006}
AT_ONE_ADDRESS = ("twins", "father_son", "household")
HOUSEHOLD_SIZES = {2: 0.70, 3: 0.22, 4: 0.08}  # customers of one household

TWIN_SHIFT = 31  # days; a twin's birth moves by less, so that nobody's age group changes much
FATHERS_BORN = (date(1940, 1, 1), date(1967, 12, 31))
SONS_BORN = (date(1987, 1, 1), date(2007, 12, 31))  # at least 19 years later


@dataclass(frozen=True)
class Relatives:
    """Who belongs to whom; arrays of shape (n_persons,).

    Attributes
    ----------
    relation : ndarray of str
        A key of `SHARES`; empty for people on their own.
    first : ndarray of int
        Place of the first one of the group: of one's twin, father, household or namesake.
        Of the first one, and of people on their own, it is their own place.
    """

    relation: Strings
    first: Ints

    @property
    def follows(self) -> Flags:
        """Who is in a group without being its first."""
        follows: Flags = self.first != np.arange(len(self.first))
        return follows

    def is_(self, *relations: str) -> Flags:
        """Whose relation is one of these."""
        return np.isin(self.relation, relations)

    def first_of(self, *relations: str) -> Ints:
        """Place of the first one of those who are in one of these relations; else one's own."""
        return np.where(self.is_(*relations), self.first, np.arange(len(self.first)))


def relate(people: pl.DataFrame, rng: np.random.Generator) -> Relatives:
    """Form twins, father and son, households and namesakes among the people of a region.

    Parameters
    ----------
    people : DataFrame
        region, gender, birth_on.
    rng : Generator

    Returns
    -------
    Relatives
        Nobody is in two groups.
    """
    born = people["birth_on"].to_physical().to_numpy()
    gender = people["gender"].to_numpy()
    region = people["region"].to_numpy()
    relation = np.full(people.height, "", dtype="<U10")
    first = np.arange(people.height)
    for name in sorted(set(region)):
        here = np.flatnonzero(region == name)
        free = _Free(here[np.argsort(born[here], kind="stable")], relation, first)
        pairs = {kind: rng.binomial(len(here), share / 2) for kind, share in SHARES.items()}
        free.pair("twins", *_twins(free, born, pairs["twins"], rng))
        free.pair("father_son", *_fathers(free, born, gender, pairs["father_son"], rng))
        women = rng.binomial(pairs["namesakes"], 0.5)
        for sex, some in (("f", women), ("m", pairs["namesakes"] - women)):
            free.pair("namesakes", *_halves(_some(free.left(gender == sex), 2 * some, rng)))
        free.group("household", _some(free.left(), 2 * pairs["household"], rng), rng)
    return Relatives(relation, first)


class _Free:
    """Those of a region, in order of birth, who are not yet in a group."""

    def __init__(self, here: Ints, relation: Strings, first: Ints) -> None:
        self._here, self._relation, self._first = here, relation, first

    def left(self, among: Flags | None = None) -> Ints:
        """Places of those left, in order of birth."""
        free: Ints = self._here[self._relation[self._here] == ""]
        return free if among is None else free[among[free]]

    def pair(self, relation: str, firsts: Ints, seconds: Ints) -> None:
        """Put pairs together."""
        self._relation[firsts] = relation
        self._relation[seconds] = relation
        self._first[seconds] = firsts

    def group(self, relation: str, members: Ints, rng: np.random.Generator) -> None:
        """Put members together, in groups of various sizes."""
        sizes = rng.choice(list(HOUSEHOLD_SIZES), len(members), p=list(HOUSEHOLD_SIZES.values()))
        ends = np.cumsum(sizes)
        number = np.searchsorted(ends, np.arange(len(members)), "right")
        starts = np.searchsorted(number, number, "left")
        complete = ends[number] <= len(members)  # the last group may lack members
        self.pair(relation, members[starts[complete]], members[complete])


def _twins(free: _Free, born: Ints, pairs: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Take neighbours in order of birth, so that a twin's birth hardly moves."""
    firsts, seconds = _halves(free.left(), interleaved=True)
    near = np.flatnonzero(born[seconds] - born[firsts] <= TWIN_SHIFT)
    chosen = _some(near, pairs, rng)
    return firsts[chosen], seconds[chosen]


def _fathers(
    free: _Free, born: Ints, gender: Strings, pairs: int, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Pair old men with young men, the oldest with the oldest, so that ages fit."""
    fathers, sons = (
        free.left((gender == "m") & (born >= _day(start)) & (born <= _day(end)))
        for start, end in (FATHERS_BORN, SONS_BORN)
    )
    pairs = min(pairs, len(fathers), len(sons))
    return np.sort(_some(fathers, pairs, rng)), np.sort(_some(sons, pairs, rng))


def _some(places: Ints, size: int, rng: np.random.Generator) -> Ints:
    """Draw places without replacement; all of them if there are not enough."""
    return rng.permutation(places)[:size]


def _halves(places: Ints, interleaved: bool = False) -> tuple[Ints, Ints]:
    """Split places into pairs; an odd one is left out."""
    half = len(places) // 2
    if interleaved:
        return places[: 2 * half : 2], places[1 : 2 * half : 2]
    return places[:half], places[half : 2 * half]


def _day(on: date) -> int:
    """Count a date from 1970, as dates are stored."""
    return (on - date(1970, 1, 1)).days
