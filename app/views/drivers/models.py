"""Driver models of the bundle: which one a page is about, and the rows that belong to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import polars as pl

from app.core import rows
from app.core.bundle import Bundle
from app.core.choices import Choice
from app.core.language import Words
from pipelines.contract.code import WITHHELD
from pipelines.contract.driver_codes import (
    APPROACHES,
    MEAN,
    MODEL_REASONS,
    RATING_POLICIES,
    TARGETS,
)
from pipelines.contract.people import EVERYBODY

LATENT = "latent"  # of a model that is not linear; the policies are compared without it
# What the shares of an approach sum up to: its R2, or the sum over drivers.
WHOLES = {"lmg": "r2", "johnson": "r2", "first": "sum", "last": "sum", "latent": "latent"}
USUAL = {"policy": RATING_POLICIES.names[0], "approach": APPROACHES[0]}


@dataclass(frozen=True)
class DriverModel:
    """What is related to the drivers, and whose answers they are.

    Parameters
    ----------
    mode, wave, segment, group : str
        Kind of survey, wave and customers; wave None means every wave.
    outcome, target : str
        Question, and whether its mean or the share of one end of its scale.
    """

    mode: str
    wave: str | None
    segment: str
    group: str
    outcome: str
    target: str

    @property
    def of_everybody(self) -> DriverModel:
        """The model of the mean answer of all customers: every policy and approach has it."""
        return replace(self, segment=EVERYBODY, group=EVERYBODY, target=MEAN)

    @property
    def in_every_wave(self) -> DriverModel:
        """The same in all waves."""
        return replace(self, wave=None)

    def among(self, segment: str) -> dict[str, str | None]:
        """The same for every value of a segment, as conditions."""
        own = asdict(replace(self, segment=segment, target=MEAN))
        return {name: value for name, value in own.items() if name != "group"}


def find(bundle: Bundle, table: str, model: DriverModel, **other: str) -> pl.DataFrame:
    """Rows of a table that belong to a model; `other` narrows down policy and approach."""
    return _where(bundle, table, {**asdict(model), **other})


def find_groups(
    bundle: Bundle, table: str, model: DriverModel, segment: str, **other: str
) -> pl.DataFrame:
    """Rows of a table that belong to the models of a segment's values."""
    return _where(bundle, table, {**model.among(segment), **other})


def find_contrasts(bundle: Bundle, model: DriverModel) -> pl.DataFrame:
    """Contrasts of every segment's values that have a number."""
    own = asdict(replace(model, target=MEAN))
    wanted = {name: own[name] for name in ("mode", "wave", "outcome", "target")}
    return _where(bundle, "driver_contrasts", wanted).drop_nulls("value")


def _where(bundle: Bundle, table: str, wanted: dict[str, str | None]) -> pl.DataFrame:
    conditions = [pl.col(name) == value for name, value in wanted.items() if value is not None]
    return bundle.tables[table].filter(conditions)


def fitted(bundle: Bundle, model: DriverModel, policy: str) -> dict[str, Any] | None:
    """The row of a model under a policy, or None if there was none to fit."""
    found = find(bundle, "driver_models", model, policy=policy)
    return found.row(0, named=True) if found.height else None


def outcomes(bundle: Bundle, choice: Choice) -> list[str]:
    """Outcomes that are modelled in any wave, in the order of the register."""
    table = bundle.tables["driver_models"]
    found = set(table.filter(pl.col("mode") == choice.mode)["outcome"])
    return [question for question in bundle.register["questions"] if question in found]


def targets(bundle: Bundle, model: DriverModel) -> list[str]:
    """Targets of an outcome that are modelled for all customers in any wave."""
    table = bundle.tables["driver_models"]
    mine = table.filter(pl.col("mode") == model.mode, pl.col("outcome") == model.outcome)
    return known(TARGETS.names, mine["target"])


