"""Slopes and robustness values by the design: brute force, a hidden cause, and doubled answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipelines.statistics.bootstrap import Units
from pipelines.statistics.robustness import Coefficients, robustness_value
from pipelines.whatif.confounding import Regressors, slopes_and_robustness, verdict

LEVEL = 0.95


def rows(n: int = 600, *, hidden: float = 0.0, seed: int = 1) -> Regressors:
    """Two ratings and an age; a hidden cause moves the first rating and the outcome alike."""
    rng = np.random.default_rng(seed)
    age, cause, *noise = rng.normal(size=(5, n))
    first = 0.5 * age + hidden * cause + noise[0]
    second = 0.5 * age + noise[1]
    outcome = 0.3 * first + 0.6 * second + 0.5 * age + hidden * cause + noise[2]
    values = np.column_stack([first, second, age, outcome])
    each = Units(np.arange(n), np.zeros(n, np.int64))
    return Regressors([values], {"first": (0,), "second": (1,)}, {"age": (2,)}, np.ones(n), each)


def least_squares(values: np.ndarray) -> Coefficients:
    """Slopes with the usual errors."""
    x, y = np.column_stack([values[:, :-1], np.ones(len(values))]), values[:, -1]
    inverse = np.linalg.inv(x.T @ x)
    slopes = inverse @ x.T @ y
    df = len(y) - x.shape[1]
    error = np.sqrt(np.diag(inverse) * ((y - x @ slopes) ** 2).sum() / df)
    return Coefficients(slopes[:-1], error[:-1], np.full(len(slopes) - 1, float(df)))


def test_slopes_and_partial_r2_are_those_of_least_squares():
    model = rows()
    plain = least_squares(model.completed[0])
    for at, one in enumerate(slopes_and_robustness(model, LEVEL)):
        assert one.slope.value[0] == pytest.approx(plain.value[at], rel=1e-10)
        assert one.slope.partial_r2[0] == pytest.approx(plain.partial_r2[at], rel=1e-10)
        assert one.rv == pytest.approx(robustness_value(plain)[at], rel=1e-10)
        assert one.slope.std_error[0] == pytest.approx(plain.std_error[at], rel=0.1)


def test_answers_that_clusters_repeat_are_not_worth_more():
    model = rows()
    twice = replace(
        model,
        completed=[np.repeat(model.completed[0], 2, axis=0)],
        weight=np.ones(1200),
        units=Units(np.repeat(np.arange(600), 2), np.zeros(600, np.int64)),
    )
    for once, again in zip(
        slopes_and_robustness(model, LEVEL), slopes_and_robustness(twice, LEVEL), strict=True
    ):
        assert again.slope.std_error[0] == pytest.approx(once.slope.std_error[0], rel=0.01)
        assert again.rv == pytest.approx(once.rv, rel=1e-9)
        assert again.rv_alpha == pytest.approx(once.rv_alpha, rel=0.02)


def test_few_clusters_leave_an_interval_that_is_easier_to_undo():
    model = rows()
    few = replace(model, units=Units(np.arange(600) % 8, np.zeros(8, np.int64)))
    many, some = slopes_and_robustness(model, LEVEL)[1], slopes_and_robustness(few, LEVEL)[1]
    assert some.design_df < 8 < many.design_df
    assert some.rv == pytest.approx(many.rv)
    assert some.rv_alpha < many.rv_alpha


def test_the_strongest_of_all_that_is_held_is_the_benchmark_in_all_its_columns():
    model = rows()
    age = model.completed[0][:, 2]
    # The same age, told by two columns of which none is as strong.
    parts = np.column_stack([np.maximum(age, 0), np.minimum(age, 0)])
    split = replace(
        model,
        completed=[np.column_stack([model.completed[0][:, :2], parts, model.completed[0][:, 3]])],
        confounders={"age": (2, 3), "nothing": ()},
    )
    whole, told = (slopes_and_robustness(one, LEVEL)[0] for one in (model, split))
    assert told.benchmark == whole.benchmark == "age"
    assert told.benchmark_kind == "confounder"
    assert told.left.value[0] == pytest.approx(whole.left.value[0], abs=0.02)
    undeclared = slopes_and_robustness(replace(model, confounders={}), LEVEL)[0]
    assert (undeclared.benchmark, undeclared.benchmark_kind) == ("second", "rating")


def test_blanks_widen_the_interval():
    model = rows()
    rng = np.random.default_rng(5)
    drawn = [model.completed[0] + rng.normal(0, [0.3, 0, 0, 0], (600, 4)) for _ in range(5)]
    plain = slopes_and_robustness(replace(model, completed=drawn[:1]), LEVEL)[0]
    several = slopes_and_robustness(replace(model, completed=drawn), LEVEL)[0]
    assert several.slope.std_error[0] > plain.slope.std_error[0]
    assert several.design_df < plain.design_df


def test_a_slope_that_a_hidden_cause_makes_is_fragile_and_a_strong_one_robust():
    made = rows(3000, hidden=0.35, seed=2)
    values = made.completed[0].copy()
    values[:, 3] -= 0.3 * values[:, 0]  # the first rating has no part in the outcome
    created, true = slopes_and_robustness(replace(made, completed=[values]), LEVEL)
    assert created.slope.value[0] > 3 * created.slope.std_error[0]
    assert verdict(created, LEVEL).startswith("fragile?left=")
    assert verdict(true, LEVEL).startswith("robust?left=")


def test_a_slope_near_zero_and_one_without_anything_to_compare_say_so():
    model = rows()
    values = model.completed[0].copy()
    values[:, 3] -= 0.3 * values[:, 0]
    assert verdict(slopes_and_robustness(replace(model, completed=[values]), LEVEL)[0], LEVEL) == (
        "not_distinguishable"
    )
    alone = replace(model, completed=[model.completed[0][:, [1, 3]]], drivers={"second": (0,)},
                    confounders={})  # fmt: skip
    (found,) = slopes_and_robustness(alone, LEVEL)
    assert found.left is None
    assert verdict(found, LEVEL).startswith("no_benchmark?percent=")


def test_a_rating_that_others_repeat_has_no_row():
    model = rows()
    same = np.column_stack([model.completed[0][:, [0, 0, 2, 3]]])
    assert slopes_and_robustness(replace(model, completed=[same]), LEVEL) == []
