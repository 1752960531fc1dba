"""Time the split of R2 among drivers beside the packages that do it: exact, and bootstrapped.

    python benchmarks/drivers.py                                      this project alone
    python benchmarks/drivers.py --peer pingouin=/some/venv/bin/python relaimpo=Rscript ...

Peers live in environments of their own: `pingouin` in any, `dominance_analysis` (dead since
2020) in one with numpy<1.24, pandas<2, bokeh<2.5, scikit-learn<1.4 and ipython<9; R's
`relaimpo`, and `lavaan` and `norm` for the EM fit, where `Rscript` finds them (R_LIBS), see
peers.R. Every run has a process of its own. Seconds are those of the second call, without
imports and compilation; the first call is told apart. Memory is the peak of the process, imports
included. A peer that needs longer than `LONGEST` for a size is extrapolated from its last two
sizes, and marked with ~; so is a bootstrap from as many replicates as fit into about `ENOUGH`
seconds.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

LONGEST = 150  # seconds a peer may take
FURTHEST = 6  # drivers by which a peer is extrapolated
MOST_CELLS = 10_000_000  # rows x drivers that peers are given
ENOUGH = 20  # seconds of bootstrap from which a peer is extrapolated
REPLICATES = 1_000
BLANK = 0.3  # of ratings, for the EM fit
IN_R = ("relaimpo", "lavaan", "norm")

Call = Callable[[], np.ndarray]


def make(n: int, p: int) -> tuple[np.ndarray, np.ndarray]:
    """Correlated drivers of falling weight, and an outcome."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, p)) + rng.normal(size=(n, 1))
    return x, x @ np.linspace(1, 0.1, p) + 3 * rng.normal(size=n)


def make_blank(n: int, p: int) -> tuple[np.ndarray, np.ndarray]:
    """The same, with blanks among the drivers."""
    x, y = make(n, p)
    return np.where(np.random.default_rng(1).random(x.shape) < BLANK, np.nan, x), y


# This project's calls, by task


def from_frame(x: np.ndarray, y: np.ndarray, replicates: int = 0) -> Call:
    """`relative_importance`, from a frame to a checked result."""
    import polars as pl

    from pipelines.importance import relative_importance

    names = [f"d{i}" for i in range(x.shape[1])]
    frame = pl.DataFrame(x, schema=names).with_columns(y=pl.Series(y))

    def call() -> np.ndarray:
        rng = np.random.default_rng(0)
        found = relative_importance(frame, "y", names, replicates=replicates, rng=rng)
        shares = dict(zip(found.table["driver"], found.table["importance"], strict=True))
        return np.array([shares[name] for name in names])

    return call


def after_moments(x: np.ndarray, y: np.ndarray) -> Call:
    """The split alone, from a covariance matrix."""
    from pipelines.statistics.dominance import dominance

    matrix = np.cov(np.column_stack([x, y]).T)
    return lambda: dominance(matrix).general


def resample(x: np.ndarray, y: np.ndarray, most: int, counting: str = "exact") -> Call:
    """Standard errors of shares from replicates of at most so many blocks.

    With as many blocks as rows every row is drawn by itself. Counts are those of drawing with
    replacement, or Poisson's, looked up by random numbers of two bytes.
    """
    from pipelines.statistics import bootstrap as boot
    from pipelines.statistics.dominance import general_dominance

    values = np.column_stack([x, y])
    steps = np.cumsum([1 / math.factorial(k) / math.e for k in range(8)])
    poisson = np.searchsorted(steps, np.arange(1 << 16) / (1 << 16), "right").astype(float)

    def counts(units: boot.Units, rng: np.random.Generator) -> Iterator[np.ndarray]:
        if counting == "exact":
            yield from boot.draws(units, REPLICATES, rng)
            return
        batch = boot.MAX_COUNTS_PER_BATCH // units.n
        for start in range(0, REPLICATES, batch):
            shape = (min(batch, REPLICATES - start), units.n)
            yield poisson[rng.integers(0, 1 << 16, shape, dtype=np.uint16)]

    def call() -> np.ndarray:
        rng = np.random.default_rng(0)
        units = boot.sampling_units(len(values), None, None, most, rng)
        moments = boot.block_moments(values, np.ones(len(values)), units)
        drawn = [moments.covariances(one) for one in counts(units, rng)]
        return general_dominance(np.concatenate(drawn)).std(axis=0, ddof=1)

    return call


