"""How a record differs from what is true of the person, each kind with its own rate."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np
import polars as pl

from pipelines.simulate import banks
from pipelines.simulate.misspellings import abbreviate, misspell, transcribe
from pipelines.simulate.model import SYSTEMS, Flags

PERSON_NAMES = ("given_name", "family_name")
ADDRESS = ("street", "postcode", "city")


@dataclass(frozen=True)
class Rate:
    """Shares of the records of each system that differ in one way."""

    crm: float
    shop: float
    callcentre: float


# Assumed, of the order that is met in practice. Records of the CRM are typed by shop assistants
# from a form, those of the shop by the customers themselves, those of the call centre by ear.
RATES = {
    "mixed_up": Rate(0.08, 0.04, 0.12),  # with the twin, or the birth of father and son
    "double_name_cut": Rate(0.25, 0.20, 0.35),  # of double-barrelled family names: the first only
    "nickname": Rate(0.03, 0.08, 0.08),  # of given names that have one
    "initial": Rate(0.020, 0.015, 0.020),
    "typo": Rate(0.040, 0.020, 0.065),  # in the given name, the family name or the street
    "transcription": Rate(0.06, 0.12, 0.15),  # of records with an umlaut or the like
    "swapped": Rate(0.010, 0.012, 0.008),  # given and family name
    "title": Rate(0.020, 0.008, 0.030),  # before the given name
    "upper_case": Rate(0.030, 0.015, 0.010),
    "street_abbreviation": Rate(0.45, 0.25, 0.35),
    "other_email": Rate(0.15, 0.08, 0.12),
    "no_email": Rate(0.25, 0.0, 0.45),  # the shop asks for it
    "no_phone": Rate(0.30, 0.40, 0.02),
    "no_birth": Rate(0.03, 0.08, 0.10),
    "january_birth": Rate(0.02, 0.03, 0.015),  # 1 January of the year: day and month not asked
}
# What only one system knows of a person, by gender: the address before the last move, and the
# family name before a marriage. About one in ten people moves in a year; assumed.
MOVED = {"f": 0.09, "m": 0.09, "d": 0.09}
MARRIED = {"f": 0.045, "m": 0.008, "d": 0.02}
STRIPPED_SHARE = 0.25  # share of transcribed records that lose the dots: Muller, not Mueller
TYPO_IN = {"family_name": 0.5, "given_name": 0.3, "street": 0.2}

# Ways to write a telephone number, from dialling and area code and the line, and their shares.
PHONE_FORMATS = {
    "+{0}{1}{2}": (0.25, 0.25),  # E.164; shares in DE and AT, and in GB
    "+{0} {1} {2}": (0.20, 0.20),
    "00{0}{1}{2}": (0.10, 0.05),
    "0{1}-{2}": (0.15, 0.0),
    "0{1}/{2}": (0.12, 0.0),
    "0{1} {2}": (0.18, 0.50),
}
# All of them, in the order in which they are listed in `variant`.
VARIANT_KINDS = ("moved", "married", *RATES, "phone_format")


def vary(records: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Write records as their systems have them.

    Parameters
    ----------
    records : DataFrame
        The columns of `persons.draw_persons`, once per record, with source_system; and bool
        columns moved and married, whether the record has the former address and name.
    rng : Generator

    Returns
    -------
    DataFrame
        The same rows with names, address, email, birth_on as written, phone, and variant:
        the kinds in which the record differs, joined by commas, or an empty text.
    """
    chosen = _choose(records["source_system"], rng)
    sheet = records.with_columns(
        pl.Series("stripped", rng.random(records.height) < STRIPPED_SHARE),
        **{_do(kind): flags for kind, flags in chosen.items()},
    ).rename({kind: _do(kind) for kind in ("moved", "married")})
    sheet = _misspell(_shorten(_mistake(sheet), rng), rng)
    sheet = _call(_leave_out(_arrange(sheet, rng)), rng)
    listed = [pl.when(pl.col(kind)).then(pl.lit(kind)) for kind in VARIANT_KINDS]
    return sheet.with_columns(variant=pl.concat_str(listed, separator=",", ignore_nulls=True))


def _do(kind: str) -> str:
    return f"do_{kind}"


def _choose(system: pl.Series, rng: np.random.Generator) -> dict[str, pl.Series]:
    """Draw which records shall differ in which way."""
    codes = system.replace_strict(SYSTEMS, range(len(SYSTEMS)), return_dtype=pl.Int64).to_numpy()
    draws = rng.random((len(RATES), len(system)))
    rates = np.array([[getattr(rate, name) for name in SYSTEMS] for rate in RATES.values()])
    return {
        kind: pl.Series(draw < rate[codes])
        for kind, draw, rate in zip(RATES, draws, rates, strict=True)
    }


def _change(sheet: pl.DataFrame, kind: str, **columns: pl.Expr | pl.Series) -> pl.DataFrame:
    """Write chosen records another way; a column named `kind` says which did change."""
    new = sheet.select(**columns)
    changed = reduce(or_, (sheet[name].ne_missing(new[name]) for name in columns))
    flags = changed & sheet[_do(kind)]
    written = [new[name].zip_with(flags, sheet[name]) for name in columns]
    return sheet.with_columns(*written, flags.alias(kind))


