"""dvc.yaml, derived from the declared steps and from what their code imports.

`make derive` writes it; a test fails while it is not current.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from pipelines.contract import registry
from pipelines.contract.step import Step
from pipelines.core import lineage
from pipelines.core.params import PROJECT
from pipelines.publish import manifest

PIPELINE_FILE = PROJECT / "dvc.yaml"
PIPELINE_HEADING = """\
# Made from pipelines/contract/ and from what each step imports by `make derive`; edit those.
"""
# What was published stays until the new bundle is whole. Not cached, because DVC would restore it
# file by file, and a reader could see half of it.
OPTIONS_OF_OUT = {"published": {"persist": True, "cache": False}}


def pipeline(root: Path = PROJECT) -> str:
    """Return the text of dvc.yaml."""
    stages = {step.name: stage(step, root) for step in registry.steps().values()}
    content = yaml.safe_dump({"stages": stages}, sort_keys=False, width=100, allow_unicode=True)
    return PIPELINE_HEADING + content


def stage(step: Step, root: Path) -> dict[str, Any]:
    """The stage of a step: what it runs, what it depends on, what it makes."""
    matrix = _matrix(step)
    study = step.only or ("${item.report.study}" if step.per == "report" else "${item.study}")
    arguments = [study] + (["${item.report.notebook}"] if step.per == "report" else [])
    declared = {
        "desc": step.does,
        **({"matrix": matrix} if matrix else {}),
        "cmd": f"python -m pipelines.runner {step.name} {' '.join(arguments)}",
        "deps": [*_code(step, root), *_inputs(step, study)],
        "params": sorted(_parameters(step)),
        "outs": [_out(f"data/{study}/", name, step) for name in registry.outputs(step)],
    }
    return {key: value for key, value in declared.items() if value}


def _matrix(step: Step) -> dict[str, str]:
    if step.only:
        return {}
    return {"report": "${reports}"} if step.per == "report" else {"study": "${studies}"}


def _code(step: Step, root: Path) -> list[str]:
    files = lineage.code_of(step, root)
    if step.per == "report":
        modules = {
            name for path in (root / "notebooks").glob("*.ipynb") for name in _used(path, root)
        }
        files |= {path.relative_to(root) for path in lineage.reachable(modules, root)}
    if "published" in step.keeps:  # the manifest names the hash of all code that leads to it
        files |= manifest.code_files(root)
    return sorted(path.as_posix() for path in _gathered(files, root))


def _gathered(files: set[Path], root: Path) -> set[Path]:
    """Name a folder in place of its files where a step needs all of them.

    DVC writes dvc.lock anew after every stage, which takes the longer the more it lists.
    """
    found = set(files)
    for folder in sorted({path.parent for path in files}, key=lambda path: len(path.parts)):
        inside = {path for path in files if folder in path.parents}
        if len(inside) > 1 and inside == set(lineage.files_in(folder, root)):
            found = (found - inside) | {folder}
    return {path for path in found if not (set(path.parents) & found)}


def _used(notebook: Path, root: Path) -> Iterable[str]:
    """Modules of this project that a notebook imports."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            yield from lineage.imported_by(ast.parse("".join(cell["source"])), root)


def _inputs(step: Step, study: str) -> list[str]:
    """Data a step reads; a table is a file, anything else a folder or file as named."""
    more = ["${item.report.reads}"] if step.per == "report" else []
    notebook = ["notebooks/${item.report.notebook}.ipynb"] if step.per == "report" else []
    files = [f"{name}.parquet" if "/" in name else name for name in (*step.reads, *more)]
    about = [] if step.only else [f"data/{study}/study.yaml"]
    return [*notebook, *about, *(f"data/{study}/{name}" for name in files)]


def _parameters(step: Step) -> set[str]:
    if "published" not in step.keeps:
        return set(step.settings.paths().values())
    upstream = registry.upstream(step.name)
    return {path for one in upstream for path in one.settings.paths().values()}


def _out(prefix: str, name: str, step: Step) -> Any:
    if step.per == "report":
        return f"{prefix}{name}/${{item.report.notebook}}.html"
    path = f"{prefix}{name}.parquet" if name.startswith("derived/") else f"{prefix}{name}"
    return {path: OPTIONS_OF_OUT[name]} if name in OPTIONS_OF_OUT else path


if __name__ == "__main__":
    PIPELINE_FILE.write_text(pipeline(), encoding="utf-8")
