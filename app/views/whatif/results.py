"""What a scenario brings: every target of every outcome, today and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import streamlit as st

from app.core import targets
from app.core.bundle import Bundle
from app.core.language import Words
from app.views.whatif import models
from app.views.whatif.models import Customers
from pipelines.charts.estimates import wrapped
from pipelines.decisions.surfaces import Asked, Change, Refusal

RESULT_COLUMNS = (
    "target",
    "today",
    "after",
    "floor",
    "interval",
    "after_ceiling",
    "ceiling",
    "ceilings",
)

OF_CHART = (
    "label", "text", "value", "low", "high", "ceiling", "ceiling_low", "ceiling_high", "n",
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What the moves that are allowed bring in one target of one outcome.

    Parameters
    ----------
    outcome, target : str
    today : dict
        Row of the table outcome_models.
    change : Change
        Floor and ceiling with their intervals, as changes from today.
    """

    outcome: str
    target: str
    today: dict[str, Any]
    change: Change

    @property
    def floor_after(self) -> float:
        """Where the target would stand, the other ratings held."""
        return targets.clipped(self.target, self.today["value"] + self.change.floor)

    @property
    def ceiling_after(self) -> float:
        """Where the target would stand, the other ratings moving along."""
        return targets.clipped(self.target, self.today["value"] + self.change.ceiling)


@dataclass(frozen=True)
class Evaluated:
    """A scenario, evaluated.

    Parameters
    ----------
    results : tuple of Result
        Outcome by outcome, the leading target of each first among its own.
    refused : dict of str to tuple of Refusal
        What each outcome's model refuses, by the outcome.
    """

    results: tuple[Result, ...]
    refused: dict[str, tuple[Refusal, ...]]

    def of_outcome(self, outcome: str) -> list[Result]:
        """The results of all targets of an outcome."""
        return [result for result in self.results if result.outcome == outcome]

    def of(self, outcome: str, target: str) -> Result | None:
        """The result of one target."""
        wanted = (r for r in self.results if (r.outcome, r.target) == (outcome, target))
        return next(wanted, None)


def evaluate(
    bundle: Bundle,
    customers: Customers,
    outcomes: Sequence[str],
    steps: Sequence[Asked],
) -> Evaluated:
    """Evaluate steps on every outcome; what its model refuses is left out of it."""
    results: list[Result] = []
    refused: dict[str, tuple[Refusal, ...]] = {}
    for outcome in outcomes:
        surface = models.surface(bundle, customers, outcome)
        if surface is None:
            continue
        refused[outcome] = tuple(surface.refusals(steps))
        changes = surface.evaluate(allowed(steps, refused[outcome]))
        results += [
            Result(outcome, row["target"], row, changes[row["target"]])
            for row in models.fitted(bundle, customers, outcome)
            if row["target"] in changes
        ]
    return Evaluated(tuple(results), refused)


def allowed(steps: Sequence[Asked], refused: Sequence[Refusal]) -> list[Asked]:
    """Steps that are not refused, and do something."""
    barred = [refusal.asked for refusal in refused]
    return [step for step in steps if step.share > 0 and step not in barred]


def span(
    bundle: Bundle, customers: Customers, outcome: str, steps: Sequence[Asked]
) -> tuple[float, float]:
    """Least and largest change of an outcome's targets at any strength of some steps.

    The axis has room for it, so that it stands still while a slider moves.
    """
    moves = tuple((step.driver, step.move) for step in steps)
    return _span(bundle.study, bundle.version, customers, outcome, moves, bundle)


@st.cache_data(max_entries=256, show_spinner=False)
def _span(
    study: str,
    version: str,
    customers: Customers,
    outcome: str,
    moves: tuple[tuple[str, str], ...],
    _bundle: Bundle,
) -> tuple[float, float]:
    surface = models.surface(_bundle, customers, outcome)
    if surface is None:
        return 0.0, 0.0
    whole = [Asked(driver, move, 1.0) for driver, move in moves]
    largest = {refusal.asked: refusal.largest for refusal in surface.refusals(whole)}
    changes = surface.evaluate(
        [replace(step, share=largest.get(step, step.share)) for step in whole]
    ).values()
    ends = [0.0]
    for one in changes:
        ends += [one.floor, one.floor_low, one.floor_high, one.ceiling]
    return min(ends), max(ends)


def as_table(bundle: Bundle, words: Words, results: Sequence[Result]) -> pl.DataFrame:
    """Results in numbers, one row per outcome and target; changes in points."""
    rows = [
        {
            "outcome": targets.outcome_name(bundle, words, r.outcome),
            "target": targets.name(bundle, words, r.outcome, r.target),
            "today": r.today["value"],
            "value": r.change.floor,
            "low": r.change.floor_low,
            "high": r.change.floor_high,
            "floor_after": r.floor_after,
            "ceiling": r.change.ceiling,
            "ceiling_low": r.change.ceiling_low,
            "ceiling_high": r.change.ceiling_high,
            "ceiling_after": r.ceiling_after,
            "n": r.today["n"],
            "evidence": r.today["evidence"],
        }
        for r in results
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def for_chart(bundle: Bundle, words: Words, results: Sequence[Result]) -> pl.DataFrame:
    """Results of one outcome as its chart draws them."""
    rows = [
        (
            targets.name(bundle, words, r.outcome, r.target),
            _beside(words, r),
            r.change.floor,
            r.change.floor_low,
            r.change.floor_high,
            r.change.ceiling,
            r.change.ceiling_low,
            r.change.ceiling_high,
            float(r.today["n"]),
        )
        for r in results
    ]
    types = {name: pl.String if name in ("label", "text") else pl.Float64 for name in OF_CHART}
    return wrapped(pl.DataFrame(rows, schema=types, orient="row"))


def _beside(words: Words, result: Result) -> str:
    """Today and after, as they stand beside the marks of a chart."""
    today = targets.value(words, result.target, result.today["value"])
    after = targets.value(words, result.target, result.floor_after)
    return words("whatif.today_after", today=today, after=after)


def in_text(bundle: Bundle, words: Words, results: Sequence[Result]) -> pl.DataFrame:
    """The same as it is read."""
    rows = [
        {
            "target": targets.name(bundle, words, r.outcome, r.target),
            "today": targets.value(words, r.target, r.today["value"]),
            "after": targets.value(words, r.target, r.floor_after),
            "floor": targets.change(words, r.target, r.change.floor),
            "interval": targets.ends(words, r.target, r.change.floor_low, r.change.floor_high),
            "after_ceiling": targets.value(words, r.target, r.ceiling_after),
            "ceiling": targets.change(words, r.target, r.change.ceiling),
            "ceilings": targets.ends(words, r.target, r.change.ceiling_low, r.change.ceiling_high),
        }
        for r in results
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(RESULT_COLUMNS, pl.String))
