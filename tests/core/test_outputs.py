"""Output folders: all of them new, or all as they were."""

from pathlib import Path

import pytest

from pipelines.core import outputs

NAMES = ("one", "two")


def before(folder: Path) -> None:
    (folder / "one").mkdir()
    (folder / "one" / "old.txt").write_text("old")


def test_the_folders_are_replaced_with_all_that_was_in_them(tmp_path: Path):
    before(tmp_path)
    with outputs.replacing(tmp_path, NAMES) as draft:
        (draft / "one" / "new.txt").write_text("new")
        assert (tmp_path / "one" / "old.txt").exists()
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["new.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_an_error_leaves_what_was_there(tmp_path: Path):
    def fail() -> None:
        with outputs.replacing(tmp_path, NAMES) as draft:
            (draft / "one" / "new.txt").write_text("new")
            raise ValueError("half-way")

    before(tmp_path)
    with pytest.raises(ValueError, match="half-way"):
        fail()
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["old.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_the_leftovers_of_a_killed_process_are_swept(tmp_path: Path):
    half = tmp_path / ".one-two.part" / "one" / "half.txt"
    half.parent.mkdir(parents=True)
    half.write_text("half")
    with outputs.replacing(tmp_path, NAMES):
        assert not half.exists()
    assert not half.parent.parent.exists()
