"""Manifest: what a bundle is, what it was made from, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from glob import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contract import registry
from pipelines.contract.canonical import CANONICAL
from pipelines.contract.code import WITHHELD, write_code
from pipelines.contract.publish import OWN_REASON
from pipelines.contract.table import Table
from pipelines.core import lineage
from pipelines.core.params import Content
from pipelines.core.study import Map
from pipelines.core.versions import NAME_LENGTH, file_hash, hash_of
from pipelines.publish.register import iso

# The packages that compute, judge or write numbers. Python's own version may differ.
PACKAGES = (
    "great-expectations", "narwhals", "numba", "numpy", "pandas", "polars", "pyarrow", "scipy",
)  # fmt: skip


@dataclass(frozen=True)
class Hashes:
    """SHA-256 by path of the bundle's files, of the raw files and of the code."""

    files: Mapping[str, str]
    inputs: Mapping[str, str]
    code: Mapping[str, str]


def inputs(study: Map, ledger: pl.DataFrame) -> list[str]:
    """Patterns of the files a study is made from: its map, its code lists, its raw files."""
    lists = [content for content in study.codes.values() if isinstance(content, str)]
    return ["study.yaml", *map(escape, [*lists, *ledger["source_file"].unique().sort()])]


def code(root: Path) -> dict[str, str]:
    """SHA-256, by path, of the code that decides what is in a bundle.

    This is the code of all steps that lead to it, and every declaration.

    Parameters
    ----------
    root : Path
        The project.
    """
    return {path.as_posix(): file_hash(root / path) for path in sorted(code_files(root))}


def code_files(root: Path) -> set[Path]:
    """Files of that code, relative to `root`."""
    declarations = (root / "pipelines" / "contract").glob("*.py")
    own = {path.relative_to(root) for path in declarations}
    steps = registry.upstream("publish")
    return own.union(*(lineage.code_of(step, root) for step in steps))


def parameters(content: Content) -> dict[str, Any]:
    """The parameters of the steps that lead to a bundle, by section."""
    found: dict[str, Any] = {}
    for step in registry.upstream("publish"):
        for path in step.settings.paths().values():
            section, _, name = path.rpartition(".")
            if section:
                found.setdefault(section, {})[name] = content[section][name]
            else:
                found[name] = content[name]
    return found


def describe(
    name: str,
    tables: Mapping[str, pl.DataFrame],
    hashes: Hashes,
    content: Content,
    waves: list[dict[str, Any]],
) -> dict[str, Any]:
    """Collect the manifest; the same content gives the same bytes.

    Parameters
    ----------
    name : str
        The study.
    tables : mapping
        The published tables.
    content : mapping
        What is in params.yaml.
    waves : list of dict
        See `register.waves`.
    """
    activity = tables["activity"]
    return {
        "bundle": hash_of(hashes.files)[:NAME_LENGTH],
        "study": name,
        "window": {
            "first": iso(activity["first_on"].min()),  # type: ignore[arg-type]
            "last": iso(activity["last_on"].max()),  # type: ignore[arg-type]
            "waves": list(dict.fromkeys(wave["wave"] for wave in waves)),
        },
        "tables": {
            table: {"rows": rows.height, "sha256": hashes.files[f"{table}.parquet"]}
            for table, rows in tables.items()
        },
        "rows": row_counts(tables["ledger"]),
        "versions": {package: version(package) for package in PACKAGES},
        "params": parameters(content),
        "inputs": dict(hashes.inputs),
        "code": hash_of(hashes.code),
        "empty": reasons(tables, registry.published()),
    }


def summary(bundle: str, tables: Mapping[str, pl.DataFrame]) -> str:
    """Say in a line what was published."""
    estimates = [rows for rows in tables.values() if "flags" in rows.columns]
    told = sum(rows["value"].count() for rows in estimates)
    withheld = sum((rows["flags"] == WITHHELD).sum() for rows in estimates)
    return f"bundle {bundle}: {told:,} numbers, {withheld:,} withheld"


def row_counts(ledger: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Add up the ledger by canonical table: rows in, accepted, quarantined."""
    names = ("in", "accepted", "quarantined")
    sums = ledger.group_by("table").agg(pl.col(f"rows_{name}").sum() for name in names)
    return {row["table"]: {name: row[f"rows_{name}"] for name in names} for row in sums.to_dicts()}


def reasons(tables: Mapping[str, pl.DataFrame], declared: Mapping[str, Table]) -> dict[str, str]:
    """Say of every empty table, canonical or published, why it is empty; see `contract.publish`."""
    counts = row_counts(tables["ledger"])
    nothing = {"in": 0, "accepted": 0}
    canonical = {
        name: write_code("quarantined" if found["in"] else "no_source", table=name)
        for name in CANONICAL
        if not (found := counts.get(name, nothing))["accepted"]
    }
    empty = [name for name, rows in tables.items() if rows.is_empty()]
    return canonical | {name: _reason(declared[name], canonical) for name in empty}


def _reason(table: Table, canonical: Mapping[str, str]) -> str:
    return next((canonical[fed] for fed in table.fed_by if fed in canonical), OWN_REASON)
