"""Asymmetry: rows of the table, for all customers and for groups of segments."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.contract.code import write_code
from pipelines.contract.kano import KanoSettings
from pipelines.contract.kano_codes import KANO_CLASSES
from pipelines.contract.people import EVERYBODY
from pipelines.core.errors import ContractError
from pipelines.core.scales import MIDDLE
from pipelines.kano.models import Asymmetry, LevelSample, asymmetries
from pipelines.kano.sample import RatedAnswers, RatedSample
from pipelines.outcomes.confounders import columns_of
from pipelines.outcomes.sheets import Sheets
from pipelines.statistics.survey import BoolArray, FloatArray

Row = dict[str, Any]
REFUSAL_WITHOUT_CODE = "no_fit"  # code of a refusal that has none of its own
MIN_TOUCHPOINTS_HELD = 2  # without another one nothing is held
MIN_SCALE_POINTS = 3  # of a scale, for a low, a middle and a high level
MIN_USERS_IN_GROUP = 10  # who rated a driver, for a group to have a model of it


@dataclass(frozen=True)
class KanoTerms:
    """How classes are made; see params.yaml."""

    level: float
    replicates: int
    segment_replicates: int
    min_n: int
    min_users: int
    min_level_n: int
    sure: float
    seed: int

    @classmethod
    def of(cls, settings: KanoSettings) -> KanoTerms:
        """Take them from the step's settings."""
        return cls(**{name: getattr(settings, name) for name in cls.__dataclass_fields__})


def asymmetry_rows(sheets: Sheets, terms: KanoTerms) -> Iterator[Row]:
    """Class the drivers of an outcome, for all customers and by segment.

    Parameters
    ----------
    sheets : Sheets
    terms : KanoTerms

    Yields
    ------
    dict
        Rows of the table asymmetry, without the columns that all of them share. Every driver
        has one, of every group: without a model its reason.
    """
    every = np.ones(sheets.n, bool)
    everybody = {"segment": EVERYBODY, "group": EVERYBODY}
    if len(sheets.drivers) < MIN_TOUCHPOINTS_HELD:
        yield from _refused(sheets, every, everybody, "few_touchpoints")
        return
    name = f"kano/{sheets.mode}/{sheets.wave}/{sheets.outcome}"
    rng = np.random.default_rng([terms.seed, zlib.crc32(name.encode())])
    try:
        sample = RatedSample.of(_answers(sheets), terms.min_level_n, terms.replicates, rng)
        everything = sample.everybody(terms.level)
    except ContractError as error:
        yield from _refused(sheets, every, everybody, error.code or REFUSAL_WITHOUT_CODE)
        return
    yield from _rows(sheets, sample, everything, every, terms, everybody)
    for who, rows in _groups(sheets.segments):
        yield from _of_group(sheets, sample, rows, terms, who)


def _answers(sheets: Sheets) -> RatedAnswers:
    held = columns_of(sheets.confounders)
    values = held.values if held.of else np.empty((sheets.n, 0))  # no columns, hence no height
    free = [name for name in sheets.segments.columns if name not in held.of]
    return RatedAnswers(
        sheets.rating, sheets.used, sheets.target[:, 0], values, sheets.weight,
        sheets.cluster, sheets.stratum, sheets.segments.select(free),
    )  # fmt: skip


def _of_group(
    sheets: Sheets, sample: RatedSample, rows: BoolArray, terms: KanoTerms, who: Row
) -> Iterator[Row]:
    if rows.sum() < terms.min_n:
        reason = write_code("few_answers", least=terms.min_n)
        yield from _refused(sheets, rows, who, reason)
        return
    try:
        part = sample.part(rows, terms.segment_replicates, terms.level)
    except ContractError as error:
        yield from _refused(sheets, rows, who, error.code or REFUSAL_WITHOUT_CODE)
        return
    yield from _rows(sheets, sample, part, rows, terms, who)


def _groups(segments: pl.DataFrame) -> Iterator[tuple[Row, BoolArray]]:
    for name in segments.columns:
        for value in segments[name].drop_nulls().unique().sort():
            mask = (segments[name] == value).fill_null(False).to_numpy()
            yield {"segment": name, "group": str(value)}, mask


