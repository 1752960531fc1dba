"""Reach is told only of what somebody could say not to have used."""

from __future__ import annotations

from tests.measure.small_survey import answer, measured


def test_reach_is_left_out_where_nobody_could_say_never_used():
    rows = [answer("a", 5), answer("b", 4), answer("a", 3, "food"), answer("b", "never", "food")]
    reach = measured(rows)["scores"].filter(measure="reach", weighted=True, scope="touchpoint")
    assert reach["touchpoint_id"].to_list() == ["food"]
