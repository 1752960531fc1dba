"""What the app asks of a bundle: tables as they are declared, and parameters of its manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from pipelines.contract import publish, registry
from pipelines.contract.code import READER_PLACES
from pipelines.contract.table import Column


def expected() -> dict[str, pl.Schema]:
    """Columns of every published table."""
    return {name: pl.Schema(table.schema) for name, table in registry.published().items()}


def parameters() -> list[str]:
    """Parameters that readers need, as ``section.name``.

    They are those that decide what is shown, and those that sentences have places for.
    """
    own = set(publish.PublishSettings.paths().values())
    steps = registry.upstream(publish.STEP.name)
    every = {path for step in steps for path in step.settings.paths().values()}
    return sorted(own | {path for path in every if path.rpartition(".")[2] in READER_PLACES})


def lacking(
    manifest: Mapping[str, Any], tables: Mapping[str, pl.DataFrame]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every file of a bundle that lacks what the app asks for, and what it lacks.

    A column that holds another text than its codes is lacking too: older versions wrote
    sentences.
    """
    params = manifest.get("params", {})
    absent = [path for path in parameters() if not _has(params, path)]
    if any(map(publish.EMPTY_REASONS.fault, manifest["empty"].values())):
        absent.append("empty")
    if absent:
        yield "manifest.json", tuple(absent)
    for name, found in tables.items():
        if name in registry.published():
            columns = registry.published()[name].columns
            other = tuple(column.name for column in columns if not _holds(found, column))
            if other:
                yield name, other


def _has(params: Mapping[str, Any], path: str) -> bool:
    section, _, name = path.rpartition(".")
    return name in params.get(section, {})


def _holds(table: pl.DataFrame, column: Column) -> bool:
    """Whether a table has a column of that type, and of its codes only."""
    if table.schema.get(column.name) != column.dtype:
        return False
    return not column.faults(table[column.name])
