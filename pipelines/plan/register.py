"""Register: the measures of study.yaml as tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from pipelines.contract.plan import MEASURE_MOVES, REGISTER_OF_MEASURES
from pipelines.contract.plan_codes import CLASS_OF_EVIDENCE
from pipelines.contract.table import BETWEEN_CODES
from pipelines.core.map import Map
from pipelines.core.measures import CompanyMeasure


def register_of(declared: Map) -> dict[str, pl.DataFrame]:
    """Write down the measures, and what each moves, as `contract.plan` declares them."""
    measures = [_measure(name, one) for name, one in declared.measures.items()]
    moves = [row for name, one in declared.measures.items() for row in _moves(name, one, declared)]
    return {
        REGISTER_OF_MEASURES.name: pl.DataFrame(measures, schema=REGISTER_OF_MEASURES.schema),
        MEASURE_MOVES.name: pl.DataFrame(moves, schema=MEASURE_MOVES.schema),
    }


def _measure(name: str, one: CompanyMeasure) -> dict[str, Any]:
    segment, group = one.reaches
    return {
        "measure_id": name,
        "touchpoint_id": one.touchpoint,
        "segment": segment,
        "group": group,
        "one_off": one.one_off,
        "yearly": one.yearly,
        "months": one.months,
        "capacity": _joined(f"{unit}={amount:g}" for unit, amount in one.capacity.items()),
        "excludes": _joined(one.excludes),
        "requires": _joined(one.requires),
        "owner": one.owner,
        "status": one.status,
        "note": "example" if one.example else None,
        **_trial(one),
    }


def _trial(one: CompanyMeasure) -> dict[str, Any]:
    measured, realised = one.evidence, one.realised
    return {
        "evidence": CLASS_OF_EVIDENCE[measured.kind] if measured else "association",
        "measured_outcome": measured and measured.outcome,
        "measured_target": measured and measured.target,
        "measured": measured and measured.effect,
        "measured_error": measured and measured.std_error,
        "measured_n": measured and measured.n,
        "measured_source": measured and measured.source,
        "realised": realised and realised.effect,
        "realised_error": realised and realised.std_error,
        "realised_source": realised and realised.source,
        "realised_from": realised and realised.since,
    }


def _joined(texts: Any) -> str | None:
    return BETWEEN_CODES.join(texts) or None


def _moves(name: str, one: CompanyMeasure, declared: Map) -> Iterator[dict[str, Any]]:
    for place, move in enumerate(one.moves, start=1):
        about = declared.questions[move.driver].touchpoint if move.driver else move.touchpoint
        yield {
            "measure_id": name,
            "place": place,
            "driver": move.driver,
            "touchpoint_id": about or one.touchpoint,
            "move": move.kind,
            "share": move.share,
        }
