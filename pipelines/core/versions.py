"""Replace a whole folder of files at once: readers see the version before or the new one.

::

    published/manifest.json         names the current version in `bundle`
    published/<bundle>/...          its files

A writer fills a draft, gives it the name of its content, lets the manifest point at it
and only then deletes older versions. A reader takes the manifest first; if the version
it names is gone, a newer manifest is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipelines.core import store

MANIFEST = "manifest.json"
NAME_LENGTH = 16  # hex digits of SHA-256: enough to tell versions apart


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def hash_of(hashes: Mapping[str, str]) -> str:
    """SHA-256 of named hashes, in any order."""
    return hashlib.sha256(json.dumps(dict(hashes), sort_keys=True).encode()).hexdigest()


def hashes_of(folder: Path, patterns: Iterable[str] = ("**/*",)) -> dict[str, str]:
    """SHA-256 of the files in a folder that fit a pattern, by their path from there, sorted."""
    found = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}
    return {path.relative_to(folder).as_posix(): file_hash(path) for path in sorted(found)}


@contextmanager
def draft(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill, inside `folder`; it is gone at the end unless settled."""
    folder.mkdir(parents=True, exist_ok=True)
    path = Path(tempfile.mkdtemp(dir=folder, prefix=".draft."))
    path.chmod(0o755)  # mkdtemp makes it private
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def settle(folder: Path, filled: Path, manifest: dict[str, Any]) -> None:
    """Make a filled draft the current version.

    Parameters
    ----------
    folder : Path
        Holds the manifest and the versions.
    filled : Path
        The draft, on the same file system.
    manifest : dict
        Its ``bundle`` names the version: the same name, the same content.
    """
    final = folder / manifest["bundle"]
    if final.exists() and hashes_of(final) != hashes_of(filled):
        os.rename(final, folder / f".damaged.{final.name}.{filled.name}")
    if not final.exists():
        os.rename(filled, final)
    store.write_json(folder / MANIFEST, manifest)
    for other in folder.iterdir():
        if other.name not in (MANIFEST, final.name):
            _remove(other)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
