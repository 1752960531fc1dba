"""Measure: canonical tables in, scores, changes, distributions and activity out."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from pipelines.core import engine, params, step, store
from pipelines.core.contract import CANONICAL
from pipelines.core.estimate import MEASURED, check_estimates
from pipelines.core.study import Study
from pipelines.measure.activity import count_rows
from pipelines.measure.tables import Survey, Terms, measure_survey


def run(study: Study) -> str:
    """Measure a study into ``derived/``."""
    settings = params.load()
    paths = {name: study.path("canonical", name) for name in CANONICAL}
    digest = sha256(paths["responses"].read_bytes()).hexdigest()[:16]
    terms = Terms(settings.measure.level, settings.measure.flag_n, digest)
    with TemporaryDirectory() as scratch:
        rows = {
            name: engine.lift(store.scan(path), settings.engine, Path(scratch))
            for name, path in paths.items()
        }
        derived = measure_survey(Survey.of(study, rows["responses"], rows["customers"]), terms)
        counted = [count_rows(name, rows[name], study.map.currency) for name in CANONICAL]
    derived["activity"] = pl.concat(counted)
    for name, table in derived.items():
        if name != "activity":
            check_estimates(table, f"{study.name}: {name}")
        store.write(study.path("derived", name), table, MEASURED[name])
    return (
        f"{study.name}: {derived['scores'].height:,} scores, {derived['changes'].height:,} changes"
    )


if __name__ == "__main__":
    step.main(run)
