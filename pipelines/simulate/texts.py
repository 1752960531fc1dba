"""The words of comments, reviews, posts and e-mails, in German and English.

What a text is about is decided before; here it gets its words, and labels that say how
hard it is to read: negated, ironic, misspelt, empty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.core.errors import ContractError, examples
from pipelines.simulate.model import TOUCHPOINT_NAMES
from pipelines.simulate.phrasebook import (
    GENERAL,
    PHRASE_LANGUAGES,
    POLARITIES,
    Phrasebook,
    phrasebook,
)
from pipelines.simulate.typos import mistype

# Shares of texts.
SAYING_NOTHING = 0.6  # of those about nothing in particular: they say nothing
IRONIC = 0.04  # of negative ones that say one thing: praise that is meant as blame
NEGATED = 0.12  # of the others: what is meant is said by a negation, "not bad"
SHARED = 0.10  # of the others: as it could be said of several touchpoints, "took for ever"
OBLIQUE = 0.20  # of the others: without the touchpoint's usual words
TYPOS = (0.075, 0.025)  # of those with content: one, two typing errors
EXCLAIMED = 0.06  # of those that are not neutral: the statement ends in an exclamation mark


@dataclass(frozen=True)
class TextStyle:
    """How texts of an origin are built; all are shares of them.

    Attributes
    ----------
    opener, detail, closer : float
        With such a sentence before the statement, behind it, and at the end.
    lower : float
        Without a capital letter.
    bare : float
        Without a full stop at the end, if the statement is the end.
    """

    opener: float
    detail: float
    closer: float
    lower: float
    bare: float


STYLE_OF_ORIGIN = {
    "survey": TextStyle(opener=0.10, detail=0.15, closer=0.10, lower=0.08, bare=0.5),
    "review": TextStyle(opener=0.55, detail=0.60, closer=0.55, lower=0.02, bare=0.1),
    "social": TextStyle(opener=0.35, detail=0.10, closer=0.60, lower=0.25, bare=0.6),
    "forum": TextStyle(opener=0.50, detail=0.40, closer=0.50, lower=0.15, bare=0.4),
    "support": TextStyle(opener=0.85, detail=0.60, closer=0.85, lower=0.02, bare=0.1),
}

_SECOND = ("second_touchpoint_id", "second_polarity")


def compose(about: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Write the texts of customers.

    Parameters
    ----------
    about : DataFrame, n rows
        `language` (de, en), `origin` (a key of `STYLE_OF_ORIGIN`), `touchpoint_id` (null: about
        nothing in particular), `polarity` (-1, 0, 1), and `second_touchpoint_id` with
        `second_polarity` where a text speaks of two touchpoints, else null.
    rng : Generator

    Returns
    -------
    DataFrame, n rows
        The same rows in the same order, with

        - `text`: never empty;
        - `negated`: the first polarity is expressed by a negation. Other texts have none;
        - `ironic`: negative in words of praise;
        - `n_typos`: letters mistyped, 0 to 2;
        - `empty_of_content`: such as "n/a", only where `touchpoint_id` is null.

    Raises
    ------
    ContractError
        If a value is unknown, or only one of the two second columns is given.
    """
    _check(about)
    book = phrasebook()
    manner = _manner(about, rng)
    parts = _parts(about.hstack(manner), book, rng)
    written = _finish(_assemble(parts, rng), rng)
    text, n_typos = mistype(written, _wanted_typos(manner, rng), rng)
    return about.with_columns(
        text.alias("text"),
        (manner["kind"] == "negated").alias("negated"),
        (manner["kind"] == "ironic").alias("ironic"),
        pl.Series("n_typos", n_typos),
        (manner["kind"] == "empty").alias("empty_of_content"),
    )


