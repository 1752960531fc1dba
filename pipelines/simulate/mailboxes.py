"""E-mail addresses under .example, a domain that never exists (RFC 2606)."""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl

from pipelines.simulate import banks
from pipelines.simulate.misspellings import TRANSCRIBED
from pipelines.simulate.numbers import BITS, scatter

# What stands before the number and the @, with shares.
PATTERNS = {
    "given.family": 0.42,
    "givenfamily": 0.20,
    "g.family": 0.18,
    "family.given": 0.12,
    "given_f": 0.08,
}
# Nothing secret, as in `numbers`; the second address of a person tells nothing of the first.
MAILBOX_KEYS = {"private_mail": 0x27D4EB2F165667C5, "work_mail": 0x85EBCA77C2B2AE63}


def draw_emails(
    persons: pl.DataFrame, kind: Literal["private_mail", "work_mail"], rng: np.random.Generator
) -> pl.Series:
    """Draw an e-mail address for everybody.

    As in life no two people have the same, here not even in different partitions: domain and
    number together are a bijection of the person's number.

    Parameters
    ----------
    persons : DataFrame
        person, country, given_name, family_name.
    kind : {"private_mail", "work_mail"}
        Whose domains it has.
    rng : Generator

    Returns
    -------
    Series of str
        In plain small letters.
    """
    pattern = rng.choice(list(PATTERNS), persons.height, p=list(PATTERNS.values()))
    code = scatter(persons["person"].to_numpy(), BITS["crm"], MAILBOX_KEYS[kind])
    country = persons["country"].to_numpy()
    number = np.zeros(persons.height, dtype=np.uint64)
    domain = np.full(persons.height, "", dtype="<U32")
    for name in banks.LANGUAGE_OF_COUNTRY:
        here = country == name
        bank = getattr(banks.names(name), kind)
        number[here], place = np.divmod(code[here], np.uint64(len(bank)))
        domain[here] = bank[place.astype(np.int64)]
    local = persons.select(given=_plain("given_name"), family=_plain("family_name"))
    return local.select(
        email=_local(pl.Series(pattern))
        + pl.Series(number).cast(pl.String)
        + "@"
        + pl.Series(domain)
    )["email"]


def _plain(name: str) -> pl.Expr:
    """Letters of a name, without marks, hyphens and spaces."""
    return (
        pl.col(name).str.replace_many(TRANSCRIBED).str.to_lowercase().str.replace_all("[^a-z]", "")
    )


def _local(pattern: pl.Series) -> pl.Expr:
    """Put given and family name together as the pattern says."""
    given, family = pl.col("given"), pl.col("family")
    forms = {
        "givenfamily": given + family,
        "g.family": given.str.slice(0, 1) + "." + family,
        "family.given": family + "." + given,
        "given_f": given + "_" + family.str.slice(0, 1),
    }
    written = given + "." + family
    for name, form in forms.items():
        written = pl.when(pattern == name).then(form).otherwise(written)
    return written
