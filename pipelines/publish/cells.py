"""Cells: the groups of people that published numbers rest on, and which ones to withhold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from pipelines.contract.estimate import ANSWERS
from pipelines.contract.people import EVERYBODY, GROUP, SEGMENT, Less, Of, Pool
from pipelines.contract.table import Table
from pipelines.publish.overlaps import NO_BONDS, bonds, further, with_overlaps
from pipelines.publish.structure import Structure

SIZE_ROUNDING = 1e-6  # people; sizes that are quotients add up to a little more or less


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
        name: _withheld_of(pool, sized(pool, tables, declared), structure, limit)
        for name, pool in pools.items()
    }


def beyond(
    less: Less,
    tables: Mapping[str, pl.DataFrame],
    declared: Mapping[str, Table],
    structure: Structure,
    limit: int,
) -> pl.DataFrame:
    """Choose the cells of the part in which the whole has few people beyond it.

    Returns
    -------
    DataFrame
        The cells of the part's pool, as `withheld` gives them.
    """
    whole, part = less.whole.pool, less.part.pool
    of_whole, of_part = less.sizes
    at = [name for name in whole.cell if name in less.whole.at]
    places = sized(part, tables, declared).with_columns(
        less.whole.at[name].alias(f"at {name}") for name in at
    )
    there = sized(whole, tables, declared).select(
        *(pl.col(name).alias(f"at {name}") for name in at), whole=of_whole
    )
    both = places.join(there, on=[f"at {name}" for name in at], nulls_equal=True)
    others = both.select(*part.cell, others=pl.col("whole") - pl.col(of_part))
    return withheld(others, ["others"], part.line, structure.nests, limit)


def _withheld_of(pool: Pool, cells: pl.DataFrame, structure: Structure, limit: int) -> pl.DataFrame:
    """Choose the cells of a pool that are withheld."""
    if pool != ANSWERS:
        return withheld(cells, pool.sizes, pool.line, structure.nests, limit)
    whole = with_overlaps(cells, structure)
    sizes = [name for name in whole.columns if name not in pool.cell]
    tied = bonds(whole, structure, limit)
    return withheld(whole, sizes, pool.line, structure.nests, limit, tied)


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
    tied: pl.DataFrame = NO_BONDS,
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
    tied : DataFrame, optional
        See `overlaps.bonds`.

    Returns
    -------
    DataFrame
        `line` and ``group``, one row per cell withheld.
    """
    few = _any_few({size: pl.col(size) for size in sizes}, limit, otherwise=True)
    marked = cells.with_row_index("cell").with_columns(is_gone=few)
    parts = _parts(marked, [name for name in line if name != SEGMENT], nests)
    while True:
        marked = _with_ties(marked, tied)
        more = _next(marked, parts, sizes, limit)
        if more.is_empty():
            return marked.filter("is_gone").select(*line, GROUP)
        marked = marked.with_columns(
            is_gone=pl.col("is_gone") | pl.col("cell").is_in(more.implode())
        )


def _with_ties(marked: pl.DataFrame, tied: pl.DataFrame) -> pl.DataFrame:
    """Withhold cells that follow from others of which one is withheld.

    Returns
    -------
    DataFrame
        The cells; ``is_known`` says which ones follow exactly from others that are told.
    """
    gone = marked.filter("is_gone")["cell"].implode()
    of_cell = tied.group_by("cell").agg(
        is_open=pl.col("part").is_in(gone).any(), is_exact=(pl.col("others") == 0).all()
    )
    both = marked.join(of_cell, on="cell", how="left", maintain_order="left")
    is_open, is_exact = pl.col("is_open").fill_null(True), pl.col("is_exact").fill_null(False)
    return both.with_columns(
        is_gone=pl.col("is_gone") | pl.col("is_open").fill_null(False),
        is_known=~is_open & is_exact,
    ).drop("is_open", "is_exact")


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
    """Choose further cells: one of every group that subtraction tells too much about.

    A cell that follows from others is known even if it is withheld. Where all are known and
    nothing else is left to choose, the whole goes.
    """
    own = marked.select("cell", SEGMENT, GROUP, "is_gone", "is_known", *sizes)
    whole = marked.select(
        pl.col("cell").alias("whole"),
        pl.col("is_gone").alias("is_whole_gone"),
        *(pl.col(size).alias(f"{size} of whole") for size in sizes),
    )
    beside = parts.join(own, on="cell").join(whole, on="whole")
    group = ("whole", SEGMENT)
    is_shown, is_whole_gone = ~pl.col("is_gone"), pl.col("is_whole_gone")
    is_told = is_shown | pl.col("is_known")
    told = {size: pl.col(size).filter(is_told).sum().over(group) for size in sizes}
    beside = beside.with_columns(
        (pl.col(f"{size} of whole") - told[size]).alias(f"{size} left") for size in sizes
    )
    left = {size: pl.col(f"{size} left") for size in sizes}
    after = {size: left[size] + pl.col(size) for size in sizes}
    is_somebody = pl.any_horizontal(pl.col(size) > 0 for size in sizes)
    beside = beside.with_columns(
        may_go=is_shown & ~is_whole_gone & ~pl.col("is_known") & is_somebody,
        tells=~is_whole_gone & _any_few(left, limit, otherwise=False),
        mends=~_any_few(after, limit, otherwise=False),
    )
    silent = pl.col(sizes[0]) == 0
    last = (~pl.col("may_go"), ~pl.col("mends"), silent.alias("silent"))
    is_first = pl.struct(*last, *sizes, GROUP).rank("ordinal").over(group) == 1
    goes = pl.col("tells") & pl.col("may_go") & is_first
    complements = beside.filter((is_shown & is_whole_gone) | goes)
    lost = beside.filter(pl.col("tells") & ~pl.col("may_go").any().over(group))
    return (complements["cell"] if complements.height else lost["whole"]).unique()


def _any_few(sizes: Mapping[str, pl.Expr], limit: int, *, otherwise: bool) -> pl.Expr:
    """Whether any size is small; `otherwise` where it is not known."""
    all_sizes = (*sizes.values(), *further(sizes).values())
    return pl.any_horizontal(is_small(size, limit).fill_null(otherwise) for size in all_sizes)


def is_small(size: pl.Expr, limit: int) -> pl.Expr:
    """Whether somebody is in it, but fewer than `limit`."""
    return (size > SIZE_ROUNDING) & (size < limit - SIZE_ROUNDING)
