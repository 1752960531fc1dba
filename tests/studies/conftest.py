"""The committed studies, mapped once from copies of their folders."""

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines import runner
from pipelines.contract import registry
from pipelines.core import params, study
from pipelines.core.params import PROJECT

Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="session")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Tables]:
    """Map a study of the repository, away from it; each study once."""
    done: dict[str, Tables] = {}

    def of(name: str) -> Tables:
        if name not in done:
            folder = _copy(PROJECT / "data" / name, tmp_path_factory.mktemp("data") / name)
            runner.run(registry.step("ingest"), study.load(str(folder)), params.read())
            files = (folder / "mapped").glob("*.parquet")
            done[name] = {path.stem: pl.read_parquet(path) for path in files}
        return done[name]

    return of


def _copy(committed: Path, target: Path) -> Path:
    """Copy what git holds of a study: its map, its raw files and its code lists."""
    for part in ("raw", "codes"):
        shutil.copytree(committed / part, target / part)
    shutil.copy(committed / "study.yaml", target)
    return target
