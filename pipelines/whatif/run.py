"""What-if: canonical responses in, models of outcomes and what moves would change out."""

from __future__ import annotations

import polars as pl

from pipelines.contract.whatif import STEP, WhatifSettings
from pipelines.core.study import Study
from pipelines.core.tables import Read


def run(_study: Study, _settings: WhatifSettings, _read: Read) -> dict[str, pl.DataFrame]:
    """Say what moves of touchpoints would change in the outcomes of a study."""
    return {table.name: table.without_rows() for table in STEP.writes}
