"""Write raw files as the company's systems would: CSV dialects, Parquet, SPSS, Excel.

The same rows give the same bytes: what formats write of their own time and machine is
overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl

from pipelines.core.store import ROW_GROUP

_SAV_STAMP = (92, b"31 Dec 2512:00:00")  # offset and content of creation date and time
_CP1252 = ("callcentre/callers", "callcentre/contacts")
_COMMA = (*_CP1252, "reviews/texts")  # the others separate cells with semicolons
_MADE = datetime(2025, 12, 31, 12)


def write_partition(folder: Path, exports: Mapping[str, pl.DataFrame], number: int) -> int:
    """Write a partition's raw tables below `raw/`; returns the number of rows."""
    for name, rows in exports.items():
        path = folder / f"{name}_{number:04d}.{ending_of(name)}"
        path.parent.mkdir(parents=True, exist_ok=True)
        _WRITERS[path.suffix](path, rows, name)
    return sum(rows.height for rows in exports.values())


def write_company(folder: Path, exports: Mapping[str, pl.DataFrame]) -> int:
    """Write the tables that belong to no partition; returns the number of rows."""
    for name, rows in exports.items():
        path = folder / f"{name}.{ending_of(name)}"
        path.parent.mkdir(parents=True, exist_ok=True)
        _WRITERS[path.suffix](path, rows, name)
    return sum(rows.height for rows in exports.values())


def ending_of(export: str) -> str:
    """Format that a system exports in."""
    if export.startswith("survey/cold"):
        return "sav"
    return {
        "shop/events": "parquet",
        "shop/accounts": "parquet",
        "crm/contacts": "parquet",
        "observation/journeys": "xlsx",
    }.get(export, "csv")


def _write_csv(path: Path, rows: pl.DataFrame, export: str) -> None:
    separator = "," if export in _COMMA else ";"
    if export in _CP1252:
        text = rows.write_csv(separator=separator)
        path.write_bytes(text.encode("cp1252", errors="replace"))
    else:
        rows.write_csv(path, separator=separator)


def _write_parquet(path: Path, rows: pl.DataFrame, _: str) -> None:
    rows.write_parquet(path, row_group_size=ROW_GROUP)


def _write_sav(path: Path, rows: pl.DataFrame, _: str) -> None:
    """Write SPSS data; its date of creation is fixed."""
    import pyreadstat

    pyreadstat.write_sav(rows.to_pandas(), str(path))
    offset, stamp = _SAV_STAMP
    with path.open("r+b") as content:
        content.seek(offset)
        content.write(stamp)


def _write_xlsx(path: Path, rows: pl.DataFrame, _: str) -> None:
    """Write a workbook; its date of creation is fixed."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": _MADE})
        rows.write_excel(book, worksheet="Data", autofit=False)


_WRITERS = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
    ".sav": _write_sav,
    ".xlsx": _write_xlsx,
}
