"""The straightforward g-computation: every subset of a scenario's moves, person by person."""

from __future__ import annotations

from itertools import product

import numpy as np

from pipelines.decisions.surfaces import Asked
from pipelines.outcomes.filling import Filled
from pipelines.outcomes.models import OutcomeFit
from pipelines.whatif.along import MovingAlong
from pipelines.whatif.moves import Move

Floats = np.ndarray


def change(
    fit: OutcomeFit,
    filled: Filled,
    moves: dict[tuple[int, str], Move],
    along: MovingAlong,
    asked: list[tuple[int, str, float]],
    *,
    ceiling: bool = False,
) -> dict[str, float]:
    """What a scenario changes: the mean over who is reached by which of its moves."""
    model = fit.model
    latent = fit.values @ model.beta
    today = model.expected(latent)
    total = np.zeros(len(model.targets))
    for drawn in product([0, 1], repeat=len(asked)):
        chance = np.prod(
            [share if is_in else 1 - share for is_in, (*_, share) in zip(drawn, asked, strict=True)]
        )
        if chance == 0:
            continue
        kept = [moves[k, name] for is_in, (k, name, _) in zip(drawn, asked, strict=True) if is_in]
        after = latent.copy()
        for move in kept:
            after[move.rows] += move.change @ model.beta[move.columns]
        if ceiling:
            after += moved_along(kept, along, filled, fit)
        total += chance * (fit.weights @ (model.expected(after) - today)) / fit.weights.sum()
    return dict(zip(model.targets, total, strict=True))


def moved_along(kept: list[Move], along: MovingAlong, filled: Filled, fit: OutcomeFit) -> Floats:
    """What the ratings that no move names add, given all that are moved."""
    found = np.zeros(len(fit.weights))
    lifts = [move for move in kept if move.lift.any()]
    if not lifts:
        return found
    places = [move.driver for move in lifts]
    others = [k for k in range(len(along.latent)) if k not in places]
    joint = along.correlations[np.ix_(places, places)]
    slope = np.linalg.solve(joint, along.latent[np.ix_(others, places)].sum(axis=0))
    for move, one in zip(lifts, slope, strict=True):
        used = filled.used[:, move.driver] > 0
        rating, weight = filled.rating[used, move.driver], fit.weights[used]
        mean = weight @ rating / weight.sum()
        spread = np.sqrt(weight @ (rating - mean) ** 2 / weight.sum())
        found[move.rows] += move.lift * one / spread
    return found


def as_asked(drivers: tuple[str, ...], asked: list[tuple[int, str, float]]) -> list[Asked]:
    return [Asked(drivers[k], name, share) for k, name, share in asked]
