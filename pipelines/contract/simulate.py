"""Simulate: the raw files of the study demo, and the truth behind them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipelines.contract.step import Param, Seed, Settings, Step


class SimulateSettings(Settings):
    """How large the demo study is."""

    seed: Seed
    customers: Annotated[int, Param("simulate.customers"), Field(ge=1)]


STEP = Step(
    "simulate",
    "the raw files of the demo study, and the truth behind them",
    fills=("raw",),
    keeps=("truth.json",),
    settings=SimulateSettings,
    only="demo",
)
