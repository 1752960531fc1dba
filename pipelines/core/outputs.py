"""Write the output folders of a step as one: all of them new, or all as they were."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """Give a draft with an empty folder per name; at the end they replace those in `folder`.

    If an error ends the block, or the process is killed in it, what was there stays. The
    leftovers of a killed process are swept by the next one that writes the same folders.
    """
    draft = folder / f".{'-'.join(names)}.part"
    shutil.rmtree(draft, ignore_errors=True)
    for name in names:
        (draft / name).mkdir(parents=True)
    try:
        yield draft
        for name in names:
            if (folder / name).exists():
                os.rename(folder / name, draft / f"{name}.old")
            os.rename(draft / name, folder / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
