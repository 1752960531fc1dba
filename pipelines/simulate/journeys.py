"""Month by month: who meets which touchpoints, what they remember, who leaves.

Within a month journeys run side by side, contact by contact; from month to month the
customers' memory, satisfaction and decision to stay are brought forward.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.simulate import paths
from pipelines.simulate.calendar import AWAKE_FROM, AWAKE_UNTIL, DAY, DAYS, awake, first_day
from pipelines.simulate.leaving import BadContacts, hazard
from pipelines.simulate.model import (
    BAD_QUALITY,
    MONTHS,
    N_RATED,
    PLACE_OF,
    PLANNED,
    TOUCHPOINTS,
    Flags,
    Floats,
    Ints,
    satisfy,
)
from pipelines.simulate.operations import Operations, stores_of
from pipelines.simulate.population import Population
from pipelines.simulate.quality import PROMISED_DAYS, Served, serve

BURN_IN = 12  # months before the first, so that old customers remember something
MEMORY = 0.4  # weight of the newest contact in what is remembered
FORGOTTEN_AFTER = 12  # months after which a touchpoint no longer counts as used
OTHER_CHANNEL = 0.25  # of journeys do not use the preferred channel
LONGEST_JOURNEY = 12  # contacts of a journey

# Logarithm of journeys a month: constant, and slopes.
PURCHASES = {"constant": -1.35, "satisfaction": 0.20, "attachment": 0.25, "price": -0.15}
PURCHASES_BY_SEGMENT = {"value": 0.0, "family": 0.10, "premium": 0.20}
CHRISTMAS = 0.35  # in November and December
BROWSES = {"constant": -0.90, "tech": 0.20}
PASSIVE, SERVICE = 0.30, 0.05  # journeys a month
REFERRALS = {"constant": -4.0, "satisfaction": 0.60, "attachment": 0.30}

_GAP = np.array([point.gap_hours for point in TOUCHPOINTS]) * 60
_LENGTH = np.array([point.minutes for point in TOUCHPOINTS])


@dataclass(frozen=True)
class Contacts:
    """Contacts in the window; one element each, ordered by customer, journey and step.

    `customer` is the place in the partition, `minute` counts company time from the first
    day, `served` columns are those of `quality.Served`.
    """

    customer: Ints
    journey: Ints
    intention: Ints
    touchpoint: Ints
    minute: Floats
    length: Floats  # seconds
    quality: Floats
    wait: Floats
    late: Floats
    store: Ints
    agent: Ints

    @property
    def day(self) -> Ints:
        """Days from the first one."""
        return (self.minute // DAY).astype(np.int64)

    def take(self, chosen: Ints | Flags) -> Contacts:
        """Return some of the contacts."""
        return Contacts(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Histories:
    """What became of a partition's customers.

    Attributes
    ----------
    contacts : Contacts
    satisfaction, hazard : ndarray of float, shape (MONTHS, n_customers)
        At the end of each month; the hazard is NaN for those not at risk.
    memory : ndarray of float, shape (MONTHS, n_customers, N_RATED)
    used : ndarray of bool, same shape
    left_month : ndarray of int, shape (n_customers,)
        First month without the customer; `MONTHS` for those who stay.
    """

    contacts: Contacts
    satisfaction: Floats
    hazard: Floats
    memory: NDArray[np.float32]
    used: Flags
    left_month: Ints

    def present(self, month: int, joined_month: Ints) -> Flags:
        """Who is a customer in a month."""
        return (joined_month <= month) & (self.left_month > month)


class Diary:
    """What is carried from month to month."""

    def __init__(self, people: Population) -> None:
        self.memory = np.zeros((people.size, N_RATED))
        self.last_used = np.full((people.size, N_RATED), -999)
        self.left_month = np.full(people.size, MONTHS)
        self.satisfaction = np.zeros(people.size)

    def used(self, month: int) -> Flags:
        """Whether a touchpoint was used in the twelve months up to this one."""
        return month - self.last_used < FORGOTTEN_AFTER

    def remember(self, contacts: Contacts, month: int) -> None:
        """Bring rated contacts of a month into memory, the latest weighing most."""
        rated = np.flatnonzero(contacts.touchpoint < N_RATED)
        cell = contacts.customer[rated] * N_RATED + contacts.touchpoint[rated]
        order = np.lexsort((contacts.minute[rated], cell))
        cell, quality = cell[order], contacts.quality[rated][order]
        first = np.flatnonzero(np.diff(cell, prepend=-1))
        count = np.diff(first, append=len(cell))
        until_last = np.repeat(first + count, count) - 1 - np.arange(len(cell))
        new = (self.last_used.flat[cell] == -999) & (until_last == np.repeat(count, count) - 1)
        weight = np.where(new, 1.0, MEMORY) * (1 - MEMORY) ** until_last
        cells = cell[first]
        added = np.add.reduceat(weight * quality, first) if len(first) else np.empty(0)
        self.memory.flat[cells] = self.memory.flat[cells] * (1 - MEMORY) ** count + added
        self.last_used.flat[cells] = month
        self.satisfaction = satisfy(self.memory, self.used(month))


def live(people: Population, world: Operations, rng: np.random.Generator) -> Histories:
    """Simulate a partition's customers over the window."""
    diary = Diary(people)
    home = stores_of(people.known["country"].to_numpy(), people.known["region"].to_numpy(), rng)
    units = {planned.id: people.is_(planned.unit, *planned.units) for planned in PLANNED}
    shape = (MONTHS, people.size)
    satisfaction, hazards = np.full(shape, np.nan), np.full(shape, np.nan)
    memory, used = np.zeros((*shape, N_RATED), np.float32), np.zeros((*shape, N_RATED), bool)
    kept: list[Contacts] = []
    for month in range(-BURN_IN, MONTHS):
        begun = _begin(people, diary, month, rng)
        contacts = _run(begun, people, home, units, world, rng)
        diary.remember(contacts, month)
        if month < 0:
            continue
        present = (people.joined_month <= month) & (diary.left_month > month)
        tenure = month - people.joined_month
        bad = _bad_contacts(contacts, people.size)
        chance = hazard(diary.satisfaction, people.attachment, tenure, bad)
        leaves = present & (rng.random(people.size) < chance)
        diary.left_month[leaves] = month + 1
        satisfaction[month], used[month] = diary.satisfaction, diary.used(month)
        memory[month], hazards[month] = diary.memory, np.where(present, chance, np.nan)
        kept.append(contacts.take(contacts.minute < DAYS * DAY))
    return Histories(_join(kept), satisfaction, hazards, memory, used, diary.left_month)


