"""Make some rows dirty on purpose, and write down which, how, and which rule should see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

MISREAD_LETTERS = {  # UTF-8 read as cp1252
    "ä": "Ã¤",
    "ö": "Ã¶",
    "ü": "Ã¼",
    "ß": "ÃŸ",
    "Ä": "Ã„",
    "Ö": "Ã–",
    "Ü": "Ãœ",
    "é": "Ã©",
    "£": "Â£",
    "’": "â€™",
    "–": "â€“",
}
_EVERY = pl.lit(True)


@dataclass(frozen=True)
class Kind:
    """One way in which rows are wrong.

    Attributes
    ----------
    rule : str or None
        The rule that sees it; None if no check of the table could.
    share : float
        Of the rows it can happen to.
    cells : mapping
        Raw column to what it becomes.
    among : Expr
        The rows it can happen to.
    repeats : bool
        The row stays and comes a second time with these cells; if a rule sees it, both
        are wrong, because nobody can tell which is the right one.
    question : str or None
        Of the one answer concerned, where a row holds many.
    """

    name: str
    rule: str | None
    share: float
    cells: Mapping[str, pl.Expr]
    among: pl.Expr = field(default_factory=lambda: _EVERY)
    repeats: bool = False
    question: str | None = None


def _is_given(column: str) -> pl.Expr:
    return pl.col(column).is_not_null()


def _orphan(column: str, number: str) -> Kind:
    return Kind(
        "unknown_customer", "customer_known", 0.003, {column: pl.lit(number)}, _is_given(column)
    )


_SWAPPED = {"EUR": "GBP", "GBP": "EUR"}


def _sales(bought: str, number: str, orphan: str) -> tuple[Kind, ...]:
    """Kinds of the order lines; the two files name their columns differently."""
    sold, refunded = pl.col("Status") == "completed", pl.col("Status") == "returned"
    amount = pl.col("Betrag")
    return (
        Kind(
            "letter_in_amount",
            "readable",
            0.003,
            {"Betrag": amount.str.replace("0", "O")},
            amount.str.contains("0"),
        ),
        Kind(
            "no_currency_code",
            "currency_shape",
            0.004,
            {"Waehrung": pl.col("Waehrung").replace({"EUR": "Euro", "GBP": "£"})},
        ),
        Kind("price_of_zero", "sale_positive", 0.002, {"Betrag": pl.lit("0,00")}, sold),
        Kind(
            "refund_without_sign",
            "refund_negative",
            0.03,
            {"Betrag": amount.str.strip_chars("-")},
            refunded,
        ),
        Kind("day_that_does_not_exist", "readable", 0.002, {bought: pl.lit("30.02.2024 11:15")}),
        Kind("year_1900", "ordered_at_not_too_early", 0.002, {bought: pl.lit("01.01.1900 00:00")}),
        _orphan(number, orphan),
        Kind("repeated_number", "key_unique", 0.002, {"Menge": pl.col("Menge") + 1}, repeats=True),
        Kind("amount_in_cents", None, 0.001, {"Betrag": amount.str.replace(",", "") + ",00"}, sold),
        Kind(
            "next_customer",
            None,
            0.001,
            {number: pl.col(number).shift(1)},
            pl.col(number) != pl.col(number).shift(1),
        ),
        Kind("other_currency", None, 0.001, {"Waehrung": pl.col("Waehrung").replace(_SWAPPED)}),
    )


_WRONG_POINT = {
    "web_shop": "webshop",
    "app": "App",
    "delivery": "delivrey",
    "newsletter": "news letter",
}
KINDS_OF_DIRT: dict[str, tuple[Kind, ...]] = {
    "crm/customers": (
        Kind("day_that_does_not_exist", "readable", 0.004, {"Geburtsdatum": pl.lit("31.02.1975")}),
        Kind("year_1900", "birth_on_not_too_early", 0.005, {"Geburtsdatum": pl.lit("01.01.1900")}),
        Kind(
            "in_the_future",
            "created_at_not_in_future",
            0.003,
            {"Angelegt": pl.lit("01.07.2199 10:00")},
        ),
        Kind("repeated_number", "key_unique", 0.003, {"Ort": pl.lit("?")}, repeats=True),
    ),
    "crm/contacts": (
        Kind("unknown_touchpoint", "touchpoint_known", 0.004, {"Kontakt": pl.lit("Filiale")}),
        Kind("less_than_no_time", "duration_positive", 0.004, {"Sekunden": -pl.col("Sekunden")}),
        Kind(
            "day_that_does_not_exist", "readable", 0.004, {"Zeitpunkt": pl.lit("29.02.2023 12:00")}
        ),
        _orphan("KundenNr", "K-X000000"),
    ),
    "crm/receipts": _sales("Gekauft", "KundenNr", "K-X000000"),
    "shop/accounts": (
        Kind(
            "in_the_future",
            "created_at_not_in_future",
            0.003,
            {"created_at": pl.datetime(2199, 7, 1, time_zone="UTC")},
        ),
        Kind("year_1900", "birth_on_not_too_early", 0.005, {"birth_on": pl.date(1900, 1, 1)}),
        Kind("repeated_number", "key_unique", 0.003, {"city": pl.lit("?")}, repeats=True),
    ),
    "shop/events": (
        Kind(
            "year_1900",
            "occurred_at_not_too_early",
            0.003,
            {"occurred_at": pl.datetime(1900, 1, 1, time_zone="UTC")},
        ),
        Kind(
            "in_the_future",
            "occurred_at_not_in_future",
            0.003,
            {"occurred_at": pl.datetime(2199, 7, 1, time_zone="UTC")},
        ),
        Kind(
            "unknown_touchpoint",
            "touchpoint_known",
            0.006,
            {"touchpoint": pl.col("touchpoint").replace(_WRONG_POINT)},
            pl.col("touchpoint").is_in(list(_WRONG_POINT)),
        ),
        Kind("less_than_no_time", "duration_positive", 0.003, {"seconds": -pl.col("seconds")}),
        Kind("no_number", "interaction_id_given", 0.002, {"event_id": pl.lit(None, pl.String)}),
        _orphan("account", "S0000000000"),
        Kind(
            "repeated_number", "key_unique", 0.002, {"seconds": pl.col("seconds") + 1}, repeats=True
        ),
        Kind("logged_twice", None, 0.002, {"event_id": pl.col("event_id") + "b"}, repeats=True),
    ),
    "shop/orders": _sales("Bestellt", "Konto", "S0000000000"),
    "callcentre/callers": (
        Kind(
            "in_the_future",
            "created_at_not_in_future",
            0.004,
            {"created": pl.lit("2199-07-01 10:00:00")},
        ),
    ),
    "callcentre/contacts": (
        Kind("day_that_does_not_exist", "readable", 0.006, {"at": pl.lit("2024-13-01 10:00:00")}),
        Kind("less_than_no_time", "duration_positive", 0.006, {"seconds": -pl.col("seconds")}),
        _orphan("caller", "CC00000"),
    ),
    "survey/hot": (
        Kind("off_the_scale", "value_on_scale_max", 0.008, {"Antwort": pl.col("Antwort") + 10}),
        Kind(
            "in_the_future",
            "answered_at_not_in_future",
            0.003,
            {"Beantwortet": pl.lit("2199-07-01 10:00:00")},
        ),
    ),
    "survey/cold": (
        Kind(
            "off_the_scale",
            "value_on_scale_max",
            0.010,
            {"delivery": pl.lit(8)},
            question="delivery",
        ),
        Kind("off_the_scale", "value_on_scale_max", 0.010, {"nps": pl.lit(15)}, question="nps"),
        Kind("weight_of_zero", "weight_positive", 0.005, {"weight": pl.lit(0.0)}),
    ),
    "reviews/texts": (
        Kind(
            "misread_letters",
            "text_intact",
            0.012,
            {"text": pl.col("text").str.replace_many(MISREAD_LETTERS)},
            pl.col("text").str.contains_any(list(MISREAD_LETTERS)),
        ),
        Kind("no_words", "text_given", 0.004, {"text": pl.lit(" \t ")}),
        Kind(
            "off_the_scale", "rating_on_scale_min", 0.010, {"stars": pl.lit(0)}, _is_given("stars")
        ),
        Kind(
            "in_the_future",
            "written_at_not_in_future",
            0.003,
            {"written": pl.lit("2199-07-01 10:00:00")},
        ),
    ),
    "metrics/daily": (
        Kind("unknown_touchpoint", "touchpoint_known", 0.005, {"touchpoint": pl.lit("radio")}),
        Kind("repeated_number", "key_unique", 0.003, {"value": pl.lit("1")}, repeats=True),
    ),
}
TABLE_OF_FILE = {
    "crm/customers": "customers",
    "crm/contacts": "interactions",
    "crm/receipts": "transactions",
    "shop/accounts": "customers",
    "shop/events": "interactions",
    "shop/orders": "transactions",
    "callcentre/callers": "customers",
    "callcentre/contacts": "interactions",
    "survey/hot": "responses",
    "survey/cold": "responses",
    "reviews/texts": "reviews",
    "metrics/daily": "touchpoint_metrics",
}
_KIND, _COPY = "__kind", "__copy"


@dataclass(frozen=True)
class Spoilt:
    """A raw table with dirty rows, and the list of them.

    Attributes
    ----------
    rows : DataFrame
    dirty : DataFrame
        row (from 1), kind, rule, id (first column), question.
    """

    rows: pl.DataFrame
    dirty: pl.DataFrame


def spoil(rows: pl.DataFrame, export: str, rng: np.random.Generator) -> Spoilt:
    """Make rows of an export dirty; no row is dirty in two ways."""
    kinds = KINDS_OF_DIRT.get(export, ())
    kind = _draw(rows, kinds, rng)
    marked = rows.with_columns(pl.Series(_KIND, kind), pl.lit(0).alias(_COPY))
    copies = [i for i, one in enumerate(kinds) if one.repeats]
    again = marked.with_row_index("__at").filter(pl.col(_KIND).is_in(copies))
    both = pl.concat(
        [marked.with_row_index("__at"), again.with_columns(pl.lit(1).alias(_COPY))]
    ).sort("__at", _COPY)
    changed = both.with_columns(_changes(kinds)).drop("__at")
    numbered = changed.with_row_index("row", offset=1).with_columns(pl.col("row").cast(pl.Int64))
    unseen = [i for i in copies if kinds[i].rule is None]
    original = pl.col(_KIND).is_in(unseen) & (pl.col(_COPY) == 0)
    names, rules = [one.name for one in kinds], [one.rule for one in kinds]
    places = list(range(len(kinds)))
    dirty = numbered.filter((pl.col(_KIND) >= 0) & ~original).select(
        "row",
        kind=pl.col(_KIND).replace_strict(places, names, return_dtype=pl.String),
        rule=pl.col(_KIND).replace_strict(places, rules, return_dtype=pl.String),
        id=pl.col(rows.columns[0]).cast(pl.String),
        question=pl.col(_KIND).replace_strict(
            places, [one.question for one in kinds], return_dtype=pl.String
        ),
    )
    return Spoilt(changed.drop(_KIND, _COPY), dirty)


def _draw(rows: pl.DataFrame, kinds: tuple[Kind, ...], rng: np.random.Generator) -> np.ndarray:
    """Place of each row's kind; -1 for clean rows."""
    chosen = np.full(rows.height, -1)
    for place, kind in enumerate(kinds):
        possible = rows.select(kind.among.fill_null(False).alias("a")).to_series()
        if possible.len() != rows.height:  # the condition is a constant
            possible = pl.repeat(True, rows.height, eager=True)
        hit = rng.random(rows.height) < kind.share
        chosen[hit & possible.to_numpy() & (chosen == -1)] = place
    return chosen


def _changes(kinds: tuple[Kind, ...]) -> list[pl.Expr]:
    """New cells, by column: each kind changes its own rows."""
    columns = dict.fromkeys(column for kind in kinds for column in kind.cells)
    changed = []
    for column in columns:
        cell = pl.col(column)
        for place, kind in enumerate(kinds):
            if column in kind.cells:
                copy = pl.col(_COPY) == 1 if kind.repeats else pl.lit(True)
                hit = (pl.col(_KIND) == place) & copy
                cell = pl.when(hit).then(kind.cells[column]).otherwise(cell)
        changed.append(cell.alias(column))
    return changed
