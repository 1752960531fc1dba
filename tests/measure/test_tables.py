"""Scores and distributions of small surveys, worked by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contract.estimate import FLAGS
from pipelines.contract.measure import CHANGES, DISTRIBUTIONS, SCORES
from pipelines.core.enforcement import require_columns, require_declared
from pipelines.core.errors import ContractError
from tests.measure.small_survey import FIVE, answer, measured, one, responses


def test_five_guests_worked_by_hand():
    scores = measured(FIVE)["scores"]
    # shares of the scale 1, 3/4, 1/4; two of three in the top two boxes, one in the first
    expected = {"mean": 200 / 3, "top2": 200 / 3, "top1": 100 / 3}
    for measure, value in expected.items():
        row = one(scores, measure=measure, scope="touchpoint")
        assert row["value"] == pytest.approx(value)
        assert (row["n"], row["n_eff"], row["deff"]) == (3, pytest.approx(3), pytest.approx(1))
    reach = one(scores, measure="reach", scope="touchpoint")
    assert (reach["value"], reach["n"]) == (pytest.approx(75), 4)
    mean = one(scores, measure="mean", scope="touchpoint")
    assert (mean["stage"], mean["touchpoint_id"], mean["question_id"]) == (
        "arrive",
        "signs",
        "signs",
    )
    # Three of five guests: residuals (1/3, 1/12, -5/12), sum of squares / 2 / 3
    squares = (1 / 3) ** 2 + (1 / 12) ** 2 + (5 / 12) ** 2
    assert mean["std_error"] == pytest.approx(100 * np.sqrt(squares / 6))
    assert (mean["method"], mean["missing_policy"]) == ("mean", "answers")
    assert (reach["method"], reach["missing_policy"]) == ("share", "use")
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
    # A domain of the sample, as good as a sample of its own: residuals of 1/8, 2/64 / 1 / 2
    assert work["std_error"] == pytest.approx(100 * np.sqrt(2 / 64 / 2))


def test_a_group_in_which_nobody_has_used_it_is_shown_without_a_value():
    who = {"purpose": {"2017-a": "work", "2017-b": "leisure"}}
    scores = measured([answer("a", 5), answer("b", "never")], who)["scores"]
    row = one(scores, measure="mean", scope="touchpoint", segment="purpose", group="leisure")
    assert (row["value"], row["low"], row["n"]) == (None, None, 0)
    require_declared(scores, SCORES, "scores")


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


def test_respondents_whose_cluster_is_not_known_are_units_of_their_own_and_counted():
    rows = [answer(str(i), 1 + i % 5, cluster=f"flight {i // 5}") for i in range(40)]
    lost = [{**row, "cluster": None} if i < 3 else row for i, row in enumerate(rows)]
    others = [answer(f"else {i}", 3, survey_id="other") for i in range(4)]  # drawn one by one
    score = one(measured(lost + others)["scores"], measure="mean", scope="touchpoint")
    assert score["flags"] == "unweighted_wave no_cluster?n=3&of=44"
    assert "3 of 44 respondents" in FLAGS.sentence("no_cluster?n=3&of=44")
    named = [{**row, "cluster": f"lost {i}"} if i < 3 else row for i, row in enumerate(rows)]
    wanted = one(measured(named + others)["scores"], measure="mean", scope="touchpoint")
    assert score["std_error"] == pytest.approx(wanted["std_error"])
    assert wanted["flags"] == "unweighted_wave"


def test_a_change_counts_the_unknown_clusters_of_both_waves():
    rows = [
        answer(str(i), 1 + i % 5, wave=wave, cluster=f"{wave} {i // 5}" if i >= lost else None)
        for wave, lost in (("2016", 2), ("2017", 1))
        for i in range(40)
    ]
    changes = measured(rows)["changes"]
    change = one(changes, measure="mean", scope="touchpoint", against="previous")
    assert "no_cluster?n=3&of=80" in change["flags"].split()


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
        require_columns(tables[name].schema, table, name)


def test_a_questionnaire_in_two_waves_is_refused():
    rows = [answer("a", 5), answer("a", 5, "food", wave="2018", response_id="2017-a")]
    with pytest.raises(ContractError, match=r"per response_id, got others.*'2017-a'.*template"):
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
    for declared in (SCORES, DISTRIBUTIONS):
        table = tables[declared.name].drop_nulls("value")
        require_declared(tables[declared.name], declared, declared.name)
        for measure in declared.measures:
            here = table.filter(pl.col("measure") == measure.name)
            ends = here.filter(
                (pl.col("low") < measure.lowest) | (pl.col("high") > measure.highest)
            )
            assert ends.is_empty()
        assert (table["high"] > table["low"]).all()


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
