"""Portfolios: against every combination, by hand, and as properties."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.errors import ContractError
from pipelines.decisions.portfolio import Options, best_plan, keeps_constraints, plan_value


def options(value, cost, **others) -> Options:
    value, cost = np.atleast_2d(np.array(value, float)), np.array(cost, float)
    free = {
        "use": np.zeros((cost.size, 0)),
        "capacity": np.zeros(0),
        "exclusions": (),
        "prerequisites": (),
        "barred": np.zeros(cost.size, bool),
    }
    return Options(value, cost, **free | others)


def drawn_options(seed: int, n: int) -> Options:
    """Measures with everything that can forbid them."""
    rng = np.random.default_rng(seed)
    pairs = [tuple(rng.choice(n, 2, replace=False)) for _ in range(4)] if n > 1 else []
    return options(
        rng.normal(1, 2, (12, n)),
        rng.integers(0, 10, n),
        use=rng.integers(0, 4, (n, 2)).astype(float),
        capacity=np.array([n, n / 2.0]),
        exclusions=pairs[:2],
        prerequisites=pairs[2:],
        barred=rng.random(n) < 0.1,
    )


def best_of_all(found: Options, budget: float, tail: float) -> float:
    """Try every combination; the worst share of the draws by cutting the sorted values."""
    taken = np.array(list(product((0.0, 1.0), repeat=found.n)))
    allowed = taken @ found.cost <= budget
    allowed &= (taken @ found.use <= found.capacity).all(axis=1)
    allowed &= (taken[:, found.barred] == 0).all(axis=1)
    for one, other in found.exclusions:
        allowed &= taken[:, one] + taken[:, other] < 2
    for one, other in found.prerequisites:
        allowed &= taken[:, one] <= taken[:, other]
    values = np.sort(taken[allowed] @ found.value.T, axis=1)
    share = np.clip(tail * values.shape[1] - np.arange(values.shape[1]), 0, 1)
    return float((values @ (share / share.sum())).max())


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6), st.integers(1, 9), st.floats(0, 40), st.sampled_from([1.0, 0.25, 0.1])
)
def test_no_allowed_combination_is_better(seed, n, budget, tail):
    found = drawn_options(seed, n)
    plan = best_plan(found, budget, tail)
    assert keeps_constraints(found, plan.taken, budget)
    assert plan.value == pytest.approx(best_of_all(found, budget, tail), abs=1e-6)
    assert plan.gap == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("tail", [1.0, 0.3])
def test_fifteen_measures_are_as_good_as_the_best_of_all_combinations(tail):
    found = drawn_options(8, 15)
    assert best_plan(found, 30, tail).value == pytest.approx(best_of_all(found, 30, tail), abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.floats(0, 60), min_size=2, max_size=4))
def test_more_budget_is_never_worse(seed, budgets):
    found = drawn_options(seed, 8)
    values = [best_plan(found, budget).value for budget in sorted(budgets)]
    assert (np.diff(values) >= -1e-9).all()


def test_two_small_measures_beat_one_large_under_the_same_budget():
    taken = best_plan(options([3, 2, 2], [3, 2, 2]), 4).taken
    assert taken.tolist() == [False, True, True]


def test_a_measure_that_may_do_harm_is_left_out_where_the_worst_counts():
    """Its mean is 2, that of the other 1; of its worst half the mean is -1."""
    found = options([[5, 1], [-1, 1]], [1, 1])
    assert best_plan(found, 1).taken.tolist() == [True, False]
    assert best_plan(found, 1, tail=0.5).taken.tolist() == [False, True]
    assert plan_value(found, np.array([True, False]), 0.5) == -1


def test_what_is_excluded_required_or_barred_is_kept():
    value, cost = [3, 2, 1], [1, 1, 1]
    assert not best_plan(options(value, cost, exclusions=[(0, 1)]), 9).taken[1]
    barred = np.array([False, False, True])
    needs = best_plan(options(value, cost, prerequisites=[(0, 2)], barred=barred), 9)
    assert needs.taken.tolist() == [False, True, False]


def test_no_budget_takes_what_is_free_and_nothing_else():
    assert best_plan(options([1, 1], [0, 1]), 0).taken.tolist() == [True, False]


def test_what_is_no_measure_is_refused():
    with pytest.raises(ContractError, match="costs and capacities of 0 or more"):
        options([1], [-1])
    with pytest.raises(ContractError, match="finite numbers"):
        options([np.nan], [1])
    with pytest.raises(ContractError, match="a tail in 0-1, got 0"):
        best_plan(options([1], [1]), 1, tail=0)
