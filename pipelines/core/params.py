"""Parameters: params.yaml is the one way in; every value is named and checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.contract.step import Settings
from pipelines.core.errors import StudyError, closest

PROJECT = Path(__file__).resolve().parents[2]
PARAMS_FILE = PROJECT / "params.yaml"
S = TypeVar("S", bound=Settings)

Content = Mapping[str, Any]  # of params.yaml


class Report(BaseModel):
    """A notebook and the study it is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    study: str
    notebook: str
    reads: str  # a file or folder of the study, beside its map, answers and derived tables


class Plan(BaseModel):
    """What is computed: the studies, and the reports about them."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    studies: list[str]
    reports: list[Report]


def read(path: Path = PARAMS_FILE) -> dict[str, Any]:
    """Read params.yaml as it is.

    Raises
    ------
    StudyError
        If it is no mapping.
    """
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise StudyError(
            path.name, expected="a mapping", got=type(content).__name__, todo="restore it from git"
        )
    return content


def plan(path: Path = PARAMS_FILE) -> Plan:
    """Read which studies and reports there are.

    Raises
    ------
    StudyError
        Naming the first key that is missing, unknown or of the wrong type.
    """
    try:
        return Plan.model_validate(read(path))
    except ValidationError as error:
        raise _refusal(error, {}) from error


def settings_of(kind: type[S], content: Content) -> S:
    """Read the parameters that a step declares.

    Raises
    ------
    StudyError
        Naming the first that is missing or wrong, by its place in params.yaml.
    """
    paths, given = kind.paths(), {}
    leaves = dict(_leaves(content))
    for name, path in paths.items():
        if path in leaves:
            given[name] = leaves[path]
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        raise _refusal(error, paths) from error


def require_known(content: Content, kinds: Iterable[type[Settings]]) -> None:
    """Refuse a parameter that no step declares: it is misspelt, or left over.

    Raises
    ------
    StudyError
        Naming the first.
    """
    known = {path for kind in kinds for path in kind.paths().values()}
    for path, _ in _leaves(content):
        if path not in known and path.split(".")[0] not in Plan.model_fields:
            raise StudyError(
                f"params.yaml: {path}",
                expected="a parameter that a step declares",
                got="one that none does",
                todo=closest(path, known),
            )


def _leaves(content: Content, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Values by their place, ``section.name``."""
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _refusal(error: ValidationError, paths: Mapping[str, str]) -> StudyError:
    first = error.errors()[0]
    name, *rest = map(str, first["loc"])
    missing = first["type"] == "missing"
    return StudyError(
        f"params.yaml: {'.'.join([paths.get(name, name), *rest])}",
        expected="a value" if missing else first["msg"],
        got="none" if missing else repr(first["input"]),
        todo="correct params.yaml",
    )
