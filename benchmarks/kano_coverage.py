"""How often intervals of the asymmetry hold the truth, and what probabilities of classes are worth.

    python benchmarks/kano_coverage.py [coverage] [demo] [--samples N]

`coverage` draws the populations of tests/kano/rated_populations.py, whose penalties and rewards
are known on the scale of the ratings. `demo` compares the classes of the demo study, three waves of
each of several seeds, with those of the constants of its simulator: `--samples` are seeds.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

sys.path[:0] = [str(Path(__file__).parents[1] / part) for part in ("", "tests/kano")]

from rated_populations import KnownSlopes, rated  # noqa: E402

from pipelines.core.errors import ContractError  # noqa: E402
from pipelines.kano.models import Asymmetry, asymmetries  # noqa: E402
from pipelines.kano.sample import RatedAnswers, RatedSample  # noqa: E402
from pipelines.simulate import partition  # noqa: E402
from pipelines.simulate.model import N_RATED, PENALTY, REWARD, TOUCHPOINT_NAMES  # noqa: E402
from pipelines.simulate.operations import draw_operations  # noqa: E402

KNOT_OF_FIT = "rating, with its knot where it fits best"
REPLICATES, LEAST, DRIVERS = 400, 30, 10
LIMITS = (0.0, 0.5, 0.65, 0.8, 0.95)  # of the greatest probability
CASES = {  # rows, smallest and largest size, blanks
    "1,000 answers": (1_000, (2.0, 25.0), {}),
    "4,000 answers": (4_000, (2.0, 25.0), {}),
    "4,000, effects of 10 points and more": (4_000, (10.0, 30.0), {}),
    "2,000, 3 % not answered": (2_000, (2.0, 25.0), {"unanswered": 0.03}),
    "2,000, 60 % not asked": (2_000, (2.0, 25.0), {"unasked": 0.6}),
}
Found = tuple[Asymmetry, float, int]  # what was found, the true asymmetry and the true class


def coverage(samples: int) -> None:
    """Print coverage and reliability where the truth is on the scale of the ratings."""
    print(f"\n{samples} samples of {DRIVERS} touchpoints each\n\n{HEADING}")
    for name, (n, sizes, blanks) in CASES.items():
        tell(name, [one for seed in range(samples) for one in _drawn(n, sizes, blanks, seed)])


def _drawn(n: int, sizes: tuple[float, float], blanks: dict, seed: int) -> Iterator[Found]:
    rng = np.random.default_rng([n, seed])
    true = KnownSlopes.draw(DRIVERS, *sizes, rng)
    yield from _found(rated(n, true, rng, **blanks), true.asymmetry, rng)


def _found(answers: RatedAnswers, true: np.ndarray, rng: np.random.Generator) -> Iterator[Found]:
    sample = RatedSample.of(answers, LEAST, REPLICATES, rng).everybody(0.95)
    kinds = np.digitize(true, [-1 / 3, 1 / 3])
    for k, one in enumerate(asymmetries(sample, LEAST)):
        if one is not None:
            yield one, float(true[k]), int(kinds[k])


HEADING = (
    "| population | touchpoints | coverage, % | width | classes right, % | mean probability of the"
    " true class | greatest probability below 50, 65, 80, 95 % and above:"
    " right, % (touchpoints) |\n"
    "|---|--:|--:|--:|--:|--:|---|"
)


def tell(name: str, found: list[Found]) -> None:
    """Print a line: how often the truth lay inside, and how often the likeliest class was true."""
    ends = np.array([one.posterior.interval(0.95) for one, _, _ in found])
    true, kind = np.array([t for _, t, _ in found]), np.array([k for _, _, k in found])
    chances = np.array([one.posterior.classes for one, _, _ in found])
    held = (ends[:, 0] <= true) & (true <= ends[:, 1])
    top, right = chances.max(axis=1), chances.argmax(axis=1) == kind
    bands = np.digitize(top, LIMITS) - 1
    each = [
        f"{100 * right[bands == b].mean():.0f} ({(bands == b).sum()})"
        if (bands == b).any()
        else "–"
        for b in range(len(LIMITS))
    ]
    of_true = chances[np.arange(len(kind)), kind].mean()
    numbers = [
        f"{100 * held.mean():.1f}",
        f"{np.ptp(ends, axis=1).mean():.2f}",
        f"{100 * right.mean():.0f}",
        f"{of_true:.2f}",
    ]
    print(f"| {name} | {len(found)} | {' | '.join(numbers)} | {', '.join(each)} |", flush=True)


def demo(samples: int) -> None:
    """Print how many classes of the demo study's touchpoints come out, and what is in the way."""
    true = (REWARD - PENALTY) / (REWARD + PENALTY)
    waves = [wave for seed in range(samples) for wave in _waves(seed)]
    print(f"\n{samples} seeds, three waves each\n\n{HEADING}")
    rng = np.random.default_rng(1)
    one_wave = [one for wave in waves for one in _found(_respondents([wave]), true, rng)]
    tell("respondents of one wave", one_wave)
    pooled = list(_found(_respondents(waves), true, rng))
    tell("all respondents of all seeds", pooled)
    people = sum(wave.answered.sum() for wave in waves)
    print(f"\n{people:,} respondents; true classes of {N_RATED} touchpoints by\n")
    print("| linear model of | on | right |\n|---|---|--:|")
    for outcome, by in (("satisfaction", "quality"), ("satisfaction", "quality and noise"),
                        ("satisfaction", "rating"), ("answer", "rating"),
                        ("answer", KNOT_OF_FIT)):  # fmt: skip
        print(f"| {outcome} | {by} | {_right(waves, outcome, by, true)} |")
    print("\n| touchpoint | true | all respondents |\n|---|--:|--:|")
    for name, there, (one, _, _) in zip(TOUCHPOINT_NAMES, true, pooled, strict=False):
        print(f"| {name} | {there:+.2f} | {one.value:+.2f} |")


