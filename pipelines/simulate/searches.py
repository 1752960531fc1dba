"""What customers type into search boxes, and what they were after."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.core.errors import ContractError, examples
from pipelines.simulate.phrasebook import PHRASE_LANGUAGES, phrasebook
from pipelines.simulate.typos import mistype

# Share of searches by what is wanted.
INTENTS = {
    "product": 0.40,
    "price": 0.11,
    "availability": 0.09,
    "delivery": 0.08,
    "returns": 0.05,
    "support": 0.07,
    "comparison": 0.05,
    "store": 0.06,
    "navigate": 0.04,
    "tool_hire": 0.02,
    "assembly_service": 0.015,
    "old_item_collection": 0.01,
    "garden_planning": 0.005,
}
# Wanted, and no page of the company answers them.
UNANSWERED = ("tool_hire", "assembly_service", "old_item_collection", "garden_planning")
MISTYPED = 0.12  # of searches have a typing error
CAPITALS = 0.15  # of searches keep their capital letters


def search_terms(rng: np.random.Generator, language: NDArray[np.str_]) -> pl.DataFrame:
    """Draw what is typed into a search box.

    Parameters
    ----------
    rng : Generator
    language : ndarray of str, shape (n,)
        de or en.

    Returns
    -------
    DataFrame, n rows
        `search_term`, and its `intent`, a key of `INTENTS`.

    Raises
    ------
    ContractError
        If a language is unknown.
    """
    spoken = pl.Series(language, dtype=pl.String)
    unknown = [name for name in spoken.unique(maintain_order=True) if name not in PHRASE_LANGUAGES]
    if unknown:
        raise ContractError(
            "search_terms: language",
            expected=f"one of {', '.join(PHRASE_LANGUAGES)}",
            got=examples(unknown),
            todo="correct the language of the customers",
        )
    book = phrasebook()
    intent = _draw_intents(len(spoken), rng)
    cell = pl.select(pl.concat_str(spoken, pl.lit("searches"), intent, separator="/")).to_series()
    typed = book.fill({"term": book.draw(cell, rng)}, spoken, rng)["term"]
    small = pl.Series(rng.random(len(spoken)) >= CAPITALS)
    typed = pl.select(pl.when(small).then(typed.str.to_lowercase()).otherwise(typed)).to_series()
    slips = (rng.random(len(spoken)) < MISTYPED).astype(np.int64)
    term, _ = mistype(typed, slips, rng)
    return pl.DataFrame({"search_term": term, "intent": intent})


def _draw_intents(n: int, rng: np.random.Generator) -> pl.Series:
    edges = np.cumsum(list(INTENTS.values()))[:-1]
    return pl.Series(list(INTENTS)).gather(np.searchsorted(edges, rng.random(n), "right"))
