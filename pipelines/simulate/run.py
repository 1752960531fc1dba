"""Simulate: raw files of the study `demo` out, and the truth behind them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipelines.contract.simulate import SimulateSettings
from pipelines.core import progress, store
from pipelines.core.study import Study
from pipelines.core.tables import Read
from pipelines.simulate import company, files, measures, truth
from pipelines.simulate.model import Floats
from pipelines.simulate.operations import draw_operations
from pipelines.simulate.partition import simulate, sizes


def run(study: Study, settings: SimulateSettings, _read: Read, draft: Path) -> str:
    """Simulate into ``raw/`` and ``truth.json``, a partition of customers at a time."""
    seed, customers = settings.seed, settings.customers
    world = draw_operations(np.random.default_rng([seed, 0]))
    waves: dict[str, truth.Sums] = {}
    measured: dict[str, Floats] = {}
    rows = 0
    with (
        store.replacing(study.folder / "truth.json") as kept,
        kept.open("w", encoding="utf-8") as content,
        progress.counting(customers, "customers"),
    ):
        told = truth.TruthFile(content)
        for number, size in sizes(customers):
            part = simulate(number, size, world, seed)
            rows += files.write_partition(draft / "raw", part.exports, number)
            waves = truth.add(waves, part.waves)
            measured = measures.add(measured, part.measured)
            told.add(part.truth)
            del part  # or there would be two in memory
            progress.done(size)
        whole = company.describe(seed)
        rows += files.write_company(draft / "raw", whole.exports)
        told.close(truth.of_company(waves, measured) | whole.truth)
    return f"{customers:,} customers, {rows:,} raw rows"
