"""How names and streets get written differently, by hand and by property."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.simulate.misspellings import SHORTEST_MISSPELT, abbreviate, misspell, transcribe


@pytest.mark.parametrize(
    ("name", "transcribed", "stripped"),
    [
        ("Müller", "Mueller", "Muller"),
        ("Groß", "Gross", "Gross"),
        ("Özgür Öztürk", "Oezguer Oeztuerk", "Ozgur Ozturk"),
        ("Schönstraße 3", "Schoenstrasse 3", "Schonstrasse 3"),
        ("O'Brien", "OBrien", "OBrien"),
        ("Renée", "Renee", "Renee"),
        ("Smith", "Smith", "Smith"),
    ],
)
def test_umlauts_are_transcribed_as_worked_by_hand(name, transcribed, stripped):
    for dots_lost, expected in ((False, transcribed), (True, stripped)):
        written = pl.select(transcribe(pl.lit(name), pl.lit(dots_lost))).item()
        assert written == expected


@pytest.mark.parametrize(
    ("street", "short"),
    [
        ("Hauptstraße 5", "Hauptstr. 5"),
        ("Mozartplatz 1a", "Mozartpl. 1a"),
        ("12 High Street", "12 High St"),
        ("3 Station Road", "3 Station Rd"),
        ("Waldweg 7", "Waldweg 7"),
    ],
)
def test_streets_are_abbreviated_as_worked_by_hand(street, short):
    assert pl.select(abbreviate(pl.lit(street))).item() == short


def edits(a: str, b: str) -> int:
    """Letters missing, too many, wrong, or swapped with the next (optimal string alignment)."""
    table = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            cost = a[i - 1] != b[j - 1]
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + cost)
            if min(i, j) > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


@given(
    st.lists(st.text("abcdexyzäöüß", min_size=1, max_size=9), min_size=1, max_size=20),
    st.sampled_from(["de", "en"]),
    st.integers(0, 2**32),
)
def test_a_typing_error_is_one_edit_after_the_first_letter(words, language, seed):
    text = pl.Series("word", words)
    languages = pl.Series([language] * len(words))
    mistyped = misspell(text, languages, np.random.default_rng(seed))
    for word, written in zip(words, mistyped.to_list(), strict=True):
        assert written[0] == word[0]
        assert edits(word, written) == (1 if len(word) >= SHORTEST_MISSPELT else 0)


def test_typing_errors_are_of_all_four_kinds():
    words = pl.Series(["Bergmann"] * 500)
    written = misspell(words, pl.Series(["de"] * 500), np.random.default_rng(1)).to_list()
    assert {"Begmann", "Berggmann", "Begrmann", "Betgmann"} <= set(written)
