"""Features: what Kano's questionnaire says of each, for all customers and by segment."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from pipelines.contract.code import write_code
from pipelines.core.answers import VALUE_PREFIX
from pipelines.core.errors import ContractError
from pipelines.core.map import Feature
from pipelines.core.scales import points_of
from pipelines.kano.survey import KanoSurvey
from pipelines.statistics.kano import (
    KANO_CATEGORIES,
    KANO_POINTS,
    A,
    I,
    KanoCounts,
    M,
    O,
    categorise,
)
from pipelines.statistics.survey import FloatArray

Row = dict[str, Any]
MAX_QUESTIONABLE = 10.0  # percent of pairs; with more the questions may not have been understood
PRIOR_COUNT = 0.5  # of each category, Jeffreys
DRAWS = 10_000  # of the posterior of six shares
MUST_BE = KANO_CATEGORIES.index("must_be")
COEFFICIENTS = {"satisfaction": (A, O), "dissatisfaction": (O, M)}


def feature_rows(survey: KanoSurvey, level: float, flag_n: int, seed: int) -> Iterator[Row]:
    """Class every feature in its latest wave.

    Yields
    ------
    dict
        Rows of the table kano_answers, without the columns that all of them share.

    Raises
    ------
    ContractError
        If the scale of a question has not five points.
    """
    for name, feature in survey.map.features.items():
        for mode, wave in survey.latest([feature.present, feature.absent]):
            of_feature = _feature(survey, feature, mode, wave, level, flag_n)
            for who, found in of_feature:
                rng = np.random.default_rng(
                    [seed, zlib.crc32("/".join((mode, wave, name, *who.values())).encode())]
                )
                about = {"mode": mode, "wave": wave, "feature": name, **who}
                touchpoint = survey.map.questions[feature.present].touchpoint
                yield {**about, "touchpoint_id": touchpoint, **_row(found, rng)}


def _feature(
    survey: KanoSurvey, feature: Feature, mode: str, wave: str, level: float, flag_n: int
) -> Iterator[tuple[dict[str, str], dict[str, Row]]]:
    """Estimates of one feature by group: segment and group, and estimates by target."""
    rows = survey.answered(mode, wave)
    answers = [_answers(survey, rows, mode, wave, end) for end in (feature.present, feature.absent)]
    both = ~np.isnan(answers[0]) & ~np.isnan(answers[1])
    if not both.any():
        return
    pairs = rows.filter(both)
    category = categorise(answers[0][both], answers[1][both])
    told = np.isin(category, [A, O, M, I])
    of = {
        name: pl.Series(np.where(category == place, 100.0, 0.0))
        for place, name in enumerate(KANO_CATEGORIES)
    } | {
        name: pl.Series(np.where(told, 100.0 * np.isin(category, listed), np.nan)).fill_nan(None)
        for name, listed in COEFFICIENTS.items()
    }
    found = survey.shares(pairs, of, level, flag_n)
    for (segment, group), part in found.group_by("segment", "group", maintain_order=True):
        who = {"segment": str(segment), "group": str(group)}
        yield who, {row["target"]: row for row in part.to_dicts()}


def _answers(
    survey: KanoSurvey, rows: pl.DataFrame, mode: str, wave: str, question: str
) -> FloatArray:
    """Answers from 1, like, to 5, dislike; NaN without one."""
    low, high = survey.scale(mode, wave, question)
    if points_of(low, high) != KANO_POINTS:
        raise ContractError(
            f"features: {question}",
            expected=f"a scale of {KANO_POINTS} points",
            got=f"{low:g} to {high:g}",
            todo="correct the scale in study.yaml",
        )
    given = rows[VALUE_PREFIX + question].cast(pl.Float64).fill_null(float("nan"))
    return given.to_numpy() - low + 1


def _row(found: dict[str, Row], rng: np.random.Generator) -> Row:
    shares = [found[name] for name in KANO_CATEGORIES]
    deff = mean_design_effect(shares)
    n = shares[0]["n"]
    n_eff = n / deff if deff else float(n)
    counts = KanoCounts(np.array([row["value"] for row in shares]) / 100 * n_eff)
    dominant = KANO_CATEGORIES[int(counts.dominant)]
    posterior = rng.dirichlet(counts.counts + PRIOR_COUNT, DRAWS)
    first = found[dominant]
    return {
        **{name: first[name] for name in ("value", "low", "high", "std_error")},
        **_intervals(found),
        "dominant": dominant,
        "decided": bool(counts.is_decided),
        "p_must_be": float((posterior.argmax(axis=1) == MUST_BE).mean()),
        "n": n,
        "n_eff": n_eff,
        "deff": deff,
        "flags": _flags(first, found["questionable"]["value"]),
    }


def _intervals(found: dict[str, Row]) -> Row:
    """Every share and both coefficients, with their intervals."""
    told: Row = {}
    for name in KANO_CATEGORIES:
        row = found[name]
        told |= {name: row["value"], f"{name}_low": row["low"], f"{name}_high": row["high"]}
    for name, sign in (("satisfaction", 1), ("dissatisfaction", -1)):
        if name in found:
            row = found[name]
            ends = sorted(sign * row[end] / 100 for end in ("low", "high"))
            told |= {
                name: sign * row["value"] / 100, f"{name}_low": ends[0], f"{name}_high": ends[1],
            }  # fmt: skip
    return told


def mean_design_effect(shares: list[Row]) -> float | None:
    """Design effect of a whole distribution: the mean over its categories.

    Parameters
    ----------
    shares : list of dict
        ``value``, in percent, and ``deff``, None where all answers are the same.

    References
    ----------
    Rao and Scott (1981), Journal of the American Statistical Association 76, 221-230.

    Examples
    --------
    >>> mean_design_effect([{"value": 50.0, "deff": 1.5}, {"value": 50.0, "deff": 1.5}])
    1.5
    """
    known = [row for row in shares if row["deff"] is not None and row["value"] > 0]
    if not known:
        return None
    effects = [(1 - row["value"] / 100) * row["deff"] for row in known]
    return float(sum(effects) / (len(known) - 1)) if len(known) > 1 else float(known[0]["deff"])


def _flags(first: Row, questionable: float) -> str | None:
    """Warnings of the most frequent category, but for those of a single share."""
    of_share = (first["flags"] or "").split(" ")
    flags = [flag for flag in of_share if flag and flag != "no_variance"]
    if questionable > MAX_QUESTIONABLE:
        flags.append(write_code("questionable", most=round(MAX_QUESTIONABLE)))
    return " ".join(flags) or None