def _refused(sheets: Sheets, rows: BoolArray, who: Row, reason: str) -> Iterator[Row]:
    for driver, touchpoint in zip(sheets.drivers, sheets.touchpoints, strict=True):
        yield {
            **who, "driver": driver, "touchpoint_id": touchpoint, "n": int(rows.sum()),
            "reason": reason,
        }  # fmt: skip


def _rows(
    sheets: Sheets,
    sample: RatedSample,
    part: LevelSample,
    rows: BoolArray,
    terms: KanoTerms,
    who: Row,
) -> Iterator[Row]:
    sizes = {"n": int(rows.sum()), "n_eff": sample.n_eff(rows)}
    try:
        found = asymmetries(part, terms.min_level_n)
    except ContractError as error:
        yield from _refused(sheets, rows, who, error.code or REFUSAL_WITHOUT_CODE)
        return
    for k, one in enumerate(found):
        about = {
            **who, "driver": sheets.drivers[k], "touchpoint_id": sheets.touchpoints[k], **sizes,
        }  # fmt: skip
        if one is None:
            yield {**about, "reason": lacking(sheets.rating[rows, k], terms.min_level_n)}
        else:
            yield {**about, **numbers(one), "flags": _flags(one, part, terms)}


def lacking(rating: FloatArray, least: int) -> str:
    """Code of the level that has too few answers in every pair of cuts.

    Parameters
    ----------
    rating : ndarray, shape (n,)
        0 to 100; NaN without one.
    least : int
        Answers that a level needs.

    Examples
    --------
    >>> import numpy as np
    >>> lacking(np.repeat([25.0, 50.0, 100.0], [40, 90, 1]), 30)
    'few_high?n=1&least=30'
    """
    given = rating[~np.isnan(rating)]
    points, counts = np.unique(given, return_counts=True)
    if len(points) < MIN_SCALE_POINTS:
        return write_code("few_points", n=len(points))
    sides = {"low": counts[points < MIDDLE].sum(), "high": counts[points > MIDDLE].sum()}
    for level, n in sides.items():
        if n < least:
            return write_code(f"few_{level}", n=int(n), least=least)
    return write_code("few_middle", n=int(counts[1:-1].sum()), least=least)


def numbers(one: Asymmetry) -> Row:
    """Penalty, reward, asymmetry and classes of one driver, by the table's columns.

    Without an effect the asymmetry would be the ratio of two numbers that may both be 0: it is
    not told.
    """
    value = one.value if one.has_effect else np.nan
    told = not np.isnan(value)
    low, high = one.posterior.interval(one.level)
    least, most = one.over_cuts
    classes = one.posterior.classes
    return {
        "value": value if told else None,
        "low": min(low, value) if told else None,
        "high": max(high, value) if told else None,
        "std_error": one.posterior.std_error if told else None,
        **_drawn("penalty", one, one.penalty),
        **_drawn("reward", one, one.reward),
        **{f"p_{name}": float(p) for name, p in zip(KANO_CLASSES.names, classes, strict=True)},
        "kano_class": KANO_CLASSES.names[int(classes.argmax())],
        "cuts": len(one.pairs),
        "asymmetry_least": least if told else None,
        "asymmetry_most": most if told else None,
        "spline_penalty": one.spline[0],
        "spline_reward": one.spline[1],
        **{
            f"n_{name}": min(pair.n[at] for pair in one.pairs)
            for at, name in enumerate(("low", "middle", "high"))
        },
    }


def _drawn(name: str, one: Asymmetry, drawn: FloatArray) -> Row:
    ends = one.interval(drawn)
    return {name: drawn[0], f"{name}_low": ends.low, f"{name}_high": ends.high}


def _flags(one: Asymmetry, part: LevelSample, terms: KanoTerms) -> str | None:
    flags = []
    if one.posterior.classes.max() < terms.sure:
        flags.append(write_code("unsure", sure=round(100 * terms.sure)))
    if not one.has_effect:
        flags.append("no_effect")
    if part.joint is not None:
        flags.append(write_code("much_blank", joint=round(100 * part.joint)))
    return " ".join(flags) or None
