"""Predicted against observed changes: by hand, nothing leaks, and a true model is found true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pipelines.core.errors import ContractError
from pipelines.outcomes.sheets import targets_of
from pipelines.statistics.bootstrap import Units
from pipelines.whatif.alike import AskedAlike
from pipelines.whatif.calibration import calibrate, calibration_rows, verdict
from pipelines.whatif.foretelling import Answers, Points, answers_of, foretold_points, usable
from pipelines.whatif.stacks import stack
from tests.whatif.waves import NAMES, SCALES, TERMS, wave


def simple(n: int) -> Units:
    return Units(np.arange(n), np.zeros(n, np.int64))


def test_changes_are_those_of_the_ones_held_out_against_the_others():
    """Slope of the others 2: rating mean 3 against 1 predicts 4; outcome mean 5 against 2 is 3."""
    rating = np.array([[0.0], [2.0], [1.0], [3.0], [3.0]])
    outcome = np.array([[0.0], [4.0], [2.0], [4.0], [6.0]])
    held = np.array([False, False, False, True, True])

    def foretell(seen: np.ndarray) -> np.ndarray:
        slope, first = np.polyfit(rating[seen, 0], outcome[seen, 0], 1)
        return first + slope * rating

    answers = Answers(("mean",), outcome, np.ones(5), simple(5), foretell)
    (points,), places = foretold_points(answers, [held])
    assert places == [0]
    assert points.predicted[0] == pytest.approx(4)
    assert points.observed[0] == pytest.approx(3)
    # Squares of deviations from the means of both parts, 8 / 9 and 2 / 4, and 5 / 4 for the design.
    assert points.observed_error[0] ** 2 == pytest.approx((8 / 9 + 2 / 4) * 5 / 4)
    # Of the others nothing is left beside the prediction; of those held out +-1 as before.
    assert points.noise[0] ** 2 == pytest.approx(2 / 4 * 5 / 4)
    assert points.n.tolist() == [2]


def test_answers_that_are_held_out_say_nothing_of_what_is_predicted_for_them():
    old, new = wave("2024"), wave("2025", 55, blank=0.2)
    moved = replace(new, target=new.target[::-1])
    first, other = (answers_of(stack([old, one], NAMES, SCALES)) for one in (new, moved))
    seen = np.repeat([True, False], 400)
    np.testing.assert_array_equal(first.foretell(seen), other.foretell(seen))
    assert not np.allclose(first.answered[~seen], other.answered[~seen])


def of_waves(*sheets) -> AskedAlike:
    return AskedAlike(list(sheets), NAMES, SCALES)


def rows_of(asked: AskedAlike) -> dict:
    return {
        (row["held_out"], row["target"]): (row, points)
        for row, points in calibration_rows(asked, TERMS)
    }


LEVELS = (44.0, 46.0, 48.0, 50.0, 52.0, 54.0, 56.0)


def test_where_outcomes_follow_the_ratings_a_predicted_point_comes_as_a_point():
    asked = of_waves(*(wave(f"{2010 + at}", level) for at, level in enumerate(LEVELS)))
    row, points = rows_of(asked)["waves", "mean"]
    assert row["value"] == pytest.approx(1, abs=0.15)
    assert row["low"] < 1 < row["high"]
    assert row["verdict"].startswith("as_predicted?slope=")
    assert row["rmse"] < 2 * row["rmse_attainable"] < row["rmse_no_change"]
    assert [point["wave"] for point in points] == [f"{2010 + at}" for at in range(7)]
    assert all(point["low"] < point["value"] < point["high"] for point in points)


def test_waves_that_something_else_moves_widen_the_interval_beyond_chance():
    shocks = (2.0, -1.5, 0.0, 2.5, -2.0, 1.0, -1.0)
    calm, moved = (
        rows_of(
            of_waves(
                *(
                    wave(f"{2010 + at}", level, shock=size * shock)
                    for at, (level, shock) in enumerate(zip(LEVELS, shocks, strict=True))
                )
            )
        )["waves", "mean"][0]
        for size in (0, 1)
    )
    assert moved["attainable_high"] - moved["attainable_low"] == pytest.approx(
        calm["attainable_high"] - calm["attainable_low"], rel=0.2
    )
    assert moved["high"] - moved["low"] > 2 * (calm["high"] - calm["low"])
    assert moved["rmse"] > 2 * moved["rmse_attainable"]


def test_slopes_that_another_cause_makes_foretell_changes_that_do_not_come():
    """A cause that differs between people but not between waves moves ratings and outcome."""

    def answered(at: int, level: float):
        sheet = wave(f"{2010 + at}", level, n=1000)
        mild = np.random.default_rng(at).normal(size=sheet.n)
        raised = sheet.rating + 15 * mild[:, None]
        said = np.clip(np.round(sheet.target[:, 0] / 10 + 2 * mild), 0, 10)
        return replace(sheet, rating=np.clip(raised, 0, 100), target=targets_of(said, 0, 10))

    row, _ = rows_of(of_waves(*(answered(*one) for one in enumerate(LEVELS))))["waves", "mean"]
    assert row["high"] < 1
    assert row["verdict"].startswith("less_than_predicted?slope=0.")


def test_one_wave_holds_out_respondents_and_says_so():
    found = rows_of(of_waves(wave("2025", n=1000)))
    assert found["waves", "mean"][0]["reason"] == "one_wave"
    assert found["waves", "mean"][1] == []
    row, points = found["respondents", "mean"]
    assert row["value"] == pytest.approx(1, abs=0.2)
    assert [point["tenth"] for point in points] == list(range(1, 11))
    assert sum(point["n"] for point in points) == 1000
    predicted = [point["predicted"] for point in points]
    assert predicted == sorted(predicted)


def test_two_waves_have_errors_but_no_slope():
    found = rows_of(of_waves(wave("2024"), wave("2025", 55)))
    row, points = found["waves", "mean"]
    assert row["reason"] == "few_points?n=2&least=3"
    assert row["value"] is None
    assert row["rmse_low"] < row["rmse"] < row["rmse_high"]
    assert len(points) == 2
    assert ("respondents", "mean") not in found


def test_groups_are_foretold_from_the_other_customers():
    row, points = rows_of(of_waves(wave("2025", n=1000)))["groups", "mean"]
    assert [(point["segment"], point["group"]) for point in points] == [
        ("side", "left"), ("side", "right"),
    ]  # fmt: skip
    # Each is the other's mirror, so that there is one contrast and no slope.
    assert row["reason"] == "few_points?n=2&least=3"
    small = of_waves(wave("2025", n=150))
    assert rows_of(small)["groups", "mean"][0]["reason"] == "few_groups?least=100"


def test_a_confounder_of_which_those_seen_hardly_know_a_group_is_left_out():
    kind = np.repeat([0, 1, 2], 30)
    columns = np.column_stack([kind == 1, kind == 2, np.arange(90)]).astype(float)
    of = ["kind", "kind", "hope"]
    assert usable(columns, of, np.ones(90, bool)).all()
    for group in range(3):
        assert usable(columns, of, kind != group).tolist() == [False, False, True]
    # The group that others are compared with counts as well, though it has no column.
    few = (kind != 0) | (np.arange(90) < 5)
    assert usable(columns, of, few).tolist() == [False, False, True]


def test_a_wave_may_lack_a_group_that_others_have():
    def held(sheet, groups: list[str]):
        return replace(sheet, confounders=pl.DataFrame({"gate": groups * (sheet.n // len(groups))}))

    waves = [
        held(wave(f"{2010 + at}", level, blank=0.05), ["A", "B"] if at else ["A"])
        for at, level in enumerate(LEVELS)
    ]
    row, points = rows_of(of_waves(*waves))["waves", "mean"]
    assert row["value"] == pytest.approx(1, abs=0.15)
    assert len(points) == len(LEVELS)


def test_what_cannot_be_foretold_leaves_the_other_points():
    outcome = np.repeat([0.0, 1.0, 3.0], 2)[:, None]
    parts = [np.repeat([at == k for at in range(3)], 2) for k in range(3)]

    def foretell(seen: np.ndarray) -> np.ndarray:
        if not seen[0]:
            raise ContractError("model", expected="a fit", got="none", todo="leave it out")
        return np.full((6, 1), outcome[seen].mean())

    answers = Answers(("mean",), outcome, np.ones(6), simple(6), foretell)
    (found,), places = foretold_points(answers, parts)
    assert places == [1, 2]
    assert found.observed == pytest.approx([1 - 1.5, 3 - 0.5])
    with pytest.raises(ContractError, match="a model of those who are not held out, got none"):
        foretold_points(answers, parts[:1])


def points(predicted: list[float], observed: list[float], noise: float) -> Points:
    size = len(predicted)
    return Points(np.array(predicted), np.array(observed), np.full(size, noise),
                  noise**2 * np.eye(size), np.full(size, 100), size - 1, 1000)  # fmt: skip


def test_a_perfect_model_would_have_the_slope_and_the_error_that_chance_leaves():
    """Weights 1 / .25, spread of predictions 8: error of the slope .5 / sqrt(8), t(2) 4.303."""
    found = calibrate(points([-2, 0, 0, 2], [-2, 0.5, -0.5, 2], 0.5), 0.95)
    assert found.rmse_attainable == pytest.approx(0.5)
    assert found.rmse == pytest.approx(np.sqrt(0.125))
    assert found.attainable_high == pytest.approx(1 + 4.3027 * 0.5 / np.sqrt(8), abs=1e-4)
    assert (found.value, found.intercept) == pytest.approx((1, 0))
    assert found.rmse_no_change == pytest.approx(np.sqrt(8.5 / 4))
    assert found.mae == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ((0.8, 1.3), "as_predicted"),
        ((0.2, 0.9), "less_than_predicted"),
        ((1.1, 1.9), "more_than_predicted"),
        ((-0.5, 1.9), "not_told"),
        ((-0.5, 0.9), "did_not_come"),
        ((-1.5, -0.1), "opposite"),
    ],
)
def test_the_verdict_says_on_which_side_of_0_and_1_the_slope_lies(ends, code):
    assert verdict(0.5, *ends) == f"{code}?slope=0.50"
