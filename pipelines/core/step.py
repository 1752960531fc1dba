"""Start a step: one study, one process, an error message instead of a traceback."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from pipelines.core import study as studies
from pipelines.core.errors import TouchstoneError
from pipelines.core.study import Study

BAD_INPUT = 2


def main(run: Callable[[Study], str]) -> None:
    """Run a step for the study named on the command line.

    `run` returns one line on what it did, which is printed with the time it took.
    A `TouchstoneError` is printed and ends the process with exit code 2.
    """
    if len(sys.argv) != 2:
        sys.exit(f"usage: python -m {run.__module__} STUDY")
    began = time.perf_counter()
    try:
        done = run(studies.load(sys.argv[1]))
    except TouchstoneError as error:
        print(error, file=sys.stderr)
        sys.exit(BAD_INPUT)
    print(f"  {done} ({time.perf_counter() - began:.1f} s)")
