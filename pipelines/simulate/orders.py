"""Orders that checkouts leave behind: lines, amounts, promised and actual delivery, returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.simulate.calendar import DAY, month_of
from pipelines.simulate.journeys import Contacts, Histories
from pipelines.simulate.model import PLACE_OF, Floats, Ints
from pipelines.simulate.population import Population

CATEGORIES = {  # base price in EUR
    "garden tools": 24.0,
    "plants": 9.0,
    "garden furniture": 119.0,
    "grills": 149.0,
    "lighting": 39.0,
    "textiles": 29.0,
    "kitchen": 34.0,
    "storage": 45.0,
    "decoration": 19.0,
    "bathroom": 27.0,
    "small furniture": 89.0,
    "seasonal": 15.0,
}
GRADES = (0.7, 1.0, 1.7)  # of the base price: entry, standard, premium
VARIANTS = 7  # products per category and grade
GBP_PER_EUR = 0.86
MORE_LINES = 0.5  # mean lines beyond the first
MORE_PIECES = 0.35  # mean pieces beyond the first
# Which grade is bought: latent, cut at -0.5 and 0.8; sd 1.
GRADE = {"satisfaction": 0.20, "attachment": 0.15, "price": -0.40}
GRADE_BY_SEGMENT = {"value": -0.4, "family": 0.0, "premium": 0.6}
GRADE_CUTS = (-0.5, 0.8)
LINE_RETURNED = 0.55  # of further lines, where an order has a return; the first always is
PRICE_SENSITIVE_RETURN = 0.10  # added per unit of price sensitivity


@dataclass(frozen=True)
class Orders:
    """Order lines; one element each, ordered by checkout and line.

    Attributes
    ----------
    checkout : ndarray of int
        Place of the checkout in the contacts.
    line : ndarray of int
        From 1 within the order.
    product : ndarray of int
        Place in category x grade x variant.
    quantity : ndarray of int
    amount : ndarray of float
        In the currency of the customer's country.
    promised, delivered, returned : ndarray of float
        Minutes from the first day; NaN if not delivered, or not returned.
    """

    checkout: Ints
    line: Ints
    product: Ints
    quantity: Ints
    amount: Floats
    promised: Floats
    delivered: Floats
    returned: Floats


def place_orders(people: Population, lives: Histories, rng: np.random.Generator) -> Orders:
    """Draw what was bought at each checkout, and what came back."""
    contacts = lives.contacts
    checkouts = np.flatnonzero(
        np.isin(contacts.touchpoint, [PLACE_OF[f"{at}_checkout"] for at in ("web", "app", "store")])
    )
    delivery = _of_same_journey(contacts, "delivery")
    returns = _of_same_journey(contacts, "returns")
    lines = 1 + rng.poisson(MORE_LINES, len(checkouts))
    checkout = np.repeat(checkouts, lines)
    line = np.arange(len(checkout)) - np.repeat(np.cumsum(lines) - lines, lines) + 1
    customer = contacts.customer[checkout]
    month = month_of(contacts.day[checkout])
    product = _choose(people, customer, lives.satisfaction[month, customer], rng)
    quantity = 1 + rng.poisson(MORE_PIECES, len(checkout))
    in_pounds = people.is_("country", "GB")[customer]
    price = _prices()[product] * np.where(in_pounds, GBP_PER_EUR, 1.0)
    comes_back = (line == 1) | (
        rng.random(len(line))
        < LINE_RETURNED + PRICE_SENSITIVE_RETURN * people.price_sensitivity[customer]
    )
    delivered = delivery[checkout]
    returned = np.where(comes_back, _minute(contacts, returns[checkout]), np.nan)
    late = np.where(delivered >= 0, contacts.late[delivered], np.nan)
    arrived = _minute(contacts, delivered)
    return Orders(
        checkout,
        line,
        product,
        quantity,
        np.round(np.round(price, 2) * quantity, 2),
        promised=np.floor((arrived - late * DAY) / DAY) * DAY + 20 * 60,
        delivered=arrived,
        returned=returned,
    )


def _of_same_journey(contacts: Contacts, name: str) -> Ints:
    """For each contact, the first contact with a touchpoint in its journey; -1 if none."""
    new = np.diff(contacts.customer, prepend=-1) != 0
    new |= np.diff(contacts.journey, prepend=-1) != 0
    journey = np.cumsum(new) - 1
    found = np.full(int(new.sum()), -1)
    there = np.flatnonzero(contacts.touchpoint == PLACE_OF[name])[::-1]  # so that the first stays
    found[journey[there]] = there
    same: Ints = found[journey]
    return same


def _minute(contacts: Contacts, place: Ints) -> Floats:
    return np.where(place >= 0, contacts.minute[place], np.nan)


def _choose(
    people: Population, customer: Ints, satisfied: Floats, rng: np.random.Generator
) -> Ints:
    """Draw the product of each line: any category, the grade that suits the customer."""
    latent = (
        GRADE["satisfaction"] * satisfied
        + GRADE["attachment"] * people.attachment[customer]
        + GRADE["price"] * people.price_sensitivity[customer]
        + rng.normal(size=len(customer))
    )
    for segment, effect in GRADE_BY_SEGMENT.items():
        latent += effect * people.is_("segment", segment)[customer]
    grade = np.searchsorted(GRADE_CUTS, latent)
    category = rng.integers(0, len(CATEGORIES), len(customer))
    variant = rng.integers(0, VARIANTS, len(customer))
    return (category * len(GRADES) + grade) * VARIANTS + variant


def _prices() -> Floats:
    """Price of every product in EUR."""
    base = np.array(list(CATEGORIES.values()))[:, None, None]
    variant = 0.8 + 0.4 * np.arange(VARIANTS)[None, None, :] / (VARIANTS - 1)
    prices: Floats = np.round(base * np.array(GRADES)[None, :, None] * variant, 2)
    return prices.ravel()


def category_of(product: Ints) -> np.ndarray:
    """Name of each product's category."""
    return np.array(list(CATEGORIES))[product // (len(GRADES) * VARIANTS)]
