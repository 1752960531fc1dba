"""Register: what a reader of the bundle needs to name and to order things."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from pipelines.core.study import Map, Question, Segment

DECLARED = (
    "title",
    "about",
    "licence",
    "currency",
    "baseline",
    "notes",
    "stages",
    "touchpoints",
    "capacities",
    "plan",
    "features",
)


def describe(study: Map, scores: pl.DataFrame, waves: list[dict[str, Any]]) -> dict[str, Any]:
    """Collect the register; everything keeps the order of study.yaml.

    Parameters
    ----------
    study : Map
        The content of study.yaml.
    scores : DataFrame
        The table scores; segment values that study.yaml does not order come from here.
    waves : list of dict
        See `waves`.
    """
    declared = study.model_dump(mode="json", include=set(DECLARED))
    return {
        **{name: declared[name] for name in DECLARED},
        "questions": {
            name: _question(question, study) for name, question in study.questions.items()
        },
        "measures": {name: {"label": one.label} for name, one in study.measures.items()},
        "segments": {
            name: {
                "label": segment.label,
                "order": _order(name, segment, scores),
                "translations": segment.translations,
            }
            for name, segment in study.segments.items()
        },
        "waves": waves,
    }


def _question(question: Question, study: Map) -> dict[str, Any]:
    scale = study.scales[question.scale]
    return {
        "label": question.label,
        "measure": question.measure,
        "scale": {"min": scale.min, "max": scale.max},
        "touchpoint": question.touchpoint,
    }


def _order(name: str, segment: Segment, scores: pl.DataFrame) -> list[str]:
    """Values as declared, then those found besides, sorted."""
    found = scores.filter(pl.col("segment") == name)["group"].unique().sort()
    return [*segment.order, *(value for value in found if value not in segment.order)]


def waves(ordered: pl.DataFrame, limit: int) -> list[dict[str, Any]]:
    """List the waves of every mode, in the order of time.

    Parameters
    ----------
    ordered : DataFrame
        The table `contract.waves.WAVES_IN_TIME`.
    limit : int
        Fewer respondents are not told.

    Returns
    -------
    list of dict
        ``wave, mode, n_respondents, weighted`` (whether any weight differs from 1),
        ``first_on, last_on`` (days, ISO 8601; null without dates).
    """
    return [_wave(row, limit) for row in ordered.sort("mode", "place").to_dicts()]


def _wave(row: Mapping[str, Any], limit: int) -> dict[str, Any]:
    n = row["n_respondents"]
    days = {name: iso(row[name]) for name in ("first_on", "last_on")}
    return {
        "wave": row["wave"],
        "mode": row["mode"],
        "n_respondents": n if n >= limit else None,
        "weighted": row["weighted"],
        **days,
    }


def iso(day: date | None) -> str | None:
    """Write a day, 2017-05-01."""
    return day.isoformat() if day else None
