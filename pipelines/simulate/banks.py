"""The names of people, cities and streets, as data: names/*.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from pipelines.simulate.model import Floats

Strings = NDArray[np.str_]

NAMES_FOLDER = Path(__file__).parent / "names"
LANGUAGE_OF_COUNTRY = {"DE": "de", "AT": "de", "GB": "en"}

# Frequency of the name of rank r: 1 / (r + offset)**slope, a law of Zipf and Mandelbrot. With
# these the most frequent given name has about 4 % of people, and the most frequent family name
# a little over 1 %, as Smith and Müller have.
GIVEN_SLOPE, GIVEN_OFFSET = 0.8, 4.0
FAMILY_SLOPE, FAMILY_OFFSET = 0.9, 12.0
STREET_SLOPE, STREET_OFFSET = 0.6, 2.0


@dataclass(frozen=True)
class Weighted:
    """Words and how often they are drawn.

    Attributes
    ----------
    words : ndarray of str, shape (n,)
    share : ndarray of float, shape (n,)
        Sums to 1.
    """

    words: Strings
    share: Floats

    def draw(self, size: int, rng: np.random.Generator) -> Strings:
        """Draw words."""
        return self.words[self.places(size, rng)]

    def places(self, size: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw places in `words`."""
        edges = np.cumsum(self.share)[:-1]
        return np.searchsorted(edges, rng.random(size), "right").astype(np.int64)


@dataclass(frozen=True)
class Names:
    """The names of one country.

    Attributes
    ----------
    given : mapping of str to Weighted
        By gender, f or m.
    family : Weighted
        The frequent ones.
    first, second : ndarray of str
        Parts of the rare family names.
    nicknames : mapping of str to tuple of str
        By given name.
    titles : mapping of str to ndarray of str
        By gender, f, m or d.
    private_mail, work_mail : ndarray of str
        Domains, all of them under .example.
    """

    given: Mapping[str, Weighted]
    family: Weighted
    first: Strings
    second: Strings
    nicknames: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, Strings]
    private_mail: Strings
    work_mail: Strings


@dataclass(frozen=True)
class Places:
    """The cities of one region; `first` and `last` are postcodes, or districts of an area."""

    cities: Weighted
    area: Strings  # empty where postcodes are plain numbers
    first: NDArray[np.int64]
    last: NDArray[np.int64]


@dataclass(frozen=True)
class Streets:
    """Stems of street names, and the kinds that follow them."""

    stems: Weighted
    kinds: Weighted


@cache
def names(country: str) -> Names:
    """Read the names of people in DE, AT or GB."""
    bank = _read(LANGUAGE_OF_COUNTRY[country])
    family = dict.fromkeys(
        [*bank.get(f"family_{country.lower()}", "").split(), *bank["family"].split()]
    )
    return Names(
        given={
            gender: _ranked(words.split(), GIVEN_SLOPE, GIVEN_OFFSET)
            for gender, words in bank["given"].items()
        },
        family=_ranked(list(family), FAMILY_SLOPE, FAMILY_OFFSET),
        first=np.array(bank["family_first"].split()),
        second=np.array(bank["family_second"].split()),
        nicknames={name: tuple(short.split()) for name, short in bank["nicknames"].items()},
        titles={gender: np.array(words) for gender, words in bank["titles"][country].items()},
        private_mail=_domains(bank["mail"]["private"]),
        work_mail=_domains(bank["mail"]["work"]),
    )


@cache
def regions() -> Mapping[str, Places]:
    """Read the cities of every region; a region starts with its country."""
    return {region: _places(cities) for region, cities in _read("places")["cities"].items()}


@cache
def streets(country: str) -> Streets:
    """Read the parts of street names of a country."""
    bank = _read("places")["streets"][country]
    return Streets(
        _ranked(bank["stems"].split(), STREET_SLOPE, STREET_OFFSET),
        _weighted(list(bank["kinds"]), list(bank["kinds"].values())),
    )


def _places(cities: Mapping[str, tuple[float, str | int, int]]) -> Places:
    """Read `city: [share, 20095, 22769]` or, with an area, `city: [share, M 1, 35]`."""
    starts = [str(first).rpartition(" ") for _, first, _ in cities.values()]
    return Places(
        _weighted(list(cities), [share for share, _, _ in cities.values()]),
        area=np.array([area for area, _, _ in starts]),
        first=np.array([int(first) for _, _, first in starts]),
        last=np.array([last for _, _, last in cities.values()]),
    )


def _domains(parts: Mapping[str, str]) -> Strings:
    return np.array(
        [f"{a}{b}.example" for a in parts["first"].split() for b in parts["second"].split()]
    )


def _ranked(words: list[str], slope: float, offset: float) -> Weighted:
    """Words whose frequency falls with their rank."""
    return _weighted(words, list((np.arange(1, len(words) + 1) + offset) ** -slope))


def _weighted(words: list[str], weights: list[float]) -> Weighted:
    return Weighted(np.array(words), np.array(weights) / np.sum(weights))


@cache
def _read(name: str) -> Any:
    return yaml.safe_load((NAMES_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
