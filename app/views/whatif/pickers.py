"""Pickers of a scenario: touchpoints from a list or the map, a move and its share for each.

The address holds the moves, as `choices` keeps them. Every widget is set from them before it is
drawn, and writes them when it is used: so a link, a file, the map and the widgets never differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from app.core import choices, drawing
from app.core.bundle import Bundle
from app.core.language import Words, plain
from app.views.whatif import models, moves
from app.views.whatif.models import Customers
from pipelines.charts.priority import priority_map
from pipelines.contract.driver_codes import MEAN, QUADRANTS
from pipelines.contract.whatif_codes import MOVES
from pipelines.decisions.surfaces import Asked

LIST = "whatif_drivers"
STEP_PERCENT = 5  # of a slider


def current() -> list[Asked]:
    """The moves that are set."""
    return moves.read(choices.chosen(moves.MOVES_KEY, moves.NO_MOVES)) or []


def put(steps: Sequence[Asked]) -> None:
    """Set the moves, in a callback."""
    choices.set_choice(moves.MOVES_KEY, moves.written(steps))


def add(driver: str) -> None:
    """Add a touchpoint with the usual move; nothing happens if it is there, or too many are."""
    steps = current()
    if len(steps) < moves.MOST_MOVES and driver not in {step.driver for step in steps}:
        put([*steps, _usual(driver)])


def change(driver: str, *, move: str | None = None, percent: int | None = None) -> None:
    """Give a touchpoint another move or another share."""

    def changed(step: Asked) -> Asked:
        share = step.share if percent is None else percent / 100
        return Asked(driver, move or step.move, share)

    put([changed(step) if step.driver == driver else step for step in current()])


def _usual(driver: str) -> Asked:
    return Asked(driver, moves.USUAL_MOVE, moves.USUAL_PERCENT / 100)


def draw(bundle: Bundle, words: Words, customers: Customers, outcome: str) -> list[Asked]:
    """Draw all pickers of a scenario; return the moves that are set."""
    labels = models.driver_labels(bundle, words)
    options = models.drivers(bundle, words, customers)
    _pick_from_list(words, options, labels)
    if bundle.has("priorities"):
        icon = ":material/scatter_plot:"
        opened = st.expander(words("whatif.map"), icon=icon, key="whatif_map", on_change="rerun")
        if opened.open:  # it is drawn only when it is seen
            with opened:
                _pick_on_map(bundle, words, customers, outcome, options)
    steps = current()
    for step in steps:
        _move(bundle, words, customers, outcome, step, labels)
    return steps


def _pick_from_list(words: Words, options: Sequence[str], labels: Mapping[str, str]) -> None:
    st.session_state[LIST] = [step.driver for step in current()]

    def _changed() -> None:
        before = {step.driver: step for step in current()}
        put([before.get(driver) or _usual(driver) for driver in st.session_state[LIST]])

    st.multiselect(
        words("whatif.pick.drivers"),
        options,
        key=LIST,
        format_func=lambda driver: labels.get(driver, driver),
        max_selections=moves.MOST_MOVES,
        placeholder=words("whatif.pick.none"),
        on_change=_changed,
        help=words("whatif.pick.drivers_help"),
    )


def _move(
    bundle: Bundle,
    words: Words,
    customers: Customers,
    outcome: str,
    step: Asked,
    labels: Mapping[str, str],
) -> None:
    """Kind and share of one move, and whom it concerns."""
    name = plain(labels.get(step.driver, step.driver))
    kind, share = f"whatif_move_{step.driver}", f"whatif_share_{step.driver}"
    st.session_state[kind], st.session_state[share] = step.move, moves.percent(step)
    with st.container(border=True, gap="small"):
        st.markdown(f"**{name}**")
        left, right = st.columns(2, gap="medium", vertical_alignment="bottom")
        with left:
            st.selectbox(
                words("whatif.pick.move", driver=name),
                MOVES.names,
                key=kind,
                format_func=lambda move: words(f"whatif.move.{move}"),
                on_change=lambda: change(step.driver, move=st.session_state[kind]),
            )
        with right:
            st.slider(
                words("whatif.pick.share", driver=name),
                0,
                100,
                step=1,
                format="%d %%",
                key=share,
                on_change=lambda: change(step.driver, percent=st.session_state[share]),
            )
        _concerned(bundle, words, customers, outcome, step)


def _concerned(
    bundle: Bundle, words: Words, customers: Customers, outcome: str, step: Asked
) -> None:
    """What the move means and how many it concerns."""
    said = [plain(words.sentence(MOVES, step.move)) + "."]
    found = models.find(
        bundle, "moves", customers, outcome=outcome, driver=step.driver, move=step.move
    )
    if found.height:
        row = found.row(0, named=True)
        if row["share_concerned"] is not None:
            share = words.percent(row["share_concerned"], 0)
            n = words.count(row["n_concerned"])
            said.append(words("whatif.concerned", share=share, n=n))
        if models.is_indirect(bundle, row["touchpoint_id"]):
            said.append(words("whatif.indirect"))
    st.caption(" ".join(said))


def _pick_on_map(
    bundle: Bundle, words: Words, customers: Customers, outcome: str, options: Sequence[str]
) -> None:
    """The map of importance and performance; a click on a touchpoint adds it."""
    found = _places(bundle, words, customers, outcome).filter(pl.col("driver").is_in(options))
    if found.is_empty():
        st.info(words("drivers.no_map"), icon=drawing.NOTHING)
        return
    by_row: dict[int, str] = dict(found.select("row", "driver").rows())
    spec = _map(bundle.study, bundle.version, words.code, tuple(by_row), words, found)
    # Renewed with the moves, so that a touchpoint can be clicked again after it was taken away.
    key = f"whatif_map_{choices.chosen(moves.MOVES_KEY)}"
    drawing.draw_choosing(spec, key, lambda row: add(by_row[row]), alt_text=words("whatif.map"))
    st.caption(words("whatif.map_about"))
    # In a column of the page there is room for numbers alone.
    named = found.select(pl.format("{} {}", "number", "label")).to_series()
    st.caption(plain(" · ".join(named)))


@st.cache_data(max_entries=32, show_spinner=False)
def _map(
    study: str,
    version: str,
    code: str,
    numbers: tuple[int, ...],
    _words: Words,
    _found: pl.DataFrame,
) -> dict[str, Any]:
    """The map of these rows of the bundle."""
    borders = _found.row(0, named=True)
    chart = priority_map(
        _found,
        across=_words("drivers.performance_axis"),
        up=_words("drivers.importance_axis"),
        quadrants={name: _words.sentence(QUADRANTS, name) for name in QUADRANTS.names},
        borders=(
            _words("drivers.border_mean", at=_words.number(borders["performance_border"])),
            _words("drivers.border_equal", at=_words.percent(borders["importance_border"])),
        ),
        probability=_words("drivers.place"),
        wording=drawing.wording(_words),
        picks=True,
    )
    return drawing.made(chart, _words)


def _places(bundle: Bundle, words: Words, customers: Customers, outcome: str) -> pl.DataFrame:
    """Places on the map of these customers, or of everybody, in the newest wave that has some."""
    for people in (customers, customers.everybody):
        found = models.find(bundle, "priorities", people, outcome=outcome, target=MEAN)
        known = found.drop_nulls(["value", "performance"])
        newest = [wave["wave"] for wave in bundle.waves(people.mode)][::-1]
        for wave in newest:
            places = known.filter(pl.col("wave") == wave)
            if places.height:
                labels = models.driver_labels(bundle, words)
                ordered = places.sort("value", "driver", descending=[True, False])
                return ordered.with_columns(
                    label=pl.col("driver").replace_strict(labels, default=pl.col("driver")),
                    number=pl.int_range(1, ordered.height + 1).cast(pl.String),
                )
    return bundle.tables["priorities"].clear()
