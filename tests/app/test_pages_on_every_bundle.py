"""Every page opens on every bundle that may be there: full, empty, without tables, of old."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import streamlit as st

from app.core import bundle, language
from app.core.page import entries
from pipelines.contract.publish import EMPTY_REASONS
from pipelines.contract.registry import published
from tests.app import tiny_bundle, tiny_shop, tiny_survey
from tests.app.reading import texts

PAGES = {entry.page.name: entry.page for entry in entries()}
LANGUAGES = sorted(language.languages())
REASON = "no_source?table=responses"
BEFORE = {
    "wave": "period",
    "wave_against": "period_against",
    "group": "segment_value",
    "condition": "says",
}
SENTENCE = "weighted mean, Taylor-linearised over strata and clusters, t interval"
PARAMS_BEFORE = tiny_bundle.PARAMS | {"publish": {"suppress_n": 10}}

Tables = dict[str, pl.DataFrame]


def put(
    data: Path, tables: Tables, params: dict = tiny_bundle.PARAMS, reason: str = REASON
) -> None:
    """Put down the survey study with these tables only."""
    empty = {name: reason for name, table in tables.items() if table.is_empty()}
    register = tiny_survey.register()
    tiny_bundle.put(data / "airport", register, tables, empty=empty, params=params)


def full(data: Path) -> None:
    tiny_survey.publish(data)


def without_a_survey(data: Path) -> None:
    tiny_shop.publish(data)


def empty(data: Path) -> None:
    put(data, {name: table.without_rows() for name, table in published().items()})


def absent(data: Path) -> None:
    put(data, {})


def scores_alone(data: Path) -> None:
    put(data, {"scores": tiny_survey.tables()["scores"]})


def older(data: Path) -> None:
    """As published before waves, groups and withheld numbers had these names."""
    tables = {name: of_old(table) for name, table in tiny_survey.tables().items()}
    put(data, tables, PARAMS_BEFORE)


def with_sentences(data: Path) -> None:
    """As published before methods were codes, its columns already named as they are."""
    scores = tiny_survey.tables()["scores"].with_columns(method=pl.lit(SENTENCE))
    contrasts = published()["driver_contrasts"].without_rows()
    tables = tiny_survey.tables() | {"scores": scores, "driver_contrasts": contrasts}
    put(data, tables, reason="no source of this study fills responses")


def of_old(table: pl.DataFrame) -> pl.DataFrame:
    if "flags" in table.columns:
        flags = pl.col("flags").str.replace("withheld", "suppressed")
        table = table.with_columns(flags, method=pl.lit(SENTENCE))
    return table.rename(BEFORE, strict=False)


BUNDLES = (full, without_a_survey, empty, absent, scores_alone, older, with_sentences)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("publish", BUNDLES, ids=lambda publish: publish.__name__)
def test_a_page_opens_without_an_exception(own_data, open_page, publish, page, code):
    publish(own_data)
    app = open_page(page, lang=code)
    assert app.title[0].value
    assert len(texts(app)) > 80


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("publish", [empty, absent], ids=lambda publish: publish.__name__)
@pytest.mark.parametrize("page", [name for name, page in PAGES.items() if page.needs])
def test_a_page_without_its_tables_says_what_would_fill_it(
    own_data, open_page, publish, page, code
):
    publish(own_data)
    words = language.load(code)
    app = open_page(page, lang=code)
    assert words(f"{page}.empty_title") in [heading.value for heading in app.subheader]
    said = words("empty.reason", reason=words.sentence(EMPTY_REASONS, REASON))
    assert (said in texts(app)) == (publish is empty)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("publish", "lacks"), [(older, "publish.withhold_below"), (with_sentences, "empty")]
)
def test_an_older_bundle_says_that_it_is_older_and_how_to_publish_it_anew(
    own_data, open_page, publish, lacks, page, code
):
    publish(own_data)
    app = open_page(page, lang=code)
    assert language.load(code)("empty.older") in [warning.value for warning in app.warning]
    assert [block.value for block in app.code] == ["touchstone run airport"]
    assert f"manifest.json: {lacks}" in texts(app)


READ = [(page, table) for page in PAGES for table in (*PAGES[page].needs, *PAGES[page].uses)]


@pytest.mark.parametrize(("page", "table"), READ)
def test_one_table_that_lacks_a_column_is_named_on_the_pages_that_read_it(
    own_data, open_page, page, table
):
    tables = tiny_survey.tables()
    column = tables[table].columns[1]
    put(own_data, tables | {table: tables[table].drop(column)})
    assert f"{table}: {column}." in texts(open_page(page, lang="en"))
    others = next(n for n, p in PAGES.items() if table not in (*p.needs, *p.uses))
    assert not open_page(others, lang="en").code


@pytest.mark.parametrize(("page", "table"), READ)
def test_a_page_opens_without_any_one_of_its_tables(own_data, open_page, page, table):
    put(own_data, {name: t for name, t in tiny_survey.tables().items() if name != table})
    assert open_page(page, lang="en").title[0].value


@pytest.mark.parametrize("page", PAGES)
def test_a_page_declares_every_table_it_reads(data, open_page, monkeypatch, page):
    read: set[str] = set()

    class Watched(dict):
        def __getitem__(self, name: str) -> pl.DataFrame:
            read.add(name)
            return super().__getitem__(name)

    load: Callable[[str], bundle.Bundle] = bundle.load

    def watched(study: str) -> bundle.Bundle:
        found = load(study)
        return replace(found, tables=Watched(found.tables))

    monkeypatch.setattr(bundle, "load", watched)
    st.cache_resource.clear()  # or what another test made of a table is not read anew
    st.cache_data.clear()
    for study in ("airport", "shop"):
        open_page(page, study=study, lang="en")
    declared = {*PAGES[page].needs, *PAGES[page].uses}
    pickers = {"scores"} if {"segment", "weights"} & set(PAGES[page].filters) else set()
    assert declared <= read <= declared | pickers
