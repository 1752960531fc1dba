"""What the app asks of a bundle is what the pipeline publishes."""

import polars as pl

from app.core import schema
from pipelines.contract.registry import published
from tests.app.tiny_bundle import PARAMS


def test_the_app_asks_for_the_columns_that_are_published():
    declared = {name: dict(table.schema) for name, table in published().items()}
    assert {name: dict(columns) for name, columns in schema.expected().items()} == declared


def test_a_column_of_another_type_is_lacking():
    scores = published()["scores"].without_rows().with_columns(n=pl.lit("many"))
    assert dict(schema.lacking({"params": PARAMS}, {"scores": scores})) == {"scores": ("n",)}


def test_a_parameter_that_the_manifest_does_not_know_is_lacking():
    other = PARAMS | {"publish": {}}
    assert dict(schema.lacking({"params": other}, {})) == {
        "manifest.json": ("publish.withhold_below",)
    }
