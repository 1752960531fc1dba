"""Withholding: what few people stand behind is not told, not even by subtraction.

Every table declares whom it rests on (`pipelines.contract.people`). A *cell* is a group of
people a number rests on: those in one segment, in one wave, who answered one question, for
instance. People are *isolated* if published lines, added and subtracted, tell something about
their answers and that they are fewer than `limit`. How many gave an answer among `limit` people
or more may be told, however few they are. The rules:

1. A cell with fewer than `limit` people is withheld, in every table that rests on it: its
   scores, its reach and its whole distribution, because any of them would tell its size or its
   answers.
2. Everybody's number minus those of the cells shown tells about the others: those withheld, and
   those whose attribute is unknown. They must be nobody, or at least `limit` people; until they
   are, the smallest cell shown that makes them so is withheld too. The same holds for a group
   that others lie in, such as the regions of a country; with the group they are withheld.
3. So are people protected whom lines that go together would isolate: a stage and its
   touchpoints, a gap and the two ratings it compares (`overlaps`).
4. A row that rests on several cells, such as a change on those of two waves, is withheld with
   any of them.
5. Of a row withheld nothing is told but its key and what is required of every row.

`differences` looks from outside, at the published tables alone, whether the rules did so.
docs/methods/disclosure.md says why, and what is not protected.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_

import polars as pl

from pipelines.contract.code import WITHHELD
from pipelines.contract.people import Less, Nobody, Of, Rests
from pipelines.contract.table import Table
from pipelines.core.errors import ContractError
from pipelines.publish.cells import beyond, is_small, withheld_cells
from pipelines.publish.structure import Structure


def withhold(
    tables: Mapping[str, pl.DataFrame],
    declared: Mapping[str, Table],
    structure: Structure,
    limit: int,
) -> dict[str, pl.DataFrame]:
    """Withhold what rests on few people.

    Parameters
    ----------
    tables : mapping
        Tables by name.
    declared : mapping
        Their declarations.
    structure : Structure
        Which lines are made of which others.
    limit : int
        Fewest people a published number may rest on.

    Raises
    ------
    ContractError
        If nobody declared a table, or whom it rests on.
    """
    for name in tables:
        _require_people(name, declared.get(name))
    cells = withheld_cells(tables, declared, structure, limit)
    told = {
        name: blank(rows, declared[name], _is_gone(rows, declared[name], cells, limit))
        for name, rows in tables.items()
    }
    return {
        name: reduce(
            lambda left, less: _without(
                left, less, beyond(less, tables, declared, structure, limit)
            ),
            (rests for rests in declared[name].people if isinstance(rests, Less)),
            rows,
        )
        for name, rows in told.items()
    }


def _require_people(name: str, table: Table | None) -> None:
    if table is None or not table.people:
        raise ContractError(
            f"published/{name}",
            expected="a table that declares whom its numbers rest on",
            got="a table that nobody declared" if table is None else "none declared",
            todo="give it `rests_on` in pipelines/contract/, or keep it out of the bundle",
        )


def _is_gone(
    rows: pl.DataFrame, table: Table, cells: Mapping[str, pl.DataFrame], limit: int
) -> pl.Series:
    """Whether each row is withheld."""
    nothing = pl.Series([False]).new_from_index(0, rows.height)
    return reduce(or_, (_by(rests, rows, cells, limit) for rests in table.people), nothing)


def _by(
    rests: Rests, rows: pl.DataFrame, cells: Mapping[str, pl.DataFrame], limit: int
) -> pl.Series:
    """Whether each row is withheld because of those people."""
    if isinstance(rests, Nobody | Less) or (isinstance(rests, Of) and not rests.is_basis):
        return pl.Series([False]).new_from_index(0, rows.height)
    if isinstance(rests, Of):
        return _lies_in(rows, rests, cells[rests.pool.name])
    small = is_small(rests.size, limit) & rests.rows
    return rows.select(small=small.fill_null(False))["small"]


def _lies_in(rows: pl.DataFrame, of: Of, cells: pl.DataFrame) -> pl.Series:
    on = [name for name in of.pool.cell if name in of.at]
    marked = cells.select(on).unique().with_columns(is_gone=pl.lit(True))
    keys = rows.select(**{name: of.at[name] for name in on})
    found = keys.join(marked, on=on, how="left", nulls_equal=True, maintain_order="left")
    return found["is_gone"].fill_null(False)


def _without(rows: pl.DataFrame, less: Less, cells: pl.DataFrame) -> pl.DataFrame:
    """Blank the columns that tell, beside other tables, of few people."""
    is_told = ~_lies_in(rows, less.part, cells)
    return rows.with_columns(pl.when(is_told).then(pl.col(less.columns)))


def blank(rows: pl.DataFrame, table: Table, where: pl.Series) -> pl.DataFrame:
    """Blank what rows tell, and say that they are withheld."""
    blanks = [pl.when(~where).then(name).alias(name) for name in table.telling]
    said = [
        pl.when(where).then(pl.lit(WITHHELD)).otherwise(name).alias(name)
        for name in ("flags", "method")
        if name in table.schema
    ]
    return rows.with_columns(blanks).with_columns(said)
