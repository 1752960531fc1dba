"""Contrasts of a study: the test of a row is that of its interval."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipelines.drivers.analysis import analyse
from pipelines.outcomes.sheets import Sheets
from tests.drivers.test_analysis import TERMS
from tests.outcomes.answer_sheets import made_up


def with_another_side(sheets: Sheets, strength: float) -> Sheets:
    """Sheets in which one side's outcome follows the first driver more than the other's does."""
    left = (sheets.segments["side"] == "left").to_numpy()
    moved = np.where(left, strength * np.nan_to_num(sheets.rating[:, 0] - 50), 0.0)
    return replace(sheets, target=sheets.target + np.outer(moved, [1, 0, 0]))


def test_no_row_contradicts_itself():
    # Six drivers of eight carry little: percentiles of their shares leave 0 sooner than a test.
    seen = []
    for seed in (2, 7, 11):
        ratings = made_up(400, seed=seed, reach=(1.0,) * 8, slopes=(0.5, 0.3, *[0.05] * 6))
        sheets = with_another_side(ratings, 0.3 * (seed % 2 or 3))
        for row in analyse(sheets, replace(TERMS, min_n=50)).driver_contrasts:
            excludes = row["low"] > 0 or row["high"] < 0
            assert (row["p_value"] < 1 - TERMS.level) == excludes
            assert row["low"] <= row["value"] <= row["high"]
            seen.append(bool(excludes))
    assert set(seen) == {True, False}
