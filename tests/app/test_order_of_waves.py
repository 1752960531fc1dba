"""Every page has the waves in the order of the register, whatever their names are by letter."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.app import tiny_bundle, tiny_survey
from tests.app.reading import charts, metrics, texts

NAMES = {"2016": "Wave 2", "2017": "Wave 9", "2018": "Wave 12"}  # by letter the last is the first
WAVE_COLUMNS = ("wave", "wave_against")


@pytest.fixture
def numbered(own_data: Path) -> Path:
    """The survey study, its waves renamed."""
    tables = {
        name: table.with_columns(
            pl.col(column).replace(NAMES) for column in WAVE_COLUMNS if column in table.columns
        )
        for name, table in tiny_survey.tables().items()
    }
    register = tiny_survey.register()
    register["waves"] = [wave | {"wave": NAMES[wave["wave"]]} for wave in register["waves"]]
    register["baseline"] = NAMES[register["baseline"]]
    tiny_bundle.write(own_data / "airport", register, tables, empty={})
    return own_data


def orders_of_waves(app: object) -> list[list[str]]:
    """The order that each axis of waves has in the charts of a page."""

    def axes(part: object) -> list[list[str]]:
        if isinstance(part, list):
            return [found for one in part for found in axes(one)]
        if not isinstance(part, dict):
            return []
        own = [part["sort"]] if part.get("field") == "wave" and "sort" in part else []
        return own + [found for one in part.values() for found in axes(one)]

    return [order for chart in charts(app) for order in axes(json.loads(chart.proto.spec))]


def test_the_newest_wave_is_the_last_one_in_time(numbered, open_page):
    app = open_page(study="airport", lang="en")
    assert metrics(app)["Net Promoter Score"] == "+42.0"
    assert app.selectbox(key="wave").options == ["Wave 12", "Wave 9", "Wave 2"]
    assert "Touchpoints against Wave 9" in texts(app)


def test_waves_that_asked_are_listed_in_time(numbered, open_page):
    app = open_page(study="airport", lang="en", wave="Wave 2")
    assert "Asked in: Wave 9, Wave 12" in texts(app)


@pytest.mark.parametrize("page", ["overview", "touchpoints", "drivers"])
def test_every_axis_of_waves_is_in_time(numbered, open_page, page):
    found = orders_of_waves(open_page(page, study="airport", lang="en"))
    assert found
    in_time = list(NAMES.values())
    assert all(order == [wave for wave in in_time if wave in order] for order in found)


def test_the_small_course_of_the_scorecard_is_in_time(numbered, open_page):
    card = open_page("touchpoints", study="airport", lang="en").dataframe[0].value
    course = card.set_index("label").loc["Parking", "course"]
    assert list(course) == sorted(course, reverse=True), "parking falls by 2.6 a wave"
