"""Trust: the tables that say how far the what-if can be believed."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.contract.table import Table
from pipelines.contract.whatif_trust import CALIBRATION_POINTS, CALIBRATIONS, ROBUSTNESS
from pipelines.core.map import Break
from pipelines.outcomes.sheets import Sheets
from pipelines.whatif.alike import asked_alike
from pipelines.whatif.calibration import calibration_rows
from pipelines.whatif.robustness import robustness_rows
from pipelines.whatif.terms import WhatifTerms
from pipelines.whatif.trust_rows import Row

TRUST_DIGITS = 4


def trust(
    sheets: Sequence[Sheets],
    register: pl.DataFrame,
    waves: pl.DataFrame,
    declared: Sequence[Break],
    terms: WhatifTerms,
    inputs_hash: str,
) -> dict[str, pl.DataFrame]:
    """Say how far the what-if of every outcome can be trusted.

    Parameters
    ----------
    sheets : sequence of Sheets
        Of all waves and outcomes.
    register : DataFrame
        See `core.answers.question_register`.
    waves : DataFrame
        ``mode, wave, place``: the waves of each mode, numbered in their order.
    declared : sequence of Break
        Those of the study's map.
    terms : WhatifTerms
    inputs_hash : str
        Of the responses.

    Returns
    -------
    dict
        The tables robustness, calibrations and calibration_points.
    """
    rows: dict[str, list[Row]] = {
        table.name: [] for table in (ROBUSTNESS, CALIBRATIONS, CALIBRATION_POINTS)
    }
    for asked in asked_alike(sheets, register, waves, declared):
        rows[ROBUSTNESS.name] += robustness_rows(asked.today, asked.scales, terms)
        for found, points in calibration_rows(asked, terms):
            rows[CALIBRATIONS.name].append(found)
            rows[CALIBRATION_POINTS.name] += points
    return {
        table.name: _table(table, rows[table.name], terms.level, inputs_hash)
        for table in (ROBUSTNESS, CALIBRATIONS, CALIBRATION_POINTS)
    }


def _table(table: Table, rows: Sequence[Row], level: float, inputs_hash: str) -> pl.DataFrame:
    """Rows as a table, with what all of them share."""
    shared = {"level": level, "evidence": "association", "inputs_hash": inputs_hash}
    found = pl.DataFrame(
        {name: [(shared | row).get(name) for row in rows] for name in table.schema},
        schema=table.schema,
        strict=False,
    )
    return found.with_columns(pl.col(pl.Float64).round(TRUST_DIGITS))
