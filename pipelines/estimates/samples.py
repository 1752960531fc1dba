"""Samples: who was drawn, and in which groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy import sparse

from pipelines.contract.people import EVERYBODY
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class SamplingDesign:
    """How rows were drawn: the columns that say so, without nulls.

    Parameters
    ----------
    stratum, unit : str
        Stratum, and primary sampling unit in it.
    weight : str, optional
        Positive sampling weights; without it every row counts one.
    lacking : str, optional
        True where a row is its own unit only because nobody knows its cluster.
    """

    stratum: str
    unit: str
    weight: str | None
    lacking: str | None = None


@dataclass(frozen=True)
class Sample:
    """Rows that were drawn independently of those of other samples.

    A *part* is what a group has in one stratum. Sums over parts take two steps: members of
    a sampling unit, then units of a part.

    Parameters
    ----------
    about : mapping
        What tells it from other samples: column to value.
    rows : DataFrame
        A row per respondent, or whatever was drawn.
    weight : ndarray, shape (n_rows,), or None
        Sampling weights.
    groups : DataFrame
        ``place, segment, group``; groups are numbered from 0.
    units : sparse array, shape (n_units, n_rows)
        1 where a row belongs to a sampling unit of a group; the units of one group after the
        other, in each by stratum.
    part_starts : ndarray of int
        Where a part begins among the units.
    part_group : ndarray of int, shape (n_parts,)
        Group of each part.
    design_psus : ndarray, shape (n_parts,)
        Sampling units of the part's stratum in the whole sample.
    unit_names : Series, shape (n_units,)
        Names of the sampling units of groups, which other samples may share.
    unit_group : ndarray of int, shape (n_units,)
        Group of each.
    n_lacking : int
        Rows whose cluster nobody knows.
    """

    about: Mapping[str, Any]
    rows: pl.DataFrame
    weight: FloatArray | None
    groups: pl.DataFrame
    units: sparse.csr_array
    part_starts: IntArray
    part_group: IntArray
    design_psus: FloatArray
    unit_names: pl.Series
    unit_group: IntArray
    n_lacking: int

    @property
    def is_unweighted(self) -> bool:
        """Whether every weight is 1."""
        return self.weight is None or bool((self.weight == 1).all())

    def by_unit(self, columns: FloatArray) -> FloatArray:
        """Add up rows, shape (n_rows, k), to units of groups."""
        units: FloatArray = self.units @ columns
        return units

    def by_part(self, units: FloatArray) -> FloatArray:
        """Add up units of groups, shape (n_units, k), to parts."""
        parts: FloatArray = np.add.reduceat(units, self.part_starts, axis=0)
        return parts


def samples(
    rows: pl.DataFrame, apart: Sequence[str], segments: Mapping[str, str], design: SamplingDesign
) -> Iterator[Sample]:
    """Take apart what was drawn independently, waves for instance.

    Parameters
    ----------
    rows : DataFrame
        At least one; sums follow their order.
    apart : sequence of str
        Columns that tell the samples apart, without nulls.
    segments : mapping of str to str
        Attributes by which each sample is split, one at a time, and their text columns. A null
        belongs to no group.
    design : SamplingDesign
    """
    if not apart:
        yield _sample({}, rows, segments, design)
        return
    taken = rows.partition_by(apart, as_dict=True)
    for values in sorted(taken):
        about = dict(zip(apart, values, strict=True))
        yield _sample(about, taken[values], segments, design)


def _sample(
    about: Mapping[str, Any],
    rows: pl.DataFrame,
    segments: Mapping[str, str],
    design: SamplingDesign,
) -> Sample:
    codes = rows.select(
        stratum=pl.col(design.stratum).rank("dense"),
        unit=pl.struct(design.stratum, design.unit).rank("dense"),
    )
    stratum, unit = codes["stratum"].to_numpy(), codes["unit"].to_numpy()
    pairs = _memberships(rows, segments)
    member, group = pairs["member"].to_numpy(), pairs["place"].to_numpy()
    order = np.lexsort((member, unit[member], stratum[member], group))
    member, group = member[order], group[order]
    part_begins = _begins(group) | _begins(stratum[member])
    unit_begins = part_begins | _begins(unit[member])
    starts = np.append(np.flatnonzero(unit_begins), member.size)
    units = sparse.csr_array(
        (np.ones(member.size), member, starts), shape=(starts.size - 1, rows.height)
    )
    return Sample(
        about=about,
        rows=rows,
        weight=None if design.weight is None else rows[design.weight].to_numpy(),
        groups=pairs.select("place", "segment", "group").unique().sort("place"),
        units=units,
        part_starts=np.flatnonzero(part_begins[unit_begins]),
        part_group=group[part_begins],
        design_psus=_units_per_stratum(stratum, unit)[stratum[member[part_begins]]],
        unit_names=rows[design.unit].gather(member[unit_begins]),
        unit_group=group[unit_begins],
        n_lacking=0 if design.lacking is None else int(rows[design.lacking].sum()),
    )


def _memberships(rows: pl.DataFrame, segments: Mapping[str, str]) -> pl.DataFrame:
    """List who belongs to which group: ``member, segment, group, place``.

    Everybody is a group; a null belongs to none.
    """
    apart = "segment "  # an attribute may have any name
    labels = [pl.col(column).alias(apart + name) for name, column in segments.items()]
    return (
        rows.lazy()
        .select(
            pl.lit(EVERYBODY).alias(apart + EVERYBODY),
            *labels,
            member=pl.int_range(pl.len(), dtype=pl.Int64),
        )
        .unpivot(index="member", variable_name="attribute", value_name="label")
        .drop_nulls("label")
        .select("member", segment=pl.col("attribute").str.strip_prefix(apart), group="label")
        .with_columns(place=pl.struct("segment", "group").rank("dense").cast(pl.Int64) - 1)
        .collect()
    )


def _begins(ordered: IntArray) -> BoolArray:
    """Mark where a value differs from the one before; the first does."""
    return np.concatenate([[True], ordered[1:] != ordered[:-1]])


def _units_per_stratum(stratum: IntArray, unit: IntArray) -> FloatArray:
    pairs = np.unique(np.stack([stratum, unit]), axis=1)
    return np.bincount(pairs[0]).astype(np.float64)
