"""Drivers on maps: importance against performance, and against what customers state."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import polars as pl
import streamlit as st

from app.core import drawing, tables, units
from app.core.bundle import Bundle
from app.core.language import Words, plain
from app.views.drivers import findings, heading, models
from app.views.drivers.models import DriverModel
from pipelines.charts.priority import priority_map, stated_map
from pipelines.contract.driver_codes import QUADRANTS
from pipelines.contract.people import EVERYBODY
from pipelines.contract.table import Unit

MIN_CHANCE_LISTED = 0.05  # probability of its place from which on a driver is listed


def show_priorities(bundle: Bundle, words: Words, model: DriverModel) -> None:
    """Draw the map of importance and performance, and list what may be worth improving."""
    rows = _rows(bundle, model)
    heading.draw(words, "drivers.map", of_everybody=_is_of_everybody(model, rows))
    found = _numbered(bundle, words, rows)
    hidden = models.withheld(bundle, words, rows)
    if found.is_empty():
        st.info(words("state.withheld" if hidden else "drivers.no_map"), icon=drawing.NOTHING)
        return
    borders = found.row(0, named=True)
    chart = priority_map(
        found,
        across=words("drivers.performance_axis"),
        up=words("drivers.importance_axis"),
        quadrants=_quadrants(words),
        borders=(
            words("drivers.border_mean", at=words.number(borders["performance_border"])),
            words("drivers.border_equal", at=words.percent(borders["importance_border"])),
        ),
        probability=words("drivers.place"),
        wording=drawing.wording(words),
        picks=True,
    )
    about = words("drivers.map")
    drawing.draw_picking(chart, bundle, words, "priorities", "map", alt_text=about)
    st.caption(words("drivers.map_about"))
    if hidden:
        st.caption(plain(words("drivers.withheld", names=", ".join(hidden))))
    _candidates(bundle, words, found)
    with st.expander(words("drivers.places"), icon=":material/table:"):
        _places(bundle, words, found)


def show_stated(bundle: Bundle, words: Words, model: DriverModel) -> None:
    """Draw what customers state beside what the model finds, where they were asked."""
    places = bundle.tables["priorities"].filter(pl.col("mode") == model.mode)
    if places["stated"].count() == 0:
        return
    rows = _rows(bundle, model)
    heading.draw(words, "drivers.stated", of_everybody=_is_of_everybody(model, rows))
    found = _numbered(bundle, words, rows)
    asked = found.drop_nulls("stated")
    if asked.is_empty():
        st.info(words("drivers.not_stated"), icon=drawing.NOTHING)
        return
    st.markdown(plain(findings.stated(words, found)))
    chart = stated_map(
        asked,
        across=words("drivers.importance_axis"),
        up=words("drivers.stated_axis"),
        wording=drawing.wording(words),
        picks=True,
    )
    about = words("drivers.stated")
    drawing.draw_picking(chart, bundle, words, "priorities", "stated", alt_text=about)
    st.caption(words("drivers.stated_about"))
    with st.expander(words("drivers.stated_table"), icon=":material/table:"):
        columns = ("number", "label", "value", "interval", "stated", "stated_interval")
        _table(bundle, words, asked, columns, "stated_table")


def _rows(bundle: Bundle, model: DriverModel) -> pl.DataFrame:
    """Places on the map; of everybody where a model has none."""
    found = models.find(bundle, "priorities", model)
    return found if found.height else models.find(bundle, "priorities", model.of_everybody)


def _numbered(bundle: Bundle, words: Words, found: pl.DataFrame) -> pl.DataFrame:
    """Places that are known, the most important first, with their number and intervals."""
    known = models.named(bundle, words, found.drop_nulls(["value", "performance"]))
    ordered = known.sort("value", "driver", descending=[True, False])
    numbers = [str(place) for place in range(1, ordered.height + 1)]
    return ordered.with_columns(
        pl.Series("number", numbers, dtype=pl.String),
        tables.interval(ordered, "interval", _ends(words, "percent")),
        tables.interval(
            ordered, "performance_interval", _ends(words, "points"), of="performance_"
        ),
        tables.interval(ordered, "slope_interval", _ends(words, "signed_ratio"), of="slope_"),
        tables.interval(ordered, "stated_interval", _ends(words, "points"), of="stated_"),
    )  # fmt: skip


def _ends(words: Words, unit: Unit) -> Callable[..., str]:
    return partial(units.ends, words, unit)


def _is_of_everybody(model: DriverModel, rows: pl.DataFrame) -> bool:
    """Whether a map is of all customers or of the mean, although something else was chosen."""
    if rows.is_empty():
        return False
    row = rows.row(0, named=True)
    is_other = row["segment"] != model.segment or row["target"] != model.target
    return bool(is_other and row["segment"] == EVERYBODY)


def _candidates(bundle: Bundle, words: Words, found: pl.DataFrame) -> None:
    """Drivers that are perhaps important and below the border, the surest first.

    None without a slope that is clearly above 0: those are named above the list.
    """
    likely = found.filter(pl.col("p_improve") >= MIN_CHANCE_LISTED).sort(
        "p_improve", descending=True
    )
    listed, flat = likely.filter(pl.col("slope_low") > 0), likely.filter(pl.col("slope_low") <= 0)
    st.subheader(words("drivers.candidates"))
    if flat.height:
        st.caption(plain(findings.without_slope(words, flat)))
    if listed.is_empty():
        st.info(words("drivers.no_candidates"), icon=":material/check_circle:")
        return
    columns = (
        "number", "label", "p_improve", "value", "interval", "slope", "slope_interval",
        "performance", "performance_interval",
    )  # fmt: skip
    _table(bundle, words, listed, columns, "candidates")
    st.caption(words("drivers.candidates_about", least=words.percent(100 * MIN_CHANCE_LISTED, 0)))


def _places(bundle: Bundle, words: Words, found: pl.DataFrame) -> None:
    """Every driver with its quadrant and the probability of each."""
    shown = found.with_columns(quadrant=pl.col("quadrant").replace_strict(_quadrants(words)))
    chances = tuple(f"p_{code}" for code in QUADRANTS.names)
    columns = ("number", "label", "quadrant", *chances)
    _table(bundle, words, shown, columns, "places")
    st.caption(words("drivers.places_about"))


def _quadrants(words: Words) -> dict[str, str]:
    """Names of the quadrants by their codes."""
    return {code: words.sentence(QUADRANTS, code) for code in QUADRANTS.names}


def _table(
    bundle: Bundle, words: Words, found: pl.DataFrame, columns: tuple[str, ...], name: str
) -> None:
    """Rows of the map as a table; a click on a line opens its evidence."""
    tables.show_picking(
        found.select("row", *columns),
        words,
        models.headings(words, "priorities", columns),
        alt_text=words("drivers.map"),
        bundle=bundle,
        table="priorities",
        name=name,
    )
