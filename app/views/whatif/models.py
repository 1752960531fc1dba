"""Models of outcomes in the bundle: whose answers a scenario is about, and what was published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl
import streamlit as st

from app.core import choices, rows, targets
from app.core.bundle import Bundle
from app.core.choices import Choice
from app.core.language import Words
from pipelines.contract.people import EVERYBODY
from pipelines.contract.whatif_codes import OUTCOME_MODEL_REASONS, WHATIF_TARGETS
from pipelines.decisions.surfaces import Surface

Row = Mapping[str, Any]
LEADING = ("nps", "mean")  # target that speaks for its outcome: the first it has


@dataclass(frozen=True)
class Customers:
    """Whose answers a scenario is about.

    Parameters
    ----------
    mode : str
        Hot or cold survey.
    segment, group : str
        Attribute and its value; both ``all`` for everybody.
    """

    mode: str
    segment: str
    group: str

    @classmethod
    def of(cls, choice: Choice) -> Customers:
        """Those that the reader picked beside the page."""
        return cls(str(choice.mode), choice.segment, choice.group)

    @property
    def are_everybody(self) -> bool:
        """Whether no group was picked."""
        return self.segment == EVERYBODY

    @property
    def everybody(self) -> Customers:
        """All customers of the same survey."""
        return Customers(self.mode, EVERYBODY, EVERYBODY)


def find(bundle: Bundle, table: str, customers: Customers, **other: str) -> pl.DataFrame:
    """Rows of a table that are about these customers."""
    wanted = {**asdict(customers), **other}
    return bundle.tables[table].filter(pl.col(name) == value for name, value in wanted.items())


def in_words(bundle: Bundle, words: Words, customers: Customers) -> str:
    """The customers as they are read."""
    if customers.are_everybody:
        return words("pick.everybody")
    label = words.label(bundle.register["segments"][customers.segment]["label"], customers.segment)
    group = choices.group_name(bundle, words, customers.segment, customers.group)
    return f"{label}: {group}"


def outcomes(bundle: Bundle, mode: str) -> list[str]:
    """Outcomes of a survey that have a model of any customers, in the order of the register."""
    found = bundle.tables["outcome_models"].filter(pl.col("mode") == mode)["outcome"]
    return [question for question in bundle.register["questions"] if question in set(found)]


def label(bundle: Bundle, words: Words, outcome: str, target: str) -> str:
    """A target of an outcome as it is read in a table or a chart."""
    return words(
        "whatif.outcome_target",
        outcome=targets.outcome_name(bundle, words, outcome),
        target=targets.name(bundle, words, outcome, target),
    )


def fitted(bundle: Bundle, customers: Customers, outcome: str) -> list[dict[str, Any]]:
    """Targets of an outcome that have a number today, in the order of their declaration."""
    found = find(bundle, "outcome_models", customers, outcome=outcome).drop_nulls("value")
    by_target = {row["target"]: row for row in found.to_dicts()}
    return [by_target[target] for target in WHATIF_TARGETS.names if target in by_target]


def leading(bundle: Bundle, customers: Customers, outcome: str) -> dict[str, Any] | None:
    """The target that speaks for an outcome; None if there is no model."""
    by_target = {row["target"]: row for row in fitted(bundle, customers, outcome)}
    return next((by_target[target] for target in LEADING if target in by_target), None)


def why_not(bundle: Bundle, words: Words, customers: Customers, outcome: str) -> str:
    """Why these customers have no model of an outcome."""
    found = find(bundle, "outcome_models", customers, outcome=outcome)
    for row in found.to_dicts():
        if rows.is_withheld(row):
            return words("state.withheld")
        if row["reason"] is not None:
            return words.sentence(OUTCOME_MODEL_REASONS, row["reason"], **bundle.places)
    return words("whatif.not_modelled")


def surface(bundle: Bundle, customers: Customers, outcome: str) -> Surface | None:
    """What evaluates scenarios of an outcome; None if there is no model."""
    if not fitted(bundle, customers, outcome):
        return None
    return _surface(bundle.study, bundle.version, customers, outcome, bundle)


# A bundle never changes under its version; the frames themselves are no part of the key.
@st.cache_resource(max_entries=64, show_spinner=False)
def _surface(
    study: str, version: str, customers: Customers, outcome: str, _bundle: Bundle
) -> Surface:
    models, moves = (
        find(_bundle, table, customers, outcome=outcome) for table in ("outcome_models", "moves")
    )
    return Surface.of(models, moves)


def driver_labels(bundle: Bundle, words: Words) -> dict[str, str]:
    """Name of every question that rates a touchpoint."""
    return rows.question_labels(bundle, words, of_experience=True)


def drivers(bundle: Bundle, words: Words, customers: Customers) -> list[str]:
    """Touchpoints that can be moved, or are refused, in the order of the journey."""
    there = set(find(bundle, "moves", customers)["driver"])
    return [driver for driver in driver_labels(bundle, words) if driver in there]


def is_indirect(bundle: Bundle, touchpoint: str | None) -> bool:
    """Whether a touchpoint is not the company's own, so that nobody here can change it."""
    known = bundle.register["touchpoints"].get(touchpoint or "", {})
    return not known.get("controllable", True)
