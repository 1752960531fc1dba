"""Two surveys: one right after a contact (hot), one every November (cold).

Who answers depends on satisfaction and age, so respondents are not the customers; what
all customers would have answered is kept for the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulate import answers
from pipelines.simulate.answers import (
    BLANK_CODE,
    EFFORT,
    NOT_USED_CODE,
    OVERALL,
    RATING,
    RECOMMEND,
    AnswerStyle,
)
from pipelines.simulate.calendar import awake, month_of
from pipelines.simulate.journeys import Contacts, Histories
from pipelines.simulate.model import (
    FIRST_DAY,
    N_RATED,
    PLACE_OF,
    REWORDING,
    TOUCHPOINT_NAMES,
    Flags,
    Floats,
    Ints,
)
from pipelines.simulate.population import AGES, COUNTRIES, Population

WAVES = {"2023": 10, "2024": 22, "2025": 34}  # month of the cold survey; state at its beginning
INVITED = {"DE": 0.85, "AT": 1.0, "GB": 0.95}  # share of card holders, by country
COLD_RESPONSE = {"constant": -0.2, "satisfaction": 0.45}  # log odds of answering
HOT_INVITED = 0.06  # of rated contacts
HOT_RESPONSE = {"constant": -1.2, "quality": 0.15, "extreme": 0.35}
RESPONSE_BY_AGE = {"18-29": -0.5, "30-44": -0.1, "45-59": 0.1, "60+": 0.5}

EXPECTED = {  # how good a touchpoint should be: mean of the latent answer; sd 0.6
    "web_shop": 0.6,
    "store_advice": 0.4,
    "web_checkout": 0.9,
    "delivery": 1.0,
    "returns": 0.5,
    "hotline": 0.7,
}
STATED = {  # what customers say matters: mean on 1 to 5; sd 0.8
    "web_shop": 3.6,
    "app": 3.0,
    "store_advice": 3.3,
    "product_info": 4.1,
    "web_checkout": 3.9,
    "app_checkout": 3.4,
    "store_checkout": 3.2,
    "delivery": 4.4,
    "order_updates": 3.9,
    "returns": 4.0,
    "hotline": 3.5,
    "support_email": 3.1,
}
EASE_ASKED = ("web_checkout", "app_checkout", "returns", "hotline", "support_email")
EMOTION_ASKED = ("store_advice", "delivery", "hotline")

KANO_ANSWERS = {  # category -> the two answers that show it
    "must_be": (2, 5),
    "performance": (1, 5),
    "attractive": (1, 3),
    "indifferent": (3, 3),
    "reverse": (5, 1),
}
KANO_SLIP = 0.12  # of answers are one place off
KANO = {  # feature -> touchpoint, shares of categories in the order above
    "delivery_window": ("delivery", (0.62, 0.20, 0.08, 0.09, 0.01)),
    "same_day": ("delivery", (0.05, 0.15, 0.55, 0.23, 0.02)),
    "free_returns": ("returns", (0.25, 0.50, 0.15, 0.09, 0.01)),
    "order_tracking": ("order_updates", (0.48, 0.27, 0.13, 0.11, 0.01)),
    "gift_wrapping": ("store_checkout", (0.03, 0.08, 0.38, 0.46, 0.05)),
    "video_advice": ("store_advice", (0.02, 0.06, 0.22, 0.62, 0.08)),
}


@dataclass(frozen=True)
class Wave:
    """One wave of the cold survey.

    Attributes
    ----------
    name : str
    customer : ndarray of int, shape (n_frame,)
        Card holders who were customers: the frame, places in the partition.
    meant : ndarray of float, shape (n_frame,)
        Latent overall satisfaction without the person's style.
    quality, used : ndarray, shape (n_frame, N_RATED)
        Remembered quality, and whether it was used in the last twelve months.
    would_answer : dict of ndarray of int, shape (n_frame,)
        What each would answer, by question; blanks included.
    response : ndarray of float, shape (n_frame,)
        Probability of answering, if invited.
    answered : ndarray of bool, shape (n_frame,)
    weight : ndarray of float
        For those who answered: inverse of the invited share, fitted to country x age.
    """

    name: str
    customer: Ints
    meant: Floats
    quality: Floats
    used: Flags
    would_answer: dict[str, Ints]
    style: AnswerStyle
    response: Floats
    answered: Flags
    weight: Floats


def ask_yearly(
    people: Population, lives: Histories, holds_card: Flags, rng: np.random.Generator
) -> list[Wave]:
    """Ask card holders once a year about every touchpoint they used."""
    return [_wave(name, month - 1, people, lives, holds_card, rng) for name, month in WAVES.items()]


def _wave(
    name: str,
    month: int,
    people: Population,
    lives: Histories,
    holds_card: Flags,
    rng: np.random.Generator,
) -> Wave:
    chosen = np.flatnonzero(lives.present(month, people.joined_month) & holds_card)
    style = AnswerStyle.draw(people, chosen, rng)
    quality, used = lives.memory[month, chosen].astype(float), lives.used[month, chosen]
    satisfied = lives.satisfaction[month, chosen]
    attached = people.attachment[chosen]
    would = {}
    for place, touchpoint in enumerate(TOUCHPOINT_NAMES[:N_RATED]):
        meant = quality[:, place] + answers.SATISFACTION_HALO * satisfied
        meant = meant + reworded(touchpoint, name)
        rating = style.answer(RATING, meant, answers.RATING_NOISE, rng)
        would[touchpoint] = np.where(used[:, place], rating, NOT_USED_CODE)
    would["overall"] = style.answer(OVERALL, satisfied, answers.OVERALL_NOISE, rng)
    recommends = satisfied + answers.LOYAL_ANSWER * attached
    would["nps"] = style.answer(RECOMMEND, recommends, answers.OVERALL_NOISE, rng)
    would["emotion"] = style.answer(RATING, satisfied, answers.RATING_NOISE, rng)
    would |= _expectations(style, rng) | _stated(style, rng) | _kano(len(chosen), rng)
    _straighten(would, style)
    would = {question: _leave_out(values, question, rng) for question, values in would.items()}
    response = _cold_response(people, chosen, satisfied)
    invited = rng.random(len(chosen)) < _by(people, "country", INVITED)[chosen]
    answered = invited & (rng.random(len(chosen)) < response)
    weight = _weights(people, chosen, answered)
    return Wave(name, chosen, satisfied, quality, used, would, style, response, answered, weight)


def reworded(touchpoint: str, wave: str) -> float:
    """What the new wording adds to an answer."""
    new = touchpoint == REWORDING.touchpoint and wave >= REWORDING.wave
    return REWORDING.effect if new else 0.0


def _leave_out(values: Ints, question: str, rng: np.random.Generator) -> Ints:
    """Leave out answers; those that say "not used" stay, only ratings can be unknown."""
    rated = question in TOUCHPOINT_NAMES[:N_RATED]
    left = answers.leave_out(values, rng, can_be_unknown=rated)
    return np.where(values == NOT_USED_CODE, values, left) if rated else left


def _expectations(style: AnswerStyle, rng: np.random.Generator) -> dict[str, Ints]:
    size = len(style.leniency)
    return {
        f"expected_{name}": style.answer(RATING, np.full(size, mean), 0.6, rng)
        for name, mean in EXPECTED.items()
    }


def _stated(style: AnswerStyle, rng: np.random.Generator) -> dict[str, Ints]:
    size = len(style.leniency)
    said = {}
    for name, mean in STATED.items():
        exact = mean + 0.3 * style.leniency + 0.8 * rng.normal(size=size)
        said[f"matters_{name}"] = np.clip(np.floor(exact + 0.5), 1, 5).astype(np.int64)
    return said


def _kano(size: int, rng: np.random.Generator) -> dict[str, Ints]:
    """Both Kano answers per feature: those of the person's category, or one place off."""
    pairs = np.array(list(KANO_ANSWERS.values()))
    said = {}
    for feature, (_, shares) in KANO.items():
        edges = np.cumsum(shares)[:-1]
        category = np.searchsorted(edges, rng.random(size), "right")
        for side, column in (("with", 0), ("without", 1)):
            slip = (rng.random(size) < KANO_SLIP) * rng.choice((-1, 1), size)
            said[f"{side}_{feature}"] = np.clip(pairs[category, column] + slip, 1, 5)
    return said


