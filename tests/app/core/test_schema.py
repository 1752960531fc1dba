"""What the app asks of a bundle is what the pipeline publishes."""

import polars as pl
import pytest

from app.core import schema
from pipelines.contract.registry import published
from tests.app.tiny_bundle import PARAMS
from tests.contract.samples import sample

MANIFEST = {"params": PARAMS, "empty": {"scores": "no_source?table=responses", "changes": "own"}}


def test_the_app_asks_for_the_columns_that_are_published():
    declared = {name: dict(table.schema) for name, table in published().items()}
    assert {name: dict(columns) for name, columns in schema.expected().items()} == declared


def test_a_column_of_another_type_is_lacking():
    scores = published()["scores"].without_rows().with_columns(n=pl.lit("many"))
    assert dict(schema.lacking(MANIFEST, {"scores": scores})) == {"scores": ("n",)}


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("method", "weighted mean, t interval"),
        ("flags", "small suppressed"),
        ("missing_policy", "answers?n=3"),
    ],
)
def test_a_column_that_holds_other_than_its_codes_is_lacking(column, text):
    scores = sample(published()["scores"])
    assert dict(schema.lacking(MANIFEST, {"scores": scores})) == {}
    other = scores.with_columns(pl.lit(text).alias(column))
    assert dict(schema.lacking(MANIFEST, {"scores": other})) == {"scores": (column,)}


def test_a_reason_of_an_empty_table_that_is_no_code_is_lacking():
    other = MANIFEST | {"empty": {"scores": "no source of this study fills responses"}}
    assert dict(schema.lacking(other, {})) == {"manifest.json": ("empty",)}


def test_the_app_asks_for_the_parameters_of_what_is_published_and_of_its_sentences():
    assert schema.parameters() == ["measure.fdr", "measure.flag_n", "publish.withhold_below"]


def test_a_parameter_that_the_manifest_does_not_know_is_lacking():
    other = MANIFEST | {"params": PARAMS | {"publish": {}}}
    assert dict(schema.lacking(other, {})) == {"manifest.json": ("publish.withhold_below",)}
