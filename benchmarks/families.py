"""False discoveries on the pages of groups in which something was found, under three rules.

    python benchmarks/families.py [--samples N]

Groups by questions, normal test statistics: the questions of a group correlate, and half of the
groups overlap with the other half, as two attributes of the same people do.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy import special

sys.path.insert(0, str(Path(__file__).parents[1]))

from pipelines.statistics.hierarchy import over_selected_families

RATE, SEED = 0.05, 7
N_GROUPS, N_QUESTIONS = 100, 24
WITHIN, BETWEEN = 0.36, 0.7  # correlations: of the questions of a group, of overlapping groups
POPULATIONS = {  # groups and questions that changed, by how many standard errors
    "nothing": (0, 0, 0.0),
    "8 questions in 10 groups, by 3.5": (10, 8, 3.5),
    "8 questions in 10 groups, by 2.5": (10, 8, 2.5),
    "3 questions in 2 groups, by 4": (2, 3, 4.0),
    "8 questions in 50 groups, by 3": (50, 8, 3.0),
}
FAMILIES = np.repeat(np.arange(N_GROUPS), N_QUESTIONS)
ONE = np.zeros(N_GROUPS * N_QUESTIONS, dtype=int)


def each_alone(p: np.ndarray) -> np.ndarray:
    """Benjamini-Hochberg in each group as if it was the only one."""
    whole = np.zeros(N_QUESTIONS, dtype=int)
    return np.concatenate([over_selected_families(group, whole) for group in np.split(p, N_GROUPS)])


RULES = {
    "selected families": lambda p: over_selected_families(p, FAMILIES),
    "one grid": lambda p: over_selected_families(p, ONE),
    "each group": each_alone,
}


def draw(rng: np.random.Generator, shift: np.ndarray) -> np.ndarray:
    """Two-sided p-values of one survey."""
    common = rng.standard_normal((N_GROUPS, 1))
    noise = rng.standard_normal((N_GROUPS, N_QUESTIONS))
    z = np.sqrt(WITHIN) * common + np.sqrt(1 - WITHIN) * noise
    half = N_GROUPS // 2
    z[half:] = BETWEEN * z[:half] + np.sqrt(1 - BETWEEN**2) * z[half:]
    p: np.ndarray = 2 * special.ndtr(-np.abs(z + shift)).ravel()
    return p


def judge(found: np.ndarray, is_null: np.ndarray) -> tuple[float, float, float, bool]:
    """False share averaged over groups shown, and of all shown; share found; any found."""
    false = found & is_null
    shown = found.any(axis=1)
    average = (false.sum(axis=1)[shown] / found.sum(axis=1)[shown]).mean() if shown.any() else 0.0
    power = found[~is_null].mean() if not is_null.all() else np.nan
    return average, false.sum() / max(found.sum(), 1), power, shown.any()


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=1_000)
    samples = parser.parse_args().samples
    print("| changed | rule | false, of groups shown | of all shown | found | any found |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, (groups, questions, by) in POPULATIONS.items():
        shift = np.zeros((N_GROUPS, N_QUESTIONS))
        shift[:groups, :questions] = by
        rng = np.random.default_rng(SEED)
        surveys = [draw(rng, shift) for _ in range(samples)]
        for rule, adjust in RULES.items():
            runs = [judge(adjust(p).reshape(shift.shape) <= RATE, shift == 0) for p in surveys]
            told = " | ".join(f"{value:.3f}" for value in np.array(runs, float).mean(axis=0))
            print(f"| {name} | {rule} | {told} |")


if __name__ == "__main__":
    main()
