"""Records: the rows of the derived tables, made from models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipelines.contract.code import write_code
from pipelines.core.errors import ContractError
from pipelines.drivers.sample import ModelSample
from pipelines.importance.contrasts import contrast
from pipelines.importance.latent import LatentModel
from pipelines.importance.letters import letters, told_apart
from pipelines.importance.models import DrawnEstimates, Model, shares
from pipelines.importance.noise import share_of_noise
from pipelines.importance.ranking import rank_interval, ranks
from pipelines.importance.shrinkage import shrunken_shares
from pipelines.importance.totals import Totals
from pipelines.outcomes.sheets import Sheets
from pipelines.statistics.bootstrap import reflected_r2
from pipelines.statistics.held_out import cross_validated_r2
from pipelines.statistics.survey import BoolArray

Row = dict[str, Any]
NO_FIT = "no_fit"  # code of a refusal that has none of its own
MIN_SHARE_WITHOUT_BLANKS = 0.5  # of rows: with fewer nothing is said of unseen ones


@dataclass(frozen=True)
class DerivedRows:
    """Rows of the four tables, without the columns that all rows share."""

    drivers: list[Row] = field(default_factory=list)
    driver_models: list[Row] = field(default_factory=list)
    priorities: list[Row] = field(default_factory=list)
    driver_contrasts: list[Row] = field(default_factory=list)


def sizes(totals: Totals) -> Row:
    """Rows, and the effective number of them."""
    return {"n": totals.n, "n_eff": totals.n_eff}


def refused(policy: str, error: ContractError, sheets: Sheets, who: Row) -> Row:
    """A row of `driver_models` for a policy that cannot be followed."""
    about = {**who, "target": "mean", "policy": policy}
    return refusal(about, sheets.n, error.code or NO_FIT)


def refusal(about: Row, n: int, reason: str) -> Row:
    """A row of `driver_models` without a model."""
    return {**about, "status": "refused", "n": n, "reason": reason}


def fitted(sample: ModelSample, model: Model, totals: Totals, rows: BoolArray, about: Row) -> Row:
    """A row of `driver_models`; `rows` are those that `totals` add up."""
    r2 = model.r2
    level = sample.level(totals, len(model.columns) - 1)
    interval = reflected_r2(r2.value[0], r2.replicates[:, 0], level)
    shrunk = totals.prior_rows > 0
    return {
        **about,
        "value": r2.value[0],
        "low": interval.low,
        "high": interval.high,
        "std_error": r2.error[0],
        "r2_held_out": _held_out(sample, model, totals, rows),
        "n_left_out": 0,
        "n_drivers": len(model.drivers),
        **sizes(totals),
        "status": "shrunk" if shrunk else "fitted",
        "reason": _prior(model, totals) if shrunk else None,
        "flags": _much_blank(totals),
    }


def _prior(model: Model, totals: Totals) -> str:
    rows = round(totals.prior_rows)
    return write_code("prior", columns=model.design.columns, prior=rows)


def _held_out(sample: ModelSample, model: Model, totals: Totals, rows: BoolArray) -> float | None:
    """R2 in unseen parts of the sample; None where most rows have blanks.

    Blanks are filled with the help of the outcome, which is no prediction where there are many.
    """
    if (rows & model.design.whole).sum() < MIN_SHARE_WITHOUT_BLANKS * rows.sum():
        return None
    parts = (totals.folds(sample.fold, model.columns, shrunk=part) for part in (True, False))
    return cross_validated_r2(*parts)


def driver_rows(
    sample: ModelSample, model: Model, totals: Totals, rows: BoolArray, approach: str, about: Row
) -> Iterator[Row]:
    """Rows of `drivers`; `rows` are those that `totals` add up."""
    sheets = sample.sheets
    level = sample.level(totals, len(model.columns) - 1)
    importance = model.importance(approach)
    share, slope = shares(importance), model.slope
    ends, plain, slopes = share.interval(level), importance.interval(level), slope.interval(level)
    rank_low, rank_high = rank_interval(shrunken_shares(share.value, share.replicates), level)
    differs = told_apart(share.value, share.replicates, level)
    letter = letters(share.value, differs)
    rank, inflation, halo = ranks(importance.value), model.inflation, model.halo
    repeats = halo.repeats(sample.terms.level)
    parts = _parts(model, level) if approach == "lmg" else []
    noise = _noise(model, approach)
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
            **sizes(totals),
            "importance": importance.value[at],
            "importance_low": plain.low[at],
            "importance_high": plain.high[at],
            **(parts[at] if parts else {}),
            "share_of_noise": noise[at],
            "rank": int(rank[at]),
            "rank_low": int(min(rank_low[at], rank[at])),
            "rank_high": int(max(rank_high[at], rank[at])),
            "letters": letter[at],
            "slope": slope.value[at],
            "slope_low": slopes.low[at],
            "slope_high": slopes.high[at],
            **(experience := _experience(sheets, rows, k)),
            "vif": inflation[at],
            "halo": halo.ratio[at],
            "halo_bound": halo.bound[at],
            "flags": _flags(
                _much_blank(totals),
                small=experience["n_users"] < sample.terms.flag_n,
                noise=noise[at] is not None and ends.low[at] <= noise[at],
                halo=bool(repeats[at]),
            ),
        }


def _parts(model: Model, level: float) -> list[Row]:
    """What rating and use have of the share of each driver; without a column of use, no use."""
    whole = model.importance("lmg")
    rating, share = shares(model.importance_of_rating, whole), shares(whole)
    use = DrawnEstimates(share.value - rating.value, share.replicates - rating.replicates)
    found: list[Row] = [{} for _ in model.drivers]
    for name, part in (("rating", rating), ("use", use)):
        ends = part.interval(level)
        for at, row in enumerate(found):
            if name == "rating" or model.has_use[at]:
                row[f"{name}_value"] = part.value[at]
                row[f"{name}_low"], row[f"{name}_high"] = ends.low[at], ends.high[at]
    return found


def _noise(model: Model, approach: str) -> list[float | None]:
    """Share of noise of each driver; null where it is not known."""
    if isinstance(model, LatentModel):
        return [None] * len(model.drivers)
    return [None if np.isnan(one) else float(one) for one in share_of_noise(model, approach)]


def _flags(much_blank: str | None, **told: bool) -> str | None:
    """Codes of the flags that hold, in their order."""
    flags = [name for name, is_so in told.items() if is_so]
    return " ".join([*flags, *([much_blank] if much_blank else [])]) or None


def _much_blank(totals: Totals) -> str | None:
    """Flag of many blanks, with the percent of customers who gave two answers both."""
    if totals.moves is None:
        return None
    return write_code("much_blank", joint=round(100 * float(totals.present.min())))


def _experience(sheets: Sheets, rows: BoolArray, k: int) -> Row:
    """Who experienced a driver among these customers: share, and answers."""
    known = rows & ~np.isnan(sheets.used[:, k])
    weight = sheets.weight[known]
    return {
        "reach": 100 * weight @ sheets.used[known, k] / weight.sum() if known.any() else None,
        "n_users": int((rows & ~np.isnan(sheets.rating[:, k])).sum()),
    }


def contrast_rows(
    sample: ModelSample, model: Model, rest: Model, totals: Totals, others: Totals, who: Row
) -> Iterator[Row]:
    """Rows of `driver_contrasts`: shares in a segment minus those of all other customers."""
    own, their = shares(model.importance("lmg")), shares(rest.importance("lmg"))
    both = [k for k in model.drivers if k in rest.drivers]
    mine, theirs = [model.drivers.index(k) for k in both], [rest.drivers.index(k) for k in both]
    gap = DrawnEstimates(
        own.value[mine] - their.value[theirs],
        own.replicates[:, mine] - their.replicates[:, theirs],
    )
    slopes = len(model.columns) - 1
    free = min(sample.free(totals, slopes), sample.free(others, slopes))
    found = contrast(gap, free, sample.terms.level)
    for at, k in enumerate(both):
        yield {
            **who,
            "target": "mean",
            "driver": sample.sheets.drivers[k],
            "touchpoint_id": sample.sheets.touchpoints[k],
            "value": gap.value[at],
            "low": found.interval.low[at],
            "high": found.interval.high[at],
            "std_error": found.std_error[at],
            **sizes(totals),
            "n_against": others.n,
            "p_value": found.p_value[at],
        }
