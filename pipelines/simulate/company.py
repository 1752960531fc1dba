"""What belongs to the company as a whole: daily figures and observed journeys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.simulate import calendar, metrics, observations
from pipelines.simulate.dirt import TABLE_OF_FILE, spoil
from pipelines.simulate.model import TIME_ZONE


@dataclass(frozen=True)
class Company:
    """Raw tables that no partition of customers has, and their part of the truth."""

    exports: Mapping[str, pl.DataFrame]
    truth: dict[str, Any]


def describe(seed: int) -> Company:
    """Draw the daily figures of touchpoints, and the journeys that observers coded."""
    rng = np.random.default_rng([seed, 1])
    daily = metrics.daily_metrics(calendar.dates(), rng)
    written = daily.select(
        pl.col("date").dt.strftime("%d.%m.%Y").alias("Tag"),
        pl.col("touchpoint_id").alias("touchpoint"),
        "metric",
        pl.col("value").round(4).cast(pl.String).str.replace(".", ",", literal=True),
    )
    spoilt = spoil(written, "metrics/daily", rng)
    seen = observations.observe_journeys(rng)
    dirty = spoilt.dirty.select(
        pl.lit("raw/metrics/daily.csv").alias("file"),
        pl.lit(TABLE_OF_FILE["metrics/daily"]).alias("table"),
        "row",
        "id",
        "question",
        "kind",
        "rule",
    )
    return Company(
        {"metrics/daily": spoilt.rows, "observation/journeys": _sheet(seen.coded)},
        {
            "daily_figures": metrics.METRICS_TRUTH,
            "observers": observations.OBSERVERS,
            "agreement": dict(seen.agreement),
            "stage_scores": dict(seen.stage_scores),
            "journeys": seen.truth.to_dict(as_series=False),
            "dirty": dirty.to_dict(as_series=False),
        },
    )


def _sheet(coded: pl.DataFrame) -> pl.DataFrame:
    """Journeys as a sheet shows them: local times, without a zone."""
    local = pl.col("occurred_at").dt.convert_time_zone(TIME_ZONE).dt.replace_time_zone(None)
    return coded.with_columns(local)
