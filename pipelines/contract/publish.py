"""Publish: the bundle the app reads."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipelines.contract.step import Param, Settings, Step


class PublishSettings(Settings):
    """What may be shown."""

    # fewer people: the number is withheld
    withhold_below: Annotated[int, Param("publish.withhold_below"), Field(ge=1)]
    # false discovery rate over a grid of changes; readers judge by it
    fdr: Annotated[float, Param("measure.fdr"), Field(gt=0, lt=1)]


STEP = Step(
    "publish",
    "the bundle the app reads",
    # The manifest names the hash of all raw files, so they are inputs here.
    reads=("codes", "raw", "canonical/responses", "validation", "derived"),
    keeps=("published",),
    settings=PublishSettings,
)
