"""Families of changes: what a reader sees together, and what does not move it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from pipelines.contract.code import read_code
from pipelines.contract.measure import CHANGES
from pipelines.core.enforcement import require_declared
from pipelines.estimates.differences import with_adjusted_p
from tests.measure.small_survey import answer, measured

QUESTIONS = ("signs", "food", "parking")
PEOPLE = 40


def answered(years: range, seed: int = 1) -> list[dict]:
    """Answers to three touchpoints and on the whole; each year has draws of its own."""
    rows = []
    for year in years:
        rng = np.random.default_rng([seed, year])
        for question in (*QUESTIONS, "overall"):
            kind = "overall" if question == "overall" else "csat"
            values = np.clip(rng.integers(1, 6, PEOPLE) + (year + len(question)) % 3 - 1, 1, 5)
            rows += [
                answer(str(i), value, question, wave=str(year), measure=kind, weight=1.5)
                for i, value in enumerate(values)
            ]
    return rows


def attribute(years: range, n_groups: int, seed: int) -> dict[str, str]:
    rng = np.random.default_rng(seed)
    return {
        f"{year}-{i}": f"group {rng.integers(n_groups)}" for year in years for i in range(PEOPLE)
    }


def changes(years: range, attributes: dict[str, dict[str, str]] | None = None) -> pl.DataFrame:
    return measured(answered(years), attributes, baseline=str(years[0]))["changes"]


def headlines(found: pl.DataFrame, waves: set[str]) -> pl.DataFrame:
    """Changes of all customers in these waves."""
    of_all = found.filter(pl.col("segment") == "all", pl.col("wave").is_in(waves))
    return of_all.sort(CHANGES.key, nulls_last=True)


YEARS = range(2014, 2017)
BARE = changes(YEARS)


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 4), st.integers(2, 5), st.integers(0, 99))
def test_attributes_and_groups_move_no_headline(n_attributes, n_groups, seed):
    split = {f"a{k}": attribute(YEARS, n_groups, seed + k) for k in range(n_attributes)}
    found = changes(YEARS, split)
    assert found.filter(pl.col("segment") != "all").height > 0
    here, there = (headlines(table, {"2015", "2016"}) for table in (BARE, found))
    assert here.equals(there)


def test_a_new_wave_moves_no_change_of_earlier_ones():
    split = {"a": attribute(range(2014, 2018), 3, 1)}
    before, after = (changes(range(2014, end), split) for end in (2017, 2018))
    earlier = after.filter(pl.col("wave") < "2017")
    here, there = (table.sort(CHANGES.key, nulls_last=True) for table in (before, earlier))
    assert here.equals(there)


def test_touchpoints_stages_and_the_whole_are_families_of_their_own():
    found = BARE.filter(pl.col("measure") == "mean")
    keys = ("scope", "wave", "against", "weighted")
    sizes = {"touchpoint": 3, "stage": 2, "overall": 1}
    for (scope, *_), family in found.group_by(keys):
        assert family.height == sizes[scope]
        plain = false_discovery_control(family["p_value"].to_numpy())
        assert family["p_adjusted"].to_numpy() == pytest.approx(plain)
        codes = [read_code(text) for text in family["adjusted_over"].unique()]
        names = {"touchpoint": "touchpoints", "stage": "stages", "overall": "overall"}
        assert codes == [(names[scope], {"n": str(sizes[scope])})]


def test_what_was_expected_is_not_counted_among_experiences():
    expected = [
        {**row, "question_id": "hoped", "measure": "expectation"}
        for row in answered(YEARS)
        if row["question_id"] == "signs"
    ]
    found = measured(answered(YEARS) + expected, baseline="2014")["changes"]
    mean = pl.col("measure") == "mean"
    here, there = (table.filter(mean, question_id="signs") for table in (BARE, found))
    assert here["p_adjusted"].equals(there["p_adjusted"])
    hoped = found.filter(mean, question_id="hoped")
    assert set(hoped["adjusted_over"]) == {"expectations?n=1"}


def test_a_group_is_a_family_and_the_groups_with_changes_are_selected():
    split = {"a": attribute(YEARS, 3, 1), "b": attribute(YEARS, 2, 2)}
    found = changes(YEARS, split)
    require_declared(found, CHANGES, "changes")
    stage = found.filter(
        pl.col("segment") != "all", scope="touchpoint", measure="mean", weighted=True,
        wave="2016", against="previous",
    )  # fmt: skip
    assert stage.height == 5 * 3
    assert set(stage["adjusted_over"]) == {"touchpoints_of_group?groups=5&n=3"}
    again = with_adjusted_p(stage.drop("p_adjusted"), ["wave"], ["segment", "group"])
    assert stage["p_adjusted"].to_list() == pytest.approx(again["p_adjusted"].to_list())
    plain = [
        pl.Series(false_discovery_control(group["p_value"].to_numpy())).min()
        for _, group in stage.group_by("segment", "group")
    ]
    assert stage["p_adjusted"].min() > min(plain)  # selection has its price
