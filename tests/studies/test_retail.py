"""The map of the web shop against the raw file, counted directly."""

from collections import Counter
from datetime import UTC, datetime

import polars as pl
import pytest

from pipelines.core import study
from pipelines.core.params import PROJECT

FOLDER = PROJECT / "data" / "retail"


@pytest.fixture(scope="module")
def tables(mapped):
    return mapped("retail")


@pytest.fixture(scope="module")
def raw() -> pl.DataFrame:
    return pl.read_parquet(FOLDER / "raw" / "onlineretail.parquet")


def test_the_map_has_no_problem():
    _, problems = study.inspect(FOLDER)
    assert problems == []


def test_all_541909_lines_of_25900_invoices_are_there(tables):
    lines = tables["transactions"]
    assert lines.height == 541_909
    assert lines["transaction_id"].is_unique().all()
    assert lines["order_id"].n_unique() == 25_900
    assert lines["unreadable"].null_count() == lines.height


def test_there_are_4372_customers_and_135080_anonymous_lines(tables):
    lines, customers = tables["transactions"], tables["customers"]
    assert lines["source_id"].null_count() == 135_080
    assert customers.height == customers["source_id"].n_unique() == 4_372
    assert set(customers["source_id"]) == set(lines["source_id"].drop_nulls())


def test_customer_numbers_are_written_without_a_decimal_point(tables):
    assert tables["customers"]["source_id"].str.contains(r"^\d{5}$").all()


def test_cancellations_and_adjustments_are_told_by_the_invoice_number(tables):
    statuses = Counter(tables["transactions"]["status"].to_list())
    assert statuses == {"completed": 532_618, "cancelled": 9_288, "adjustment": 3}


def test_amounts_are_quantity_times_price(tables, raw):
    expected = raw["Quantity"] * raw["UnitPrice"]
    assert tables["transactions"]["amount"].to_list() == expected.to_list()
    assert expected.sum() == pytest.approx(9_747_747.93, abs=0.01)


def test_prices_of_zero_and_below_are_kept_for_validation(tables, raw):
    lines = tables["transactions"]
    assert (lines["amount"] == 0).sum() == (raw["UnitPrice"] == 0).sum() == 2_515
    assert lines.filter(pl.col("amount") < 0, pl.col("quantity") > 0).height == 2


def test_orders_are_timed_in_london(tables):
    ordered = tables["transactions"]["ordered_at"]
    assert ordered.min() == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    assert ordered.max() == datetime(2011, 12, 9, 12, 50, tzinfo=UTC)
    adjustment = tables["transactions"].filter(order_id="A563185")["ordered_at"].item()
    assert adjustment == datetime(2011, 8, 12, 13, 50, tzinfo=UTC)  # 14:50 in summer time


def test_a_customer_with_two_countries_keeps_the_first(tables, raw):
    two = raw.drop_nulls("CustomerID").group_by("CustomerID").agg(pl.col("Country").n_unique())
    assert (two["Country"] > 1).sum() == 8
    first = raw.filter(pl.col("CustomerID") == 12370)["Country"][0]
    assert tables["customers"].filter(source_id="12370")["country"].item() == first == "Cyprus"


def test_countries_have_their_full_names_and_unspecified_has_none(tables):
    customers = tables["customers"]
    assert {"Ireland", "South Africa", "United States"} <= set(customers["country"])
    assert not {"EIRE", "RSA", "USA", "Unspecified"} & set(customers["country"].drop_nulls())
    assert customers["country"].equals(customers["segment_country"].rename("country"))


def test_rows_left_out_are_further_lines_of_customers_only(tables):
    skipped = dict(tables["ledger"].select("table", "rows_skipped").iter_rows())
    assert skipped == {"transactions": 0, "customers": 541_909 - 4_372}