def _waves(seed: int) -> list:
    world = draw_operations(np.random.default_rng([20260101, 0]))
    return list(partition.play(0, 20_000, world, 1_000 + seed).waves)


def _respondents(waves: list) -> RatedAnswers:
    parts = [(wave, wave.answered & (wave.would_answer["overall"] > 0)) for wave in waves]
    asked = np.concatenate([_ratings(wave)[kept] for wave, kept in parts])
    overall = np.concatenate([wave.would_answer["overall"][kept] for wave, kept in parts])
    given = (asked >= 1) & (asked <= 5)
    return RatedAnswers(
        rating=np.where(given, 25.0 * (asked - 1), np.nan),
        used=np.where(given, 1.0, np.where(asked == 6, 0.0, np.nan)),
        outcome=100 * (overall - 1) / 9,
        held=np.empty((len(asked), 0)),
        weight=np.ones(len(asked)),
        cluster=None,
        stratum=None,
        attributes=pl.DataFrame(),
    )


def _ratings(wave: object) -> np.ndarray:
    return np.column_stack([wave.would_answer[name] for name in TOUCHPOINT_NAMES[:N_RATED]])


def _right(waves: list, outcome: str, by: str, true: np.ndarray) -> str:
    """Classes right by least squares with a knot, on everybody whom the survey could have asked."""
    knots = np.arange(2.5, 4.01, 0.25) if by == KNOT_OF_FIT else [3.0]
    fits = {knot: _fit(waves, outcome, by, float(knot)) for knot in knots}
    knot = min(fits, key=lambda at: fits[at][0])
    slope, edges = fits[knot][1], [-1 / 3, 1 / 3]
    low, high = (np.maximum(slope[1 + at : 1 + at + N_RATED], 0) for at in (N_RATED, 2 * N_RATED))
    total = low + high
    found = np.divide(high - low, total, out=np.full_like(total, np.nan), where=total > 0)
    right = int((np.digitize(found, edges) == np.digitize(true, edges)).sum())
    return f"{right}" if len(fits) == 1 else f"{right} (at {knot:g})"


def _fit(waves: list, outcome: str, by: str, knot: float) -> tuple[float, np.ndarray]:
    """Squares left and coefficients of a line with a knot for each touchpoint."""
    rng = np.random.default_rng(2)
    columns, answers = [], []
    for wave in waves:
        asked, overall = _ratings(wave), wave.would_answer["overall"]
        kept = ((asked >= 1) & (asked <= 6)).all(axis=1) & (overall > 0) & ~np.isnan(wave.meant)
        value = wave.quality + (0.35 * rng.normal(size=asked.shape) if "noise" in by else 0.0)
        level = asked - knot if by.startswith("rating") else value
        level = np.where(wave.used, level, 0.0)[kept]
        columns.append(np.hstack([np.ones((kept.sum(), 1)), wave.used[kept],
                                  np.minimum(level, 0), np.maximum(level, 0)]))  # fmt: skip
        answers.append((overall if outcome == "answer" else wave.meant)[kept])
    slope, left, *_ = np.linalg.lstsq(np.concatenate(columns), np.concatenate(answers), rcond=None)
    return float(left[0]) if left.size else np.inf, slope


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["coverage", "demo"])
    parser.add_argument("--samples", type=int, default=100)
    asked = parser.parse_args()
    for part in asked.parts:
        try:
            {"coverage": coverage, "demo": demo}[part](asked.samples)
        except ContractError as error:
            print(f"{part}: {error}")


if __name__ == "__main__":
    main()
