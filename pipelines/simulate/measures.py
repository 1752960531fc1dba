"""Measures of the demo study's register, and what each would truly change.

A measure lifts the ratings of a share of those who rate a touchpoint below a point of the scale:
their experience becomes better by as many points as their rating lacks, all else as it was. What
that does to the answers on the whole follows from the model, without chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
from scipy.special import ndtr

from pipelines.simulate.answers import (
    LENIENCY,
    LOYAL_ANSWER,
    OVERALL,
    OVERALL_NOISE,
    RATING,
    RATING_NOISE,
    RECOMMEND,
    SATISFACTION_HALO,
    SimulatedScale,
)
from pipelines.simulate.model import PENALTY, PLACE_OF, REWARD, Flags, Floats
from pipelines.simulate.population import Population
from pipelines.simulate.surveys import Wave, reworded

TARGET_OF_LIFT = {"lift_middle": 3, "lift_good": 4, "lift_best": 5}  # rating that it leads to
PROMOTER, DETRACTOR = 9, 7  # recommendation from which on; below which


@dataclass(frozen=True)
class Registered:
    """A measure as study.yaml declares it: what it lifts, for which share, of whom."""

    id: str
    touchpoint: str
    lift: str
    share: float
    segment: str | None = None  # customers' segment; everybody if None


REGISTERED = (
    Registered("delivery_slots", "delivery", "lift_middle", 0.6),
    Registered("same_day_delivery", "delivery", "lift_best", 0.3),
    Registered("hotline_training", "hotline", "lift_middle", 0.5),
    Registered("hotline_call_back", "hotline", "lift_good", 0.4),
    Registered("hotline_premium_line", "hotline", "lift_good", 0.8, "premium"),
    Registered("faster_refunds", "returns", "lift_middle", 0.6),
    Registered("returns_pick_up", "returns", "lift_good", 0.4),
    Registered("live_tracking", "order_updates", "lift_good", 0.5),
    Registered("more_advisers", "store_advice", "lift_good", 0.4),
    Registered("web_shop_search", "web_shop", "lift_good", 0.5),
    Registered("one_page_checkout", "web_checkout", "lift_middle", 0.7),
    Registered("app_refresh", "app", "lift_good", 0.5),
    Registered("answers_in_a_day", "support_email", "lift_good", 0.5),
)
EFFECTS = ("nps_mean", "nps", "overall_mean")  # points of 0 to 100; NPS points


def effects_of(wave: Wave, people: Population) -> Floats:
    """Sums over a wave's frame of what each measure changes in the answers that are expected.

    Returns
    -------
    ndarray of float, shape (len(REGISTERED), len(EFFECTS))
        In points; over the number of customers it is the effect on their mean.
    """
    attached = people.attachment[wave.customer]
    everybody = np.ones(len(wave.customer), bool)
    reached = [
        people.is_("segment", one.segment)[wave.customer] if one.segment else everybody
        for one in REGISTERED
    ]
    effects = map(_effect, REGISTERED, repeat(wave), repeat(attached), reached)
    return np.array(list(effects))


def _effect(one: Registered, wave: Wave, attached: Floats, reached: Flags) -> Floats:
    at, style = PLACE_OF[one.touchpoint], wave.style
    rows = wave.used[:, at] & reached
    quality, spread = wave.quality[rows, at], style.scale_use[rows]
    felt = quality + SATISFACTION_HALO * wave.meant[rows] + reworded(one.touchpoint, wave.name)
    rated = at_least(RATING, felt + LENIENCY * style.leniency[rows], spread, RATING_NOISE)
    rated = np.column_stack([rated, np.zeros(len(rated))])
    answers = _Answers(wave.meant[rows], attached[rows], style.leniency[rows], spread)
    before, total = answers.after(np.zeros(rows.sum())), np.zeros(len(EFFECTS))
    for rating in range(RATING.low, TARGET_OF_LIFT[one.lift]):
        place = rating - RATING.low
        better = (TARGET_OF_LIFT[one.lift] - rating) / (RATING.step * spread)
        more = _worth(at, quality + better) - _worth(at, quality)
        likely = rated[:, place] - rated[:, place + 1]
        total += one.share * likely @ (answers.after(more) - before)
    return total


def _worth(at: int, quality: Floats) -> Floats:
    """What a touchpoint's quality adds to satisfaction."""
    worth: Floats = np.where(quality < 0, PENALTY[at], REWARD[at]) * quality
    return worth


@dataclass(frozen=True)
class _Answers:
    """Answers on the whole that are expected of customers, if their satisfaction rises."""

    satisfied: Floats
    attached: Floats
    leniency: Floats
    spread: Floats

    def after(self, more: Floats) -> Floats:
        """Recommendation and satisfaction; shape (n, len(EFFECTS))."""
        said = self.satisfied + more + LENIENCY * self.leniency
        loyal = said + LOYAL_ANSWER * self.attached
        recommends = at_least(RECOMMEND, loyal, self.spread, OVERALL_NOISE)
        overall = at_least(OVERALL, said, self.spread, OVERALL_NOISE)
        promoters, others = recommends[:, PROMOTER], recommends[:, DETRACTOR]
        return np.column_stack(
            [
                _percent(RECOMMEND, recommends),
                100 * (promoters - (1 - others)),
                _percent(OVERALL, overall),
            ]
        )


def at_least(scale: SimulatedScale, latent: Floats, spread: Floats, noise: float) -> Floats:
    """Probability of each answer or a higher one; shape (n, number of answers)."""
    answers = np.arange(scale.low, scale.high + 1)
    exact = (scale.middle + scale.step * spread * latent)[:, None]
    chance: Floats = ndtr((exact - (answers - 0.5)) / (scale.step * spread * noise)[:, None])
    chance[:, 0] = 1.0  # lower ones are written as the lowest
    return chance


def _percent(scale: SimulatedScale, chance: Floats) -> Floats:
    """Expected answer, 0 to 100."""
    expected: Floats = 100 * chance[:, 1:].sum(axis=1) / (scale.high - scale.low)
    return expected


def describe(sums: Floats, size: float, decimals: int) -> dict[str, dict[str, float]]:
    """Effect of each measure on the mean of all customers, by the outcome's target."""
    means = np.round(sums / size, decimals)
    return {
        one.id: dict(zip(EFFECTS, row.tolist(), strict=True))
        for one, row in zip(REGISTERED, means, strict=True)
    }


def add(waves: Mapping[str, Floats], more: Mapping[str, Any]) -> dict[str, Floats]:
    """Add a partition's sums to those before it."""
    return {name: waves[name] + sums if name in waves else sums for name, sums in more.items()}
