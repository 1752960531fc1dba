"""How names and streets get written differently: transcription, typing errors, short forms."""

from __future__ import annotations

import numpy as np
import polars as pl

# Letters that a keyboard or a character set lacked. German has rules for its own (DIN 5007-2);
# of the others the mark is left out.
_PLAIN = {
    **dict(zip("éèêëçćşğıóáñšžŞÇ", "eeeeccsgioanszSC", strict=True)),
    "ß": "ss",
    "'": "",
}
TRANSCRIBED = {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", **_PLAIN}
STRIPPED = {"ä": "a", "ö": "o", "ü": "u", "Ä": "A", "Ö": "O", "Ü": "U", **_PLAIN}

ABBREVIATED = {
    "straße": "str.",
    "platz": "pl.",
    "gasse": "g.",
    " Street": " St",
    " Road": " Rd",
    " Avenue": " Ave",
    " Close": " Cl",
    " Lane": " Ln",
    " Drive": " Dr",
    " Gardens": " Gdns",
    " Terrace": " Ter",
}

# Most misspelt words have one wrong letter: one is missing, one too many, one wrong, or two are
# swapped (Damerau 1964, Communications of the ACM 7(3), 171-176).
SLIPS = {"drop": 0.35, "double": 0.20, "swap": 0.15, "neighbour": 0.30}
SHORTEST_MISSPELT = 4  # letters of a word that is misspelt: the first and the last one stay
_ROWS = {
    "de": ("qwertzuiopü", "asdfghjklöä", "yxcvbnm"),
    "en": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
}


def transcribe(text: pl.Expr, stripped: pl.Expr) -> pl.Expr:
    """Write umlauts and the like with plain letters.

    Parameters
    ----------
    text : Expr of str
    stripped : Expr of bool
        Whether the dots are just left out, Muller, instead of written as an e, Mueller.
    """
    bare = text.str.replace_many(STRIPPED)
    return pl.when(stripped).then(bare).otherwise(text.str.replace_many(TRANSCRIBED))


def abbreviate(street: pl.Expr) -> pl.Expr:
    """Shorten the kind of street: Hauptstr., High St."""
    return street.str.replace_many(ABBREVIATED)


def misspell(text: pl.Series, language: pl.Series, rng: np.random.Generator) -> pl.Series:
    """Mistype one letter of each text.

    A letter inside is missing, typed twice, swapped with the next, or one that lies beside
    it on the keyboard. The first letter stays: people get it right.

    Parameters
    ----------
    text : Series of str, shape (n,)
    language : Series of str, shape (n,)
        Whose keyboard it is, "de" or "en".
    rng : Generator

    Returns
    -------
    Series of str, shape (n,)
        All different from `text`, but for texts of fewer than `SHORTEST_MISSPELT` letters.
    """
    length = text.str.len_chars().to_numpy()
    place = 1 + (rng.random(len(text)) * np.maximum(length - 2, 1)).astype(np.int64)
    slip = np.searchsorted(np.cumsum(list(SLIPS.values()))[:-1], rng.random(len(text)), "right")
    to_the_right = rng.random(len(text)) < 0.5
    word, at = pl.col("text"), pl.col("at")
    letter, following = word.str.slice(at, 1), word.str.slice(at + 1, 1)
    before, after = word.str.slice(0, at), word.str.slice(at + 2)
    wrong = _beside(letter, pl.col("language"), pl.col("to_the_right"))
    names = list(SLIPS)
    mistyped = (
        pl.when(pl.col("slip") == names.index("double"))
        .then(before + letter + letter + following + after)
        .when((pl.col("slip") == names.index("swap")) & (letter != following))
        .then(before + following + letter + after)
        .when((pl.col("slip") == names.index("neighbour")) & (letter != wrong))
        .then(before + wrong + following + after)
        .otherwise(before + following + after)
    )
    long = word.str.len_chars() >= SHORTEST_MISSPELT
    return pl.select(
        text=text,
        language=language,
        at=pl.Series(place),
        slip=pl.Series(slip),
        to_the_right=pl.Series(to_the_right),
    ).select(pl.when(long).then(mistyped).otherwise(word).alias(text.name))[text.name]


def _beside(letter: pl.Expr, language: pl.Expr, to_the_right: pl.Expr) -> pl.Expr:
    """Letters beside letters on a keyboard; those at an end of a row, and capitals, stay."""
    beside = {
        name: tuple(
            {key: other for row in rows for key, other in zip(row[a:], row[b:], strict=False)}
            for a, b in ((0, 1), (1, 0))
        )
        for name, rows in _ROWS.items()
    }

    def on(name: str) -> pl.Expr:
        right, left = beside[name]
        return pl.when(to_the_right).then(letter.replace(right)).otherwise(letter.replace(left))

    return pl.when(language == "en").then(on("en")).otherwise(on("de"))
