"""What is in git is what should be: locks with hashes, notebooks without outputs, no paths."""

import json
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-spark.lock")
TEXT = {".py", ".md", ".yaml", ".yml", ".toml", ".lock", ".ipynb", ".sh", ".cfg", ".json", ""}


@cache
def tracked() -> tuple[Path, ...]:
    """Files in git, without studies' raw data; all files where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file() and "raw" not in path.parts)


def pinned(lock: str) -> dict[str, list[str]]:
    """Requirements of a lock file, each with its hashes."""
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {line.split()[0]: re.findall(r"--hash=sha256:[0-9a-f]{64}", line) for line in lines}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_with_hashes(lock):
    requirements = pinned(lock)
    assert requirements
    for requirement, hashes in requirements.items():
        assert "==" in requirement
        assert hashes, requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock):
    assert "://" not in (ROOT / lock).read_text()


def test_the_locks_agree_with_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    locked = {name.lower() for lock in LOCKS for name in pinned(lock)}
    for wanted in (*project["dependencies"], *(one for extra in extras.values() for one in extra)):
        if "==" in wanted:
            exact = re.sub(r"\[.*?\]", "", wanted).lower()
            assert exact in locked, f"{wanted}: run `make lock`"


def test_notebooks_have_no_outputs():
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            assert not cell.get("outputs"), f"{path.name}: run nbstripout"
            assert cell.get("execution_count") is None, f"{path.name}: run nbstripout"


def test_no_file_names_a_folder_of_somebodys_machine():
    home = re.compile(r"/(home|Users|root|work)/[a-zA-Z]")
    for path in tracked():
        if path.suffix in TEXT and path != Path(__file__):
            found = home.search(path.read_text(encoding="utf-8"))
            assert not found, f"{path.relative_to(ROOT)}: {found}"


def test_outputs_are_not_in_git():
    made = ("mapped", "canonical", "quarantine", "validation", "derived", "published", "reports")
    for path in tracked():
        parts = path.relative_to(ROOT).parts
        assert not (parts[0] == "data" and len(parts) > 2 and parts[2] in made), path


def test_every_folder_of_tests_is_a_package():
    """Else two helpers of one name meet, and what is collected depends on the order."""
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert not [folder for folder in folders if not (folder / "__init__.py").is_file()]
