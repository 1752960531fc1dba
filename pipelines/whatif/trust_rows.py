"""What all rows about trust say, and their randomness."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from pipelines.contract.people import EVERYBODY
from pipelines.outcomes.sheets import Sheets
from pipelines.whatif.terms import WhatifTerms

Row = dict[str, Any]


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


def generator(sheet: Sheets, terms: WhatifTerms) -> np.random.Generator:
    """Randomness that depends on the sheet's names and the seed alone."""
    name = f"{sheet.mode}/{sheet.wave}/{sheet.outcome}/trust"
    return np.random.default_rng([terms.seed, zlib.crc32(name.encode())])
