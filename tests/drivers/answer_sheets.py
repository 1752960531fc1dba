"""Answer sheets with a known truth, for the tests of driver models."""

import numpy as np
import polars as pl

from pipelines.drivers.sheets import Sheets


def made_up(
    n: int = 800,
    *,
    reach: tuple[float, ...] = (1.0, 0.6, 0.5),
    slopes: tuple[float, ...] = (0.5, 0.8, 0.2),
    blank: float = 0.0,
    seed: int = 1,
) -> Sheets:
    """Sheets whose outcome is a sum of ratings times slopes, of the touchpoints used, and noise."""
    rng = np.random.default_rng(seed)
    k = len(slopes)
    common = rng.normal(size=(n, 1))
    rating = 50 + 10 * (0.6 * common + 0.8 * rng.normal(size=(n, k)))
    used = (rng.random((n, k)) < reach).astype(float)
    moved = np.where(used == 1, (rating - 50) * slopes, 0.0)
    outcome = 50 + moved.sum(axis=1) + 5 * rng.normal(size=n)
    seen = np.where(used == 1, rating, np.nan)
    lost = (rng.random((n, k)) < blank) & (used == 1)
    seen[lost] = np.nan
    known = np.where(lost, np.nan, used)
    names = tuple(f"t{i}" for i in range(k))
    return Sheets(
        mode="cold",
        wave="2025",
        outcome="overall",
        drivers=names,
        touchpoints=names,
        left_out=(),
        target=np.column_stack([outcome, 100.0 * (outcome > 60), 100.0 * (outcome < 40)]),
        rating=seen,
        used=known,
        stated=np.full((n, k), np.nan),
        weight=rng.uniform(0.5, 2.0, n),
        cluster=np.arange(n),
        stratum=np.zeros(n, np.int64),
        segments=pl.DataFrame({"side": np.where(rng.random(n) < 0.5, "left", "right")}),
    )
