"""Scores: means of cells get their unit and their interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.contract.estimate import BY_NAME
from pipelines.contract.people import EVERYBODY
from pipelines.measure.cells import NUMBERS
from pipelines.statistics.intervals import (
    Interval,
    Shrunken,
    adjusted_wald,
    bounded_mean,
    effective_n,
    shrink_nps,
    shrink_share,
    wilson,
)
from pipelines.statistics.survey import DomainMeans, FloatArray

WARNINGS = ("unweighted_wave", "single_psu", "no_variance")

_MEASURE = pl.col("measure")


@dataclass(frozen=True)
class UnitEstimates:
    """Estimates between 0 and 1; all arrays have shape (n_cells,).

    `centre`, `variance` and `df` are those that differences are built on.
    """

    value: FloatArray
    interval: Interval
    centre: FloatArray
    variance: FloatArray
    df: FloatArray


def score(cells: pl.DataFrame, level: float) -> pl.DataFrame:
    """Give every cell its value and interval, in the unit of its measure.

    Parameters
    ----------
    cells : DataFrame
        See `cells.cells_of`.

    Returns
    -------
    DataFrame
        `cells.CELL`; ``value, low, high, std_error, n, n_eff`` in the measure's unit, null
        where nobody answered; ``centre, variance, df`` for differences; ``family`` of the
        interval: mean, share or nps; `WARNINGS`.
    """
    means = DomainMeans(**{name: cells[name].to_numpy() for name in NUMBERS})
    labelled = cells.drop(NUMBERS).with_columns(family=families())
    is_mean = (labelled["family"] == "mean").to_numpy()
    unit = _intervals(means, labelled["family"], level)
    low, high = (
        labelled["measure"].replace_strict(ends, return_dtype=pl.Float64).to_numpy()
        for ends in (
            {name: measure.lowest for name, measure in BY_NAME.items()},
            {name: measure.highest for name, measure in BY_NAME.items()},
        )
    )
    width = high - low
    numbers = {
        "value": low + width * unit.value,
        "low": low + width * unit.interval.low,
        "high": low + width * unit.interval.high,
        "std_error": width * means.std_error,
        "n_eff": means.n_eff,
        "centre": low + width * unit.centre,
        "variance": width**2 * unit.variance,
        "df": unit.df,
    }
    return labelled.with_columns(
        **{name: pl.Series(values, nan_to_null=True) for name, values in numbers.items()},
        n=pl.Series(means.n).cast(pl.Int64),
        single_psu=pl.Series(means.lonely),
        no_variance=pl.Series(is_mean & (means.variance == 0)),
    )


def families() -> pl.Expr:
    """Family of the interval of each row, by its measure; an undeclared measure has none.

    A stage averages the ratings of each respondent, so that its shares are means.
    """
    alone = {name: measure.family for name, measure in BY_NAME.items()}
    pooled = {name: measure.pooled for name, measure in BY_NAME.items()}
    return (
        pl.when("is_stage")
        .then(_MEASURE.replace_strict(pooled, return_dtype=pl.String))
        .otherwise(_MEASURE.replace_strict(alone, return_dtype=pl.String))
    )


def _intervals(means: DomainMeans, family: pl.Series, level: float) -> UnitEstimates:
    """Choose the interval of each family; a mean without variance gets that of a share."""
    value = np.clip(means.value.round(12), 0.0, 1.0)  # rounding error is no change
    n = effective_n(means, level)
    varies = (family == "mean").to_numpy() & (means.variance > 0)
    is_nps = (family == "nps").to_numpy()
    between, variance = np.where(varies, value, 0.5), np.where(varies, means.variance, 1.0)
    of_mean = bounded_mean(between, variance, means.df, level)
    of_nps, votes = _nps(value, means.spread, n, level)
    as_share = shrink_share(value, n)
    return UnitEstimates(
        value=value,
        interval=of_mean.where(varies, of_nps.where(is_nps, wilson(value, n, level))),
        centre=np.select([varies, is_nps], [value, votes.centre], as_share.centre),
        variance=np.select([varies, is_nps], [variance, votes.variance], as_share.variance),
        df=np.where(varies, means.df, np.inf),
    )


def _nps(
    value: FloatArray, spread: FloatArray, n: FloatArray, level: float
) -> tuple[Interval, Shrunken]:
    """Treat values as votes, 0, 1/2 and 1 for detractors, passives and promoters."""
    score = 2 * value - 1
    decided = 4 * spread + score**2  # mean square of votes of -1, 0 and 1
    promoters, detractors = (decided + score) / 2, (decided - score) / 2
    interval = adjusted_wald(promoters, detractors, n, level)
    votes = shrink_nps(promoters, detractors, n)
    return (
        Interval((interval.low + 1) / 2, (interval.high + 1) / 2).holding(value),
        Shrunken((votes.centre + 1) / 2, votes.variance / 4),
    )


def without_unrouted_reach(scores: pl.DataFrame) -> pl.DataFrame:
    """Leave out the reach of what nobody ever said not to have experienced.

    A question without that answer would show a reach of 100 % that nobody measured.
    """
    is_reach, everybody = _MEASURE == "reach", pl.col("segment") == EVERYBODY
    missed = is_reach & everybody & (pl.col("value") < BY_NAME["reach"].highest)
    return scores.filter(~is_reach | missed.any().over("mode", "is_stage", "subject"))