@dataclass(frozen=True)
class _Begun:
    """Journeys that begin in a month."""

    customer: Ints
    intention: Ints
    minute: Floats
    month: int


def _begin(people: Population, diary: Diary, month: int, rng: np.random.Generator) -> _Begun:
    """Draw how many journeys of each intention customers begin, and when."""
    rates = _rates(people, diary.satisfaction, month)
    present = (people.joined_month <= month) & (diary.left_month > month)
    soon = people.joined_month == month + 1  # prospects look around before they join
    counts = rng.poisson(np.where(present, rates, 0.0))
    counts[1] = np.where(soon, rng.poisson(1.0, people.size), counts[1])
    joins = people.joined_month == month
    counts[0] = np.where(joins, np.maximum(counts[0], 1), counts[0])
    customer = np.concatenate([np.repeat(np.arange(people.size), row) for row in counts])
    intention = np.repeat(np.arange(len(paths.INTENTIONS)), counts.sum(axis=1))
    first, length = first_day(month), first_day(month + 1) - first_day(month)
    joined_day = people.known["joined_on"].dt.day().to_numpy().astype(np.int64) - 1
    earliest = np.where(joins, joined_day, 0)[customer]
    day = first + earliest + np.floor((length - earliest) * rng.random(len(customer)))
    clock = AWAKE_FROM + (AWAKE_UNTIL - AWAKE_FROM) * rng.beta(2.2, 2.0, len(customer))
    return _Begun(customer, intention, day * DAY + clock, month)


