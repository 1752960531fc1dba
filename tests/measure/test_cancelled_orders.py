"""A cancelled order counts as cancelled, whatever the sign that the file gives its amount."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines import runner
from pipelines.contract import registry
from pipelines.core import params, store, study
from tests.small_study import ORDERS, build, edit, write

STATUS = 'status: {column: state, patterns: {"(?i)storn": cancelled}, otherwise: completed}'


@pytest.mark.parametrize("sign", ["", "-"], ids=["as it was ordered", "booked back"])
def test_a_cancelled_order_is_neither_an_order_nor_revenue(tmp_path, sign):
    folder = build(tmp_path / "shop")
    edit(folder, "study.yaml", "status: {constant: completed}", STATUS)
    kept = [f"o{i};c{i};10.06.2024;20,00;bezahlt" for i in range(30)]
    gone = [f"x{i};c{i};10.06.2024;{sign}{i + 1},50;Storniert" for i in range(10)]
    write(folder, ORDERS, ["order;customer;day;amount;state", *kept, *gone])
    edit(
        folder,
        "study.yaml",
        "transaction_id: order",
        "transaction_id: order\n          order_id: order",
    )
    about = study.load(str(folder))
    for step in ("ingest", "validate", "measure"):
        runner.run(registry.step(step), about, params.read())
    assert store.read(about.path("quarantine", "transactions")).is_empty()
    activity = store.read(about.path("derived", "activity")).filter(
        pl.col("table") == "transactions"
    )
    found = {row["kind"]: row for row in activity.to_dicts()}
    assert (found["completed"]["n_orders"], found["completed"]["amount"]) == (30, 600.0)
    assert (found["cancelled"]["n_orders"], found["cancelled"]["n_customers"]) == (10, 10)
