"""Who writes what about which contact: the plan of every text, before it gets its words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulate.answers import BLANK_CODE, RATING
from pipelines.simulate.calendar import DAY, awake
from pipelines.simulate.journeys import Histories
from pipelines.simulate.model import N_RATED, PLACE_OF, TOUCHPOINT_NAMES, Flags, Floats, Ints
from pipelines.simulate.population import Population
from pipelines.simulate.surveys import Hot

COMMENTS = 0.35  # of hot questionnaires come with a comment
CONTENTLESS = 0.06  # of comments say nothing
SECOND_TOUCHPOINT = 0.15  # of texts also speak of the contact before
POLAR_FROM_QUALITY = 0.45  # quality beyond which a text is positive or negative, and not neutral
# Log odds of a public review after a delivery or a purchase in a store: the delighted and
# the angry write, the others do not.
REVIEW_LOG_ODDS = {"constant": -4.6, "extreme": 1.1, "negative": 0.5}
# Share of contacts with social media that leave a post, after a contact in the same journey
# and out of the blue.
POSTS = {"social_comments": (0.9, 0.03), "own_social": (0.7, 0.03), "forums": (0.9, 0.05)}
MAILS = 0.6  # of support e-mails are kept
MAIL_OF_CONTACT_BEFORE = 0.8  # are about the contact before them, if there was one
REPLIED = {"review": 0.4, "support": 0.95}  # share that gets a reply


@dataclass(frozen=True)
class TextPlan:
    """Texts to be written; one element each.

    Attributes
    ----------
    contact : ndarray of int
        The contact it was written after, a place in the contacts.
    questionnaire : ndarray of int
        The hot questionnaire it belongs to; -1 if none.
    about : DataFrame
        origin, language, touchpoint_id, polarity, second_touchpoint_id, second_polarity.
    rating : ndarray of int
        Stars given with it, 1 to 5; `BLANK_CODE` if none.
    minute, replied : ndarray of float
        When it was written and answered; NaN if it was not.
    """

    contact: Ints
    questionnaire: Ints
    about: pl.DataFrame
    rating: Ints
    minute: Floats
    replied: Floats


def plan_texts(
    people: Population, lives: Histories, hot: Hot, rng: np.random.Generator
) -> TextPlan:
    """Draw who writes after which contact, and about what."""
    contacts = lives.contacts
    commented = np.flatnonzero(rng.random(len(hot.contact)) < COMMENTS)
    reviewed = _reviewed(lives, rng)
    posted, mailed = _posted(lives, rng), _mailed(lives, rng)
    groups = {
        "survey": hot.contact[commented],
        "review": reviewed,
        **{"social": posted[0], "forum": posted[1]},
        "support": mailed,
    }
    contact = np.concatenate(list(groups.values()))
    origin = np.repeat(list(groups), [len(group) for group in groups.values()])
    questionnaire = np.full(len(contact), -1)
    questionnaire[: len(commented)] = commented
    before = _before(lives)[contact]
    told = np.where(contacts.touchpoint[contact] < N_RATED, contact, before)
    swap = (
        (origin == "support") & (before >= 0) & (rng.random(len(contact)) < MAIL_OF_CONTACT_BEFORE)
    )
    told = np.where(swap, before, told)
    second = np.where(
        (rng.random(len(contact)) < SECOND_TOUCHPOINT) & (told == contact), before, -1
    )
    silent = (told < 0) | ((origin == "survey") & (rng.random(len(contact)) < CONTENTLESS))
    rating = _stars(people, lives, contact, origin, rng)
    rating[: len(commented)] = hot.answers["rating"][commented]
    later = np.where(origin == "review", rng.exponential(3 * DAY, len(contact)), 5.0)
    minute = awake(contacts.minute[contact] + later)
    minute[: len(commented)] = hot.minute[commented]
    about = _about(people, lives, contact, origin, told, second, silent)
    return TextPlan(contact, questionnaire, about, rating, minute, _replies(origin, minute, rng))


def _reviewed(lives: Histories, rng: np.random.Generator) -> Ints:
    contacts = lives.contacts
    possible = np.isin(contacts.touchpoint, [PLACE_OF["delivery"], PLACE_OF["store_checkout"]])
    odds = (
        REVIEW_LOG_ODDS["constant"]
        + REVIEW_LOG_ODDS["extreme"] * np.abs(contacts.quality)
        + REVIEW_LOG_ODDS["negative"] * (contacts.quality < 0)
    )
    writes = rng.random(len(odds)) < 1 / (1 + np.exp(-odds))
    return np.flatnonzero(possible & writes)


def _posted(lives: Histories, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Contacts that left a post: in social media, and in forums."""
    touchpoint = lives.contacts.touchpoint
    chance, moved = rng.random(len(touchpoint)), _before(lives) >= 0
    wrote = {
        name: (touchpoint == PLACE_OF[name]) & (chance < np.where(moved, *shares))
        for name, shares in POSTS.items()
    }
    social = np.flatnonzero(wrote["social_comments"] | wrote["own_social"])
    return social, np.flatnonzero(wrote["forums"])


