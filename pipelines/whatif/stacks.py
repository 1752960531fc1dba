"""Stacks: the answer sheets of one outcome over the waves that ask it alike, as one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.importance.blanks import complete
from pipelines.importance.designs import Design, use_and_rating
from pipelines.outcomes.confounders import columns_of
from pipelines.outcomes.sheets import Sheets
from pipelines.statistics.bootstrap import Units, sampling_units
from pipelines.statistics.survey import FloatArray, IntArray

MIN_TOP_TWO_POINTS, MAX_TOP_TWO_POINTS = 4, 7  # points of a scale of which the best two are told
BOX_ROUNDING = 1e-6  # of percent


@dataclass(frozen=True)
class Stack:
    """Rows of several waves.

    Attributes
    ----------
    columns : ndarray, shape (n, n_columns)
        Use and use x rating of every driver, then the confounders; without blanks.
    of : tuple of str or None
        The confounder of each column.
    drivers : tuple of str
        Those that all waves have.
    targets : dict of str to ndarray, shape (n,)
        By name, in points.
    weight : ndarray, shape (n,)
        Of mean 1 in every wave.
    wave : ndarray of int, shape (n,)
        Place of the wave.
    units : Units
        Clusters and strata.
    segments : DataFrame, n rows
    """

    columns: FloatArray
    of: tuple[str | None, ...]
    drivers: tuple[str, ...]
    targets: dict[str, FloatArray]
    weight: FloatArray
    wave: IntArray
    units: Units
    segments: pl.DataFrame


def stack(
    sheets: Sequence[Sheets], drivers: Sequence[str], targets: Sequence[dict[str, FloatArray]]
) -> Stack:
    """Put waves below one another.

    Blanks are filled with what the other ratings and the confounders of the wave let expect, and
    never from the outcome: what is held out stays held out.

    Parameters
    ----------
    sheets : sequence of Sheets
        Of one outcome; one or more.
    drivers : sequence of str
        Those that all of them have.
    targets : sequence of dict
        Points of each target, as `targets_of` gives them.

    Raises
    ------
    ContractError
        If blanks cannot be filled; see `importance.blanks.complete`.
    """
    common = [
        name
        for name in sheets[-1].confounders.columns
        if all(name in sheet.confounders.columns for sheet in sheets)
    ]
    frames = [sheet.confounders.select(common) for sheet in sheets]
    held = columns_of(pl.concat(frames)) if common else None
    n = sum(sheet.n for sheet in sheets)
    values = held.values if held else np.empty((n, 0))
    ends = np.cumsum([sheet.n for sheet in sheets])
    parts = np.split(values, ends[:-1])
    filled = [_filled(one, drivers, part) for one, part in zip(sheets, parts, strict=True)]
    return Stack(
        columns=np.column_stack([np.concatenate(filled), values]),
        of=(None,) * (2 * len(drivers)) + (held.of if held else ()),
        drivers=tuple(drivers),
        targets={name: np.concatenate([one[name] for one in targets]) for name in targets[-1]},
        weight=np.concatenate([sheet.weight / sheet.weight.mean() for sheet in sheets]),
        wave=np.repeat(np.arange(len(sheets)), [sheet.n for sheet in sheets]),
        units=_units(sheets, n),
        segments=pl.concat([sheet.segments for sheet in sheets], how="diagonal"),
    )


def _units(sheets: Sequence[Sheets], n: int) -> Units:
    """Clusters and strata of every wave for itself."""
    wave = np.repeat(np.arange(len(sheets)), [sheet.n for sheet in sheets])
    codes = [
        np.unique(np.column_stack([wave, np.concatenate(codes)]), axis=0, return_inverse=True)[1]
        for codes in ([s.cluster for s in sheets], [s.stratum for s in sheets])
    ]
    return sampling_units(n, codes[0].ravel(), codes[1].ravel(), n, np.random.default_rng(0))


def _filled(sheet: Sheets, drivers: Sequence[str], confounders: FloatArray) -> FloatArray:
    """Use and use x rating of every driver, shape (n, 2 n_drivers)."""
    places = [sheet.drivers.index(name) for name in drivers]
    rating, used = sheet.rating[:, places], sheet.used[:, places]
    design = use_and_rating(rating, used, {"outcome": sheet.target[:, 0]}, sheet.weight)
    ratings = design.values[:, :-1]
    values = _expected(np.column_stack([ratings, confounders]), design, sheet.weight)
    columns = []
    for group, centre in zip(design.groups, design.centre, strict=True):
        use = values[:, group[0]] if len(group) > 1 else np.ones(sheet.n)
        columns += [use, values[:, group[-1]] + centre * use]
    return np.column_stack(columns)


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


def targets_of(
    sheet: Sheets, scale_min: float, scale_max: float, kind: str
) -> dict[str, FloatArray]:
    """Points of each target that an outcome has.

    Parameters
    ----------
    scale_min, scale_max : float
        Of the outcome's question.
    kind : str
        Its measure: a question of recommendation has an NPS.
    """
    mean, top, bottom = sheet.target.T
    found = {"mean": mean}
    steps = scale_max - scale_min
    if MIN_TOP_TWO_POINTS <= steps + 1 <= MAX_TOP_TWO_POINTS:
        found["top_two"] = 100.0 * (mean >= 100 * (steps - 1) / steps - BOX_ROUNDING)
    found |= {"top_box": top, "bottom_box": bottom}
    if kind == "nps":
        found["nps"] = top - bottom
    return found
