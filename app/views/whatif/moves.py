"""Moves of a scenario: as a text in the address, as pickers, and as steps that are evaluated."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from app.core.bundle import Bundle
from app.views.whatif import models
from app.views.whatif.models import Customers
from pipelines.contract.whatif_codes import MOVES
from pipelines.decisions.surfaces import Asked

MOVES_KEY = "moves"  # in the address
NO_MOVES = "none"  # in the address: no move is set
MOST_MOVES = 8
USUAL_MOVE, USUAL_PERCENT = "lift_good", 50  # of a touchpoint that was just picked
BETWEEN_MOVES, IN_MOVE = ",", ":"


def written(steps: Sequence[Asked]) -> str:
    """Steps as one text, their shares in whole percent.

    >>> written([Asked("wifi", "lift_good", 0.5)])
    'wifi:lift_good:50'
    """
    parts = (f"{s.driver}{IN_MOVE}{s.move}{IN_MOVE}{percent(s)}" for s in steps)
    return BETWEEN_MOVES.join(parts) or NO_MOVES


def percent(step: Asked) -> int:
    """Share of those concerned, in whole percent."""
    return round(100 * step.share)


def read(text: str) -> list[Asked] | None:
    """Steps of a text; None if it is none of `written`.

    >>> read("wifi:lift_good:50")
    [Asked(driver='wifi', move='lift_good', share=0.5)]
    >>> read("wifi:50") is None
    True
    """
    if text == NO_MOVES:
        return []
    parts = [part.rsplit(IN_MOVE, 2) for part in text.split(BETWEEN_MOVES)]
    steps = [_step(*part) for part in parts if len(part) == 3]
    found = [step for step in steps if step is not None]
    is_whole = len(found) == len(parts) <= MOST_MOVES
    is_once = len({step.driver for step in found}) == len(found)
    return found if is_whole and is_once else None


def _step(driver: str, move: str, share: str) -> Asked | None:
    is_share = share.isascii() and share.isdigit() and len(share) <= 3 and int(share) <= 100
    return Asked(driver, move, int(share) / 100) if is_share and move in MOVES.names else None


def is_known(text: str, drivers: Sequence[str]) -> bool:
    """Whether a text holds steps of these touchpoints only."""
    steps = read(text)
    return steps is not None and all(step.driver in drivers for step in steps)


def usual(bundle: Bundle, customers: Customers, outcome: str) -> str:
    """What the page opens with: the lift that moves the outcome most, by its floor.

    Half of those concerned, or as many as the data support.
    """
    row = models.leading(bundle, customers, outcome)
    if row is None:
        return NO_MOVES
    found = models.find(bundle, "moves", customers, outcome=outcome, target=row["target"])
    lifts = found.filter(pl.col("move") == USUAL_MOVE, pl.col("reason").is_null())
    own = [
        row
        for row in lifts.drop_nulls("value").to_dicts()
        if not models.is_indirect(bundle, row["touchpoint_id"])
    ]
    if not own:
        return NO_MOVES
    best = max(own, key=lambda row: (row["value"], row["driver"]))
    share = min(USUAL_PERCENT, int(100 * best["max_share"])) / 100
    return written([Asked(best["driver"], best["move"], share)])
