"""Drivers: canonical responses in, importance of touchpoints for every outcome out."""

from __future__ import annotations

import polars as pl

from pipelines.contract.drivers import DriversSettings
from pipelines.core.study import Study
from pipelines.core.tables import Read
from pipelines.drivers.sample import ModelTerms
from pipelines.drivers.tables import relate


def run(study: Study, settings: DriversSettings, read: Read) -> dict[str, pl.DataFrame]:
    """Relate the outcomes of a study to its touchpoints."""
    return relate(
        read.rows("canonical/responses"),
        read.rows("canonical/customers"),
        study.map.outcomes,
        tuple(study.map.segments),
        ModelTerms.of(settings),
        settings.min_users,
        read.digest("canonical/responses"),
    )
