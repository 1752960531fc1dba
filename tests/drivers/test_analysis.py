"""One outcome of one wave: policies, approaches, segments, the priority map."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pipelines.contract.driver_codes import TARGETS
from pipelines.contract.drivers import DRIVER_MODELS, DRIVERS
from pipelines.core.enforcement import require_columns
from pipelines.drivers.analysis import analyse
from pipelines.drivers.comparison import LINEAR_APPROACHES
from pipelines.drivers.priorities import quadrants
from pipelines.drivers.records import DerivedRows
from pipelines.drivers.sample import ModelTerms
from pipelines.drivers.tables import _table
from pipelines.importance import relative_importance
from tests.outcomes.answer_sheets import made_up

TERMS = ModelTerms(level=0.95, replicates=200, segment_replicates=100, min_n=200, flag_n=30, seed=3)


@pytest.fixture(scope="module")
def sheets():
    return made_up(800)


@pytest.fixture(scope="module")
def found(sheets) -> DerivedRows:
    return analyse(sheets, TERMS)


def rows(found: DerivedRows, **about) -> list[dict]:
    about = {"segment": "all", "target": "mean", **about}
    return [row for row in found.drivers if all(row.get(k) == v for k, v in about.items())]


@pytest.mark.parametrize("approach", LINEAR_APPROACHES)
def test_use_and_rating_is_relative_importance_with_groups(sheets, found, approach):
    used = sheets.used
    rating = [np.where(used[:, k] == 1, sheets.rating[:, k], np.nan) for k in range(3)]
    centre = [np.average(r[~np.isnan(r)], weights=sheets.weight[~np.isnan(r)]) for r in rating]
    columns = {f"r{k}": np.nan_to_num(rating[k] - centre[k]) for k in range(3)}
    columns |= {f"u{k}": used[:, k] for k in (1, 2)}
    columns |= {"y": sheets.target[:, 0], "w": sheets.weight}
    direct = relative_importance(
        pl.DataFrame(columns), "y", ["t0", "t1", "t2"], weights="w", method=approach,
        groups={"t0": ["r0"], "t1": ["u1", "r1"], "t2": ["u2", "r2"]},
    )  # fmt: skip
    expected = dict(direct.table.select("driver", "importance").rows())
    got = {
        r["driver"]: r["importance"] for r in rows(found, policy="use_rating", approach=approach)
    }
    assert got == pytest.approx(expected, abs=1e-10)


def test_shares_add_up_and_lie_inside_their_intervals(found):
    for approach in LINEAR_APPROACHES:
        mine = rows(found, policy="use_rating", approach=approach)
        assert sum(row["value"] for row in mine) == pytest.approx(100)
        for row in mine:
            assert row["low"] <= row["value"] <= row["high"]
            assert row["rank_low"] <= row["rank"] <= row["rank_high"]


def test_every_linear_share_has_that_of_noise_beside_it(found):
    for row in found.drivers:
        is_known = row["policy"] in ("use_rating", "em") and row["approach"] != "latent"
        assert (row.get("share_of_noise") is not None) == is_known
        near = is_known and row["low"] <= row["share_of_noise"]
        assert ("noise" in (row.get("flags") or "").split()) == near


def test_lmg_and_johnson_split_the_r2_of_the_model(found):
    (model,) = (m for m in found.driver_models if m["policy"] == "use_rating"
                and m["target"] == "mean" and m["segment"] == "all")  # fmt: skip
    for approach in ("lmg", "johnson"):
        total = sum(
            row["importance"] for row in rows(found, policy="use_rating", approach=approach)
        )
        assert total == pytest.approx(model["value"], abs=1e-9)
    assert model["r2_held_out"] < model["value"]


def test_the_strongest_driver_comes_first_and_slopes_are_those_of_users(found):
    mine = {row["driver"]: row for row in rows(found, policy="use_rating", approach="lmg")}
    assert mine["t1"]["rank"] == 1  # the steepest slope, used by three of five
    for name, slope in (("t0", 0.5), ("t1", 0.8), ("t2", 0.2)):
        assert mine[name]["slope_low"] - 0.05 < slope < mine[name]["slope_high"] + 0.05


def test_unseen_rows_are_predicted_worse_and_only_where_most_have_no_blank():
    gaps = []
    for seed in range(8):
        few = analyse(made_up(200, blank=0.2, seed=seed), replace(TERMS, min_n=5000))
        models = {m["policy"]: m for m in few.driver_models if m["target"] == "mean"
                  and m["segment"] == "all"}  # fmt: skip
        gaps.append(models["use_rating"]["value"] - models["use_rating"]["r2_held_out"])
        assert models["em"]["r2_held_out"] is None  # hardly anybody rated all three
    assert 0 < np.mean(gaps) < 0.05  # about .015 by theory


def test_every_target_and_large_segment_has_a_model(found):
    made = {(m["segment"], m["group"], m["target"], m["policy"]) for m in found.driver_models}
    assert {("all", "all", target, "use_rating") for target in TARGETS.names} <= made
    assert {("side", side, "mean", "use_rating") for side in ("left", "right")} <= made
    assert {("all", "all", "mean", policy) for policy in ("em", "pairwise", "listwise")} <= made


def test_reach_and_users_of_a_segment_are_those_of_its_customers(sheets, found):
    for side in ("left", "right"):
        here = (sheets.segments["side"] == side).to_numpy()
        for row in rows(found, segment="side", group=side):
            k = sheets.drivers.index(row["driver"])
            share = np.average(sheets.used[here, k], weights=sheets.weight[here])
            assert row["reach"] == pytest.approx(100 * share)
            assert row["n_users"] == sheets.used[here, k].sum() <= row["n"]


def not_asked(sheets, side: str, *places: int):
    """Sheets in which one side was not asked about some drivers."""
    there = (sheets.segments["side"] == side).to_numpy()
    rating, used = sheets.rating.copy(), sheets.used.copy()
    for values in (rating, used):
        values[np.ix_(there, places)] = np.nan
    return replace(sheets, rating=rating, used=used)


def test_a_driver_that_a_segment_was_not_asked_about_has_no_share_there(sheets):
    found = analyse(not_asked(sheets, "left", 2), TERMS)
    drivers = {
        side: [row["driver"] for row in rows(found, segment="side", group=side)]
        for side in ("left", "right")
    }
    assert drivers == {"left": ["t0", "t1"], "right": ["t0", "t1", "t2"]}
    assert {row["driver"] for row in found.driver_contrasts} == {"t0", "t1"}
    (model,) = (m for m in found.driver_models if m["group"] == "left")
    assert model["n_drivers"] == 2


def test_a_segment_that_rated_one_touchpoint_has_no_model(sheets):
    found = analyse(not_asked(sheets, "left", 1, 2), TERMS)
    (model,) = (m for m in found.driver_models if m["group"] == "left")
    assert (model["status"], model["reason"]) == ("refused", "few_touchpoints")
    assert {row["group"] for row in found.drivers} == {"all", "right"}


def test_segments_that_do_not_differ_are_not_told_apart(found):
    assert len(found.driver_contrasts) == 6
    assert min(row["p_value"] for row in found.driver_contrasts) > 0.01
    left = {r["driver"]: r["value"] for r in found.driver_contrasts if r["group"] == "left"}
    right = {r["driver"]: r["value"] for r in found.driver_contrasts if r["group"] == "right"}
    assert left == pytest.approx({name: -value for name, value in right.items()})


def test_a_small_segment_is_refused_with_a_reason(sheets):
    found = analyse(sheets, replace(TERMS, min_n=5000))
    refused = [m for m in found.driver_models if m["segment"] == "side"]
    assert {m["status"] for m in refused} == {"refused"}
    assert {m["reason"] for m in refused} == {"few_answers?least=5000"}
    assert sum(m["n"] for m in refused) == sheets.n


@pytest.mark.parametrize(("reach", "n"), [(0.03, 0), (0.35, 13)])
def test_listwise_is_refused_where_few_rated_everything(reach, n):
    sheets = made_up(300, reach=(reach,) * 3)
    assert (~np.isnan(sheets.rating)).all(axis=1).sum() == n
    found = analyse(sheets, TERMS)
    (listwise,) = (m for m in found.driver_models if m["policy"] == "listwise")
    assert listwise["status"] == "refused"
    assert listwise["reason"] == f"few_rated_all?n={n}&least=5&needed=15"
    assert not [row for row in found.drivers if row["policy"] == "listwise"]


def test_the_same_seed_gives_the_same_numbers(sheets, found):
    assert analyse(sheets, TERMS) == found


def test_the_map_has_four_corners():
    importance, performance = np.array([30, 30, 5, 5]), np.array([60, 80, 60, 80])
    assert quadrants(importance, performance, 25, 70).tolist() == [0, 1, 2, 3]


def test_the_probabilities_of_the_quadrants_add_up(found):
    for row in found.priorities:
        total = sum(row[f"p_{name}"] for name in ("improve", "keep", "watch", "maintain"))
        assert total == pytest.approx(1)
        assert row["performance_low"] <= row["performance"] <= row["performance_high"]


def test_rows_become_the_declared_tables(sheets, found):
    places = _table(found.priorities, sheets, "priorities", TERMS, "hash")
    assert set(places["method"]) == {"owen"}
    for table in (DRIVERS, DRIVER_MODELS):
        made = _table(getattr(found, table.name), sheets, table.name, TERMS, "hash")
        require_columns(made.schema, table, table.name)
        assert made.select(table.key).is_duplicated().sum() == 0
        assert set(made["evidence"]) == {"association"}
