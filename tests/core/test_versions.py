"""A folder of files is replaced at once, whatever happens half-way."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.core import versions

FILES = 5


def publish(folder: Path, content: str) -> None:
    with versions.draft(folder) as filled:
        (filled / "docs").mkdir()
        for number in range(FILES):
            (filled / "docs" / f"{number}.txt").write_text(content)
        versions.settle(folder, filled, {"bundle": content, "rows": FILES})


def read(folder: Path) -> set[str]:
    """Contents of the current version's files, read as the app does."""
    while True:
        current = json.loads((folder / "manifest.json").read_text())["bundle"]
        try:
            paths = [folder / current / "docs" / f"{number}.txt" for number in range(FILES)]
            return {path.read_text() for path in paths}
        except FileNotFoundError:
            newer = json.loads((folder / "manifest.json").read_text())["bundle"]
            assert newer != current, "the manifest names a version that is not there"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_version_takes_the_place_of_the_old(tmp_path):
    publish(tmp_path, "one")
    publish(tmp_path, "two")
    assert names(tmp_path) == ["manifest.json", "two"]
    assert read(tmp_path) == {"two"}


def test_publishing_the_same_content_again_changes_nothing(tmp_path):
    publish(tmp_path, "one")
    before = (tmp_path / "one").stat().st_ino
    publish(tmp_path, "one")
    assert (tmp_path / "one").stat().st_ino == before
    assert names(tmp_path) == ["manifest.json", "one"]


def test_a_damaged_version_is_mended_by_the_next_publication(tmp_path):
    publish(tmp_path, "one")
    (tmp_path / "one" / "docs" / "3.txt").unlink()
    publish(tmp_path, "one")
    assert read(tmp_path) == {"one"}
    assert names(tmp_path) == ["manifest.json", "one"]


def test_a_draft_that_fails_leaves_the_current_version(tmp_path):
    publish(tmp_path, "one")
    with pytest.raises(FileNotFoundError, match="absent"), versions.draft(tmp_path) as filled:
        (filled / "absent" / "x.txt").write_text("two")
    assert names(tmp_path) == ["manifest.json", "one"]


def test_hashes_depend_on_names_and_bytes_but_not_on_order(tmp_path):
    (tmp_path / "b.txt").write_text("b")
    (tmp_path / "a.txt").write_text("a")
    hashes = versions.hashes_of(tmp_path)
    assert list(hashes) == ["a.txt", "b.txt"]
    assert versions.hash_of(hashes) == versions.hash_of(dict(reversed(hashes.items())))
    assert versions.hash_of(hashes) != versions.hash_of({"a.txt": hashes["b.txt"]})


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_versions import publish
folder = Path(sys.argv[2])
for round in range(60):
    publish(folder, f"version-{round:03}")
"""


def test_a_reader_in_a_loop_never_sees_half_a_version(tmp_path):
    publish(tmp_path, "version-first")
    arguments = [sys.executable, "-c", WRITER, str(Path(__file__).parent), str(tmp_path)]
    seen = set()
    with subprocess.Popen(arguments) as writer:
        while writer.poll() is None:
            contents = read(tmp_path)
            assert len(contents) == 1, f"files of different versions: {contents}"
            seen |= contents
    assert writer.returncode == 0
    assert len(seen) > 1


# Publishes again and again, each time in a child that kills itself before its n-th change to
# the file system; prints how the children ended. One process, because imports take longest.
KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_versions import publish
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}

def die_before(moment):
    left = moment

    def count(event, arguments):
        nonlocal left
        if event in CHANGES:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)

moment, killed = 0, True
while killed:
    moment += 1
    folder = Path(sys.argv[2]) / str(moment)
    publish(folder, "one")
    child = os.fork()
    if child == 0:
        die_before(moment)
        publish(folder, "two")
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    killed = os.WIFSIGNALED(status)
    print(status)
"""


def test_a_writer_killed_at_any_moment_leaves_a_whole_version(tmp_path):
    arguments = [sys.executable, "-W", "ignore", "-c", KILLED]
    arguments += [str(Path(__file__).parent), str(tmp_path)]
    ran = subprocess.run(arguments, check=True, capture_output=True, text=True)
    *killed, last = (int(status) for status in ran.stdout.split())
    assert set(killed) == {signal.SIGKILL}
    assert last == 0
    assert len(killed) > 5
    for folder in tmp_path.iterdir():
        assert read(folder) in ({"one"}, {"two"})
        publish(folder, "three")
        assert names(folder) == ["manifest.json", "three"], "leftovers of the killed run"
