"""The priority map: importance against performance, and how sure each place on it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pipelines.contract.driver_codes import QUADRANTS
from pipelines.importance.models import DrawnEstimates, Model, shares
from pipelines.importance.shrinkage import posterior_draws, shrunken_shares
from pipelines.outcomes.sheets import Sheets
from pipelines.statistics.bootstrap import Units
from pipelines.statistics.survey import FloatArray


def rows(
    sheets: Sheets, model: Model, units: Units, counts: FloatArray, level: float
) -> Iterator[dict[str, Any]]:
    """Rows of the table `priorities`, from the draws that the model rests on.

    Improvement concerns the rating, not the use: a driver is important if its rating has more
    than an equal share of what all ratings have, and the outcome rises with it. It is good
    with more than the mean of all ratings that users gave. Probabilities are of what may be
    true, see `shrinkage`.
    """
    importance = shares(model.importance_of_rating, model.importance("lmg"))
    slope, performance = model.slope, model.performance
    users = np.array([sheets.weight[~np.isnan(sheets.rating[:, k])].sum() for k in model.drivers])
    equal = DrawnEstimates(
        importance.value.mean(keepdims=True), importance.replicates.mean(axis=1, keepdims=True)
    )
    good = DrawnEstimates(
        np.array([performance.value @ users / users.sum()]),
        (performance.replicates @ users / users.sum())[:, None],
    )
    rising = np.where(slope.value > 0, importance.value, 0.0)
    place = quadrants(rising, performance.value, equal.value, good.value)
    placed = _places_that_may_be_true(importance, slope, performance, good)
    ends, rated, slopes = (each.interval(level) for each in (importance, performance, slope))
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
            "slope": slope.value[at],
            "slope_low": slopes.low[at],
            "slope_high": slopes.high[at],
            "importance_border": equal.value[0],
            "performance_border": good.value[0],
            "quadrant": QUADRANTS.names[place[at]],
            **{f"p_{name}": (placed[:, at] == q).mean() for q, name in enumerate(QUADRANTS.names)},
            **stated[k],
        }


def _places_that_may_be_true(
    importance: DrawnEstimates,
    slope: DrawnEstimates,
    performance: DrawnEstimates,
    good: DrawnEstimates,
) -> FloatArray:
    """Quadrants of drivers (columns) in draws of what may be true (rows)."""
    whole = shares(importance)  # of what all ratings have
    shrunken = shrunken_shares(whole.value, whole.replicates)
    rising = np.where(slope.replicates > 0, shrunken, 0.0)
    better = posterior_draws(
        performance.value - good.value, performance.replicates - good.replicates
    )
    return quadrants(rising, better, 100 / importance.value.size, 0.0)


def quadrants(
    importance: FloatArray,
    performance: FloatArray,
    border: FloatArray | float,
    good: FloatArray | float,
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
