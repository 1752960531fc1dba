"""Reach: of what somebody could say not to have experienced."""

from __future__ import annotations

import polars as pl

from pipelines.contract.estimate import BY_NAME
from pipelines.contract.people import EVERYBODY


def without_unrouted_reach(scores: pl.DataFrame) -> pl.DataFrame:
    """Leave out the reach of what nobody ever said not to have experienced.

    A question without that answer would show a reach of 100 % that nobody measured.
    """
    is_reach, everybody = pl.col("measure") == "reach", pl.col("segment") == EVERYBODY
    missed = is_reach & everybody & (pl.col("value") < BY_NAME["reach"].highest)
    return scores.filter(~is_reach | missed.any().over("mode", "is_stage", "subject"))
