"""A study with one source, for the tests of the readers."""

from pathlib import Path

import yaml

from pipelines.core.study import Map, Study
from pipelines.ingest.readers import RawTable, read_source

MAP = """
title: {en: Tiny}
about: {en: A study for tests}
licence: none
languages: [en]
currency: EUR
time_zone: UTC
"""


def study_with(folder: Path, **source: object) -> Study:
    """Make a study whose only source is `shop`."""
    tables = [{"table": "reviews", "columns": {}}]
    content = yaml.safe_load(MAP) | {"sources": {"shop": {"tables": tables, **source}}}
    return Study(folder, Map.model_validate(content))


def put(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a raw file."""
    path = folder / "raw" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read_one(folder: Path, **source: object) -> RawTable:
    """Read the only file of the only source."""
    (table,) = read_source(study_with(folder, **source), "shop")
    return table


def read_csv_text(folder: Path, content: str | bytes, **source: object) -> RawTable:
    """Write a CSV file and read it."""
    put(folder, "a.csv", content)
    return read_one(folder, reader="csv", files="raw/*.csv", **source)
