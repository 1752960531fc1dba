"""Controls of a plan: the budget, what is raised, and the measures edited in place.

The address holds all of it, as `choices` keeps it; widgets are set from there and write there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from app.core import choices
from app.core.bundle import Bundle
from app.core.language import Words
from app.views.plan import edits, register
from app.views.plan.edits import Edit
from app.views.plan.register import MeasureNames, PlanAim
from pipelines.contract.plan_codes import OBJECTIVES

BUDGET, OBJECTIVE = "budget", "objective"  # in the address
OBJECTIVES_OFFERED = OBJECTIVES.names
SLIDER_STEPS = 100  # of the slider
BASE, WRITTEN = "plan_base", "plan_written"  # edits that the table began with, and those it wrote
SLIDER, SWITCH = "plan_budget", "plan_objective"


def usual_budget(bundle: Bundle, aim: PlanAim) -> str:
    """The middle one of the budgets that the pipeline compared."""
    listed = register.budgets(bundle)
    return f"{listed[len(listed) // 2]:.0f}"


def is_budget(text: str, aim: PlanAim) -> bool:
    """Whether a text is a budget between the least and the most."""
    is_whole = text.isascii() and text.isdigit() and len(text) <= 15
    return is_whole and aim.least <= int(text) <= aim.most


def budget_of(text: str) -> float:
    """A budget from the address."""
    return float(text)


def draw(bundle: Bundle, words: Words, aim: PlanAim) -> tuple[float, str]:
    """Draw the budget and what is raised; return both."""
    with st.container(horizontal=True, gap="large", vertical_alignment="bottom"):
        _budget(bundle, words, aim)
        _objective(words)
    return budget_of(choices.chosen(BUDGET)), choices.chosen(OBJECTIVE)


def _budget(bundle: Bundle, words: Words, aim: PlanAim) -> None:
    st.session_state[SLIDER] = int(choices.chosen(BUDGET))

    def _changed() -> None:
        choices.set_choice(BUDGET, str(int(st.session_state[SLIDER])))

    st.slider(
        words("plan.pick.budget", currency=register.currency(bundle), months=words.count(
            int(aim.months))),
        int(aim.least),
        int(aim.most),
        step=max(int((aim.most - aim.least) / SLIDER_STEPS), 1),
        format="localized",
        key=SLIDER,
        on_change=_changed,
        width=420,
    )  # fmt: skip


def _objective(words: Words) -> None:
    st.session_state[SWITCH] = choices.chosen(OBJECTIVE)

    def _changed() -> None:
        choices.set_choice(OBJECTIVE, st.session_state[SWITCH])

    st.segmented_control(
        words("plan.pick.objective"),
        OBJECTIVES_OFFERED,
        key=SWITCH,
        format_func=lambda code: words(f"plan.objective.{code}"),
        help=words("plan.pick.objective_help"),
        required=True,
        on_change=_changed,
    )


def current() -> dict[str, Edit]:
    """The edits that are set."""
    return edits.read(choices.chosen(edits.EDITS_KEY, edits.NO_EDITS)) or {}


def edit_measures(bundle: Bundle, words: Words, names: MeasureNames) -> None:
    """Draw the register as a table that can be edited; what is changed goes to the address.

    The table begins anew only where the edits came from elsewhere, such as a link: else the cell
    that the reader is in would lose its focus.
    """
    now = choices.chosen(edits.EDITS_KEY, edits.NO_EDITS)
    if now != st.session_state.get(WRITTEN) or BASE not in st.session_state:
        st.session_state[BASE] = st.session_state[WRITTEN] = now
    base = edits.read(st.session_state[BASE]) or {}
    frame = _as_table(bundle, words, names, base)
    key = f"plan_measures_{st.session_state[BASE]}"

    amount: dict[str, Any] = {"min_value": 0, "max_value": edits.MOST_COST, "format": "localized"}
    costs = {
        name: st.column_config.NumberColumn(words.heading("measures", name), **amount)
        for name in ("one_off", "yearly")
    }
    st.data_editor(
        frame.to_pandas(),
        key=key,
        hide_index=True,
        height="content",
        num_rows="fixed",
        disabled=["label", "touchpoint"],
        column_config={
            "label": st.column_config.TextColumn(words("plan.column.measure"), width=230),
            "use": st.column_config.SelectboxColumn(
                words("plan.column.use"), options=list(_uses(words)), required=True
            ),
            **costs,
            "share": st.column_config.NumberColumn(
                words("plan.column.share"), min_value=0, max_value=100, format="%d %%"
            ),
            "touchpoint": st.column_config.TextColumn(words("plan.column.touchpoint")),
        },
        alt=words("plan.measures"),
    )
    changed = st.session_state[key]["edited_rows"]
    text = edits.written(_merged(bundle, words, base, changed))
    if text != now:
        st.session_state[WRITTEN] = text
        choices.set_choice(edits.EDITS_KEY, text)


def _as_table(
    bundle: Bundle, words: Words, names: MeasureNames, base: Mapping[str, Edit]
) -> pl.DataFrame:
    """The register with what was edited, as it is read."""
    measures, moves = bundle.tables["measures"], bundle.tables["measure_moves"]
    changed, moved = edits.applied(measures, moves, base)
    shares, uses = edits.shares(moved), {code: said for said, code in _uses(words).items()}
    rows = [
        {
            "label": names.measure(row["measure_id"]),
            "use": uses[base.get(row["measure_id"], Edit()).use],
            "one_off": row["one_off"],
            "yearly": row["yearly"],
            "share": shares.get(row["measure_id"]),
            "touchpoint": names.touchpoints.get(row["touchpoint_id"], row["touchpoint_id"]),
        }
        for row in changed.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _merged(
    bundle: Bundle, words: Words, base: Mapping[str, Edit], changed: Mapping[int, Mapping[str, Any]]
) -> dict[str, Edit]:
    """Edits that the table began with, and those made in it; a cleared cell is as before."""
    ids, codes = bundle.tables["measures"]["measure_id"].to_list(), _uses(words)
    found = dict(base)
    for place, cells in changed.items():
        name = ids[int(place)]
        before = found.get(name, Edit())
        found[name] = Edit(
            **{
                field: float(cells[field]) if cells.get(field) is not None else getattr(
                    before, field)
                for field in edits.EDITED
            },
            use=codes.get(str(cells.get("use")), before.use),
        )  # fmt: skip
    return found


def _uses(words: Words) -> dict[str, str]:
    """Codes of what is done with a measure, by what they are called."""
    return {words(f"plan.use.{code}"): code for code in edits.USES}
