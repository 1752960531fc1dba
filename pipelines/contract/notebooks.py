"""Notebooks: reports about a study."""

from __future__ import annotations

from pipelines.contract.step import Step

STEP = Step(
    "notebooks",
    "execute the notebooks",
    reads=("canonical", "derived"),
    keeps=("reports",),
    per="report",
)
