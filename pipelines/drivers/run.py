"""Drivers: canonical responses in, importance of touchpoints for every outcome out."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.core import engine, params, step, store
from pipelines.core.estimate import MODELLED
from pipelines.core.study import Study
from pipelines.drivers.sample import ModelTerms
from pipelines.drivers.tables import relate


def run(study: Study) -> str:
    """Relate the outcomes of a study to its touchpoints, into ``derived/``."""
    settings = params.load()
    chosen = settings.drivers
    path = study.path("canonical", "responses")
    terms = ModelTerms(
        settings.measure.level,
        chosen.replicates,
        chosen.segment_replicates,
        chosen.min_n,
        settings.measure.flag_n,
        settings.seed,
    )
    with TemporaryDirectory() as scratch:
        responses, customers = (
            engine.lift(store.scan(study.path("canonical", name)), settings.engine, Path(scratch))
            for name in ("responses", "customers")
        )
        outcomes = {name: outcome.drivers for name, outcome in study.map.outcomes.items()}
        digest = sha256(path.read_bytes()).hexdigest()[:16]
        derived = relate(
            responses, customers, outcomes, tuple(study.map.segments), terms,
            chosen.min_users, digest,
        )  # fmt: skip
    for name, table in derived.items():
        store.write(study.path("derived", name), table, MODELLED[name])
    models = derived["driver_models"]
    return f"{study.name}: {models.height:,} models, {derived['drivers'].height:,} importances"


if __name__ == "__main__":
    step.main(run)
