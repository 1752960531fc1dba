"""Find rows that repeat others, exactly and in bounded memory.

A hash table of 50 million keys takes several gigabytes. So the keys are hashed to eight
bytes in one streaming pass; only keys whose hash occurs twice are compared themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import numpy as np
import polars as pl

from pipelines.core import engine
from pipelines.core.engine import Frame
from pipelines.validate.conditions import Condition

SEED = 1  # any: equal keys have equal hashes, and unequal ones are compared in full


def hashes(rows: pl.LazyFrame, conditions: Sequence[Condition]) -> pl.LazyFrame:
    """Hash the key of every judged row.

    Returns
    -------
    LazyFrame
        One UInt64 column per condition, named by its position; null for rows not judged.
    """
    everyone = nw.lit(True)
    judged = {f"judged {n}": c.judged for n, c in enumerate(conditions)}
    marked = engine.from_polars(rows).with_columns(
        **{name: everyone if rule is None else rule for name, rule in judged.items()}
    )
    keys = [_hash(condition.columns) for condition in conditions]
    return engine.to_polars(marked).select(
        pl.when(name).then(key).alias(str(n))
        for n, (name, key) in enumerate(zip(judged, keys, strict=True))
    )


def repeated(hashed: pl.Series) -> pl.Series:
    """Return the hashes that occur more than once, ascending, each once."""
    ordered = np.sort(hashed.drop_nulls().to_numpy())
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    first = np.ones(len(again), dtype=bool)
    first[1:] = again[1:] != again[:-1]
    return pl.Series(again[first], dtype=pl.UInt64)


def repeated_keys(rows: pl.LazyFrame, condition: Condition, candidates: pl.Series) -> pl.DataFrame:
    """Return the keys that occur more than once, and how often.

    Parameters
    ----------
    candidates : Series of UInt64
        From `repeated`: the hashes of these keys, and by chance of few others.

    Returns
    -------
    DataFrame
        The key's columns and `n`.
    """
    keys = list(condition.columns)
    judged = rows if condition.judged is None else _where(rows, condition.judged)
    suspects = judged.select(keys).filter(_hash(keys).is_in(candidates.implode()))
    counted = suspects.group_by(keys).agg(pl.len().alias("n"))
    return counted.filter(pl.col("n") > 1).collect(engine="streaming")


def count(rows: pl.LazyFrame, condition: Condition, hashed: pl.Series) -> int:
    """Count the judged rows whose key occurs more than once; all of them count."""
    candidates = repeated(hashed)
    if candidates.is_empty():
        return 0
    return int(repeated_keys(rows, condition, candidates)["n"].sum())


def keys_of(rows: pl.LazyFrame, condition: Condition) -> pl.DataFrame:
    """Return the keys that occur more than once, from a pass of their own; see above."""
    hashed = hashes(rows, [condition]).collect(engine="streaming").to_series()
    candidates = repeated(hashed)
    if candidates.is_empty():
        return rows.select(*condition.columns, n=pl.len()).clear().collect()
    return repeated_keys(rows, condition, candidates)


def flag(rows: Frame, condition: Condition, name: str) -> Frame:
    """Add a boolean column: whether a row breaks the condition. Rows keep their order.

    On Spark the window is Spark's; on Polars it would hold the whole table in memory.
    """
    if condition.broken is not None:
        return rows.with_columns(condition.unexpected.alias(name))
    if engine.is_spark(rows):
        again = condition.n_judged.over(*condition.columns) > 1
        return rows.with_columns(condition.among(again).alias(name))
    native = engine.to_polars(rows)
    keys = keys_of(native, condition).select(*condition.columns, pl.lit(True).alias(name))
    joined = native.join(
        keys.lazy(),
        on=list(condition.columns),
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    found = condition.among(nw.col(name).fill_null(False))
    return engine.from_polars(joined).with_columns(found.alias(name))


def _hash(columns: Sequence[str]) -> pl.Expr:
    key = pl.col(columns[0]) if len(columns) == 1 else pl.struct(columns)
    return key.hash(SEED)


def _where(rows: pl.LazyFrame, condition: nw.Expr) -> pl.LazyFrame:
    return engine.to_polars(engine.from_polars(rows).filter(condition))
