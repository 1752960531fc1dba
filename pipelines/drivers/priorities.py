"""The priority map: importance against performance, and how sure each place on it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pipelines.contract.driver_codes import QUADRANTS
from pipelines.drivers.sheets import Sheets
from pipelines.importance.models import DrawnEstimates, Model, shares
from pipelines.importance.shrinkage import posterior_draws, shrunken_shares
from pipelines.statistics.bootstrap import Units
from pipelines.statistics.survey import FloatArray


def rows(
    sheets: Sheets, model: Model, units: Units, counts: FloatArray, level: float
) -> Iterator[dict[str, Any]]:
    """Rows of the table `priorities`, from the draws that the model rests on.

    A driver is important with more than an equal share, and good with more than the mean
    of all ratings that users gave. Probabilities are of what may be true, see `shrinkage`.
    """
    importance, performance = shares(model.importance("lmg")), model.performance
    users = np.array([sheets.weight[~np.isnan(sheets.rating[:, k])].sum() for k in model.drivers])
    border = 100 / len(model.drivers)
    good = DrawnEstimates(
        np.array([performance.value @ users / users.sum()]),
        (performance.replicates @ users / users.sum())[:, None],
    )
    place = quadrants(importance.value, performance.value, border, good.value[0])
    better = performance.replicates - good.replicates
    placed = quadrants(
        shrunken_shares(importance.value, importance.replicates),
        posterior_draws(performance.value - good.value, better),
        border,
        0.0,
    )
    ends, rated = importance.interval(level), performance.interval(level)
    errors = importance.error, performance.error
    stated = {k: _stated(sheets, k, units, counts, level) for k in model.drivers}
    for at, k in enumerate(model.drivers):
        yield {
            "driver": sheets.drivers[k],
            "touchpoint_id": sheets.touchpoints[k],
            "value": importance.value[at],
            "low": ends.low[at],
            "high": ends.high[at],
            "std_error": errors[0][at],
            "performance": performance.value[at],
            "performance_low": rated.low[at],
            "performance_high": rated.high[at],
            "performance_error": errors[1][at],
            "correlation": _correlation(importance, performance, at),
            "importance_border": border,
            "performance_border": good.value[0],
            "quadrant": QUADRANTS.names[place[at]],
            **{f"p_{name}": (placed[:, at] == q).mean() for q, name in enumerate(QUADRANTS.names)},
            **stated[k],
        }


def quadrants(
    importance: FloatArray, performance: FloatArray, border: float, good: FloatArray | float
) -> FloatArray:
    """Place in `QUADRANTS`: improve, keep, watch, maintain."""
    return np.where(importance > border, 0, 2) + np.where(performance < good, 0, 1)


def _correlation(importance: DrawnEstimates, performance: DrawnEstimates, at: int) -> float:
    pair = np.stack([importance.replicates[:, at], performance.replicates[:, at]])
    if not (pair.std(axis=1) > 0).all():
        return 0.0
    both: FloatArray = np.asarray(np.corrcoef(pair))
    return float(both[0, 1])


def _stated(
    sheets: Sheets, k: int, units: Units, counts: FloatArray, level: float
) -> dict[str, float | None]:
    """Mean importance that customers state, with its interval; null if not asked."""
    said = sheets.stated[:, k]
    given = ~np.isnan(said)
    if not given.any():
        return {"stated": None, "stated_low": None, "stated_high": None}
    weight, unit = sheets.weight[given], units.of_row[given]
    sums = [np.bincount(unit, part, minlength=units.n) for part in (weight * said[given], weight)]
    value = np.array([sums[0].sum() / sums[1].sum()])
    mean = DrawnEstimates(value, ((counts @ sums[0]) / (counts @ sums[1]))[:, None])
    ends = mean.interval(level)
    return {"stated": value[0], "stated_low": ends.low[0], "stated_high": ends.high[0]}
