"""Samples: taken apart, split into groups, summed over units and parts."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.estimates.samples import SamplingDesign, samples

ROWS = pl.DataFrame(
    {
        "wave": ["2017", "2016", "2017", "2016", "2017"],
        "purpose": ["work", "work", "leisure", None, "work"],
        "stratum": ["a", "a", "a", "a", "b"],
        "unit": ["f", "g", "f", "h", "i"],
        "weight": [1.0, 2.0, 1.0, 2.0, 1.0],
    }
)
DESIGN = SamplingDesign("stratum", "unit", "weight")


def test_samples_come_in_the_order_of_what_tells_them_apart():
    found = list(samples(ROWS, ["wave"], {}, DESIGN))
    assert [sample.about for sample in found] == [{"wave": "2016"}, {"wave": "2017"}]
    assert [sample.rows.height for sample in found] == [2, 3]
    assert [sample.is_unweighted for sample in found] == [False, True]


def test_everybody_is_a_group_and_a_null_belongs_to_none():
    for sample in samples(ROWS, ["wave"], {"purpose": "purpose"}, DESIGN):
        members = sample.by_part(sample.by_unit(np.ones((sample.rows.height, 1))))[:, 0]
        sizes = np.bincount(sample.part_group, members)
        named = dict(zip(sample.groups["group"], sizes, strict=True))
        wanted = {"2016": {"all": 2, "work": 1}, "2017": {"all": 3, "leisure": 1, "work": 2}}
        assert named == wanted[sample.about["wave"]]


def test_members_of_a_unit_are_added_up_before_units_of_a_part():
    (sample,) = samples(ROWS.filter(wave="2017"), [], {}, DESIGN)
    units = sample.by_unit(np.array([[1.0], [10.0], [100.0]]))
    assert units[:, 0].tolist() == [11.0, 100.0]  # f of stratum a, i of stratum b
    assert sample.by_part(units**2)[:, 0].tolist() == [121.0, 10000.0]


def test_units_of_the_design_are_counted_outside_the_group_too():
    (sample,) = samples(ROWS, [], {"purpose": "purpose"}, DESIGN)
    of_group = dict(zip(sample.part_group, sample.design_psus, strict=True))
    place = dict(sample.groups.select("group", "place").iter_rows())
    assert of_group[place["leisure"]] == 3  # f, g and h of stratum a; in the group only f


def test_an_attribute_may_have_any_name():
    names = ("segment", "group", "member", "place", "value", "attribute", "label")
    rows = ROWS.with_columns(pl.lit("x").alias(f"is {name}") for name in names)
    (sample,) = samples(rows, [], {name: f"is {name}" for name in names}, DESIGN)
    assert set(sample.groups["segment"]) == {"all", *names}


def test_without_weights_every_row_counts_one():
    (sample,) = samples(ROWS, [], {}, SamplingDesign("stratum", "unit", None))
    assert sample.weight is None
    assert sample.is_unweighted
