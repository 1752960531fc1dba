"""The reader: cached while nothing changes, never half an old and half a new bundle."""

import json
import shutil

import pytest

from app.core import bundle
from tests.app import tiny_bundle, tiny_shop, tiny_survey


def test_every_table_has_numbered_rows(data):
    read = bundle.load("airport")
    assert read.study == "airport"
    scores = read.tables["scores"]
    assert scores["row"].to_list() == list(range(scores.height))
    assert read.row("scores", 5) == scores.row(5, named=True)


def test_a_bundle_is_read_once_while_nothing_changes(data):
    assert bundle.load("airport") is bundle.load("airport")


def test_a_new_bundle_is_read_when_the_manifest_changes(own_data):
    tiny_survey.publish(own_data)
    old = bundle.load("airport")
    tables = tiny_survey.tables()
    tables["scores"] = tables["scores"].head(10)
    version = tiny_bundle.write(own_data / "airport", tiny_survey.register(), tables, empty={})
    new = bundle.load("airport")
    assert new.version == version != old.version
    assert new.tables["scores"].height == 10


def test_a_bundle_replaced_while_it_is_read_is_read_again(own_data, monkeypatch):
    """The manifest names the old folder, which vanishes before its tables are read."""
    old = tiny_survey.publish(own_data)
    tables = tiny_survey.tables()
    tables["scores"] = tables["scores"].head(10)
    look, published = bundle._pointed_at, own_data / "airport" / "published"

    def swapped_after_a_look(manifest: str):
        seen = look(manifest)
        if (published / old).exists():
            register = tiny_survey.register()
            tiny_bundle.write(own_data / "airport", register, tables, empty={})
            shutil.rmtree(published / old)
        return seen

    monkeypatch.setattr(bundle, "_pointed_at", swapped_after_a_look)
    read = bundle.load("airport")
    assert read.version != old
    assert read.tables["scores"].height == 10


def test_a_bundle_that_lacks_a_table_for_good_is_an_error(own_data):
    version = tiny_survey.publish(own_data)
    (own_data / "airport" / "published" / version / "scores.parquet").unlink()
    with pytest.raises(FileNotFoundError, match=r"scores\.parquet"):
        bundle.load("airport")


def test_only_studies_with_a_manifest_are_listed(own_data):
    assert bundle.studies() == []
    tiny_shop.publish(own_data)
    (own_data / "planned" / "raw").mkdir(parents=True)
    assert bundle.studies() == ["shop"]


def test_limits_come_from_the_manifest(own_data):
    version = tiny_survey.publish(own_data)
    path = own_data / "airport" / "published" / "manifest.json"
    content = json.loads(path.read_text())
    content["params"]["measure"]["fdr"] = 0.1
    path.write_text(json.dumps(content))
    read = bundle.load("airport")
    assert (read.version, read.fdr) == (version, 0.1)
    assert read.places == {"flag_n": 30, "withhold_below": 10}


def test_the_data_docs_are_read_and_packed(data):
    read = bundle.load("airport")
    assert bundle.data_docs(read) == {"index.html": tiny_bundle.DOCS_PAGE}
    assert bundle.zipped_docs(read)[:2] == b"PK"
