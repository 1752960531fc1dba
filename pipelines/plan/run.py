"""Plan: response surfaces and measures in, the best plans under every budget out."""

from __future__ import annotations

import polars as pl

from pipelines.contract.plan import PlanSettings
from pipelines.core.study import Study
from pipelines.core.tables import Read
from pipelines.plan.tables import Known, plan_measures


def run(study: Study, settings: PlanSettings, read: Read) -> dict[str, pl.DataFrame]:
    """Choose measures for what the study's plan is to raise."""
    known = Known(
        read.table("derived/outcome_models"),
        read.table("derived/moves"),
        read.table("derived/gates"),
        read.table("derived/asymmetry"),
        read.table("derived/priorities"),
    )
    return plan_measures(study.map, known, settings, read.digest("derived/moves"))
