"""`touchstone verify`: a reviewer's reproduction in a clean copy, compared file by file."""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from pipelines.command import repro
from pipelines.core import params
from pipelines.core.errors import SourceError
from pipelines.core.params import PROJECT

Outcome = Literal["identical", "changed", "missing"]
IDENTICAL, NOT_IDENTICAL, NOT_COMPUTED = 0, 1, 2
LOCK = "dvc.lock"


@dataclass(frozen=True)
class Comparison:
    """How one output came out in the clean copy."""

    path: str
    outcome: Outcome
    note: str = ""


def verify_all(project: Path = PROJECT) -> int:
    """Compute everything anew in a clean copy of the project; return the exit code."""
    recorded = outputs(project)
    with tempfile.TemporaryDirectory(prefix="touchstone-verify-") as name:
        copy = Path(name)
        copy_sources(project, copy)
        print(f"Computing everything anew in {copy}", flush=True)
        computing = repro.start_dvc("--force", "--no-run-cache", "--no-commit", folder=copy)
        failed = repro.show(computing, params.plan(copy / "params.yaml"))
        if failed:
            return NOT_COMPUTED
        verdicts = list(compare(project, recorded, copy, outputs(copy)))
    print(table(verdicts))
    same = all(verdict.outcome == "identical" for verdict in verdicts)
    return IDENTICAL if same else NOT_IDENTICAL


def outputs(project: Path) -> dict[str, str]:
    """Read the hash of every output from dvc.lock, by path.

    Raises
    ------
    SourceError
        If nothing has been computed yet.
    """
    lock = project / LOCK
    if not lock.is_file():
        raise SourceError(
            str(lock),
            expected="the hashes of what was computed",
            got="no file",
            todo="run `touchstone run` first",
        )
    stages: dict[str, Any] = yaml.safe_load(lock.read_text(encoding="utf-8"))["stages"]
    return {out["path"]: out["md5"] for stage in stages.values() for out in stage.get("outs", [])}


def copy_sources(project: Path, copy: Path) -> None:
    """Copy what the results are made from: files known to git, and every study's own.

    Outputs, caches, `dvc.lock` and what git ignores stay behind.
    """
    ignored_but_needed = [*project.glob("data/*/raw/**/*"), *project.glob("data/*/study.yaml")]
    known = _git(project, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    paths = {project / name for name in known.split("\0") if name} | set(ignored_but_needed)
    for path in sorted(paths):
        if path.is_file() and path.name != LOCK:  # git also lists what was deleted
            target = copy / path.relative_to(project)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    _git(copy, "init", "--quiet")  # DVC wants a repository


def _git(folder: Path, *arguments: str) -> str:
    ran = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise SourceError(
            str(folder),
            expected="a git repository",
            got=ran.stderr.strip(),
            todo="clone the project with git",
        )
    return ran.stdout


def compare(
    project: Path, recorded: dict[str, str], copy: Path, computed: dict[str, str]
) -> Iterator[Comparison]:
    """Compare every output with dvc.lock and, file by file, with what is in the workspace.

    Parameters
    ----------
    project, copy : Path
        The workspace and the clean copy.
    recorded, computed : dict
        Hashes of outputs by path, from the dvc.lock of each.
    """
    for path in sorted(recorded.keys() | computed.keys()):
        if path not in computed:
            yield Comparison(path, "missing", "not in the clean copy")
            continue
        as_recorded = recorded.get(path) == computed[path]
        if not as_recorded:
            yield Comparison(path, "changed", f"{LOCK} records another hash, or none")
        if as_recorded and not (project / path).exists():
            yield Comparison(path, "identical", f"to {LOCK}; not computed here yet")
        else:
            yield from compare_files(project, copy, path)


def compare_files(project: Path, copy: Path, path: str) -> Iterator[Comparison]:
    """Compare one output, or every file in it, with the workspace."""
    for name in sorted(_files(project, path) | _files(copy, path)):
        here, there = project / name, copy / name
        if not there.is_file():
            yield Comparison(name, "missing", "not in the clean copy")
        elif not here.is_file():
            yield Comparison(name, "missing", "only in the clean copy")
        elif filecmp.cmp(here, there, shallow=False):
            yield Comparison(name, "identical")
        else:
            yield Comparison(name, "changed")


def _files(root: Path, path: str) -> set[str]:
    top = root / path
    found = [top] if top.is_file() else [file for file in top.rglob("*") if file.is_file()]
    return {file.relative_to(root).as_posix() for file in found}


def table(verdicts: list[Comparison]) -> str:
    """Table of verdicts, and how many there are of each."""
    lines = [f"{v.outcome:<10} {v.path}{f' ({v.note})' if v.note else ''}" for v in verdicts]
    counts = Counter(verdict.outcome for verdict in verdicts)
    numbers = ", ".join(f"{counts[o]} {o}" for o in ("identical", "changed", "missing"))
    return "\n".join(["", *lines, "", f"{len(verdicts)} outputs: {numbers}"])
