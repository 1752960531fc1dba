"""The demo study, played once at a small size and once in full, and once written to files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from pipelines import runner
from pipelines.contract import registry
from pipelines.core import params, study
from pipelines.core.params import PROJECT
from pipelines.simulate import partition
from pipelines.simulate.dirt import Spoilt, spoil
from pipelines.simulate.identities import Identities, customer_records
from pipelines.simulate.operations import Operations, draw_operations
from pipelines.simulate.partition import Partition, Scene, play
from tests.simulate.sampled_people import SIZE, draw_people

SMALL, WHOLE = 1_500, 20_000
SEED = params.read()["seed"]


@dataclass(frozen=True)
class Written:
    """A partition, and what its tables were before and after they were spoilt."""

    partition: Partition
    clean: dict[str, pl.DataFrame]
    spoilt: dict[str, Spoilt]


@dataclass(frozen=True)
class Demo:
    """The study in its folder, ingested and validated, and the truth that came with it."""

    folder: Path
    truth: dict[str, Any]

    def table(self, folder: str, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.folder / folder / f"{name}.parquet")


@pytest.fixture(scope="session")
def people() -> pl.DataFrame:
    return draw_people(0)


@pytest.fixture(scope="session")
def identities(people: pl.DataFrame) -> Identities:
    return customer_records(people, np.random.default_rng(3))


@pytest.fixture(scope="session")
def two_partitions(identities: Identities) -> Identities:
    """The same beside a second partition, drawn apart."""
    other = customer_records(draw_people(SIZE), np.random.default_rng(4))
    return Identities(
        pl.concat([identities.records, other.records]),
        pl.concat([identities.persons, other.persons]),
    )


@pytest.fixture(scope="session")
def world() -> Operations:
    return draw_operations(np.random.default_rng([SEED, 0]))


@pytest.fixture(scope="session")
def scene(world: Operations) -> Scene:
    """A few customers, for what must hold of each."""
    return play(0, SMALL, world, SEED)


@pytest.fixture(scope="session")
def whole(world: Operations) -> Scene:
    """The customers of the demo study."""
    return play(0, WHOLE, world, SEED)


@pytest.fixture(scope="session")
def written(world: Operations) -> Written:
    """The few customers' tables, clean and spoilt."""
    clean: dict[str, pl.DataFrame] = {}
    spoilt: dict[str, Spoilt] = {}

    def watched(rows: pl.DataFrame, export: str, rng: np.random.Generator) -> Spoilt:
        name = export if export not in clean else f"{export} {len(clean)}"  # waves share a name
        clean[name], spoilt[name] = rows, spoil(rows, export, rng)
        return spoilt[name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partition, "spoil", watched)
        return Written(partition.simulate(0, SMALL, world, SEED), clean, spoilt)


@pytest.fixture(scope="session")
def simulate_into() -> Callable[[Path, int], study.Study]:
    """Write the raw files of a demo study of some size into a folder of its own."""

    def into(folder: Path, customers: int) -> study.Study:
        lay_out(folder)
        demo = study.load(str(folder))
        runner.run(registry.step("simulate"), demo, sized(customers))
        return demo

    return into


@pytest.fixture(scope="session")
def demo(
    tmp_path_factory: pytest.TempPathFactory, simulate_into: Callable[[Path, int], study.Study]
) -> Demo:
    """The demo study in full, through ingest and validate."""
    made = simulate_into(tmp_path_factory.mktemp("study") / "demo", WHOLE)
    for step in ("ingest", "validate"):
        runner.run(registry.step(step), made, params.read())
    return Demo(made.folder, json.loads((made.folder / "truth.json").read_text(encoding="utf-8")))


def sized(customers: int) -> dict[str, Any]:
    """The project's parameters, for a demo study of some size."""
    return {**params.read(), "simulate": {"customers": customers}}


def lay_out(folder: Path) -> None:
    """Copy the committed map and code lists."""
    shutil.copytree(PROJECT / "data" / "demo" / "codes", folder / "codes")
    shutil.copy(PROJECT / "data" / "demo" / "study.yaml", folder)
