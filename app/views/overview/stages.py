"""What a stage's score is made of: the touchpoints that were rated, and those that were not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from app.core import rows
from app.core.bundle import Bundle
from app.core.language import Words, plain
from app.core.page import View
from pipelines.contract.canonical import EXPERIENCES


@dataclass(frozen=True)
class Content:
    """Touchpoints of a stage by their codes, in the order of the register.

    Parameters
    ----------
    rated, unrated : tuple of str
        Those that are in the stage's score, and those that these customers did not rate in that
        wave.
    """

    rated: tuple[str, ...]
    unrated: tuple[str, ...]


def content(bundle: Bundle, row: Mapping[str, Any]) -> Content:
    """Touchpoints that are in the score of a stage, and that are not.

    Parameters
    ----------
    row : mapping
        ``mode``, ``wave``, ``segment``, ``group``, ``weighted`` and ``stage``.
    """
    asked = [
        name
        for name, question in bundle.register["questions"].items()
        if question["measure"] in EXPERIENCES
    ]
    here = ("mode", "wave", "segment", "group", "weighted", "stage")
    found = bundle.tables["scores"].filter(
        *(pl.col(name) == row[name] for name in here),
        pl.col("scope") == "touchpoint",
        pl.col("question_id").is_in(asked),
        pl.col("measure") != "reach",
        pl.col("n").fill_null(1) > 0,  # null: withheld, but in the score
    )
    there = set(found["touchpoint_id"])
    every = [
        name
        for name, touchpoint in bundle.register["touchpoints"].items()
        if touchpoint["stage"] == row["stage"]
    ]
    return Content(
        tuple(name for name in every if name in there),
        tuple(name for name in every if name not in there),
    )


def in_words(bundle: Bundle, words: Words, touchpoints: tuple[str, ...]) -> str:
    """Names of touchpoints, in one line; a name may have commas."""
    labels = rows.touchpoint_labels(bundle, words)
    return "; ".join(labels[name] for name in touchpoints)


def show(view: View) -> None:
    """List what is in the score of each stage."""
    bundle, words, choice = view.bundle, view.words, view.choice
    lines = []
    for stage, label in rows.stage_labels(bundle, words).items():
        here = content(bundle, {**vars(choice), "stage": stage})
        if here.rated:
            names = in_words(bundle, words, here.rated)
            lines.append(f"- **{plain(label)}**: {plain(names)}")
        if here.unrated:
            names = in_words(bundle, words, here.unrated)
            said = plain(words("overview.stages.unrated_here", names=names))
            lines.append(f"    - {said}" if here.rated else f"- **{plain(label)}**: {said}")
    with st.expander(words("overview.stages.title"), icon=":material/list:"):
        st.markdown(words("overview.stages.about"))
        st.markdown("\n".join(lines))
