"""Scores and distributions of small surveys, worked by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipelines.core.estimate import check_estimates

from pipelines.contract.estimate import MEASURES
from pipelines.contract.measure import CHANGES, DISTRIBUTIONS, SCORES
from pipelines.core.errors import ContractError
from tests.measure.small_survey import answer, measured, one, responses

FIVE = [
    answer("a", 5),
    answer("b", 4),
    answer("c", 2),
    answer("d", "never"),
    answer("e", "blank"),
]


def test_five_guests_worked_by_hand():
    scores = measured(FIVE)["scores"]
    # shares of the scale 1, 3/4, 1/4; two of three in the top two boxes, one in the first
    expected = {"mean": 200 / 3, "top2": 200 / 3, "top1": 100 / 3}
    for measure, value in expected.items():
        row = one(scores, measure=measure, scope="touchpoint")
        assert row["value"] == pytest.approx(value)
        assert (row["n"], row["n_eff"]) == (3, pytest.approx(3))
    reach = one(scores, measure="reach", scope="touchpoint")
    assert (reach["value"], reach["n"]) == (pytest.approx(75), 4)
    mean = one(scores, measure="mean", scope="touchpoint")
    assert (mean["stage"], mean["touchpoint_id"], mean["question_id"]) == (
        "arrive",
        "signs",
        "signs",
    )
    # Three of five guests: residuals (1/3, 1/12, -5/12), 5/4 * sum of squares / 3**2
    squares = (1 / 3) ** 2 + (1 / 12) ** 2 + (5 / 12) ** 2
    assert mean["std_error"] == pytest.approx(100 * np.sqrt(5 / 4 * squares) / 3)
    assert mean["method"] == (
        "weighted mean, Taylor-linearised over strata and clusters, score interval with t quantile"
    )
    assert mean["flags"] == "small unweighted_wave"
    assert mean["evidence"] == "descriptive"
    assert mean["inputs_hash"] == "0123456789abcdef"


def test_an_attribute_may_have_any_name():
    names = ("segment", "group", "member", "place", "value")
    split = {name: {"2017-a": "x", "2017-b": "y"} for name in names}
    scores = measured(FIVE, split)["scores"]
    scores = scores.filter(measure="mean", scope="touchpoint", weighted=True)
    found = set(scores.select("segment", "group", "n").iter_rows())
    assert found == {("all", "all", 3), *((name, value, 1) for name in names for value in "xy")}


def test_a_distribution_counts_every_answer_and_every_reason():
    shares = measured(FIVE)["distributions"].filter("weighted")
    found = dict(shares.select("answer", "value").iter_rows())
    assert found == pytest.approx({"2": 20, "4": 20, "5": 20, "not_experienced": 20, "skipped": 20})
    assert shares["n"].to_list() == [5] * 5


def test_the_nps_of_the_airport_in_2017():
    # SFO passenger survey 2017: 1,436 promoters and 342 detractors among 2,746 answers.
    counts = {10: 1436, 7: 2746 - 1436 - 342, 3: 342}
    about = {"measure": "nps", "scale_min": 0.0, "scale_max": 10.0}
    rows = [
        answer(f"{value}-{i}", value, "recommend", **about)
        for value, count in counts.items()
        for i in range(count)
    ]
    row = one(measured(rows)["scores"], measure="nps")
    assert row["value"] == pytest.approx(100 * (1436 - 342) / 2746)
    assert row["scope"] == "overall"
    assert row["n"] == 2746
    # adjusted Wald: (1436.75 - 342.75) / 2749, half width 1.96 * sqrt(variance / 2748)
    centre = (1436.75 - 342.75) / 2749
    half = 1.959964 * np.sqrt(((1436.75 + 342.75) / 2749 - centre**2) / 2748)
    assert row["low"] == pytest.approx(100 * (centre - half), abs=1e-4)
    assert row["high"] == pytest.approx(100 * (centre + half), abs=1e-4)


def test_weights_move_the_score_and_cost_effective_answers():
    rows = [answer("a", 5, weight=3.0), answer("b", 1, weight=1.0), answer("c", 1, weight=1.0)]
    scores = measured(rows)["scores"]
    weighted = one(scores, measure="mean", scope="touchpoint")
    plain = one(scores, measure="mean", scope="touchpoint", weighted=False)
    assert weighted["value"] == pytest.approx(60)
    assert plain["value"] == pytest.approx(100 / 3)
    assert weighted["n_eff"] == pytest.approx(25 / 11)
    assert plain["n_eff"] == pytest.approx(3)
    assert weighted["flags"] == "small"
    assert plain["method"].startswith("unweighted mean")


def test_ease_is_rescaled_to_one_to_seven():
    rows = [answer("a", 5, "trip", measure="ces"), answer("b", 2, "trip", measure="ces")]
    scores = measured(rows)["scores"]
    assert one(scores, measure="ces")["value"] == pytest.approx(1 + 6 * (1 + 1 / 4) / 2)
    assert one(scores, measure="mean")["value"] == pytest.approx(62.5)


def test_hot_and_cold_surveys_are_never_pooled():
    rows = [answer("a", 5, mode="hot"), answer("b", 5, mode="hot"), answer("c", 1), answer("d", 1)]
    scores = measured(rows)["scores"].filter(pl.col("measure") == "mean")
    for mode, value in (("hot", 100.0), ("cold", 0.0)):
        row = one(scores, mode=mode, scope="touchpoint")
        assert (row["value"], row["n"]) == (value, 2)


def test_a_segment_holds_its_own_and_a_null_belongs_to_none():
    who = {"purpose": {"2017-a": "work", "2017-b": "work", "2017-c": "leisure", "2017-d": None}}
    rows = [answer("a", 5), answer("b", 4), answer("c", 1), answer("d", 1)]
    scores = measured(rows, who)["scores"].filter(scope="touchpoint", measure="mean")
    assert set(scores["group"]) == {"all", "work", "leisure"}
    work = one(scores, segment="purpose", group="work")
    assert (work["value"], work["n"]) == (pytest.approx(87.5), 2)
    # A domain of the sample: residuals of 1/8 and zeros of the other two, 4/3 * 2/64 / 2**2
    assert work["std_error"] == pytest.approx(100 * np.sqrt(4 / 3 * 2 / 64) / 2)


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
    assert "respondent rated" in mean["missing_policy"]


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
    assert gap["missing_policy"] == "complete pairs only"


def test_an_expectation_on_another_scale_is_not_compared():
    rows = expectations((5, 4), (3, 3))
    for row in rows:
        if row["question_id"] == "hope":
            row["scale_max"] = 7.0
    assert "gap" not in set(measured(rows)["scores"]["measure"])


def test_reach_is_left_out_where_nobody_could_say_never_used():
    rows = [answer("a", 5), answer("b", 4), answer("a", 3, "food"), answer("b", "never", "food")]
    reach = measured(rows)["scores"].filter(measure="reach", weighted=True, scope="touchpoint")
    assert reach["touchpoint_id"].to_list() == ["food"]


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


def test_a_group_in_which_nobody_has_used_it_is_shown_without_a_value():
    who = {"purpose": {"2017-a": "work", "2017-b": "leisure"}}
    scores = measured([answer("a", 5), answer("b", "never")], who)["scores"]
    row = one(scores, measure="mean", scope="touchpoint", segment="purpose", group="leisure")
    assert (row["value"], row["low"], row["n"]) == (None, None, 0)
    check_estimates(scores, "scores")


def test_answers_that_agree_keep_an_interval_and_say_so():
    row = one(measured([answer(str(i), 5) for i in range(8)])["scores"],
              measure="mean", scope="touchpoint")  # fmt: skip
    assert (row["value"], row["high"], row["std_error"]) == (100, 100, None)
    assert row["low"] == pytest.approx(100 * 8 / (8 + 1.959964**2))  # Wilson
    assert row["flags"] == "small unweighted_wave no_variance"
    assert row["method"].endswith("the answers do not differ: Wilson interval on their number")


def test_clusters_widen_the_interval():
    alone = [answer(str(i), 5 if i < 10 else 1) for i in range(20)]
    flights = [{**row, "cluster": f"flight {i // 5}"} for i, row in enumerate(alone)]
    one_each, by_flight = (
        one(measured(rows)["scores"], measure="top2", scope="touchpoint")
        for rows in (alone, flights)
    )
    assert by_flight["value"] == one_each["value"]
    # Four flights of five who agree: design effect (4/3 * 4 * 2.5**2 / 20**2) / (.25 / 19)
    assert by_flight["std_error"] == pytest.approx(100 * np.sqrt(4 / 3 * 4 * 2.5**2) / 20)
    assert by_flight["high"] - by_flight["low"] > 1.5 * (one_each["high"] - one_each["low"])


def test_a_customer_who_answers_twice_in_a_wave_is_one_sampling_unit():
    rows = [answer(str(i), 1 + i % 5, source_id=f"c{i // 2}") for i in range(10)]
    as_cluster = [{**row, "source_id": None, "cluster": row["source_id"]} for row in rows]
    apart = [{**row, "source_id": str(i)} for i, row in enumerate(rows)]
    errors = [
        one(measured(version)["scores"], measure="mean", scope="touchpoint")["std_error"]
        for version in (rows, as_cluster, apart)
    ]
    assert errors[0] == pytest.approx(errors[1])
    assert errors[0] != pytest.approx(errors[2])


def test_a_stratum_of_one_unit_is_marked():
    rows = [answer("a", 5, stratum="x"), answer("b", 3, stratum="x"), answer("c", 1, stratum="y")]
    row = one(measured(rows)["scores"], measure="mean", scope="touchpoint")
    assert "single_psu" in row["flags"]


def test_strata_of_two_surveys_with_the_same_name_are_two_strata():
    rows = [answer(str(i), 5 - 2 * (i % 2), stratum="x", survey_id="ab"[i // 4]) for i in range(8)]
    renamed = [{**r, "survey_id": "one", "stratum": r["survey_id"]} for r in rows]
    first, second = (
        one(measured(v)["scores"], measure="mean", scope="touchpoint") for v in (rows, renamed)
    )
    assert first["std_error"] == pytest.approx(second["std_error"])


def test_without_responses_the_tables_are_empty_and_typed():
    tables = measured(responses([]))
    for name, table in (("scores", SCORES), ("changes", CHANGES), ("distributions", DISTRIBUTIONS)):
        assert tables[name].is_empty()
        table.check(tables[name].schema, name)


def test_a_questionnaire_in_two_waves_is_refused():
    rows = [answer("a", 5), answer("a", 5, "food", wave="2018", response_id="2017-a")]
    with pytest.raises(ContractError, match=r"per response_id, got others.*'2017-a'.*template"):
        measured(rows)


def test_an_nps_question_on_one_to_ten_is_refused():
    rows = [answer("a", 9, "recommend", measure="nps", scale_max=10.0)]
    with pytest.raises(ContractError, match=r"nps questions on a scale of 0 to 10.*'recommend'"):
        measured(rows)


@pytest.mark.parametrize("value", [6.0, 0.0, float("nan")])
def test_an_answer_outside_its_scale_is_refused(value):
    with pytest.raises(ContractError, match=r"answers within the scale.*question_id 'signs'"):
        measured([answer("a", 5), answer("b", value)])


def test_a_question_with_two_scales_in_one_wave_is_refused():
    with pytest.raises(ContractError, match=r"one measure, touchpoint and scale.*'signs'"):
        measured([answer("a", 5), answer("b", 5, scale_max=7.0)])


people = st.lists(
    st.tuples(
        st.sampled_from([1, 2, 3, 4, 5, "never", "blank"]),
        st.floats(0.2, 5),
        st.sampled_from("xy"),  # stratum
        st.sampled_from([None, "f", "g", "h"]),  # cluster
        st.sampled_from([None, "work", "leisure"]),
    ),
    min_size=1,
    max_size=25,
)


def built(rows, scale=1.0):
    who = {f"2017-{i}": row[4] for i, row in enumerate(rows)}
    made = [
        answer(str(i), value, weight=weight * scale, stratum=stratum,
               cluster=cluster and stratum + cluster)
        for i, (value, weight, stratum, cluster, _) in enumerate(rows)
    ]  # fmt: skip
    return made, {"purpose": who}


@settings(max_examples=30, deadline=None)
@given(people)
def test_every_interval_holds_its_value_inside_the_range_of_its_measure(rows):
    tables = measured(*built(rows))
    for name in ("scores", "distributions"):
        table = tables[name].drop_nulls("value")
        check_estimates(tables[name], name)
        for measure, (low, high, _) in MEASURES.items():
            here = table.filter(pl.col("measure") == measure)
            assert here.filter((pl.col("low") < low) | (pl.col("high") > high)).is_empty()
        assert (table["high"] > table["low"]).all()


@settings(max_examples=15, deadline=None)
@given(people, st.floats(0.01, 100))
def test_only_the_ratio_of_weights_matters(rows, scale):
    first, second = (measured(*built(rows, s))["scores"] for s in (1.0, scale))
    same = ["value", "low", "high", "std_error", "n_eff"]
    weighted = pl.col("weighted")
    for name in same:
        a, b = (t.filter(weighted)[name].fill_null(-1).to_numpy() for t in (first, second))
        assert a == pytest.approx(b, rel=1e-7, abs=1e-7)


@settings(max_examples=15, deadline=None)
@given(people)
def test_equal_weights_are_no_weights(rows):
    made, who = built(rows)
    scores = measured([{**row, "weight": 2.5} for row in made], who)["scores"]
    key = [c for c in SCORES.key if c != "weighted"]
    parts = [scores.filter(weighted=w).sort(key, nulls_last=True) for w in (True, False)]
    for name in ("value", "low", "high", "n_eff"):
        a, b = (part[name].fill_null(-1).to_numpy() for part in parts)
        assert a == pytest.approx(b, abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(people, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_digit(rows, random):
    made, who = built(rows)
    mixed = made.copy()
    random.shuffle(mixed)
    for name, table in (("scores", SCORES), ("distributions", DISTRIBUTIONS)):
        first, second = (
            measured(m, who)[name].sort(table.key, nulls_last=True) for m in (made, mixed)
        )
        assert first.equals(second)
