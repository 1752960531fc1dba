"""Blank ratings of users: they follow the outcome as those of other users do."""

from dataclasses import replace

import numpy as np
import polars as pl

from pipelines.outcomes.filling import fillings
from pipelines.outcomes.scales import SheetScales
from pipelines.outcomes.sheets import Sheets, targets_of
from pipelines.statistics.bootstrap import Units
from tests.outcomes.answer_sheets import made_up


def sheets(n: int = 4000) -> Sheets:
    """A touchpoint that a quarter used, and that three in ten of them do not rate."""
    rng = np.random.default_rng(1)
    used = (rng.random((n, 2)) < [0.25, 0.9]).astype(float)
    rating = 25.0 * rng.integers(0, 5, (n, 2))
    felt = (used * (rating - 50) * [0.5, 0.2]).sum(axis=1)
    said = np.clip(np.round(5 + felt / 10 + rng.normal(size=n)), 0, 10)
    blank = (rng.random((n, 2)) < [0.3, 0.0]) | (used == 0)
    plain = made_up(n, reach=(1.0, 1.0), slopes=(0.5, 0.2))
    return replace(
        plain,
        target=targets_of(said, 0, 10),
        rating=np.where(blank, np.nan, rating),
        used=used,
        weight=np.ones(n),
        segments=pl.DataFrame(),
    )


def test_blank_ratings_of_users_follow_the_outcome_as_those_given():
    asked = sheets()
    each = Units(np.arange(asked.n), np.zeros(asked.n, np.int64))
    scales = SheetScales(11, False, (5, 5))
    rng = np.random.default_rng(2)
    users, given = asked.used[:, 0] > 0, ~np.isnan(asked.rating[:, 0])

    def slope(rating: np.ndarray, rows: np.ndarray) -> float:
        return float(np.polyfit(asked.target[rows, 0], rating[rows], 1)[0])

    drawn = [
        slope(one.rating[:, 0], users & ~given) for one in fillings(asked, scales, each, 5, rng)
    ]
    assert 0.85 < np.mean(drawn) / slope(asked.rating[:, 0], given) < 1.15
