"""Which contact follows which: a Markov chain per intention, channel and mood.

`HOME` and `CHECKOUT` stand for the touchpoint of the customer's channel. What follows a
contact depends on whether it was a bad one; rows that a mood does not name are those of
the good mood.
"""

from __future__ import annotations

import numpy as np

from pipelines.simulate.model import PLACE_OF, TOUCHPOINT_NAMES, Floats, Ints

INTENTIONS = ("purchase", "browse", "passive", "service", "referral")
HOME, CHECKOUT, START, END = "home", "checkout", "start", "end"
_OF_CHANNEL = {
    HOME: ("web_shop", "app", "store_advice"),
    CHECKOUT: ("web_checkout", "app_checkout", "store_checkout"),
}
START_STATE, END_STATE = (
    len(TOUCHPOINT_NAMES),
    len(TOUCHPOINT_NAMES),
)  # a row and a column; never the same thing

Chain = dict[str, dict[str, float]]

_FOUND_BY: Chain = {
    "paid_search": {HOME: 0.8, "comparison_sites": 0.2},
    "newsletter": {HOME: 1.0},
    "display_ad": {HOME: 1.0},
    "press": {HOME: 0.7, "external_reviews": 0.3},
    "social_comments": {HOME: 1.0},
    "comparison_sites": {HOME: 0.7, "external_reviews": 0.3},
    "external_reviews": {HOME: 1.0},
}
_BEGIN = {
    "paid_search": 0.16,
    "newsletter": 0.12,
    "display_ad": 0.05,
    "press": 0.02,
    "social_comments": 0.03,
    "comparison_sites": 0.06,
    "external_reviews": 0.05,
    HOME: 0.51,
}
_AFTER: Chain = {
    "order_updates": {"delivery": 1.0},
    "delivery": {END: 0.86, "returns": 0.07, "own_social": 0.02, "word_of_mouth": 0.05},
    "returns": {END: 0.95, "word_of_mouth": 0.05},
    "hotline": {END: 0.97, "word_of_mouth": 0.03},
    "support_email": {END: 1.0},
}
_AFTER_BAD: Chain = {
    "delivery": {
        END: 0.30,
        "hotline": 0.30,
        "support_email": 0.18,
        "returns": 0.16,
        "forums": 0.06,
    },
    "returns": {END: 0.40, "hotline": 0.35, "support_email": 0.20, "own_social": 0.05},
    "hotline": {END: 0.45, "hotline": 0.25, "support_email": 0.20, "own_social": 0.10},
    "support_email": {END: 0.40, "hotline": 0.45, "support_email": 0.15},
}
GOOD: dict[str, Chain] = {
    "purchase": {
        START: _BEGIN,
        **_FOUND_BY,
        HOME: {"product_info": 0.50, CHECKOUT: 0.40, HOME: 0.10},
        "product_info": {CHECKOUT: 0.75, HOME: 0.25},
        "web_checkout": {"order_updates": 0.75, "delivery": 0.25},
        "app_checkout": {"order_updates": 0.75, "delivery": 0.25},
        "store_checkout": {END: 0.93, "returns": 0.04, "word_of_mouth": 0.03},
        **_AFTER,
    },
    "browse": {
        START: _BEGIN,
        **_FOUND_BY,
        HOME: {"product_info": 0.45, END: 0.45, HOME: 0.10},
        "product_info": {END: 0.75, HOME: 0.25},
    },
    "passive": {
        START: {
            "newsletter": 0.45,
            "display_ad": 0.20,
            "own_social": 0.09,
            "press": 0.07,
            "social_comments": 0.10,
            "forums": 0.04,
            "external_reviews": 0.05,
        },
    },
    "service": {START: {"hotline": 0.55, "support_email": 0.45}, **_AFTER},
    "referral": {START: {"word_of_mouth": 1.0}},
}
BAD_MOOD: dict[str, Chain] = {
    "purchase": {
        HOME: {"product_info": 0.40, CHECKOUT: 0.35, END: 0.25},
        "product_info": {CHECKOUT: 0.55, HOME: 0.15, END: 0.30},
        "web_checkout": {"order_updates": 0.60, "delivery": 0.25, "hotline": 0.15},
        **_AFTER_BAD,
    },
    "browse": {HOME: {END: 0.85, "product_info": 0.15}},
    "passive": {},
    "service": _AFTER_BAD,
    "referral": {},
}


def _row(shares: dict[str, float], channel: int) -> Floats:
    """Cumulative shares over the touchpoints, then the end."""
    row = np.zeros(len(TOUCHPOINT_NAMES) + 1)
    for name, share in shares.items():
        name = _OF_CHANNEL[name][channel] if name in _OF_CHANNEL else name
        row[END_STATE if name == END else PLACE_OF[name]] += share
    return np.cumsum(row / row.sum())


def _table() -> Floats:
    """Cumulative shares [intention, channel, mood, from, to]; the last row is the start."""
    states = (*TOUCHPOINT_NAMES, START)
    finish = _row({END: 1.0}, 0)
    table = np.tile(finish, (len(INTENTIONS), 3, 2, len(states), 1))
    for i, intention in enumerate(INTENTIONS):
        for channel in range(3):
            for mood, chain in enumerate((GOOD[intention], GOOD[intention] | BAD_MOOD[intention])):
                for name, shares in chain.items():
                    at = _OF_CHANNEL[name][channel] if name in _OF_CHANNEL else name
                    table[i, channel, mood, states.index(at)] = _row(shares, channel)
    return table


TABLE = _table()


def follow(intention: Ints, channel: Ints, bad: Ints, state: Ints, chance: Floats) -> Ints:
    """Draw the next contact of each journey.

    Parameters
    ----------
    intention, channel, bad, state : ndarray of int, shape (n,)
        Places in `INTENTIONS` and of the channel; 1 after a bad contact; the touchpoint
        the journey is at, `START_STATE` at its start.
    chance : ndarray of float, shape (n,)
        Uniform draws.

    Returns
    -------
    ndarray of int, shape (n,)
        The next touchpoint, or `END_STATE`.
    """
    rows = TABLE[intention, channel, bad, state]
    following: Ints = (chance[:, None] >= rows).sum(axis=1)
    return np.minimum(following, END_STATE)
