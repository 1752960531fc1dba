"""The same answers give the same numbers, whatever the processor adds up in which order."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from pipelines.core.params import PROJECT
from pipelines.core.store import SIGNIFICANT_DIGITS
from pipelines.importance.designs import rating_alone
from pipelines.importance.models import Model, shares
from pipelines.importance.parts import CompletedDesign
from pipelines.statistics.bootstrap import draws, sampling_units
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
    units = sampling_units(sheets.n, None, None, 300, np.random.default_rng(0))
    completed = CompletedDesign.of(design, sheets.weight, sheets.segments, units)
    (counts,) = draws(units, 20, np.random.default_rng(1))
    found = shares(Model.of(design, completed.whole.draws(counts), "mean").importance("last"))
    kept = [*found.value, *found.error]
    return [f"{share:.{SIGNIFICANT_DIGITS}g}" for share in kept]


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
    assert len(here) == 2 * len(ROUTED)
    assert json.loads(there.stdout) == here
