"""The recipe for a step in CONTRIBUTING.md works, and edits no file by hand."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from pipelines.contract.canonical import REVIEWS
from tests.contract.samples import sample

ROOT = Path(__file__).resolve().parents[1]
DERIVED = ["GLOSSARY.md", "docs/contract.md", "dvc.yaml"]  # by `make derive`
BLOCK = re.compile(r"```(?:python|yaml)\n# (?P<path>\S+)\n(?P<content>.*?)```", re.DOTALL)
COPIED = ("app", "expectations", "notebooks", "pipelines", "tests")
# Tests that look at every step, table and page there is.
GENERIC = (
    "tests/contract/test_every_table.py",
    "tests/test_architecture.py",
    "tests/command/test_reference.py",
    "tests/publish/test_run.py",
    "tests/app/test_pages_on_every_bundle.py",
)


def recipe() -> dict[str, str]:
    """Files of the recipe by their path."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    part = text.split("### A step, with a table and a page")[1].split("\n### ")[0]
    return {found["path"]: found["content"] for found in BLOCK.finditer(part)}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A copy of the project in git, without data."""
    copy = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    for path in ROOT.glob("*.*"):
        if path.is_file() and path.name != ".git":  # in a second work tree it is a file
            shutil.copy(path, copy)
    (copy / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "contract.md", copy / "docs")
    for study in ("sfo", "demo", "retail"):
        shutil.copytree(ROOT / "data" / study / "codes", copy / "data" / study / "codes")
        shutil.copy(ROOT / "data" / study / "study.yaml", copy / "data" / study)
    git(copy, "init", "--quiet")
    git(copy, "add", "--all")
    for path, content in recipe().items():
        assert not (copy / path).exists(), f"the recipe edits {path}"
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).write_text(content, encoding="utf-8")
    for derive in ("stages", "reference"):
        run(copy, "-m", f"pipelines.command.{derive}")
    return copy


def git(folder: Path, *arguments: str) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def run(folder: Path, *arguments: str) -> str:
    """Run Python in the copy, which comes before the project on its path."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_step_is_new_files_only_and_the_rest_is_derived(project):
    assert git(project, "diff", "--name-only").split() == DERIVED
    new = git(project, "ls-files", "--others", "--exclude-standard").split()
    assert sorted(new) == sorted(recipe())
    assert "voice" in (project / "dvc.yaml").read_text()


def test_the_step_runs_and_its_table_is_checked_and_written(project):
    study = project / "data" / "demo"
    (study / "canonical").mkdir()
    reviews = sample(REVIEWS, 30)
    reviews.write_parquet(study / "canonical" / "reviews.parquet")
    assert "mentions" in run(project, "-m", "pipelines.runner", "voice", f"{study}/")
    found = pl.read_parquet(study / "derived" / "mentions.parquet")
    assert found["n"].sum() == reviews["touchpoint_id"].count()


def test_every_generic_test_holds_with_the_new_step(project):
    run(project, "-m", "pytest", "-q", "-x", *GENERIC, "-p", "no:cacheprovider")
