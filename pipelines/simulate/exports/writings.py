"""Comments, reviews, posts and mails."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate.answers import BLANK_CODE
from pipelines.simulate.exports.cells import (
    POINT_NAME,
    SYSTEM,
    Numbers,
    code,
    time_text,
    where,
)
from pipelines.simulate.journeys import Histories
from pipelines.simulate.model import SYSTEMS
from pipelines.simulate.opinions import TextPlan

NAMED_REVIEW = 0.6  # of reviews are written by a shop account that is logged in


def written_texts(
    lives: Histories,
    plan: TextPlan,
    words: pl.Series,
    numbers: Numbers,
    first: int,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Comments, reviews, posts and support mails."""
    every = lives.contacts
    customer = every.customer[plan.contact]
    origin = plan.about["origin"].to_numpy()
    system = SYSTEM[every.touchpoint[plan.contact]]
    named = rng.random(len(customer)) < NAMED_REVIEW
    system = np.select(
        [origin == "survey", origin == "support", (origin == "review") & named],
        [system, "callcentre", "shop"],
        default="",
    )
    number = pl.select(
        pl.coalesce(*(where(system == name, numbers.at(name, customer)) for name in SYSTEMS))
    ).to_series()
    asked = where(
        origin == "survey", pl.Series(POINT_NAME[every.touchpoint[plan.contact]].astype(str))
    )
    return pl.DataFrame(
        {
            "id": first + np.arange(len(customer)),
            "origin": origin.astype(str),
            "asked": np.isin(origin, ["survey"]),
            "touchpoint": asked,
            "system": pl.select(
                pl.when(number.is_not_null()).then(pl.Series(system.astype(str)))
            ).to_series(),
            "customer": number,
            "written": time_text(plan.minute),
            "stars": where(plan.rating != BLANK_CODE, pl.Series(plan.rating)),
            "language": plan.about["language"],
            "text": words,
            "replied": time_text(plan.replied),
        }
    ).with_columns(code("T", "id").alias("id"))