def _mailed(lives: Histories, rng: np.random.Generator) -> Ints:
    mails = lives.contacts.touchpoint == PLACE_OF["support_email"]
    return np.flatnonzero(mails & (rng.random(len(mails)) < MAILS))


def _before(lives: Histories) -> Ints:
    """The rated contact just before each contact in its journey; -1 if none."""
    contacts = lives.contacts
    place = np.arange(len(contacts.customer)) - 1
    same = (np.diff(contacts.customer, prepend=-1) == 0) & (
        np.diff(contacts.journey, prepend=-1) == 0
    )
    return np.where(same & (contacts.touchpoint[place] < N_RATED), place, -1)


def _stars(
    people: Population,
    lives: Histories,
    contact: Ints,
    origin: np.ndarray,
    rng: np.random.Generator,
) -> Ints:
    customer = lives.contacts.customer[contact]
    meant = lives.contacts.quality[contact] + 0.3 * rng.normal(size=len(contact))
    stars = RATING.place(meant * 1.3, people.scale_use[customer])
    return np.where(origin == "review", stars, BLANK_CODE)


def _replies(origin: np.ndarray, minute: Floats, rng: np.random.Generator) -> Floats:
    share = np.select([origin == name for name in REPLIED], list(REPLIED.values()), 0.0)
    waited = 60 + rng.gamma(2.0, 10 * 60, len(minute))
    return np.where(rng.random(len(minute)) < share, awake(minute + waited), np.nan)


def _about(
    people: Population,
    lives: Histories,
    contact: Ints,
    origin: np.ndarray,
    told: Ints,
    second: Ints,
    silent: Flags,
) -> pl.DataFrame:
    contacts = lives.contacts
    names = np.array(TOUCHPOINT_NAMES, dtype=object)
    quality = contacts.quality
    polarity = (quality > POLAR_FROM_QUALITY).astype(np.int64) - (quality < -POLAR_FROM_QUALITY)
    first_known, second_known = pl.Series(~silent), pl.Series((second >= 0) & ~silent)
    language = people.known["language"].to_numpy()[contacts.customer[contact]]
    return pl.DataFrame(
        {
            "origin": origin.astype(str),
            "language": language.astype(str),
            "touchpoint_id": names[contacts.touchpoint[told]].astype(str),
            "polarity": np.where(silent, 0, polarity[told]),
            "second_touchpoint_id": names[contacts.touchpoint[second]].astype(str),
            "second_polarity": polarity[second],
        }
    ).with_columns(
        pl.when(first_known).then("touchpoint_id").alias("touchpoint_id"),
        pl.when(second_known).then("second_touchpoint_id").alias("second_touchpoint_id"),
        pl.when(second_known).then("second_polarity").alias("second_polarity"),
    )
