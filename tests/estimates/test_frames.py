"""Estimates of the columns of any table: worked by hand, and those that measure publishes."""

from __future__ import annotations

import doctest

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import estimates
from pipelines.contract.estimate import BY_NAME, FLAGS, METHODS
from pipelines.contract.measure import SCORES
from pipelines.contract.table import Measure
from pipelines.core import answers
from pipelines.core.store import prepare
from pipelines.estimates import frames, targets
from tests.estimates.tables import everybody, survey_of_clusters
from tests.measure.small_survey import answer, customers, measured, responses

TERMS = {"level": 0.95, "flag_n": 30}
NUMBERS = ["value", "low", "high", "std_error", "n", "n_eff", "method", "flags"]


@pytest.mark.parametrize("module", [frames, targets])
def test_the_examples_of_the_documentation_run(module):
    assert doctest.testmod(module).failed == 0
    assert doctest.testmod(module).attempted > 0


@pytest.fixture(scope="module")
def published() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Questionnaires of a small clustered survey, and the scores that measure makes of it."""
    rng = np.random.default_rng(5)
    rows, purposes = [], {}
    for wave in ("2016", "2017"):
        for i in range(60):
            person = f"{wave}-{i}"
            purposes[person] = ("work", "leisure", None)[i % 3]
            about = {
                "wave": wave,
                "weight": float(rng.uniform(0.5, 2)),
                "stratum": "xy"[i % 2],
                "cluster": f"{i % 2}-{i // 8}" if i % 3 else None,
            }
            value = [1, 2, 3, 4, 5, "never", "blank"][rng.integers(7)]
            rows.append(answer(str(i), value, **about))
            on_ten = {"measure": "nps", "scale_min": 0.0, "scale_max": 10.0}
            rows.append(answer(str(i), int(rng.integers(0, 11)), "recommend", **about, **on_ten))
    table, split = responses(rows), {"purpose": purposes}
    lazy = (nw.from_native(frame.lazy()) for frame in (table, customers(split)))
    people = answers.questionnaires(*lazy, ["signs", "recommend"], ["purpose"])
    scores = measured(table, split)["scores"]
    return people.collect().to_native(), prepare(scores, SCORES, "scores")


def test_estimates_of_questionnaires_have_the_digits_of_the_published_scores(published):
    people, scores = published
    rating, likely = pl.col("value signs"), pl.col("value recommend")
    frame = people.with_columns(
        answers.sampling_stratum().alias("drawn_in"),
        answers.sampling_unit().alias("unit"),
        purpose="segment_purpose",
        mean=(rating - 1) / 4 * 100,
        top2=rating >= 4,
        top1=rating == 5,
        nps=pl.when(likely >= 9).then(100).when(likely <= 6).then(-100).otherwise(0),
    )
    found = estimates.estimate(
        frame.sample(fraction=1, shuffle=True, seed=1),
        {name: name for name in ("mean", "top2", "top1", "nps")},
        samples=["mode", "wave"],
        by=["purpose"],
        weights="weight",
        stratum="drawn_in",
        cluster="unit",
        **TERMS,
    )
    key = ["mode", "wave", "segment", "group", "measure", "weighted"]
    wanted = scores.filter(
        pl.col("scope") != "stage",
        (pl.col("question_id") == "signs") & pl.col("measure").is_in(["mean", "top2", "top1"])
        | (pl.col("measure") == "nps"),
    )
    # Here the unit is named of everybody; measure knows whose cluster is not.
    assert wanted["flags"].str.contains("no_cluster?n=20&of=60", literal=True).all()
    named = pl.col("flags").str.replace(r" ?no_cluster\S+", "").replace("", None)
    wanted = wanted.with_columns(flags=named)
    rounded = found.with_columns(pl.selectors.float().round_sig_figs(6))
    assert found.height == wanted.height == 2 * 3 * 4 * 2  # waves, groups, measures, weightings
    assert rounded.sort(key).select(*key, *NUMBERS).equals(wanted.sort(key).select(*key, *NUMBERS))


def test_every_code_has_its_sentence(published):
    people, _ = published
    found = estimates.estimate(
        people.with_columns(top2=pl.col("value signs") >= 4, agreed=pl.lit(50.0)),
        {"top2": "top2", "agreed": "mean"},
        samples=["wave"],
        **TERMS,
    )
    assert set(found["method"]) == {"share", "mean_agreed"}
    assert all(METHODS.fault(code) is None for code in found["method"])
    words = " ".join(found["flags"].drop_nulls()).split()
    assert {"no_variance", "unweighted_wave"} <= set(words)
    assert all(FLAGS.fault(word) is None for word in words)


def test_orders_of_a_shop_are_estimated_by_region_worked_by_hand():
    orders = pl.DataFrame(
        {
            "late": [True, False, False, None, False, True],
            "region": ["north", "north", "south", "south", None, None],
        }
    )
    late = Measure(
        "late", 0, 100, "percent", family="share", pooled="mean", better="lower", missing="answers"
    )
    found = estimates.estimate(orders, {"late": late}, by=["region"], **TERMS)
    cells = found.select("segment", "group", "measure", "weighted", "value", "n").rows()
    assert cells == [
        ("all", "all", "late", False, pytest.approx(40), 5),
        ("region", "north", "late", False, pytest.approx(50), 2),
        ("region", "south", "late", False, pytest.approx(0), 1),
    ]
    assert list(found.columns[:5]) == ["target", "segment", "group", "measure", "weighted"]


def test_five_answers_worked_by_hand():
    row = everybody(pl.DataFrame({"x": [100.0, 75, 25, None, float("nan")]}), {"x": "mean"})
    assert (row["value"], row["n"]) == (pytest.approx(200 / 3), 3)
    # Three of five: residuals (1/3, 1/12, -5/12), sum of squares / 2 / 3
    squares = (1 / 3) ** 2 + (1 / 12) ** 2 + (5 / 12) ** 2
    assert row["std_error"] == pytest.approx(100 * np.sqrt(squares / 6))


def test_a_measure_keeps_its_unit():
    ease = BY_NAME["ces"].on_scale(1, 7)
    row = everybody(pl.DataFrame({"ease": [7.0, 1.0, 4.0, 4.0]}), {"ease": ease})
    assert row["value"] == pytest.approx(4)
    assert 1 < row["low"] < 4 < row["high"] < 7
    assert row["std_error"] == pytest.approx(np.sqrt(4 / 3 * 18) / 4)
    gap = everybody(pl.DataFrame({"gap": [-100.0, 50.0, 0.0, 25.0]}), {"gap": "gap"})
    assert gap["value"] == pytest.approx(-6.25)


def test_a_target_that_nobody_has_is_shown_without_a_value():
    frame = pl.DataFrame({"x": [None, 50.0, 60.0], "group": ["a", "b", "b"]})
    found = estimates.estimate(frame, {"x": "mean"}, by=["group"], **TERMS)
    alone = found.row(by_predicate=pl.col("group") == "a", named=True)
    assert (alone["value"], alone["low"], alone["high"], alone["n"]) == (None, None, None, 0)


def test_columns_that_tell_samples_apart_keep_their_type_and_may_have_any_name():
    frame = pl.DataFrame(
        {
            "sample": pl.Series(["b", "b", "a"], dtype=pl.Enum(["b", "a"])),
            "place": [2, 2, 1],
            "unit": [True, False, True],
        }
    )
    found = estimates.estimate(frame, {"unit": "top2"}, samples=["sample", "place"], **TERMS)
    assert found.schema["sample"] == pl.Enum(["b", "a"])
    assert found.select("sample", "place", "value").rows() == [("b", 2, 50.0), ("a", 1, 100.0)]


def test_pandas_and_arrow_tables_are_estimated_alike():
    frame = survey_of_clusters(np.random.default_rng(2), 90)
    options = {"samples": ["wave"], "by": ["region"], "weights": "weight", "cluster": "flight"}
    about = {"rating": "mean", "is_top": "top1"}
    found = [
        estimates.estimate(table, about, **options, **TERMS)
        for table in (frame, frame.lazy(), frame.to_pandas(), frame.to_arrow())
    ]
    assert found[0].height == 2 * 4 * 2 * 2
    assert all(other.equals(found[0]) for other in found[1:])


@given(st.integers(0, 1_000))
def test_the_order_of_rows_changes_no_digit(seed):
    rng = np.random.default_rng(seed)
    frame = survey_of_clusters(rng, 40)
    options = {"by": ["region"], "weights": "weight", "stratum": "wave", "cluster": "flight"}
    about = {"rating": "mean", "vote": "nps"}
    mixed = frame.sample(fraction=1, shuffle=True, seed=seed)
    first, second = (
        estimates.estimate(table, about, **options, **TERMS) for table in (frame, mixed)
    )
    assert first.equals(second)


@given(st.integers(0, 1_000), st.floats(0.5, 0.99))
def test_every_interval_holds_its_value_inside_the_range_of_its_measure(seed, level):
    frame = survey_of_clusters(np.random.default_rng(seed), 1 + seed % 25)
    about = {"rating": "mean", "is_top": "top1", "vote": "nps"}
    found = estimates.estimate(
        frame, about, by=["region"], weights="weight", cluster="flight", level=level, flag_n=30
    ).drop_nulls("value")
    for name in set(about.values()):
        here, measure = found.filter(measure=name), BY_NAME[name]
        inside = pl.col("value").is_between("low", "high")
        ends = (pl.col("low") >= measure.lowest) & (pl.col("high") <= measure.highest)
        assert here.select((inside & ends & (pl.col("low") < pl.col("high"))).all()).item()


def test_with_weights_every_estimate_is_there_twice():
    frame = survey_of_clusters(np.random.default_rng(4), 40)
    both = estimates.estimate(frame, {"rating": "mean"}, weights="weight", **TERMS)
    plain = estimates.estimate(frame, {"rating": "mean"}, **TERMS)
    assert both["weighted"].to_list() == [False, True]
    assert plain["weighted"].to_list() == [False]
    assert both["value"][0] == pytest.approx(plain["value"][0])
    assert both["value"][1] != pytest.approx(plain["value"][0])
    assert both["flags"].null_count() == 2
    assert plain["flags"].to_list() == ["unweighted_wave"]


def test_level_and_flag_n_have_no_default():
    frame = pl.DataFrame({"x": [50.0]})
    for given_one in ({"level": 0.95}, {"flag_n": 30}):
        with pytest.raises(TypeError, match="required keyword-only argument"):
            estimates.estimate(frame, {"x": "mean"}, **given_one)