def _rates(people: Population, satisfaction: Floats, month: int) -> Floats:
    """Expected journeys of each intention in a month, shape (n_intentions, n_customers)."""
    buys = (
        PURCHASES["constant"]
        + PURCHASES["satisfaction"] * satisfaction
        + PURCHASES["attachment"] * people.attachment
        + PURCHASES["price"] * people.price_sensitivity
        + CHRISTMAS * (month % 12 in (10, 11))
    )
    for segment, effect in PURCHASES_BY_SEGMENT.items():
        buys = buys + effect * people.is_("segment", segment)
    browses = BROWSES["constant"] + BROWSES["tech"] * people.tech_affinity
    refers = (
        REFERRALS["constant"]
        + REFERRALS["satisfaction"] * satisfaction
        + REFERRALS["attachment"] * people.attachment
    )
    constant = np.ones(people.size)
    return np.stack(
        [np.exp(buys), np.exp(browses), PASSIVE * constant, SERVICE * constant, np.exp(refers)]
    )


def _run(
    begun: _Begun,
    people: Population,
    home: Ints,
    units: dict[str, Flags],
    world: Operations,
    rng: np.random.Generator,
) -> Contacts:
    """Follow journeys to their ends, one contact of every journey at a time."""
    size = len(begun.customer)
    switched = rng.random(size) < OTHER_CHANNEL
    channel = (people.channel[begun.customer] + switched * rng.integers(1, 3, size)) % 3
    journey, state = np.arange(size), np.full(size, paths.START_STATE)
    bad, minute = np.zeros(size, np.int64), begun.minute
    steps: list[Contacts] = []
    for _ in range(LONGEST_JOURNEY):
        state = paths.follow(
            begun.intention[journey], channel[journey], bad, state, rng.random(len(journey))
        )
        goes_on = state != paths.END_STATE
        journey, state, minute = journey[goes_on], state[goes_on], minute[goes_on]
        if not len(journey):
            break
        customer = begun.customer[journey]
        if steps:
            minute = _later(minute, state, rng)
        served = serve(
            state,
            (minute // DAY).astype(np.int64),
            home[customer],
            {name: members[customer] for name, members in units.items()},
            world,
            rng,
        )
        minute = minute + np.nan_to_num(served.late) * DAY
        named = journey + (begun.month + BURN_IN) * 10_000_000
        intention = begun.intention[journey]
        steps.append(_note(customer, named, intention, state, minute, served, rng))
        bad = (served.quality < BAD_QUALITY).astype(np.int64)
    return _join(steps)


def _note(
    customer: Ints,
    journey: Ints,
    intention: Ints,
    touchpoint: Ints,
    minute: Floats,
    served: Served,
    rng: np.random.Generator,
) -> Contacts:
    """Note contacts that took place, and how long they took."""
    length = _LENGTH[touchpoint] * 60 * rng.gamma(2.0, 0.5, len(touchpoint))
    length += np.where(touchpoint == PLACE_OF["hotline"], served.wait * 60, 0.0)
    return Contacts(
        customer,
        journey,
        intention,
        touchpoint,
        minute,
        length,
        served.quality,
        served.wait,
        served.late,
        served.store,
        served.agent,
    )


def _later(minute: Floats, state: Ints, rng: np.random.Generator) -> Floats:
    """When the next contact takes place: after its gap, and not at night."""
    wait = _GAP[state] * rng.gamma(1.5, 1 / 1.5, len(state)) + 0.5
    promised = rng.choice(PROMISED_DAYS, len(state)) * DAY
    wait = np.where(state == PLACE_OF["delivery"], promised, wait)
    return awake(minute + wait)


def _bad_contacts(contacts: Contacts, size: int) -> BadContacts:
    """Who had a bad contact this month, by moment of truth."""

    def had(name: str) -> Flags:
        bad = (contacts.touchpoint == PLACE_OF[name]) & (contacts.quality < BAD_QUALITY)
        return np.bincount(contacts.customer[bad], minlength=size) > 0

    return BadContacts(hotline=had("hotline"), delivery=had("delivery"), returns=had("returns"))


def _join(parts: list[Contacts]) -> Contacts:
    names = Contacts.__dataclass_fields__
    joined = Contacts(*(np.concatenate([getattr(part, n) for part in parts]) for n in names))
    return joined.take(np.lexsort((joined.minute, joined.journey, joined.customer)))
