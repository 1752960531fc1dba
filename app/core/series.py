"""Series: where a question stopped being comparable, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from app.core.bundle import Bundle
from app.core.language import Words, plain
from pipelines.contract.breaks import BREAKS
from pipelines.contract.people import EVERYBODY
from pipelines.contract.table import BETWEEN_CODES


def sentences(words: Words, coded: str) -> str:
    """What broke a series, from its codes.

        >>> from app.core.bundle import Bundle
    from app.core.language import Words, plain
        >>> sentences(Words("en"), "wording?wave=2025")
        'Worded anew in 2025.'
    """
    return " ".join(words.sentence(BREAKS, code) for code in coded.split(BETWEEN_CODES))


def breaks_of(scores: pl.DataFrame) -> dict[str, str]:
    """First waves of later series among scores of one subject, and what began them, as codes."""
    begun = scores.select("since", "changed").drop_nulls().unique().sort("since", "changed")
    return dict(begun.rows())


def is_broken(row: Mapping[str, Any]) -> bool:
    """Whether a change is not told because a break lies between its two waves."""
    return row.get("broken") is not None


def list_broken(words: Words, changes: pl.DataFrame) -> None:
    """Draw what is not compared, by its `label`, and why; one line for each reason."""
    broken = changes.drop_nulls("broken")
    for (coded,), alike in broken.group_by("broken", maintain_order=True):
        names = ", ".join(alike["label"])
        said = words("series.not_compared", names=names, why=sentences(words, str(coded)))
        st.caption(f":material/link_off: {plain(said)}")


def caption(words: Words, breaks: Mapping[str, str]) -> None:
    """Draw what broke a line over the waves, below its chart."""
    for coded in breaks.values():
        st.caption(plain(words("series.trend", why=sentences(words, coded))))


def with_series(bundle: Bundle, frame: pl.DataFrame, question: str) -> pl.DataFrame:
    """Rows about questions, which a column names, with the series of their wave."""
    scores = bundle.tables["scores"].filter(
        pl.col("segment") == EVERYBODY,
        pl.col("measure") == "mean",
        pl.col("question_id").is_not_null(),
    )
    known = scores.select("mode", "wave", pl.col("question_id").alias(question), "since", "changed")
    one_each = known.sort("changed", nulls_last=True).unique(
        ["mode", "wave", question], keep="first"
    )
    return frame.join(one_each, on=["mode", "wave", question], how="left", maintain_order="left")
