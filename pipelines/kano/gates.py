"""Gates: whether a touchpoint fails its minimum, and whether that is a must-be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy import special

from pipelines.contract.code import write_code
from pipelines.contract.people import EVERYBODY
from pipelines.core.answers import VALUE_PREFIX
from pipelines.core.scales import dissatisfied
from pipelines.kano.survey import KanoSurvey
from pipelines.outcomes.sheets import ratings

Row = dict[str, Any]
JEFFREYS = 0.5  # of those who are dissatisfied, and of those who are not
WHO = ("mode", "segment", "group")


@dataclass(frozen=True)
class GateTerms:
    """When a touchpoint fails; see params.yaml."""

    level: float
    flag_n: int
    minimum: float
    sure: float


def gate_rows(
    survey: KanoSurvey,
    asymmetries: Sequence[Mapping[str, Any]],
    features: Sequence[Mapping[str, Any]],
    terms: GateTerms,
) -> Iterator[Row]:
    """Judge every rated touchpoint in its latest wave, for all customers and by segment.

    Parameters
    ----------
    survey : KanoSurvey
    asymmetries, features : sequence of mapping
        Rows of the tables asymmetry and kano_answers.
    terms : GateTerms

    Yields
    ------
    dict
        Rows of the table gates, without the columns that all of them share.
    """
    basic, must_be = _basic(asymmetries), _must_be(features)
    for driver, touchpoint in _drivers(survey):
        declared = survey.map.touchpoints[touchpoint].minimum
        minimum = terms.minimum if declared is None else declared
        for mode, wave in survey.latest([driver]):
            for row in _shares(survey, driver, mode, wave, terms):
                who = (mode, row["segment"], row["group"])
                fails = p_fails(row["value"] / 100, row["n_eff"] or row["n"], minimum / 100)
                said = _said(
                    basic.get((driver, *who)),
                    basic.get((driver, mode, EVERYBODY, EVERYBODY)),
                    must_be.get((touchpoint, *who)),
                )
                yield {
                    **row,
                    "mode": mode,
                    "wave": wave,
                    "driver": driver,
                    "touchpoint_id": touchpoint,
                    "minimum": minimum,
                    "minimum_source": "default" if declared is None else "declared",
                    "p_fails": fails,
                    **said,
                    "gate": gate(fails, said["p_must_be"], terms.sure),
                }


def _drivers(survey: KanoSurvey) -> list[tuple[str, str]]:
    """Questions that rate touchpoints, as driver models have them."""
    outcomes = survey.map.outcomes.values()
    named = [name for outcome in outcomes for name in outcome.drivers]
    open_ended = not outcomes or any(not outcome.drivers for outcome in outcomes)
    waves = survey.register.partition_by("mode", "wave")
    found = [ratings(asked, ()) for asked in waves] if open_ended else []
    found += [ratings(asked, named) for asked in waves] if named else []
    rows = pl.concat([one.select("question_id", "touchpoint_id") for one in found])
    return [(str(q), str(t)) for q, t in rows.unique().sort("question_id").rows()]


def _shares(survey: KanoSurvey, driver: str, mode: str, wave: str, terms: GateTerms) -> list[Row]:
    """Share of users who are not dissatisfied, by group."""
    rows = survey.answered(mode, wave)
    given = rows[VALUE_PREFIX + driver].cast(pl.Float64)
    poor = dissatisfied(given.fill_null(float("nan")).to_numpy(), *survey.scale(mode, wave, driver))
    share = pl.Series(np.where(poor, 0.0, 100.0)).set(given.is_null(), None)
    if share.count() == 0:
        return []
    found = survey.shares(rows, {driver: share}, terms.level, terms.flag_n)
    names = ("segment", "group", "value", "low", "high", "std_error", "n", "n_eff", "deff", "flags")
    return found.select(names).to_dicts()


def p_fails(share: float, n_eff: float, minimum: float) -> float:
    """How sure it is that a share lies below its minimum.

    Parameters
    ----------
    share, minimum : float
        0 to 1.
    n_eff : float
        Answers over the design effect.

    References
    ----------
    Brown, Cai and DasGupta (2001), Statistical Science 16, 101-133, of Jeffreys' prior.

    Examples
    --------
    >>> round(p_fails(0.85, 400, 0.9), 3), round(p_fails(0.9, 400, 0.9), 2)
    (0.999, 0.51)
    """
    well, badly = share * n_eff + JEFFREYS, (1 - share) * n_eff + JEFFREYS
    return float(special.betainc(well, badly, minimum))


def gate(p_fails: float, p_must_be: float | None, sure: float) -> str:
    """Whether a gate fails, holds or is undecided.

    It fails if it is sure both that the touchpoint is below its minimum and that it is a must-be,
    and holds if it is sure that one of the two is not so: else nothing is blocked, nor free.

    Examples
    --------
    >>> gate(0.95, 0.9, 0.8), gate(0.1, None, 0.8), gate(0.95, None, 0.8)
    ('fails', 'holds', 'undecided')
    """
    if 1 - p_fails >= sure or (p_must_be is not None and 1 - p_must_be >= sure):
        return "holds"
    if p_fails >= sure and p_must_be is not None and p_must_be >= sure:
        return "fails"
    return "undecided"


def _said(
    own: tuple[float, int] | None, of_all: tuple[float, int] | None, answers: float | None
) -> Row:
    """How sure a must-be is: by ratings of the group or else of all, or by the questionnaire."""
    found = own or of_all
    by_ratings = None if found is None else found[0]
    sources = {}
    if found is not None:
        code = "ratings" if own else "ratings_of_all"
        sources[write_code(code, n=found[1])] = found[0]
    if answers is not None:
        sources["answers"] = answers
    source = max(sources, key=sources.__getitem__) if sources else None
    return {
        "p_must_be": sources[source] if source else None,
        "p_basic": by_ratings,
        "p_must_be_answers": answers,
        "must_be_source": source,
    }


def _basic(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, ...], tuple[float, int]]:
    """Mean probability of the class Basic over outcomes, and their number."""
    found: dict[tuple[str, ...], list[float]] = {}
    for row in rows:
        if row.get("p_basic") is not None:
            key = (row["driver"], *(row[name] for name in WHO))
            found.setdefault(key, []).append(row["p_basic"])
    return {key: (sum(each) / len(each), len(each)) for key, each in found.items()}


def _must_be(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, ...], float]:
    """Greatest probability of a must-be over the features of a touchpoint."""
    found: dict[tuple[str, ...], float] = {}
    for row in rows:
        if row["touchpoint_id"] is not None:
            key = (row["touchpoint_id"], *(row[name] for name in WHO))
            found[key] = max(found.get(key, 0.0), row["p_must_be"])
    return found
