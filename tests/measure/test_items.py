"""What a question, a stage and an expectation are asked for, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.core.errors import ContractError
from tests.measure.small_survey import FIVE, answer, measured, one


def test_a_distribution_counts_every_answer_and_every_reason():
    shares = measured(FIVE)["distributions"].filter("weighted")
    found = dict(shares.select("answer", "value").iter_rows())
    assert found == pytest.approx({"2": 20, "4": 20, "5": 20, "not_experienced": 20, "skipped": 20})
    assert shares["n"].to_list() == [5] * 5


@pytest.mark.parametrize(
    ("scale", "answers", "mean", "share"),
    [
        ((1.0, 5.0), [5, 2, 2, 2], 2.75, 43.75),
        ((1.0, 7.0), [7, 1, 4, 4], 4.0, 50.0),
        ((0.0, 10.0), [10, 5, 0, 3], 4.5, 45.0),
    ],
)
def test_ease_is_told_on_the_scale_of_its_question(scale, answers, mean, share):
    low, high = scale
    rows = [
        answer(str(i), value, "trip", measure="ces", scale_min=low, scale_max=high)
        for i, value in enumerate(answers)
    ]
    scores = measured(rows)["scores"]
    ease = one(scores, measure="ces")
    assert (ease["value"], ease["method"]) == (pytest.approx(mean), "mean")
    assert (ease["scale_min"], ease["scale_max"]) == scale
    assert low <= ease["low"] < mean < ease["high"] <= high
    assert ease["std_error"] == pytest.approx(np.std(answers, ddof=1) / 2)  # of four
    other = one(scores, measure="mean")
    assert other["value"] == pytest.approx(share), "the share of the scale stands beside it"
    assert other["scale_min"] is None


def test_a_stage_averages_what_each_respondent_rated():
    rows = [
        answer("a", 5, "signs"),
        answer("a", 1, "parking"),
        answer("b", 4, "signs"),
        answer("b", "never", "parking"),
        answer("c", "never", "signs"),
        answer("c", "never", "parking"),
    ]
    scores = measured(rows)["scores"].filter(scope="stage")
    mean = one(scores, measure="mean")
    assert mean["value"] == pytest.approx(100 * (1 / 2 + 3 / 4) / 2)  # not of three ratings
    assert (mean["n"], mean["stage"], mean["question_id"]) == (2, "arrive", None)
    assert one(scores, measure="top2")["value"] == pytest.approx(100 * (1 / 2 + 1) / 2)
    assert one(scores, measure="reach")["value"] == pytest.approx(200 / 3)
    assert mean["missing_policy"] == "stage"
    assert one(scores, measure="reach")["missing_policy"] == "stage_reach"


def expectations(*pairs: tuple[float | str, float | str]) -> list[dict]:
    rows = []
    for i, (expected, rated) in enumerate(pairs):
        about = {"measure": "expectation", "touchpoint_id": "food"}
        rows += [answer(str(i), expected, "hope", **about), answer(str(i), rated, "food")]
    return rows


def test_the_gap_rests_on_complete_pairs_only():
    rows = expectations((5, 4), (3, 3), (2, 4), (4, 1), ("blank", 5), (5, "never"))
    scores = measured(rows)["scores"].filter(question_id="food")
    gap = one(scores, measure="gap")
    assert (gap["value"], gap["n"]) == (pytest.approx(100 * (-1 + 0 + 2 - 3) / 4 / 4), 4)
    shares = {m: one(scores, measure=m)["value"] for m in ("under_fulfilled", "met", "exceeded")}
    assert shares == pytest.approx({"under_fulfilled": 50, "met": 25, "exceeded": 25})
    assert (gap["method"], gap["missing_policy"]) == ("gap", "pairs")


def test_an_expectation_on_another_scale_is_not_compared():
    rows = expectations((5, 4), (3, 3))
    for row in rows:
        if row["question_id"] == "hope":
            row["scale_max"] = 7.0
    assert "gap" not in set(measured(rows)["scores"]["measure"])


def test_top_boxes_are_counted_on_scales_of_four_to_seven_points():
    rows = [
        answer("a", 80, "slider", scale_min=0.0, scale_max=100.0),
        answer("a", 3, "faces", scale_max=3.0),
        answer("a", 6, "seven", scale_max=7.0),
    ]
    measures = measured(rows)["scores"].filter(weighted=True)
    found = {
        q: set(measures.filter(question_id=q)["measure"]) for q in ("slider", "faces", "seven")
    }
    assert found == {"slider": {"mean"}, "faces": {"mean"}, "seven": {"mean", "top2", "top1"}}


def test_a_slider_has_no_distribution_but_its_reasons_have():
    about = {"scale_min": 0.0, "scale_max": 100.0}
    rows = [answer("a", 80, "slider", **about), answer("b", 12.5, "slider", **about)]
    rows.append(answer("c", "blank", "slider", **about))
    shares = measured(rows)["distributions"].filter("weighted")
    found = dict(shares.select("answer", "value").iter_rows())
    assert found == pytest.approx({"answered": 200 / 3, "skipped": 100 / 3})


def test_a_kano_question_has_a_distribution_only():
    rows = [answer("a", 1, "wifi", measure="kano_functional"),
            answer("b", 5, "wifi", measure="kano_functional")]  # fmt: skip
    tables = measured(rows)
    assert tables["scores"].is_empty()
    assert tables["distributions"].height == 4


def test_an_nps_question_on_one_to_ten_is_refused():
    rows = [answer("a", 9, "recommend", measure="nps", scale_max=10.0)]
    with pytest.raises(ContractError, match=r"nps questions on a scale of 0 to 10.*'recommend'"):
        measured(rows)


def test_a_scale_of_two_answers_has_a_share_of_people_and_no_mean_score():
    about = {"scale_min": 0.0, "scale_max": 1.0, "measure": "overall", "touchpoint_id": None}
    rows = [answer(str(i), float(i < 3), "would_return", **about) for i in range(4)]
    scores = measured(rows)["scores"]
    share = one(scores, measure="better")
    assert (share["value"], share["n"], share["method"]) == (75.0, 4, "share")
    assert set(scores["measure"]) == {"better"}
    # Wilson's interval for 3 of 4: Brown, Cai and DasGupta (2001), (4)
    z = 1.959964
    centre, half = (3 + z**2 / 2) / (4 + z**2), z * (4 * 0.75 * 0.25 + z**2 / 4) ** 0.5 / (4 + z**2)
    ends = (100 * (centre - half), 100 * (centre + half))
    assert (share["low"], share["high"]) == pytest.approx(ends, abs=1e-3)


def test_a_slider_from_0_to_1_has_a_mean_score():
    about = {"scale_min": 0.0, "scale_max": 1.0}
    rows = [answer("a", 1.0, "slider", **about), answer("b", 0.4, "slider", **about)]
    assert one(measured(rows)["scores"], measure="mean")["value"] == pytest.approx(70)
