"""What the numbers say, in sentences that never claim a cause.

Every function takes rows of the bundle with the column `label`. Names come from the data: a page
escapes the sentence.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from app.core.language import Words

MAX_NAMES_IN_SENTENCE = 3  # names in one sentence
UNSURE, NO_EFFECT = "unsure", "no_effect"  # flags of the table asymmetry


def listed(words: Words, names: Sequence[str]) -> str:
    """Names in a row; of many the first, and how many more."""
    if len(names) <= MAX_NAMES_IN_SENTENCE:
        return ", ".join(names)
    rest = len(names) - MAX_NAMES_IN_SENTENCE
    return words("kano.more", names=", ".join(names[:MAX_NAMES_IN_SENTENCE]), n=rest)


def for_the_board(words: Words, classes: pl.DataFrame, gates: pl.DataFrame) -> str:
    """The one sentence that the page opens with.

    What fails its gate comes first; then what must not fail and what can delight, as far as that
    is sure; and if nothing is, that nothing is.
    """
    failing = gates.filter(pl.col("gate") == "fails")["label"].to_list()
    if failing:
        return words("kano.board.fails", names=listed(words, failing), n=len(failing))
    parts = [
        words(f"kano.board.{code}", names=listed(words, names))
        for code in ("basic", "excitement")
        if (names := sure_of(classes, code))
    ]
    if not parts and (both := sure_of(classes, "performance")):
        parts = [words("kano.board.performance", names=listed(words, both))]
    if not parts:
        parts = [words("kano.board.none")]
    below = gates.filter(pl.col("gate") == "undecided").height
    return " ".join([*parts, words("kano.board.open" if below else "kano.board.holds", n=below)])


def sure_of(classes: pl.DataFrame, code: str) -> list[str]:
    """Names of the touchpoints that are surely of a class, and clearly go with the outcome."""
    flags = pl.col("flags").fill_null("").str.split(" ")
    named = flags.list.eval(pl.element().str.split("?").list.first())
    sure = ~named.list.contains(UNSURE) & ~named.list.contains(NO_EFFECT)
    found = classes.filter(sure, pl.col("kano_class") == code)
    return found.sort(f"p_{code}", descending=True, maintain_order=True)["label"].to_list()


def steepest(words: Words, known: pl.DataFrame) -> str:
    """Where a poor rating goes with most, and where a good one does."""
    low = known.sort("penalty", maintain_order=True).row(0, named=True)
    high = known.sort("reward", descending=True, maintain_order=True).row(0, named=True)
    return words(
        "kano.finding.steepest",
        low=low["label"],
        penalty=words.number(low["penalty"], signed=True),
        high=high["label"],
        reward=words.number(high["reward"], signed=True),
    )


def without_effect(words: Words, known: pl.DataFrame) -> str | None:
    """Touchpoints that hardly go with the outcome."""
    names = known.filter(pl.col("value").is_null())["label"].to_list()
    return words("kano.finding.no_effect", names=listed(words, names)) if names else None


def widest_gap(words: Words, gaps: pl.DataFrame) -> str:
    """Where experience falls shortest of what was expected."""
    row = gaps.sort("value", maintain_order=True).row(0, named=True)
    key = "kano.finding.gap" if row["high"] is not None and row["high"] < 0 else "kano.finding.even"
    return words(key, touchpoint=row["label"], gap=words.number(row["value"], signed=True))


def told_features(words: Words, features: pl.DataFrame) -> str:
    """Features that must be there, and features that delight, as far as Fong's test decides."""
    decided = features.filter("decided")
    parts = [
        words(f"kano.finding.{code}", names=listed(words, names))
        for code in ("must_be", "attractive")
        if (names := decided.filter(pl.col("dominant") == code)["label"].to_list())
    ]
    return " ".join(parts) or words("kano.finding.undecided")
