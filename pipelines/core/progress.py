"""Progress of long work: a line now and then, of what is done of all.

Work tells that a part is done, wherever it is; whoever knows how many parts there are counts
them. Without anybody who counts nothing is said.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

SECONDS_BETWEEN = 2.0  # a reader looks up that often; more would bury the rest
PROGRESS_MARK = "  .. "  # begins a line, so that `touchstone run` can tell it from others


@dataclass
class Meter:
    """What is done of all.

    Parameters
    ----------
    total : int
        Parts there are.
    what : str
        What they are, in the plural.
    """

    total: int
    what: str
    done: int = 0
    said_at: float = field(default_factory=lambda: time.monotonic())

    def advance(self, parts: int) -> None:
        """Count parts that are done, and say so if nothing was said for a while."""
        self.done += parts
        now = time.monotonic()
        if now - self.said_at >= SECONDS_BETWEEN:
            self.said_at = now
            line = f"{PROGRESS_MARK}{self.done:,} of {self.total:,} {self.what}"
            print(line, file=sys.stderr, flush=True)


_meter: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def counting(total: int, what: str) -> Iterator[Meter]:
    """Count parts that are done in the block.

    >>> with counting(3, "models") as meter:
    ...     done()
    >>> meter.done
    1
    """
    meter = Meter(total, what)
    token = _meter.set(meter)
    try:
        yield meter
    finally:
        _meter.reset(token)


def done(parts: int = 1) -> None:
    """Tell that so many parts are done."""
    meter = _meter.get()
    if meter is not None:
        meter.advance(parts)
