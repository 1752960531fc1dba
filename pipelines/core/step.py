"""Start a step: one study, one process, an error message instead of a traceback."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from pipelines.core import study as studies
from pipelines.core.errors import TouchstoneError

BAD_INPUT = 2


def main(run: Callable[..., str], *more: str) -> None:
    """Run a step for the study named on the command line.

    `more` names further arguments. `run` gets the study and those; it returns one line on
    what it did, which is printed with the time it took.
    A `TouchstoneError` is printed and ends the process with exit code 2.
    """
    names = ("STUDY", *more)
    if len(sys.argv) != 1 + len(names):
        sys.exit(f"usage: python {sys.argv[0]} {' '.join(names)}")
    began = time.perf_counter()
    try:
        done = run(studies.load(sys.argv[1]), *sys.argv[2:])
    except TouchstoneError as error:
        print(error, file=sys.stderr)
        sys.exit(BAD_INPUT)
    print(f"  {done} ({time.perf_counter() - began:.1f} s)")
