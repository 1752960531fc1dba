"""Recovery on demo's customers: floors hold the truth, and what bends them does so as known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy import stats

from pipelines.outcomes.scales import SheetScales
from pipelines.whatif.robustness import robustness_rows
from pipelines.whatif.tables import tables_of
from pipelines.whatif.terms import WhatifSample
from tests.whatif import demo_worlds as demo
from tests.whatif.demo_worlds import DRIVERS, Errors, Lives, Survey
from tests.whatif.waves import TERMS

SCALES = SheetScales(10, False, (5,) * len(DRIVERS))
STRONG = ("delivery", "hotline", "returns", "store_advice", "web_shop")


@pytest.fixture(scope="module")
def lives() -> Lives:
    return Lives.lived(300, 8000)


def lifts(survey: Survey) -> pl.DataFrame:
    """Floor, naive answer and true change of the mean by a lift to good, by touchpoint."""
    sheet = replace(demo.sheet_of(survey, "overall"), segments=pl.DataFrame())
    moves = tables_of(WhatifSample.of(sheet, SCALES, TERMS), "0")["moves"]
    true = [
        (name, demo.true_change(survey, at, demo.lifted(survey, at, demo.GOOD), "overall")[0])
        for at, name in enumerate(DRIVERS)
    ]
    return moves.filter(move="lift_good", target="mean").join(
        pl.DataFrame(true, schema=["driver", "true"], orient="row"), on="driver"
    )


def test_where_ratings_say_it_exactly_floors_hold_the_truth_and_order_the_levers(lives):
    found = lifts(demo.ask(lives, demo.EXACT_RATINGS)).drop_nulls("value")
    held = (found["low"] <= found["true"]) & (found["true"] <= found["high"])
    assert held.sum() >= found.height - 1
    assert stats.kendalltau(found["value"], found["true"]).statistic > 0.8
    wrong = [(found[name] - found["true"]).abs().mean() for name in ("value", "naive")]
    assert wrong[1] > 1.5 * wrong[0]


def test_noise_in_ratings_makes_floors_too_small_and_mildness_makes_the_idle_look_useful(lives):
    noisy, mild = (
        lifts(demo.ask(lives, replace(demo.CLEAN, **{name: True}))).drop_nulls("value")
        for name in ("noise", "leniency")
    )
    strong = noisy.filter(pl.col("driver").is_in(STRONG))
    assert 0.6 < strong["value"].sum() / strong["true"].sum() < 0.95
    weak = mild.filter(~pl.col("driver").is_in(STRONG))
    assert weak["naive"].sum() > 1.5 * weak["true"].sum()


def test_demos_errors_leave_the_order_of_the_strong_levers_and_too_small_floors(lives):
    found = lifts(demo.ask(lives, Errors())).drop_nulls("value")
    strong = found.filter(pl.col("driver").is_in(STRONG))
    assert strong["value"].sum() < strong["true"].sum()
    assert set(found.top_k(3, by="value")["driver"]) <= set(STRONG)


def test_a_lever_that_a_hidden_confounder_makes_is_flagged_and_the_strong_are_not(lives):
    survey = demo.with_hidden_cause(demo.ask(lives, demo.DEMO), 0.15)
    rows = {
        row["driver"]: row
        for row in robustness_rows(demo.sheet_of(survey, "overall"), SCALES, TERMS)
    }
    made = rows[demo.IDLE]
    assert made["low"] > 0
    assert made["verdict"].startswith("fragile")
    assert all(rows[name]["verdict"].startswith("robust") for name in STRONG)


def test_a_move_that_changes_nothing_has_no_effect(lives):
    survey = demo.ask(lives, demo.DEMO)
    same = survey.quality[:, 0].astype(float)
    np.testing.assert_allclose(demo.true_change(survey, 0, same, "nps"), 0, atol=1e-12)
    lifted = demo.lifted(survey, 0, demo.GOOD)
    concerned = survey.wave.used[:, 0] & (survey.rating[:, 0] < demo.GOOD)
    assert (lifted[~concerned] == survey.quality[~concerned, 0]).all()
    assert (lifted[concerned] >= survey.quality[concerned, 0]).all()
