"""Import Great Expectations in less time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import LazyLoader, find_spec, module_from_spec

# Compiles the grammar of internationalised web addresses when it is imported. jsonschema,
# which Great Expectations loads by way of Altair, does without it where it is missing.
GRAMMARS = "rfc3987_syntax"
# Great Expectations imports it for comparisons of distributions, which no suite here asks for.
STATISTICS = "scipy.stats"


@contextmanager
def lean() -> Iterator[None]:
    """Import in the block without what takes long and nothing here asks for."""
    postpone(STATISTICS)
    with without_grammars():
        yield


def postpone(name: str) -> None:
    """Let a module be loaded when something in it is first asked for.

    A module that is loaded already stays as it is.
    """
    spec = find_spec(name)
    if name in sys.modules or spec is None or spec.loader is None:
        return
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    package, _, own = name.rpartition(".")
    if package:
        setattr(sys.modules[package], own, module)


@contextmanager
def without_grammars() -> Iterator[None]:
    """Let jsonschema find no grammars while it is imported in the block; nothing here asks
    whether a text is such an address. They can be imported afterwards.
    """
    if GRAMMARS in sys.modules:
        yield
        return
    sys.modules[GRAMMARS] = None  # type: ignore[assignment]  # Python: "import fails at once"
    try:
        yield
    finally:
        del sys.modules[GRAMMARS]
