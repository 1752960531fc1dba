"""Plan: response surfaces and measures in, the best plans under every budget out."""

from __future__ import annotations

import polars as pl

from pipelines.contract.plan import STEP, PlanSettings
from pipelines.core.study import Study
from pipelines.core.tables import Read
from pipelines.plan.register import register_of


def run(study: Study, _settings: PlanSettings, _read: Read) -> dict[str, pl.DataFrame]:
    """Choose measures for what the study's plan is to raise."""
    empty = {table.name: table.without_rows() for table in STEP.writes}
    return {**empty, **register_of(study.map)}
