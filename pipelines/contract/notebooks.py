"""Notebooks: reports about a study."""

from __future__ import annotations

from pipelines.contract.estimate import Fdr
from pipelines.contract.step import Settings, Step


class NotebooksSettings(Settings):
    """What notebooks judge changes by."""

    fdr: Fdr


STEP = Step(
    "notebooks",
    "execute the notebooks",
    reads=("canonical", "derived"),
    keeps=("reports",),
    settings=NotebooksSettings,
    per="report",
)
