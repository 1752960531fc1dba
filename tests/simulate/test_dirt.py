"""Dirty rows are all listed, each is changed where its kind says, and no other row is."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.simulate import dirt
from pipelines.simulate.dirt import KINDS_OF_DIRT, TABLE_OF_FILE, Kind, spoil

EXPORTS = sorted({*KINDS_OF_DIRT} - {"survey/cold", "metrics/daily"})


def rng() -> np.random.Generator:
    return np.random.default_rng(6)


def kind_of(export: str, name: str, question: str | None) -> Kind:
    (found,) = (k for k in KINDS_OF_DIRT[export] if k.name == name and k.question == question)
    return found


def test_a_row_that_comes_twice_by_hand(monkeypatch):
    twice = Kind("twice", "key_unique", 1.0, {"b": pl.lit("?")}, pl.col("a") == 2, repeats=True)
    monkeypatch.setitem(dirt.KINDS_OF_DIRT, "test", (twice,))
    spoilt = spoil(pl.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]}), "test", rng())
    assert spoilt.rows.rows() == [(1, "x"), (2, "y"), (2, "?"), (3, "z")]
    assert spoilt.dirty.select("row", "kind", "rule", "id").rows() == [
        (2, "twice", "key_unique", "2"),
        (3, "twice", "key_unique", "2"),
    ]


def test_of_a_repetition_that_nobody_can_see_the_second_row_is_the_wrong_one(monkeypatch):
    twice = Kind("again", None, 1.0, {"a": pl.col("a") + 10}, pl.col("a") == 1, repeats=True)
    monkeypatch.setitem(dirt.KINDS_OF_DIRT, "test", (twice,))
    spoilt = spoil(pl.DataFrame({"a": [1, 2]}), "test", rng())
    assert spoilt.rows.rows() == [(1,), (11,), (2,)]
    assert spoilt.dirty.select("row", "rule", "id").rows() == [(2, None, "11")]


def test_no_row_is_dirty_in_two_ways(monkeypatch):
    both = (
        Kind("first", "rule", 0.5, {"a": pl.lit(-1)}),
        Kind("second", "rule", 1.0, {"b": pl.lit(-1)}),
    )
    monkeypatch.setitem(dirt.KINDS_OF_DIRT, "test", both)
    spoilt = spoil(pl.DataFrame({"a": [0] * 400, "b": [0] * 400}), "test", rng())
    assert spoilt.dirty.height == 400
    assert (spoilt.rows["a"] + spoilt.rows["b"] == -1).all()
    assert 150 < (spoilt.dirty["kind"] == "first").sum() < 250


def test_an_export_without_kinds_stays_clean():
    rows = pl.DataFrame({"a": [1, 2]})
    spoilt = spoil(rows, "observation/journeys", rng())
    assert_frame_equal(spoilt.rows, rows)
    assert spoilt.dirty.is_empty()


def test_every_export_with_kinds_has_a_table():
    assert set(KINDS_OF_DIRT) == set(TABLE_OF_FILE)


def check(clean: pl.DataFrame, spoilt: dirt.Spoilt, export: str) -> None:
    """Put the copies aside; what is left is the clean table, but for the dirty cells."""
    dirty = spoilt.dirty
    copies, seen = [], set()
    for row, name, rule, identity, question in dirty.select(
        "row", "kind", "rule", "id", "question"
    ).rows():
        if kind_of(export, name, question).repeats:
            if rule is None or row - 1 in seen:
                copies.append(row)
            else:
                seen.add(row)
        assert identity is None or identity == str(spoilt.rows[row - 1, 0])
    assert spoilt.rows.height == clean.height + len(copies)

    numbered = spoilt.rows.with_row_index("row", offset=1)
    kept = numbered.filter(~pl.col("row").is_in(copies))
    changed = kept["row"].is_in(dirty["row"].implode())
    assert_frame_equal(kept.filter(~changed).drop("row"), clean.filter(~changed))

    kinds = dict(zip(dirty["row"], zip(dirty["kind"], dirty["question"], strict=True), strict=True))
    wrong, right = kept.filter(changed), clean.filter(changed)
    for bad, good in zip(wrong.iter_rows(named=True), right.iter_rows(named=True), strict=True):
        kind = kind_of(export, *kinds[bad.pop("row")])
        different = {column for column in good if bad[column] != good[column]}
        assert different == (set() if kind.repeats else set(kind.cells)), kind.name

    place = {row: at for at, row in enumerate(numbered["row"])}
    for row in copies:
        kind = kind_of(export, *kinds[row])
        copy, original = (numbered.drop("row").row(place[r], named=True) for r in (row, row - 1))
        assert {c for c in copy if copy[c] != original[c]} == set(kind.cells), kind.name


@pytest.mark.parametrize("export", EXPORTS)
def test_the_listed_rows_differ_as_their_kinds_say_and_no_others(written, export):
    check(written.clean[export], written.spoilt[export], export)


def test_the_listed_rows_of_each_wave_differ_as_their_kinds_say_and_no_others(written):
    waves = [name for name in written.clean if name.startswith("survey/cold")]
    assert len(waves) == 3
    for wave in waves:
        check(written.clean[wave], written.spoilt[wave], "survey/cold")


def test_kinds_are_as_frequent_as_their_shares_say():
    n = 60_000
    rows = pl.DataFrame({"Tag": ["01.01.2024"] * n, "touchpoint": ["app"] * n, "value": ["5"] * n})
    spoilt = spoil(rows, "metrics/daily", rng())
    check(rows, spoilt, "metrics/daily")
    counts = dict(spoilt.dirty["kind"].value_counts().rows())
    assert counts["unknown_touchpoint"] == pytest.approx(0.005 * n, abs=4 * (0.005 * n) ** 0.5)
    assert counts["repeated_number"] / 2 == pytest.approx(0.003 * n, abs=4 * (0.003 * n) ** 0.5)


def test_umlauts_are_misread_as_the_wrong_encoding_does_it():
    for letter, garbled in dirt.MISREAD_LETTERS.items():
        assert letter.encode("utf-8").decode("cp1252") == garbled
