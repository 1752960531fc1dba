"""The one reader of what the pipeline publishes.

A bundle is a folder of tables named by its hash; `manifest.json` beside it points at the current
one. It is replaced while the app runs, so a page reads the manifest first and all tables at once.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
import streamlit as st

from app.core import schema
from pipelines.contract.code import READER_PLACES

DATA = Path(__file__).resolve().parents[2] / "data"
T = TypeVar("T")


@dataclass(frozen=True)
class Bundle:
    """One published state of a study.

    Parameters
    ----------
    study : str
        Name of the study's folder.
    folder : Path
        ``published/<hash>``.
    manifest, register : Mapping
        Content of manifest.json and register.json.
    tables : Mapping of str to DataFrame
        Every published table, each with the column ``row``, its row's number. One that is absent
        or lacks columns is here without rows, so that who handles empty tables handles these.
    outdated : Mapping of str to tuple of str
        What a table, or manifest.json, lacks of what the app asks for: the bundle was published
        by an older version.
    """

    study: str
    folder: Path
    manifest: Mapping[str, Any]
    register: Mapping[str, Any]
    tables: Mapping[str, pl.DataFrame]
    outdated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Hash of the bundle."""
        return str(self.manifest["bundle"])

    @property
    def fdr(self) -> float:
        """False discovery rate that the changes were judged by."""
        return float(self.manifest["params"]["measure"]["fdr"])

    @property
    def places(self) -> dict[str, int]:
        """What sentences of codes have places for, by the name of the place."""
        paths = [path.rpartition(".") for path in schema.parameters()]
        params = self.manifest["params"]
        return {name: params[section][name] for section, _, name in paths if name in READER_PLACES}

    def has(self, *tables: str) -> bool:
        """Whether every one of these tables has rows."""
        return all(name in self.tables and self.tables[name].height for name in tables)

    def row(self, table: str, number: int) -> dict[str, Any]:
        """One row of a table by its number."""
        return self.tables[table].row(number, named=True)

    def waves(self, mode: str | None) -> list[dict[str, Any]]:
        """Waves of a mode, in order of time."""
        return [wave for wave in self.register["waves"] if wave["mode"] == mode]

    def wave(self, mode: str | None, name: str) -> dict[str, Any]:
        """A wave by its name."""
        return next(wave for wave in self.waves(mode) if wave["wave"] == name)


def data_folder() -> Path:
    """Folder with one folder per study; TOUCHSTONE_DATA moves it."""
    return Path(os.environ.get("TOUCHSTONE_DATA", DATA))


def studies() -> list[str]:
    """Names of the studies that have a published bundle."""
    return sorted(path.parents[1].name for path in data_folder().glob("*/published/manifest.json"))


def load(study: str) -> Bundle:
    """Read the current bundle of a study.

    Raises
    ------
    FileNotFoundError
        If a table is missing although the manifest names it.
    """
    return _current(_bundle, study)


def title(study: str) -> dict[str, str]:
    """Title of a study by language, without reading its tables."""
    return dict(_current(_register, study)["title"])


def _current(read: Callable[[str, int], T], study: str) -> T:
    """Read what the manifest points at; anew if a new bundle came in between."""
    manifest = data_folder() / study / "published" / "manifest.json"
    try:
        return read(str(manifest), manifest.stat().st_mtime_ns)
    except FileNotFoundError:
        return read(str(manifest), manifest.stat().st_mtime_ns)


# The time the manifest was modified is part of the cache's key: a new bundle is a new entry.
@st.cache_resource(max_entries=8, show_spinner=False)
def _bundle(manifest: str, modified: int) -> Bundle:
    folder, content = _pointed_at(manifest)
    read = {
        name: pl.read_parquet((folder / f"{name}.parquet").read_bytes())
        for name in content["tables"]
    }
    outdated = dict(schema.lacking(content, read))
    blank = {name: columns.to_frame() for name, columns in schema.expected().items()}
    whole = {name: table for name, table in read.items() if name not in outdated}
    tables = {name: table.with_row_index("row") for name, table in (blank | whole).items()}
    study = Path(manifest).parents[1].name
    return Bundle(study, folder, content, _register(manifest, modified), tables, outdated)


@st.cache_resource(max_entries=64, show_spinner=False)
def _register(manifest: str, modified: int) -> dict[str, Any]:
    folder, _ = _pointed_at(manifest)
    content: dict[str, Any] = json.loads((folder / "register.json").read_text(encoding="utf-8"))
    return content


def _pointed_at(manifest: str) -> tuple[Path, dict[str, Any]]:
    content = json.loads(Path(manifest).read_text(encoding="utf-8"))
    return Path(manifest).parent / content["bundle"], content


def data_docs(bundle: Bundle) -> dict[str, str]:
    """Pages of the Data Docs as HTML, by their path below docs/; empty if there are none."""
    docs = bundle.folder / "docs"
    pages = sorted(docs.rglob("*.html"))
    return {page.relative_to(docs).as_posix(): page.read_text(encoding="utf-8") for page in pages}


def zipped_docs(bundle: Bundle) -> bytes:
    """The Data Docs as a zip file, to be read without the app."""
    docs, packed = bundle.folder / "docs", io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in docs.rglob("*") if path.is_file()):
            archive.write(path, path.relative_to(docs))
    return packed.getvalue()
