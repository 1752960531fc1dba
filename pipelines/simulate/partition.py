"""One partition of customers, from their traits to the files their systems export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.simulate import measures, truth
from pipelines.simulate.dirt import TABLE_OF_FILE, spoil
from pipelines.simulate.exports import contacts as logs
from pipelines.simulate.exports.cells import Numbers
from pipelines.simulate.exports.customers import customer_tables
from pipelines.simulate.exports.questionnaires import contact_survey, yearly_survey
from pipelines.simulate.exports.sales import sales_tables
from pipelines.simulate.exports.writings import written_texts
from pipelines.simulate.files import ending_of
from pipelines.simulate.identities import customer_records
from pipelines.simulate.journeys import Histories, live
from pipelines.simulate.model import PARTITION, Flags, Floats
from pipelines.simulate.operations import Operations
from pipelines.simulate.opinions import TextPlan, plan_texts
from pipelines.simulate.orders import Orders, place_orders
from pipelines.simulate.population import CALLED_UNSEEN, CARD_HOLDERS, Population, draw_population
from pipelines.simulate.searches import search_terms
from pipelines.simulate.surveys import Hot, Wave, ask_after_contacts, ask_yearly
from pipelines.simulate.texts import compose
from pipelines.simulate.truth import Sums

NUMBERS_PER_PARTITION = 100_000_000  # numbers of contacts and orders that a partition may use


@dataclass(frozen=True)
class Scene:
    """What happened to one partition's customers, before anybody writes it down.

    `card` tells who holds a loyalty card; the other parts are those of their modules.
    """

    people: Population
    lives: Histories
    card: Flags
    waves: list[Wave]
    hot: Hot
    plan: TextPlan
    orders: Orders


@dataclass(frozen=True)
class Partition:
    """What one partition comes to.

    Attributes
    ----------
    exports : mapping of DataFrame
        Raw tables by the file they go to, such as ``shop/orders``.
    truth : dict
        This partition's part of truth.json.
    waves : mapping of Sums
        Population values of each wave of the cold survey.
    measured : mapping of ndarray
        Of each wave, see `measures.effects_of`.
    """

    exports: Mapping[str, pl.DataFrame]
    truth: dict[str, Any]
    waves: Mapping[str, Sums]
    measured: Mapping[str, Floats]


def sizes(customers: int) -> Iterator[tuple[int, int]]:
    """Number and size of each partition."""
    for number, first in enumerate(range(0, customers, PARTITION)):
        yield number, min(PARTITION, customers - first)


def play(number: int, size: int, world: Operations, seed: int) -> Scene:
    """Let one partition's customers live; `number` counts from 0, no other is needed."""
    draw = _Generators(seed, number)
    people = draw_population(size, number * PARTITION + 1, draw("people"))
    lives = live(people, world, draw("lives"))
    card = draw("cards").random(size) < CARD_HOLDERS
    hot = ask_after_contacts(people, lives, draw("hot"))
    return Scene(
        people,
        lives,
        card,
        waves=ask_yearly(people, lives, card, draw("cold")),
        hot=hot,
        plan=plan_texts(people, lives, hot, draw("plan")),
        orders=place_orders(people, lives, draw("orders")),
    )


def simulate(number: int, size: int, world: Operations, seed: int) -> Partition:
    """Simulate one partition, up to what its systems export.

    Parameters
    ----------
    number : int
        From 0; customers of a partition do not depend on the others.
    """
    draw = _Generators(seed, number)
    scene = play(number, size, world, seed)
    people, lives = scene.people, scene.lives
    words = compose(scene.plan.about, draw("words"))
    known_where = _who_is_where(people, lives, scene.card, draw("calls"))
    identities = customer_records(known_where, draw("records"))
    clean = _exports(scene, identities.records, words["text"], number, draw)
    spoilt = {name: spoil(rows, kind_of(name), draw(name)) for name, rows in clean.items()}
    told = {
        "customers": truth.customers(people, lives),
        "records": identities.records.select(
            "source_system", "source_id", "person", "variant"
        ).to_dict(as_series=False),
        "relatives": _relatives(identities.persons),
        "texts": _labels(clean["reviews/texts"]["id"], scene.plan.about, words),
        "dirty": dirty_rows({name: part.dirty for name, part in spoilt.items()}, number),
    }
    return Partition(
        {name: part.rows for name, part in spoilt.items()},
        told,
        {wave.name: Sums.over(wave) for wave in scene.waves},
        {wave.name: measures.effects_of(wave, people) for wave in scene.waves},
    )