def _straighten(would: dict[str, Ints], style: AnswerStyle) -> None:
    """Give straight-liners the same rating of all they used."""
    same = would["emotion"]
    for touchpoint in TOUCHPOINT_NAMES[:N_RATED]:
        lined = style.straight & (would[touchpoint] != NOT_USED_CODE)
        would[touchpoint] = np.where(lined, same, would[touchpoint])


def _by(people: Population, attribute: str, values: dict[str, float]) -> Floats:
    """Look a number up by a customer attribute; shape (n_customers,)."""
    return people.known[attribute].replace_strict(values, return_dtype=pl.Float64).to_numpy()


def _cold_response(people: Population, chosen: Ints, satisfied: Floats) -> Floats:
    odds = (
        COLD_RESPONSE["constant"]
        + COLD_RESPONSE["satisfaction"] * satisfied
        + _by(people, "age", RESPONSE_BY_AGE)[chosen]
    )
    chance: Floats = 1 / (1 + np.exp(-odds))
    return chance


def _weights(people: Population, chosen: Ints, answered: Flags) -> Floats:
    """Frame over respondents in each country and age group, for the respondents."""
    country = _by(people, "country", {name: i for i, name in enumerate(COUNTRIES)})
    age = _by(people, "age", {name: i for i, name in enumerate(AGES)})
    cell = (country * len(AGES) + age)[chosen].astype(int)
    frame = np.bincount(cell, minlength=len(COUNTRIES) * len(AGES))
    here = np.bincount(cell[answered], minlength=len(frame))
    weight: Floats = (frame / np.maximum(here, 1))[cell[answered]]
    return weight


