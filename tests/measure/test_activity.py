"""Activity: rows by month and kind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import narwhals as nw
import polars as pl
import pytest

from pipelines.contract.canonical import CANONICAL
from pipelines.contract.measure import ACTIVITY
from pipelines.core.enforcement import require_columns
from pipelines.measure.activity import CLOCKS, count_rows
from tests.measure.small_survey import answer, responses


def counted(name: str, rows: list[dict], time_zone: str = "UTC") -> pl.DataFrame:
    schema = CANONICAL[name].schema
    columns = {column: [row.get(column) for row in rows] for column in schema}
    frame = nw.from_native(pl.DataFrame(columns, schema=schema).lazy())
    return count_rows(name, frame, "EUR", time_zone).sort(ACTIVITY.key)


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
    assert (table["first_on"][0], table["last_on"][2]) == (MARCH.date(), APRIL.date())


def local_midnights(zone: str, months: dict[int, int]) -> list[dict]:
    """Orders of 2024 dated without a time, as a file of that zone has them: month -> how many."""
    return [
        order(f"{month}-{i}", 1.0, datetime(2024, month, i % 28 + 1, tzinfo=ZoneInfo(zone)))
        for month, n in months.items()
        for i in range(n)
    ]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Los_Angeles", "UTC"])
def test_months_are_those_of_the_study_s_time_zone(zone):
    rows = local_midnights(zone, {5: 200, 6: 60})
    rows = [row | {"ordered_at": row["ordered_at"].astimezone(UTC)} for row in rows]
    table = counted("transactions", rows, zone)
    assert table.select("period", "n_orders").rows() == [("2024-05", 200), ("2024-06", 60)]
    assert table["first_on"].to_list() == [date(2024, 5, 1), date(2024, 6, 1)]
    assert table["last_on"].to_list() == [date(2024, 5, 28), date(2024, 6, 28)]


def test_the_change_of_the_clock_moves_no_order_to_another_month():
    berlin = ZoneInfo("Europe/Berlin")
    days = [
        datetime(2024, 3, 31, 1, 59, tzinfo=berlin),  # the hour from 2 to 3 is skipped
        datetime(2024, 3, 31, 23, 59, tzinfo=berlin),  # two hours before UTC's
        datetime(2024, 4, 1, 0, 0, tzinfo=berlin),
        datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=berlin),  # the hour comes twice
        datetime(2024, 10, 31, 23, 59, tzinfo=berlin),  # one hour before UTC's
        datetime(2024, 11, 1, 0, 0, tzinfo=berlin),
    ]
    rows = [order(str(i), 1.0, day.astimezone(UTC)) for i, day in enumerate(days)]
    found = counted("transactions", rows, "Europe/Berlin").select("period", "n_orders").rows()
    assert found == [("2024-03", 2), ("2024-04", 1), ("2024-10", 2), ("2024-11", 1)]


def test_days_of_daily_figures_are_local_already():
    figure = {"touchpoint_id": "shop", "metric": "visits", "value": 1.0}
    rows = [figure | {"date": date(2024, 5, 1)}, figure | {"date": date(2024, 4, 30)}]
    for zone in ("America/Los_Angeles", "Asia/Tokyo"):
        found = counted("touchpoint_metrics", rows, zone).select("period", "first_on").rows()
        assert found == [("2024-04", date(2024, 4, 30)), ("2024-05", date(2024, 5, 1))]


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
