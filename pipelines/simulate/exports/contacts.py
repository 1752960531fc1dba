"""Contacts in the logs of the three systems."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate.calendar import month_of, utc
from pipelines.simulate.exports.cells import (
    CHANNEL,
    GERMAN_TIME,
    ISO_TIME,
    SYSTEM,
    Numbers,
    clock,
    code,
    pick,
    quarter_name,
    written,
)
from pipelines.simulate.journeys import Contacts, Histories
from pipelines.simulate.model import BAD_QUALITY, MONTHS, PLACE_OF, TOUCHPOINT_NAMES, Flags, Ints

COOKIE = 0.6  # of visits by advertising are recognised by the shop
CARD_SHOWN = 0.8  # of store contacts of card holders
SEARCHES = {"paid_search": 1.0, "web_shop": 0.12, "app": 0.10}  # of contacts have a search term
REFUSED = -1.2  # quality below which a return was refused
CAMPAIGNS = ("display_ad", "newsletter", "paid_search")
_TYPES = {
    "web": "visit",
    "app": "visit",
    "store": "visit",
    "delivery": "parcel",
    "returns": "parcel",
    "hotline": "call",
    "e-mail": "mail",
}

_OUTCOMES = (None, "solved", "unsolved", "refunded", "refused", "on_time", "late")


def contact_tables(
    lives: Histories, numbers: Numbers, terms: pl.Series, first: int, rng: np.random.Generator
) -> dict[str, pl.DataFrame]:
    """Contacts in the logs of each system; advertising and the outside are in the shop's.

    Parameters
    ----------
    terms : Series of str, shape (n_contacts,)
        Search terms; null where nothing was searched for.
    first : int
        Number of the first contact.
    """
    every = lives.contacts
    known = _recognised(every, rng)
    described = _describe(every).with_columns(id=first + pl.int_range(pl.len()), search_term=terms)
    logs = {}
    for system, write in (("crm", _card_log), ("shop", _shop_log), ("callcentre", _call_log)):
        logged = in_system(every, system)
        if system == "shop":
            logged = np.union1d(logged, in_system(every, ""))
        number = numbers.at(system, every.customer[logged], known[logged])
        rows = described[logged].with_columns(number=number)
        logs[system] = write(rows.sort("occurred_at", "id"))
    return logs


def _recognised(every: Contacts, rng: np.random.Generator) -> Flags:
    """Whether the system that logs a contact knows whose it is."""
    chance = rng.random(len(every.touchpoint))
    share = np.select(
        [SYSTEM == "crm", np.arange(len(SYSTEM)) == PLACE_OF["paid_search"], SYSTEM != ""],
        [CARD_SHOWN, COOKIE, 1.0],
        default=0.0,
    )
    return chance < share[every.touchpoint]


def _card_log(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        code("V", "id").alias("Vorgang"),
        pl.col("number").alias("KundenNr"),
        written(clock("occurred_at"), GERMAN_TIME).alias("Zeitpunkt"),
        pl.col("touchpoint").alias("Kontakt"),
        pl.col("channel").alias("Kanal"),
        pl.col("seconds").alias("Sekunden"),
    )


def _shop_log(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        code("E", "id").alias("event_id"),
        pl.col("number").alias("account"),
        "occurred_at",
        "touchpoint",
        "type",
        "channel",
        "seconds",
        "outcome",
        "campaign",
        "search_term",
    )


def _call_log(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        code("C", "id").alias("case"),
        pl.col("number").alias("caller"),
        written(clock("occurred_at"), ISO_TIME).alias("at"),
        "touchpoint",
        "type",
        "channel",
        "seconds",
        "outcome",
    )


def in_system(every: Contacts, system: str) -> Ints:
    """Contacts that a system logs under its own customer numbers, places in the contacts."""
    return np.flatnonzero(np.equal(SYSTEM, system)[every.touchpoint])


def searched(lives: Histories, rng: np.random.Generator) -> Ints:
    """Contacts that come with a search term, places in the contacts."""
    touchpoint = lives.contacts.touchpoint
    chance = rng.random(len(touchpoint))
    share = np.zeros(len(TOUCHPOINT_NAMES))
    share[[PLACE_OF[name] for name in SEARCHES]] = list(SEARCHES.values())
    return np.flatnonzero(chance < share[touchpoint])


def _describe(every: Contacts) -> pl.DataFrame:
    """What every log tells of a contact."""
    point, channels = every.touchpoint, CHANNEL.tolist()
    types = [_TYPES.get(channel, "view") for channel in channels]
    return pl.DataFrame(
        {
            "occurred_at": utc(every.minute),
            "touchpoint": pick(TOUCHPOINT_NAMES, point),
            "type": pick(types, point),
            "channel": pick(channels, point),
            "seconds": np.maximum(np.round(every.length), 1).astype(np.int64),
            "outcome": _outcomes(every),
            "campaign": _campaigns(every),
        }
    )


def _outcomes(every: Contacts) -> pl.Series:
    """How contacts ended; null where none is logged."""
    at = {name: every.touchpoint == PLACE_OF[name] for name in TOUCHPOINT_NAMES}
    bad = every.quality < BAD_QUALITY
    ending = np.select(
        [at["hotline"] | at["support_email"], at["returns"], at["delivery"]],
        [1 + bad, 3 + (every.quality < REFUSED), 5 + (every.late > 0)],
        default=0,
    )
    return pick(_OUTCOMES, ending)


def _campaigns(every: Contacts) -> pl.Series:
    """Campaign of each advertising contact: one per touchpoint and quarter."""
    quarters = MONTHS // 3
    campaigns = [
        f"{name}-{quarter}" if name in CAMPAIGNS else None
        for name in TOUCHPOINT_NAMES
        for quarter in quarter_name(np.arange(quarters))
    ]
    return pick(campaigns, every.touchpoint * quarters + month_of(every.day) // 3)
