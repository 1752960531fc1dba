"""Means of groups: weights, clusters and strata, worked by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contract.estimate import BY_NAME
from pipelines.core.errors import ContractError
from pipelines.estimates import estimate
from pipelines.estimates.cells import estimate_cells
from pipelines.estimates.samples import SamplingDesign, samples
from pipelines.estimates.targets import Item, Target
from tests.estimates.tables import everybody, survey_of_clusters

ABOUT = {"rating": "mean", "is_top": "top1", "vote": "nps"}
DRAWN = {"samples": ["wave"], "by": ["region"], "weights": "weight", "cluster": "flight"}
TERMS = {"level": 0.95, "flag_n": 30}


def test_weights_move_the_score_and_cost_effective_answers():
    frame = pl.DataFrame({"x": [100.0, 0, 0], "weight": [3.0, 1.0, 1.0]})
    weighted = everybody(frame, {"x": "mean"}, weights="weight")
    plain = everybody(frame, {"x": "mean"})
    assert weighted["value"] == pytest.approx(60)
    assert plain["value"] == pytest.approx(100 / 3)
    # The variance, 0.18, is worked by hand in tests/statistics/test_survey_variance.py; that of
    # a simple sample is (.24 * 3 / 2) / 3.
    assert weighted["deff"] == pytest.approx(0.18 / (0.24 / 2))
    assert weighted["n_eff"] == pytest.approx(3 / weighted["deff"])
    assert (plain["deff"], plain["n_eff"]) == (pytest.approx(1), pytest.approx(3))
    assert (weighted["flags"], plain["flags"]) == ("small", "small unweighted_wave")
    assert weighted["method"] == plain["method"] == "mean"


def test_clusters_widen_the_interval():
    frame = pl.DataFrame(
        {"is_top": [i < 10 for i in range(20)], "flight": [i // 5 for i in range(20)]}
    )
    one_each = everybody(frame, {"is_top": "top2"})
    by_flight = everybody(frame, {"is_top": "top2"}, cluster="flight")
    assert by_flight["value"] == one_each["value"]
    # Four flights of five who agree: design effect (4/3 * 4 * 2.5**2 / 20**2) / (.25 / 19)
    assert by_flight["std_error"] == pytest.approx(100 * np.sqrt(4 / 3 * 4 * 2.5**2) / 20)
    assert by_flight["deff"] == pytest.approx(4 / 3 * 4 * 2.5**2 / 20**2 / (0.25 / 19))
    assert by_flight["n_eff"] == pytest.approx(20 / by_flight["deff"])
    assert by_flight["high"] - by_flight["low"] > 1.5 * (one_each["high"] - one_each["low"])


def test_a_group_is_a_domain_of_its_sample():
    frame = pl.DataFrame({"x": [100.0, 75, 0, 0], "purpose": ["work", "work", "leisure", None]})
    found = estimate(frame, {"x": "mean"}, by=["purpose"], **TERMS)
    work = found.row(by_predicate=pl.col("group") == "work", named=True)
    assert (work["value"], work["n"]) == (pytest.approx(87.5), 2)
    # As good as a sample of its own: residuals of 1/8, 2/64 / 1 / 2
    assert work["std_error"] == pytest.approx(100 * np.sqrt(2 / 64 / 2))


def test_strata_that_differ_narrow_the_interval():
    frame = pl.DataFrame({"x": [100.0, 75, 25, 0], "stratum": ["a", "a", "b", None]})
    two = frame.with_columns(stratum=pl.Series(["a", "a", None, None]))
    row = everybody(two, {"x": "mean"}, stratum="stratum")
    # In each stratum residuals of 1/8 around its mean: 2 strata * 2 * 2/64 / 4**2
    assert row["std_error"] == pytest.approx(100 * np.sqrt(2 * 2 * 2 / 64) / 4)
    assert row["std_error"] < everybody(frame, {"x": "mean"})["std_error"]


def test_a_stratum_of_one_unit_is_marked():
    frame = pl.DataFrame({"x": [100.0, 50, 0], "stratum": ["x", "x", "y"]})
    assert "single_psu" in everybody(frame, {"x": "mean"}, stratum="stratum")["flags"]


def test_clusters_of_one_name_in_two_strata_are_two_units():
    frame = pl.DataFrame(
        {
            "x": [100.0, 75, 25, 0, 50, 75, 0, 25],
            "stratum": list("aabbaabb"),
            "cluster": list("11112222"),
        }
    )
    apart = frame.with_columns(cluster=pl.col("stratum") + pl.col("cluster"))
    first, second = (
        everybody(table, {"x": "mean"}, stratum="stratum", cluster="cluster")
        for table in (frame, apart)
    )
    assert first == second


def test_a_row_without_a_cluster_is_a_unit_of_its_own():
    frame = pl.DataFrame({"x": [100.0, 75, 25, 0], "cluster": ["a", "a", None, None]})
    named = frame.with_columns(cluster=pl.Series(["a", "a", "b", "c"]))
    first, second = (everybody(t, {"x": "mean"}, cluster="cluster") for t in (frame, named))
    for name in ("value", "low", "high", "std_error", "n_eff"):
        assert first[name] == pytest.approx(second[name])
    assert first["flags"].split() == [*second["flags"].split(), "no_cluster?n=2&of=4"]
    assert first["std_error"] != pytest.approx(everybody(frame, {"x": "mean"})["std_error"])


@given(st.integers(0, 1_000), st.floats(0.01, 100))
def test_only_the_ratio_of_weights_matters(seed, scale):
    frame = survey_of_clusters(np.random.default_rng(seed), 25)
    scaled = frame.with_columns(pl.col("weight") * scale)
    first, second = (
        estimate(t, ABOUT, **DRAWN, **TERMS).filter("weighted") for t in (frame, scaled)
    )
    for name in ("value", "low", "high", "std_error", "n_eff"):
        a, b = (t[name].fill_null(-1).to_numpy() for t in (first, second))
        assert a == pytest.approx(b, rel=1e-7, abs=1e-7)


@given(st.integers(0, 1_000))
def test_equal_weights_are_no_weights(seed):
    frame = survey_of_clusters(np.random.default_rng(seed), 25).with_columns(weight=pl.lit(2.5))
    found = estimate(frame, ABOUT, **DRAWN, **TERMS)
    parts = [found.filter(weighted=weighted) for weighted in (True, False)]
    assert parts[0].height > 0
    for name in ("value", "low", "high", "n_eff"):
        a, b = (part[name].fill_null(-1).to_numpy() for part in parts)
        assert a == pytest.approx(b, abs=1e-9)


def one_sample(n: int):
    rows = pl.DataFrame({"stratum": [0] * n, "unit": list(range(n)), "weight": [1.0] * n})
    return list(samples(rows, [], {}, SamplingDesign("stratum", "unit", "weight")))


def test_an_average_of_several_answers_has_the_pooled_family():
    given_by = np.array([True, True, True])
    target = Target("top2", None, given_by, np.array([0.5, 1.0, 0.0]))
    items = [Item("x", pooled, given_by, [target]) for pooled in (False, True)]
    cells = estimate_cells((sample, items) for sample in one_sample(3)).filter("weighted")
    assert cells["family"].to_list() == [BY_NAME["top2"].family, BY_NAME["top2"].pooled]
    assert cells["family"].to_list() == ["share", "mean"]


def test_shares_of_several_answers_are_told_apart():
    asked, values = np.ones(4, dtype=bool), np.array([1, 2, 2, 5])
    targets = [Target("share", str(v), asked, (values == v).astype(float)) for v in (1, 2, 5)]
    items = [Item("signs", False, asked, targets)]
    cells = estimate_cells((sample, items) for sample in one_sample(4)).filter("weighted")
    assert cells.select("answer", "value").rows() == [("1", 0.25), ("2", 0.5), ("5", 0.25)]


def test_a_group_in_which_nobody_was_asked_is_left_out():
    rows = pl.DataFrame({"stratum": [0] * 4, "unit": range(4), "purpose": list("aabb")})
    asked = np.array([True, True, False, False])
    items = [Item("signs", False, asked, [Target("mean", None, asked, np.full(4, 0.5))])]
    drawn = samples(rows, [], {"purpose": "purpose"}, SamplingDesign("stratum", "unit", None))
    cells = estimate_cells((sample, items) for sample in drawn)
    assert set(cells["group"]) == {"all", "a"}


def test_a_measure_that_nobody_declared_is_refused():
    asked = np.ones(2, dtype=bool)
    items = [Item("x", False, asked, [Target("delight", None, asked, np.ones(2))])]
    with pytest.raises(ContractError, match="expected a declared one, got 'delight'"):
        estimate_cells((sample, items) for sample in one_sample(2))
