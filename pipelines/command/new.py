"""`touchstone new`: copy files into a new study and draft its map."""

from __future__ import annotations

import io
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pipelines.command.drafting.draft import (
    Sourced,
    draft_sources,
    draft_study,
    pattern_of,
    place_files,
)
from pipelines.command.drafting.guessed import count_guesses, to_yaml, yaml_writer
from pipelines.command.drafting.layouts import find_layouts
from pipelines.core import store
from pipelines.core.errors import StudyError, examples
from pipelines.core.params import PROJECT
from pipelines.core.study import DATA_FOLDER, inspect, load
from pipelines.ingest.layout import columns_read

NAME = re.compile(r"[a-z][a-z0-9_-]*")
UNUSED_COLUMNS_SHOWN = 10  # columns not used that are listed
STUDY_HEADING = """\
Drafted by `touchstone new`. What it could not know is marked with "guess:": look at each mark,
correct what is wrong and take the mark away. docs/study.md explains every key.
Then: touchstone check {name}
"""


def new_study(
    name: str,
    files: Sequence[Path],
    data: Path = DATA_FOLDER,
    params: Path = PROJECT / "params.yaml",
) -> str:
    """Copy files to a new study, draft its study.yaml and name it in params.yaml.

    Parameters
    ----------
    data : Path
        Folder of all studies.
    params : Path
        File that lists the studies to run; its comments stay.

    Returns
    -------
    str
        What was recognised, and what to do next.

    Raises
    ------
    StudyError
        If the name cannot be a folder's, or there is such a study.
    SourceError
        If a file is missing or cannot be read.
    """
    _require_new(name, data)
    _require_different_names(files)
    sources = draft_sources(find_layouts(files))
    placed = place_files(sources)
    patterns = {source: pattern_of(list(paths.values())) for source, paths in placed.items()}
    draft = draft_study(name, sources, patterns)
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data, prefix=f".{name}.") as temporary:
        folder = Path(temporary) / name
        for paths in placed.values():
            _copy(folder, paths)
        (folder / "codes").mkdir()  # for code lists; DVC wants it, git forgets empty folders
        (folder / "codes" / ".gitkeep").touch()
        (folder / "study.yaml").write_text(
            to_yaml(draft, STUDY_HEADING.format(name=name)), encoding="utf-8"
        )
        _, problems = inspect(folder)
        if problems:
            raise problems[0]
        os.replace(folder, data / name)  # all of it or nothing
    _list_in(params, name)
    return _report(data / name, sources, patterns, count_guesses(draft))


def _require_new(name: str, data: Path) -> None:
    if not NAME.fullmatch(name):
        raise StudyError(
            "touchstone new",
            expected="a name of small letters, digits, - and _, such as shop or survey_2024",
            got=repr(name),
            todo="choose another name",
        )
    if (data / name).exists():
        raise StudyError(
            f"data/{name}",
            expected="a new study",
            got="one of that name",
            todo="choose another name, or remove that folder first",
        )


def _require_different_names(files: Sequence[Path]) -> None:
    twice = [name for name, n in Counter(path.name for path in files).items() if n > 1]
    if twice:
        raise StudyError(
            "touchstone new",
            expected="files of different names, since they go into one folder",
            got=f"{examples(twice)} more than once",
            todo="rename one of them",
        )


def _copy(folder: Path, paths: dict[Path, str]) -> None:
    for original, path in paths.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(original, folder / path)


def _list_in(params: Path, name: str) -> None:
    """Add a study to params.yaml; all else in it stays as it is."""
    writer = yaml_writer()
    content = writer.load(params.read_text(encoding="utf-8"))
    if name in content["studies"]:
        return
    content["studies"].append(name)
    text = io.StringIO()
    writer.dump(content, text)
    with store.replacing(params) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8")


def _report(
    folder: Path, sources: Sequence[Sourced], patterns: dict[str, str], n_guesses: int
) -> str:
    """Say what was recognised in each source, and what to do next."""
    lines = [f"{folder.name}: study.yaml drafted, {n_guesses} guesses in it"]
    maps = load(f"{folder.parent}/{folder.name}").map.sources
    for source in sources:
        layout = source.layout
        lines.append(f"  {layout.name}: {patterns[layout.name]} ({layout.reading})")
        lines += [f"    {said}" for said in source.part.said]
        used = {name for table in maps[layout.name].tables for name in columns_read(table)}
        unused = [fact.name for fact in layout.facts if fact.name not in used]
        if unused:
            more = (
                f" and {len(unused) - UNUSED_COLUMNS_SHOWN} more"
                if len(unused) > UNUSED_COLUMNS_SHOWN
                else ""
            )
            lines.append(f"    not used: {', '.join(unused[:UNUSED_COLUMNS_SHOWN])}{more}")
    lines += [
        f"Next: look at each line marked with 'guess:' in {folder.parent.name}/{folder.name}"
        "/study.yaml and correct it; first the scales (is the highest the best?), the codes for no "
        "answer, the dates and the ids.",
        f"Then: touchstone check {folder.name}",
    ]
    return "\n".join(lines)
