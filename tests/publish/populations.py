"""Small populations whose every answer is known, and the lines that are published of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

import numpy as np
import polars as pl

from pipelines.contract.people import EVERYBODY
from pipelines.publish.structure import Structure, nests
from tests.publish.stub_study import table

SEGMENTS = ("country", "region")
REGIONS = {"A": ("A east", "A west"), "B": ("B north", "B south")}
EXPECTED = "expected_a"

Place = tuple[str, str]  # segment and group
Line = tuple[Place, str | None, str]  # ..., question (none: the stage), measure


@dataclass(frozen=True)
class Population:
    """People, and what they answered.

    Parameters
    ----------
    people : DataFrame
        A row per person, `SEGMENTS`; null if unknown.
    given : ndarray of bool, shape (n_people, n_questions)
        Who rated each touchpoint; in the last column, who said what was expected of the first.
    """

    people: pl.DataFrame
    given: np.ndarray

    @property
    def touchpoints(self) -> list[str]:
        """Questions that rate one."""
        return list("abcdef"[: self.given.shape[1] - 1])

    @property
    def structure(self) -> Structure:
        """What study.yaml and the customers tell."""
        kinds = dict(zip(self.touchpoints, cycle(("csat", "ces")), strict=False))
        kinds[EXPECTED] = "expectation"
        return Structure(kinds, nests(self.people, SEGMENTS))

    def places(self) -> Iterator[tuple[Place, np.ndarray]]:
        """Everybody and the groups, and who belongs to each."""
        yield (EVERYBODY, EVERYBODY), np.ones(self.people.height, dtype=bool)
        for segment in SEGMENTS:
            labels = self.people[segment].fill_null("").to_numpy()
            yield from (((segment, group), labels == group) for group in sorted({*labels} - {""}))

    def lines(self) -> dict[Line, np.ndarray]:
        """How often each answer counts in the sum behind each line, shape as `given`."""
        rated = self.given[:, :-1]
        own = {
            question: self.given * (np.arange(self.given.shape[1]) == k)
            for k, question in enumerate([*self.touchpoints, EXPECTED])
        }
        shares = rated / np.maximum(rated.sum(axis=1), 1)[:, None]
        stage = np.column_stack([shares, np.zeros(len(shares))])
        both = (self.given[:, 0] & self.given[:, -1])[:, None]
        gap = both * (own["a"].astype(float) - own[EXPECTED])
        wholes = {(q, "mean"): one for q, one in own.items()} | {
            (None, "mean"): stage,
            ("a", "gap"): gap,
        }
        return {
            (place, *what): whole * inside[:, None]
            for place, inside in self.places()
            for what, whole in wholes.items()
        }

    def scores(self) -> pl.DataFrame:
        """The table of scores; its values are of no matter."""
        rows = [
            {
                "segment": segment,
                "group": group,
                "question_id": question,
                "touchpoint_id": None if question is None else question[-1],
                "scope": "stage" if question is None else "touchpoint",
                "measure": measure,
                "n": int((weights != 0).any(axis=1).sum()),
            }
            for ((segment, group), question, measure), weights in self.lines().items()
        ]
        return table("scores", *(row for row in rows if row["n"] > 0))


def population(rng: np.random.Generator, n: int, touchpoints: int, missing: float) -> Population:
    """Draw people: some of unknown region or country, some touchpoints hardly rated."""
    country = rng.choice(["A", "B"], n, p=[0.7, 0.3])
    region = [str(rng.choice(REGIONS[name], p=[0.75, 0.25])) for name in country]
    lost = rng.random(n)
    people = pl.DataFrame(
        {
            "country": [
                None if u < missing / 2 else name for u, name in zip(lost, country, strict=True)
            ],
            "region": [None if u < missing else name for u, name in zip(lost, region, strict=True)],
        },
        schema=dict.fromkeys(SEGMENTS, pl.String),
    )
    chance = rng.choice([0.1, 0.5, 0.9, 0.97], touchpoints + 1)
    return Population(people, rng.random((n, touchpoints + 1)) < chance)


def asked_once(people: Population, rng: np.random.Generator) -> Population:
    """Let everybody rate one touchpoint only, as right after a contact."""
    given = people.given.copy()
    given[:, :-1] = np.eye(given.shape[1] - 1, dtype=bool)[
        rng.choice(given.shape[1] - 1, len(given), p=_skewed(given.shape[1] - 1))
    ]
    return Population(people.people, given)


def _skewed(n: int) -> np.ndarray:
    share = 0.4 ** np.arange(n)
    return share / share.sum()
