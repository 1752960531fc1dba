"""Analyse one outcome of one wave: every policy, approach, target and segment."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from scipy import special

from pipelines.core.errors import ContractError
from pipelines.core.estimate import ALL, APPROACHES, TARGETS
from pipelines.drivers import priorities
from pipelines.drivers.designs import (
    Design,
    Expected,
    complete,
    draw_blanks,
    rating_alone,
    use_and_rating,
)
from pipelines.drivers.importance import MOST_UNITS, relative_importance
from pipelines.drivers.latent import LatentModel
from pipelines.drivers.models import Estimates, Model, shares
from pipelines.drivers.ranking import rank_interval, ranks, tiers
from pipelines.drivers.results import RelativeImportance
from pipelines.drivers.sheets import Sheets
from pipelines.drivers.totals import FOLDS, Totals, add_up
from pipelines.statistics.bootstrap import (
    Units,
    draws,
    expanded_level,
    reflected_r2,
    sampling_units,
)
from pipelines.statistics.held_out import cross_validated_r2
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray

Row = dict[str, Any]
LINEAR = tuple(approach for approach in APPROACHES if approach != "latent")
HALO = 1 / 3  # ratio below which most of what a driver shows alone it shares with others


@dataclass(frozen=True)
class Terms:
    """How models are made; see params.yaml."""

    level: float
    replicates: int
    segment_replicates: int
    min_n: int
    flag_n: int
    seed: int


@dataclass(frozen=True)
class Findings:
    """Rows of the four tables, without the columns that all rows share."""

    drivers: list[Row] = field(default_factory=list)
    driver_models: list[Row] = field(default_factory=list)
    priorities: list[Row] = field(default_factory=list)
    driver_contrasts: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class _Sample:
    """The sheets, their sampling units, and the draws that every model of them shares."""

    sheets: Sheets
    terms: Terms
    units: Units
    counts: FloatArray
    fold: IntArray
    rng: np.random.Generator

    @classmethod
    def of(cls, sheets: Sheets, terms: Terms) -> _Sample:
        name = f"{sheets.mode}/{sheets.period}/{sheets.outcome}"
        rng = np.random.default_rng([terms.seed, zlib.crc32(name.encode())])
        units = sampling_units(sheets.n, sheets.cluster, sheets.stratum, MOST_UNITS, rng)
        counts = np.concatenate(list(draws(units, terms.replicates, rng)))
        return cls(sheets, terms, units, counts, rng.permutation(units.n) % FOLDS, rng)

    def level(self, totals: Totals, slopes: int) -> float:
        """Level at which percentiles cover, for the units that these totals have."""
        there = np.flatnonzero(totals.sums[:, 0] > 0)
        own = Units(there, self.units.stratum[there])
        return expanded_level(self.terms.level, own, slopes)


def analyse(sheets: Sheets, terms: Terms) -> Findings:
    """Relate an outcome to its drivers, for all customers and by segment."""
    found = Findings()
    sample = _Sample.of(sheets, terms)
    design = use_and_rating(sheets)
    everybody = {"segment": ALL, "segment_value": ALL}
    try:
        expected = complete(design, sheets.weight)
    except ContractError as error:
        found.driver_models.append(_refused("use_rating", error, sheets, everybody))
    else:
        _everybody(found, sample, design, expected, everybody)
        _segments(found, sample, design, expected)
    _by_rating(found, sample, everybody)
    for policy in ("pairwise", "listwise"):
        _compare(found, sample, policy, everybody)
    return found


def _everybody(
    found: Findings, sample: _Sample, design: Design, expected: Expected, who: Row
) -> None:
    """All approaches to the mean; the LMG of the very satisfied and of the dissatisfied."""
    sheets = sample.sheets
    every = np.ones(sheets.n, bool)
    totals = add_up(expected, sheets.weight, sample.units, every)
    drawn = totals.draws(sample.counts)
    filled = draw_blanks(expected, sample.rng)
    for target in TARGETS:
        model = Model.of(design, drawn, target)
        about = {**who, "target": target, "policy": "use_rating"}
        found.driver_models.append(_fitted(sample, model, totals, about))
        for approach in LINEAR if target == "mean" else ("lmg",):
            found.drivers.extend(_drivers(sample, model, totals, every, approach, about))
        found.drivers.extend(_latent(sample, model, totals, filled, about))
    mean = Model.of(design, drawn, "mean")
    level = sample.level(totals, len(mean.columns) - 1)
    rows = priorities.rows(sheets, mean, sample.units, sample.counts, level)
    found.priorities.extend({**who, "target": "mean", **_counts(totals), **row} for row in rows)


def _latent(
    sample: _Sample, model: Model, totals: Totals, filled: FloatArray, about: Row
) -> list[Row]:
    """Rows of `drivers` for the ordered logit of the target; none if it cannot be fitted."""
    weight = sample.sheets.weight
    try:
        latent = LatentModel.of_steps(model, filled, weight, sample.units, sample.counts)
    except ContractError:  # more steps than an ordered logit takes, or drivers that foretell them
        return []
    every = np.ones(sample.sheets.n, bool)
    rows = _drivers(sample, latent, totals, every, "lmg", about)
    unknown = dict.fromkeys(("slope", "slope_low", "slope_high"))
    return [{**row, **unknown, "approach": "latent"} for row in rows]


def _segments(found: Findings, sample: _Sample, design: Design, expected: Expected) -> None:
    """LMG of every segment that is large enough, and against all other customers."""
    sheets, least = sample.sheets, sample.terms.min_n
    counts = sample.counts[: sample.terms.segment_replicates]
    whole = add_up(expected, sheets.weight, sample.units, np.ones(sheets.n, bool))
    contrasts: list[Row] = []
    for who, rows in _groups(sheets.segments):
        about = {**who, "target": "mean", "policy": "use_rating"}
        if rows.sum() < least:
            reason = f"fewer than {least} answers"
            found.driver_models.append(_refusal(about, int(rows.sum()), reason))
            continue
        totals = add_up(expected, sheets.weight, sample.units, rows)
        model = Model.of(design, totals.draws(counts), "mean")
        found.driver_models.append(_fitted(sample, model, totals, about))
        found.drivers.extend(_drivers(sample, model, totals, rows, "lmg", about))
        others = whole - totals
        if others.n >= least:
            rest = Model.of(design, others.draws(counts), "mean")
            contrasts += _contrast(sample, model, rest, totals, others, who)
    found.driver_contrasts.extend(contrasts)


def _groups(segments: pl.DataFrame) -> Iterator[tuple[Row, BoolArray]]:
    for name in segments.columns:
        for value in segments[name].drop_nulls().unique().sort():
            mask = (segments[name] == value).fill_null(False).to_numpy()
            yield {"segment": name, "segment_value": str(value)}, mask


def _counts(totals: Totals) -> Row:
    return {"n": totals.n, "n_eff": totals.n_eff}


def _refused(policy: str, error: ContractError, sheets: Sheets, who: Row) -> Row:
    reason = f"{error.got}; expected {error.expected}"
    return _refusal({**who, "target": "mean", "policy": policy}, sheets.n, reason)


def _refusal(about: Row, n: int, reason: str) -> Row:
    """A row of `driver_models` without a model."""
    return {**about, "status": "refused", "n": n, "reason": reason}


def _fitted(sample: _Sample, model: Model, totals: Totals, about: Row) -> Row:
    """A row of `driver_models`."""
    r2 = model.r2
    level = sample.level(totals, len(model.columns) - 1)
    interval = reflected_r2(r2.value[0], r2.replicates[:, 0], level)
    shrunk = totals.expected.prior_rows > 0
    return {
        **about,
        "value": r2.value[0],
        "low": interval.low,
        "high": interval.high,
        "std_error": r2.error[0],
        "r2_held_out": cross_validated_r2(totals.folds(sample.fold, model.columns)),
        "n_left_out": 0,
        **_counts(totals),
        "status": "shrunk" if shrunk else "fitted",
        "reason": f"few answers for {model.design.columns} columns: a prior of "
        f"{totals.expected.prior_rows:.0f} answers without correlation was added"
        if shrunk
        else None,
    }


def _drivers(
    sample: _Sample, model: Model, totals: Totals, rows: BoolArray, approach: str, about: Row
) -> Iterator[Row]:
    """Rows of `drivers`; `rows` are those that `totals` add up."""
    sheets = sample.sheets
    level = sample.level(totals, len(model.columns) - 1)
    importance = model.importance(approach)
    share, slope = shares(importance), model.slope
    ends, plain, slopes = share.interval(level), importance.interval(level), slope.interval(level)
    rank_low, rank_high = rank_interval(importance.replicates, level)
    tier = tiers(importance.value, importance.replicates, sample.terms.level)
    rank, inflation, halo = ranks(importance.value), model.inflation, model.halo
    for at, k in enumerate(model.drivers):
        yield {
            **about,
            "approach": approach,
            "driver": sheets.drivers[k],
            "touchpoint_id": sheets.touchpoints[k],
            "value": share.value[at],
            "low": ends.low[at],
            "high": ends.high[at],
            "std_error": share.error[at],
            **_counts(totals),
            "importance": importance.value[at],
            "importance_low": plain.low[at],
            "importance_high": plain.high[at],
            "rank": int(rank[at]),
            "rank_low": int(min(rank_low[at], rank[at])),
            "rank_high": int(max(rank_high[at], rank[at])),
            "tier": int(tier[at]),
            "slope": slope.value[at],
            "slope_low": slopes.low[at],
            "slope_high": slopes.high[at],
            **(experience := _experience(sheets, rows, k)),
            "vif": inflation[at],
            "halo": halo[at],
            "flags": _flags(sample.terms, experience["n_users"], halo[at]),
        }


def _flags(terms: Terms, n_users: int, halo: float) -> str | None:
    told = {"small": n_users < terms.flag_n, "halo": halo < HALO}
    return " ".join(name for name, is_so in told.items() if is_so) or None


def _experience(sheets: Sheets, rows: BoolArray, k: int) -> Row:
    """Who experienced a driver among these customers: share, and answers."""
    known = rows & ~np.isnan(sheets.used[:, k])
    weight = sheets.weight[known]
    return {
        "reach": 100 * weight @ sheets.used[known, k] / weight.sum(),
        "n_users": int((rows & ~np.isnan(sheets.rating[:, k])).sum()),
    }


def _contrast(
    sample: _Sample, model: Model, rest: Model, totals: Totals, others: Totals, who: Row
) -> Iterator[Row]:
    """Rows of `driver_contrasts`: shares in a segment minus those of all other customers."""
    own, their = shares(model.importance("lmg")), shares(rest.importance("lmg"))
    both = [k for k in model.drivers if k in rest.drivers]
    mine, theirs = [model.drivers.index(k) for k in both], [rest.drivers.index(k) for k in both]
    gap = Estimates(
        own.value[mine] - their.value[theirs],
        own.replicates[:, mine] - their.replicates[:, theirs],
    )
    ends = gap.interval(sample.level(totals, len(model.columns) - 1))
    error = gap.error
    p_value = 2 * special.ndtr(-np.abs(gap.value) / error)
    for at, k in enumerate(both):
        yield {
            **who,
            "target": "mean",
            "driver": sample.sheets.drivers[k],
            "touchpoint_id": sample.sheets.touchpoints[k],
            "value": gap.value[at],
            "low": ends.low[at],
            "high": ends.high[at],
            "std_error": error[at],
            **_counts(totals),
            "n_against": others.n,
            "p_value": p_value[at],
        }


def _by_rating(found: Findings, sample: _Sample, who: Row) -> None:
    """The policy `em`: who did not experience a touchpoint counts as not answering."""
    sheets = sample.sheets
    design = rating_alone(sheets)
    about = {**who, "target": "mean", "policy": "em"}
    try:
        expected = complete(design, sheets.weight)
    except ContractError as error:
        found.driver_models.append(_refused("em", error, sheets, who))
        return
    every = np.ones(sheets.n, bool)
    totals = add_up(expected, sheets.weight, sample.units, every)
    model = Model.of(design, totals.draws(sample.counts), "mean")
    found.driver_models.append(_fitted(sample, model, totals, about))
    for approach in LINEAR:
        found.drivers.extend(_drivers(sample, model, totals, every, approach, about))


def _compare(found: Findings, sample: _Sample, policy: str, who: Row) -> None:
    """The policies `pairwise` and `listwise`, as others offer them."""
    about = {**who, "target": "mean", "policy": policy}
    try:
        answers = {approach: _ask(sample, policy, approach) for approach in LINEAR}
    except ContractError as error:
        found.driver_models.append(_refused(policy, error, sample.sheets, who))
        return
    first = answers["lmg"]
    found.driver_models.append(
        {
            **about,
            "value": first.r2,
            "low": first.r2_low,
            "high": first.r2_high,
            "n_left_out": first.n_left_out,
            "n": first.n,
            "n_eff": first.n_eff,
            "status": "fitted",
            "reason": None,
        }
    )
    touchpoint = dict(zip(sample.sheets.drivers, sample.sheets.touchpoints, strict=True))
    for approach, answer in answers.items():
        for row in answer.table.iter_rows(named=True):
            found.drivers.append(_compared(row, answer, touchpoint[row["driver"]])
                                 | about | {"approach": approach})  # fmt: skip


def _ask(sample: _Sample, policy: str, approach: str) -> RelativeImportance:
    sheets = sample.sheets
    frame = pl.DataFrame(
        {
            **{name: sheets.rating[:, k] for k, name in enumerate(sheets.drivers)},
            "the outcome": sheets.target[:, 0],
            "its weight": sheets.weight,
            "its cluster": sheets.cluster,
            "its stratum": sheets.stratum,
        }
    )
    return relative_importance(
        frame,
        "the outcome",
        sheets.drivers,
        weights="its weight",
        method=approach,
        missing=policy,
        cluster="its cluster",
        stratum="its stratum",
        replicates=sample.terms.segment_replicates,
        level=sample.terms.level,
        rng=np.random.default_rng([sample.terms.seed, zlib.crc32(policy.encode())]),
    )


def _compared(row: Mapping[str, Any], answer: RelativeImportance, touchpoint: str) -> Row:
    return {
        "driver": row["driver"],
        "touchpoint_id": touchpoint,
        "value": row["importance_pct"],
        "low": min(row["low"], row["importance_pct"]),
        "high": max(row["high"], row["importance_pct"]),
        "n": answer.n,
        "n_eff": answer.n_eff,
        **{
            name: row[name]
            for name in ("importance", "importance_low", "importance_high", "rank", "rank_low",
                         "rank_high", "tier", "vif")
        },
        "halo": row["halo_ratio"],
    }  # fmt: skip
