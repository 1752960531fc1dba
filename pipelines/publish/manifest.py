"""Manifest: what a bundle is, what it was made from, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from glob import escape
from importlib.metadata import version
from typing import Any

import polars as pl

from pipelines.contract.canonical import CANONICAL
from pipelines.core.params import Params
from pipelines.core.study import Map
from pipelines.core.versions import NAME_LENGTH, hash_of
from pipelines.publish.register import iso

# The packages that compute, judge or write numbers. Python's own version may differ.
PACKAGES = (
    "great-expectations", "narwhals", "numba", "numpy", "pandas", "polars", "pyarrow", "scipy",
)  # fmt: skip


# The code that decides what is in a bundle.
LINEAGE = ("core", "ingest", "validate", "statistics", "measure", "drivers", "publish")
CODE = ("expectations/**/*.py", *(f"pipelines/{folder}/**/*.py" for folder in LINEAGE))


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


def describe(
    name: str,
    tables: Mapping[str, pl.DataFrame],
    hashes: Hashes,
    parameters: Params,
    waves: list[dict[str, Any]],
) -> dict[str, Any]:
    """Collect the manifest; the same content gives the same bytes.

    Parameters
    ----------
    name : str
        The study.
    tables : mapping
        The published tables.
    waves : list of dict
        See `register.waves`.
    """
    activity = tables["activity"]
    return {
        "bundle": hash_of(hashes.files)[:NAME_LENGTH],
        "study": name,
        "window": {
            "first": iso(activity["first_at"].min()),  # type: ignore[arg-type]
            "last": iso(activity["last_at"].max()),  # type: ignore[arg-type]
            "waves": sorted({wave["wave"] for wave in waves}),
        },
        "tables": {
            table: {"rows": rows.height, "sha256": hashes.files[f"{table}.parquet"]}
            for table, rows in tables.items()
        },
        "rows": row_counts(tables["ledger"]),
        "versions": {package: version(package) for package in PACKAGES},
        "params": parameters.model_dump(
            by_alias=True, include={"engine", "seed", "validate_", "measure", "drivers", "publish"}
        ),
        "inputs": dict(hashes.inputs),
        "code": hash_of(hashes.code),
        "empty": reasons(tables),
    }


def summary(bundle: str, tables: Mapping[str, pl.DataFrame]) -> str:
    """Say in a line what was published."""
    estimates = [rows for rows in tables.values() if "flags" in rows.columns]
    told = sum(rows["value"].count() for rows in estimates)
    withheld = sum((rows["flags"] == "withheld").sum() for rows in estimates)
    return f"bundle {bundle}: {told:,} numbers, {withheld:,} withheld"


def row_counts(ledger: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Add up the ledger by canonical table: rows in, accepted, quarantined."""
    names = ("in", "accepted", "quarantined")
    sums = ledger.group_by("table").agg(pl.col(f"rows_{name}").sum() for name in names)
    return {row["table"]: {name: row[f"rows_{name}"] for name in names} for row in sums.to_dicts()}


def reasons(tables: Mapping[str, pl.DataFrame]) -> dict[str, str]:
    """Say of every empty table, canonical or published, why it is empty."""
    counts = row_counts(tables["ledger"])
    canonical = {
        name: f"no source of this study fills {name}"
        if counts.get(name, {"in": 0})["in"] == 0
        else "every row is in quarantine"
        for name in CANONICAL
        if counts.get(name, {"accepted": 0})["accepted"] == 0
    }
    survey = canonical.get("responses")
    unmodelled = "no wave asks an outcome and two touchpoints"
    published = {
        "scores": survey or "no question could be scored",
        "distributions": survey or "no question could be scored",
        "changes": survey or "no question was asked in two waves",
        "drivers": survey or unmodelled,
        "driver_models": survey or unmodelled,
        "priorities": survey or unmodelled,
        "driver_contrasts": survey or "no two groups of customers have driver models",
        "activity": "no table has rows",
        "ledger": "no file was read",
        "rules": "nothing was judged",
        "quarantine_examples": "no row broke a rule",
    }
    return canonical | {name: published[name] for name, rows in tables.items() if rows.is_empty()}
