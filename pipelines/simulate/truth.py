"""What is true of the simulated company: effects, population values, who is who, what is wrong.

Population values are sums over all customers of the frame, respondents or not, so that
partitions add up.
"""

from __future__ import annotations

import dataclasses
import json
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import reduce
from typing import Any, Self, TextIO

import numpy as np
import polars as pl

from pipelines.simulate import (
    answers,
    calendar,
    identities,
    journeys,
    leaving,
    measures,
    misspellings,
    model,
    observations,
    operations,
    opinions,
    orders,
    paths,
    persons,
    population,
    quality,
    relatives,
    searches,
    surveys,
    texts,
    typos,
    variants,
)
from pipelines.simulate.answers import DONT_KNOW_CODE, NOT_USED_CODE, RATING
from pipelines.simulate.exports import contacts, writings
from pipelines.simulate.journeys import Histories
from pipelines.simulate.leaving import BadContacts, hazard
from pipelines.simulate.model import (
    INCIDENT,
    MONTHS,
    N_RATED,
    PENALTY,
    PLANNED,
    REWARD,
    TOUCHPOINT_NAMES,
    Floats,
    satisfy,
)
from pipelines.simulate.population import Population
from pipelines.simulate.surveys import Wave
from pipelines.statistics.dominance import dominance

LEVER = 0.5  # of quality: what each lever lifts every contact by
HORIZON = 3  # months of the churn probability
TRUTH_DECIMALS = 5


@dataclass(frozen=True)
class Sums:
    """Sums over a wave's frame; those of partitions add up.

    Attributes
    ----------
    size : float
        Customers of the frame.
    answering : float
        Sum of their probabilities of answering.
    said : dict of ndarray
        By question: number of answers, their sum, and for recommendation the promoters
        and the detractors.
    products : ndarray of float, shape (2 * N_RATED + 2, 2 * N_RATED + 2)
        Cross-products of 1, use and use x quality of each touchpoint, and the latent
        overall answer.
    """

    size: float
    answering: float
    said: dict[str, Floats]
    products: Floats

    @classmethod
    def over(cls, wave: Wave) -> Self:
        """Add up a partition's part of a wave."""
        said = {
            question: _count(question, values) for question, values in wave.would_answer.items()
        }
        felt = np.where(wave.used, wave.quality, 0.0)
        overall = wave.meant + answers.LENIENCY * wave.style.leniency
        columns = np.column_stack([np.ones(len(overall)), wave.used, felt, overall])
        products = np.einsum("ni,nj->ij", columns, columns)
        return cls(float(len(overall)), float(wave.response.sum()), said, products)

    def __add__(self, other: Sums) -> Sums:
        said = {question: self.said[question] + other.said[question] for question in self.said}
        return Sums(
            self.size + other.size,
            self.answering + other.answering,
            said,
            self.products + other.products,
        )


def _count(question: str, values: np.ndarray) -> Floats:
    """Number of answers, their sum, promoters and detractors."""
    rated = question in TOUCHPOINT_NAMES[:N_RATED]
    given = values[(values >= 0) & ~(rated & np.isin(values, (NOT_USED_CODE, DONT_KNOW_CODE)))]
    return np.array([len(given), given.sum(), (given >= 9).sum(), (given <= 6).sum()], float)


def describe_wave(sums: Sums) -> dict[str, Any]:
    """Population values of a wave."""
    count, _, promoters, detractors = sums.said["nps"]
    reach = np.diag(sums.products)[1 : N_RATED + 1] / sums.size
    felt = sums.products[0, N_RATED + 1 : -1]
    means = {
        question: _rounded(total / count)
        for question, (count, total, *_) in sums.said.items()
        if count
    }
    return {
        "frame": int(sums.size),
        "response_rate": _rounded(sums.answering / sums.size),
        "nps": _rounded(100 * (promoters - detractors) / count),
        "mean_answer": means,
        "csat": {name: _rounded(_percent(means[name])) for name in TOUCHPOINT_NAMES[:N_RATED]},
        "reach": dict(zip(TOUCHPOINT_NAMES, _rounded(100 * reach), strict=False)),
        "quality_of_users": dict(
            zip(TOUCHPOINT_NAMES, _rounded(felt / (reach * sums.size)), strict=False)
        ),
    }


def _percent(answer: float) -> float:
    return 100 * (answer - RATING.low) / (RATING.high - RATING.low)


def covariance(sums: Sums) -> Floats:
    """Covariance of use and use x (quality - mean of users), by touchpoint, then overall.

    Shape (2 * N_RATED + 1, 2 * N_RATED + 1), divided by the frame's size.
    """
    size, products = sums.size, sums.products
    centre = products[0, N_RATED + 1 : -1] / np.diag(products)[1 : N_RATED + 1]
    # Column `use x quality` minus `use` times the mean of users.
    turn = np.eye(len(products))
    turn[np.arange(1, N_RATED + 1), np.arange(N_RATED + 1, 2 * N_RATED + 1)] = -centre
    turned = turn.T @ products @ turn
    mean = turned[0] / size
    return (turned / size - np.outer(mean, mean))[1:, 1:]


def add(waves: Mapping[str, Sums], more: Mapping[str, Sums]) -> dict[str, Sums]:
    """Add a partition's sums to those before it."""
    return {name: waves[name] + sums if name in waves else sums for name, sums in more.items()}


def importance(sums: Sums) -> dict[str, Any]:
    """How R2 of latent satisfaction splits among touchpoints, in the whole frame.

    A touchpoint is the pair of its use and its remembered quality among users.
    """
    groups = [[place, N_RATED + place] for place in range(N_RATED)]
    split = dominance(covariance(sums), groups)
    order = np.argsort(-split.general)
    return {
        "r2": _rounded(split.r2),
        "lmg": dict(zip(TOUCHPOINT_NAMES, _rounded(split.general), strict=False)),
        "order": [TOUCHPOINT_NAMES[place] for place in order],
    }


