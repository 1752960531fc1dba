"""Surfaces: scenarios put together from published moves."""

import numpy as np
import pytest

from pipelines.core.errors import ContractError
from pipelines.decisions.combining import combine
from pipelines.decisions.surfaces import Asked, Surface
from tests.decisions import small_model

DESK, BEST, WEB = (
    Asked("desk", "lift_good", 1.0),
    Asked("desk", "lift_best", 0.5),
    Asked("web", "lift_good", 1.0),
)


@pytest.fixture(scope="module")
def surface():
    return Surface.of(small_model.models(), small_model.moves())


def test_a_single_move_is_what_the_table_says_in_proportion_to_its_share(surface):
    half = surface.evaluate([Asked("desk", "lift_good", 0.5)])
    assert half["mean"].floor == pytest.approx(2.0)
    assert half["mean"].ceiling == pytest.approx(4.0)
    assert half["mean"].today == 60.0
    np.testing.assert_allclose(half["mean"].draws, [1.5, 2.0, 2.5])
    assert half["mean"].floor_low == pytest.approx(np.quantile([1.5, 2, 2.5], 0.05))


def test_nps_is_promoters_less_detractors_draw_by_draw(surface):
    found = surface.evaluate([DESK])["nps"]
    assert found.floor == pytest.approx(8 + 5)
    np.testing.assert_allclose(found.draws, [7 + 6, 8 + 5, 9 + 4])


def test_two_moves_add_what_the_table_says_of_both_in_proportion_to_their_shares(surface):
    whole, half = (
        surface.evaluate([DESK, Asked("web", "lift_good", share)])["mean"] for share in (1, 0.5)
    )
    assert whole.floor == pytest.approx(4 + 6 - 0.5)
    assert half.floor == pytest.approx(4 + 3 - 0.25)
    # of a draw with other effects the interaction is larger in proportion to both
    assert whole.draws[0] == pytest.approx(3 + 5 - 0.5 * (3 / 4) * (5 / 6))


def test_the_order_of_moves_does_not_matter(surface):
    one, other = surface.evaluate([BEST, WEB]), surface.evaluate([WEB, BEST])
    for target in surface.targets:
        assert one[target].floor == pytest.approx(other[target].floor)
        assert one[target].ceiling == pytest.approx(other[target].ceiling)


def test_a_touchpoint_that_the_scenario_moves_does_not_move_along(surface):
    # With both moved nothing is left to move along: the ceiling is the floor.
    both = surface.evaluate([DESK, WEB])["mean"]
    assert both.ceiling == pytest.approx(both.floor)
    # The less of web is reached the more of it moves along with desk.
    ceilings = [
        surface.evaluate([DESK, Asked("web", "lift_good", share)])["mean"].ceiling
        - surface.evaluate([DESK, Asked("web", "lift_good", share)])["mean"].floor
        for share in (0.01, 0.5, 1.0)
    ]
    assert ceilings[0] > ceilings[1] > ceilings[2]
    assert ceilings[0] == pytest.approx(4.0, abs=0.1)


def test_nothing_asked_changes_nothing(surface):
    found = surface.evaluate([])
    assert set(found) == {"mean", "top_box", "bottom_box", "nps"}
    assert all(change.floor == change.ceiling == 0 for change in found.values())


def test_three_moves_of_independent_odds_multiply_odds():
    # Each move doubles the odds and so do both of any two: the pairs tell it, the triple follows.
    odds = np.array([2.0, 2.0, 2.0])
    single = 100 * 2 / 3 - 50
    pair = 100 * 4 / 5 - 50 - 2 * single
    interactions = np.full((3, 3), pair)
    effects = np.full((3, 1), single)
    found = combine(50, effects, effects[:, 0], interactions, None, np.ones(3))
    assert found[0] == pytest.approx(100 * odds.prod() / (1 + odds.prod()) - 50)


def test_without_interactions_moves_add_up():
    effects = np.array([[10.0, 9.0], [30.0, 31.0], [20.0, 20.0]])
    found = combine(50, effects, effects[:, 0], None, None, np.array([1, 1, 0.5]))
    np.testing.assert_allclose(found, [50.0, 50.0])


def test_refusals_say_what_was_asked_what_is_shown_and_the_largest_share(surface):
    refused = surface.refusals([Asked("desk", "lift_best", 0.8)])
    assert refused[0].code == "beyond_support?asked=80&concerned=100&largest=50&shown=80"
    assert refused[0].largest == 0.5
    assert not surface.refusals([BEST])


def test_moves_without_support_or_rows_and_contradictions_are_refused(surface):
    asked = [Asked("web", "widen", 0.1), Asked("lounge", "lift_good", 1.0), DESK, BEST]
    codes = [one.code for one in surface.refusals(asked)]
    assert codes == [
        "not_supported?concerned=100&shown=80",
        "no_driver",
        "contradicts?other=lift_good",
    ]
    for one in (asked[:1], asked[1:2], asked[2:]):
        with pytest.raises(ContractError):
            surface.evaluate(one)


def test_without_a_model_everything_is_refused():
    models = small_model.models(value=None, status="refused", reason="few_answers?least=400")
    surface = Surface.of(models, small_model.moves().clear())
    assert surface.targets == ()
    assert [one.code for one in surface.refusals([DESK])] == ["no_model"]


def test_withheld_moves_are_refused():
    rows = small_model.moves(value=None, draws=None, ceiling_draws=None, interactions=None)
    surface = Surface.of(small_model.models(), rows)
    assert [one.code for one in surface.refusals([DESK])] == ["no_driver"]


def test_rows_of_two_models_are_no_surface():
    two = small_model.models().vstack(small_model.models(group="north"))
    with pytest.raises(ContractError, match="one model"):
        Surface.of(two, small_model.moves())


def test_a_share_beyond_all_is_refused():
    with pytest.raises(ContractError, match="a share"):
        Asked("desk", "lift_good", 1.2)


def test_three_moves_are_exact_where_it_is_known_what_three_add():
    effects, share = np.array([[10.0], [8.0], [6.0]]), np.array([1.0, 0.5, 0.2])
    pairs = np.array([[0.0, -2.0, -1.0], [-2.0, 0.0, 0.5], [-1.0, 0.5, 0.0]])
    found = combine(40, effects, effects[:, 0], pairs, np.array([3.0]), share)
    assert found[0] == pytest.approx(10 + 4 + 1.2 - 1.0 - 0.2 + 0.05 + 0.3)


def test_four_moves_whose_logits_hold_triples_are_exact():
    # Log odds of every set: singles 0.5 each, and 0.3 for every three taken together.
    def where(count, threes):
        return 100 / (1 + np.exp(-(0.5 * count + 0.3 * threes))) - 50

    single, pair, triple = where(1, 0), where(2, 0), where(3, 1)
    pairs = np.full((4, 4), pair - 2 * single)
    three = triple - 3 * single - 3 * (pair - 2 * single)
    effects = np.full((4, 1), single)
    found = combine(50, effects, effects[:, 0], pairs, np.full(4, three), np.ones(4))
    assert found[0] == pytest.approx(where(4, 4))