@dataclass(frozen=True)
class Hot:
    """Questionnaires right after a contact: one element per questionnaire.

    `contact` is the place in the contacts; `answers` has, by kind, what was answered
    (`BLANK_CODE` if nothing, or if the question is not asked there).
    """

    contact: Ints
    minute: Floats
    answers: dict[str, Ints]
    style: AnswerStyle


def ask_after_contacts(people: Population, lives: Histories, rng: np.random.Generator) -> Hot:
    """Ask after some rated contacts, a customer at most once a month."""
    contacts = lives.contacts
    invited = np.flatnonzero(
        (contacts.touchpoint < N_RATED) & (rng.random(len(contacts.day)) < HOT_INVITED)
    )
    month = month_of(contacts.day[invited])
    _, first = np.unique(contacts.customer[invited] * 1000 + month, return_index=True)
    invited, month = invited[first], month[first]
    quality, customer = contacts.quality[invited], contacts.customer[invited]
    odds = (
        HOT_RESPONSE["constant"]
        + HOT_RESPONSE["quality"] * quality
        + HOT_RESPONSE["extreme"] * np.abs(quality)
        + _by(people, "age", RESPONSE_BY_AGE)[customer]
    )
    replied = rng.random(len(invited)) < 1 / (1 + np.exp(-odds))
    contact, month = invited[replied], month[replied]
    customer = contacts.customer[contact]
    style = AnswerStyle.draw(people, customer, rng)
    meant = (
        contacts.quality[contact] + answers.SATISFACTION_HALO * lives.satisfaction[month, customer]
    )
    meant = meant + _reworded_from(contacts, contact)
    said = {
        "rating": style.answer(RATING, meant, answers.RATING_NOISE, rng),
        "ease": style.answer(EFFORT, meant, answers.RATING_NOISE, rng),
        "emotion": style.answer(RATING, meant, answers.RATING_NOISE, rng),
    }
    for kind, asked in (("ease", EASE_ASKED), ("emotion", EMOTION_ASKED)):
        there = np.isin(contacts.touchpoint[contact], [PLACE_OF[name] for name in asked])
        said[kind] = np.where(there, answers.leave_out(said[kind], rng), BLANK_CODE)
    later = awake(contacts.minute[contact] + 10 + rng.exponential(20, len(contact)))
    return Hot(contact, later, said, style)


def _reworded_from(contacts: Contacts, contact: Ints) -> Floats:
    """What the new wording adds, from the first day of its wave's year."""
    place = PLACE_OF[REWORDING.touchpoint]
    first = 12 * (int(REWORDING.wave) - FIRST_DAY.year)
    new = (contacts.touchpoint[contact] == place) & (month_of(contacts.day[contact]) >= first)
    effect: Floats = np.where(new, REWORDING.effect, 0.0)
    return effect
