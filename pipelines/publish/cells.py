"""Cells: the groups of people that published numbers rest on, and which ones to withhold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from pipelines.contract.people import EVERYBODY, GROUP, SEGMENT, Of, Pool
from pipelines.contract.table import Table


def withheld_cells(
    tables: Mapping[str, pl.DataFrame], declared: Mapping[str, Table], limit: int
) -> dict[str, pl.DataFrame]:
    """Choose the cells of every pool that are withheld, by the pool's name.

    Parameters
    ----------
    tables : mapping
        Tables with what they tell of the sizes of cells.
    declared : mapping
        Their declarations.
    limit : int
        Fewest people a published number may rest on.
    """
    pools = {of.pool.name: of.pool for _, of in _pooled(declared)}
    return {
        name: withheld(sized(pool, tables, declared), limit, pool.line, pool.sizes)
        for name, pool in pools.items()
    }


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
    cells: pl.DataFrame, limit: int, line: Sequence[str], sizes: Sequence[str]
) -> pl.DataFrame:
    """Choose the cells to withhold; see the rules 1 and 2 of `withholding`.

    Parameters
    ----------
    cells : DataFrame
        ``group``, the columns of `line` and `sizes`. A cell of unknown size is withheld
        already.
    limit : int
        Fewest people a published number may rest on.
    line, sizes : sequence of str
        What the groups of one segment have in common; which numbers of people they tell.

    Returns
    -------
    DataFrame
        `line` and ``group``, one row per cell withheld.
    """
    small = pl.any_horizontal(is_small(pl.col(size), limit).fill_null(True) for size in sizes)
    marked = _with_totals(cells, line, sizes).with_columns(gone=small)
    while True:
        told = pl.col("gone").any().over(line) & pl.any_horizontal(
            is_small(_left_over(size, line), limit) for size in sizes
        )
        shown = ~pl.col("gone") & pl.any_horizontal(pl.col(size) > 0 for size in sizes)
        last = ((~shown).alias("unshown"), (pl.col(sizes[0]) == 0).alias("silent"))
        order = pl.struct(*last, *sizes, GROUP)
        smallest = order.rank("ordinal").over(line) == 1
        more = marked.select(chosen=told & shown & smallest)["chosen"]
        if not more.any():
            return marked.filter("gone").select(*line, GROUP)
        marked = marked.with_columns(gone=pl.col("gone") | more)


def _with_totals(cells: pl.DataFrame, line: Sequence[str], sizes: Sequence[str]) -> pl.DataFrame:
    """Put everybody's sizes beside those of each cell."""
    about = [name for name in line if name != SEGMENT]
    totals = {size: f"{size}_of_all" for size in sizes}
    everybody = cells.filter(pl.col(SEGMENT) == EVERYBODY).select(*about, *sizes).rename(totals)
    return cells.join(everybody, on=about, how="left", nulls_equal=True, maintain_order="left")


def _left_over(size: str, line: Sequence[str]) -> pl.Expr:
    """Count what subtracting the cells shown from everybody leaves, in each line."""
    shown = pl.col(size).filter(~pl.col("gone")).sum().over(line)
    return pl.col(f"{size}_of_all") - shown


def is_small(size: pl.Expr, limit: int) -> pl.Expr:
    """Whether somebody is in it, but fewer than `limit`."""
    return (size > 0) & (size < limit)
