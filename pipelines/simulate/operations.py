"""What operations were like on each day: waiting, lateness, stock, speed, agents, stores.

Drawn once for the whole company, so that every partition of customers lives in the same
world.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.simulate.calendar import DAYS, dates
from pipelines.simulate.model import Floats, Ints
from pipelines.simulate.population import REGIONS

STORES = {"DE": 12, "AT": 5, "GB": 7}
AGENTS = 60

STATE_PERSISTENCE = 0.7  # of a day's state in the next day's, for all series
STORE_SD, AGENT_SD = 0.35, 0.40  # of quality, between stores and between agents
WAIT_MINUTES = 5.0  # at the hotline, on an ordinary day
WAIT_SLOPE = -0.09  # quality per minute above that
LATE_SHARE = 0.18  # of parcels, on an ordinary day
LATE_DAYS = 1.6  # mean delay of a late parcel
LATE_SLOPE = -0.45  # quality per day late
STOCK_SHARE = 0.92  # of articles in stock, on an ordinary day
STOCK_SLOPE = 4.0  # quality per unit of that share
LOAD_SECONDS = 1.8  # of a page
LOAD_SLOPE = -0.35  # quality per second above that
REPLY_HOURS = 20.0  # to an e-mail
REPLY_SLOPE = -0.015  # quality per hour above that
REFUND_DAYS = 6.0
REFUND_SLOPE = -0.08  # quality per day above that


@dataclass(frozen=True)
class Operations:
    """One value per day (and store or agent).

    Attributes
    ----------
    wait, late, load, reply, refund : ndarray of float, shape (DAYS,)
        Mean waiting minutes, share of late parcels, seconds per page, hours to a reply,
        days to a refund.
    stock : ndarray of float, shape (DAYS, n_stores)
        Share of articles in stock.
    store, agent : ndarray of float
        Quality that a store or an agent adds.
    """

    wait: Floats
    late: Floats
    load: Floats
    reply: Floats
    refund: Floats
    stock: Floats
    store: Floats
    agent: Floats


def draw_operations(rng: np.random.Generator) -> Operations:
    """Draw the state of operations for every day of the window."""
    monday = (dates().dt.weekday() == 1).to_numpy()
    christmas = dates().dt.month().is_in([11, 12]).to_numpy()
    stores = sum(STORES.values())
    return Operations(
        wait=WAIT_MINUTES * np.exp(0.35 * _wander(rng) + 0.3 * monday + 0.4 * christmas),
        late=np.clip(LATE_SHARE * np.exp(0.3 * _wander(rng) + 0.35 * christmas), 0.02, 0.7),
        load=LOAD_SECONDS * np.exp(0.2 * _wander(rng) + 0.1 * christmas),
        reply=REPLY_HOURS * np.exp(0.3 * _wander(rng) + 0.2 * christmas),
        refund=REFUND_DAYS * np.exp(0.25 * _wander(rng)),
        stock=np.clip(
            STOCK_SHARE + 0.05 * _wander(rng, stores) - 0.04 * christmas[:, None], 0.5, 1.0
        ),
        store=rng.normal(0, STORE_SD, stores),
        agent=rng.normal(0, AGENT_SD, AGENTS),
    )


def _wander(rng: np.random.Generator, columns: int | None = None) -> Floats:
    """Stationary autoregressive series of variance one, over the days."""
    shape = (DAYS,) if columns is None else (DAYS, columns)
    steps = rng.normal(size=shape)
    series = np.empty(shape)
    series[0] = steps[0]
    for day in range(1, DAYS):
        series[day] = (
            STATE_PERSISTENCE * series[day - 1] + np.sqrt(1 - STATE_PERSISTENCE**2) * steps[day]
        )
    return series


def stores_of(country: np.ndarray, region: np.ndarray, rng: np.random.Generator) -> Ints:
    """Home store of each customer: one of the country's, those of a region together."""
    home = np.zeros(len(country), dtype=np.int64)
    first = 0
    for name, count in STORES.items():
        places = np.array_split(np.arange(first, first + count), len(REGIONS[name]))
        for part, its in zip(REGIONS[name], places, strict=True):
            here = region == part
            home[here] = its[rng.integers(0, len(its), int(here.sum()))]
        first += count
    return home
