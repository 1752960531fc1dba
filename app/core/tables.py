"""Plain tables of numbers in the reader's language that still sort as numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import polars as pl
import streamlit as st

from app.core import evidence, units
from app.core.bundle import Bundle
from app.core.language import Words
from pipelines.contract.registry import published
from pipelines.contract.table import Unit

Writer = Callable[[float], str]


def show(
    frame: pl.DataFrame,
    words: Words,
    headings: Mapping[str, str],
    *,
    alt_text: str,
    widths: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Draw a table of counts under its headings, as high as its rows; `widths` are in pixels."""
    _draw(frame, words, headings, alt_text, widths, {})


def show_picking(
    frame: pl.DataFrame,
    words: Words,
    headings: Mapping[str, str],
    *,
    alt_text: str,
    bundle: Bundle,
    table: str,
    name: str,
    units_of: Mapping[str, Unit] = MappingProxyType({}),
) -> None:
    """Draw rows of a published table; a click on a cell opens the evidence card of `row`.

    Numbers are written by the units that their columns declare; `units_of` are those of columns
    that are not the table's own.
    """
    key, rows = evidence.turn(name), frame["row"]
    columns = [c for c in published()[table].columns if c.name in frame.columns]
    declared = {c.name: c.unit for c in columns if c.unit} | dict(units_of)
    writers = {column: partial(units.written, words, unit) for column, unit in declared.items()}

    def _picked() -> None:
        cells = st.session_state[key]["selection"]["cells"]
        if cells:
            evidence.ask(bundle, table, rows[cells[0][0]])

    asking = {"key": key, "on_select": _picked, "selection_mode": "single-cell"}
    _draw(frame.drop("row"), words, headings, alt_text, {}, writers, **asking)


def interval(
    frame: pl.DataFrame, name: str, write: Callable[..., str], *, of: str = ""
) -> pl.Series:
    """A column of intervals as text; `of` is what the columns of their ends begin with."""
    ends = frame.select(f"{of}low", f"{of}high").rows()
    return pl.Series(name, [write(*pair) for pair in ends], dtype=pl.String)


def _draw(
    frame: pl.DataFrame,
    words: Words,
    headings: Mapping[str, str],
    alt_text: str,
    widths: Mapping[str, int],
    writers: Mapping[str, Writer],
    **asking: Any,
) -> None:
    numbers = [name for name, dtype in frame.schema.items() if dtype.is_numeric()]
    written = {name: writers.get(name, words.count) for name in numbers}
    config = {
        name: st.column_config.NumberColumn(heading)
        if name in numbers
        else st.column_config.TextColumn(heading, width=widths.get(name))
        for name, heading in headings.items()
    }
    table = frame.to_pandas()
    st.dataframe(
        table.style.format(written, na_rep="–") if written else table,
        hide_index=True,
        height="content",
        column_config=config,
        alt=alt_text,
        placeholder="–",
        **asking,
    )
