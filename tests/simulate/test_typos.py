"""Typing errors in running text: as many as wanted, inside words, and always visible."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.simulate.typos import LETTERS_APART, TYPO_SHARES, mistype

N = 4000


def repeated(text: str, slips: int, seed: int = 1) -> list[str]:
    typed, done = mistype(pl.Series([text] * N), np.full(N, slips), np.random.default_rng(seed))
    assert (done == slips).all()
    return typed.to_list()


def test_all_ways_to_mistype_a_word_of_four_letters():
    # Inside are u and t: dropped, doubled, swapped with the next.
    assert set(repeated("guts", 1)) == {"gts", "gus", "guuts", "gutts", "gtus", "gust"}


def test_dots_get_lost_as_a_keyboard_without_umlauts_makes_them():
    assert "fuer" in repeated("für", 1)
    assert {"groeßer", "grösser"} < set(repeated("größer", 1))


def test_kinds_come_in_their_shares():
    typed = pl.Series(repeated("grünlich", 1))
    share = (typed == "gruenlich").mean()
    expected = TYPO_SHARES["transcribe"]
    assert share == pytest.approx(expected, abs=4 * (expected * (1 - expected) / N) ** 0.5)
    longer = typed.filter(typed != "gruenlich").str.len_chars() == 9
    expected = TYPO_SHARES["double"] / (1 - TYPO_SHARES["transcribe"])
    assert longer.mean() == pytest.approx(expected, abs=4 * (expected * (1 - expected) / N) ** 0.5)


def test_first_letters_figures_and_spaces_stay():
    for typed in repeated("Der Paketbote kam um 14:30", 1):
        assert re.fullmatch(r"D\S+ P\S+ k\S+ u\S+ 14:30", typed), typed


def test_two_errors_lie_apart():
    one = set(repeated("Lieferung", 1))
    for typed in repeated("Lieferung pünktlich", 2):
        assert typed not in {f"{word} pünktlich" for word in one} | {"Lieferung pünktlich"}


@pytest.mark.parametrize("text", ["", "ok", "👍", "n/a", "...", "aaaa"])
def test_what_has_no_letter_to_mistype_stays_and_says_so(text):
    typed, done = mistype(pl.Series([text]), np.array([2]), np.random.default_rng(1))
    assert typed.to_list() == [text]
    assert done.tolist() == [0]


def test_a_short_text_has_one_error_where_two_were_wanted():
    typed, done = mistype(pl.Series(["gut"] * 50), np.full(50, 2), np.random.default_rng(1))
    assert (done == 1).all()
    assert len("gut") <= LETTERS_APART + 1
    assert set(typed) <= {"gt", "guut", "gtu"}


def test_no_texts_are_no_texts():
    typed, done = mistype(
        pl.Series([], dtype=pl.String), np.array([], int), np.random.default_rng(1)
    )
    assert typed.dtype == pl.String
    assert (len(typed), len(done)) == (0, 0)


@given(
    st.lists(st.text("aeinrstäöüß ,.👍", max_size=40), min_size=1),
    st.integers(0, 2),
    st.integers(0, 99),
)
def test_a_text_changes_if_and_only_if_an_error_is_counted(texts, slips, seed):
    wanted = np.full(len(texts), slips)
    typed, done = mistype(pl.Series(texts), wanted, np.random.default_rng(seed))
    assert (done <= slips).all()
    assert [a != b for a, b in zip(texts, typed, strict=True)] == (done > 0).tolist()
    for before, after, n in zip(texts, typed, done, strict=True):
        assert abs(len(after) - len(before)) <= n
