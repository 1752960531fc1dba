"""Publish: the bundle the app reads."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipelines.contract.code import Vocabulary, says
from pipelines.contract.estimate import Fdr
from pipelines.contract.step import Param, Settings, Step


class PublishSettings(Settings):
    """What may be shown."""

    # fewer people: the number is withheld
    withhold_below: Annotated[int, Param("publish.withhold_below"), Field(ge=1)]
    fdr: Fdr  # readers judge changes by it


OWN_REASON = "own"  # see the table's declaration
# Why a table has no rows; the manifest says so of each.
EMPTY_REASONS = Vocabulary(
    "empty table",
    {
        "no_source": says(
            en="no source of this study fills “{table}”",
            de="keine Quelle dieser Studie füllt „{table}“",
        ),
        "quarantined": says(
            en="every row of “{table}” is in quarantine",
            de="jede Zeile von „{table}“ ist in Quarantäne",
        ),
        OWN_REASON: says(en="there is nothing to tell", de="es gibt nichts zu berichten"),
    },
)

STEP = Step(
    "publish",
    "the bundle the app reads",
    # The manifest names the hash of all raw files, so they are inputs here.
    reads=(
        "codes",
        "raw",
        "canonical/responses",
        "canonical/customers",
        "validation",
        "derived",
    ),
    keeps=("published",),
    needs=("expectations/published/*.py",),
    settings=PublishSettings,
)