def policies(bundle: Bundle, model: DriverModel, approach: str) -> list[str]:
    """Policies to choose among: all that were tried, or those of the latent R2."""
    table = "drivers" if approach == LATENT else "driver_models"
    other = {"approach": approach} if approach == LATENT else {}
    return known(RATING_POLICIES.names, find(bundle, table, model, **other)["policy"])


def whole(approach: str) -> str:
    """What the shares of an approach sum up to: r2, latent or sum."""
    return WHOLES[approach]


def known(order: Sequence[str], found: pl.Series) -> list[str]:
    """Codes of a column, in order."""
    there = set(found)
    return [code for code in order if code in there]


def outcome_name(bundle: Bundle, words: Words, outcome: str) -> str:
    """An outcome as it is read: the label of its question."""
    return words.label(bundle.register["questions"][outcome]["label"], outcome)


def target_name(bundle: Bundle, words: Words, outcome: str, target: str) -> str:
    """A target as it is read: the ends of the recommendation scale have names of their own."""
    is_nps = bundle.register["questions"][outcome]["measure"] == "nps"
    if is_nps and target != MEAN:
        return words(f"drivers.target.nps_{target}")
    return words.sentence(TARGETS, target)


def headings(words: Words, table: str, columns: Sequence[str]) -> dict[str, str]:
    """What columns are called: as briefly as on this page, else as they are declared."""
    texts = words.texts
    return {n: texts.get(f"drivers.column_{n}") or words.heading(table, n) for n in columns}


def reason(words: Words, row: Mapping[str, Any]) -> str:
    """Why a model was refused or shrunk; empty if it was neither."""
    return words.sentence(MODEL_REASONS, row["reason"]) if row["reason"] else ""


def approach_name(words: Words, approach: str, target: str) -> str:
    """An approach as it is read: the latent R2 of a box is that of a binary logit."""
    is_box = approach == LATENT and target != MEAN
    return words(
        "drivers.approach.latent_box.name" if is_box else f"drivers.approach.{approach}.name"
    )


def named(bundle: Bundle, words: Words, frame: pl.DataFrame) -> pl.DataFrame:
    """Add `label`, the name of the driver."""
    labels = rows.question_labels(bundle, words, of_experience=True)
    name = pl.col("driver").replace_strict(labels, default=pl.col("driver"))
    return frame.with_columns(label=name)


def ranked(bundle: Bundle, words: Words, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows with a number by rank, with `label` and what belongs to it as it is read.

    These are `rank_text` ("rank 1 to 3"), `rank_span` ("1 to 3") and `reach_text`.
    """
    known_rows = frame.filter(pl.col("value").is_not_null()).sort("rank", "driver")
    lines = known_rows.select("rank", "rank_low", "rank_high", "reach").to_dicts()
    texts = {
        "rank_text": [words("drivers.rank", rank=_rank_span(words, line)) for line in lines],
        "rank_span": [_rank_span(words, line) for line in lines],
        "reach_text": [_reach_text(words, line["reach"]) for line in lines],
    }
    written = [pl.Series(name, text, dtype=pl.String) for name, text in texts.items()]
    return named(bundle, words, known_rows).with_columns(written)


def withheld(bundle: Bundle, words: Words, frame: pl.DataFrame) -> list[str]:
    """Names of the drivers whose numbers are withheld, each once."""
    hidden = frame.filter(pl.col("flags").fill_null("").str.contains(WITHHELD, literal=True))
    drivers = hidden.unique("driver", maintain_order=True)
    return named(bundle, words, drivers)["label"].to_list()


def _rank_span(words: Words, row: dict[str, Any]) -> str:
    """A rank with its interval: 1, or 1 to 3 where it is not sure."""
    low, high = row["rank_low"], row["rank_high"]
    if low is None or high is None or low == high:
        return str(row["rank"])
    return words("format.interval", low=low, high=high)


def _reach_text(words: Words, reach: float | None) -> str:
    return "" if reach is None else words.percent(reach, 0)
