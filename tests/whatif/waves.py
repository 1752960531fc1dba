"""Waves of answers with a known truth, for the tests of trust."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from pipelines.outcomes.scales import SheetScales
from pipelines.outcomes.sheets import Sheets, targets_of
from pipelines.whatif.terms import WhatifTerms

NAMES = ("desk", "shop", "web")
SLOPES = np.array([0.5, 0.3, 0.1])
SCALES = SheetScales(11, False, (101, 101, 101))
TERMS = WhatifTerms(
    seed=1, level=0.95, flag_n=30, draws=100, segment_draws=50, imputations=3, min_n=100,
    min_shown=10,
)  # fmt: skip


def wave(
    name: str,
    level: float = 50.0,
    n: int = 400,
    *,
    shock: float = 0.0,
    blank: float = 0.0,
    outcome: str = "overall",
    seed: int = 0,
) -> Sheets:
    """A wave whose ratings are about `level`; the outcome follows them, and what else moves it."""
    rng = np.random.default_rng([seed, int(level * 10), n])
    rating = np.clip(level + 15 * rng.normal(size=(n, len(NAMES))), 0, 100)
    exact = 10 + rating @ SLOPES + shock + 8 * rng.normal(size=n)
    said = np.clip(10 * np.round(exact / 10), 0, 100)
    side = np.where(rng.random(n) < 0.5, "left", "right")
    lost = rng.random(rating.shape) < blank
    return Sheets(
        mode="cold",
        wave=name,
        outcome=outcome,
        drivers=NAMES,
        touchpoints=NAMES,
        left_out=(),
        target=targets_of(said / 10, 0, 10),
        rating=np.where(lost, np.nan, rating),
        used=np.where(lost, np.nan, 1.0),
        stated=np.full(rating.shape, np.nan),
        weight=np.ones(n),
        cluster=np.arange(n),
        stratum=np.zeros(n, np.int64),
        segments=pl.DataFrame({"side": side}),
        confounders=pl.DataFrame(),
    )


def register_of(sheets: list[Sheets], *, kind: str = "overall") -> pl.DataFrame:
    """What was asked in these waves: ratings from 0 to 100, an outcome from 0 to 10."""
    rows = [
        {"mode": "cold", "wave": one.wave, "question_id": name, "kind": role,
         "touchpoint_id": None if role == kind else name, "scale_min": 0.0,
         "scale_max": 10.0 if role == kind else 100.0}
        for one in sheets
        for name, role in [*((name, "csat") for name in one.drivers), (one.outcome, kind)]
    ]  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"touchpoint_id": pl.String}).unique(
        maintain_order=True
    )


def places_of(sheets: list[Sheets]) -> pl.DataFrame:
    """Their order, which is that of the list."""
    names = list(dict.fromkeys(one.wave for one in sheets))
    return pl.DataFrame({"mode": "cold", "wave": names, "place": range(1, len(names) + 1)})


def without(sheet: Sheets, driver: str) -> Sheets:
    """The same without a driver."""
    kept = [at for at, name in enumerate(sheet.drivers) if name != driver]
    names = tuple(sheet.drivers[at] for at in kept)
    return replace(
        sheet, drivers=names, touchpoints=names, rating=sheet.rating[:, kept],
        used=sheet.used[:, kept], stated=sheet.stated[:, kept],
    )  # fmt: skip
