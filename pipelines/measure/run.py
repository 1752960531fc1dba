"""Measure: canonical tables in, scores, changes, distributions and activity out."""

from __future__ import annotations

import polars as pl

from pipelines.contract.canonical import CANONICAL
from pipelines.contract.measure import MeasureSettings
from pipelines.core.study import Study
from pipelines.core.tables import Read
from pipelines.measure.activity import count_rows
from pipelines.measure.tables import Survey, Terms, measure_survey


def run(study: Study, settings: MeasureSettings, read: Read) -> dict[str, pl.DataFrame]:
    """Measure a study."""
    rows = {name: read.rows(f"canonical/{name}") for name in CANONICAL}
    terms = Terms(settings.level, settings.flag_n, read.digest("canonical/responses"))
    survey = Survey.of(study, rows["responses"], rows["customers"])
    derived = measure_survey(survey, terms)
    money, zone = study.map.currency, study.map.time_zone
    counted = [count_rows(name, rows[name], money, zone) for name in CANONICAL]
    return {**derived, "waves": survey.waves, "activity": pl.concat(counted)}
