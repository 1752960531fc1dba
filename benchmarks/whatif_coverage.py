"""How often intervals of what moves change hold the truth, where it is known.

    python benchmarks/whatif_coverage.py [--samples N] [--n ROWS] [DESIGN ...]

Samples are drawn from a population whose outcome follows an ordered logit, with another slope
below the middle of each rating than above it; the truth is the change of the whole population's
expected answers. Per design: how often 95 % intervals of the floor hold it, and how wide intervals
are beside what floors spread by.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from pipelines.whatif import exploration
from pipelines.whatif.moves import MOVE_NAMES, goals
from pipelines.whatif.tables import tables_of
from pipelines.whatif.terms import WhatifSample, WhatifTerms
from tests.whatif.surveys import WhatifSurvey

POPULATION = 400_000
ALL = WhatifSurvey(drivers=8, routed=1.0)
DESIGNS = {
    "everybody rated": ALL,
    "routed": WhatifSurvey(drivers=8),
    "3 % blank": replace(ALL, blank=0.03),
    "4 of 10 asked": WhatifSurvey(drivers=10, asked=4, routed=1.0),
    "clustered": replace(ALL, clustered=True),
    "weighted": replace(ALL, weighted=True),
    "clustered and weighted, 3 % blank": WhatifSurvey(
        drivers=8, clustered=True, weighted=True, blank=0.03
    ),
    "five points": replace(ALL, points=5),
}
TERMS = WhatifTerms(seed=1, level=0.95, flag_n=30, draws=200, segment_draws=100, imputations=5,
                    min_n=400, min_shown=10)  # fmt: skip


def truth(survey: WhatifSurvey) -> dict[tuple[str, str, str], float]:
    """Change of every target by every move, in the population."""
    rng = np.random.default_rng(99)
    rating, used, weight, _ = survey.people(POPULATION, rng)
    weight = np.ones(POPULATION)  # weights undo what the sample takes
    today = survey.expected(survey.eta(rating, used))
    found = {}
    for k in range(survey.drivers):
        for name in MOVE_NAMES:
            lifted, moved = rating.copy(), used.copy()
            if name in goals(5):
                lifted[:, k] = np.maximum(rating[:, k], goals(5)[name])
            elif name == "narrow":
                moved[:, k] = 0.0
            else:
                moved[:, k] = 1.0
            after = survey.expected(survey.eta(lifted, moved))
            for target in today:
                gain = weight @ (after[target] - today[target]) / weight.sum()
                found[f"d{k:02}", name, target] = float(gain)
    return found


def measure(name: str, survey: WhatifSurvey, n: int, samples: int) -> None:
    """Print the coverage of one design."""
    true, inside, widths, values = truth(survey), {}, {}, {}
    for seed in range(samples):
        sheets = survey.sheets(n, np.random.default_rng([seed, 7]))
        sample = WhatifSample.of(sheets, survey.scales, replace(TERMS, seed=seed))
        rows = tables_of(sample, "0")["moves"]
        for row in rows.iter_rows(named=True):
            key = row["driver"], row["move"], row["target"]
            if row["value"] is not None:
                inside.setdefault(key, []).append(row["low"] <= true[key] <= row["high"])
                widths.setdefault(key, []).append(row["std_error"])
                values.setdefault(key, []).append(row["value"] - true[key])
    lifts = [key for key in inside if key[1].startswith("lift") and len(inside[key]) > samples / 2]
    reach = [key for key in inside if key not in lifts and len(inside[key]) > samples / 2]
    for kind, keys in (("lifts", lifts), ("reach", reach)):
        if not keys:
            continue
        covered = np.mean([np.mean(inside[key]) for key in keys])
        ratio = np.median([np.mean(widths[key]) / np.std(values[key]) for key in keys])
        bias = np.mean([abs(np.mean(values[key])) / np.std(values[key]) for key in keys])
        lowest = min(np.mean(inside[key]) for key in keys)
        print(f"{name:36} {kind:6} {len(keys):4} changes: {100 * covered:5.1f} % covered, "
              f"lowest {100 * lowest:3.0f} %; error said / true {ratio:.2f}; "
              f"bias / error {bias:.2f}", flush=True)  # fmt: skip


def main() -> None:
    """Measure every design."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("designs", nargs="*", default=list(DESIGNS))
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--n", type=int, default=1_000)
    asked = parser.parse_args()
    exploration.MAX_JOINT_ROWS = 50  # what moves add beside each other is not looked at
    for name in asked.designs:
        measure(name, DESIGNS[name], asked.n, asked.samples)


if __name__ == "__main__":
    main()
