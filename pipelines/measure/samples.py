"""Samples: where the questionnaires of one wave lie in its design, and in which segments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from pipelines.contract.canonical import SEGMENT_PREFIX
from pipelines.contract.people import EVERYBODY
from pipelines.core.answers import sampling_stratum, sampling_unit
from pipelines.statistics.survey import FloatArray, IntArray


@dataclass(frozen=True)
class Sample:
    """The questionnaires of one wave and mode.

    A *part* is what a group has in one stratum. Sums over parts take two steps: members of
    a sampling unit, then units of a part.

    Parameters
    ----------
    mode, wave : str
        Hot and cold surveys are different samples.
    answers : DataFrame
        One row per questionnaire; see `answers.questionnaires`.
    weight : ndarray, shape (n_questionnaires,)
        Sampling weights.
    groups : DataFrame
        ``place, segment, group``; groups are numbered from 0.
    units : sparse array, shape (n_units, n_questionnaires)
        1 where a questionnaire belongs to a sampling unit of a group; the units of one
        group after the other, in each by stratum.
    part_starts : ndarray of int
        Where a part begins among the units.
    part_group : ndarray of int, shape (n_parts,)
        Group of each part.
    design_psus : ndarray, shape (n_parts,)
        Sampling units of the part's stratum in the whole sample.
    """

    mode: str
    wave: str
    answers: pl.DataFrame
    weight: FloatArray
    groups: pl.DataFrame
    units: sparse.csr_array
    part_starts: IntArray
    part_group: IntArray
    design_psus: FloatArray

    @property
    def is_unweighted(self) -> bool:
        """Whether every weight is 1."""
        return bool((self.weight == 1).all())

    def by_unit(self, columns: FloatArray) -> FloatArray:
        """Add up questionnaires, shape (n_questionnaires, k), to units of groups."""
        units: FloatArray = self.units @ columns
        return units

    def by_part(self, units: FloatArray) -> FloatArray:
        """Add up units of groups, shape (n_units, k), to parts."""
        parts: FloatArray = np.add.reduceat(units, self.part_starts, axis=0)
        return parts


def samples(people: pl.DataFrame, segments: Iterable[str]) -> Iterator[Sample]:
    """Take the waves apart, and hot surveys from cold ones.

    Parameters
    ----------
    people : DataFrame
        See `answers.questionnaires`.
    segments : iterable of str
        Attributes by which each sample is split.
    """
    names = list(segments)
    design = people.with_columns(stratum=sampling_stratum(), unit=sampling_unit())
    ordered = design.sort("response_id")
    for (mode, wave), answers in sorted(ordered.partition_by("mode", "wave", as_dict=True).items()):
        yield _sample(str(mode), str(wave), answers, names)


def _sample(mode: str, wave: str, answers: pl.DataFrame, segments: list[str]) -> Sample:
    codes = answers.select(
        stratum=pl.col("stratum").rank("dense"),
        unit=pl.struct("stratum", "unit").rank("dense"),
    )
    stratum, unit = codes["stratum"].to_numpy(), codes["unit"].to_numpy()
    pairs = _memberships(answers, segments)
    member, group = pairs["member"].to_numpy(), pairs["place"].to_numpy()
    order = np.lexsort((member, unit[member], stratum[member], group))
    member, group = member[order], group[order]
    part_begins = _changes(group) | _changes(stratum[member])
    unit_begins = part_begins | _changes(unit[member])
    starts = np.append(np.flatnonzero(unit_begins), member.size)
    units = sparse.csr_array(
        (np.ones(member.size), member, starts), shape=(starts.size - 1, answers.height)
    )
    return Sample(
        mode=mode,
        wave=wave,
        answers=answers,
        weight=answers["weight"].to_numpy(),
        groups=pairs.select("place", "segment", "group").unique().sort("place"),
        units=units,
        part_starts=np.flatnonzero(part_begins[unit_begins]),
        part_group=group[part_begins],
        design_psus=_units_per_stratum(stratum, unit)[stratum[member[part_begins]]],
    )


def _memberships(answers: pl.DataFrame, segments: list[str]) -> pl.DataFrame:
    """List who belongs to which group: ``member, segment, group, place``.

    Everybody is a group; a null belongs to none.
    """
    attributes = [SEGMENT_PREFIX + name for name in segments]
    everybody = pl.lit(EVERYBODY).alias(SEGMENT_PREFIX + EVERYBODY)
    return (
        answers.lazy()
        .select(everybody, *attributes, member=pl.int_range(pl.len(), dtype=pl.Int64))
        .unpivot(index="member", variable_name="attribute", value_name="label")
        .drop_nulls("label")
        .select(
            "member",
            segment=pl.col("attribute").str.strip_prefix(SEGMENT_PREFIX),
            group="label",
        )
        .with_columns(place=pl.struct("segment", "group").rank("dense").cast(pl.Int64) - 1)
        .collect()
    )


def _changes(ordered: IntArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Mark where a value differs from the one before; the first does."""
    return np.concatenate([[True], ordered[1:] != ordered[:-1]])


def _units_per_stratum(stratum: IntArray, unit: IntArray) -> FloatArray:
    pairs = np.unique(np.stack([stratum, unit]), axis=1)
    return np.bincount(pairs[0]).astype(np.float64)
