"""Panels: how estimates of two samples vary together, because some answered in both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from pipelines.estimates.cells import unit_sums
from pipelines.estimates.samples import Sample
from pipelines.estimates.targets import Item, declared
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray, influences

# What tells a shared estimate from others, and what is said of it.
SHARED_ESTIMATES = {
    "subject": pl.String(),
    "is_pooled": pl.Boolean(),
    "segment": pl.String(),
    "group": pl.String(),
    "measure": pl.String(),
    "weighted": pl.Boolean(),
    "n_both": pl.Int64(),
    "covariance": pl.Float64(),
}
_UNIT = ["segment", "group", "unit"]


@dataclass(frozen=True)
class SharedUnits:
    """The sampling units of groups that two samples share, by group.

    Parameters
    ----------
    later, earlier : ndarray of int, shape (n_shared,)
        Their place among the units of either sample.
    groups : DataFrame
        ``segment, group`` of those that share any.
    starts : ndarray of int, shape (n_groups,)
        Where a group begins among them.
    """

    later: IntArray
    earlier: IntArray
    groups: pl.DataFrame
    starts: IntArray

    @classmethod
    def of(cls, later: Sample, earlier: Sample) -> SharedUnits:
        """Find the units of one name in groups of one name."""
        units, before = _units(later), _units(earlier)
        both = units.join(before, on=_UNIT, suffix="_earlier").sort(*_UNIT, "place")
        sizes = both.group_by("segment", "group", maintain_order=True).len()
        return cls(
            later=both["place"].to_numpy(),
            earlier=both["place_earlier"].to_numpy(),
            groups=sizes.drop("len"),
            starts=sizes["len"].cast(pl.Int64).cum_sum().to_numpy() - sizes["len"].to_numpy(),
        )

    def by_group(self, units: FloatArray) -> FloatArray:
        """Add up shared units, shape (n_shared, k), to groups."""
        groups: FloatArray = np.add.reduceat(units, self.starts, axis=0)
        return groups


def _units(sample: Sample) -> pl.DataFrame:
    """List ``segment, group, unit, place`` of the units of groups."""
    groups = sample.groups.rename({"place": "number"})
    units = pl.DataFrame({"number": sample.unit_group, "unit": sample.unit_names})
    return units.with_row_index("place").join(groups, on="number").drop("number")


def shared_estimates(
    later: Sample, earlier: Sample, items: Iterable[tuple[Item, Item]]
) -> pl.DataFrame:
    """Estimate the covariance of every target in every group that two samples share.

    Units that lie in the same group of both samples are linked by their name. The covariance of
    two means is the sum of the products of their `influences`, as a variance is the sum of their
    squares.

    Parameters
    ----------
    items : iterable of (Item, Item)
        What is estimated of one subject in the later and in the earlier sample.

    Returns
    -------
    DataFrame
        `SHARED_ESTIMATES`: ``n_both``, units with an answer in both; ``covariance`` of the means of
        values between 0 and 1. Shares of single answers are left out.
    """
    shared = SharedUnits.of(later, earlier)
    found = [
        _of_subject(later, earlier, both, shared, weighted)
        for both in items
        if _measures(both)
        for weighted in (True, False)
        if not weighted or (later.weight is not None and earlier.weight is not None)
    ]
    return pl.concat(
        [pl.DataFrame(schema=SHARED_ESTIMATES), *(rows.select(*SHARED_ESTIMATES) for rows in found)]
    )


def _of_subject(
    later: Sample, earlier: Sample, both: tuple[Item, Item], shared: SharedUnits, weighted: bool
) -> pl.DataFrame:
    """Multiply what shared units add to the estimates of a subject, and add it up by group."""
    measures = _measures(both)
    errors, answered = _errors(later, both[0], measures, weighted)
    errors_before, answered_before = _errors(earlier, both[1], measures, weighted)
    products = errors[shared.later] * errors_before[shared.earlier]
    in_both = answered[shared.later] & answered_before[shared.earlier]
    return pl.DataFrame(
        {
            **{name: shared.groups[name].repeat_by(len(measures)).explode() for name in _UNIT[:2]},
            "measure": pl.Series(measures * shared.groups.height, dtype=pl.String),
            "n_both": shared.by_group(in_both.astype(np.float64)).ravel(),
            "covariance": shared.by_group(products).ravel(),
        }
    ).with_columns(
        pl.col("n_both").cast(pl.Int64),
        subject=pl.lit(both[0].subject),
        is_pooled=pl.lit(both[0].is_pooled),
        weighted=pl.lit(weighted),
    )


def _errors(
    sample: Sample, item: Item, measures: list[str], weighted: bool
) -> tuple[FloatArray, BoolArray]:
    """What units add to the errors of these measures, and whether they answered."""
    targets = [item.targets[_columns(item)[measure]] for measure in measures]
    wanted = replace(item, targets=targets)
    sums = unit_sums(sample, wanted, sample.weight if weighted else None)
    return influences(sums).units, sums.n > 0


def _measures(both: tuple[Item, Item]) -> list[str]:
    """Measures of a subject in both samples."""
    return sorted({*_columns(both[0])}.intersection(_columns(both[1])))


def _columns(item: Item) -> dict[str, int]:
    """Columns of an item's measures among its targets, without the shares of single answers."""
    return {
        declared(target.measure).name: column
        for column, target in enumerate(item.targets)
        if target.answer is None
    }
