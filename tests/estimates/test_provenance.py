"""Codes of methods and flags."""

from __future__ import annotations

import polars as pl

from pipelines.contract.estimate import FLAGS, METHODS
from pipelines.estimates.provenance import SMALL, WARNINGS, method_of, with_flags
from pipelines.estimates.targets import FAMILIES


def test_every_method_and_flag_that_can_be_written_has_its_sentence():
    rows = pl.DataFrame({"family": FAMILIES, "no_variance": [True, False, False]})
    assert rows.select(method_of(pl.col("family")))["family"].to_list() == [
        "mean_agreed",
        "share",
        "nps",
    ]
    assert {"mean", "mean_agreed", "share", "nps"} <= set(METHODS.names)
    assert {SMALL, *WARNINGS} <= set(FLAGS.names)


def test_flags_are_the_warnings_that_hold():
    rows = pl.DataFrame({"n": [29, 30, 30], "a": [True, False, True], "b": [True, False, False]})
    assert with_flags(rows, 30, ("a", "b"))["flags"].to_list() == ["small a b", None, "a"]


def test_a_difference_is_small_if_either_side_is():
    rows = pl.DataFrame({"n": [50, 10, 50], "n_against": [10, 50, 50]})
    assert with_flags(rows, 30, ())["flags"].to_list() == ["small", "small", None]
