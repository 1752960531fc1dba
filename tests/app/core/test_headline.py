"""How clear a change is, beside its number and on its card."""

import polars as pl
import pytest

from app.core import bundle
from tests.app import tiny_bundle, tiny_survey
from tests.app.reading import open_card, popovers


def airport(data, low: float, p_adjusted: float) -> int:
    """Publish a change of +4.5 on the whole with that interval; return the number of its row."""
    register, tables = tiny_survey.register(), tiny_survey.tables()
    here = (
        (pl.col("question_id") == "overall_rating")
        & (pl.col("segment") == "all")
        & (pl.col("wave") == "2018")
        & (pl.col("against") == "previous")
        & (pl.col("measure") == "mean")
    )
    told = {"value": 4.5, "low": low, "high": 9 - low, "p_value": 0.006, "p_adjusted": p_adjusted}
    tables["changes"] = tables["changes"].with_columns(
        **{name: pl.when(here).then(value).otherwise(name) for name, value in told.items()}
    )
    tiny_bundle.write(data / "airport", register, tables, empty={})
    read = bundle.load("airport").tables["changes"]
    return read.filter(here & pl.col("weighted"))["row"][0]


@pytest.mark.parametrize(
    ("low", "p_adjusted", "beside", "on_card"),
    [
        (1.3, 0.01, "▲ +4.5 since 2017", "Clear, also among all the changes"),
        (1.3, 0.083, "+4.5 since 2017, clear only by itself", "Alone it would be"),
        (
            0.04,
            0.2,
            "+4.5 since 2017, not clear",
            "Not clear: its interval holds 0",
        ),  # "0.0 to 9.0"
        (-0.4, 0.2, "+4.5 since 2017, not clear", "Not clear: its interval holds 0"),
    ],
)
def test_a_change_says_why_it_is_clear_or_not(
    own_data, open_page, low, p_adjusted, beside, on_card
):
    number = airport(own_data, low, p_adjusted)
    assert any(beside in label for label in popovers(open_page(lang="en")))
    assert on_card in open_card(bundle.load("airport"), "changes", number)["How clear it is"]


def test_the_card_names_the_adjusted_p_and_its_limit(own_data):
    number = airport(own_data, 1.3, 0.083)
    said = open_card(bundle.load("airport"), "changes", number)
    assert "p is 0.083, beyond the limit of 5%" in said["How clear it is"]


def test_a_withheld_change_is_not_judged(own_data):
    airport(own_data, 1.3, 0.083)
    read = bundle.load("airport")
    hidden = read.tables["changes"].filter(group="65 and over").row(0, named=True)
    assert "How clear it is" not in open_card(read, "changes", hidden["row"])
