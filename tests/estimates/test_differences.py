"""Differences of estimates, worked by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import special

from pipelines.contract.table import Measure
from pipelines.estimates.cells import estimate_cells
from pipelines.estimates.differences import AGAINST, with_adjusted_p, with_differences
from pipelines.estimates.families import with_intervals
from pipelines.estimates.samples import SamplingDesign, samples
from pipelines.estimates.targets import Item, Target

LATE = Measure(
    "late", 0, 100, "percent", family="share", pooled="mean", better="lower", missing="answers"
)


def estimates_of(measure: str | Measure, *waves: list[float]) -> pl.DataFrame:
    rows = pl.concat(
        pl.DataFrame({"wave": number, "y": y, "stratum": 0}) for number, y in enumerate(waves)
    ).with_row_index("unit")

    def items(sample):
        asked = np.ones(sample.rows.height, dtype=bool)
        target = Target(measure, None, asked, sample.rows["y"].to_numpy())
        return [Item("x", False, asked, [target])]

    drawn = samples(rows, ["wave"], {}, SamplingDesign("stratum", "unit", None))
    return with_intervals(estimate_cells((one, items(one)) for one in drawn), 0.95)


def first_against_second(found: pl.DataFrame) -> dict:
    earlier = found.filter(wave=1).rename(lambda name: name + AGAINST)
    pairs = pl.concat([found.filter(wave=0), earlier], how="horizontal").with_columns(
        n_both=0, covariance=0.0
    )
    return with_differences(pairs, 0.95).row(0, named=True)


def test_the_variances_of_two_means_add():
    rng = np.random.default_rng(1)
    found = estimates_of("mean", list(rng.uniform(0, 1, 40)), list(rng.uniform(0, 1, 30)))
    change = first_against_second(found)
    errors, values = found["std_error"], found["value"]
    assert change["std_error"] == pytest.approx(np.hypot(*errors))
    assert change["value"] == pytest.approx(values[0] - values[1])
    assert change["low"] < change["value"] < change["high"]


def test_the_difference_of_two_shares_is_that_of_agresti_and_caffo():
    # Agresti and Caffo (2000): one yes and one no are added to each sample
    found = estimates_of(LATE, [1.0] * 7 + [0.0] * 3, [1.0] * 2 + [0.0] * 8)
    change = first_against_second(found)
    p, q = 8 / 12, 3 / 12
    error = np.sqrt(p * (1 - p) / 12 + q * (1 - q) / 12)
    assert change["value"] == pytest.approx(50)
    assert change["low"] == pytest.approx(100 * (p - q - 1.959964 * error), abs=1e-4)
    assert change["high"] == pytest.approx(100 * (p - q + 1.959964 * error), abs=1e-4)
    assert change["p_value"] == pytest.approx(2 * special.ndtr(-(p - q) / error))


def test_a_difference_stays_in_its_range():
    change = first_against_second(estimates_of("top2", [1.0] * 2, [0.0] * 2))
    assert (change["value"], change["high"]) == (100, 100)
    assert change["low"] < 100


def test_a_difference_has_the_warnings_of_either_side():
    found = estimates_of("mean", [0.2, 0.4], [0.5, 0.5])
    assert first_against_second(found)["no_variance"] is True
    assert found["no_variance"].to_list() == [False, True]


def adjusted(rows: pl.DataFrame) -> pl.DataFrame:
    return with_adjusted_p(rows, ["stage"], ["family"])


def test_p_values_of_a_single_family_are_those_of_r():
    # R 4.3: p.adjust(c(.01, .04, .03, .2), "BH")
    rows = pl.DataFrame({"stage": 1, "family": "a", "p_value": [0.01, 0.04, 0.03, 0.2]})
    found = adjusted(rows)
    assert found["p_adjusted"].to_list() == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.2])
    assert found.select("n_compared", "n_families").unique().rows() == [(4, 1)]


def test_another_stage_moves_nothing():
    rows = pl.DataFrame({"stage": 1, "family": "a", "p_value": [0.01, 0.04]})
    more = pl.DataFrame({"stage": 2, "family": "a", "p_value": [0.9, 0.8, 0.7]})
    found = adjusted(pl.concat([more, rows])).filter(stage=1)
    assert found.equals(adjusted(rows))


def test_another_family_of_the_stage_counts_where_it_is_not_selected():
    rows = pl.DataFrame({"stage": 1, "family": "a", "p_value": [0.01, 0.04]})
    null = pl.DataFrame({"stage": 1, "family": "b", "p_value": [0.9, 0.8]})
    clear = null.with_columns(p_value=pl.lit(0.001))
    assert adjusted(rows)["p_adjusted"].to_list() == pytest.approx([0.02, 0.04])
    beside_null = adjusted(pl.concat([rows, null])).filter(family="a")
    assert beside_null["p_adjusted"].to_list() == pytest.approx([0.04, 0.08])  # one of two
    beside_clear = adjusted(pl.concat([rows, clear])).filter(family="a")
    assert beside_clear["p_adjusted"].to_list() == pytest.approx([0.02, 0.04])  # two of two


def test_a_row_without_a_p_value_is_in_no_family():
    rows = pl.DataFrame({"stage": 1, "family": "a", "p_value": [0.01, None, 0.04]})
    found = adjusted(rows)
    assert found["p_adjusted"].to_list() == [pytest.approx(0.02), None, pytest.approx(0.04)]
    assert found["n_compared"].to_list() == [2, None, 2]


def test_no_comparison_is_adjusted_to_none():
    none = pl.DataFrame(schema={"stage": pl.Int64, "family": pl.String, "p_value": pl.Float64})
    assert adjusted(none).schema["p_adjusted"] == pl.Float64
