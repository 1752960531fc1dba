"""The demo study's customers in worlds with more or less error, and what moves truly change.

A move of a rating is made true by what is remembered: whom it concerns remembers as much better as
brings the answer to where those answer who give the target today, each to where one of them does,
drawn at random. Everything else is held, the noise in every answer too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from unittest.mock import patch

import numpy as np
import polars as pl

from pipelines.outcomes.sheets import Sheets, targets_of
from pipelines.simulate import answers, surveys
from pipelines.simulate.answers import OVERALL, RATING, RECOMMEND, SimulatedScale
from pipelines.simulate.journeys import Histories, live
from pipelines.simulate.model import N_RATED, TOUCHPOINT_NAMES, satisfy
from pipelines.simulate.operations import draw_operations
from pipelines.simulate.population import CARD_HOLDERS, Population, draw_population
from pipelines.simulate.surveys import Wave

Floats = np.ndarray

DRIVERS = TOUCHPOINT_NAMES[:N_RATED]
MIDDLE, GOOD, BEST = 3, 4, 5  # targets of lifts, on the scale of ratings
SCALES = {"overall": OVERALL, "nps": RECOMMEND}
EXACT = replace(RATING, middle=3.0)  # whose middle is adequate, as models take it
# As data/demo/study.yaml declares them.
CONFOUNDERS = ("age", "region", "segment", "acquired_by",
               *(f"expected_{name}" for name in surveys.EXPECTED))  # fmt: skip
OPERATIONS = 0  # seed of the company's operations, which are the same in all worlds


@dataclass(frozen=True)
class Errors:
    """What keeps answers from being what is remembered; the demo study has all of it.

    Attributes
    ----------
    rounding : bool
        Ratings say in five steps what is remembered finely, and are adequate beside the middle.
        Without it nothing lies between the five, and adequate is the middle.
    noise, halo, leniency, scale_use, careless, response, blank : bool
        Noise in ratings; satisfaction in them; how mild a person is, in every answer; how far a
        person's answers spread; who does not care; that the satisfied answer more; blanks.
    """

    rounding: bool = True
    noise: bool = True
    halo: bool = True
    leniency: bool = True
    scale_use: bool = True
    careless: bool = True
    response: bool = True
    blank: bool = True


DEMO = Errors()
EXACT_RATINGS = Errors(*[False] * 7)  # blanks at random are the one thing left
CLEAN = replace(EXACT_RATINGS, rounding=True)


@dataclass(frozen=True)
class Lives:
    """Customers and what became of them, before anybody is asked."""

    people: Population
    histories: Histories
    card: np.ndarray
    seed: int

    @classmethod
    def lived(cls, seed: int, customers: int) -> Lives:
        """Let customers live; seconds for 20,000."""
        rng = np.random.default_rng([seed, 1])
        people = draw_population(customers, 1, rng)
        histories = live(people, draw_operations(np.random.default_rng(OPERATIONS)), rng)
        return cls(people, histories, rng.random(customers) < CARD_HOLDERS, seed)


@dataclass(frozen=True)
class Survey:
    """What the customers of the frame would answer, and who does.

    Attributes
    ----------
    wave : Wave
        Of the simulator; its answers are drawn anew here, with their noise kept.
    quality : ndarray, shape (n_frame, N_RATED)
        Remembered.
    satisfied : ndarray, shape (n_frame,)
    meant : ndarray, shape (n_frame, N_RATED)
        Latent ratings.
    rating : ndarray of int, shape (n_frame, N_RATED)
    noise : ndarray, shape (n_frame,)
        Of outcomes.
    attached : ndarray, shape (n_frame,)
    tendency : ndarray, shape (n_frame,)
        How much each counts among respondents, weights expected.
    errors : Errors
    """

    people: Population
    wave: Wave
    quality: Floats
    satisfied: Floats
    meant: Floats
    rating: np.ndarray
    noise: Floats
    attached: Floats
    tendency: Floats
    errors: Errors
    seed: int

    @property
    def scale(self) -> SimulatedScale:
        """Of ratings."""
        return RATING if self.errors.rounding else EXACT

    def outcome(self, satisfied: Floats, name: str) -> np.ndarray:
        """What each answers to a question on the whole if satisfied that much."""
        scale = SCALES[name]
        style = self.wave.style
        latent = satisfied + answers.OVERALL_NOISE * self.noise
        if self.errors.leniency:
            latent = latent + answers.LENIENCY * style.leniency
        if name == "nps":
            latent = latent + answers.LOYAL_ANSWER * self.attached
        said = scale.place(latent, style.scale_use)
        rng = np.random.default_rng([self.seed, 7])
        return np.where(style.speeder, rng.integers(scale.low, scale.high + 1, len(said)), said)


@contextmanager
def _answering(errors: Errors) -> Iterator[None]:
    """Who answers, in a world with these errors."""
    response = surveys.COLD_RESPONSE if errors.response else {"constant": 0.0, "satisfaction": 0.0}
    share = 1.0 if errors.careless else 0.0
    with (
        patch.dict(surveys.COLD_RESPONSE, response),
        patch.multiple(
            answers,
            STRAIGHT_SHARE=share * answers.STRAIGHT_SHARE,
            SPEEDER_SHARE=share * answers.SPEEDER_SHARE,
            BLANK_SHARE=0.0,
            DONT_KNOW_SHARE=0.0,
        ),
    ):
        yield


def ask(lives: Lives, errors: Errors) -> Survey:
    """Ask the last wave of the yearly survey."""
    rng = np.random.default_rng([lives.seed, 2])
    people = lives.people
    if not errors.scale_use:
        people = replace(people, scale_use=np.ones(people.size))
    with _answering(errors):
        *_, wave = surveys.ask_yearly(people, lives.histories, lives.card, rng)
    size = len(wave.customer)
    quality, satisfied = wave.quality, wave.meant
    scale = RATING if errors.rounding else EXACT
    if not errors.rounding:
        quality = (EXACT.place(quality, np.ones((size, 1))) - EXACT.middle) / EXACT.step
        satisfied = satisfy(quality, wave.used)
    meant = quality + answers.RATING_NOISE * errors.noise * rng.normal(size=(size, N_RATED))
    meant += (answers.SATISFACTION_HALO * errors.halo * satisfied)[:, None]
    meant += (answers.LENIENCY * errors.leniency * wave.style.leniency)[:, None]
    rating = scale.place(meant, wave.style.scale_use[:, None])
    same = wave.would_answer["emotion"][:, None]
    anything = rng.integers(RATING.low, RATING.high + 1, rating.shape)
    rating = np.where(wave.style.straight[:, None], same, rating)
    rating = np.where(wave.style.speeder[:, None], anything, rating)
    cell = people.known.select(pl.struct("country", "age").rank("dense")).to_series().to_numpy()
    cell = cell[wave.customer].astype(int)
    answering = np.maximum(np.bincount(cell, wave.response), 1e-9)
    return Survey(
        people,
        wave,
        quality,
        satisfied,
        meant,
        rating,
        rng.normal(size=size),
        people.attachment[wave.customer],
        wave.response * (np.bincount(cell) / answering)[cell],
        errors,
        lives.seed,
    )


def sheet_of(survey: Survey, outcome: str, confounders: tuple[str, ...] = CONFOUNDERS) -> Sheets:
    """The answers of respondents, some of them blank."""
    wave, there = survey.wave, survey.wave.answered
    rng = np.random.default_rng([survey.seed, 3])
    chance = rng.random((int(there.sum()), N_RATED)) if survey.errors.blank else np.ones((1, 1))
    used = wave.used[there]
    blank = chance < answers.BLANK_SHARE
    unknown = (chance > 1 - answers.DONT_KNOW_SHARE) & survey.errors.blank
    rating = 100.0 * (survey.rating[there] - RATING.low) / (RATING.high - RATING.low)
    scale = SCALES[outcome]
    said = survey.outcome(survey.satisfied, outcome)[there].astype(float)
    n = int(there.sum())
    known = survey.people.known[wave.customer].filter(there)
    held = [known[name].cast(pl.String) for name in confounders if name in known.columns]
    expected = [
        pl.Series(name, 25.0 * (wave.would_answer[name][there] - 1.0))
        for name in confounders
        if name in wave.would_answer
    ]
    return Sheets(
        mode="cold",
        wave=wave.name,
        outcome=outcome,
        drivers=DRIVERS,
        touchpoints=DRIVERS,
        left_out=(),
        target=targets_of(said, scale.low, scale.high),
        rating=np.where(~used | blank | unknown, np.nan, rating),
        used=np.where(blank & used, np.nan, used.astype(float)),
        stated=np.full((n, N_RATED), np.nan),
        weight=wave.weight,
        cluster=np.arange(n),
        stratum=np.zeros(n, np.int64),
        segments=known.select("age", "country", "segment", "region", "acquired_by"),
        confounders=pl.DataFrame([*held, *expected]),
    )


def share_of_targets(said: np.ndarray, scale: SimulatedScale) -> Floats:
    """Mean, top box, bottom box and NPS of every answer, in points."""
    found = targets_of(said.astype(float), scale.low, scale.high)
    return np.column_stack([found, found[:, 1] - found[:, 2]])


TARGETS = ("mean", "top_box", "bottom_box", "nps")  # columns of `share_of_targets`


def lifted(survey: Survey, driver: int, point: int) -> Floats:
    """Remembered quality of a touchpoint after a lift of its rating, shape (n_frame,)."""
    wave, spread = survey.wave, survey.wave.style.scale_use
    used, rating = wave.used[:, driver], survey.rating[:, driver]
    concerned, shown = used & (rating < point), used & (rating == point)
    place = survey.scale.middle + survey.scale.step * spread * survey.meant[:, driver]
    rng = np.random.default_rng([survey.seed, 5, driver, point])
    careful = shown & (np.abs(place - point) <= 0.5)  # those who do not answer anything
    goal = rng.choice(place[careful if careful.any() else shown], int(concerned.sum()))
    quality = survey.quality[:, driver].astype(float).copy()
    rise = np.maximum(goal - place[concerned], 0.0) / (RATING.step * spread[concerned])
    quality[concerned] += rise
    return quality


def true_change(survey: Survey, driver: int, quality: Floats, outcome: str) -> Floats:
    """What such a quality of a touchpoint changes in each target, among respondents expected."""
    wave, scale = survey.wave, SCALES[outcome]
    memory = survey.quality.astype(float).copy()
    memory[:, driver] = quality
    rise = satisfy(memory, wave.used) - satisfy(survey.quality, wave.used)
    change = share_of_targets(
        survey.outcome(survey.satisfied + rise, outcome), scale
    ) - share_of_targets(survey.outcome(survey.satisfied, outcome), scale)
    found: Floats = survey.tendency @ change / survey.tendency.sum()
    return found


IDLE = "app"  # a touchpoint that many use, and that has no effect in the world below


def with_hidden_cause(survey: Survey, strength: float) -> Survey:
    """The same world in which a trait that nobody sees raises satisfaction and one rating.

    The touchpoint that is rated has no effect itself. A standard deviation of the trait counts
    `strength` of quality in the rating, and as much in satisfaction.
    """
    place, style = DRIVERS.index(IDLE), survey.wave.style
    trait = np.random.default_rng([survey.seed, 9]).normal(size=len(survey.satisfied))
    idle = survey.quality.astype(float).copy()
    idle[:, place] = 0.0
    rating = survey.rating.copy()
    rated = survey.scale.place(survey.meant[:, place] + strength * trait, style.scale_use)
    careless = style.straight | style.speeder
    rating[:, place] = np.where(careless, rating[:, place], rated)
    lost = satisfy(survey.quality, survey.wave.used) - satisfy(idle, survey.wave.used)
    return replace(survey, rating=rating, satisfied=survey.satisfied - lost + strength * trait)
