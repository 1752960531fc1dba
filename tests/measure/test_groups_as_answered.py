"""The group of an answer is the one that responses say; else the customer's."""

from __future__ import annotations

import narwhals as nw
import polars as pl
import pytest

from pipelines.contract.registry import published
from pipelines.core.errors import ContractError
from pipelines.measure.tables import Survey, measure_survey
from pipelines.publish.withholding import withhold
from tests.measure.small_survey import STAGES, TERMS, answer, customers, in_order, one, responses
from tests.publish.stub_study import UNRELATED

MOVERS = [f"m{i}" for i in range(20)]


def nps(person: str, wave: str, value: int) -> dict:
    return answer(
        person, value, "recommend", wave=wave, source_id=person, measure="nps", scale_min=0.0,
        scale_max=10.0,
    )  # fmt: skip


def region(rows: list[dict], said: list[str | None], known: dict[str, str | None]) -> Survey:
    """A survey by region: `said` with each answer, `known` of customers."""
    table = responses(rows).with_columns(segment_region=pl.Series(said, dtype=pl.String))
    people = customers({"region": known})
    lazy = (nw.from_native(frame.lazy()) for frame in (table, people))
    return Survey(*lazy, ("region",), STAGES, None, in_order(table))


# Twenty who live in the North are happy there; the year after they have moved to the South and
# are not. Twenty others were unhappy in the South and have left.
ROWS = [
    *(nps(person, "2023", 10) for person in MOVERS),
    *(nps(person, "2024", 3) for person in MOVERS),
    *(nps(f"s{i}", "2023", 3) for i in range(20)),
]
SAID = ["North"] * 20 + ["South"] * 20 + ["South"] * 20
KNOWN = dict.fromkeys(MOVERS, "South") | {f"s{i}": "South" for i in range(20)}


def test_a_customer_who_moved_counts_where_they_lived_when_they_answered():
    scores = measure_survey(region(ROWS, SAID, KNOWN), TERMS)["scores"].filter(
        measure="nps", weighted=True, segment="region"
    )
    found = scores.select("wave", "group", "value", "n").sort("wave", "group").rows()
    assert found == [
        ("2023", "North", 100.0, 20),
        ("2023", "South", -100.0, 20),
        ("2024", "South", -100.0, 20),
    ]


def test_a_group_is_compared_with_those_who_were_in_it_then():
    changes = measure_survey(region(ROWS, SAID, KNOWN), TERMS)["changes"].filter(
        measure="nps", weighted=True, segment="region", against="previous"
    )
    assert changes.select("group", "value").rows() == [("South", 0.0)]


def test_without_a_group_of_the_answer_it_is_the_customer_s():
    rows = [nps("a", "2023", 10), nps("b", "2023", 3), nps("c", "2023", 8)]
    survey = region(rows, [None, "North", None], {"a": "South", "b": "South", "c": None})
    found = measure_survey(survey, TERMS)["scores"].filter(
        measure="nps", weighted=True, segment="region"
    )
    assert found.select("group", "value", "n").sort("group").rows() == [
        ("North", -100.0, 1),
        ("South", 100.0, 1),
    ]


def test_a_questionnaire_in_two_groups_is_refused():
    rows = [nps("a", "2023", 10), answer("a", 4, wave="2023", source_id="a")]
    with pytest.raises(ContractError, match="customer and group per response_id"):
        measure_survey(region(rows, ["North", "South"], {}), TERMS)


def test_few_people_of_a_group_as_answered_are_withheld():
    said = ["North"] * 14 + ["South"] * 6
    rows = [nps(person, "2023", 10) for person in MOVERS]
    made = measure_survey(region(rows, said, {}), TERMS)
    told = withhold(made, {name: published()[name] for name in made}, UNRELATED, 10)["scores"]
    of = {"measure": "nps", "segment": "region"}
    assert one(told, **of, group="South")["flags"] == "withheld"
    assert one(told, **of, group="North")["value"] is None, "all minus North would tell of South"
    assert one(told, measure="nps")["n"] == 20
