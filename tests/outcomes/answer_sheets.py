"""Answer sheets with a known truth, for the tests of driver models."""

import numpy as np
import polars as pl

from pipelines.outcomes.sheets import Sheets
from tests.importance import made_up_ratings


def made_up(n: int = 800, **options) -> Sheets:
    """Sheets of the ratings of `made_up_ratings`, which takes the options."""
    ratings = made_up_ratings.made_up(n, **options)
    names = tuple(f"t{k}" for k in range(ratings.rating.shape[1]))
    return Sheets(
        mode="cold",
        wave="2025",
        outcome="overall",
        drivers=names,
        touchpoints=names,
        left_out=(),
        target=np.column_stack(list(ratings.targets.values())),
        rating=ratings.rating,
        used=ratings.used,
        stated=np.full(ratings.rating.shape, np.nan),
        weight=ratings.weight,
        cluster=np.arange(n),
        stratum=np.zeros(n, np.int64),
        segments=ratings.attributes,
        confounders=pl.DataFrame(),
    )
