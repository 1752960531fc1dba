"""What-if: canonical responses in, models of outcomes, what moves would change, and trust out."""

from __future__ import annotations

import polars as pl

from pipelines.contract.whatif import WhatifSettings
from pipelines.core import waves
from pipelines.core.study import Study
from pipelines.core.tables import Read
from pipelines.whatif.tables import Questioned, simulate_moves
from pipelines.whatif.terms import WhatifTerms
from pipelines.whatif.trust import trust


def run(study: Study, settings: WhatifSettings, read: Read) -> dict[str, pl.DataFrame]:
    """Say what moves of touchpoints would change in a study, and how far that can be trusted."""
    responses, customers = read.rows("canonical/responses"), read.rows("canonical/customers")
    segments, digest = tuple(study.map.segments), read.digest("canonical/responses")
    asked = Questioned.of(responses, customers, study.map.outcomes, segments, settings.min_users)
    places, terms = waves.waves_of(study, responses), WhatifTerms.of(settings)
    moves = simulate_moves(asked, places, terms, digest)
    return moves | trust(asked.sheets, asked.register, places, study.map.breaks, terms, digest)
