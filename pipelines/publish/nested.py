"""Nested groups, told from published numbers alone: those that always add up to another group."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np
import polars as pl

from pipelines.contract.people import EVERYBODY, GROUP, SEGMENT
from pipelines.statistics.survey import FloatArray, IntArray

FEWEST_LINES = 3  # in which groups have to add up; fewer may do so by chance
TOLERANCE = 1e-6  # of the share of a group that lies in another


def with_nested(lines: pl.DataFrame, line: list[str]) -> pl.DataFrame:
    """Subtract from groups those within them.

    Parameters
    ----------
    lines : DataFrame
        ``segment, group, n`` and the columns of `line`.
    line : list of str
        What tells a line.

    Returns
    -------
    DataFrame
        `line`, ``segment`` and ``n``: what is left of a group without those that are shown
        within it; and of everybody without the groups of an attribute that are shown, and
        without the groups within those that are not.
    """
    groups = lines.filter(pl.col(SEGMENT) != EVERYBODY)
    parts = [
        _left(lines, line, coarse, fine, inside) for coarse, fine, inside in _nestings(groups, line)
    ]
    return pl.concat([lines.select(*line, SEGMENT, "n").clear(), *parts])


def _left(
    lines: pl.DataFrame, line: list[str], coarse: str, fine: str, inside: pl.DataFrame
) -> pl.DataFrame:
    wholes = lines.filter(pl.col(SEGMENT) == coarse).select(*line, whole=GROUP, size="n")
    parts = lines.filter(pl.col(SEGMENT) == fine).join(inside, on=GROUP)
    shown = parts.group_by(*line, "whole").agg(pl.col("n").sum())
    on = [*line, "whole"]
    both = shown.join(wholes, on=on, nulls_equal=True)
    of_group = both.select(*line, pl.lit(fine).alias(SEGMENT), n=pl.col("size") - pl.col("n"))
    orphans = shown.join(wholes, on=on, how="anti", nulls_equal=True)
    less = [wholes.select(*line, n="size"), orphans.select(*line, "n")]
    taken = pl.concat(less).group_by(line).agg(pl.col("n").sum())
    touched = orphans.select(line).unique()
    everybody = lines.filter(pl.col(SEGMENT) == EVERYBODY).select(*line, size="n")
    of_all = (
        everybody.join(touched, on=line, how="semi", nulls_equal=True)
        .join(taken, on=line, nulls_equal=True)
        .select(*line, pl.lit(fine).alias(SEGMENT), n=pl.col("size") - pl.col("n"))
    )
    return pl.concat([of_group, of_all])


def _nestings(groups: pl.DataFrame, line: list[str]) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """Attributes of which one splits the groups of the other, and which lie in which.

    Yields
    ------
    tuple of str, str, DataFrame
        The coarse and the fine attribute; ``group`` of the fine one and its ``whole``.
    """
    numbered = groups.with_columns(line=pl.struct(line).rank("dense"))
    tables = {
        str(segment): rows.pivot(GROUP, index="line", values="n").drop_nulls()
        for (segment,), rows in sorted(numbered.partition_by(SEGMENT, as_dict=True).items())
    }
    for coarse, fine in permutations(tables, 2):
        wholes, parts = _aligned(tables[coarse], tables[fine])
        lies_in = nesting(wholes.to_numpy().astype(float), parts.to_numpy().astype(float))
        if lies_in is not None:
            names = {GROUP: parts.columns, "whole": [wholes.columns[k] for k in lies_in]}
            yield coarse, fine, pl.DataFrame(names)


def _aligned(coarse: pl.DataFrame, fine: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines that both have whole, in one order."""
    both = coarse.select("line").join(fine.select("line"), on="line").sort("line")
    wholes, parts = (both.join(rows, on="line", maintain_order="left") for rows in (coarse, fine))
    return wholes.drop("line"), parts.drop("line")


def nesting(wholes: FloatArray, parts: FloatArray) -> IntArray | None:
    """Say in which whole each part lies, if the parts add up to the wholes.

    Parameters
    ----------
    wholes : ndarray, shape (n_lines, n_wholes)
        Numbers of people in the groups of one attribute.
    parts : ndarray, shape (n_lines, n_parts)
        In those of another.

    Returns
    -------
    ndarray of int, shape (n_parts,), or None
        The whole of each part; None if they do not add up in most lines, or there are fewer
        lines than the parts need to tell.

    Examples
    --------
    >>> regions = np.array([[10.0, 20, 5], [12, 30, 9], [15, 18, 2]])
    >>> countries = np.stack([regions[:, 0] + regions[:, 1], regions[:, 2]], axis=1)
    >>> nesting(countries, regions).tolist()
    [0, 0, 1]
    """
    n_lines, n_parts = parts.shape
    if n_lines < max(n_parts, FEWEST_LINES) or n_parts < wholes.shape[1]:
        return None
    share = np.linalg.lstsq(parts, wholes, rcond=None)[0]
    lies_in: IntArray = share.argmax(axis=1)
    added = np.zeros_like(wholes)
    for part, whole in enumerate(lies_in):
        added[:, whole] += parts[:, part]
    adds_up = (np.abs(wholes - added) < TOLERANCE).all(axis=1)
    return lies_in if 2 * adds_up.sum() > n_lines else None
