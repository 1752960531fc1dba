"""Paths of contacts follow the chains, in good and in bad mood."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.simulate import paths
from pipelines.simulate.model import PLACE_OF, TOUCHPOINT_NAMES
from pipelines.simulate.paths import BAD_MOOD, CHECKOUT, END, GOOD, HOME, INTENTIONS, START, TABLE

WEB, APP, STORE = 0, 1, 2


def step(intention: str, channel: int, bad: int, at: str, chance: float) -> str:
    """Name of the next touchpoint of one journey."""
    state = paths.START_STATE if at == START else PLACE_OF[at]
    one = (np.array([value]) for value in (INTENTIONS.index(intention), channel, bad, state))
    found = paths.follow(*one, np.array([chance]))[0]
    return END if found == paths.END_STATE else TOUCHPOINT_NAMES[found]


def test_a_purchase_begins_at_the_shop_for_shares_up_to_51_percent_then_at_advertising():
    # In the order of the touchpoints: web_shop .51, display_ad .05, newsletter .12, ...
    assert step("purchase", WEB, 0, START, 0.509) == "web_shop"
    assert step("purchase", WEB, 0, START, 0.511) == "display_ad"
    assert step("purchase", WEB, 0, START, 0.559) == "display_ad"
    assert step("purchase", WEB, 0, START, 0.561) == "newsletter"


@pytest.mark.parametrize(
    ("channel", "home", "checkout"),
    [
        (WEB, "web_shop", "web_checkout"),
        (APP, "app", "app_checkout"),
        (STORE, "store_advice", "store_checkout"),
    ],
)
def test_home_and_checkout_are_those_of_the_channel(channel, home, checkout):
    assert step("purchase", channel, 0, "newsletter", 0.5) == home
    assert step("purchase", channel, 0, "product_info", 0.99) == checkout


def test_a_bad_delivery_is_followed_by_complaints():
    # Good: returns .07, own_social .02, word_of_mouth .05, else the end.
    assert [step("purchase", WEB, 0, "delivery", u) for u in (0.06, 0.08, 0.10, 0.15)] == [
        "returns",
        "own_social",
        "word_of_mouth",
        END,
    ]
    # Bad: returns .16, hotline .30, support_email .18, forums .06, else the end.
    assert [step("purchase", WEB, 1, "delivery", u) for u in (0.15, 0.17, 0.47, 0.65, 0.71)] == [
        "returns",
        "hotline",
        "support_email",
        "forums",
        END,
    ]


def test_a_contact_that_the_bad_mood_does_not_name_is_followed_as_in_the_good_one():
    good, bad = TABLE[:, :, 0], TABLE[:, :, 1]
    place = PLACE_OF["order_updates"]
    assert np.array_equal(good[:, :, place], bad[:, :, place])
    assert not np.array_equal(good[:, :, PLACE_OF["delivery"]], bad[:, :, PLACE_OF["delivery"]])


def test_passive_contacts_and_referrals_end_after_one_contact():
    for intention in ("passive", "referral"):
        rows = TABLE[INTENTIONS.index(intention), :, :, : len(TOUCHPOINT_NAMES)]
        assert (rows[..., :-1] == 0).all()
        assert (rows[..., -1] == 1).all()


def test_shares_of_every_contact_add_up_to_one():
    for chains in (GOOD, BAD_MOOD):
        for chain in chains.values():
            for name, shares in chain.items():
                assert sum(shares.values()) == pytest.approx(1), name
                assert {name, *shares} <= {*TOUCHPOINT_NAMES, HOME, CHECKOUT, START, END}


@given(
    st.sampled_from(INTENTIONS),
    st.integers(0, 2),
    st.integers(0, 1),
    st.sampled_from([START, *TOUCHPOINT_NAMES]),
    st.floats(0, 1, exclude_max=True),
)
def test_only_contacts_with_a_share_follow(intention, channel, bad, at, chance):
    chain = GOOD[intention] | (BAD_MOOD[intention] if bad else {})
    generic = {
        ("web_shop", "app", "store_advice")[channel]: HOME,
        ("web_checkout", "app_checkout", "store_checkout")[channel]: CHECKOUT,
    }
    shares = chain.get(at) or chain.get(generic.get(at, at), {END: 1.0})
    follows = step(intention, channel, bad, at, chance)
    assert follows in shares or generic.get(follows) in shares
