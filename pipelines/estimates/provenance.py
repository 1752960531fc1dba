"""Provenance: how each number was made, and what to beware of, in codes."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

WARNINGS = ("unweighted_wave", "single_psu", "no_variance")  # true-or-false columns of estimates
COUNTED = ("n_lacking", "n_drawn")  # rows of the sample whose cluster nobody knows, and all
SMALL, NO_CLUSTER = "small", "no_cluster"


def method_of(family: pl.Expr) -> pl.Expr:
    """Code of a method: that of its family, or a study's own, and whether the answers agreed.

    The codes of families alone are declared in `pipelines.contract.estimate.METHODS`.
    """
    return family + pl.when("no_variance").then(pl.lit("_agreed")).otherwise(pl.lit(""))


def with_flags(rows: pl.DataFrame, flag_n: int, warnings: Iterable[str]) -> pl.DataFrame:
    """Write the warnings that hold in one text, null if there is none.

    Parameters
    ----------
    rows : DataFrame
        With `COUNTED` if clusters may be unknown.
    flag_n : int
        A number on fewer answers is flagged `small`; of a difference, on either side.
    warnings : iterable of str
        Names of true-or-false columns, which are the codes.
    """
    n = pl.min_horizontal([name for name in ("n", "n_against") if name in rows.columns])
    small = pl.when(n < flag_n).then(pl.lit(SMALL))
    others = [pl.when(name).then(pl.lit(name)) for name in warnings]
    if set(COUNTED) <= set(rows.columns):
        counted = pl.format(f"{NO_CLUSTER}?n={{}}&of={{}}", *COUNTED)
        others.append(pl.when(pl.col("n_lacking") > 0).then(counted))
    flags = pl.concat_str([small, *others], separator=" ", ignore_nulls=True)
    return rows.with_columns(flags=flags.replace("", None))
