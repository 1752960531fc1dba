"""Observed journeys keep to the framework, and their agreement and scores are as told."""

from __future__ import annotations

import json
from datetime import date, time, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from sklearn.metrics import cohen_kappa_score

from pipelines.simulate.framework import (
    HIGHEST_POINTS,
    INTERACTION_TYPES,
    LOWEST_POINTS,
    framework,
    neighbours,
)
from pipelines.simulate.model import STAGES, TIME_ZONE, TOUCHPOINT_NAMES, TOUCHPOINTS
from pipelines.simulate.observations import (
    OBSERVERS,
    TEAMS,
    Observations,
    agreement,
    expected_agreement,
    expected_scores,
    observe_journeys,
)

MANY = 20_000
PLACE = {interaction.id: place for place, interaction in enumerate(INTERACTION_TYPES)}


@pytest.fixture(scope="module")
def seen() -> Observations:
    return observe_journeys(np.random.default_rng(20260101))


@pytest.fixture(scope="module")
def many() -> Observations:
    return observe_journeys(np.random.default_rng(5), own=MANY, competitor=MANY)


def side_by_side(many: Observations, kind: str, column: str) -> pl.DataFrame:
    """One row per interaction that took place, one column per observer; null if missed."""
    return many.coded.filter(pl.col("kind") == kind).pivot(
        "observer", index=["journey_id", "position"], values=column
    )


# The framework


def test_the_framework_has_sixty_interactions_at_all_touchpoints():
    rows = framework()
    assert rows.height == rows["interaction_type"].n_unique() == 60
    assert rows["label_en"].n_unique() == rows["label_de"].n_unique() == 60
    assert set(rows["touchpoint_id"]) == set(TOUCHPOINT_NAMES)
    assert rows.group_by("touchpoint_id").len()["len"].min() == 2
    assert (rows["points"].min(), rows["points"].max()) == (LOWEST_POINTS, HIGHEST_POINTS)
    stages = {point.id: point.stage for point in TOUCHPOINTS}
    assert all(
        stages[point] == stage for point, stage in rows.select("touchpoint_id", "stage").rows()
    )


def test_points_rise_within_a_touchpoint():
    rises = framework().with_columns(
        rise=pl.col("points").diff().over("touchpoint_id", mapping_strategy="group_to_rows")
    )
    assert rises["rise"].drop_nulls().min() > 0


def test_a_late_parcel_is_taken_for_one_damaged_or_one_left_with_neighbours():
    late = dict(zip(PLACE, neighbours(0.7)[PLACE["delivery_late"]], strict=True))
    found = {name: chance for name, chance in late.items() if chance}
    assert found == pytest.approx({"delivery_damaged": 0.3, "delivery_at_neighbours": 0.7})
    worst = neighbours(0.7)[PLACE["delivery_damaged"]]
    assert worst[PLACE["delivery_late"]] == 1  # the only neighbour


# Structure


@pytest.mark.parametrize(("kind", "size"), [("own", 300), ("competitor", 60)])
def test_every_journey_is_coded_by_its_team(seen, kind, size):
    its = seen.coded.filter(pl.col("kind") == kind)
    teams = its.group_by("journey_id").agg(pl.col("observer").unique().sort().str.join(""))
    assert teams.height == size
    assert set(teams["observer"]) == {"".join(TEAMS[kind])}


@given(st.integers(0, 2**32), st.integers(0, 4), st.integers(0, 4))
def test_journeys_hold_together_whatever_the_seed(seed, own, competitor):
    found = observe_journeys(np.random.default_rng(seed), own=own, competitor=competitor)
    truth, coded = found.truth, found.coded
    lengths = truth.group_by("journey_id").agg(pl.len(), last=pl.col("position").max())
    assert lengths.height == own + competitor
    assert lengths["len"].is_between(4, 12).all()
    assert (lengths["len"] == lengths["last"]).all()
    place = pl.col("stage").replace_strict(list(STAGES), list(range(len(STAGES))))
    steps = truth.select(place.diff().over("journey_id")).to_series().drop_nulls()
    assert (steps >= 0).all()
    assert coded["interaction_id"].is_unique().all()


