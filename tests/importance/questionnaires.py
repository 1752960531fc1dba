"""Frames of made-up questionnaires, for the tests of relative importance."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.importance import RelativeImportance

RNG = np.random.default_rng


def survey(seed: int = 0, n: int = 400) -> pl.DataFrame:
    """Four drivers of falling weight, an outcome, and a design."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4)) + 0.7 * rng.normal(size=(n, 1))
    y = x @ [0.8, 0.5, 0.2, 0.0] + rng.normal(size=n)
    return pl.DataFrame(x, schema=["a", "b", "c", "d"]).with_columns(
        y=pl.Series(y),
        w=pl.Series(rng.uniform(0.3, 3, n)),
        who=pl.Series(rng.integers(0, n // 2, n)).cast(pl.String),
        region=pl.Series(np.array(["north", "south"])[rng.integers(0, 2, n)]),
    )


def column(found: RelativeImportance, name: str) -> dict[str, float]:
    return dict(zip(found.table["driver"], found.table[name], strict=True))


def punched(n: int, share: float, seed: int = 2) -> tuple[pl.DataFrame, pl.DataFrame]:
    whole = survey(seed, n)
    gone = RNG(seed).random((n, 4)) < share
    return whole, whole.with_columns(
        pl.when(~pl.Series(gone[:, i])).then(name).alias(name) for i, name in enumerate("abcd")
    )
