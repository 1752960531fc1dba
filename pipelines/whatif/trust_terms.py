"""Terms of trust, and what all rows about it say."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.contract.people import EVERYBODY
from pipelines.outcomes.sheets import Sheets

Row = dict[str, Any]


@dataclass(frozen=True)
class TrustTerms:
    """How trust is judged; see params.yaml. `inputs_hash` is that of the responses."""

    level: float
    flag_n: int
    min_n: int
    imputations: int
    seed: int
    inputs_hash: str


def about(sheet: Sheets) -> Row:
    """Whom a row is about: all customers of a wave."""
    return {
        "mode": sheet.mode,
        "wave": sheet.wave,
        "outcome": sheet.outcome,
        "segment": EVERYBODY,
        "group": EVERYBODY,
    }


def flags_of(sheet: Sheets, *, is_small: bool) -> str | None:
    """Warnings, of `FLAGS_OF_TRUST`."""
    flags = {"small": is_small, "unweighted_wave": not sheet.is_weighted}
    return " ".join(name for name, there in flags.items() if there) or None


def generator(sheet: Sheets, terms: TrustTerms) -> np.random.Generator:
    """Randomness that depends on the sheet's names and the seed alone."""
    name = f"{sheet.mode}/{sheet.wave}/{sheet.outcome}/trust"
    return np.random.default_rng([terms.seed, zlib.crc32(name.encode())])