def of_company(waves: Mapping[str, Sums], measured: Mapping[str, Floats]) -> dict[str, Any]:
    """What holds for the company as a whole."""
    pooled = reduce(operator.add, waves.values())
    return {
        "parameters": parameters(),
        "effects": effects(),
        "waves": {name: describe_wave(sums) for name, sums in waves.items()},
        "measures": {
            name: measures.describe(sums, waves[name].size, TRUTH_DECIMALS)
            for name, sums in measured.items()
        },
        "importance": {
            **{name: importance(sums) for name, sums in waves.items()},
            "all": importance(pooled),
        },
    }


def customers(people: Population, lives: Histories) -> dict[str, list[Any]]:
    """Traits, fate, churn probability at the end and the effect of each lever, by customer."""
    last = MONTHS - 1
    stays = lives.present(last, people.joined_month) & (lives.left_month > last)
    tenure = last - people.joined_month
    calm = np.zeros(people.size, bool)
    nothing = BadContacts(calm, calm, calm)

    def churn(satisfaction: Floats) -> Floats:
        monthly = hazard(satisfaction, people.attachment, tenure, nothing)
        return 1 - (1 - monthly) ** HORIZON

    memory, used = lives.memory[last].astype(float), lives.used[last]
    satisfied = satisfy(memory, used)
    before = churn(satisfied)
    columns = {
        "person": people.known["person"].to_list(),
        "leniency": _listed(people.leniency),
        "scale_use": _listed(people.scale_use),
        "price_sensitivity": _listed(people.price_sensitivity),
        "tech_affinity": _listed(people.tech_affinity),
        "attachment": _listed(people.attachment),
        "left_month": lives.left_month.tolist(),
        "satisfaction": _listed(satisfied, stays),
        "churn_probability": _listed(before, stays),
    }
    for place, name in enumerate(TOUCHPOINT_NAMES[:N_RATED]):
        lifted = memory.copy()
        lifted[:, place] += LEVER
        after = satisfy(lifted, used)
        columns[f"satisfaction_by_{name}"] = _listed(after - satisfied, stays)
        columns[f"churn_by_{name}"] = _listed(churn(after) - before, stays)
    return columns


def _listed(values: Floats, known: np.ndarray | None = None) -> list[float | None]:
    series = pl.Series(np.round(values, TRUTH_DECIMALS)) + 0.0  # no minus zero
    if known is not None:
        series = pl.select(pl.when(pl.Series(known)).then(series)).to_series()
    return series.to_list()


def _rounded(values: Any) -> Any:
    rounded = np.round(values, TRUTH_DECIMALS)
    return rounded.tolist() if isinstance(rounded, np.ndarray) else float(rounded)


# The parts of the model that have parameters, in the order in which they are told. A module
# comes after those it imports constants from.
MODULES = (
    model,
    calendar,
    population,
    operations,
    quality,
    paths,
    leaving,
    journeys,
    answers,
    surveys,
    measures,
    orders,
    opinions,
    texts,
    typos,
    searches,
    relatives,
    misspellings,
    variants,
    persons,
    identities,
    contacts,
    writings,
    observations,
)


def parameters() -> dict[str, dict[str, Any]]:
    """Every parameter of the model, by the module that defines it.

    A name stands for one thing, so a name told before is one that a module imports.
    """
    named: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    for module in MODULES:
        own = {
            name: value
            for name, value in vars(module).items()
            if name[0].isalpha()
            and name.isupper()
            and not isinstance(value, (np.ndarray, tzinfo))
            and name not in seen
        }
        seen |= own.keys()
        named[module.__name__.rsplit(".", 1)[-1]] = own
    return named


def effects() -> dict[str, Any]:
    """What follows from the parameters alone: slopes, hazard ratios, effects of measures."""
    return {
        "penalty": dict(zip(TOUCHPOINT_NAMES, PENALTY.tolist(), strict=False)),
        "reward": dict(zip(TOUCHPOINT_NAMES, REWARD.tolist(), strict=False)),
        "odds_ratio_of_leaving": {
            "satisfaction": _rounded(np.exp(leaving.SATISFACTION)),
            "attachment": _rounded(np.exp(leaving.ATTACHMENT)),
            "bad_hotline": _rounded(np.exp(leaving.HOTLINE)),
            "bad_delivery": _rounded(np.exp(leaving.DELIVERY)),
            "bad_returns_first_year": _rounded(np.exp(leaving.RETURNS_NEW)),
            "bad_returns_later": 1.0,
        },
        "measures_on_quality": {planned.id: planned.effect for planned in PLANNED},
        "incident_on_quality": dict(INCIDENT.effects),
    }


class TruthFile:
    """Writes truth.json partition by partition, so that memory does not grow with them."""

    def __init__(self, content: TextIO) -> None:
        self._content = content
        self._separator = '{"partitions": [\n'
        self.persons = 0

    def add(self, partition: dict[str, Any]) -> None:
        """Write one partition's part."""
        self._content.write(self._separator + _json(partition))
        self._separator = ",\n"
        self.persons += len(partition["customers"]["person"])

    def close(self, whole: dict[str, Any]) -> None:
        """Write what holds for all of it, and end the file."""
        self._content.write("\n]")
        for name, value in whole.items():
            self._content.write(f',\n"{name}": {_json(value)}')
        self._content.write("}\n")


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_as_text)


def _as_text(value: object) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"truth.json: expected numbers, texts and dates, got {type(value).__name__}")
