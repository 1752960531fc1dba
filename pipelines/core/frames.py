"""Frames: tables that somebody else made, as Polars, with the columns that were asked for."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from pipelines.core.engine import to_polars
from pipelines.core.errors import ContractError, closest, examples


def as_lazy(frame: IntoFrame, where: str) -> pl.LazyFrame:
    """Take a table of Polars, pandas, Arrow or whatever else Narwhals reads; Polars for free.

    Raises
    ------
    ContractError
        If it is none.
    """
    try:
        return to_polars(nw.from_native(frame).lazy())
    except TypeError as error:
        raise ContractError(
            where,
            expected="a table of Polars, pandas or Arrow",
            got=type(frame).__name__,
            todo="make one of it: pl.DataFrame(...)",
        ) from error


def require_known(names: Sequence[str], schema: pl.Schema, where: str) -> None:
    """Refuse columns that are not there.

    Raises
    ------
    ContractError
        Naming them, and the columns nearest to the first.
    """
    unknown = [name for name in names if name not in schema]
    if unknown:
        raise ContractError(
            where,
            expected="columns of the frame",
            got=examples(unknown),
            todo=closest(unknown[0], schema.names()),
        )
