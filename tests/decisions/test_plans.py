"""Plans: against every combination, their constraints, and why each measure is in or out."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contract.plan_codes import WHY
from pipelines.core.errors import ContractError
from pipelines.decisions import combinations
from pipelines.decisions.combinations import allowed_sets
from pipelines.decisions.plans import Offer, offer_of, plan_under
from pipelines.decisions.portfolio import keeps_constraints
from pipelines.decisions.rules import Figures, chosen_by
from tests.decisions.small_register import MONTHS, measure, outlook, read
from tests.decisions.test_effects import FAILS, TRIAL
from tests.decisions.test_portfolio import best_of_all, drawn_options


def offered(*measures, known=None, capacities=None, beyond=()) -> Offer:
    return offer_of(
        read(*measures), capacities or {}, known or outlook(), "mean", months=MONTHS, beyond=beyond
    )


def planned(offer, budget, objective="expected", solved=20):
    found = plan_under(budget, offer, objective=objective, tail=0.25, solved=solved)
    assert not [fault for code in found.why.values() if (fault := WHY.fault(code))]
    return found


def test_the_plan_is_what_fits_best_and_says_why():
    offer = offered(
        measure("a_desk", one_off=10.0),
        measure("b_web", "web", one_off=12.0),
        measure("c_dear", "web", share=0.1, one_off=90.0),
        measure("d_dull", "web", share=0.1, one_off=11.0),
    )
    plan = planned(offer, 25.0)
    assert plan.taken == ("a_desk", "b_web")
    assert plan.cost == 22.0
    assert plan.added == pytest.approx(10.0)
    assert plan.gain.value == pytest.approx(9.5)  # together less than the sum
    assert plan.gap == 0.0
    assert plan.p_best == 1.0
    assert plan.why == {
        "a_desk": "taken", "b_web": "taken", "c_dear": "too_dear", "d_dull": "outweighed",
    }  # fmt: skip


def test_an_edit_changes_the_plan():
    cheap = planned(offered(measure("a", one_off=10.0), measure("b", "web", one_off=9.0)), 10.0)
    assert cheap.taken == ("b",)
    dearer = planned(offered(measure("a", one_off=10.0), measure("b", "web", one_off=11.0)), 10.0)
    assert dearer.taken == ("a",)
    gone = planned(offered(measure("a", one_off=10.0), measure("b", "web", status="dropped")), 20.0)
    assert gone.taken == ("a",)
    assert gone.why["b"] == "dropped"


def test_exclusions_prerequisites_rivals_and_capacities_are_kept_and_named():
    offer = offered(
        measure("a", one_off=1.0, excludes="b", capacity="days=3"),
        measure("b", "web", share=0.3, one_off=1.0),
        measure("c", "web", share=0.2, one_off=1.0, requires="d"),
        measure("d", "web", share=0.2, one_off=50.0),
        measure("e", move="lift_best", share=0.1, one_off=1.0),
        measure("f", "web", share=0.5, one_off=1.0, capacity="days=9"),
        capacities={"days": 5.0},
    )
    assert planned(offer, 10.0).why == {
        "a": "taken", "b": "excluded?other=a", "c": "requires?other=d", "d": "too_dear",
        "e": "rival?other=a", "f": "capacity?capacity=days",
    }  # fmt: skip


def test_what_is_barred_is_never_taken_nor_what_needs_it():
    best = measure("a", move="lift_best", share=0.5, one_off=0.0)
    offer = offered(best, measure("b", "web", requires="a"), known=outlook(gates=[FAILS]))
    plan = planned(offer, 100.0)
    assert plan.taken == ()
    assert plan.why == {"a": "gate?touchpoint=desk&p=0.93", "b": "requires_barred?other=a"}
    assert plan.gain.value == 0.0
    assert plan.p_taken == {"a": 0.0, "b": 0.0}


def test_what_was_taken_already_costs_nothing_more_and_counts_as_there():
    offer = offered(
        measure("a", status="done", one_off=1000.0),
        measure("b", "web", requires="a"),
        measure("c", excludes="a"),
    )
    plan = planned(offer, 10.0)
    assert plan.taken == ("b",)
    assert plan.why == {"a": "done", "b": "taken", "c": "taken_instead?other=a"}


def test_a_measured_effect_decides():
    without = planned(offered(measure("a"), measure("b", "web")), 10.0)
    row, moved = measure("a")
    offer = offered((row | TRIAL | {"measured": 9.0}, moved), measure("b", "web"))
    assert without.taken == ("b",)
    assert planned(offer, 10.0).taken == ("a",)


def test_a_cautious_plan_may_be_another():
    row, moved = measure("a")
    wild = (row | TRIAL | {"measured": 7.0, "measured_error": 5.0}, moved)
    offer = offered(wild, measure("b", "web"))
    assert planned(offer, 10.0).taken == ("a",)
    assert planned(offer, 10.0, "cautious").taken == ("b",)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"capacity": "dais=3"}, r"a capacity that is declared, got 'dais'; did you mean 'days'"),
        ({"requires": "b"}, r"a measure that is declared, got 'b'"),
    ],
)
def test_a_name_that_nobody_declared_is_refused(changes, words):
    with pytest.raises(ContractError, match=f"measure a: expected {words}"):
        offered(measure("a", **changes), capacities={"days": 1.0})


def test_a_plan_without_measures_is_empty():
    plan = planned(offered(), 10.0)
    assert plan.taken == ()
    assert plan.p_best == 1.0


def random_offer(seed: int, n: int) -> Offer:
    """Drawn options in the place of what an outlook would say."""
    options = drawn_options(seed, n)
    names = [f"m{at:02d}" for at in range(n)]
    rows = [measure(name, one_off=float(options.cost[at])) for at, name in enumerate(names)]
    base = offered(*rows)
    bars = tuple(("done",) if barred else () for barred in options.barred)
    return replace(base, options=options, capacities=("one", "two"), bars=bars)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 15), st.floats(0, 60),
       st.sampled_from(["expected", "cautious"]))  # fmt: skip
def test_no_combination_is_better_and_every_constraint_is_kept(seed, n, budget, objective):
    offer = random_offer(seed, n)
    plan = planned(offer, budget, objective)
    tail = 1.0 if objective == "expected" else 0.25
    assert plan.added == pytest.approx(best_of_all(offer.options, budget, tail), abs=1e-6)
    taken = np.array([one.name in plan.taken for one in offer.candidates], bool)
    assert keeps_constraints(offer.options, taken, budget)
    assert plan.gap == pytest.approx(0.0, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 9), st.floats(0, 40))
def test_chances_count_the_draws_whose_best_plan_it_is(seed, n, budget):
    offer = random_offer(seed, n)
    plan = planned(offer, budget)
    taken = np.array([one.name in plan.taken for one in offer.candidates], bool)
    best = [best_of_all(offer.options.draw(at), budget, 1.0) for at in range(12)]
    own = offer.options.value[:, taken].sum(axis=1)
    assert plan.p_best == pytest.approx(np.mean(own >= np.array(best) - 1e-6))
    assert all(0 <= p <= 1 for p in plan.p_taken.values())


def test_chances_are_alike_whether_all_sets_are_listed_or_each_draw_is_solved(monkeypatch):
    offer = random_offer(3, 8)
    listed = planned(offer, 20.0)
    monkeypatch.setattr(combinations, "MOST_SETS", 3)
    solved = planned(offer, 20.0)
    assert solved.p_best == listed.p_best
    assert solved.p_taken == listed.p_taken


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 9), st.floats(0, 40))
def test_allowed_sets_are_those_that_keep_all_constraints(seed, n, budget):
    options = drawn_options(seed, n)
    found = {tuple(row) for row in allowed_sets(options, budget).tolist()}
    every = np.array(list(product((False, True), repeat=n)), bool)
    assert found == {
        tuple(row.tolist()) for row in every if keeps_constraints(options, row, budget)
    }


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 9))
def test_more_budget_is_never_worse(seed, n):
    offer = random_offer(seed, n)
    for objective in ("expected", "cautious"):
        added = [planned(offer, budget, objective).added for budget in (0, 5, 10, 20, 40)]
        assert all(one <= after + 1e-6 for one, after in pairwise(added))


FIGURES = Figures(
    importance={("all", "all", "desk"): 70.0, ("all", "all", "web"): 30.0},
    performance={("all", "all", "desk"): 80.0, ("all", "all", "web"): 60.0},
    promise={("all", "all", "desk", "lift_good"): 5.0, ("all", "all", "web", "lift_good"): 9.0},
)


def test_other_rules_take_by_their_figure_under_the_same_constraints():
    offer = offered(measure("a"), measure("b", "web"), measure("c", "web", one_off=500.0))
    found = {
        rule: offer.names(chosen_by(rule, offer, FIGURES, 10.0))
        for rule in ("importance", "gap", "correlation")
    }
    assert found == {"importance": ("a",), "gap": ("b",), "correlation": ("b",)}


def test_a_rule_takes_what_a_measure_needs_with_it():
    offer = offered(measure("a", requires="b"), measure("b", "web"), measure("c", share=0.9))
    assert offer.names(chosen_by("importance", offer, FIGURES, 20.0)) == ("a", "b")
    assert offer.names(chosen_by("importance", offer, FIGURES, 10.0)) == ("c",)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 9), st.floats(0, 40))
def test_no_rule_breaks_a_constraint_or_beats_the_plan(seed, n, budget):
    offer = random_offer(seed, n)
    best = planned(offer, budget).added
    for rule in ("importance", "gap", "correlation"):
        taken = chosen_by(rule, offer, FIGURES, budget)
        assert keeps_constraints(offer.options, taken, budget)
        assert offer.options.value[:, taken].sum(axis=1).mean() <= best + 1e-6
