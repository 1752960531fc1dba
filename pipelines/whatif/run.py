"""What-if: canonical responses in, models of outcomes and what moves would change out."""

from __future__ import annotations

import polars as pl

from pipelines.contract.whatif import WhatifSettings
from pipelines.core import waves
from pipelines.core.study import Study
from pipelines.core.tables import Read
from pipelines.whatif.tables import simulate_moves
from pipelines.whatif.terms import WhatifTerms


def run(study: Study, settings: WhatifSettings, read: Read) -> dict[str, pl.DataFrame]:
    """Say what moves of touchpoints would change in the outcomes of a study."""
    responses = read.rows("canonical/responses")
    return simulate_moves(
        responses,
        read.rows("canonical/customers"),
        study.map.outcomes,
        tuple(study.map.segments),
        waves.waves_of(study, responses),
        WhatifTerms.of(settings),
        settings.min_users,
        read.digest("canonical/responses"),
    )
