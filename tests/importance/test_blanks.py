"""Blanks filled in expectation or with a draw, and designs that too few rows fill."""

import numpy as np
import polars as pl
import pytest

from pipelines.core.errors import ContractError
from pipelines.importance.blanks import complete, draw_blanks
from pipelines.importance.designs import Design
from tests.importance.made_up_ratings import made_up


def test_too_few_answers_are_refused_and_few_are_shrunk():
    values = np.random.default_rng(0).normal(size=(30, 8))
    with pytest.raises(ContractError, match=r"5 answers per column, 40 for 8 columns, got 30"):
        complete(Design(values, ((0,),), np.zeros(1), ("y",)), np.ones(30), pl.DataFrame())
    for n, prior in ((60, 8), (400, 0)):
        ratings = made_up(n)
        design = ratings.use_and_rating
        assert design.columns == 8
        assert complete(design, ratings.weight, ratings.attributes).prior_rows == prior


def test_drawn_blanks_vary_as_the_answers_do():
    ratings, whole = made_up(4000, blank=0.3), made_up(4000)
    design = ratings.use_and_rating
    expected = complete(design, ratings.weight, ratings.attributes)
    drawn = draw_blanks(expected, np.random.default_rng(0))
    there = ~np.isnan(design.values)
    assert np.array_equal(drawn[there], expected.rows.values[there])
    spread, flat = drawn[:, 0].std(), expected.rows.values[:, 0].std()
    true = whole.use_and_rating.values[:, 0].std()
    assert spread == pytest.approx(true, rel=0.04)
    assert flat < 0.95 * true
