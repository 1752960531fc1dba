"""Errors that say where, what was expected, what came, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

EXAMPLES = 5  # more would hide the message
BAD_INPUT = 2  # exit code of what the user can mend


class TouchstoneError(Exception):
    """A problem the user can mend; shown without a traceback, exit code 2.

    Parameters
    ----------
    where : str
        File, and the place in it.
    expected, got : str
        What should have been there, and what was (a few examples at most).
    todo : str
        What the user does next.
    code : str, optional
        The same for tables, as a code and its values (`contract.code.write_code`), where a
        step goes on without what could not be computed.
    """

    def __init__(
        self, where: str, *, expected: str, got: str, todo: str, code: str | None = None
    ) -> None:
        self.where, self.expected, self.got, self.todo = where, expected, got, todo
        self.code = code
        super().__init__(f"{where}: expected {expected}, got {got}; {todo}")


class StudyError(TouchstoneError):
    """The map, study.yaml, is wrong."""


class SourceError(TouchstoneError):
    """A raw file is not what the map says."""


class ContractError(TouchstoneError):
    """A table or a value is not what the contract says."""


def examples(values: Iterable[object]) -> str:
    """Join the first few values for a message.

    >>> examples(["a", "b"])
    "'a', 'b'"
    """
    listed = list(values)
    shown = ", ".join(repr(value) for value in listed[:EXAMPLES])
    more = len(listed) - EXAMPLES
    return f"{shown} and {more} more" if more > 0 else shown


def closest(name: str, valid: Iterable[str]) -> str:
    """Name the valid names nearest to a misspelt one, or all when there are few."""
    names = sorted(valid)
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(repr(match) for match in near)}?"
    return f"the valid names are {examples(names)}" if names else "none is declared"