def test_observers_code_interactions_of_the_true_touchpoint(seen):
    where = framework().select("interaction_type", "touchpoint_id")
    true = seen.truth.join(where, on="interaction_type").select(
        "journey_id", "position", true="touchpoint_id"
    )
    both = seen.coded.join(true, on=["journey_id", "position"], how="left")
    assert both["touchpoint_id"].equals(both["true"])
    meant = seen.coded.join(framework(), on="interaction_type", how="left", suffix="_meant")
    assert meant["points"].equals(meant["points_meant"])
    assert meant["touchpoint_id"].equals(meant["touchpoint_id_meant"])


def test_times_lie_in_opening_hours_rise_and_are_the_same_for_all_observers(seen):
    times = seen.coded["occurred_at"]
    assert times.dtype == pl.Datetime("us", "UTC")
    assert (times.dt.microsecond() == 0).all()
    assert times.dt.date().is_between(date(2025, 3, 1), date(2025, 10, 31)).all()
    for clock in (times.dt.time(), times.dt.convert_time_zone(TIME_ZONE).dt.time()):
        assert clock.is_between(time(8), time(20)).all()
    moments = seen.coded.select("journey_id", "position", "occurred_at").unique()
    assert moments.select("journey_id", "position").is_unique().all()
    steps = moments.sort("journey_id", "position").select(
        pl.col("occurred_at").diff().over("journey_id")
    )
    assert steps.to_series().min() >= timedelta(minutes=1)


def test_a_stage_s_sum_adds_the_points_of_its_interactions(seen):
    first = seen.truth.filter(pl.col("journey_id") == "J001")
    for (stage,), rows in first.partition_by("stage", as_dict=True).items():
        its = [INTERACTION_TYPES[PLACE[name]] for name in rows["interaction_type"]]
        assert rows["stage_sum"].unique().to_list() == [sum(one.points for one in its)], stage
    stages = seen.truth.unique(["journey_id", "stage"])
    assert stages["stage_sum"].sum() == seen.truth["points"].sum()


def test_the_same_seed_gives_the_same_observations(seen):
    again = observe_journeys(np.random.default_rng(20260101))
    assert_frame_equal(again.coded, seen.coded)
    assert_frame_equal(again.truth, seen.truth)
    other = observe_journeys(np.random.default_rng(20260102))
    assert not other.coded.equals(seen.coded)


def test_the_truth_can_be_written_as_json(seen):
    told = [seen.agreement, seen.stage_scores, seen.truth.to_dict(as_series=False)]
    assert json.loads(json.dumps(told)) == told


# Agreement


def test_a_textbook_table_has_a_kappa_of_two_fifths():
    # Both say yes 20, both no 15, 5 and 10 apart: agreement .7, by chance .5
    together = np.zeros((len(INTERACTION_TYPES), len(INTERACTION_TYPES)))
    together[:2, :2] = np.array([[20, 5], [10, 15]]) / 50
    found = agreement(together)
    assert found == pytest.approx({"share": 0.7, "kappa": 0.4, "weighted_kappa": 0.4})


def test_of_two_observers_the_icc_is_the_weighted_kappa():
    # Fleiss and Cohen (1973), Educational and Psychological Measurement 33, 613-619
    found = expected_agreement("competitor")
    assert found["icc"] == pytest.approx(found["A-B"]["weighted_kappa"], abs=1e-6)


@pytest.mark.parametrize("name", OBSERVERS)
def test_observers_are_right_and_miss_as_often_as_told(many, name):
    said = many.truth.join(
        many.coded.filter(pl.col("observer") == name).select(
            "journey_id", "position", said="interaction_type"
        ),
        on=["journey_id", "position"],
        how="left",
    ).filter(pl.col("journey_id").str.starts_with("J"))
    told, n = OBSERVERS[name], said.height
    right = (said["said"] == said["interaction_type"]).fill_null(False).mean()
    assert right == pytest.approx(told.right, abs=4 * np.sqrt(told.right * (1 - told.right) / n))
    missed = said["said"].is_null().mean()
    assert missed == pytest.approx(told.missed, abs=4 * np.sqrt(told.missed / n))


@pytest.mark.parametrize("name", OBSERVERS)
def test_mistakes_lean_as_told_where_there_are_two_neighbours(many, name):
    touchpoints = framework()["touchpoint_id"]
    middle = (touchpoints == touchpoints.shift(1)) & (touchpoints == touchpoints.shift(-1))
    between = framework().filter(middle)["interaction_type"]
    true = many.truth.filter(pl.col("interaction_type").is_in(between.implode()))
    said = many.coded.filter(pl.col("observer") == name)
    both = said.join(true, on=["journey_id", "position"], suffix="_true")
    wrong = both.filter(pl.col("interaction_type") != pl.col("interaction_type_true"))
    better = (wrong["points"] > wrong["points_true"]).mean()
    error = 4 * 0.5 / wrong.height**0.5
    assert error < 0.1
    assert better == pytest.approx(OBSERVERS[name].lenient, abs=error)