def fit(x: np.ndarray, y: np.ndarray) -> Call:
    """The EM fit; the covariance matrix, flat."""
    from pipelines.importance.covariances import EM_TOLERANCE_OF_SAMPLE
    from pipelines.statistics.em import MAX_EM_STEPS, find_patterns, fit_patterns

    values = np.column_stack([x, y])

    def call() -> np.ndarray:
        patterns = find_patterns(values)
        found = fit_patterns(patterns, patterns.weights, 0.0, EM_TOLERANCE_OF_SAMPLE, MAX_EM_STEPS)
        return found.covariance.ravel()

    return call


# Peers in Python


def pingouin(x: np.ndarray, y: np.ndarray) -> Call:
    """`linear_regression(relimp=True)`."""
    from pingouin import linear_regression

    return lambda: linear_regression(x, y, relimp=True).relimp.to_numpy()[1:]


def dominance_analysis(x: np.ndarray, y: np.ndarray) -> Call:
    """`Dominance(...).incremental_rsquare()`."""
    import pandas as pd
    from dominance_analysis import Dominance

    names = [f"d{i}" for i in range(x.shape[1])]
    frame = pd.DataFrame(x, columns=names).assign(y=y)

    def call() -> np.ndarray:
        shares = Dominance(data=frame, target="y", objective=1).incremental_rsquare()
        return np.array([shares[name] for name in names])

    return call


@dataclass(frozen=True)
class Task:
    """A table: what is done, on which sizes (rows, drivers), by whom."""

    title: str
    sizes: tuple[tuple[int, int], ...]
    engines: dict[str, Callable[[np.ndarray, np.ndarray], Call]]
    peers: tuple[str, ...] = ()
    bootstrap: bool = False
    data: Callable[[int, int], tuple[np.ndarray, np.ndarray]] = make


SPLITTERS = ("pingouin", "dominance_analysis", "relaimpo")
TASKS = {
    "exact": Task(
        "Shares of R2 from all subsets, from a frame",
        tuple((2_000, p) for p in (8, 10, 12, 14, 16, 20, 25, 30)),
        {"touchstone": from_frame},
        SPLITTERS,
    ),
    "moments": Task(
        "The split alone, from a covariance matrix",
        tuple((2_000, p) for p in (12, 16, 20, 25, 30)),
        {"touchstone": after_moments},
    ),
    "bootstrap": Task(
        f"{REPLICATES:,} bootstrap replicates, from a frame",
        ((2_000, 12), (100_000, 12), (1_000_000, 20)),
        {"touchstone": partial(from_frame, replicates=REPLICATES)},
        SPLITTERS,
        bootstrap=True,
    ),
    "units": Task(
        f"{REPLICATES:,} replicates by what is drawn, from a matrix; gap of standard errors",
        ((100_000, 12),),
        {
            "blocks": partial(resample, most=2_000),
            "rows": partial(resample, most=1 << 62),
            "rows, Poisson": partial(resample, most=1 << 62, counting="poisson"),
        },
    ),
    "em": Task(
        f"EM fit of mean and covariance, {BLANK:.0%} of ratings blank",
        ((2_000, 12),),
        {"touchstone": fit},
        ("lavaan", "norm"),
        data=make_blank,
    ),
}


def measure(name: str, engine: str, n: int, p: int) -> None:
    """Print the seconds, the peak memory in megabytes and the values of one engine."""
    task = TASKS[name]
    x, y = task.data(n, p)
    if task.bootstrap and engine not in task.engines:
        _say(**_one_by_one(globals()[engine], x, y))
        return
    call = task.engines.get(engine, globals().get(engine))(x, y)
    began = time.perf_counter()
    values = call()
    first = seconds = time.perf_counter() - began
    if first < ENOUGH:
        began = time.perf_counter()
        call()
        seconds = time.perf_counter() - began
    _say(seconds=seconds, first=first, values=values.tolist(), done=REPLICATES)


def _one_by_one(
    engine: Callable[[np.ndarray, np.ndarray], Call], x: np.ndarray, y: np.ndarray
) -> dict[str, Any]:
    """Seconds for all replicates, and how many of them were run."""
    rng = np.random.default_rng(0)
    engine(x[:200], y[:200])()
    began, done = time.perf_counter(), 0
    while done < REPLICATES and time.perf_counter() - began < ENOUGH:
        drawn = rng.integers(0, len(y), len(y))
        engine(x[drawn], y[drawn])()
        done += 1
    seconds = (time.perf_counter() - began) / done * REPLICATES
    return {"seconds": seconds, "values": [], "done": done}


