"""The same answers give the same numbers, whatever the processor adds up in which order."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from pipelines.core.params import PROJECT
from pipelines.core.store import SIGNIFICANT_DIGITS
from pipelines.importance.blanks import complete
from pipelines.importance.designs import rating_alone
from pipelines.importance.methods import importances, percentages
from tests.drivers.populations import ROUTED, asked, routed

ELSEWHERE = """
import json
from test_reproducible import kept_digits
print(json.dumps(kept_digits()))
"""


def kept_digits() -> list[str]:
    """Shares under EM where it has a long way to go: two in three ratings are missing."""
    sheets = asked(routed(3_000, np.random.default_rng(2))[1])
    design = rating_alone(sheets.rating, sheets.targets, sheets.weight)
    filled = complete(design, sheets.weight, sheets.segments)
    covariance = np.cov(filled.values[:, : len(ROUTED) + 1], rowvar=False)[None]
    found = percentages(importances("last", covariance, design.groups, []))[0]
    return [f"{share:.{SIGNIFICANT_DIGITS}g}" for share in found]


def test_kernels_of_an_old_processor_give_the_same_digits():
    path = os.pathsep.join([str(PROJECT), str(Path(__file__).parent)])
    there = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        env=os.environ | {"OPENBLAS_CORETYPE": "Prescott", "PYTHONPATH": path},
        check=True,
        capture_output=True,
        text=True,
    )
    here = kept_digits()
    assert len(here) == len(ROUTED)
    assert json.loads(there.stdout) == here
