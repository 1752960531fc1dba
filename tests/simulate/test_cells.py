"""Cells of the raw files, by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.simulate.exports.cells import code, money, pick, quarter_name, time_text, where


def written(amount: float) -> str:
    return pl.DataFrame({"amount": [amount]}).select(money("amount")).item()


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (1234.5, "1234,50"),
        (0.05, "0,05"),
        (-0.05, "-0,05"),
        (-12.0, "-12,00"),
        (19.99, "19,99"),
        (0.0, "0,00"),
        (1_000_000.0, "1000000,00"),
    ],
)
def test_money_has_a_comma_and_two_decimals(amount, text):
    assert written(amount) == text


@given(st.integers(-10_000_000, 10_000_000))
def test_money_can_be_read_back_to_the_cent(cents):
    assert round(float(written(cents / 100).replace(",", ".")) * 100) == cents


def test_quarters_are_counted_from_the_first_of_2023():
    names = quarter_name(np.array([0, 3, 4, 11])).to_list()
    assert names == ["2023-Q1", "2023-Q4", "2024-Q1", "2025-Q4"]


def test_times_are_written_as_the_clocks_show_them():
    assert time_text(np.array([0.0, 1440 * 59 + 61.5, np.nan])).to_list() == [
        "2023-01-01 00:00:00",
        "2023-03-01 01:01:30",
        None,
    ]


def test_codes_words_and_gaps():
    rows = pl.DataFrame({"id": [7, 12]})
    assert rows.select(code("V", "id")).to_series().to_list() == ["V7", "V12"]
    assert pick(("a", None, "c"), np.array([2, 1, 0])).to_list() == ["c", None, "a"]
    assert where(np.array([True, False]), pl.Series([1, 2])).to_list() == [1, None]
