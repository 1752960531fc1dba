"""Kano: canonical responses in, asymmetries, categories of features and gates out."""

from __future__ import annotations

import polars as pl

from pipelines.contract.kano import KanoSettings
from pipelines.core.study import Study
from pipelines.core.tables import Read
from pipelines.kano.asymmetry import KanoTerms
from pipelines.kano.gates import GateTerms
from pipelines.kano.tables import classify


def run(study: Study, settings: KanoSettings, read: Read) -> dict[str, pl.DataFrame]:
    """Class the touchpoints and features of a study."""
    return classify(
        study,
        read.rows("canonical/responses"),
        read.rows("canonical/customers"),
        KanoTerms.of(settings),
        GateTerms(settings.level, settings.flag_n, settings.minimum, settings.sure),
        read.digest("canonical/responses"),
    )
