"""A small study of transactions only, without any score."""

from __future__ import annotations

import datetime
from pathlib import Path

import polars as pl

from pipelines.contract.registry import published
from tests.app.tiny_bundle import Row, frame, labels, write

MONTHS = tuple(f"2011-{month:02d}" for month in range(1, 13))
KINDS = {"completed": 1.0, "cancelled": 0.12, "adjustment": 0.01}


def tables() -> dict[str, pl.DataFrame]:
    """Every published table of the transactions-only study."""
    activity = []
    for number, month in enumerate(MONTHS):
        for kind, share in KINDS.items():
            orders = max(int((900 + 60 * number) * share), 1)
            last_day = 9 if month == MONTHS[-1] else 28
            activity.append(
                {
                    "table": "transactions",
                    "period": month,
                    "kind": kind,
                    "n_rows": orders * 18,
                    "n_orders": orders,
                    "n_customers": None if kind == "adjustment" else int(orders * 0.8),
                    "amount": round(orders * 410.5 * (-1 if kind == "cancelled" else 1), 2),
                    "first_on": datetime.date(2011, number + 1, 1),
                    "last_on": datetime.date(2011, number + 1, last_day),
                }
            )
    ledger = [
        {
            "table": "transactions",
            "source": "orders",
            "source_file": "raw/onlineretail.parquet",
            "lines": 541909,
            "rows_read": 541909,
            "rows_skipped": 0,
            "rows_in": 541909,
            "rows_accepted": 541907,
            "rows_quarantined": 2,
        }
    ]
    rule = ("transactions", "amount_present", "expect_column_values_to_not_be_null", "amount",
            "given?column=amount", "quarantine", False, 541909, 2)  # fmt: skip
    names = list(published()["rules"].schema)
    example = {
        "table": "transactions",
        "rule": "amount_present",
        "source_file": "raw/onlineretail.parquet",
        "source_row": 299983,
        "got": None,
    }
    return {
        **{name: table.without_rows() for name, table in published().items()},
        "activity": frame("activity", activity),
        "ledger": frame("ledger", ledger),
        "rules": frame("rules", [dict(zip(names, rule, strict=True))]),
        "quarantine_examples": frame("quarantine_examples", [example]),
    }


def register() -> Row:
    """The register of the transactions-only study."""
    return {
        "title": labels("Online retail", "Onlinehandel"),
        "about": labels("Order lines of a gift shop.", "Bestellzeilen eines Geschenkeladens."),
        "licence": "CC BY 4.0",
        "currency": "GBP",
        "baseline": None,
        "notes": {},
        "stages": {},
        "touchpoints": {},
        "questions": {},
        "segments": {},
        "waves": [],
    }


def publish(data: Path) -> str:
    """Publish the study as `shop` below a data folder; return the bundle's hash."""
    found, reason = tables(), "no_source?table=responses"
    empty = {name: reason for name, table in found.items() if table.is_empty()}
    return write(data / "shop", register(), found, empty={"responses": reason} | empty)
