"""Notebooks: a notebook and a study in, a report out."""

from __future__ import annotations

import nbformat

from pipelines.contract.notebooks import NotebooksSettings
from pipelines.core import store
from pipelines.core.errors import SourceError, closest
from pipelines.core.params import PROJECT
from pipelines.core.study import DATA_FOLDER, Study
from pipelines.core.tables import Read
from pipelines.notebooks.execution import execute
from pipelines.notebooks.page import render


def run(study: Study, _settings: NotebooksSettings, _read: Read, notebook: str) -> str:
    """Execute ``notebooks/<notebook>.ipynb`` about a study into ``reports/<notebook>.html``."""
    path = PROJECT / "notebooks" / f"{notebook}.ipynb"
    if not path.is_file():
        known = [found.stem for found in path.parent.glob("*.ipynb")]
        raise SourceError(
            str(path), expected="a notebook", got="no file", todo=closest(notebook, known)
        )
    source = nbformat.read(path, as_version=4)
    about = study.name if study.folder.parent == DATA_FOLDER else str(study.folder)
    executed = execute(source, name=notebook, study=about, folder=PROJECT)
    with store.replacing(study.path("reports", notebook, ".html")) as temporary:
        temporary.write_text(render(executed, name=notebook), encoding="utf-8")
    return f"report of {len(executed.cells)} cells"
