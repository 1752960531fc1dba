"""Customer records of the card system, the shop and the call centre."""

from __future__ import annotations

import polars as pl

from pipelines.simulate.exports.cells import (
    GERMAN_DATE,
    GERMAN_TIME,
    ISO_TIME,
    clock,
    written,
)
from pipelines.simulate.model import SYSTEMS
from pipelines.simulate.population import Population


def customer_tables(records: pl.DataFrame, people: Population) -> dict[str, pl.DataFrame]:
    """Customer records of each system, with what only the card system asks for."""
    asked = people.known.select("person", "segment", "age", "region", "acquired_by", "language")
    whole = records.join(asked, on="person", how="left", maintain_order="left")
    crm, shop, callcentre = (
        whole.filter(pl.col("source_system") == system).sort("source_id") for system in SYSTEMS
    )
    return {
        "crm": crm.select(
            pl.col("source_id").alias("KundenNr"),
            pl.col("given_name").alias("Vorname"),
            pl.col("family_name").alias("Nachname"),
            pl.col("email").alias("E-Mail"),
            pl.col("phone").alias("Telefon"),
            pl.col("street").alias("Strasse"),
            pl.col("postcode").alias("PLZ"),
            pl.col("city").alias("Ort"),
            pl.col("country").alias("Land"),
            written(pl.col("birth_on"), GERMAN_DATE).alias("Geburtsdatum"),
            written(clock("created_at"), GERMAN_TIME).alias("Angelegt"),
            pl.col("segment").alias("Segment"),
            pl.col("age").alias("Altersgruppe"),
            pl.col("region").alias("Region"),
            pl.col("acquired_by").alias("Geworben"),
        ),
        "shop": shop.select(
            pl.col("source_id").alias("account"),
            "given_name",
            "family_name",
            "email",
            "phone",
            "street",
            "postcode",
            "city",
            "country",
            "birth_on",
            "created_at",
        ),
        "callcentre": callcentre.select(
            pl.col("source_id").alias("caller"),
            pl.col("given_name").alias("first"),
            pl.col("family_name").alias("last"),
            "phone",
            "email",
            "postcode",
            "city",
            "country",
            written(clock("created_at"), ISO_TIME).alias("created"),
        ),
    }
