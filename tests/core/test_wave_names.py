"""What the names of waves say of time, and what they do not."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.params import PROJECT
from pipelines.core.wave_names import in_order_of_names, is_earlier

IN_TIME = [
    ["Wave 1", "Wave 2", "Wave 9", "Wave 10", "Wave 12"],
    ["W1", "W2", "W10"],
    ["welle 9", "Welle 10"],
    ["2009", "2010", "2023"],
    ["Q3 2023", "Q4 2023", "Q1 2024", "Q2 2024"],
    ["2023Q3", "2023-Q4", "2024 Q1"],
    ["3. Quartal 2023", "1. Quartal 2024", "Quartal 2 2024"],
    ["3rd quarter 2023", "1st quarter 2024", "2nd quarter 2024"],
    ["4Q23", "1Q24", "Q2 '24"],
    ["H2 2023", "H1 2024", "2. Halbjahr 2024"],
    ["December 2023", "January 2024", "Feb 2024", "Apr 2024", "August 2024"],
    ["Dez. 2023", "Jänner 2024", "März 2024", "Mai 2024", "Okt 2024"],
    ["2023-11", "2023-12", "2024-02"],
    ["11/2023", "02/2024", "03/2024"],
    ["2024-02-09", "2024-02-10", "2024-11-03"],
    ["03.02.2024", "1.3.2024", "2.11.2024"],
    ["KW 50/2023", "KW 2/2024", "KW 11/2024"],
    ["Survey 2023", "Survey 2024, repeat"],  # the year alone says it
    ["Wave 2, May 2023", "Wave 1, April 2024"],
]
UNTOLD = [
    ("Pilot", "Main"),
    ("Q4", "Q1"),  # of which year?
    ("November", "January"),
    ("KW 50", "KW 2"),
    ("Nov 23", "Feb 24"),  # a day, or a year?
    ("01/02/2024", "02/01/2024"),  # day and month, or month and day?
    ("Wave 1", "2024"),
    ("Wave 1a", "Wave 1b"),
    ("Round 1.2", "Round 2.1"),
    ("Spring 2024", "Autumn 2024"),
    ("wave 1", "Wave 1"),
]


@pytest.mark.parametrize("names", IN_TIME, ids=lambda names: names[0])
def test_names_are_put_in_the_order_of_time(names):
    mixed = random.Random(1).sample(names, len(names))
    assert in_order_of_names(mixed) == names
    assert in_order_of_names(sorted(names)) == names


@pytest.mark.parametrize("names", UNTOLD, ids=lambda names: names[0])
def test_what_a_name_does_not_say_is_not_guessed(names):
    assert is_earlier(*names) is None
    assert is_earlier(*reversed(names)) is None
    assert in_order_of_names(names) is None


FORMATS = ("Q{q} {year}", "{year}-Q{q}", "{q}. Quartal {year}", "Welle {q}, {year}", "{year}/{q}")


@given(
    st.sets(st.tuples(st.integers(1950, 2060), st.integers(1, 4)), min_size=1, max_size=12),
    st.sampled_from(FORMATS),
    st.randoms(use_true_random=False),
)
def test_whatever_the_format_quarters_are_in_the_order_of_time(quarters, form, chance):
    names = [form.format(year=year, q=quarter) for year, quarter in sorted(quarters)]
    assert in_order_of_names(chance.sample(names, len(names))) == names


def test_the_examples_of_the_page_on_waves_hold():
    page = (PROJECT / "docs" / "methods" / "waves_and_groups.md").read_text(encoding="utf-8")
    rows = re.search(r"\| names \| order \|\n\|-.*\n((?:\|.*\n)+)", page)[1].splitlines()
    examples = [
        (re.findall(r"`([^`]+)`", names), said)
        for _, cell, said, _ in (row.split("|") for row in rows)
        for names in cell.split(";")
    ]
    assert len(examples) > 8
    for names, said in examples:
        told = None if "not said" in said else names
        assert in_order_of_names(names) == told, names
