"""How inner loops are compiled.

A module that imports this one imports Numba, half a second: import it inside the function
that needs it. The first call on a fresh installation compiles, some seconds per module; the
machine code is cached in ``__pycache__`` beside the source, where that is read-only in the
user's cache, and where there is none it lives as long as the process.

Compiled loops never reorder sums: the same numbers come out on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Compiled = TypeVar("Compiled", bound=Callable[..., Any])


def compiled(function: Compiled) -> Compiled:
    """Compile a function, keep the result where a cache can be written, and free the GIL."""
    try:
        return cast(Compiled, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError:  # Numba found no folder to write to
        return cast(Compiled, numba.njit(nogil=True, error_model="numpy")(function))
