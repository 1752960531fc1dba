"""Confounders: groups and answers become columns, whoever has none among them."""

import numpy as np
import polars as pl

from pipelines.outcomes.confounders import columns_of


def test_groups_are_compared_with_the_largest_which_small_ones_join():
    cells = ["a"] * 40 + ["b"] * 30 + [None] * 25 + ["few"] * 5
    found = columns_of(pl.DataFrame({"kind": cells}))
    assert found.of == ("kind", "kind")
    assert found.values.sum(axis=0).tolist() == [30, 25]
    assert found.values[:40].sum() == found.values[95:].sum() == 0


def test_an_unanswered_question_counts_as_the_mean_and_as_missing():
    held = pl.DataFrame({"hope": [0.0, 100.0] * 20 + [None] * 20})
    found = columns_of(held)
    assert found.values[:2, 0].tolist() == [-50, 50]
    assert found.values[40:].tolist() == [[0, 1]] * 20


def test_what_does_not_vary_is_no_column():
    held = pl.DataFrame({"hope": [50.0] * 40, "kind": ["a"] * 40, "never": [None] * 40},
                        schema_overrides={"never": pl.Float64})  # fmt: skip
    assert columns_of(held).values.shape == (40, 0)
    assert columns_of(pl.DataFrame()).of == ()
    assert not np.isnan(columns_of(held).values).any()
