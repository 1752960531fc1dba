"""Put a chart on a page: themed, in the reader's language, its marks asking for evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl
import streamlit as st

from app.core import evidence
from app.core.bundle import Bundle
from app.core.language import Words
from pipelines.charts import theme
from pipelines.charts.estimates import PICK, Wording

NOTHING = ":material/search_off:"  # icon of a message that there is nothing to draw


def wording(words: Words) -> Wording:
    """The words that charts of estimates print."""
    return Wording(
        value=words("chart.value"),
        interval=words("chart.interval"),
        n=words("chart.n"),
        withheld=words("state.withheld"),
        no_data=words("state.no_answers"),
    )


def draw(chart: alt.TopLevelMixin, words: Words, *, alt_text: str, key: str | None = None) -> None:
    """A chart that only shows."""
    st.vega_lite_chart(made(chart, words), width="stretch", alt=alt_text, key=key)


def draw_picking(
    chart: alt.TopLevelMixin, bundle: Bundle, words: Words, table: str, name: str, *, alt_text: str
) -> None:
    """A chart whose marks open the evidence card of their row in `table`."""
    draw_choosing(
        made(chart, words),
        evidence.turn(name),
        lambda row: evidence.ask(bundle, table, row),
        alt_text=alt_text,
    )


def draw_choosing(
    spec: dict[str, Any], key: str, choose: Callable[[int], None], *, alt_text: str
) -> None:
    """A chart, as `made`, whose marks call `choose` with the number of their row, in a callback."""

    def _picked() -> None:
        marks = st.session_state[key]["selection"].get(PICK) or []
        if marks:
            choose(int(marks[0]["row"]))

    st.vega_lite_chart(spec, width="stretch", alt=alt_text, key=key, on_select=_picked)


def draw_rows(
    spec: Mapping[str, Any], frames: Sequence[pl.DataFrame], *, alt_text: str, key: str
) -> None:
    """A chart that was made before, as `made`, with these rows in place of its own."""
    rows = [frame.to_dicts() for frame in frames]
    places = {frozenset(told[0]): told for told in rows if told}
    datasets = {
        name: places.get(frozenset(told[0]), told) for name, told in spec["datasets"].items()
    }
    changed = {**spec, "datasets": datasets}
    st.vega_lite_chart(changed, width="stretch", alt=alt_text, key=key)


def made(chart: alt.TopLevelMixin, words: Words) -> dict[str, Any]:
    """A chart as Vega-Lite. To make one takes longer than a fragment has: it keeps its charts.

    Tests validate the charts; here that would take most of a rerun.
    """
    spec: dict[str, Any] = theme.dress(chart, words.code).to_dict(validate=False)
    return spec
