"""Import Great Expectations in less time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Compiles the grammar of internationalised web addresses when it is imported. jsonschema,
# which Great Expectations loads by way of Altair, does without it where it is missing.
GRAMMARS = "rfc3987_syntax"


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
