"""Plain tables of counts: numbers in the reader's language that still sort as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl
import streamlit as st
from language import Words


def show(
    frame: pl.DataFrame,
    words: Words,
    headings: Mapping[str, str],
    *,
    alt_text: str,
    widths: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Draw a table under its headings, as high as its rows; `widths` are in pixels."""
    counts = [name for name, dtype in frame.schema.items() if dtype.is_numeric()]
    styler = frame.to_pandas().style.format(words.count, subset=counts, na_rep="–")
    config = {
        name: st.column_config.NumberColumn(heading)
        if name in counts
        else st.column_config.TextColumn(heading, width=widths.get(name))
        for name, heading in headings.items()
    }
    st.dataframe(
        styler,
        hide_index=True,
        height="content",
        column_config=config,
        alt=alt_text,
        placeholder="–",
    )