def _mistake(sheet: pl.DataFrame) -> pl.DataFrame:
    """Write what was true before, or is true of a relative."""
    former = {name: pl.col(f"former_{name}") for name in ADDRESS}
    sheet = _change(sheet, "moved", **former)
    sheet = _change(sheet, "married", family_name=pl.col("former_family_name"))
    twin = {name: pl.col(f"twin_{name}") for name in ("given_name", "birth_on")}
    return _change(sheet, "mixed_up", **twin)


def _shorten(sheet: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Write short forms of names and streets."""
    first_name = pl.col("family_name").str.extract(r"^([^-]+)")
    sheet = _change(sheet, "double_name_cut", family_name=first_name)
    sheet = _change(sheet, "nickname", given_name=_nicknames(sheet, rng))
    sheet = _change(sheet, "initial", given_name=pl.col("given_name").str.slice(0, 1) + ".")
    return _change(sheet, "street_abbreviation", street=abbreviate(pl.col("street")))


def _misspell(sheet: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Write wrong letters, and plain ones."""
    sheet = _change(sheet, "typo", **_typos(sheet, rng))
    plain = {
        name: transcribe(pl.col(name), pl.col("stripped"))
        for name in (*PERSON_NAMES, "street", "city")
    }
    return _change(sheet, "transcription", **plain)


def _arrange(sheet: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Write the right things in the wrong field."""
    given, family = pl.col("given_name"), pl.col("family_name")
    sheet = _change(sheet, "swapped", given_name=family, family_name=given)
    sheet = _change(sheet, "title", given_name=_titles(sheet, rng) + " " + sheet["given_name"])
    capitals = {name: pl.col(name).str.to_uppercase() for name in PERSON_NAMES}
    return _change(sheet, "upper_case", **capitals)


def _leave_out(sheet: pl.DataFrame) -> pl.DataFrame:
    """Write no e-mail or birth, or not the usual one."""
    nothing, known = pl.lit(None), pl.col("email").is_not_null()
    sheet = _change(sheet, "no_email", email=nothing.cast(pl.String))
    other = pl.when(known).then(pl.col("other_email"))
    sheet = _change(sheet, "other_email", email=other)
    sheet = _change(sheet, "no_birth", birth_on=nothing.cast(pl.Date))
    return _change(sheet, "january_birth", birth_on=pl.col("birth_on").dt.truncate("1y"))


def _call(sheet: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Write the telephone number in one of many ways, or not at all."""
    formats = list(PHONE_FORMATS)
    shares = np.array(list(PHONE_FORMATS.values()))
    british = (sheet["country"] == "GB").to_numpy().astype(np.int64)
    draw = rng.random(sheet.height)
    style = (draw[:, None] >= np.cumsum(shares, axis=0).T[british][:, :-1]).sum(axis=1)
    parts = ("dialling", "area", "line")
    written = pl.lit(None, dtype=pl.String)
    for place, form in enumerate(formats):
        written = pl.when(pl.Series(style) == place).then(_fill(form, parts)).otherwise(written)
    sheet = sheet.with_columns(pl.concat_str(pl.lit("+"), *parts).alias("phone"))
    sheet = sheet.with_columns(pl.lit(True).alias(_do("phone_format")))
    sheet = _change(sheet, "no_phone", phone=pl.lit(None, dtype=pl.String))
    given = pl.when(pl.col("phone").is_not_null())
    return _change(sheet, "phone_format", phone=given.then(written))


def _fill(form: str, parts: tuple[str, ...]) -> pl.Expr:
    """Put columns into the places {0}, {1} and {2} of a form."""
    pieces = re.split(r"\{(\d)\}", form)
    return pl.concat_str(
        pl.col(parts[int(piece)]) if place % 2 else pl.lit(piece)
        for place, piece in enumerate(pieces)
    )


def _nicknames(sheet: pl.DataFrame, rng: np.random.Generator) -> pl.Expr:
    """Nicknames of given names; those without one stay."""
    later = pl.Series(rng.random(sheet.height) < 0.5)
    short = pl.col("given_name")
    for country in banks.LANGUAGE_OF_COUNTRY:
        known = banks.names(country).nicknames
        first = pl.col("given_name").replace({name: forms[0] for name, forms in known.items()})
        last = pl.col("given_name").replace({name: forms[-1] for name, forms in known.items()})
        here = pl.col("country") == country
        short = pl.when(here & later).then(last).when(here).then(first).otherwise(short)
    return short


def _typos(sheet: pl.DataFrame, rng: np.random.Generator) -> dict[str, pl.Series]:
    """Names and streets of which one is mistyped."""
    where = rng.choice(len(TYPO_IN), sheet.height, p=list(TYPO_IN.values()))
    language = sheet["country"].replace(banks.LANGUAGE_OF_COUNTRY)
    written = {}
    for place, name in enumerate(TYPO_IN):
        mistyped = misspell(sheet[name], language, rng)
        written[name] = mistyped.zip_with(pl.Series(where == place), sheet[name])
    return written


def _titles(sheet: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """Titles that go with country and gender."""
    country, gender = sheet["country"].to_numpy(), sheet["gender"].to_numpy()
    title = np.full(sheet.height, "", dtype="<U12")
    for name in banks.LANGUAGE_OF_COUNTRY:
        for sex, titles in banks.names(name).titles.items():
            here: Flags = (country == name) & (gender == sex)
            title[here] = titles[rng.integers(0, len(titles), int(here.sum()))]
    return pl.Series("title", title)
