"""`what_if` of any table."""

import doctest

import numpy as np
import polars as pl
import pytest

from pipelines.core.errors import ContractError
from pipelines.decisions import combining, triples
from pipelines.outcomes import held_out, models, scales, slopes
from pipelines.whatif import frames, moves, records, response
from pipelines.whatif.frames import what_if
from tests.whatif.surveys import WhatifSurvey


@pytest.mark.parametrize(
    "module",
    [combining, triples, held_out, models, scales, slopes, frames, moves, records, response],
)
def test_the_examples_are_as_they_say(module):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


@pytest.fixture(scope="module")
def survey():
    return WhatifSurvey(drivers=3, blank=0.05)


@pytest.fixture(scope="module")
def table(survey):
    sheets = survey.sheets(800, np.random.default_rng(2))
    rating = pl.DataFrame(sheets.rating / 25 + 1, schema=list(sheets.drivers)).fill_nan(None)
    return rating.with_columns(
        pl.Series("would", sheets.target[:, 0] / 10),
        pl.Series("used", sheets.used[:, 2]).fill_nan(None),
    )


SCALES = {"d00": (1, 5), "d01": (1, 5), "d02": (1, 5)}


def ask(table, moves, **options):
    options = {"routed": {"d02": "used"}, "scale": (0, 10), "seed": 1, "imputations": 3} | options
    return what_if(table, "would", SCALES, moves, nps=True, **options)


def test_floor_and_ceiling_of_every_target_with_intervals(table):
    found = ask(table, [("d00", "lift_good", 1.0), ("d02", "widen", 0.5)])
    assert found["target"].to_list() == ["mean", "top_box", "bottom_box", "nps"]
    assert (found["floor_low"] <= found["floor"]).all()
    assert (found["floor"] <= found["floor_high"]).all()
    nps = dict(found.select("target", "floor").iter_rows())
    assert nps["nps"] == pytest.approx(nps["top_box"] - nps["bottom_box"])
    assert nps["mean"] > 0


def test_the_order_of_rows_does_not_change_what_is_found_by_more_than_chance(table):
    one = ask(table.drop_nulls(["d00", "d01"]), [("d00", "lift_good", 1.0)])
    other = ask(table.drop_nulls(["d00", "d01"]).reverse(), [("d00", "lift_good", 1.0)])
    assert one["floor"].to_list() == pytest.approx(other["floor"].to_list(), abs=0.15)


def test_moves_beyond_support_are_refused_with_numbers(table):
    rated = table.with_columns(d01=pl.when(pl.col("d01") == 5).then(4).otherwise(pl.col("d01")))
    with pytest.raises(ContractError, match="0 respondents show where it would lead"):
        ask(rated, [("d01", "lift_best", 1.0)])


def test_answers_that_bear_no_model_are_refused(table):
    with pytest.raises(ContractError, match="0 customers or clusters differ"):
        ask(table.with_columns(would=pl.lit(7.0)), [("d00", "lift_good", 1.0)])


def test_ratings_outside_their_scale_and_unknown_columns_are_refused(table):
    with pytest.raises(ContractError, match="answers of d00 from 1 to 5"):
        ask(table.with_columns(d00=pl.lit(9.0)), [("d00", "lift_good", 1.0)])
    with pytest.raises(ContractError, match="columns of the frame"):
        ask(table, [("d00", "lift_good", 1.0)], weights="wight")
