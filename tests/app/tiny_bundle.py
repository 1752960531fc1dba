"""Publish small bundles as pipelines/publish does; the studies are in tiny_survey and tiny_shop."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contract.registry import published
from pipelines.core.enforcement import require_columns

Row = dict[str, Any]

PARAMS = {
    "measure": {"level": 0.95, "fdr": 0.05, "flag_n": 30},
    "publish": {"withhold_below": 10},
    "validate": {"max_rejected_share": 0.05, "examples": 20},
}

DOCS_PAGE = "<!doctype html><html lang='en'><title>Data Docs</title><h1>Validation results</h1>"


def write(
    study: Path, register: Row, tables: dict[str, pl.DataFrame], *, empty: dict[str, str]
) -> str:
    """Publish a bundle as pipelines/publish does, its tables as they are agreed."""
    for name, table in tables.items():
        require_columns(table.schema, published()[name], name)
    return put(study, register, tables, empty=empty, params=PARAMS)


def put(
    study: Path,
    register: Row,
    tables: dict[str, pl.DataFrame],
    *,
    empty: dict[str, str],
    params: Row,
) -> str:
    """Put down a bundle with any tables: a new version folder, then the manifest."""
    content = json.dumps(register, ensure_ascii=False)
    sums = {name: _sha(table.write_json()) for name, table in tables.items()}
    version = _sha(content + json.dumps(sums))[:12]
    folder = study / "published" / version
    (folder / "docs").mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    (folder / "register.json").write_text(content, encoding="utf-8")
    (folder / "docs" / "index.html").write_text(DOCS_PAGE, encoding="utf-8")
    manifest = {
        "bundle": version,
        "study": study.name,
        "window": _window(register, tables.get("activity", published()["activity"].without_rows())),
        "tables": {n: {"rows": t.height, "sha256": sums[n]} for n, t in tables.items()},
        "rows": _rows(tables.get("ledger", published()["ledger"].without_rows())),
        "versions": {"polars": "2.1.0", "python": "3.11"},
        "params": params,
        "inputs": {"raw/2016_Customer_Survey.csv": _sha("2016")},
        "code": _sha("code"),
        "empty": empty,
    }
    new = study / "published" / "manifest.json.tmp"
    new.write_text(json.dumps(manifest), encoding="utf-8")
    new.rename(study / "published" / "manifest.json")
    return version


def _sha(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _window(register: Row, activity: pl.DataFrame) -> Row:
    first, last = activity["first_on"].min(), activity["last_on"].max()
    return {
        "first": first.isoformat() if first else None,
        "last": last.isoformat() if last else None,
        "waves": [wave["wave"] for wave in register["waves"]],
    }


def _rows(ledger: pl.DataFrame) -> Row:
    sums = ledger.group_by("table").agg(
        pl.col("rows_in", "rows_accepted", "rows_quarantined").sum()
    )
    return {
        row["table"]: {
            "in": row["rows_in"],
            "accepted": row["rows_accepted"],
            "quarantined": row["rows_quarantined"],
        }
        for row in sums.to_dicts()
    }


def frame(name: str, rows: list[Row]) -> pl.DataFrame:
    """Rows as a published table; columns they do not have are null."""
    table = published()[name]
    names = list(table.schema)
    return pl.DataFrame([{k: row.get(k) for k in names} for row in rows], schema=table.schema)


def labels(en: str, de: str) -> dict[str, str]:
    """A label in both languages."""
    return {"en": en, "de": de}
