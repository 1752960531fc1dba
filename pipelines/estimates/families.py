"""Families: the interval of a mean, a share and a net promoter score, in the measure's unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.core.errors import ContractError, examples
from pipelines.estimates.cells import DOMAIN_NUMBERS
from pipelines.estimates.targets import FAMILIES
from pipelines.statistics.intervals import (
    Interval,
    Shrunken,
    adjusted_wald,
    bounded_mean,
    n_of_intervals,
    shrink_nps,
    shrink_share,
    steady_variance,
    wilson,
)
from pipelines.statistics.survey import DomainMeans, FloatArray

# What `differences.with_differences` needs beside the numbers themselves.
FOR_DIFFERENCES = ("centre", "variance", "df", "moved", "pull")


@dataclass(frozen=True)
class UnitEstimates:
    """Estimates between 0 and 1; all arrays have shape (n_cells,).

    `centre`, `variance`, `df`, `moved` and `pull` are those that differences are built on, see
    `statistics.differences.Estimates`.
    """

    value: FloatArray
    interval: Interval
    centre: FloatArray
    variance: FloatArray
    df: FloatArray
    moved: FloatArray
    pull: FloatArray


def with_intervals(cells: pl.DataFrame, level: float) -> pl.DataFrame:
    """Give every cell its value and interval, in the unit of its measure.

    Parameters
    ----------
    cells : DataFrame
        See `cells.estimate_cells`.
    level : float
        Of the intervals, 0 to 1.

    Returns
    -------
    DataFrame
        What the cells are about; ``value, low, high, std_error`` in the measure's unit, ``n,
        n_eff, deff``, null where nobody answered; ``psus`` and `FOR_DIFFERENCES`; the warnings of
        `provenance.WARNINGS`.

    Raises
    ------
    ContractError
        If a cell has a family that has no interval, or the level is not between 0 and 1.
    """
    _require_families(cells)
    means = DomainMeans(**{name: cells[name].to_numpy() for name in DOMAIN_NUMBERS})
    unit = _intervals(means, cells["family"], level)
    low = cells["lowest"].to_numpy()
    width = cells["highest"].to_numpy() - low
    numbers = {
        "value": low + width * unit.value,
        "low": low + width * unit.interval.low,
        "high": low + width * unit.interval.high,
        "std_error": width * means.std_error,
        "n_eff": means.n_eff,
        "deff": means.deff,
        "centre": low + width * unit.centre,
        "variance": width**2 * unit.variance,
        "df": unit.df,
        "moved": unit.moved,
        "pull": width * unit.pull,
        "psus": means.psus,
    }
    agreed = pl.Series(means.variance == 0)
    return cells.drop(DOMAIN_NUMBERS).with_columns(
        **{name: pl.Series(values, nan_to_null=True) for name, values in numbers.items()},
        n=pl.Series(means.n).cast(pl.Int64),
        single_psu=pl.Series(means.lonely),
        no_variance=(pl.col("family") == "mean") & agreed,
    )


def _require_families(cells: pl.DataFrame) -> None:
    known = pl.col("family").is_in(FAMILIES).fill_null(False)
    unknown = cells.filter(~known)["measure"].unique().sort()
    if len(unknown):
        raise ContractError(
            "interval",
            expected=f"measures of the families {examples(FAMILIES)}",
            got=f"another family for {examples(unknown)}",
            todo="declare the family of their interval in pipelines/contract/estimate.py",
        )


def _intervals(means: DomainMeans, family: pl.Series, level: float) -> UnitEstimates:
    """Choose the interval of each family; a mean without variance gets that of a share."""
    value = np.clip(means.value.round(12), 0.0, 1.0)  # rounding error is no change
    n = n_of_intervals(means, level)
    varies = (family == "mean").to_numpy() & (means.variance > 0)
    is_nps = (family == "nps").to_numpy()
    between, variance = np.where(varies, value, 0.5), np.where(varies, steady_variance(means), 1.0)
    of_mean = bounded_mean(between, variance, means.df, level)
    of_nps, votes = _nps(value, means.spread, n, level)
    as_share = shrink_share(value, n)

    def chosen(of_mean: FloatArray | float, name: str) -> FloatArray:
        return np.select([varies, is_nps], [of_mean, vars(votes)[name]], vars(as_share)[name])

    return UnitEstimates(
        value=value,
        interval=of_mean.where(varies, of_nps.where(is_nps, wilson(value, n, level))),
        centre=chosen(value, "centre"),
        variance=chosen(variance, "variance"),
        df=np.where(varies, means.df, np.inf),
        moved=chosen(1.0, "moved"),
        pull=chosen(0.0, "pull"),
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
        Shrunken((votes.centre + 1) / 2, votes.variance / 4, votes.moved, votes.pull / 2),
    )
