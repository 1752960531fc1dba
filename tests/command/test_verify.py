"""A reviewer's reproduction says which outputs came out the same."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.command import repro, verify
from pipelines.command.verify import Comparison, compare
from pipelines.core.errors import SourceError


@pytest.fixture
def computed(project: Path) -> Path:
    command = [sys.executable, "-m", "dvc", "repro", "--quiet"]
    subprocess.run(command, cwd=project, env=repro.environment(), check=True)
    return project


def test_what_was_computed_comes_out_identical_and_what_was_edited_does_not(computed, capsys):
    assert verify.verify_all(computed) == 0
    shown = capsys.readouterr().out
    assert "identical  data/east/mapped/rows.txt" in shown
    assert "5 outputs: 5 identical, 0 changed, 0 missing" in shown

    (computed / "data/east/mapped/rows.txt").write_text("1\n2\n4\n")
    (computed / "data/west/mapped/count.txt").unlink()
    assert verify.verify_all(computed) == 1
    shown = capsys.readouterr().out
    assert "changed    data/east/mapped/rows.txt" in shown
    assert "missing    data/west/mapped/count.txt (only in the clean copy)" in shown


def test_a_copy_that_cannot_be_computed_is_an_error(computed, capsys):
    (computed / "data/east/raw/answers.csv").write_text("bad\n")
    assert verify.verify_all(computed) == 2
    assert "expected numbers, got 'bad'" in capsys.readouterr().err


def test_without_a_lock_there_is_nothing_to_verify(project):
    with pytest.raises(SourceError, match=r"got no file; run `touchstone run` first"):
        verify.verify_all(project)


def test_a_folder_outside_git_is_refused(tmp_path):
    with pytest.raises(SourceError, match="expected a git repository"):
        verify.copy_sources(tmp_path, tmp_path / "copy")


def test_the_copy_has_sources_but_no_outputs_caches_or_lock(project, tmp_path):
    for name in ("data/east/mapped/rows.txt", ".dvc/cache/x", "dvc.lock"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("made before")
    with (project / ".gitignore").open("a") as ignored:
        ignored.write("/data/west/\n")  # one's own study need not be in git
    subprocess.run(["git", "rm", "-rq", "--cached", "data/west"], cwd=project, check=True)
    copy = tmp_path / "copy"
    copy.mkdir()
    verify.copy_sources(project, copy)
    made = {p.relative_to(copy).as_posix() for p in copy.rglob("*") if p.is_file()}
    made = {name for name in made if not name.startswith(".git/")}
    assert {"data/west/raw/answers.csv", "data/west/study.yaml", "ingest.py"} <= made
    assert not {name for name in made if "mapped" in name or "cache" in name or "lock" in name}


def test_a_fresh_clone_is_compared_with_the_lock_alone(tmp_path):
    (tmp_path / "copy" / "out").mkdir(parents=True)
    verdicts = compare(tmp_path, {"out": "h.dir"}, tmp_path / "copy", {"out": "h.dir"})
    assert list(verdicts) == [Comparison("out", "identical", "to dvc.lock; not computed here yet")]


def test_an_output_that_the_copy_lacks_is_missing(tmp_path):
    verdicts = compare(tmp_path, {"out": "h"}, tmp_path, {})
    assert list(verdicts) == [Comparison("out", "missing", "not in the clean copy")]


def test_another_hash_than_the_recorded_one_is_a_change_even_if_the_files_agree(tmp_path):
    for place in ("here", "copy"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "out").write_text("same")
    verdicts = compare(tmp_path / "here", {"out": "old"}, tmp_path / "copy", {"out": "new"})
    assert [verdict.outcome for verdict in verdicts] == ["changed", "identical"]
