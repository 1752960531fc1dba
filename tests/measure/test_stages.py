"""Stages: what is pooled in a stage's score, and how sure it is."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.measure.small_survey import answer, measured, one


def stage(tables: dict[str, pl.DataFrame], name: str = "arrive", **where: object) -> dict:
    return one(tables["scores"].filter(scope="stage", stage=name), **{"measure": "mean", **where})


def ease(person: str, value: float | str, **columns: object) -> dict:
    """A question on how easy the second touchpoint of the stage was, on 1 to 7."""
    about = {"measure": "ces", "touchpoint_id": "parking", "scale_max": 7.0}
    return answer(person, value, "ease_of_parking", **about, **columns)


def test_a_touchpoint_that_only_has_a_question_on_ease_is_in_its_stage():
    rows = [answer("a", 5, "signs"), ease("a", 1), answer("b", 4, "signs"), ease("b", "never")]
    score = stage(measured(rows))
    assert score["value"] == pytest.approx(100 * ((1 + 0) / 2 + 3 / 4) / 2)
    assert score["n"] == 2


def test_a_stage_whose_only_question_is_on_ease_has_a_score():
    rows = [ease("a", 4), ease("b", 7)]
    assert stage(measured(rows))["value"] == pytest.approx(100 * (1 / 2 + 1) / 2)


@pytest.mark.parametrize("kind", ["csat", "ces", "emotion", "nps", "overall"])
def test_every_question_of_experience_counts_as_a_share_of_its_scale(kind):
    scale = {"scale_min": 0.0, "scale_max": 10.0}
    rows = [answer("a", 5, "signs"), answer("a", 3, "parking", measure=kind, **scale)]
    assert stage(measured(rows))["value"] == pytest.approx(100 * (1 + 0.3) / 2)


@pytest.mark.parametrize(
    "kind", ["expectation", "importance", "kano_functional", "kano_dysfunctional"]
)
def test_what_is_no_experience_of_a_touchpoint_stays_out_of_its_stage(kind):
    rows = [answer("a", 5, "signs"), answer("a", 1, "parking", measure=kind)]
    assert stage(measured(rows))["value"] == pytest.approx(100)


def test_a_touchpoint_with_several_questions_counts_once():
    rows = [
        answer("a", 5, "signs"),
        answer("a", 1, "parking"),
        answer("a", 1, "clean_parking", touchpoint_id="parking"),
        answer("a", 1, "price_of_parking", touchpoint_id="parking"),
    ]
    scores = measured(rows)
    assert stage(scores)["value"] == pytest.approx(50)  # not 25, of four questions
    assert stage(scores, measure="top2")["value"] == pytest.approx(50)


def test_the_top_boxes_of_a_stage_leave_out_scales_without_boxes():
    rows = [answer("a", 5, "signs"), ease("a", 7)]
    rows.append(answer("a", 2, "parking", scale_min=0.0, scale_max=10.0))
    assert stage(measured(rows), measure="top1")["value"] == pytest.approx(100)


def test_the_variance_of_a_stage_holds_that_its_ratings_come_from_the_same_people():
    pairs = [(5, 5), (4, 7), (2, 3), (1, 1), (3, 6), (5, 4)]
    rows = [row for i, (rating, easy) in enumerate(pairs)
            for row in (answer(str(i), rating, "signs"), ease(str(i), easy))]  # fmt: skip
    a, b = (np.array(values) for values in zip(*pairs, strict=True))
    own = ((a - 1) / 4 + (b - 1) / 6) / 2
    # The variance of a mean: of what each respondent's ratings average to
    assert stage(measured(rows))["std_error"] == pytest.approx(
        100 * own.std(ddof=1) / np.sqrt(own.size)
    )
    parts = np.cov((a - 1) / 4, (b - 1) / 6)
    assert own.var(ddof=1) == pytest.approx(parts.sum() / 4)  # both variances and the covariance


def test_a_wave_that_adds_a_question_on_ease_begins_another_series():
    rows = [answer(str(i), 1 + i % 5, wave="2016") for i in range(40)]
    rows += [answer(str(i), 1 + i % 5, wave="2017") for i in range(40)]
    rows += [ease(str(i), 1 + i % 7, wave="2017") for i in range(40)]
    change = one(
        measured(rows)["changes"].filter(scope="stage", against="previous"), measure="mean"
    )
    assert (change["value"], change["broken"]) == (None, "questions?wave=2017")


answers = st.tuples(
    st.sampled_from([1, 2, 3, 4, 5, "never"]),
    st.sampled_from([1, 4, 7, "never"]),
    st.floats(0.2, 5),
    st.sampled_from("fgh"),  # cluster
)


@settings(max_examples=25, deadline=None)
@given(st.lists(answers, min_size=2, max_size=20))
def test_a_stage_is_the_score_of_what_each_respondents_ratings_average_to(people):
    rows, pooled = [], []
    for i, (rating, easy, weight, cluster) in enumerate(people):
        about = {"weight": weight, "cluster": cluster}
        rows += [answer(str(i), rating, "signs", **about), ease(str(i), easy, **about)]
        shares = [(a - 1) / width for a, width in ((rating, 4), (easy, 6)) if a != "never"]
        own = 100 * sum(shares) / len(shares) if shares else "never"
        pooled.append(answer(str(i), own, "food", **about, scale_min=0.0, scale_max=100.0))
    score = measured(rows)["scores"].filter(scope="stage", measure="mean", weighted=True)
    asked = measured(pooled)["scores"].filter(
        pl.col("weighted"), pl.col("measure") == "mean", scope="touchpoint"
    )
    for name in ("value", "low", "high", "std_error", "n", "n_eff"):
        assert score[name].to_list() == pytest.approx(asked[name].to_list())


# How often a kind of respondent comes, and what it answers to two touchpoints.
KINDS = [
    (0.25, 5, 7), (0.2, 4, 5), (0.15, 3, 5), (0.1, 2, 2), (0.1, 5, "never"), (0.1, "never", 4),
    (0.1, "never", "never"),
]  # fmt: skip


def test_the_interval_of_a_stage_holds_the_truth_as_often_as_it_says():
    rng, n_samples = np.random.default_rng(7), 200
    rows = [
        row
        for sample in range(n_samples)
        for i, kind in enumerate(rng.choice(len(KINDS), 40, p=[share for share, *_ in KINDS]))
        for row in (
            answer(str(i), KINDS[kind][1], "signs", wave=f"w{sample:03}"),
            ease(str(i), KINDS[kind][2], wave=f"w{sample:03}"),
        )
    ]
    own = [
        (share, [(a - 1) / width for a, width in ((rating, 4), (easy, 6)) if a != "never"])
        for share, rating, easy in KINDS
    ]
    rated = [(share, np.mean(shares)) for share, shares in own if shares]
    truth = 100 * np.average([mean for _, mean in rated], weights=[share for share, _ in rated])
    found = measured(rows)["scores"].filter(scope="stage", measure="mean", weighted=True)
    holds = found.select((pl.col("low") <= truth) & (pl.col("high") >= truth)).to_series()
    assert holds.len() == n_samples
    assert 0.92 <= holds.mean() <= 0.98  # 0.95 within two standard errors
    assert found["value"].mean() == pytest.approx(truth, abs=0.6)
    of_samples = found["value"].std()
    assert found["std_error"].mean() == pytest.approx(of_samples, rel=0.1)
