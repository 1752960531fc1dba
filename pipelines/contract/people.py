"""People: whom the numbers of a table rest on, so that few of them are not told.

A *pool* is a group of people whom several tables tell about: those who answered one question, in
one wave, by group of a segment. Its cells are withheld together in all tables that rest on it,
and groups are protected against subtraction from everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

SEGMENT, GROUP = "segment", "group"  # the attribute people are split by, and its value
EVERYBODY = "all"  # both, of all people


@dataclass(frozen=True)
class Nobody:
    """Numbers about files, rules or days, behind which no single person stands."""


@dataclass(frozen=True, eq=False)
class Own:
    """Numbers that rest on people whom the row itself counts.

    Parameters
    ----------
    size : Expr
        How many people.
    rows : Expr, optional
        Rows that are about people; by default all.
    """

    size: pl.Expr
    rows: pl.Expr = field(default_factory=lambda: pl.lit(True))


@dataclass(frozen=True)
class Pool:
    """People whom several tables tell about.

    Parameters
    ----------
    name : str
    line : tuple of str
        What the groups of one segment have in common; has ``segment``.
    sizes : tuple of str
        Numbers of people that the tables tell, directly or by their values.
    """

    name: str
    line: tuple[str, ...]
    sizes: tuple[str, ...]

    @property
    def cell(self) -> tuple[str, ...]:
        """What a group of people is known by."""
        return (*self.line, GROUP)


@dataclass(frozen=True, eq=False)
class Of:
    """Numbers that rest on the people of a pool.

    Parameters
    ----------
    pool : Pool
    at : mapping
        Columns of the pool's cell to the expression that holds them here; those left out may
        be any.
    counts : mapping
        What the table tells of sizes: an expression over the rows of one cell. Null: how many
        there are is not known, so that the cell counts as withheld.
    rows : Expr, optional
        Rows that tell sizes; by default all.
    is_basis : bool
        Whether the numbers rest on these people; else the table only tells of their sizes.
    """

    pool: Pool
    at: Mapping[str, pl.Expr]
    counts: Mapping[str, pl.Expr] = field(default_factory=dict)
    rows: pl.Expr = field(default_factory=lambda: pl.lit(True))
    is_basis: bool = True


@dataclass(frozen=True, eq=False)
class Less:
    """Numbers that rest on a part of the people of whom other tables tell as a whole.

    Subtracted from the whole they tell of the others, who are protected as a pool is.

    Parameters
    ----------
    whole, part : Of
        The people of both; what `whole` holds is found from the cell of the part's pool.
    sizes : tuple of str
        Which number of people of the one and of the other: those the numbers rest on.
    columns : tuple of str
        The numbers, blanked where the others are few.
    """

    whole: Of
    part: Of
    sizes: tuple[str, str]
    columns: tuple[str, ...]


Rests = Nobody | Own | Of | Less


def of_rows(column: str, key: tuple[str, ...], table: str) -> tuple[Rests, ...]:
    """Whom a table rests on whose rows count their people in a column.

    If the table splits people into groups these are a pool of its own, protected against
    subtraction.
    """
    own: Rests = Own(pl.col(column))
    if GROUP not in key:
        return (own,)
    pool = Pool(table, tuple(name for name in key if name != GROUP), (column,))
    at = {name: pl.col(name) for name in pool.cell}
    return (own, Of(pool, at, counts={column: pl.col(column).max()}))
