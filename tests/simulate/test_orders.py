"""Orders: prices by hand, lines, delivery and return in their order."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.simulate.calendar import DAY
from pipelines.simulate.model import PLACE_OF
from pipelines.simulate.orders import CATEGORIES, category_of
from pipelines.simulate.partition import Scene

STANDARD_TOOL = (0 * 3 + 1) * 7  # category 0, standard grade, first variant: 24.00 * 1.0 * 0.8
PREMIUM_GRILL = (3 * 3 + 2) * 7 + 6  # 149.00 * 1.7 * 1.2


@pytest.mark.parametrize(
    ("product", "pounds", "price"),
    [
        (STANDARD_TOOL, False, 19.20),
        (STANDARD_TOOL, True, 16.51),  # 16.512
        (PREMIUM_GRILL, False, 303.96),
        (PREMIUM_GRILL, True, 261.41),  # 261.4056
    ],
)
def test_amounts_by_hand(whole: Scene, product, pounds, price):
    orders = whole.orders
    customer = whole.lives.contacts.customer[orders.checkout]
    chosen = (orders.product == product) & (whole.people.is_("country", "GB")[customer] == pounds)
    assert chosen.sum() > 20
    assert orders.amount[chosen] == pytest.approx(price * orders.quantity[chosen], abs=1e-9)


def test_products_belong_to_categories_in_their_order():
    assert category_of(np.array([0, STANDARD_TOOL, 20, 21, PREMIUM_GRILL])).tolist() == [
        "garden tools",
        "garden tools",
        "garden tools",
        "plants",
        "grills",
    ]
    assert category_of(np.array([len(CATEGORIES) * 21 - 1])).tolist() == ["seasonal"]


def test_every_checkout_leaves_an_order_with_lines_from_one_on(scene: Scene):
    orders, seen = scene.orders, scene.lives.contacts
    checkouts = [PLACE_OF[f"{at}_checkout"] for at in ("web", "app", "store")]
    assert set(orders.checkout) == set(np.flatnonzero(np.isin(seen.touchpoint, checkouts)))
    starts = np.diff(orders.checkout, prepend=-1) != 0
    assert (orders.line[starts] == 1).all()
    assert (np.diff(orders.line)[~starts[1:]] == 1).all()
    assert orders.quantity.min() >= 1
    assert np.mean(orders.line == 1) == pytest.approx(1 / 1.5, abs=0.02)  # half a line more


def test_an_order_is_delivered_after_it_was_placed_and_as_late_as_its_contact(scene: Scene):
    orders, seen = scene.orders, scene.lives.contacts
    arrived = ~np.isnan(orders.delivered)
    in_store = seen.touchpoint[orders.checkout] == PLACE_OF["store_checkout"]
    assert not (arrived & in_store).any()
    assert arrived[~in_store].mean() > 0.75
    placed = seen.minute[orders.checkout]
    assert (orders.delivered[arrived] > placed[arrived]).all()
    assert (np.isnan(orders.promised) == ~arrived).all()
    days = np.floor(orders.delivered / DAY) - np.floor(orders.promised / DAY)
    late = np.isin(days[arrived], np.unique(seen.late[~np.isnan(seen.late)]))
    assert late.all()
    assert (orders.promised[arrived] % DAY == 20 * 60).all()


def test_where_something_comes_back_the_first_line_does(scene: Scene):
    orders, seen = scene.orders, scene.lives.contacts
    back = ~np.isnan(orders.returned)
    returning = np.unique(orders.checkout[back])
    assert back[np.isin(orders.checkout, returning) & (orders.line == 1)].all()
    journeys = seen.journey[seen.touchpoint == PLACE_OF["returns"]]
    assert np.isin(seen.journey[returning], journeys).all()
    arrived = back & ~np.isnan(orders.delivered)
    assert (orders.returned[arrived] >= orders.delivered[arrived]).all()


def test_the_satisfied_and_the_attached_buy_better_things_and_the_sensitive_cheaper(whole: Scene):
    orders = whole.orders
    customer = whole.lives.contacts.customer[orders.checkout]
    grade = (orders.product // 7) % 3
    premium = whole.people.is_("segment", "premium")[customer]
    assert grade[premium].mean() > grade[~premium].mean() + 0.3
    assert np.corrcoef(grade, whole.people.price_sensitivity[customer])[0, 1] < -0.2
    assert np.corrcoef(grade, whole.people.attachment[customer])[0, 1] > 0.05
