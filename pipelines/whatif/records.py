"""Records: the rows of the derived tables, made from explored models."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb
from typing import Any

import numpy as np

from pipelines.contract.code import write_code
from pipelines.contract.driver_codes import MEAN
from pipelines.contract.whatif_codes import BOTTOM_BOX, LIFTS, NPS, TOP_BOX
from pipelines.outcomes.filling import blank_share
from pipelines.outcomes.models import OutcomeModel
from pipelines.statistics.bootstrap import percentile
from pipelines.statistics.effective_size import effective_n
from pipelines.statistics.intervals import normal_quantile, t_quantile
from pipelines.statistics.survey import FloatArray
from pipelines.whatif.exploration import Explored
from pipelines.whatif.moves import MOVE_NAMES
from pipelines.whatif.pooling import Pooled
from pipelines.whatif.terms import WhatifSample

Row = dict[str, Any]
DRAW_STEPS = 8  # of published draws, in their standard error, at least: bundles stay small
INTERACTION_DIGITS = 2
TIE_DIGITS = 4
MOSTLY = 0.5  # share of a slope alone above which most of it is shared
NEARLY_ALL = 0.995  # share of those concerned from which on support is not remarked on


def model_rows(sample: WhatifSample, explored: Explored) -> Iterator[Row]:
    """Rows of outcome_models: of every target, or one that says why there is no model."""
    sheets, rows = sample.sheets, explored.people.rows
    about = _about(sample, explored)
    if explored.reason is not None or explored.model is None or explored.described is None:
        yield {**about, "target": MEAN, "status": "refused", "reason": explored.reason}
        return
    n_eff = effective_n(sheets.target[:, 0], sheets.weight, sample.people, rows)
    halo = explored.described.halo
    told = halo[~np.isnan(halo)]
    shared = float(np.median(told)) if told.size else None
    about |= {
        "n_eff": n_eff,
        "n_drivers": sum(bool(own) for own in explored.model.slopes.drivers),
        "confounders": " ".join(sheets.confounders.columns) or None,
        "r2_held_out": explored.described.r2_held_out,
        "is_blank_share": blank_share(sheets),
        "halo": shared,
        "weight_share": float(sheets.weight[rows].sum() / sheets.weight.sum()),
        "flags": _model_flags(sample, shared),
    }
    for target, drawn in _today(sample, explored).items():
        if target in explored.few:
            yield {**about, "target": target, "status": "refused", "reason": explored.few[target]}
            continue
        ties = _ties(explored) if target == MEAN else {}
        yield {**about, "target": target, "status": "fitted", **drawn, **ties}


def _about(sample: WhatifSample, explored: Explored) -> Row:
    sheets, people = sample.sheets, explored.people
    linear = explored.model is not None and explored.model.is_linear
    return {
        "mode": sheets.mode,
        "wave": sheets.wave,
        "outcome": sheets.outcome,
        "segment": people.segment,
        "group": people.group,
        "n": people.n,
        "level": sample.terms.level,
        "missing_policy": "drawn" if blank_share(sheets) else "whole",
        "method": "linear" if linear else "logit",
        "evidence": "association",
        "flags": None if sheets.is_weighted else "unweighted_wave",
    }


def _model_flags(sample: WhatifSample, shared: float | None) -> str | None:
    sheets = sample.sheets
    flags = {
        "unweighted_wave": not sheets.is_weighted,
        "left_out": bool(sheets.left_out),
        "no_confounders": not sheets.confounders.columns,
        "mostly_shared": shared is not None and shared > MOSTLY,
    }
    return " ".join(name for name, holds in flags.items() if holds) or None


def _today(sample: WhatifSample, explored: Explored) -> dict[str, Row]:
    """Weighted means of the targets, with their intervals, by target."""
    sheets, rows, terms = sample.sheets, explored.people.rows, sample.terms
    units, weight = sample.units_of(rows), sheets.weight[rows]
    scores = sample.scales.scores(sheets.target[rows, 0])
    if explored.model is not None and explored.model.is_linear:
        scores = {MEAN: scores[MEAN]}
    counted = sample.counts @ np.bincount(units.of_row, weight, minlength=units.n)
    free = sample.free(rows)
    wide = t_quantile(np.array([float(free)]), terms.level)[0] / normal_quantile(terms.level)
    found = {}
    for target, score in scores.items():
        value = weight @ score / weight.sum()
        sums = np.bincount(units.of_row, weight * score, minlength=units.n)
        found[target] = np.append(value, value + wide * (sample.counts @ sums / counted - value))
    if sample.scales.is_nps and TOP_BOX in found and BOTTOM_BOX in found:
        found[NPS] = found[TOP_BOX] - found[BOTTOM_BOX]
    return {target: _numbers(drawn[0], drawn[1:], terms.level) for target, drawn in found.items()}


def _numbers(value: float, draws: FloatArray, level: float, prefix: str = "") -> Row:
    """A value with its interval, from draws."""
    ends = percentile(draws, level)
    low, high = min(float(ends.low), value), max(float(ends.high), value)
    if prefix:
        return {prefix: value, f"{prefix}_low": low, f"{prefix}_high": high}
    return {"value": value, "low": low, "high": high, "std_error": float(draws.std(ddof=1))}


def _ties(explored: Explored) -> Row:
    pooled = explored.pooled
    assert pooled is not None
    return {
        "along": pooled.latent.round(TIE_DIGITS).ravel().tolist(),
        "correlations": pooled.correlations.round(TIE_DIGITS).ravel().tolist(),
    }


def move_rows(sample: WhatifSample, explored: Explored) -> Iterator[Row]:
    """Rows of moves, for every target; none if there is no model."""
    model, pooled = explored.model, explored.pooled
    if explored.reason is not None or model is None or pooled is None:
        return
    told = list(model.targets)
    if sample.scales.is_nps and TOP_BOX in told and BOTTOM_BOX in told:
        told.append(NPS)
    for at in range(len(pooled.shares)):
        about = _about(sample, explored) | _of_move(sample, explored, at)
        for target in told:
            row = {**about, "target": target, "naive": _of_target(model, explored, target, at)}
            if about["reason"] is None:
                row |= _changes(sample, model, pooled, target, at)
            yield row


def _of_move(sample: WhatifSample, explored: Explored, at: int) -> Row:
    described, pooled = explored.described, explored.pooled
    assert described is not None
    assert pooled is not None
    k, name = at // len(MOVE_NAMES), MOVE_NAMES[at % len(MOVE_NAMES)]
    support, halo = described.support[at], float(described.halo[k])
    sheets, rows = sample.sheets, explored.people.rows
    flags = {
        "unweighted_wave": not sheets.is_weighted,
        write_code("partly_supported", share=round(100 * support.max_share)): (
            0 < support.max_share < NEARLY_ALL
        ),
        "mostly_shared": halo > MOSTLY and name in LIFTS,
    }
    return {
        "driver": sheets.drivers[k],
        "touchpoint_id": sheets.touchpoints[k],
        "move": name,
        "n_eff": effective_n(sheets.target[:, 0], sheets.weight, sample.people, rows),
        "halo": None if np.isnan(halo) else halo,
        "n_concerned": support.n_concerned,
        "n_shown": support.n_shown,
        "share_concerned": 100 * float(pooled.shares[at]),
        "lift": float(pooled.lifts[at]) if name in LIFTS else None,
        "max_share": support.max_share,
        "reason": support.reason,
        "flags": " ".join(flag for flag, holds in flags.items() if holds) or None,
    }


def _of_target(model: OutcomeModel, explored: Explored, target: str, at: int) -> float:
    assert explored.described is not None
    naive = explored.described.naive[at]
    if target == NPS:
        return float(naive[model.targets.index(TOP_BOX)] - naive[model.targets.index(BOTTOM_BOX)])
    return float(naive[model.targets.index(target)])


def _changes(
    sample: WhatifSample, model: OutcomeModel, pooled: Pooled, target: str, at: int
) -> Row:
    """Floor and ceiling, with draws and interactions where they are not those of others."""
    level = sample.terms.level
    places = [
        model.targets.index(name)
        for name in ((TOP_BOX, BOTTOM_BOX) if target == NPS else (target,))
    ]
    signs = np.array([1.0, -1.0])[: len(places)]
    point = pooled.effects[:, at][:, places] @ signs
    draws = pooled.draws[:, :, at][:, :, places] @ signs
    row = _numbers(float(point[0]), draws[:, 0], level)
    row |= _numbers(float(point[1]), draws[:, 1], level, "ceiling")
    if target == NPS:
        return row
    row["draws"], row["ceiling_draws"] = (_coarse(draws[:, kind]) for kind in (0, 1))
    row["ceiling_half"] = float(pooled.halves[at, places[0]])
    if not model.is_linear:
        row |= _beside(pooled, places[0], at)
    return row


def _beside(pooled: Pooled, target: int, at: int) -> dict[str, list[float]]:
    """What a move adds beside every later one, and beside every two of them."""
    found = {
        name: pooled.pairs[kind, target, at, at + 1 :].round(INTERACTION_DIGITS).tolist()
        for kind, name in enumerate(("interactions", "ceiling_interactions"))
    }
    if pooled.triples.shape[1]:
        start, stop = triples_of(len(pooled.shares), at)
        found["triples"] = pooled.triples[target, start:stop].round(INTERACTION_DIGITS).tolist()
    return found


def triples_of(moves: int, first: int) -> tuple[int, int]:
    """Where the triples begin and end whose first move is this one.

    >>> triples_of(15, 0), triples_of(15, 4), triples_of(15, 5)
    ((0, 25), (100, 125), (125, 125))
    """
    drivers, per = moves // len(MOVE_NAMES), len(MOVE_NAMES)
    sizes = [per**2 * comb(drivers - 1 - at // per, 2) for at in range(first + 1)]
    return sum(sizes[:-1]), sum(sizes)


def _coarse(draws: FloatArray) -> list[float]:
    """Round draws to a power of two that is small beside what they differ by."""
    spread = draws.std()
    if not spread > 0:
        return [float(one) for one in draws]
    step = 2.0 ** np.floor(np.log2(spread / DRAW_STEPS))
    return [float(one) for one in np.round(draws / step) * step]
