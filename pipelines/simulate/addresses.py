"""Where people live, and under which number they can be called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.core.errors import ContractError, examples
from pipelines.simulate import banks
from pipelines.simulate.banks import Strings
from pipelines.simulate.model import Ints

POSTCODE_DIGITS = {"DE": 5, "AT": 4}
INWARD = list("ABDEFGHJLNPQRSTUWXYZ")  # British postcodes end in a digit and two of these
HOUSE_NUMBERS = 25.0  # mean; lognormal around it
LETTERED = 0.06  # share of house numbers with a letter
LARGEST_HOUSE = 299


@dataclass(frozen=True)
class Block:
    """Telephone numbers that nobody can be called under.

    `digits` random digits follow `reserved`. It is a block that is kept free, and a number is
    longer than those in it, because they are only 100 to 1,000: each would belong to several
    customers, and would tell nobody from another. No number exceeds the 15 digits of E.164.
    Of a partition's people fewer than one in a hundred share a number with a stranger; of two
    million people, three in ten.
    """

    area: str
    reserved: str
    digits: int
    share: float


DIALLING = {"DE": "49", "AT": "43", "GB": "44"}
BLOCKS = {
    # Reserved for films and the like: Bundesnetzagentur, notice 148/2021, for the cities, each
    # with 000 to 999 at the end; the mobile operators' own blocks of 00 to 99.
    "DE": (
        Block("171", "39200", 5, 0.20),
        Block("176", "040690", 4, 0.02),
        Block("30", "23125", 6, 0.156),
        Block("69", "90009", 6, 0.156),
        Block("40", "66969", 6, 0.156),
        Block("221", "4710", 6, 0.156),
        Block("89", "99998", 6, 0.156),
    ),
    # Austria reserves none. After an area code no number begins with 0, which would be taken
    # for the prefix of a long-distance call.
    "AT": (
        Block("1", "0", 6, 0.5),
        Block("732", "0", 6, 0.2),
        Block("512", "0", 6, 0.15),
        Block("662", "0", 6, 0.15),
    ),
    # Reserved for drama by Ofcom: 000 to 999 after 07700 900, 020 7946 0, 0161 496 0, 01632 960.
    "GB": (
        Block("7700", "900", 6, 0.75),
        Block("20", "79460", 5, 0.1),
        Block("161", "4960", 5, 0.1),
        Block("1632", "960", 5, 0.05),
    ),
}


def draw_cities(region: Strings, rng: np.random.Generator) -> Ints:
    """Draw each person's city, as a place in the list of the region.

    Raises
    ------
    ContractError
        If a region has no cities.
    """
    unknown = sorted(set(region.tolist()) - set(banks.regions()))
    if unknown:
        known = sorted(banks.regions())
        raise ContractError(
            "people: region",
            expected=f"a region of names/places.yaml: {examples(known)}",
            got=examples(unknown),
            todo="add the cities of the region to names/places.yaml",
        )
    city = np.zeros(len(region), dtype=np.int64)
    for name, places in banks.regions().items():
        here = region == name
        city[here] = places.cities.places(int(here.sum()), rng)
    return city


def draw_addresses(region: Strings, city: Ints, rng: np.random.Generator) -> pl.DataFrame:
    """Draw addresses in these cities.

    Parameters
    ----------
    region : ndarray of str, shape (n,)
        Begins with its country.
    city : ndarray of int, shape (n,)
        Places in the list of the region.
    rng : Generator

    Returns
    -------
    DataFrame
        street (with the house number), postcode, city.
    """
    stem, kind = _streets(region, rng)
    house = _houses(len(region), rng)
    inward = _inward(len(region), rng)
    addresses = pl.DataFrame({"country": region, "stem": stem, "kind": kind, "house": house})
    return addresses.with_columns(_postcodes(region, city, rng), inward=inward).select(
        street=pl.when(pl.col("country").str.starts_with("GB"))
        .then(pl.concat_str("house", "stem", "kind", separator=" "))
        .otherwise(pl.concat_str(pl.col("stem") + pl.col("kind"), "house", separator=" ")),
        postcode=pl.when(pl.col("country").str.starts_with("GB"))
        .then(pl.col("outward") + " " + pl.col("inward"))
        .otherwise("outward"),
        city="city",
    )


def _streets(region: Strings, rng: np.random.Generator) -> tuple[Strings, Strings]:
    stem = np.full(len(region), "", dtype="<U24")
    kind = np.full(len(region), "", dtype="<U24")
    for country in DIALLING:
        here = np.char.startswith(region, country)
        parts = banks.streets(country)
        stem[here] = parts.stems.draw(int(here.sum()), rng)
        kind[here] = parts.kinds.draw(int(here.sum()), rng)
    return stem, kind


def _houses(size: int, rng: np.random.Generator) -> pl.Series:
    """House numbers; some with a letter."""
    spread = rng.lognormal(np.log(HOUSE_NUMBERS) - 0.5, 1.0, size)
    number = np.minimum(1 + spread.astype(np.int64), LARGEST_HOUSE)
    letter = np.array(["a", "b", "c"])[rng.integers(0, 3, size)]
    lettered = np.where(rng.random(size) < LETTERED, letter, "")
    return pl.Series("house", number).cast(pl.String) + pl.Series(lettered)


def _inward(size: int, rng: np.random.Generator) -> pl.Series:
    """Second halves of British postcodes."""
    letters = np.array(INWARD)
    digit = pl.Series("inward", rng.integers(0, 10, size)).cast(pl.String)
    last = [pl.Series(letters[rng.integers(0, len(letters), size)]) for _ in range(2)]
    return digit + last[0] + last[1]


def _postcodes(region: Strings, city: Ints, rng: np.random.Generator) -> list[pl.Series]:
    """Cities and their postcodes; of British ones the first half."""
    name = np.full(len(region), "", dtype="<U32")
    outward = np.full(len(region), "", dtype="<U8")
    for key, places in banks.regions().items():
        here = np.flatnonzero(region == key)
        if not here.size:  # NumPy pads no empty array
            continue
        at = city[here]
        first, last = places.first[at], places.last[at]
        number = first + (rng.random(len(at)) * (last - first + 1)).astype(np.int64)
        digits = number.astype(str)
        outward[here] = np.char.add(
            places.area[at], np.char.zfill(digits, POSTCODE_DIGITS.get(key[:2], 1))
        )
        name[here] = places.cities.words[at]
    return [pl.Series("city", name), pl.Series("outward", outward)]


def draw_phones(country: Strings, rng: np.random.Generator) -> pl.DataFrame:
    """Draw telephone numbers that nobody can be called under.

    Parameters
    ----------
    country : ndarray of str, shape (n,)
        DE, AT or GB.
    rng : Generator

    Returns
    -------
    DataFrame
        dialling (of the country), area, line; all digits, without a leading zero.
    """
    size = len(country)
    columns: dict[str, NDArray[np.str_]] = {
        name: np.full(size, "", dtype="<U16") for name in ("dialling", "area", "line")
    }
    for name, blocks in BLOCKS.items():
        here = np.flatnonzero(country == name)
        if not here.size:  # NumPy pads no empty array
            continue
        edges = np.cumsum([block.share for block in blocks])[:-1]
        block = np.searchsorted(edges, rng.random(len(here)), "right")
        digits = np.array([one.digits for one in blocks])[block]
        number = (rng.random(len(here)) * 10.0**digits).astype(np.int64).astype(str)
        columns["dialling"][here] = DIALLING[name]
        columns["area"][here] = np.array([one.area for one in blocks])[block]
        reserved = np.array([one.reserved for one in blocks])[block]
        columns["line"][here] = np.char.add(reserved, np.char.zfill(number, digits))
    return pl.DataFrame(columns)
