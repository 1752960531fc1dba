"""What the app asks of a bundle: columns of its tables, parameters of its manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

TEXT, NUMBER, WHOLE, FLAG = pl.String, pl.Float64, pl.Int64, pl.Boolean
TIME = pl.Datetime("us", "UTC")

PARAMETERS = (("measure", "fdr"), ("measure", "flag_n"), ("publish", "withhold_below"))


def expected() -> dict[str, pl.Schema]:
    """Columns of every published table that the app reads."""
    number = _of(NUMBER, "value low high std_error level n_eff") | _of(WHOLE, "n")
    making = _of(TEXT, "missing_policy method evidence flags inputs_hash")
    score = _of(
        TEXT, "mode scope stage touchpoint_id question_id segment group wave measure"
    ) | _of(FLAG, "weighted")
    model = _of(TEXT, "mode outcome target segment group wave")
    driver = model | _of(TEXT, "driver touchpoint_id")
    comparison = _of(WHOLE, "n_against") | _of(NUMBER, "p_value p_adjusted")
    columns = {
        "scores": score | number | making,
        "changes": score | number | making | comparison | _of(TEXT, "against wave_against"),
        "distributions": score | number | making | _of(TEXT, "answer"),
        "activity": _of(TEXT, "table period kind") | _of(WHOLE, "n_rows n_orders n_customers")
        | _of(NUMBER, "amount") | _of(TIME, "first_at last_at"),
        "ledger": _of(TEXT, "table source source_file")
        | _of(WHOLE, "lines rows_read rows_skipped rows_in rows_accepted rows_quarantined"),
        "rules": _of(TEXT, "table rule expectation columns says on_fail")
        | _of(FLAG, "success") | _of(WHOLE, "n_rows n_unexpected"),
        "quarantine_examples": _of(TEXT, "table rule source_file got") | _of(WHOLE, "source_row"),
        "drivers": driver | number | making | _of(TEXT, "policy approach")
        | _of(NUMBER, "importance importance_low importance_high slope slope_low slope_high reach")
        | _of(WHOLE, "rank rank_low rank_high tier n_users") | _of(NUMBER, "vif halo"),
        "driver_models": model | number | making | _of(TEXT, "policy status reason")
        | _of(NUMBER, "r2_held_out") | _of(WHOLE, "n_drivers n_left_out"),
        "priorities": driver | number | making | _of(TEXT, "quadrant")
        | _of(NUMBER, "performance performance_low performance_high performance_error correlation")
        | _of(NUMBER, "importance_border performance_border stated stated_low stated_high")
        | _of(NUMBER, "p_improve p_keep p_watch p_maintain"),
        "driver_contrasts": driver | number | making | comparison,
    }  # fmt: skip
    return {table: pl.Schema(kinds) for table, kinds in columns.items()}


def _of(kind: Any, names: str) -> dict[str, Any]:
    return dict.fromkeys(names.split(), kind)


def lacking(
    manifest: Mapping[str, Any], tables: Mapping[str, pl.DataFrame]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every file of a bundle that lacks what the app asks for, and what it lacks."""
    params = manifest.get("params", {})
    absent = [f"{step}.{name}" for step, name in PARAMETERS if name not in params.get(step, {})]
    if absent:
        yield "manifest.json", tuple(absent)
    for table, schema in expected().items():
        there = tables[table].schema if table in tables else schema
        other = [name for name, kind in schema.items() if there.get(name) != kind]
        if other:
            yield table, tuple(other)
