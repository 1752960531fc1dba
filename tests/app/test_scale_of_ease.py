"""Ease is shown on the scale of its question, and the scale is named."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from tests.app import tiny_bundle, tiny_survey
from tests.app.reading import charts, metrics, open_card, texts

ENDS = ("value", "low", "high")


def publish(data: Path, **highest: float) -> None:
    """The survey study, with ease beside the mean of touchpoints: touchpoint -> its scale's end."""
    tables, register = tiny_survey.tables(), tiny_survey.register()
    means = tables["scores"].filter(measure="mean", scope="touchpoint")
    for touchpoint, top in highest.items():
        ease = means.filter(touchpoint_id=touchpoint).with_columns(
            *(pl.col(name) / 100 * (top - 1) + 1 for name in ENDS),
            measure=pl.lit("ces"),
            scale_min=pl.when(pl.col("value").is_not_null()).then(1.0),
            scale_max=pl.when(pl.col("value").is_not_null()).then(top),
        )
        tables["scores"] = pl.concat([tables["scores"], ease])
    tiny_bundle.write(data / "airport", register, tables, empty={})


def titles(app: object) -> str:
    return json.dumps([json.loads(chart.proto.spec) for chart in charts(app)])


def test_the_scale_stands_beside_the_number_and_on_the_axis(own_data, open_page):
    publish(own_data, wifi=5.0, signs=5.0)
    app = open_page("touchpoints", study="airport", lang="en", touchpoint="wifi", measure="ces")
    assert metrics(app)["Ease (CES)"] == "3.64"  # 1 + 4 * 66.0 / 100
    assert "scale from 1 to 5" in texts(app)
    assert '"Ease, 1 to 5"' in titles(app)
    app = open_page("touchpoints", study="airport", lang="de", touchpoint="wifi", measure="ces")
    assert "Skala von 1 bis 5" in texts(app)


def test_ease_on_two_scales_is_compared_by_the_share_of_the_scale(own_data, open_page):
    publish(own_data, wifi=5.0, signs=7.0)
    app = open_page("touchpoints", study="airport", lang="en", touchpoint="wifi", measure="ces")
    assert "Ease (CES)" not in metrics(app)
    assert metrics(app)["Mean score"] == "66.0"


def test_the_card_names_the_scale(own_data):
    from app.core import bundle

    publish(own_data, wifi=5.0)
    read = bundle.load("airport")
    row = read.tables["scores"].filter(
        measure="ces", segment="all", wave="2018", weighted=True
    )["row"][0]  # fmt: skip
    card = open_card(read, "scores", row)
    assert (card["Lowest answer"], card["Highest answer"]) == ("1", "5")
    assert card["Value"] == "3.64"