def _say(**found: Any) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**found, "peak": peak}))


def compare(names: list[str], peers: dict[str, str]) -> None:
    """Run every engine on every size and print a table per task."""
    for name in names:
        task = TASKS[name]
        print(f"\n{task.title}\n")
        print("| rows | drivers | engine | seconds | x | first call | peak, MB | values |")
        print("|--:|--:|---|--:|--:|--:|--:|---|", flush=True)
        _table(name, task, {peer: peers[peer] for peer in task.peers if peer in peers})


def _table(name: str, task: Task, peers: dict[str, str]) -> None:
    past: dict[str, list[tuple[int, float]]] = {engine: [] for engine in peers}
    for n, p in task.sizes:
        own = [_in_own_process(sys.executable, name, engine, n, p) for engine in task.engines]
        for engine, found in zip(task.engines, own, strict=True):
            _row((n, p), engine, found, own[0], guessed=False)
        for engine, program in peers.items():
            expected = 0.0 if task.bootstrap else _extrapolate(past[engine], p)
            if n * p > MOST_CELLS or (past[engine] and p - past[engine][-1][0] > FURTHEST):
                continue
            if expected > LONGEST:
                found = {"seconds": expected, "values": []}
            else:
                found = _in_own_process(program, name, engine, n, p)
            guessed = expected > LONGEST or (task.bootstrap and found["done"] < REPLICATES)
            if not guessed:
                past[engine].append((p, found["seconds"]))
            _row((n, p), engine, found, own[0], guessed)


def _row(
    size: tuple[int, int], engine: str, found: dict[str, Any], ours: dict[str, Any], guessed: bool
) -> None:
    about = "~" if guessed else ""
    ratio = found["seconds"] / ours["seconds"]
    times = f"{about}{ratio:,.0f}" if ratio >= 10 else f"{about}{ratio:.2g}"
    first = f"{found['first']:.3g}" if "first" in found else ""
    peak = f"{found['peak']:,.0f}" if "peak" in found else ""
    same = ""
    if found["values"] and found is not ours:
        same = f"within {np.abs(np.subtract(found['values'], ours['values'])).max():.0e}"
    seconds = f"{about}{found['seconds']:.4g}"
    cells = (f"{size[0]:,}", str(size[1]), engine, seconds, times, first, peak, same)
    print("| " + " | ".join(cells) + " |", flush=True)


def _extrapolate(past: list[tuple[int, float]], p: int) -> float:
    """Seconds for p drivers, growing as between the last two sizes; 0 if nothing is known."""
    if len(past) < 2:
        return 0.0
    (before, less), (last, more) = past[-2:]
    return more * (more / less) ** ((p - last) / (last - before))


def _in_own_process(program: str, name: str, engine: str, n: int, p: int) -> dict[str, Any]:
    if engine in IN_R:
        return _in_r(program, name, engine, n, p)
    return _run([program, __file__, "--measure", name, engine, str(n), str(p)])


def _in_r(program: str, name: str, engine: str, n: int, p: int) -> dict[str, Any]:
    import polars as pl

    task = TASKS[name]
    x, y = task.data(n, p)
    with TemporaryDirectory() as folder:
        table = Path(folder) / "rows.csv"
        rows = pl.DataFrame(x, schema=[f"d{i}" for i in range(p)]).with_columns(y=pl.Series(y))
        rows.fill_nan(None).write_csv(table, null_value="NA")
        script = str(Path(__file__).with_name("peers.R"))
        replicates = REPLICATES if task.bootstrap else 0
        return _run([program, script, engine, str(table), str(replicates)])


def _run(command: list[str]) -> dict[str, Any]:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        last = (ran.stderr.splitlines() or ["no message"])[-1]
        sys.exit(f"{' '.join(command)}: ended with {ran.returncode}: {last}")
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Read the command line."""
    if sys.argv[1:2] == ["--measure"]:
        measure(*sys.argv[2:4], *(int(one) for one in sys.argv[4:]))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", nargs="*", choices=[*TASKS, "all"], default="all")
    parser.add_argument("--peer", nargs="+", default=[], metavar="NAME=PROGRAM")
    given = parser.parse_args()
    tasks = list(TASKS) if "all" in given.task else given.task
    compare(tasks, dict(one.split("=", 1) for one in given.peer))


if __name__ == "__main__":
    main()
