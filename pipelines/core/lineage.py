"""Lineage: the code that a step consists of, found by following imports.

DVC does not see imports, and the manifest names the code that made a bundle: both are told here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from pipelines.contract.step import Step

OWN_PACKAGES = ("pipelines", "expectations", "app")  # of this project
COMPILED = "__pycache__"  # the folder beside code that is none of its inputs


def code_of(step: Step, root: Path) -> set[Path]:
    """Files a step loads, or reads beside its code, relative to `root`.

    These are its run.py, its declaration, the runner, the modules it loads by name, all that
    these import, and the other files in its folder, such as lists of names.

    Parameters
    ----------
    step : Step
    root : Path
        The project.
    """
    entries = ["pipelines.runner", f"pipelines.{step.name}.run", f"pipelines.contract.{step.name}"]
    named = [path for pattern in step.needs for path in sorted(root.glob(pattern))]
    entries += [".".join(path.relative_to(root).with_suffix("").parts) for path in named]
    own = files_in(Path("pipelines", step.name), root)
    beside = {path for path in own if path.suffix != ".py"}
    return {path.relative_to(root) for path in reachable(entries, root)} | beside


def files_in(folder: Path, root: Path) -> list[Path]:
    """Files of a folder of code at any depth, relative to `root`."""
    found = (path for path in (root / folder).rglob("*") if path.is_file())
    return [path.relative_to(root) for path in found if COMPILED not in path.parts]


def reachable(modules: Iterable[str], root: Path) -> set[Path]:
    """Files that modules load: themselves, their packages and all they import, at any depth."""
    found: set[Path] = set()
    waiting = set(modules)
    while waiting:
        module = waiting.pop()
        parents = [module.rsplit(".", n)[0] for n in range(module.count(".") + 1)]
        files = {file for name in parents if (file := file_of(name, root))} - found
        found |= files
        waiting |= {name for file in files for name in imports_of(file, root)}
    return found


def file_of(module: str, root: Path) -> Path | None:
    """File of a module of this project; None if it is none.

    >>> file_of("numpy", Path(".")) is None
    True
    """
    path = root / module.replace(".", "/")
    if (path / "__init__.py").is_file():
        return path / "__init__.py"
    return path.with_suffix(".py") if path.with_suffix(".py").is_file() else None


@cache
def imports_of(file: Path, root: Path) -> frozenset[str]:
    """Modules of this project that a file imports, also inside functions."""
    return frozenset(imported_by(ast.parse(file.read_text(encoding="utf-8")), root))


def imported_by(tree: ast.AST, root: Path) -> Iterator[str]:
    """Modules of this project that code imports."""
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            if name.split(".")[0] in OWN_PACKAGES and file_of(name, root):
                yield name


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    """Statements at any depth; expressions hold none, and are most of a tree."""
    for name in ("body", "orelse", "finalbody", "handlers"):
        for child in getattr(node, name, ()):
            if isinstance(child, ast.stmt):
                yield child
            yield from _statements(child)
