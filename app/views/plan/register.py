"""The register of measures in the bundle: what a plan is to raise, and what may be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from app.core import rows
from app.core.bundle import Bundle
from app.core.language import Words
from pipelines.contract.code import Vocabulary, read_code, write_code
from pipelines.decisions.effects import Outlook, outlook_of

EXAMPLE = "example"  # note on a measure whose costs are placeholders


@dataclass(frozen=True)
class PlanAim:
    """What measures are chosen for.

    Parameters
    ----------
    mode, wave, outcome, target : str
        Of the outcome that is to be raised.
    months : float
        Whose costs count.
    least, most : float
        Between which budgets lie, in the study's currency.
    today : float
        Where the target stands.
    """

    mode: str
    wave: str
    outcome: str
    target: str
    months: float
    least: float
    most: float
    today: float


def aim_of(bundle: Bundle) -> PlanAim | None:
    """What the study's plan is to raise; None if it declares none, or nothing could be planned."""
    declared = bundle.register.get("plan")
    if not declared:
        return None
    models = bundle.tables["outcome_models"].filter(
        pl.col("mode") == declared["mode"],
        pl.col("outcome") == declared["outcome"],
        pl.col("target") == declared["target"],
        pl.col("segment") == "all",
    )
    told = models.drop_nulls("value")
    if told.is_empty():
        return None
    row, budgets = told.row(0, named=True), declared["budgets"]
    return PlanAim(
        declared["mode"], row["wave"], declared["outcome"], declared["target"],
        float(declared["months"]), float(budgets["least"]), float(budgets["most"]), row["value"],
    )  # fmt: skip


def budgets(bundle: Bundle) -> list[float]:
    """The budgets that the pipeline compared."""
    declared = bundle.register["plan"]["budgets"]
    width = (declared["most"] - declared["least"]) / declared["steps"]
    return [declared["least"] + step * width for step in range(declared["steps"] + 1)]


def currency(bundle: Bundle) -> str:
    """The study's currency."""
    return str(bundle.register["currency"])


def beyond(bundle: Bundle) -> set[str]:
    """Touchpoints that the company cannot change."""
    known = bundle.register["touchpoints"].items()
    return {name for name, one in known if not one.get("controllable", True)}


def capacities(bundle: Bundle) -> dict[str, float]:
    """What there is of each capacity."""
    declared = bundle.register.get("capacities") or {}
    return {name: float(one["amount"]) for name, one in declared.items()}


def outlook(bundle: Bundle, aim: PlanAim) -> Outlook:
    """All that is known of the outcome, ready to be evaluated."""
    return _outlook(bundle.study, bundle.version, aim, bundle)


# A bundle never changes under its version.
@st.cache_resource(max_entries=8, show_spinner=False)
def _outlook(study: str, version: str, aim: PlanAim, _bundle: Bundle) -> Outlook:
    tables, params = _bundle.tables, _bundle.manifest["params"]
    of_outcome = (pl.col("mode") == aim.mode, pl.col("outcome") == aim.outcome)
    return outlook_of(
        tables["outcome_models"].filter(of_outcome),
        tables["moves"].filter(of_outcome),
        tables["gates"].filter(pl.col("mode") == aim.mode),
        tables["asymmetry"].filter(of_outcome),
        level=params["measure"]["level"],
        seed=params["seed"],
    )


@dataclass(frozen=True)
class MeasureNames:
    """What measures, touchpoints and capacities are called in the reader's language."""

    measures: Mapping[str, str]
    touchpoints: Mapping[str, str]
    capacities: Mapping[str, str]

    @classmethod
    def of(cls, bundle: Bundle, words: Words) -> MeasureNames:
        """Read them from the register."""
        labels = {
            kind: {
                name: words.label(one["label"], name)
                for name, one in (bundle.register.get(kind) or {}).items()
            }
            for kind in ("measures", "capacities")
        }
        return cls(labels["measures"], rows.touchpoint_labels(bundle, words), labels["capacities"])

    def measure(self, name: str) -> str:
        """A measure as it is read."""
        return self.measures.get(name, name)

    def sentence(self, words: Words, vocabulary: Vocabulary, text: str, **places: Any) -> str:
        """The sentence of a code, with names in place of what they stand for."""
        code, values = read_code(text)
        kinds = {
            "other": self.measures,
            "touchpoint": self.touchpoints,
            "capacity": self.capacities,
        }
        named = {name: kinds.get(name, {}).get(str(v), v) for name, v in values.items()}
        return words.sentence(vocabulary, write_code(code, **named), **places)
