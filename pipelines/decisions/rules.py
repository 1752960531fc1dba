"""Rules: what choosing measures by one figure alone would take, under the same constraints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.decisions.candidates import Candidate
from pipelines.decisions.effects import ALL, Outlook
from pipelines.decisions.plans import Offer
from pipelines.decisions.portfolio import keeps_constraints
from pipelines.statistics.survey import BoolArray

BEST_PERFORMANCE = 100.0
Key = tuple[str, str, str]  # segment, group, driver


@dataclass(frozen=True)
class Figures:
    """What the other rules look at.

    Parameters
    ----------
    importance, performance : mapping
        Of drivers, by segment and group: in percent, and from 0 to 100.
    promise : mapping
        What correlation alone would promise of a move at full strength, by segment, group,
        driver and move.
    """

    importance: Mapping[Key, float]
    performance: Mapping[Key, float]
    promise: Mapping[tuple[str, str, str, str], float]


def figures_of(priorities: pl.DataFrame, moves: pl.DataFrame) -> Figures:
    """Read them from the tables.

    Parameters
    ----------
    priorities : DataFrame
        Rows of one mode, wave and outcome, of the target mean.
    moves : DataFrame
        Rows of one mode, wave, outcome and target.
    """
    at = ("segment", "group", "driver")
    told = priorities.select(*at, "value", "performance").drop_nulls()
    naive = moves.select(*at, "move", "naive").drop_nulls()
    return Figures(
        {(row[0], row[1], row[2]): row[3] for row in told.iter_rows()},
        {(row[0], row[1], row[2]): row[4] for row in told.iter_rows()},
        {(row[0], row[1], row[2], row[3]): row[4] for row in naive.iter_rows()},
    )


def importance(one: Candidate, outlook: Outlook, figures: Figures) -> float:
    """Importance of what a measure moves."""
    drivers = {asked.driver for asked in outlook.asked(one)}
    return sum(_of(figures.importance, one, name, 0.0) for name in drivers)


def room(one: Candidate, outlook: Outlook, figures: Figures) -> float:
    """Room for improvement: how far what a measure moves is from the best rating, at most."""
    drivers = {asked.driver for asked in outlook.asked(one)}
    return max(
        (BEST_PERFORMANCE - _of(figures.performance, one, name, BEST_PERFORMANCE)
         for name in drivers), default=0.0,
    )  # fmt: skip


def promise(one: Candidate, outlook: Outlook, figures: Figures) -> float:
    """What correlation alone would promise of a measure, of all customers."""
    part = outlook.reached.get((one.segment, one.group), 0.0)
    return part * sum(
        asked.share * figures.promise.get((one.segment, one.group, asked.driver, asked.move), 0.0)
        for asked in outlook.asked(one)
    )


FIGURE_OF_RULE: Mapping[str, Callable[[Candidate, Outlook, Figures], float]] = {
    "importance": importance,
    "gap": room,
    "correlation": promise,
}


def _of(told: Mapping[Key, float], one: Candidate, driver: str, otherwise: float) -> float:
    """Of those whom it reaches, or of everybody."""
    whole = told.get((*ALL, driver), otherwise)
    return told.get((one.segment, one.group, driver), whole)


def chosen_by(rule: str, offer: Offer, figures: Figures, budget: float) -> BoolArray:
    """Take measures in the order of one figure, as long as each is allowed beside those taken.

    What a measure needs is taken with it. Of equal figures the first name comes first; what has
    none, or 0, is not taken.

    Returns
    -------
    ndarray of bool, shape (n_measures,)
    """
    scores = [FIGURE_OF_RULE[rule](one, offer.outlook, figures) for one in offer.candidates]
    taken = np.zeros(len(scores), bool)
    for at in np.argsort(-np.array(scores), kind="stable"):
        more = taken.copy()
        more[_with_needs(offer, int(at))] = True
        if scores[at] > 0 and keeps_constraints(offer.options, more, budget):
            taken = more
    return taken


def _with_needs(offer: Offer, at: int) -> list[int]:
    found = [at]
    for one in found:
        found += [needed for mine, needed in offer.options.prerequisites
                  if mine == one and needed not in found]  # fmt: skip
    return found
