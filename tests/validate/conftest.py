"""Great Expectations on both engines, set up once: importing it takes seconds."""

from pathlib import Path

import pytest

from tests.validate.two_engines import TwoEngines


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> TwoEngines:
    """The project's Polars engine and Great Expectations' own pandas engine."""
    folder: Path = tmp_path_factory.mktemp("frames")
    return TwoEngines(folder / "frame.parquet")
