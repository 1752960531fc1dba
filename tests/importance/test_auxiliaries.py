"""What is known of respondents apart from their answers, as columns for EM."""

import numpy as np
import polars as pl
import pytest

from pipelines.importance.auxiliaries import MAX_AUXILIARIES, auxiliaries
from pipelines.importance.blanks import complete
from pipelines.importance.designs import Design

RNG = np.random.default_rng(4)


def segments(n: int, sizes: tuple[int, ...]) -> pl.DataFrame:
    """Attributes with so many values each, at random."""
    return pl.DataFrame(
        {f"a{k}": RNG.integers(0, size, n).astype(str) for k, size in enumerate(sizes)}
    )


def blank(values: np.ndarray, where: np.ndarray) -> np.ndarray:
    return np.where(where, np.nan, values)


def test_they_are_uncorrelated_and_no_more_than_fit():
    known = segments(500, (4, 6, 30))
    values = blank(RNG.normal(size=(500, 8)), RNG.random((500, 8)) < 0.3)
    for room, width in ((3, 3), (50, MAX_AUXILIARIES)):
        found = auxiliaries(known, values, room)
        assert found.shape == (500, width)
        assert found.mean(axis=0) == pytest.approx(0, abs=1e-12)
        assert found.T @ found / 500 == pytest.approx(np.eye(width), abs=1e-12)


def test_there_are_none_without_room_attributes_or_blanks():
    known = segments(100, (3,))
    whole = RNG.normal(size=(100, 4))
    gaps = blank(whole, RNG.random((100, 4)) < 0.2)
    assert auxiliaries(known, gaps, 0).shape == (100, 0)
    assert auxiliaries(known, gaps, -5).shape == (100, 0)
    assert auxiliaries(pl.DataFrame(), gaps, 9).shape == (100, 0)
    assert auxiliaries(known, whole, 9).shape == (100, 0)
    assert auxiliaries(pl.DataFrame({"same": ["x"] * 100}), gaps, 9).shape == (100, 0)


def test_attributes_that_imply_each_other_count_once_and_rare_values_are_not_told_apart():
    region = RNG.integers(0, 4, 400).astype(str)
    known = pl.DataFrame({"region": region, "copy": region, "country": [r > "1" for r in region]})
    known = known.with_columns(rare=pl.int_range(400) < 9)
    gaps = blank(RNG.normal(size=(400, 6)), RNG.random((400, 6)) < 0.2)
    assert auxiliaries(known, gaps, 50).shape == (400, 3)


def test_an_unknown_value_of_an_attribute_is_a_value():
    known = pl.DataFrame({"a": ["x" if k % 2 else None for k in range(100)]})
    gaps = blank(RNG.normal(size=(100, 3)), RNG.random((100, 3)) < 0.2)
    assert np.abs(auxiliaries(known, gaps, 9)[:, 0]) == pytest.approx(1.0)


def test_the_attribute_that_decides_who_answers_comes_before_others():
    n = 3_000
    known = segments(n, (8, 8, 8, 8, 8))
    route = known["a3"] > "3"
    lacking = RNG.random((n, 6)) < np.where(route, 0.7, 0.1)[:, None]
    (first,) = auxiliaries(known, blank(RNG.normal(size=(n, 6)), lacking), 1).T
    assert abs(np.corrcoef(first, route)[0, 1]) > 0.95


def test_the_mean_of_a_blank_column_is_found_where_an_attribute_says_who_answers():
    """Half the people rate .6 higher and answer a tenth as often; by hand: the mean is .3."""
    n = 20_000
    high = RNG.random(n) < 0.5
    column = RNG.normal(size=n) + 0.6 * high
    lacking = RNG.random(n) < np.where(high, 0.92, 0.2)
    other = RNG.normal(size=(n, 4))
    values = np.column_stack([blank(column, lacking), other])
    design = Design(values, ((0,),), np.zeros(1), tuple("wxyz"))
    told = complete(design, np.ones(n), pl.DataFrame({"group": high})).rows.values[:, 0].mean()
    not_told = complete(design, np.ones(n), pl.DataFrame()).rows.values[:, 0].mean()
    error = 1 / (0.08 * n * 0.5) ** 0.5 / 2  # of the mean of the few of the high who answered
    assert told == pytest.approx(column.mean(), abs=4 * error)
    assert not_told < column.mean() - 0.2
