"""Leaving: a monthly hazard of tenure, satisfaction, attachment and moments of truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.simulate.model import Flags, Floats, Ints

CONSTANT = -3.4  # log odds of leaving in a month
SATISFACTION = -0.55  # per unit
ATTACHMENT = -0.40
TENURE = -0.30  # per unit of log(1 + years)
HOTLINE = 1.1  # after a bad contact this month, whoever it is
DELIVERY = 0.9  # likewise
RETURNS_NEW = 1.4  # after bad returns, of customers in their first year only
NEW_MONTHS = 12  # months


@dataclass(frozen=True)
class BadContacts:
    """Who had a bad contact this month; arrays of bool, shape (n_customers,)."""

    hotline: Flags
    delivery: Flags
    returns: Flags


def hazard(satisfaction: Floats, attachment: Floats, tenure: Ints, bad: BadContacts) -> Floats:
    """Probability of leaving at the end of a month.

    Parameters
    ----------
    satisfaction, attachment : ndarray of float, shape (n_customers,)
    tenure : ndarray of int
        Months since joining; those who have not joined get a number without meaning.
    """
    years = np.maximum(tenure, 0) / 12
    odds = (
        CONSTANT
        + SATISFACTION * satisfaction
        + ATTACHMENT * attachment
        + TENURE * np.log1p(years)
        + HOTLINE * bad.hotline
        + DELIVERY * bad.delivery
        + RETURNS_NEW * (bad.returns & (tenure < NEW_MONTHS))
    )
    chance: Floats = 1 / (1 + np.exp(-odds))
    return chance
