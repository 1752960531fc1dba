"""Changes between waves: which are compared, how, and what is warned of."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipelines.contract.measure import CHANGES
from pipelines.core.enforcement import require_declared
from tests.measure.small_survey import answer, measured, one


def wave(year: int | str, values: list[float | str], question: str = "signs", **columns: object):
    return [
        answer(str(i), value, question, wave=str(year), **columns) for i, value in enumerate(values)
    ]


HIGH, LOW = [5, 5, 4, 4, 3] * 10, [4, 3, 3, 2, 2] * 10
THREE = wave(2015, HIGH) + wave(2016, LOW) + wave(2017, HIGH)


def test_each_wave_is_compared_with_the_one_before_and_with_the_baseline():
    changes = measured(THREE, baseline="2015")["changes"]
    here = changes.filter(measure="mean", weighted=True, scope="touchpoint")
    found = here.sort("wave", "against").select("wave", "against", "wave_against").rows()
    assert found == [
        ("2016", "baseline", "2015"),
        ("2016", "previous", "2015"),
        ("2017", "baseline", "2015"),
        ("2017", "previous", "2016"),
    ]
    assert here.sort("wave", "against")["value"].to_list() == pytest.approx([-35, -35, 0, 35])


def test_no_change_is_exactly_zero():
    changes = measured(THREE, baseline="2015")["changes"]
    same = changes.filter(wave="2017", against="baseline")
    assert same["value"].to_list() == [0.0] * same.height
    assert same["p_value"].to_list() == [1.0] * same.height


def test_variances_of_the_two_waves_add():
    tables = measured(THREE, baseline="2015")
    now, before = (
        one(tables["scores"], measure="mean", scope="touchpoint", wave=p) for p in ("2016", "2015")
    )
    change = one(
        tables["changes"], measure="mean", scope="touchpoint", wave="2016", against="previous"
    )
    assert change["std_error"] == pytest.approx(np.hypot(now["std_error"], before["std_error"]))
    assert (change["n"], change["n_against"]) == (50, 50)
    assert change["low"] < change["value"] < change["high"] < 0
    assert change["p_value"] < 1e-10
    assert change["method"] == "mean_change"


def test_previous_means_the_wave_before_that_asked():
    rows = wave(2015, HIGH, "food") + wave(2016, HIGH) + wave(2017, LOW, "food")
    change = one(
        measured(rows)["changes"], measure="mean", scope="touchpoint",
        touchpoint_id="food", against="previous",
    )  # fmt: skip
    assert (change["wave"], change["wave_against"]) == ("2017", "2015")


@pytest.mark.parametrize(
    ("baseline", "against", "moved"),
    [
        ("2015", "2016", True),  # not asked then: the first later wave that asked
        ("2016", "2016", False),
        (None, "2016", False),  # none declared: the first wave that asked
        ("2017", "2017", False),  # earlier waves are not compared
    ],
)
def test_a_baseline_that_lacks_the_question_moves_and_says_so(baseline, against, moved):
    rows = wave(2015, HIGH, "food") + wave(2016, HIGH) + wave(2017, LOW) + wave(2018, LOW)
    found = measured(rows, baseline=baseline)["changes"].filter(
        touchpoint_id="signs", measure="mean", weighted=True, against="baseline"
    )
    assert set(found["wave_against"]) == {against}
    assert all(("baseline_moved" in flags) == moved for flags in found["flags"])


def test_waves_that_share_customers_are_marked():
    rows = wave(2016, HIGH, source_id="c1") + wave(2017, LOW, source_id="c1")
    assert (
        "overlap"
        in one(measured(rows)["changes"], measure="mean", scope="touchpoint", against="previous")[
            "flags"
        ]
    )
    apart = wave(2016, HIGH) + wave(2017, LOW)
    flags = one(measured(apart)["changes"], measure="mean", scope="touchpoint", against="previous")
    assert "overlap" not in flags["flags"]


def test_a_change_that_rests_on_a_small_or_unweighted_wave_is_marked():
    rows = wave(2016, HIGH[:20]) + wave(2017, LOW, weight=2.0)
    row = one(measured(rows)["changes"], measure="mean", scope="touchpoint", against="previous")
    assert row["flags"].split() == ["small", "unweighted_wave"]


def test_a_share_that_went_from_all_to_all_keeps_an_interval():
    rows = wave(2016, [5] * 12) + wave(2017, [5] * 12)
    for measure in ("top2", "mean"):
        row = one(
            measured(rows)["changes"], measure=measure, scope="touchpoint", against="previous"
        )
        assert row["value"] == 0
        assert row["low"] < 0 < row["high"]
        assert row["p_value"] == 1


def test_hot_waves_are_not_compared_with_cold_ones():
    rows = wave(2016, HIGH) + wave(2017, LOW, mode="hot")
    assert measured(rows)["changes"].is_empty()


def test_every_change_lies_inside_its_interval():
    changes = measured(THREE + wave(2018, [5] * 3) + wave(2019, [1]), baseline="2015")["changes"]
    require_declared(changes, CHANGES, "changes")
    assert changes.filter(pl.col("low") < -100).is_empty()
    assert changes.filter(pl.col("high") > 100).is_empty()


def test_the_wave_before_is_the_one_before_in_time_not_by_letter():
    """Four of five promoters become detractors from wave 2 to wave 12."""
    before, after = [10, 10, 10, 10, 3] * 10, [10, 3, 3, 3, 3] * 10
    for earlier, later in (("Wave 2", "Wave 12"), ("Q3 2023", "Q2 2024")):
        rows = [
            answer(str(i), value, "recommend", wave=name, measure="nps", scale_min=0.0,
                   scale_max=10.0)
            for name, values in ((earlier, before), (later, after))
            for i, value in enumerate(values)
        ]  # fmt: skip
        for baseline in (earlier, None):
            changes = measured(rows, baseline=baseline)["changes"].filter(
                measure="nps", weighted=True
            )
            found = changes.select("wave", "wave_against", "value").unique().rows()
            assert found == [(later, earlier, pytest.approx(-120))]


def test_the_frozen_baseline_counts_from_its_place_in_time():
    rows = wave(9, HIGH) + wave(10, LOW) + wave(11, HIGH)
    changes = measured(rows, baseline="10")["changes"].filter(
        against="baseline", measure="mean", weighted=True, scope="touchpoint"
    )
    assert changes.select("wave", "wave_against").rows() == [("11", "10")]


def test_a_mode_without_the_baseline_wave_takes_its_first_and_says_so():
    hot = {"mode": "hot", "measure": "csat"}
    rows = wave(2023, HIGH) + [
        answer(str(i), value, wave=name, response_id=f"{name}-{i}", **hot)
        for name, values in (("Q4 2022", HIGH), ("Q1 2023", LOW))
        for i, value in enumerate(values)
    ]
    changes = measured(rows, baseline="2023")["changes"].filter(against="baseline", mode="hot")
    assert changes.select("wave", "wave_against").unique().rows() == [("Q1 2023", "Q4 2022")]
    assert all("baseline_moved" in flags for flags in changes["flags"])


def test_waves_that_share_customers_are_marked_whatever_their_names():
    rows = wave("Wave 2", HIGH, source_id="c1") + wave("Wave 12", LOW, source_id="c1")
    flags = one(measured(rows)["changes"], measure="mean", scope="touchpoint", against="previous")
    assert "overlap" in flags["flags"]


def test_ease_changes_in_points_of_its_scale_and_not_between_two():
    rows = wave(2016, [5, 4, 4, 2] * 10, "trip", measure="ces")
    same = rows + wave(2017, [4, 3, 2, 1] * 10, "trip", measure="ces")
    change = one(measured(same)["changes"], measure="ces", against="previous")
    assert (change["value"], change["scale_max"]) == (pytest.approx(-1.25), 5)
    other = rows + wave(2017, [6, 3, 2, 1] * 10, "trip", measure="ces", scale_max=7.0)
    not_compared = one(measured(other)["changes"], measure="ces", against="previous")
    assert (not_compared["value"], not_compared["broken"]) == (None, "scale?wave=2017")
