"""Kano: canonical responses in, asymmetries, categories of features and gates out."""

from __future__ import annotations

import polars as pl

from pipelines.contract.kano import STEP, KanoSettings
from pipelines.core.study import Study
from pipelines.core.tables import Read


def run(_study: Study, _settings: KanoSettings, _read: Read) -> dict[str, pl.DataFrame]:
    """Class the touchpoints and features of a study."""
    return {table.name: table.without_rows() for table in STEP.writes}