def _check(about: pl.DataFrame) -> None:
    """Refuse rows that there are no words for."""
    known = {
        "language": PHRASE_LANGUAGES,
        "origin": tuple(STYLE_OF_ORIGIN),
        "touchpoint_id": (*TOUCHPOINT_NAMES, None),
        "polarity": tuple(POLARITIES),
        "second_touchpoint_id": (*TOUCHPOINT_NAMES, None),
        "second_polarity": (*POLARITIES, None),
    }
    for name, valid in known.items():
        unknown = [value for value in about[name].unique(maintain_order=True) if value not in valid]
        if unknown:
            raise ContractError(
                f"compose: {name}",
                expected=f"one of {', '.join(map(str, valid))}",
                got=examples(unknown),
                todo="correct the plan of the texts",
            )
    given = pl.col(_SECOND[0]).is_not_null()
    halves = given != pl.col(_SECOND[1]).is_not_null()
    n = about.select((halves | (given & pl.col("touchpoint_id").is_null())).sum()).item()
    if n:
        raise ContractError(
            "compose: second_touchpoint_id, second_polarity",
            expected="both or none, and none without a first touchpoint",
            got=f"{n} other rows",
            todo="correct the plan of the texts",
        )


def _manner(about: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Draw how each row is said: `kind` of the statement, `second_kind` of the second."""
    chance = [pl.lit(pl.Series(rng.random(about.height))) for _ in range(4)]
    named, mixed = pl.col("touchpoint_id").is_not_null(), pl.col(_SECOND[0]).is_not_null()
    ironic = (pl.col("polarity") == -1) & ~mixed & (chance[0] < IRONIC)
    return about.select(
        kind=pl.when(~named & (chance[1] < SAYING_NOTHING))
        .then(pl.lit("empty"))
        .when(ironic)
        .then(pl.lit("ironic"))
        .otherwise(_kind_of(chance[2], named)),
        # A negation in the second statement would blur the label of the first.
        second_kind=pl.when(mixed).then(
            pl.when(chance[3] < OBLIQUE).then(pl.lit("oblique")).otherwise(pl.lit("plain"))
        ),
    )


def _kind_of(chance: pl.Expr, named: pl.Expr) -> pl.Expr:
    """Name the kind of a statement; nothing is shared by texts about no touchpoint."""
    negated, shared, oblique = np.cumsum([NEGATED, SHARED, OBLIQUE]).tolist()
    return (
        pl.when(chance < negated)
        .then(pl.lit("negated"))
        .when((chance < shared) & named)
        .then(pl.lit("shared"))
        .when(chance < oblique)
        .then(pl.lit("oblique"))
        .otherwise(pl.lit("plain"))
    )


def _parts(rows: pl.DataFrame, book: Phrasebook, rng: np.random.Generator) -> pl.DataFrame:
    """Draw the sentences of each row, with their slots filled; empty where there is none."""
    cells = rows.with_columns(
        touchpoint=pl.col("touchpoint_id").fill_null(GENERAL),
        sign=_sign("polarity"),
        second_sign=_sign("second_polarity"),
        mixed=pl.col("second_kind").is_not_null(),
        **_present(rows, rng),
    ).select(
        main=_main_cell(),
        second=_path("touchpoints", *map(pl.col, (_SECOND[0], "second_sign", "second_kind"))),
        link=pl.when("mixed").then(_path("links", _relation())),
        opener=pl.when("opener").then(_path("openers", pl.col("origin"))),
        detail=pl.when("detail").then(
            _path("touchpoints", pl.col("touchpoint"), pl.col("sign"), pl.lit("details"))
        ),
        closer=pl.when("closer").then(_closer_cell()),
    )
    drawn = {cell.name: book.draw(cell, rng) for cell in cells}
    filled = book.fill(drawn, rows["language"], rng)
    return rows.with_columns(text.alias(name) for name, text in filled.items())


def _sign(polarity: str) -> pl.Expr:
    return pl.col(polarity).replace_strict(POLARITIES, return_dtype=pl.String)


def _path(section: str, *parts: pl.Expr) -> pl.Expr:
    """Name of a cell; null where a part is."""
    return pl.concat_str("language", pl.lit(section), *parts, separator="/")


def _main_cell() -> pl.Expr:
    place = pl.when(pl.col("origin") == "survey").then(pl.lit("survey"))
    touchpoint, kind = pl.col("touchpoint"), pl.col("kind")
    return (
        pl.when(kind == "empty")
        .then(_path("empty", place.otherwise(pl.lit("elsewhere"))))
        .when(kind == "ironic")
        .then(_path("touchpoints", touchpoint, kind))
        .otherwise(_path("touchpoints", touchpoint, pl.col("sign"), kind))
    )


def _closer_cell() -> pl.Expr:
    """A closer as the whole text is meant: neutral, if its two statements differ."""
    differ = pl.col("mixed") & (pl.col("sign") != pl.col("second_sign"))
    sign = pl.when(differ).then(pl.lit("neutral")).otherwise("sign")
    ironic = pl.concat_str("language", pl.lit("ironic_closers"), separator="/")
    closer = _path("closers", pl.col("origin"), sign)
    return pl.when(pl.col("kind") == "ironic").then(ironic).otherwise(closer)


def _relation() -> pl.Expr:
    same = pl.col("sign") == pl.col("second_sign")
    return pl.when(same).then(pl.lit("addition")).otherwise(pl.lit("contrast"))


def _present(rows: pl.DataFrame, rng: np.random.Generator) -> dict[str, pl.Expr]:
    """Draw which rows have an opener, a detail and a closer.

    A review has two sentences or more, and four at most. Irony is not explained.
    """
    drawn = {
        part: pl.lit(pl.Series(rng.random(rows.height))) < _share(part)
        for part in ("opener", "detail", "closer")
    }
    said, ironic = pl.col("kind") != "empty", pl.col("kind") == "ironic"
    mixed, review = pl.col("second_kind").is_not_null(), pl.col("origin") == "review"
    alone = ~drawn["opener"] & ~drawn["closer"] & review
    return {
        "opener": drawn["opener"] & said,
        "detail": pl.when(mixed).then(alone).otherwise(drawn["detail"] | alone) & said & ~ironic,
        "closer": (drawn["closer"] | (alone & ironic)) & said,
    }


def _share(trait: str) -> pl.Expr:
    """Share of texts with a trait, by the style of their origin."""
    shares = {origin: getattr(style, trait) for origin, style in STYLE_OF_ORIGIN.items()}
    return pl.col("origin").replace_strict(shares, return_dtype=pl.Float64)


def _assemble(parts: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Put the parts of each row together: capital letters, full stops, spaces."""
    chance = [pl.lit(pl.Series(rng.random(parts.height))) for _ in range(2)]
    loud = (pl.col("polarity") != 0) & (chance[0] < EXCLAIMED)
    ends = (pl.col("detail") == "") & (pl.col("closer") == "")
    stop = pl.when(loud).then(pl.lit("!")).otherwise(pl.lit("."))
    stop = pl.when(ends & (chance[1] < _share("bare"))).then(pl.lit("")).otherwise(stop)
    joined = pl.col("link") + " " + _after(pl.col("link"), pl.col("second"))
    second = pl.when(pl.col("link") != "").then(joined).otherwise(pl.lit(""))
    statement = _after(pl.col("opener"), pl.col("main")) + second + stop
    detail = pl.when(pl.col("detail") != "").then(_capital(pl.col("detail")) + ".")
    said = [pl.col("opener"), statement, detail, pl.col("closer")]
    given = [pl.when(part != "").then(part) for part in said]
    sentences = pl.concat_str(*given, separator=" ", ignore_nulls=True)
    whole = pl.when(pl.col("kind") == "empty").then("main").otherwise(sentences)
    return parts.select("origin", "kind", text=whole)


def _after(before: pl.Expr, clause: pl.Expr) -> pl.Expr:
    """Begin a clause with a capital where what stands before it has ended."""
    ended = (before == "") | before.str.contains(r"[.!?:]$")
    return pl.when(ended).then(_capital(clause)).otherwise(clause)


def _capital(clause: pl.Expr) -> pl.Expr:
    return clause.str.slice(0, 1).str.to_uppercase() + clause.str.slice(1)


def _finish(texts: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """Write some texts without capitals."""
    lower = pl.lit(pl.Series(rng.random(texts.height))) < _share("lower")
    small = lower & (pl.col("kind") != "empty")
    text = pl.when(small).then(pl.col("text").str.to_lowercase()).otherwise("text")
    return texts.select(text)["text"]


def _wanted_typos(manner: pl.DataFrame, rng: np.random.Generator) -> np.ndarray:
    chance = rng.random(manner.height)
    one, two = TYPOS
    slips = (chance < one + two).astype(np.int64) + (chance < two)
    return np.where((manner["kind"] == "empty").to_numpy(), 0, slips)
