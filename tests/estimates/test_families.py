"""The interval of each family, in the unit of its measure."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipelines.core.errors import ContractError
from pipelines.estimates.cells import estimate_cells
from pipelines.estimates.families import with_intervals
from pipelines.estimates.samples import SamplingDesign, samples
from pipelines.estimates.targets import Item, Target
from pipelines.statistics.intervals import normal_quantile
from tests.estimates.tables import everybody


def test_the_nps_of_the_airport_in_2017():
    # SFO passenger survey 2017: 1,436 promoters and 342 detractors among 2,746 answers.
    votes = [100] * 1436 + [0] * (2746 - 1436 - 342) + [-100] * 342
    row = everybody(pl.DataFrame({"nps": votes}), {"nps": "nps"})
    assert row["value"] == pytest.approx(100 * (1436 - 342) / 2746)
    assert (row["n"], row["method"]) == (2746, "nps")
    # adjusted Wald: (1436.75 - 342.75) / 2749, half width 1.96 * sqrt(variance / 2748)
    centre = (1436.75 - 342.75) / 2749
    half = 1.959964 * np.sqrt(((1436.75 + 342.75) / 2749 - centre**2) / 2748)
    assert row["low"] == pytest.approx(100 * (centre - half), abs=1e-4)
    assert row["high"] == pytest.approx(100 * (centre + half), abs=1e-4)


def test_a_share_has_the_interval_of_wilson():
    # Wilson (1927): (p + z2/2n -+ z sqrt(p(1-p)/n + z2/4n2)) / (1 + z2/n), here p = 3/10
    row = everybody(pl.DataFrame({"top": [True] * 3 + [False] * 7}), {"top": "top2"})
    z2 = normal_quantile(0.95) ** 2
    half = np.sqrt(z2 * (0.3 * 0.7 / 10 + z2 / 400))
    assert row["low"] == pytest.approx(100 * (0.3 + z2 / 20 - half) / (1 + z2 / 10))
    assert row["high"] == pytest.approx(100 * (0.3 + z2 / 20 + half) / (1 + z2 / 10))


def test_answers_that_agree_keep_an_interval_and_say_so():
    row = everybody(pl.DataFrame({"x": [100.0] * 8}), {"x": "mean"})
    assert (row["value"], row["high"], row["std_error"]) == (100, 100, None)
    assert row["low"] == pytest.approx(100 * 8 / (8 + 1.959964**2))  # Wilson
    assert row["flags"] == "small unweighted_wave no_variance"
    assert row["method"] == "mean_agreed"


def test_the_same_answers_have_a_narrower_interval_as_a_mean_than_as_a_share():
    # Means of 62.8 vary less than yes and no of the same mean: the interval of a share, which
    # measures without a family once got, is three times as wide.
    values = [60.0, 65.0, 63.0, 64.0, 62.0] * 20
    mean = everybody(pl.DataFrame({"x": values}), {"x": "mean"})
    assert mean["value"] == pytest.approx(62.8)
    z2 = normal_quantile(0.95) ** 2
    as_share = 2 * np.sqrt(z2 * (0.628 * 0.372 / 100 + z2 / 40000)) / (1 + z2 / 100)
    assert mean["high"] - mean["low"] < 100 * as_share / 3


@pytest.mark.parametrize("family", ["median", None])
def test_a_family_without_an_interval_is_refused(family):
    rows = pl.DataFrame({"stratum": [0, 0], "unit": [0, 1]})
    asked = np.ones(2, dtype=bool)
    items = [Item("x", False, asked, [Target("mean", None, asked, np.array([0.2, 0.4]))])]
    drawn = samples(rows, [], {}, SamplingDesign("stratum", "unit", None))
    cells = estimate_cells((sample, items) for sample in drawn)
    with pytest.raises(ContractError, match=r"families .*'nps', got another family for 'mean'"):
        with_intervals(cells.with_columns(family=pl.lit(family, pl.String)), 0.95)
