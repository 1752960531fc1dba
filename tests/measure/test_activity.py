"""Activity: rows by month and kind."""

from __future__ import annotations

from datetime import UTC, datetime

import narwhals as nw
import polars as pl
import pytest

from pipelines.contract.canonical import CANONICAL
from pipelines.contract.measure import ACTIVITY
from pipelines.core.enforcement import require_columns
from pipelines.measure.activity import CLOCKS, count_rows
from tests.measure.small_survey import answer, responses


def counted(name: str, rows: list[dict]) -> pl.DataFrame:
    schema = CANONICAL[name].schema
    columns = {column: [row.get(column) for row in rows] for column in schema}
    frame = nw.from_native(pl.DataFrame(columns, schema=schema).lazy())
    return count_rows(name, frame, "EUR").sort(ACTIVITY.key)


def order(number: str, amount: float, day: datetime, person: str | None = None, **columns: object):
    return {
        "transaction_id": f"{number}-{amount}",
        "order_id": number,
        "source_system": "shop",
        "source_id": person,
        "ordered_at": day,
        "amount": amount,
        "currency": "EUR",
        "status": "completed",
        **columns,
    }


MARCH = datetime(2011, 3, 31, 23, 59, tzinfo=UTC)
APRIL = datetime(2011, 4, 1, tzinfo=UTC)


def test_lines_orders_customers_and_money_of_a_month():
    rows = [
        order("1", 10.05, MARCH, "anna"),
        order("1", 20.1, MARCH, "anna"),
        order("2", 5.0, MARCH),  # anonymous
        order("2", 7.0, MARCH, currency="USD"),  # not added up
        order("3", -10.05, MARCH, "anna", status="returned"),
        order("4", 1.0, APRIL, "ben"),
    ]
    table = counted("transactions", rows)
    found = table.select("period", "kind", "n_rows", "n_orders", "n_customers", "amount").rows()
    assert found == [
        ("2011-03", "completed", 4, 2, 1, 35.15),
        ("2011-03", "returned", 1, 1, 1, -10.05),
        ("2011-04", "completed", 1, 1, 1, 1.0),
    ]
    assert (table["first_at"][0], table["last_at"][2]) == (MARCH, APRIL)


def test_money_is_added_up_without_rounding_error():
    rows = [order(str(i), 0.1, MARCH) for i in range(10)]
    assert counted("transactions", rows)["amount"].to_list() == [1.0]


def test_anonymous_rows_have_no_number_of_customers():
    assert counted("transactions", [order("1", 1.0, MARCH)])["n_customers"].to_list() == [None]


def test_answers_without_a_date_are_counted_by_wave():
    rows = responses(
        [answer("a", 5), answer("b", 4), answer("a", 3, wave="2018", answered_at=APRIL)]
    )
    table = counted("responses", rows.to_dicts())
    found = table.select("period", "kind", "n_rows", "n_customers", "n_orders").rows()
    assert found == [("2011-04", "cold", 1, 1, None), ("2017", "cold", 2, 2, None)]


def test_a_customer_known_in_two_systems_counts_twice():
    rows = [order("1", 1.0, MARCH, "7"), order("2", 1.0, MARCH, "7", source_system="app")]
    assert counted("transactions", rows)["n_customers"].to_list() == [2]


@pytest.mark.parametrize("name", sorted(CANONICAL))
def test_every_canonical_table_is_counted_and_may_be_empty(name):
    assert name in CLOCKS
    assert counted(name, []).is_empty()
    require_columns(counted(name, []).schema, ACTIVITY, name)


def test_daily_figures_are_counted_by_metric():
    rows = [
        {"date": day.date(), "touchpoint_id": "shop", "metric": "visits", "value": 1.0}
        for day in (MARCH, APRIL)
    ]
    found = counted("touchpoint_metrics", rows).select("period", "kind", "n_rows").rows()
    assert found == [("2011-03", "visits", 1), ("2011-04", "visits", 1)]
