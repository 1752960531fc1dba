"""Stacks: the answer sheets of one outcome over the waves that ask it alike, as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from pipelines.importance.blanks import complete
from pipelines.importance.designs import Design, use_and_rating
from pipelines.outcomes.confounders import columns_of
from pipelines.outcomes.filling import LIKELY_USE, MIDDLE_OF_SCALE, Filled
from pipelines.outcomes.scales import SheetScales
from pipelines.outcomes.sheets import Sheets
from pipelines.statistics.bootstrap import Units, sampling_units
from pipelines.statistics.survey import FloatArray, IntArray


@dataclass(frozen=True)
class Stack:
    """Rows of several waves.

    Attributes
    ----------
    sheets : Sheets
        Of all of them, with the drivers that all have; weights have the mean 1 in every wave.
    scales : SheetScales
    filled : Filled
        The same without blanks.
    held : tuple of str
        The confounder of each column that is held.
    wave : ndarray of int, shape (n,)
        Place of the wave.
    units : Units
        Clusters and strata.
    """

    sheets: Sheets
    scales: SheetScales
    filled: Filled
    held: tuple[str, ...]
    wave: IntArray
    units: Units


def stack(sheets: Sequence[Sheets], drivers: Sequence[str], scales: SheetScales) -> Stack:
    """Put waves below one another.

    Blanks are filled with what the other ratings and the confounders of the wave let expect, and
    never from the outcome: what is held out stays held out.

    Parameters
    ----------
    sheets : sequence of Sheets
        Of one outcome; one or more.
    drivers : sequence of str
        Those that all of them have.
    scales : SheetScales
        Of the last of them.

    Raises
    ------
    ContractError
        If blanks cannot be filled; see `importance.blanks.complete`.
    """
    narrow = [_of_drivers(one, drivers) for one in sheets]
    common = [
        name
        for name in sheets[-1].confounders.columns
        if all(name in one.confounders.columns for one in sheets)
    ]
    frames = [one.confounders.select(common) for one in sheets]
    columns = columns_of(pl.concat(frames)) if common else None
    sizes = [one.n for one in sheets]
    held = columns.values if columns else np.empty((sum(sizes), 0))
    parts = np.split(held, np.cumsum(sizes)[:-1])
    filled = [_filled(one, part) for one, part in zip(narrow, parts, strict=True)]
    kept = [sheets[-1].drivers.index(name) for name in drivers]
    whole = _joined(narrow)
    return Stack(
        sheets=whole,
        scales=replace(scales, drivers=tuple(scales.drivers[at] for at in kept)),
        filled=Filled(
            np.concatenate([one.rating for one in filled]),
            np.concatenate([one.used for one in filled]),
            held,
        ),
        held=columns.of if columns else (),
        wave=np.repeat(np.arange(len(sizes)), sizes),
        units=sampling_units(
            whole.n, whole.cluster, whole.stratum, whole.n, np.random.default_rng(0)
        ),
    )


def _of_drivers(sheet: Sheets, drivers: Sequence[str]) -> Sheets:
    """The same with some of the drivers."""
    kept = [sheet.drivers.index(name) for name in drivers]
    return replace(
        sheet,
        drivers=tuple(drivers),
        touchpoints=tuple(sheet.touchpoints[at] for at in kept),
        rating=sheet.rating[:, kept],
        used=sheet.used[:, kept],
        stated=sheet.stated[:, kept],
    )


def _joined(sheets: Sequence[Sheets]) -> Sheets:
    """All rows; clusters and strata are those of each wave for itself."""
    wave = np.repeat(np.arange(len(sheets)), [one.n for one in sheets])

    def rows(name: str) -> FloatArray:
        return np.concatenate([getattr(one, name) for one in sheets])

    def apart(name: str) -> IntArray:
        codes = np.column_stack([wave, rows(name)])
        return np.unique(codes, axis=0, return_inverse=True)[1].ravel().astype(np.int64)

    return replace(
        sheets[-1],
        target=rows("target"),
        rating=rows("rating"),
        used=rows("used"),
        stated=rows("stated"),
        weight=np.concatenate([one.weight / one.weight.mean() for one in sheets]),
        cluster=apart("cluster"),
        stratum=apart("stratum"),
        segments=pl.concat([one.segments for one in sheets], how="diagonal"),
        confounders=pl.DataFrame(),
    )


def _filled(sheet: Sheets, held: FloatArray) -> Filled:
    """Fill blanks with their expectation; who may have used it as likely as not did."""
    outcome = {"outcome": sheet.target[:, 0]}
    design = use_and_rating(sheet.rating, sheet.used, outcome, sheet.weight)
    beside = held[:, np.ptp(held, axis=0) > 0]  # a wave may lack a group, or have one alone
    values = _expected(np.column_stack([design.values[:, :-1], beside]), design, sheet.weight)
    rating, used = np.empty(sheet.rating.shape), np.ones(sheet.used.shape)
    for k, (group, centre) in enumerate(zip(design.groups, design.centre, strict=True)):
        share = values[:, group[0]] if len(group) > 1 else np.ones(sheet.n)
        used[:, k] = share >= LIKELY_USE
        likely = np.clip(values[:, group[-1]] / np.maximum(share, LIKELY_USE) + centre, 0, 100)
        answered = ~np.isnan(sheet.rating[:, k])
        found = np.where(answered, sheet.rating[:, k], likely)
        rating[:, k] = np.where(used[:, k] > 0, found, MIDDLE_OF_SCALE)
    return Filled(rating, used, held)


def _expected(values: FloatArray, design: Design, weight: FloatArray) -> FloatArray:
    """Fill blanks with their expectation; who answered nothing is expected to be as the mean."""
    if not np.isnan(values).any():
        return values
    some = ~np.isnan(values).all(axis=1)
    there = Design(values[some], design.groups, design.centre, ())
    filled = complete(there, weight[some], pl.DataFrame()).rows.values
    mean = weight[some] @ filled / weight[some].sum()
    whole = np.where(np.isnan(values), mean, values)
    whole[some] = filled
    return whole
