"""Cells: the groups of people that published numbers rest on, and which ones to withhold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from pipelines.contract.estimate import ANSWERS
from pipelines.contract.people import EVERYBODY, GROUP, SEGMENT, Of, Pool
from pipelines.contract.table import Table
from pipelines.publish.overlaps import with_overlaps
from pipelines.publish.structure import Structure


def withheld_cells(
    tables: Mapping[str, pl.DataFrame],
    declared: Mapping[str, Table],
    structure: Structure,
    limit: int,
) -> dict[str, pl.DataFrame]:
    """Choose the cells of every pool that are withheld, by the pool's name.

    Parameters
    ----------
    tables : mapping
        Tables with what they tell of the sizes of cells.
    declared : mapping
        Their declarations.
    structure : Structure
        Which questions a stage pools, and which groups lie within others.
    limit : int
        Fewest people a published number may rest on.
    """
    pools = {of.pool.name: of.pool for _, of in _pooled(declared)}
    return {
        name: withheld(
            *_with_all_sizes(pool, tables, declared, structure), pool.line, structure.nests, limit
        )
        for name, pool in pools.items()
    }


def _with_all_sizes(
    pool: Pool,
    tables: Mapping[str, pl.DataFrame],
    declared: Mapping[str, Table],
    structure: Structure,
) -> tuple[pl.DataFrame, list[str]]:
    """List the cells of a pool, and the names of the numbers of people that are told of them."""
    cells = sized(pool, tables, declared)
    if pool == ANSWERS:
        cells = with_overlaps(cells, structure)
    return cells, [name for name in cells.columns if name not in pool.cell]


def sized(
    pool: Pool, tables: Mapping[str, pl.DataFrame], declared: Mapping[str, Table]
) -> pl.DataFrame:
    """List the cells of a pool, with the numbers of people that any table tells.

    Returns
    -------
    DataFrame
        ``pool.cell`` and ``pool.sizes``; a size that is not known is null.
    """
    telling = [
        (tables[name], of) for name, of in _pooled(declared) if of.pool == pool and of.counts
    ]
    whole = [_count(rows, of) for rows, of in telling if _names_cells(of)]
    known = pl.concat(whole)
    parts = [_spread(_count(rows, of), known, pool) for rows, of in telling if not _names_cells(of)]
    told = pl.concat([known, *parts])
    return told.group_by(pool.cell).agg(pl.col(pool.sizes).max()).sort(pool.cell, nulls_last=True)


def _pooled(declared: Mapping[str, Table]) -> Iterator[tuple[str, Of]]:
    """Tables, and the pools that they rest on."""
    for name, table in declared.items():
        yield from ((name, rests) for rests in table.people if isinstance(rests, Of))


def _names_cells(of: Of) -> bool:
    return set(of.pool.cell) <= set(of.at)


def _count(rows: pl.DataFrame, of: Of) -> pl.DataFrame:
    """What a table tells of the sizes of cells, as far as it names them."""
    cell = [name for name in of.pool.cell if name in of.at]
    named = rows.filter(of.rows).with_columns(**of.at)
    sizes = [of.counts[size].cast(pl.Int64).alias(size) for size in of.pool.sizes]
    return named.group_by(cell).agg(sizes).select(*cell, *of.pool.sizes)


def _spread(counted: pl.DataFrame, known: pl.DataFrame, pool: Pool) -> pl.DataFrame:
    """Give groups that are told of as a whole every cell that the same line has elsewhere."""
    there = [name for name in pool.line if name in counted.columns and name != SEGMENT]
    absent = [name for name in pool.cell if name not in counted.columns]
    elsewhere = known.select(*there, *absent).unique()
    spread = counted.join(elsewhere, on=there, nulls_equal=True)
    return spread.select(*pool.cell, *pool.sizes)


def withheld(
    cells: pl.DataFrame,
    sizes: Sequence[str],
    line: Sequence[str],
    nests: pl.DataFrame,
    limit: int,
) -> pl.DataFrame:
    """Choose the cells to withhold; see the rules 1 to 3 of `withholding`.

    Parameters
    ----------
    cells : DataFrame
        ``group``, the columns of `line` and `sizes`. A cell of unknown size is withheld
        already.
    sizes : sequence of str
        Which numbers of people are told; they add up over groups.
    line : sequence of str
        What the groups of one segment have in common.
    nests : DataFrame
        See `Structure`.
    limit : int
        Fewest people a published number may rest on.

    Returns
    -------
    DataFrame
        `line` and ``group``, one row per cell withheld.
    """
    few = pl.any_horizontal(is_small(pl.col(size), limit).fill_null(True) for size in sizes)
    marked = cells.with_row_index("cell").with_columns(is_gone=few)
    parts = _parts(marked, [name for name in line if name != SEGMENT], nests)
    while True:
        more = _next(marked, parts, sizes, limit)
        if more.is_empty():
            return marked.filter("is_gone").select(*line, GROUP)
        marked = marked.with_columns(is_gone=pl.col("is_gone") | pl.col("cell").is_in(more))


def _parts(cells: pl.DataFrame, about: Sequence[str], nests: pl.DataFrame) -> pl.DataFrame:
    """Say which cells lie within which: all of them within everybody's.

    Returns
    -------
    DataFrame
        ``cell`` and ``whole``, numbers of two cells.
    """
    known = cells.select("cell", *about, SEGMENT, GROUP)
    everybody = pl.lit(EVERYBODY)
    in_all = known.filter(pl.col(SEGMENT) != everybody).with_columns(
        within=everybody, within_group=everybody
    )
    nested = known.join(nests, on=[SEGMENT, GROUP])
    wholes = known.select(*about, whole="cell", within=SEGMENT, within_group=GROUP)
    found = pl.concat([in_all, nested.select(in_all.columns)])
    on = [*about, "within", "within_group"]
    return found.join(wholes, on=on, nulls_equal=True).select("cell", "whole")


def _next(marked: pl.DataFrame, parts: pl.DataFrame, sizes: Sequence[str], limit: int) -> pl.Series:
    """Choose further cells: one of every group that subtraction tells too much about."""
    own = marked.select("cell", SEGMENT, GROUP, "is_gone", *sizes)
    whole = marked.select(
        pl.col("cell").alias("whole"),
        pl.col("is_gone").alias("is_whole_gone"),
        *(pl.col(size).alias(f"{size} of whole") for size in sizes),
    )
    beside = parts.join(own, on="cell").join(whole, on="whole")
    group = ("whole", SEGMENT)
    is_shown, is_whole_gone = ~pl.col("is_gone"), pl.col("is_whole_gone")
    left = {
        size: pl.col(f"{size} of whole") - pl.col(size).filter(is_shown).sum().over(group)
        for size in sizes
    }
    few = {size: is_small(rest, limit).fill_null(False) for size, rest in left.items()}
    mends = pl.all_horizontal(~few[size] | (left[size] + pl.col(size) >= limit) for size in sizes)
    is_somebody = pl.any_horizontal(pl.col(size) > 0 for size in sizes)
    may_go = is_shown & ~is_whole_gone & is_somebody
    last = (
        (~may_go).alias("kept"),
        (~mends).alias("vain"),
        (pl.col(sizes[0]) == 0).alias("silent"),
    )
    is_first = pl.struct(*last, *sizes, GROUP).rank("ordinal").over(group) == 1
    complements = may_go & is_first & pl.any_horizontal(few.values())
    chosen = beside.filter((is_shown & is_whole_gone) | complements)
    return chosen["cell"].unique()


def is_small(size: pl.Expr, limit: int) -> pl.Expr:
    """Whether somebody is in it, but fewer than `limit`."""
    return (size > 0) & (size < limit)
