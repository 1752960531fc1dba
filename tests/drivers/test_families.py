"""Contrasts of groups: those of one attribute are seen together, attributes are selected."""

import pytest

from pipelines.drivers.tables import with_families


def contrasts(segment: str, *p_values: float) -> list[dict]:
    about = {"wave": "2025", "outcome": "nps", "segment": segment}
    return [{**about, "p_value": p_value} for p_value in p_values]


def adjusted(rows: list[dict]) -> list[float]:
    return [row["p_adjusted"] for row in rows]


def test_the_contrasts_of_one_attribute_are_a_family():
    found = with_families(contrasts("age", 0.01, 0.04, 0.03, 0.2))
    # R 4.3: p.adjust(c(.01, .04, .03, .2), "BH")
    assert adjusted(found) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.2])
    assert {row["adjusted_over"] for row in found} == {"groups?n=4&attributes=1"}


def test_one_of_two_attributes_selected_counts_its_p_values_twice():
    found = with_families(contrasts("age", 0.01, 0.04) + contrasts("region", 0.9, 0.8, 0.7))
    assert adjusted(found)[:2] == pytest.approx([0.04, 0.08])
    assert found[2]["adjusted_over"] == "groups?n=3&attributes=2"
