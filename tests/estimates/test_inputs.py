"""What cannot be estimated is refused, with what to do about it."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.contract.estimate import BY_NAME
from pipelines.contract.table import Measure
from pipelines.core.errors import ContractError
from pipelines.estimates import estimate

FRAME = pl.DataFrame(
    {
        "wave": ["2016", "2017"],
        "region": ["north", "south"],
        "rating": [25.0, 75.0],
        "is_top": [False, True],
        "weight": [1.0, 2.0],
    }
)


def estimated(frame: object = FRAME, targets: dict | None = None, **options: object) -> None:
    terms = {"level": 0.95, "flag_n": 30, **options}
    estimate(frame, {"rating": "mean"} if targets is None else targets, **terms)


@pytest.mark.parametrize("part", ["samples", "by"])
def test_an_unknown_column_is_answered_with_the_closest(part):
    with pytest.raises(ContractError, match="got 'regoin'; did you mean 'region'"):
        estimated(**{part: ["regoin"]})


@pytest.mark.parametrize("part", ["weights", "stratum", "cluster"])
def test_an_unknown_column_of_the_design_is_answered_with_the_closest(part):
    with pytest.raises(ContractError, match=r"got 'wieght'; did you mean 'weight'"):
        estimated(**{part: "wieght"})


def test_an_unknown_target_is_answered_with_the_closest():
    with pytest.raises(ContractError, match=r"got 'ratings'; did you mean 'rating'"):
        estimated(targets={"ratings": "mean"})


def test_nothing_to_estimate_is_refused():
    with pytest.raises(ContractError, match="each with its measure, got none"):
        estimated(targets={})


def test_an_empty_frame_is_refused():
    with pytest.raises(ContractError, match="estimate: expected rows, got none"):
        estimated(FRAME.clear())


def test_what_is_no_table_is_refused():
    with pytest.raises(ContractError, match="a table of Polars, pandas or Arrow, got list"):
        estimated([25.0, 75.0])


@pytest.mark.parametrize("weight", [-1.0, 0.0, None, float("nan"), float("inf")])
def test_a_weight_that_is_not_positive_is_refused(weight):
    frame = FRAME.with_columns(weight=pl.Series([1.0, weight]))
    with pytest.raises(ContractError, match="weights: expected positive numbers, got 1 others"):
        estimated(frame, weights="weight")


@pytest.mark.parametrize(
    ("measure", "value", "message"),
    [
        ("mean", 100.5, r"column 'rating': .*'mean', from 0 to 100, got 1 others: '100.5'"),
        ("mean", -0.1, "from 0 to 100"),
        ("mean", float("inf"), "from 0 to 100"),
        (BY_NAME["ces"].on_scale(1, 7), 0.0, r"'ces', from 1 to 7"),
        ("top2", 1.0, r"'top2', among 0, 100, got 1 others: '1'"),
        ("nps", 50.0, r"'nps', among -100, 0, 100"),
        ("nps", 9.0, r"'nps', among -100, 0, 100"),
        ("gap", 101.0, r"'gap', from -100 to 100"),
    ],
)
def test_a_value_outside_its_measure_is_refused(measure, value, message):
    good = 0.0 if isinstance(measure, str) else 4.0
    frame = pl.DataFrame({"rating": [good, value]})
    with pytest.raises(ContractError, match=message):
        estimated(frame, {"rating": measure})


def test_values_off_by_rounding_are_those_they_stand_for():
    frame = pl.DataFrame({"rating": [100.00000000000001, -1e-14]})
    for measure in ("mean", "top2"):
        row = estimate(frame, {"rating": measure}, level=0.95, flag_n=1).row(0, named=True)
        assert row["value"] == pytest.approx(50)


def test_an_undeclared_measure_is_answered_with_the_closest():
    with pytest.raises(ContractError, match=r"declared one, got 'satisfied'.* in pipelines/contr"):
        estimated(targets={"rating": "satisfied"})
    with pytest.raises(ContractError, match=r"got 'meen'.* did you mean 'mean'"):
        estimated(targets={"rating": "meen"})


@pytest.mark.parametrize("family", [None, "median"])
def test_a_measure_without_a_family_is_refused(family):
    own = Measure(
        "delight",
        0,
        100,
        "points",
        family=family,
        pooled="mean",
        better="higher",
        missing="answers",
    )
    with pytest.raises(ContractError, match=rf"measure 'delight': .*family.*, got {family!r}"):
        estimated(targets={"rating": own})


@pytest.mark.parametrize("highest", [0, -1, float("inf"), float("nan")])
def test_a_measure_without_a_range_is_refused(highest):
    own = Measure(
        "spend",
        0,
        highest,
        "points",
        family="mean",
        pooled="mean",
        better="higher",
        missing="answers",
    )
    with pytest.raises(ContractError, match="measure 'spend': expected a range of values, got 0"):
        estimated(targets={"rating": own})


def test_texts_are_no_numbers():
    with pytest.raises(ContractError, match=r"numbers, or true and false.*got 'region: String'"):
        estimated(targets={"region": "mean"})
    with pytest.raises(ContractError, match="got 'region: String'"):
        estimated(weights="region")


def test_true_and_false_are_values_of_a_share_only():
    with pytest.raises(ContractError, match="true and false of a share, got 'is_top: Boolean'"):
        estimated(targets={"is_top": "mean"})


def test_a_column_plays_one_part_among_the_groups():
    with pytest.raises(ContractError, match=r"each column once.*got 'region'"):
        estimated(samples=["region"], by=["region"])


def test_groups_cannot_have_the_names_of_the_result():
    with pytest.raises(ContractError, match="names the result does not have, got 'value'"):
        estimated(FRAME.rename({"region": "value"}), samples=["value"])
    with pytest.raises(ContractError, match="names the result does not have, got 'all'"):
        estimated(FRAME.rename({"region": "all"}), by=["all"])


def test_a_row_that_belongs_to_no_sample_is_refused():
    with pytest.raises(ContractError, match="of every row to which sample it belongs, got 'wave'"):
        estimated(FRAME.with_columns(wave=pl.Series(["2016", None])), samples=["wave"])


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_is_between_0_and_1(level):
    with pytest.raises(ContractError, match="a confidence level between 0 and 1"):
        estimated(level=level)
