"""Progress of long work: a line now and then, of what is done of all."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

Thing = TypeVar("Thing")
SECONDS_BETWEEN = 2.0  # a reader looks up that often; more would bury the rest
PROGRESS_MARK = (
    "  .. "  # begins a line of progress, so that `touchstone run` can tell it from others
)


def over(things: Iterable[Thing], what: str, n: int | None = None) -> Iterator[Thing]:
    """Yield things, and say now and then how many of them are done.

    Parameters
    ----------
    what : str
        What they are, in the plural.
    n : int, optional
        How many there are, if `things` cannot tell.

    Examples
    --------
    >>> list(over([1, 2], "models"))
    [1, 2]
    """
    total = len(things) if n is None and isinstance(things, Sized) else n
    last = time.monotonic()
    for done, thing in enumerate(things):
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN:
            tell(done, total, what)
            last = now
        yield thing


def tell(done: int, total: int | None, what: str) -> None:
    """Say how many are done."""
    of = "" if total is None else f" of {total:,}"
    print(f"{PROGRESS_MARK}{done:,}{of} {what}", file=sys.stderr, flush=True)
