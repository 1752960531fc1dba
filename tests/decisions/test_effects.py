"""Effects of measures: worked by hand, and what bars them."""

import numpy as np
import pytest

from pipelines.contract.plan_codes import BARS
from pipelines.core.errors import ContractError
from pipelines.decisions.effects import bars, gain
from tests.decisions import small_register
from tests.decisions.small_register import MONTHS, measure, outlook, read

FAILS = {"driver": "desk", "touchpoint_id": "desk", "gate": "fails", "p_fails": 0.93}
HOLDS = {"driver": "desk", "touchpoint_id": "desk", "gate": "holds", "p_fails": 0.02}
EXCITES = {"driver": "desk", "touchpoint_id": "desk", "kano_class": "excitement"}
TRIAL = {"measured_outcome": "nps", "measured_target": "mean", "measured": 2.0,
         "measured_error": 0.5, "measured_n": 80, "evidence": "experimental"}  # fmt: skip


def barred(one, known, target="mean", beyond=()):
    (candidate,) = read(one)
    found = bars(candidate, known, target, months=MONTHS, beyond=beyond)
    assert not [fault for code in found if (fault := BARS.fault(code))]
    return found


def test_a_measure_brings_its_share_of_the_move():
    found = gain(read(measure("a", share=0.5)), outlook(), "mean")
    assert found.value == pytest.approx(2.0)
    np.testing.assert_allclose(found.draws, [1.5, 2.0, 2.5])
    assert found.ends(0.9)[0] == pytest.approx(np.quantile([1.5, 2, 2.5], 0.05))


def test_measures_with_the_same_move_add_their_shares_up_to_all():
    known = outlook()
    some = gain(read(measure("a", share=0.5), measure("b", share=0.3)), known, "mean")
    assert some.value == pytest.approx(0.8 * 4)
    more = gain(read(measure("a", share=0.7), measure("b", share=0.7)), known, "mean")
    assert more.value == pytest.approx(4.0)


def test_measures_together_are_evaluated_with_their_interaction():
    both = gain(read(measure("a"), measure("b", "web")), outlook(), "mean")
    assert both.value == pytest.approx(4 + 6 - 0.5)


def test_what_reaches_a_group_counts_by_its_part_and_adds_to_what_everybody_has():
    known = outlook(groups=("young",))
    young = {"segment": "age", "group": "young"}
    alone = gain(read(measure("a", share=0.5, **young)), known, "mean")
    assert alone.value == pytest.approx(0.25 * 2)
    both = gain(read(measure("a", share=0.8), measure("b", share=0.5, **young)), known, "mean")
    assert both.value == pytest.approx(0.8 * 4 + 0.25 * 0.2 * 4)


def test_a_measured_effect_takes_the_place_of_the_models_with_its_own_error():
    known = outlook(groups=("young",))
    found = gain(read(measure("a", **TRIAL)), known, "mean")
    assert found.value == 2.0
    assert found.draws.mean() == pytest.approx(2.0)
    assert found.draws.std() == pytest.approx(0.5)
    assert gain(read(measure("a", **TRIAL)), known, "top_box").value == pytest.approx(8.0)
    young = gain(read(measure("a", segment="age", group="young", **TRIAL)), known, "mean")
    assert young.value == pytest.approx(0.5)


def test_a_measured_effect_needs_no_support_by_the_model():
    beyond = measure("a", move="lift_best", share=1.0)
    assert barred(beyond, outlook()) == [
        "beyond_support?asked=100&concerned=100&largest=50&shown=80"
    ]
    assert barred((beyond[0] | TRIAL, beyond[1]), outlook()) == []
    assert barred((beyond[0] | TRIAL, beyond[1]), outlook(), "top_box") != []


def test_where_a_must_be_fails_what_delights_is_barred_and_what_mends_it_is_not():
    known = outlook(gates=[FAILS])
    assert barred(measure("a", move="lift_best", share=0.5), known) == [
        "gate?touchpoint=desk&p=0.93"
    ]
    assert barred(measure("a", move="lift_good"), known) == []
    assert barred(measure("a", "web", "lift_good"), known) == []
    assert barred(measure("a", move="lift_best", share=0.5), outlook(gates=[HOLDS])) == []


def test_what_makes_good_delights_where_the_touchpoint_is_of_the_class_excitement():
    assert barred(measure("a"), outlook(gates=[FAILS], classes=[EXCITES])) != []
    assert barred(measure("a"), outlook(gates=[HOLDS], classes=[EXCITES])) == []


def test_the_gate_of_a_group_is_its_own_if_it_has_one():
    young = {"segment": "age", "group": "young"}
    best = measure("a", move="lift_best", share=0.5, **young)
    assert barred(best, outlook(groups=("young",), gates=[FAILS])) != []
    assert barred(best, outlook(groups=("young",), gates=[FAILS, HOLDS | young])) == []
    assert barred(best, outlook(groups=("young",), gates=[HOLDS, FAILS | young])) != []


def test_a_measured_effect_does_not_open_the_gate():
    row, moved = measure("a", move="lift_best", share=0.5)
    assert barred((row | TRIAL, moved), outlook(gates=[FAILS])) == ["gate?touchpoint=desk&p=0.93"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": "running"}, "running"),
        ({"status": "dropped"}, "dropped"),
        ({"months": 30.0}, "too_late?months=30&horizon=24"),
        ({"segment": "age", "group": "old"}, "no_model"),
    ],
)
def test_what_cannot_be_chosen_says_why(changes, code):
    assert barred(measure("a", **changes), outlook()) == [code]


def test_an_unknown_rating_is_refused():
    assert barred(measure("a", "fax"), outlook()) == ["no_driver"]
    row, moved = measure("a", "fax")
    assert barred((row, moved | {"driver": None}), outlook()) == ["no_driver"]


def test_what_is_not_the_companys_to_change_gets_no_cost():
    assert barred(measure("a"), outlook(), beyond=("desk",)) == ["not_controllable?touchpoint=desk"]
    assert barred(measure("a", one_off=0.0), outlook(), beyond=("desk",)) == []


def test_a_touchpoint_stands_for_its_ratings():
    row, moved = measure("a")
    (one,) = read((row, moved | {"driver": None}))
    assert gain([one], outlook(), "mean").value == pytest.approx(4.0)


def test_costs_are_once_and_a_year_for_the_months_of_the_plan():
    (one,) = read(measure("a", one_off=100.0, yearly=50.0), months=18.0)
    assert one.cost == pytest.approx(175.0)


@pytest.mark.parametrize("cell", ["it_days", "it_days=", "it_days=many", "=3"])
def test_a_capacity_that_cannot_be_read_is_refused(cell):
    with pytest.raises(ContractError, match=r"measure a: expected capacities as name=amount, got"):
        read(measure("a", capacity=cell))


def test_a_measure_told_twice_is_refused():
    with pytest.raises(ContractError, match="expected each measure once, got twice"):
        small_register.read(measure("a"), measure("a"))
