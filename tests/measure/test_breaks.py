"""Breaks: what is not compared, what is instead, and what a break does to stages and pairs."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contract.measure import CHANGES, SCORES
from pipelines.core.enforcement import require_declared
from pipelines.core.errors import ContractError
from pipelines.core.map import Break
from tests.measure.small_survey import answer, measured, one

HIGH, LOW = [5, 5, 4, 4, 3] * 10, [4, 3, 3, 2, 2] * 10
REWORDED = Break(question="signs", wave="2017", changed="wording")
NUMBERS = ("value", "low", "high", "std_error", "p_value", "p_adjusted", "adjusted_over")


def wave(year: int | str, values: list[float], question: str = "signs", **columns: object):
    return [
        answer(str(i), value, question, wave=str(year), **columns) for i, value in enumerate(values)
    ]


FIVE_WAVES = [row for year in range(2015, 2020) for row in wave(year, HIGH if year < 2017 else LOW)]


def pairs(changes: pl.DataFrame, **where: object) -> dict[tuple[str, str], tuple]:
    """Wave and comparison to the wave compared with, whether it is told, and why not."""
    about = {"scope": "touchpoint", "measure": "mean", "weighted": True, "segment": "all", **where}
    rows = changes.filter(**about)
    told = pl.col("value").is_not_null()
    found = rows.select("wave", "against", "wave_against", told, "broken")
    return {row[:2]: row[2:] for row in found.rows()}


def test_no_difference_is_told_over_a_break_and_the_series_goes_on_behind_it():
    found = pairs(measured(FIVE_WAVES, baseline="2015", breaks=[REWORDED])["changes"])
    why = "wording?wave=2017"
    assert found == {
        ("2016", "previous"): ("2015", True, None),
        ("2016", "baseline"): ("2015", True, None),
        ("2017", "previous"): ("2016", False, why),
        ("2017", "baseline"): ("2015", False, why),
        ("2018", "previous"): ("2017", True, None),
        ("2018", "baseline"): ("2017", True, None),
        ("2019", "previous"): ("2018", True, None),
        ("2019", "baseline"): ("2017", True, None),
    }


def test_a_row_over_a_break_tells_how_many_answered_and_nothing_else():
    changes = measured(FIVE_WAVES, baseline="2015", breaks=[REWORDED])["changes"]
    require_declared(changes, CHANGES, "changes")
    row = one(changes, measure="mean", scope="touchpoint", wave="2017", against="previous")
    assert [row[name] for name in NUMBERS] == [None] * len(NUMBERS)
    assert (row["n"], row["n_against"], row["method"]) == (50, 50, "broken")


def test_without_the_declaration_the_same_answers_are_a_clear_change():
    row = one(measured(FIVE_WAVES)["changes"], measure="mean", scope="touchpoint", wave="2017",
              against="previous")  # fmt: skip
    assert row["p_value"] < 1e-10
    assert row["broken"] is None


def test_the_baseline_restarts_behind_a_break_and_says_so():
    changes = measured(FIVE_WAVES, baseline="2015", breaks=[REWORDED])["changes"]
    flags = {
        row["wave"]: "baseline_moved" in (row["flags"] or "")
        for row in changes.filter(
            scope="touchpoint", measure="mean", weighted=True, against="baseline"
        ).iter_rows(named=True)
    }
    assert flags == {"2016": False, "2017": False, "2018": True, "2019": True}


def test_scores_say_since_when_they_are_comparable_and_why():
    scores = measured(FIVE_WAVES, breaks=[REWORDED])["scores"]
    require_declared(scores, SCORES, "scores")
    rows = scores.filter(scope="touchpoint", measure="mean", weighted=True).sort("wave")
    assert rows["since"].to_list() == ["2015", "2015", "2017", "2017", "2017"]
    assert rows["changed"].to_list() == [None, None, *["wording?wave=2017"] * 3]


def test_a_change_of_scale_is_a_break_that_nobody_has_to_declare():
    """The same opinions on five and on seven points, which were a clear change of the mean.

    Opinions from 0 to 1, cut into five and into seven boxes of equal width: the shares of the
    scale differ by rounding, so nothing but the scale has changed.
    """
    opinions = np.random.default_rng(5).beta(6, 2, 2500)
    five, seven = (np.minimum(np.floor(opinions * k) + 1, k) for k in (5, 7))
    rows = wave(2016, list(five)) + wave(2017, list(seven), scale_max=7.0)
    row = one(measured(rows)["changes"], measure="mean", scope="touchpoint", against="previous")
    assert row["broken"] == "scale?wave=2017"
    assert row["p_value"] is None
    same_scale = wave(2016, list(five)) + wave(2017, list(1 + (seven - 1) * 4 / 6))
    tested = one(measured(same_scale)["changes"], measure="mean", scope="touchpoint",
                 against="previous")  # fmt: skip
    assert tested["p_value"] < 0.001  # what was told of the scale alone


def test_a_stage_breaks_where_it_pools_another_question():
    rows = wave(2016, HIGH) + wave(2017, LOW) + wave(2017, LOW, "parking") + wave(2018, HIGH)
    rows += wave(2018, LOW, "parking")
    found = pairs(measured(rows)["changes"], scope="stage")
    assert found[("2017", "previous")] == ("2016", False, "questions?wave=2017")
    assert found[("2018", "previous")] == ("2017", True, None)
    assert pairs(measured(rows)["changes"], question_id="signs")[("2017", "previous")][1]


def test_a_stage_breaks_with_any_of_its_questions_and_no_other_stage_does():
    rows = FIVE_WAVES + [
        row for year in range(2015, 2020) for name in ("parking", "food")
        for row in wave(year, HIGH, name)
    ]  # fmt: skip
    changes = measured(rows, breaks=[REWORDED])["changes"]
    assert pairs(changes, scope="stage", stage="arrive")[("2017", "previous")][1:] == (
        False,
        "questions?wave=2017",
    )
    assert pairs(changes, scope="stage", stage="wait")[("2017", "previous")][1]
    assert pairs(changes, question_id="parking")[("2017", "previous")][1]


def test_a_gap_breaks_where_the_expectation_does_and_the_rating_does_not():
    hoped = {"measure": "expectation", "touchpoint_id": "signs"}
    rows = FIVE_WAVES + [
        row for year in range(2015, 2020) for row in wave(year, HIGH, "hoped", **hoped)
    ]
    declared = [Break(question="hoped", wave="2018", changed="labels")]
    changes = measured(rows, breaks=declared)["changes"]
    gaps = pairs(changes, question_id="signs", measure="gap")
    assert gaps[("2018", "previous")] == ("2017", False, "pairs?wave=2018")
    assert gaps[("2019", "baseline")] == ("2018", True, None)
    assert pairs(changes, question_id="signs")[("2018", "previous")][1]


def test_a_break_of_a_touchpoint_or_of_all_is_one_of_every_question_about_it():
    rows = FIVE_WAVES + [
        row for year in range(2015, 2020)
        for row in wave(year, HIGH, "sign_colours", touchpoint_id="signs") + wave(year, LOW, "food")
    ]  # fmt: skip
    for one_break, there in (
        (Break(touchpoint="signs", wave="2016", changed="order"), {"signs", "sign_colours"}),
        (Break(question="all", wave="2016", changed="mode"), {"signs", "sign_colours", "food"}),
    ):
        changes = measured(rows, breaks=[one_break])["changes"]
        broken = changes.filter(
            pl.col("broken").is_not_null(), wave="2016", scope="touchpoint", measure="mean"
        )
        assert set(broken["question_id"]) == there


def test_a_break_while_the_question_was_not_asked_is_one_where_it_is_asked_again():
    rows = wave(2015, HIGH) + wave(2016, HIGH, "food") + wave(2017, LOW)
    by_mode = Break(question="all", wave="2016", changed="mode")
    found = pairs(measured(rows, breaks=[by_mode])["changes"], question_id="signs")
    assert found[("2017", "previous")] == ("2015", False, "mode?wave=2017")


def test_two_changes_at_once_are_both_named():
    declared = [REWORDED, Break(touchpoint="signs", wave="2017", changed="sample")]
    found = pairs(measured(FIVE_WAVES, breaks=declared)["changes"])
    assert found[("2017", "previous")][2] == "sample?wave=2017 wording?wave=2017"


def test_a_break_is_of_the_survey_that_has_its_wave():
    rows = FIVE_WAVES + [
        row for quarter in ("2016-Q4", "2017-Q1", "2017-Q2")
        for row in wave(quarter, HIGH, mode="hot")
    ]  # fmt: skip
    changes = measured(rows, breaks=[REWORDED])["changes"]
    assert changes.filter(pl.col("broken").is_not_null(), mode="hot").is_empty()
    declared = [Break(question="signs", wave="2017-Q1", changed="wording")]
    hot = measured(rows, breaks=declared)["changes"].filter(mode="hot")
    assert pairs(hot)[("2017-Q1", "previous")] == ("2016-Q4", False, "wording?wave=2017-Q1")


def test_a_break_at_a_wave_that_did_not_ask_is_refused_with_those_that_did():
    late = Break(question="signs", wave="2071", changed="wording")
    with pytest.raises(
        ContractError, match=r"breaks\.0\.wave: expected a wave in which 'signs' was asked, got "
        r"'2071'; did you mean .*'2017'"
    ):  # fmt: skip
        measured(FIVE_WAVES, breaks=[late])


def test_a_break_counts_in_no_family():
    rows = FIVE_WAVES + [row for year in range(2015, 2020) for row in wave(year, HIGH, "food")]
    found = measured(rows, breaks=[REWORDED])["changes"].filter(
        scope="touchpoint", measure="mean", weighted=True, wave="2017", against="previous"
    )
    assert dict(found.select("question_id", "adjusted_over").rows()) == {
        "signs": None,
        "food": "touchpoints?n=1",
    }


@settings(max_examples=10, deadline=None)
@given(st.sets(st.sampled_from(["2016", "2017", "2018", "2019"])))
def test_a_change_is_told_exactly_where_no_break_lies_between_its_waves(broken_at):
    declared = [Break(question="signs", wave=name, changed="order") for name in sorted(broken_at)]
    found = pairs(measured(FIVE_WAVES, baseline="2015", breaks=declared)["changes"])
    assert {name for name, against in found if against == "previous"} == {
        "2016", "2017", "2018", "2019"
    }  # fmt: skip
    for (name, _), (earlier, told, _) in found.items():
        assert told == (not any(earlier < at <= name for at in broken_at))
