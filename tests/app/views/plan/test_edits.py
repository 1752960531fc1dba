"""Edits of the register: as a text that a link carries, and what they do to its tables."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.plan import edits
from app.views.plan.edits import Edit
from tests.app import tiny_plan

TABLES = tiny_plan.tables()
MEASURES, MOVES = TABLES["measures"], TABLES["measure_moves"]
names = st.text(st.characters(exclude_categories=("Z", "C")), min_size=1, max_size=8)
costs = st.one_of(st.none(), st.integers(0, 10**6).map(float))
made = st.builds(
    Edit,
    one_off=costs,
    yearly=costs,
    share=st.one_of(st.none(), st.integers(0, 100).map(float)),
    use=st.sampled_from(edits.USES),
)


def told(all_edits: dict[str, Edit]) -> dict[str, Edit]:
    return {name: edit for name, edit in all_edits.items() if edit != Edit()}


@given(st.dictionaries(names.filter(lambda name: name != edits.NO_EDITS), made, max_size=4))
def test_edits_come_back_from_their_text(some):
    assert edits.read(edits.written(some)) == told(some)


@pytest.mark.parametrize(
    "text",
    ["", "chat", "chat:use:perhaps", "chat:one_off:-1", "chat:one_off:nan", "chat:one_off:inf",
     "chat:share:101", "chat:colour:1", "chat:one_off:1e13", "chat:use:must  ", "a:b:c:d"],
)  # fmt: skip
def test_a_text_that_nobody_wrote_holds_no_edits(text):
    assert edits.read(text) is None


def test_costs_shares_and_what_is_left_out_are_put_into_the_tables():
    changed = {"valet": Edit(one_off=1.0, use=edits.OUT), "wifi_best": Edit(share=45.0)}
    measures, moves = edits.applied(MEASURES, MOVES, changed)
    valet = measures.row(by_predicate=pl.col("measure_id") == "valet", named=True)
    assert (valet["one_off"], valet["yearly"], valet["status"]) == (1.0, 0.0, "dropped")
    shares = dict(moves.select("measure_id", "share").iter_rows())
    assert shares["wifi_best"] == pytest.approx(0.45)
    assert shares["wifi_upgrade"] == 0.5
    untouched = edits.applied(MEASURES, MOVES, {})
    assert untouched[0].equals(MEASURES)
    assert untouched[1].equals(MOVES)


def test_only_measures_of_the_register_are_known():
    known = MEASURES["measure_id"].to_list()
    assert edits.is_known("valet:use:must", known)
    assert not edits.is_known("moon:use:must", known)
