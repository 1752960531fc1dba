"""The derived tables of driver models, over all waves and outcomes of a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.contract.drivers import STEP
from pipelines.core import answers, engine, progress
from pipelines.core.engine import Frame
from pipelines.core.map import Outcome
from pipelines.drivers.analysis import MIN_DRIVERS, analyse, models_of
from pipelines.drivers.sample import ModelTerms
from pipelines.estimates.differences import with_adjusted_p
from pipelines.outcomes.sheets import Sheets, sheets

MODELLED = {table.name: table for table in STEP.writes}
P_VALUES = ("p_value", "p_adjusted")
DECIMALS = 9  # of all but p-values; what comes after differs between machines


def relate(
    responses: Frame,
    customers: Frame,
    outcomes: Mapping[str, Outcome],
    segments: Sequence[str],
    terms: ModelTerms,
    min_users: int,
    inputs_hash: str,
) -> dict[str, pl.DataFrame]:
    """Relate every outcome of every wave to its drivers.

    Returns
    -------
    dict
        The tables drivers, driver_models, priorities and driver_contrasts of
        `contract.drivers`; empty ones if no outcome was asked.
    """
    register = answers.question_register(responses)
    rows: dict[str, list[pl.DataFrame]] = {name: [] for name in MODELLED}
    if not register.is_empty():
        questions = register["question_id"].unique().sort()
        wide = answers.questionnaires(responses, customers, questions, segments)
        people = engine.to_polars(wide).collect()
        asked = [
            sheet
            for sheet in sheets(people, register, outcomes, segments, min_users)
            if len(sheet.drivers) >= MIN_DRIVERS
        ]
        with progress.counting(sum(map(models_of, asked)), "driver models"):
            for sheet in asked:
                found = analyse(sheet, terms)
                for name in MODELLED:
                    rows[name].append(_table(getattr(found, name), sheet, name, terms, inputs_hash))
    return {
        name: pl.concat([table.without_rows(), *rows[name]]) for name, table in MODELLED.items()
    }


def _table(
    rows: list[dict[str, Any]], sheet: Sheets, name: str, terms: ModelTerms, inputs_hash: str
) -> pl.DataFrame:
    """Give rows the columns that all of a sheet share, and what they were made with."""
    table = MODELLED[name]
    if not rows:
        return table.without_rows()
    constant: dict[str, Any] = {
        "mode": sheet.mode,
        "outcome": sheet.outcome,
        "wave": sheet.wave,
        "level": terms.level,
        "evidence": "association",
        "inputs_hash": inputs_hash,
        "policy": "use_rating",
        "approach": "lmg",
        "n_drivers": len(sheet.drivers),
    }
    full = [constant | row for row in rows]
    if name == "driver_contrasts":
        full = with_families(full)
    made = [row | _making(row, sheet, name) for row in full]
    found = pl.DataFrame(
        {column: [row.get(column) for row in made] for column in table.schema},
        schema=table.schema,
        strict=False,
    )
    return found.with_columns(pl.col(pl.Float64).exclude(P_VALUES).round(DECIMALS))


def with_families(contrasts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Adjust the contrasts of one wave and outcome; those of one attribute are seen together."""
    columns = ("wave", "outcome", "segment", "p_value")
    rows = pl.DataFrame([{name: row[name] for name in columns} for row in contrasts])
    found = with_adjusted_p(rows, ("wave", "outcome"), ("segment",)).select(
        "p_adjusted",
        adjusted_over=pl.format("groups?n={}&attributes={}", "n_compared", "n_families"),
    )
    return [row | own for row, own in zip(contrasts, found.to_dicts(), strict=True)]


def _making(row: dict[str, Any], sheet: Sheets, name: str) -> dict[str, str | None]:
    flags = [row["flags"]] if row.get("flags") else []
    if sheet.left_out and name == "driver_models":
        flags.append("left_out")
    if not sheet.is_weighted:
        flags.append("unweighted_wave")
    return {
        "method": _method(row, name),
        "missing_policy": row["policy"],
        "flags": " ".join(flags) or None,
    }


def _method(row: dict[str, Any], table: str) -> str:
    """Code of estimator and interval."""
    box = "" if row["target"] == "mean" else f"_{row['target']}"
    if table == "driver_contrasts":
        return "contrast"
    if table == "driver_models":
        return f"r2{box}"
    if table == "priorities":
        return "owen"
    return f"latent_{row['target']}" if row["approach"] == "latent" else f"{row['approach']}{box}"