def _exports(
    scene: Scene, records: pl.DataFrame, texts: pl.Series, number: int, draw: _Generators
) -> dict[str, pl.DataFrame]:
    """Raw tables by the file they go to, while they are clean."""
    people, lives = scene.people, scene.lives
    numbers = Numbers.from_records(records, people)
    first = number * NUMBERS_PER_PARTITION + 1
    terms = _terms(people, lives, draw("terms"))
    logged = logs.contact_tables(lives, numbers, terms, first, draw("logs"))
    sold = sales_tables(people, lives, scene.orders, numbers, first, draw("sales"))
    known = customer_tables(records, people)
    return {
        "crm/customers": known["crm"],
        "shop/accounts": known["shop"],
        "callcentre/callers": known["callcentre"],
        "crm/contacts": logged["crm"],
        "shop/events": logged["shop"],
        "callcentre/contacts": logged["callcentre"],
        "shop/orders": sold["shop"],
        "crm/receipts": sold["crm"],
        "survey/hot": contact_survey(lives, scene.hot, numbers, first),
        "reviews/texts": written_texts(lives, scene.plan, texts, numbers, first, draw("texts")),
        **{
            f"survey/cold_{wave.name}": yearly_survey(wave, numbers, people, first)
            for wave in scene.waves
        },
    }


def kind_of(export: str) -> str:
    """The export whose kinds of dirt a file has: waves of a survey share theirs."""
    return export.split("_", 1)[0] if export.startswith("survey/cold") else export


class _Generators:
    """A generator per part, so that a change in one part leaves the others as they were."""

    def __init__(self, seed: int, number: int) -> None:
        self._key = (seed, number)

    def __call__(self, part: str) -> np.random.Generator:
        return np.random.default_rng([*self._key, *part.encode()])


def _who_is_where(
    people: Population, lives: Histories, card: np.ndarray, rng: np.random.Generator
) -> pl.DataFrame:
    """Persons, and the systems that know them: those they had contact with."""
    seen = {
        system: np.bincount(
            lives.contacts.customer[logs.in_system(lives.contacts, system)],
            minlength=people.size,
        )
        > 0
        for system in ("shop", "callcentre")
    }
    return people.known.with_columns(
        in_crm=pl.Series(card),
        in_shop=pl.Series(seen["shop"]),
        in_callcentre=pl.Series(seen["callcentre"] | (rng.random(people.size) < CALLED_UNSEEN)),
    )


def _terms(people: Population, lives: Histories, rng: np.random.Generator) -> pl.Series:
    """Search term of each contact; null where nothing was searched for."""
    chosen = logs.searched(lives, rng)
    language = people.known["language"].to_numpy()[lives.contacts.customer[chosen]]
    words = search_terms(rng, language)["search_term"]
    every = pl.repeat(None, len(lives.contacts.customer), dtype=pl.String, eager=True)
    return every.scatter(chosen, words)


def _relatives(persons: pl.DataFrame) -> dict[str, list[Any]]:
    """Who is related to whom, of those who are."""
    related = persons.filter(pl.col("relation").is_not_null())
    return related.select("person", "relation", "related_to").to_dict(as_series=False)


def _labels(ids: pl.Series, about: pl.DataFrame, words: pl.DataFrame) -> dict[str, list[Any]]:
    told = about.select("touchpoint_id", "polarity", "second_touchpoint_id", "second_polarity")
    flags = words.select("negated", "ironic", "n_typos", "empty_of_content")
    return pl.concat([ids.alias("review_id").to_frame(), told, flags], how="horizontal").to_dict(
        as_series=False
    )


def dirty_rows(dirty: Mapping[str, pl.DataFrame], number: int) -> dict[str, list[Any]]:
    """Put the dirty rows of a partition's files into one list."""
    return pl.concat(
        rows.select(
            pl.lit(f"raw/{export}_{number:04d}.{ending_of(export)}").alias("file"),
            pl.lit(TABLE_OF_FILE[kind_of(export)]).alias("table"),
            "row",
            "id",
            "question",
            "kind",
            "rule",
        )
        for export, rows in dirty.items()
    ).to_dict(as_series=False)
