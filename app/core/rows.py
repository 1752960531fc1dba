"""Rows of the bundle that a page shows: filters, and labels from the register."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import polars as pl

from app.core.bundle import Bundle
from app.core.choices import Choice, group_name, groups_of
from app.core.language import Words
from pipelines.contract.canonical import EXPERIENCES
from pipelines.contract.code import WITHHELD
from pipelines.contract.people import EVERYBODY


def chosen(bundle: Bundle, table: str, choice: Choice, *, every_wave: bool = False) -> pl.DataFrame:
    """Estimates of the chosen customers, in the chosen wave or in every one."""
    rows = bundle.tables[table].filter(
        pl.col("mode") == choice.mode,
        pl.col("segment") == choice.segment,
        pl.col("group") == choice.group,
        pl.col("weighted") == choice.weighted,
    )
    return rows if every_wave else rows.filter(pl.col("wave") == choice.wave)


def groups(bundle: Bundle, words: Words, choice: Choice, segment: str) -> pl.DataFrame:
    """Scores of every value of a segment in the chosen wave, in order, as `label`."""
    scores = bundle.tables["scores"].filter(
        pl.col("mode") == choice.mode,
        pl.col("segment") == segment,
        pl.col("weighted") == choice.weighted,
        pl.col("wave") == choice.wave,
    )
    names = {v: group_name(bundle, words, segment, v) for v in groups_of(bundle, segment)}
    return labelled(scores, "group", names)


def of_everybody(bundle: Bundle, choice: Choice) -> pl.DataFrame:
    """Scores of all customers in the chosen wave."""
    everybody = Choice(choice.mode, choice.wave, EVERYBODY, EVERYBODY, choice.weighted)
    return chosen(bundle, "scores", everybody)


def in_time(bundle: Bundle, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows in the order of their waves, as the register has it; those of one wave stay as is."""
    known = [(wave["mode"], wave["wave"]) for wave in bundle.register["waves"]]
    places = pl.DataFrame(known, schema={"mode": pl.String, "wave": pl.String}, orient="row")
    numbered = places.with_row_index("place in time")
    joined = frame.join(numbered, on=["mode", "wave"], how="left", maintain_order="left")
    return joined.sort("place in time", maintain_order=True).drop("place in time")


def wave_names(bundle: Bundle, words: Words, frame: pl.DataFrame) -> str:
    """The waves that rows are about, the earliest first."""
    waves = in_time(bundle, frame)["wave"].unique(maintain_order=True)
    return ", ".join(words.period(wave) for wave in waves)


def same_subject(frame: pl.DataFrame, row: Mapping[str, Any]) -> pl.DataFrame:
    """Rows about what this row is about, measured the same way."""
    subject = ("scope", "stage", "touchpoint_id", "question_id", "measure")
    return frame.filter(*(pl.col(name).eq_missing(pl.lit(row[name])) for name in subject))


def labelled(frame: pl.DataFrame, column: str, labels: Mapping[str, str]) -> pl.DataFrame:
    """Rows whose code has a label, in the labels' order, with the column `label`."""
    order = pl.DataFrame(
        {column: list(labels), "label": list(labels.values())},
        schema={column: pl.String, "label": pl.String},
    )
    return order.join(frame, on=column, how="inner", maintain_order="left")


def flags(row: Mapping[str, Any]) -> list[str]:
    """Warnings of a row, by their codes."""
    return (row.get("flags") or "").split()


def is_withheld(row: Mapping[str, Any]) -> bool:
    """Whether a row rests on too few people to be told."""
    return WITHHELD in flags(row)


def stage_labels(bundle: Bundle, words: Words) -> dict[str, str]:
    """Label of every stage, in order."""
    stages = bundle.register["stages"]
    return {name: words.label(stage["label"], name) for name, stage in stages.items()}


def touchpoint_labels(bundle: Bundle, words: Words) -> dict[str, str]:
    """Label of every touchpoint, in the order of the journey."""
    register = bundle.register["touchpoints"]
    stages = list(bundle.register["stages"])
    ordered = sorted(register, key=lambda name: stages.index(register[name]["stage"]))
    return _unique({name: words.label(register[name]["label"], name) for name in ordered})


def question_labels(bundle: Bundle, words: Words, *, of_experience: bool = False) -> dict[str, str]:
    """Label of every touchpoint's questions, in the order of the journey.

    A touchpoint's only question bears the touchpoint's name; of several each has its own.
    `of_experience` leaves out what was expected, what matters, and Kano's questions.
    """
    touchpoints = touchpoint_labels(bundle, words)
    questions = {
        name: question
        for name, question in bundle.register["questions"].items()
        if not of_experience or question["measure"] in EXPERIENCES
    }
    several = Counter(question["touchpoint"] for question in questions.values())
    labels = {
        name: words.label(question["label"], name)
        if several[touchpoint] > 1
        else touchpoints[touchpoint]
        for touchpoint in touchpoints
        for name, question in questions.items()
        if question["touchpoint"] == touchpoint
    }
    return _unique(labels)


def _unique(labels: dict[str, str]) -> dict[str, str]:
    """Add the code where two codes have the same label."""
    often = Counter(labels.values())
    return {code: f"{text} ({code})" if often[text] > 1 else text for code, text in labels.items()}
