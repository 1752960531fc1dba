"""Order lines of the shop and receipts of the stores."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate.calendar import local
from pipelines.simulate.exports.cells import CHANNEL, GERMAN_TIME, Numbers, code, money, written
from pipelines.simulate.exports.contacts import CARD_SHOWN
from pipelines.simulate.journeys import Histories
from pipelines.simulate.model import PLACE_OF
from pipelines.simulate.orders import Orders, category_of
from pipelines.simulate.population import Population

_SHARED = ("Artikel", "Warengruppe", "Menge", "Betrag", "Waehrung")  # columns of both files


def sales_tables(
    people: Population,
    lives: Histories,
    orders: Orders,
    numbers: Numbers,
    first: int,
    rng: np.random.Generator,
) -> dict[str, pl.DataFrame]:
    """Order lines of the shop and receipts of the stores, with refunds as lines of their own."""
    lines = _lines(people, lives, orders, numbers, first, rng)
    rows = _cells(pl.concat([lines, _refunds(lines)]))
    shop = rows.filter(~pl.col("in_store")).select(
        "Position",
        "Bestellung",
        pl.col("shop").alias("Konto"),
        "Bestellt",
        *_SHARED,
        pl.col("channel").alias("Kanal"),
        "Zugesagt",
        "Geliefert",
        "Retour",
        pl.col("status").alias("Status"),
    )
    crm = rows.filter("in_store").select(
        "Position",
        pl.col("Bestellung").alias("Bon"),
        pl.col("crm").alias("KundenNr"),
        pl.col("Bestellt").alias("Gekauft"),
        *_SHARED,
        pl.col("status").alias("Status"),
    )
    return {"shop": shop, "crm": crm}


def _lines(
    people: Population,
    lives: Histories,
    orders: Orders,
    numbers: Numbers,
    first: int,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """What was bought, and under which customer numbers."""
    every = lives.contacts
    customer = every.customer[orders.checkout]
    shown = (rng.random(len(every.customer)) < CARD_SHOWN)[orders.checkout]
    return pl.DataFrame(
        {
            "order": first + orders.checkout,
            "line": orders.line,
            "ordered_at": local(every.minute[orders.checkout]),
            "product": orders.product,
            "category": category_of(orders.product).astype(str),
            "quantity": orders.quantity,
            "amount": orders.amount,
            "currency": np.where(people.is_("country", "GB")[customer], "GBP", "EUR"),
            "promised_at": local(orders.promised),
            "delivered_at": local(orders.delivered),
            "returned_at": local(orders.returned),
            "channel": CHANNEL[every.touchpoint[orders.checkout]].astype(str),
            "in_store": every.touchpoint[orders.checkout] == PLACE_OF["store_checkout"],
            "shop": numbers.at("shop", customer),
            "crm": numbers.at("crm", customer, shown),
            "status": pl.repeat("completed", len(customer), eager=True),
        }
    )


def _refunds(lines: pl.DataFrame) -> pl.DataFrame:
    """What came back: a line of its own, with the sign turned round."""
    return lines.filter(pl.col("returned_at").is_not_null()).with_columns(
        pl.col("quantity", "amount") * -1,
        pl.lit(None, pl.Datetime("us")).alias("promised_at"),
        pl.lit(None, pl.Datetime("us")).alias("delivered_at"),
        ordered_at="returned_at",
        status=pl.lit("returned"),
    )


def _cells(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines in the order of their times, as the systems write them."""
    letter = pl.when(pl.col("status") == "returned").then(pl.lit("R")).otherwise(pl.lit(""))
    number = code("B", "order")
    named = lines.sort("ordered_at", "order", "line", "status").with_columns(
        Position=number + "-" + pl.col("line").cast(pl.String) + letter,
        Bestellung=number,
        Artikel=code("A", "product"),
        Betrag=money("amount"),
        Bestellt=written(pl.col("ordered_at"), GERMAN_TIME),
        Zugesagt=written(pl.col("promised_at"), GERMAN_TIME),
        Geliefert=written(pl.col("delivered_at"), GERMAN_TIME),
        Retour=written(pl.col("returned_at"), GERMAN_TIME),
    )
    return named.rename({"category": "Warengruppe", "quantity": "Menge", "currency": "Waehrung"})
