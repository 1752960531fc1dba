"""Rows of the bundle that a page shows: filters, and labels from the register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from bundle import Bundle
from choices import Choice
from language import Words


def chosen(bundle: Bundle, table: str, choice: Choice, *, every_wave: bool = False) -> pl.DataFrame:
    """Estimates of the chosen customers, in the chosen wave or in every one."""
    rows = bundle.tables[table].filter(
        pl.col("mode") == choice.mode,
        pl.col("segment") == choice.segment,
        pl.col("segment_value") == choice.group,
        pl.col("weighted") == choice.weighted,
    )
    return rows if every_wave else rows.filter(pl.col("period") == choice.wave)


def touchpoint_labels(bundle: Bundle, words: Words) -> dict[str, str]:
    """Label of every touchpoint in the order of the journey; the same label gets its id."""
    stages = list(bundle.register["stages"])
    register = bundle.register["touchpoints"]
    ordered = sorted(register, key=lambda name: stages.index(register[name]["stage"]))
    labels = {name: words.label(register[name]["label"], name) for name in ordered}
    return {name: label if _is_unique(label, labels) else f"{label} ({name})"
            for name, label in labels.items()}  # fmt: skip


def _is_unique(label: str, labels: dict[str, str]) -> bool:
    return list(labels.values()).count(label) == 1


def stage_labels(bundle: Bundle, words: Words) -> dict[str, str]:
    """Label of every stage, in order."""
    stages = bundle.register["stages"]
    return {name: words.label(stage["label"], name) for name, stage in stages.items()}


def labelled(frame: pl.DataFrame, column: str, labels: dict[str, str]) -> pl.DataFrame:
    """Rows whose code has a label, in the labels' order, with the column `label`."""
    order = pl.DataFrame(
        {column: list(labels), "label": list(labels.values())},
        schema={column: pl.String, "label": pl.String},
    )
    return order.join(frame, on=column, how="inner", maintain_order="left")


def same_subject(frame: pl.DataFrame, row: Mapping[str, Any]) -> pl.DataFrame:
    """Rows about what this row is about, measured the same way."""
    subject = ("scope", "stage", "touchpoint_id", "question_id", "measure")
    return frame.filter(*(pl.col(name).eq_missing(pl.lit(row[name])) for name in subject))


def groups(bundle: Bundle, choice: Choice, segment: str, order: list[str]) -> pl.DataFrame:
    """Scores of every value of a segment in the chosen wave, in order, as `label`."""
    scores = bundle.tables["scores"].filter(
        pl.col("mode") == choice.mode,
        pl.col("segment") == segment,
        pl.col("weighted") == choice.weighted,
        pl.col("period") == choice.wave,
    )
    return labelled(scores, "segment_value", {value: value for value in order})
