"""Whether what is said to be probable comes true as often: ranks, and places on the map.

    python benchmarks/calibration.py [--samples N] [--replicates R]

Populations with known shares and performance are drawn at random, more or less alike, and a
sample of each is analysed. A probability is right if of all statements said with .8 eight in ten
are true of their population: of its own LMG shares, and with its own borders.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from pipelines.drivers.priorities import quadrants
from pipelines.importance.methods import percentages
from pipelines.importance.ranking import rank_interval, rank_probabilities, ranks
from pipelines.importance.shrinkage import posterior_draws, shrunken_shares
from pipelines.statistics.bootstrap import Units, block_moments, draw, expanded_level
from pipelines.statistics.dominance import general_dominance

SIZES = (400, 1_000, 3_000)
DRIVERS = (5, 8, 12)
SPREADS = {"hardly differ": 0.15, "differ": 0.4, "differ much": 1.0}  # of the logs of weights
GAPS = (1.0, 3.0, 8.0)  # standard deviations of performance over drivers, points
RATING_ERROR = 20.0  # standard deviation of a rating, points
LEVEL = 0.95
BINS = np.array([0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 1.0])
SURE = 0.8  # said with at least this probability

Floats = np.ndarray


@dataclass(frozen=True)
class Sample:
    """Shares and performance: true, found, and of replicates; the level of rank intervals."""

    true: tuple[Floats, Floats]
    found: tuple[Floats, Floats]
    drawn: tuple[Floats, Floats]
    level: float


def sample(rng: np.random.Generator, n: int, spread: float, replicates: int) -> Sample:
    """Draw a population, and a sample of it."""
    p, correlation, r2 = int(rng.choice(DRIVERS)), rng.uniform(0.2, 0.6), rng.uniform(0.2, 0.6)
    inner = np.full((p, p), correlation) + (1 - correlation) * np.eye(p)
    weight = np.exp(spread * rng.normal(size=p))
    signal = inner @ weight
    matrix = np.block([[inner, signal[:, None]], [signal, weight @ signal / r2]])
    performance = 70 + rng.choice(GAPS) * rng.normal(size=p)
    values = rng.normal(size=(n, p + 1)) @ np.linalg.cholesky(matrix).T
    values[:, :p] = performance + RATING_ERROR * values[:, :p]
    units = Units(np.arange(n), np.zeros(n, np.int64))
    moments, counts = block_moments(values, np.ones(n), units), draw(units, replicates, rng)
    matrices = [matrix[None], np.cov(values.T)[None], moments.covariances(counts)]
    true, found, drawn = (percentages(general_dominance(one)) for one in matrices)
    means = values[:, :p].mean(axis=0)
    resampled = counts @ values[:, :p] / counts.sum(axis=1, keepdims=True)
    return Sample(
        (true[0], performance), (found[0], means), (drawn, resampled),
        expanded_level(LEVEL, units, p),
    )  # fmt: skip


def ways(one: Sample) -> dict[str, tuple[Floats, Floats]]:
    """Draws of shares, and of performance less its mean: as drawn, and shrunken."""
    shares, performance = one.drawn
    better = performance - performance.mean(axis=1, keepdims=True)
    mean = one.found[1] - one.found[1].mean()
    return {
        "bootstrap": (shares, better),
        "shrunken": (shrunken_shares(one.found[0], shares), posterior_draws(mean, better)),
    }


def statements(one: Sample) -> Iterator[tuple[str, str, Floats, Floats]]:
    """What is said of a sample, how, with which probability, and whether it is true."""
    shares, performance = one.true
    p, rank = shares.size, ranks(shares)
    border = 100 / p
    place = quadrants(shares, performance - performance.mean(), border, 0.0)
    for way, (drawn, better) in ways(one).items():
        yield "first rank", way, rank_probabilities(drawn)[:, 0], rank == 1
        places = quadrants(drawn, better, border, 0.0)
        said = np.stack([(places == q).mean(axis=0) for q in range(4)])
        yield "quadrant", way, said, np.arange(4)[:, None] == place
        low, high = rank_interval(drawn, one.level)
        yield "rank in its interval", way, np.full(p, LEVEL), (low <= rank) & (rank <= high)


@dataclass
class Reliability:
    """Probabilities that were said, and what came true."""

    said: list[Floats]
    true: list[Floats]

    def add(self, said: Floats, true: Floats) -> None:
        """Add statements."""
        self.said.append(said.ravel())
        self.true.append(true.ravel().astype(float))

    def bins(self) -> Iterator[tuple[int, float, float]]:
        """Number of statements, their mean probability, and how many came true, by `BINS`."""
        said, true = np.concatenate(self.said), np.concatenate(self.true)
        place = np.digitize(said, BINS[1:-1])
        for at in np.unique(place):
            mine = place == at
            yield int(mine.sum()), float(said[mine].mean()), float(true[mine].mean())

    @property
    def error(self) -> float:
        """Mean absolute calibration error over all statements."""
        found = list(self.bins())
        return sum(n * abs(said - true) for n, said, true in found) / sum(n for n, *_ in found)

    @property
    def sure(self) -> str:
        """What was said to be probable, how much of it came true, and how often it was said."""
        said, true = np.concatenate(self.said), np.concatenate(self.true)
        mine = said >= SURE
        if not mine.any():
            return "–"
        return f"{said[mine].mean():.2f} -> {true[mine].mean():.2f} ({mine.sum():,})"


Table = dict[tuple[str, str], Reliability]


def collect(samples: int, replicates: int) -> dict[tuple[str, int], Table]:
    """Analyse samples of every kind of population and size."""
    found = {}
    for name, spread in SPREADS.items():
        for n in SIZES:
            rng = np.random.default_rng([n, round(100 * spread)])
            table: Table = defaultdict(lambda: Reliability([], []))
            for _ in range(samples):
                for what, way, said, true in statements(sample(rng, n, spread, replicates)):
                    table[what, way].add(said, true)
            found[name, n] = table
    return found


def print_errors(found: dict[tuple[str, int], Table]) -> None:
    """Calibration errors before and after, by kind of population and size."""
    print("| shares | n | what | error | shrunken | said >= .8 -> true | shrunken |")
    print("|---|--:|---|--:|--:|---|---|")
    for (name, n), table in found.items():
        for what in ("first rank", "quadrant"):
            before, after = table[what, "bootstrap"], table[what, "shrunken"]
            print(f"| {name} | {n:,} | {what} | {before.error:.3f} | {after.error:.3f} |"
                  f" {before.sure} | {after.sure} |", flush=True)  # fmt: skip


def print_intervals(found: dict[tuple[str, int], Table]) -> None:
    """How often intervals hold the true rank."""
    print("\n| shares | n | bootstrap | shrunken |\n|---|--:|--:|--:|")
    for (name, n), table in found.items():
        held = [np.concatenate(table["rank in its interval", way].true).mean()
                for way in ("bootstrap", "shrunken")]  # fmt: skip
        print(f"| {name} | {n:,} | {100 * held[0]:.1f} | {100 * held[1]:.1f} |")


def print_pooled(found: dict[tuple[str, int], Table]) -> None:
    """The reliability table of all populations together."""
    print("\n| what | way | error | said -> came true (statements) |\n|---|---|--:|---|")
    for what in ("first rank", "quadrant"):
        for way in ("bootstrap", "shrunken"):
            whole = Reliability([], [])
            for table in found.values():
                whole.said += table[what, way].said
                whole.true += table[what, way].true
            told = ", ".join(f"{s:.2f} -> {t:.2f} ({n:,})" for n, s, t in whole.bins())
            print(f"| {what} | {way} | {whole.error:.4f} | {told} |")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--replicates", type=int, default=400)
    given = parser.parse_args()
    found = collect(given.samples, given.replicates)
    print_errors(found)
    print_intervals(found)
    print_pooled(found)


if __name__ == "__main__":
    main()
