"""How people fill in a questionnaire: scale use, halo, blanks, and not caring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.simulate.model import Flags, Floats, Ints
from pipelines.simulate.population import Population

# A latent answer is what is asked about, plus:
SATISFACTION_HALO = 0.08  # satisfaction in general colours the rating of each touchpoint
LENIENCY = 0.15  # of the person, in every answer
RATING_NOISE = 0.35  # standard deviation, for touchpoints
OVERALL_NOISE = 0.30  # for satisfaction as a whole and recommendation
LOYAL_ANSWER = 0.35  # attachment, in recommendation

BLANK_SHARE = 0.03  # of answers, at random
DONT_KNOW_SHARE = 0.02  # of ratings, at random
STRAIGHT_SHARE = 0.03  # of respondents: every rating the same
SPEEDER_SHARE = 0.02  # of respondents: any answer, in a fifth of the time

# Codes beside answers, in the company's files.
NOT_USED_CODE, DONT_KNOW_CODE, BLANK_CODE = 6, 9, -1


@dataclass(frozen=True)
class SimulatedScale:
    """Answers from `low` to `high`; adequate is at `middle`, a standard deviation is `step`."""

    low: int
    high: int
    middle: float
    step: float

    def place(self, latent: Floats, spread: Floats) -> Ints:
        """Nearest answer of each person, whose answers spread that far from the middle."""
        exact = self.middle + self.step * spread * latent
        return np.clip(np.floor(exact + 0.5), self.low, self.high).astype(np.int64)


RATING = SimulatedScale(1, 5, 3.3, 0.95)
OVERALL = SimulatedScale(1, 10, 6.4, 1.6)
RECOMMEND = SimulatedScale(0, 10, 7.2, 1.9)
EFFORT = SimulatedScale(1, 7, 4.8, 1.2)  # ease: the higher, the easier


@dataclass(frozen=True)
class AnswerStyle:
    """How a person answers; arrays of shape (n,)."""

    leniency: Floats
    scale_use: Floats
    straight: Flags
    speeder: Flags

    @classmethod
    def draw(cls, people: Population, chosen: Ints, rng: np.random.Generator) -> AnswerStyle:
        """Take the traits of the chosen, and draw who does not care."""
        straight = rng.random(len(chosen)) < STRAIGHT_SHARE
        speeder = ~straight & (rng.random(len(chosen)) < SPEEDER_SHARE)
        return cls(people.leniency[chosen], people.scale_use[chosen], straight, speeder)

    def answer(
        self, scale: SimulatedScale, meant: Floats, noise: float, rng: np.random.Generator
    ) -> Ints:
        """Answer on a scale what is meant; speeders answer anything."""
        latent = meant + LENIENCY * self.leniency + noise * rng.normal(size=len(meant))
        anything = rng.integers(scale.low, scale.high + 1, len(meant))
        return np.where(self.speeder, anything, scale.place(latent, self.scale_use))


def leave_out(answers: Ints, rng: np.random.Generator, *, can_be_unknown: bool = False) -> Ints:
    """Turn some answers into blanks, and some ratings into don't-knows, at random."""
    chance = rng.random(len(answers))
    unknown = can_be_unknown & (chance > 1 - DONT_KNOW_SHARE)
    return np.where(chance < BLANK_SHARE, BLANK_CODE, np.where(unknown, DONT_KNOW_CODE, answers))
