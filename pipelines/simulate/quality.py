"""How good each contact was: operations, place, time, measures, the incident, and chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.simulate import operations as ops
from pipelines.simulate.calendar import DAYS, day_of
from pipelines.simulate.model import (
    CHANCE,
    INCIDENT,
    PLACE_OF,
    PLANNED,
    QUALITY,
    Flags,
    Floats,
    Ints,
)
from pipelines.simulate.operations import Operations

SEASON = 0.10  # of quality in stores and delivery: best in early summer, worst in December
PROMISED_DAYS = (2, 3, 4)  # to delivery
LATEST_DAYS = 6  # days late; nobody feels more


@dataclass(frozen=True)
class Served:
    """What operations did at each contact; NaN or -1 where it does not apply.

    Attributes
    ----------
    quality : ndarray of float, shape (n,)
    wait : ndarray of float
        Minutes at the hotline, hours to the reply of an e-mail.
    late : ndarray of float
        Days after the promised day, of deliveries; 0 if on time.
    store, agent : ndarray of int
    """

    quality: Floats
    wait: Floats
    late: Floats
    store: Ints
    agent: Ints


def serve(
    touchpoint: Ints,
    day: Ints,
    home_store: Ints,
    units: dict[str, Flags],
    world: Operations,
    rng: np.random.Generator,
) -> Served:
    """Draw what happened at contacts and how good it was.

    Parameters
    ----------
    touchpoint, day, home_store : ndarray of int, shape (n,)
        Day counts from the first day of the window; before it the first year repeats.
    units : dict of ndarray of bool, shape (n,)
        Per planned measure, whether the customer belongs to the units that got it.
    """
    size = len(touchpoint)
    when = np.where(day < 0, day % 365, np.minimum(day, DAYS - 1))
    at = {name: touchpoint == place for name, place in PLACE_OF.items()}
    quality = QUALITY[touchpoint] + CHANCE[touchpoint] * rng.normal(size=size)
    store = np.where(at["store_advice"] | at["store_checkout"], home_store, -1)
    agent = np.where(at["hotline"], rng.integers(0, ops.AGENTS, size), -1)
    late = _lateness(world.late[when], rng)
    noise = rng.exponential(size=size)
    wait = world.wait[when] * noise
    stock = world.stock[when, np.maximum(store, 0)]
    season = SEASON * np.cos(2 * np.pi * (when - 160) / 365.25)
    web = at["web_shop"] | at["product_info"] | at["web_checkout"]
    quality += np.select(
        [at["hotline"], at["support_email"], at["delivery"], store >= 0, web, at["returns"]],
        [
            ops.WAIT_SLOPE * (wait - ops.WAIT_MINUTES) + world.agent[agent],
            ops.REPLY_SLOPE * (world.reply[when] * noise - ops.REPLY_HOURS),
            ops.LATE_SLOPE * np.minimum(late, LATEST_DAYS) + season,
            world.store[store] + ops.STOCK_SLOPE * (stock - ops.STOCK_SHARE) + season,
            ops.LOAD_SLOPE * (world.load[when] - ops.LOAD_SECONDS),
            ops.REFUND_SLOPE * (world.refund[when] * noise - ops.REFUND_DAYS),
        ],
        default=0.0,
    )
    quality += _changes(touchpoint, day, units)
    reply = world.reply[when] * noise * 60
    waited = np.where(at["hotline"], wait, np.where(at["support_email"], reply, np.nan))
    return Served(quality, waited, np.where(at["delivery"], late, np.nan), store, agent)


def _lateness(share: Floats, rng: np.random.Generator) -> Floats:
    """Whole days late: none for most parcels, at least one for the others."""
    extra = rng.geometric(1 / ops.LATE_DAYS, len(share))
    return np.where(rng.random(len(share)) < share, extra, 0).astype(float)


def _changes(touchpoint: Ints, day: Ints, units: dict[str, Flags]) -> Floats:
    """What the planned measures and the incident add to quality."""
    change = np.zeros(len(touchpoint))
    for planned in PLANNED:
        reached = (touchpoint == PLACE_OF[planned.touchpoint]) & (day >= day_of(planned.starts))
        change += planned.effect * (reached & units[planned.id])
    outage = (day >= day_of(INCIDENT.first)) & (day <= day_of(INCIDENT.last))
    for name, effect in INCIDENT.effects:
        change += effect * (outage & (touchpoint == PLACE_OF[name]))
    return change
