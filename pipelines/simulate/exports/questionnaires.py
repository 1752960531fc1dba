"""Filled-in questionnaires of both surveys."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate.answers import BLANK_CODE
from pipelines.simulate.calendar import DAY, day_of, month_of
from pipelines.simulate.exports.cells import (
    POINT_NAME,
    SYSTEM,
    Numbers,
    code,
    quarter_name,
    time_text,
    where,
)
from pipelines.simulate.journeys import Histories
from pipelines.simulate.model import FIRST_DAY, SYSTEMS
from pipelines.simulate.population import Population
from pipelines.simulate.surveys import Hot, Wave


def yearly_survey(wave: Wave, numbers: Numbers, people: Population, first: int) -> pl.DataFrame:
    """Answers of one wave of the cold survey: one row per respondent, one column per question."""
    who = np.flatnonzero(wave.answered)
    customer = wave.customer[who]
    begins = day_of(FIRST_DAY.replace(year=int(wave.name), month=11, day=3))
    minute = (begins + who * 37 % 24) * DAY + 480 + who % 700  # over the weeks of fieldwork
    seconds = np.where(wave.style.speeder[who], 90, 480) + who % 97
    answers = {
        question: where(values[who] != BLANK_CODE, pl.Series(values[who]))
        for question, values in wave.would_answer.items()
    }
    return pl.DataFrame(
        {
            "resp": first + np.arange(len(who)),
            "card": numbers.at("crm", customer),
            "day": time_text(minute.astype(float)),
            "weight": np.round(wave.weight, 4),
            "country": people.known["country"].gather(pl.Series(customer, dtype=pl.UInt32)),
            "seconds": seconds,
            **answers,
        }
    )


def contact_survey(lives: Histories, hot: Hot, numbers: Numbers, first: int) -> pl.DataFrame:
    """Answers right after a contact: one row per answer."""
    every = lives.contacts
    customer, place = every.customer[hot.contact], every.touchpoint[hot.contact]
    system = SYSTEM[place]
    number = pl.select(
        pl.coalesce(*(where(system == name, numbers.at(name, customer)) for name in SYSTEMS))
    ).to_series()
    common = pl.DataFrame(
        {
            "Fragebogen": first + np.arange(len(customer)),
            "System": system.astype(str),
            "Kunde": number,
            "Beantwortet": time_text(hot.minute),
            "Quartal": quarter_name(month_of((hot.minute // DAY).astype(np.int64)) // 3),
            "touchpoint": POINT_NAME[place].astype(str),
        }
    ).with_columns(code("H", "Fragebogen").alias("Fragebogen"))
    kinds = {"rating": "", "ease": "ease_", "emotion": "emotion_"}
    parts = [
        common.with_columns(
            Frage=pl.lit(prefix) + pl.col("touchpoint"),
            Antwort=pl.Series(hot.answers[kind]),
            rank=pl.lit(rank),
        ).filter(pl.col("Antwort") != BLANK_CODE)
        for rank, (kind, prefix) in enumerate(kinds.items())
    ]
    return (
        pl.concat(parts)
        .sort("Fragebogen", "rank")
        .select("Fragebogen", "System", "Kunde", "Beantwortet", "Quartal", "Frage", "Antwort")
    )