@pytest.mark.parametrize(
    ("kind", "pair"), [("own", "A-B"), ("own", "A-C"), ("own", "B-C"), ("competitor", "A-B")]
)
def test_agreement_of_many_journeys_is_as_told(many, kind, pair):
    told = expected_agreement(kind)[pair]
    one, other = pair.split("-")
    codes = side_by_side(many, kind, "interaction_type").drop_nulls([one, other])
    points = side_by_side(many, kind, "points").drop_nulls([one, other])
    error = 4 * np.sqrt(0.25 / codes.height)
    assert (codes[one] == codes[other]).mean() == pytest.approx(told["share"], abs=error)
    kappa = cohen_kappa_score(codes[one].to_numpy(), codes[other].to_numpy())
    assert kappa == pytest.approx(told["kappa"], abs=error)
    weighted = cohen_kappa_score(
        points[one].to_numpy(),
        points[other].to_numpy(),
        labels=list(range(LOWEST_POINTS, HIGHEST_POINTS + 1)),
        weights="quadratic",
    )
    assert weighted == pytest.approx(told["weighted_kappa"], abs=2 * error)


def test_the_icc_of_many_journeys_is_as_told(many):
    # ICC(A,1) from the mean squares of a two-way table, McGraw and Wong (1996), table 4
    x = (
        side_by_side(many, "own", "points")
        .drop_nulls()
        .select("A", "B", "C")
        .to_numpy()
        .astype(float)
    )
    n, k = x.shape
    rows, columns = x.mean(axis=1), x.mean(axis=0)
    msr = k * rows.var(ddof=1)
    msc = n * columns.var(ddof=1)
    mse = ((x - rows[:, None] - columns + x.mean()) ** 2).sum() / ((n - 1) * (k - 1))
    icc = (msr - mse) / (msr + (k - 1) * mse + k / n * (msc - mse))
    assert icc == pytest.approx(expected_agreement("own")["icc"], abs=0.006)


def test_a_better_observer_agrees_more():
    found = expected_agreement("own")
    for measure in ("share", "kappa", "weighted_kappa"):
        assert found["A-B"][measure] > found["A-C"][measure] > found["B-C"][measure]


# Scores


@pytest.mark.parametrize("kind", TEAMS)
def test_stage_scores_of_many_journeys_are_as_told(many, kind):
    letter = {"own": "J", "competitor": "H"}[kind]
    its = many.truth.filter(pl.col("journey_id").str.starts_with(letter))
    for stage, told in expected_scores(kind).items():
        here = its.filter(pl.col("stage") == stage)
        by_journey = here.group_by("journey_id").agg(pl.len(), sum=pl.col("points").sum())
        sums, n = by_journey["sum"], by_journey.height
        assert n / MANY == pytest.approx(told["reached"], abs=4 * 0.5 / MANY**0.5)
        assert sums.mean() == pytest.approx(told["sum"], abs=4 * sums.std() / n**0.5)
        rest = sums - told["mean"] * by_journey["len"]  # of a ratio, linearised
        error = 4 * rest.std() * n**0.5 / here.height
        assert here["points"].mean() == pytest.approx(told["mean"], abs=error)


def test_interactions_of_a_journey_resemble_each_other(many):
    centred = many.truth.with_columns(
        (pl.col("points") - pl.col("points").mean().over("stage")).alias("points"),
        half=pl.col("position") % 2,
    ).filter(pl.col("journey_id").str.starts_with("J"))
    halves = centred.pivot("half", index="journey_id", values="points", aggregate_function="mean")
    assert np.corrcoef(halves["0"], halves["1"])[0, 1] > 0.1


def test_what_happened_after_the_sale_disappoints_at_home_and_not_at_the_competitor():
    own, other = expected_scores("own"), expected_scores("competitor")
    assert own["consideration"]["sum"] > 1 > other["consideration"]["sum"]
    assert own["retention"]["sum"] < -1 < 0 < other["retention"]["sum"]
