"""Which groups lie within others, and what is withheld so that they do not tell of each other."""

import doctest

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contract.people import EVERYBODY
from pipelines.publish import structure
from pipelines.publish.cells import withheld
from pipelines.publish.structure import nests

PLACES = pl.DataFrame(
    {
        "country": ["A", "A", "A", "B", "B", None],
        "region": ["A east", "A west", None, "B north", "B south", None],
        "channel": ["web", "shop", "web", "web", "shop", "shop"],
    }
)
SEGMENTS = ("country", "region", "channel")
LINE = ("wave", "segment")


def test_regions_lie_in_their_country_and_countries_in_nothing():
    found = nests(PLACES, SEGMENTS)
    assert found.filter(pl.col("within") == "country").rows() == [
        ("region", "A east", "country", "A"),
        ("region", "A west", "country", "A"),
        ("region", "B north", "country", "B"),
        ("region", "B south", "country", "B"),
    ]
    assert "country" not in found["segment"]


def test_a_region_with_a_customer_of_unknown_country_lies_in_none():
    lost = PLACES.with_columns(country=pl.Series(["A", None, "A", "B", "B", None]))
    found = nests(lost.vstack(lost.head(1).with_columns(country=pl.lit(None, pl.String))), SEGMENTS)
    assert "A east" not in found.filter(pl.col("within") == "country")["group"]


def cells(sizes: dict[tuple[str, str], int]) -> pl.DataFrame:
    """Cells of one line and size, by segment and group."""
    rows = [("2020", *place, n) for place, n in sizes.items()]
    return pl.DataFrame(rows, schema=["wave", "segment", "group", "n"], orient="row")


REGIONS = pl.DataFrame(
    [("region", name, "country", name[0]) for name in ("A east", "A west", "B north", "B south")],
    schema=structure.NEST,
    orient="row",
)


def hidden(sizes: dict[tuple[str, str], int], limit: int = 10) -> set[str]:
    return set(withheld(cells(sizes), ["n"], LINE, REGIONS, limit)["group"])


def test_two_small_regions_of_two_countries_do_not_protect_each_other():
    sizes = {
        (EVERYBODY, EVERYBODY): 200,
        ("country", "A"): 100,
        ("country", "B"): 100,
        ("region", "A east"): 94,
        ("region", "A west"): 6,
        ("region", "B north"): 93,
        ("region", "B south"): 7,
    }
    assert hidden(sizes) == {"A west", "A east", "B south", "B north"}


def test_the_regions_of_a_country_withheld_are_withheld_with_it():
    sizes = {
        (EVERYBODY, EVERYBODY): 105,
        ("country", "A"): 100,
        ("country", "B"): 5,
        ("region", "A east"): 60,
        ("region", "A west"): 40,
        ("region", "B north"): 5,
    }
    assert hidden(sizes) == {"A", "B", "A east", "A west", "B north"}


counts = st.integers(0, 40)


@given(st.lists(counts, min_size=4, max_size=4), st.lists(counts, min_size=3, max_size=3))
def test_no_country_less_its_regions_shown_leaves_few(regions, unknown):
    east, west, north, south = regions
    sizes = {
        ("region", "A east"): east,
        ("region", "A west"): west,
        ("region", "B north"): north,
        ("region", "B south"): south,
        ("country", "A"): east + west + unknown[0],
        ("country", "B"): north + south + unknown[1],
        (EVERYBODY, EVERYBODY): sum(regions) + sum(unknown),
    }
    gone = hidden(sizes)
    told = {group: n for (_, group), n in sizes.items() if group not in gone}
    for whole in ("A", "B", EVERYBODY):
        inside = [n for name, n in told.items() if name != whole and len(name) > 1
                  and (name[0] == whole or whole == EVERYBODY)]  # fmt: skip
        left = told.get(whole, 0) - sum(inside)
        assert whole not in told or left == 0 or left >= 10
    if EVERYBODY in told:
        left = told[EVERYBODY] - told.get("A", 0) - told.get("B", 0)
        assert left == 0 or left >= 10


def test_the_examples_are_as_they_say():
    result = doctest.testmod(structure)
    assert result.attempted
    assert not result.failed
