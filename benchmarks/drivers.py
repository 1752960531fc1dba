"""Time the split of R2 among drivers beside the packages that do it: exact, and bootstrapped.

    python benchmarks/drivers.py                                      this project alone
    python benchmarks/drivers.py --peer pingouin=/some/venv/bin/python ...
    python benchmarks/drivers.py --coverage 500                       do intervals cover?

Peers live in environments of their own: `pingouin` in any, `dominance_analysis` (dead since
2020) in one with numpy<1.24, pandas<2, bokeh<2.5 and scikit-learn<1.4. Every run has a process
of its own. Seconds are those of the second call, without imports and compilation; the first
call is told apart. Memory is the peak of the process, imports included. A peer that needs
longer than `LONGEST` for a size is extrapolated from its last two sizes, and marked with ~;
so is a bootstrap, which the peers do not have, from as many replicates as fit.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

LONGEST = 150  # seconds a peer may take
FURTHEST = 6  # drivers by which a peer is extrapolated
MOST_CELLS = 10_000_000  # rows x drivers that peers are given
ENOUGH = 20  # seconds of bootstrap from which a peer is extrapolated
EXACT = [(2_000, p) for p in (8, 10, 12, 14, 16, 20, 25, 30)]
BOOTSTRAP = [(2_000, 12), (100_000, 12), (1_000_000, 20)]
REPLICATES = 1_000


def make(n: int, p: int) -> tuple[np.ndarray, np.ndarray]:
    """Correlated drivers of falling weight, and an outcome."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, p)) + rng.normal(size=(n, 1))
    return x, x @ np.linspace(1, 0.1, p) + 3 * rng.normal(size=n)


def touchstone(x: np.ndarray, y: np.ndarray) -> Callable[[], np.ndarray]:
    """This project, from a frame."""
    return _ours(x, y, 0)


def _ours(x: np.ndarray, y: np.ndarray, replicates: int) -> Callable[[], np.ndarray]:
    import polars as pl

    from pipelines.drivers import relative_importance

    names = [f"d{i}" for i in range(x.shape[1])]
    frame = pl.DataFrame(x, schema=names).with_columns(y=pl.Series(y))

    def call() -> np.ndarray:
        rng = np.random.default_rng(0)
        found = relative_importance(frame, "y", names, replicates=replicates, rng=rng)
        shares = dict(zip(found.table["driver"], found.table["importance"], strict=True))
        return np.array([shares[name] for name in names])

    return call


def pingouin(x: np.ndarray, y: np.ndarray) -> Callable[[], np.ndarray]:
    """`linear_regression(relimp=True)`."""
    from pingouin import linear_regression

    return lambda: linear_regression(x, y, relimp=True).relimp.to_numpy()[1:]


def dominance_analysis(x: np.ndarray, y: np.ndarray) -> Callable[[], np.ndarray]:
    """`Dominance(...).incremental_rsquare()`."""
    import pandas as pd
    from dominance_analysis import Dominance

    names = [f"d{i}" for i in range(x.shape[1])]
    frame = pd.DataFrame(x, columns=names).assign(y=y)

    def call() -> np.ndarray:
        shares = Dominance(data=frame, target="y", objective=1).incremental_rsquare()
        return np.array([shares[name] for name in names])

    return call


ENGINES = {
    "touchstone": touchstone,
    "pingouin": pingouin,
    "dominance_analysis": dominance_analysis,
}


def measure(engine: str, n: int, p: int, replicates: int) -> None:
    """Print the seconds, the peak memory in megabytes and the shares of one engine."""
    x, y = make(n, p)
    if replicates and engine != "touchstone":
        seconds, done = _by_rows(engine, x, y, replicates)
        _say(seconds=seconds, first=seconds, shares=[], done=done)
        return
    call = _ours(x, y, replicates) if engine == "touchstone" else ENGINES[engine](x, y)
    began = time.perf_counter()
    shares = call()
    first = seconds = time.perf_counter() - began
    if first < ENOUGH:
        began = time.perf_counter()
        call()
        seconds = time.perf_counter() - began
    _say(seconds=seconds, first=first, shares=shares.tolist(), done=replicates)


def _by_rows(engine: str, x: np.ndarray, y: np.ndarray, replicates: int) -> tuple[float, int]:
    """Seconds for all replicates, and how many of them were run."""
    rng = np.random.default_rng(0)
    ENGINES[engine](x[:200], y[:200])()
    began, done = time.perf_counter(), 0
    while done < replicates and time.perf_counter() - began < ENOUGH:
        drawn = rng.integers(0, len(y), len(y))
        ENGINES[engine](x[drawn], y[drawn])()
        done += 1
    return (time.perf_counter() - began) / done * replicates, done


def _say(**found: Any) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**found, "peak": peak}))


def compare(peers: dict[str, str]) -> None:
    """Run every engine on every size and print two tables."""
    pythons = {"touchstone": sys.executable, **peers}
    print(f"\nShares of R2 from all subsets, n = {EXACT[0][0]:,}\n")
    _table(pythons, EXACT, 0, "drivers", lambda n, p: str(p))
    print(f"\n{REPLICATES:,} bootstrap replicates\n")
    _table(pythons, BOOTSTRAP, REPLICATES, "rows, drivers", lambda n, p: f"{n:,}, {p}")


def _table(
    pythons: dict[str, str], sizes: list[tuple[int, int]], replicates: int, heading: str,
    label: Callable[[int, int], str],
) -> None:  # fmt: skip
    columns = (heading, "engine", "seconds", "x touchstone", "first call", "peak, MB", "shares")
    print("|".join(("", *columns, "")))
    print("|---|---|--:|--:|--:|--:|---|")
    past: dict[str, list[tuple[int, float]]] = {engine: [] for engine in pythons}
    for n, p in sizes:
        ours = _in_own_process(sys.executable, "touchstone", n, p, replicates)
        _row(label(n, p), "touchstone", ours, ours, guessed=False)
        for engine in [name for name in pythons if name != "touchstone"]:
            expected = _extrapolate(past[engine], p)
            if n * p > MOST_CELLS or (past[engine] and p - past[engine][-1][0] > FURTHEST):
                continue
            if expected > LONGEST:
                found = {"seconds": expected, "shares": []}
            else:
                found = _in_own_process(pythons[engine], engine, n, p, replicates)
            guessed = expected > LONGEST or found["done"] < replicates
            if not guessed:
                past[engine].append((p, found["seconds"]))
            _row(label(n, p), engine, found, ours, guessed)


def _row(
    size: str, engine: str, found: dict[str, Any], ours: dict[str, Any], guessed: bool
) -> None:
    about = "~" if guessed else ""
    ratio = f"{about}{found['seconds'] / ours['seconds']:,.0f}"
    first = f"{found['first']:.3g}" if "first" in found else ""
    peak = f"{found['peak']:,.0f}" if "peak" in found else ""
    gap = np.abs(np.subtract(found["shares"], ours["shares"])).max() if found["shares"] else None
    same = "" if gap is None else f"within {gap:.0e}"
    cells = (size, engine, f"{about}{found['seconds']:.4g}", ratio, first, peak, same)
    print("|".join(("", *cells, "")), flush=True)


def _extrapolate(past: list[tuple[int, float]], p: int) -> float:
    """Seconds for p drivers, growing as between the last two sizes; 0 if nothing is known."""
    if len(past) < 2:
        return 0.0
    (before, less), (last, more) = past[-2:]
    return more * (more / less) ** ((p - last) / (last - before))


def _in_own_process(python: str, engine: str, n: int, p: int, replicates: int) -> dict[str, Any]:
    command = [python, __file__, "--measure", engine, str(n), str(p), str(replicates)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def coverage(samples: int) -> None:
    """Print how often 95 % intervals of shares hold the truth, by driver."""
    from pipelines.statistics import bootstrap as boot
    from pipelines.statistics.dominance import dominance, general_dominance

    print("| n | correlation | interval | coverage of the shares of five drivers, % | mean |")
    print("|--:|--:|---|---|--:|")
    beta = np.array([0.5, 0.4, 0.3, 0.2, 0.1])
    for n in (50, 200, 1000):
        for correlation in (0.3, 0.6):
            inner = np.full((5, 5), correlation) + (1 - correlation) * np.eye(5)
            signal = beta @ inner @ beta
            matrix = np.block([[inner, (inner @ beta)[:, None]], [beta @ inner, 2 * signal]])
            truth = dominance(matrix).general
            rng, root = np.random.default_rng(1), np.linalg.cholesky(matrix)
            held = {"percentile": np.zeros(5), "bca": np.zeros(5)}
            for _ in range(samples):
                values = rng.normal(size=(n, 6)) @ root.T
                units = boot.sampling_units(n, None, None, n, rng)
                level = boot.expanded_level(0.95, units, 5)
                moments = boot.block_moments(values, np.ones(n), units)
                drawn = moments.covariances(boot.draw(units, REPLICATES, rng))
                replicates, value, left = (
                    _share(general_dominance(one))
                    for one in (drawn, np.cov(values.T)[None],
                                moments.covariances(boot.jackknife_counts(units)))
                )  # fmt: skip
                for name, found in (
                    ("percentile", boot.percentile(replicates, level)),
                    ("bca", boot.bias_corrected(value[0], replicates, left, level)),
                ):
                    share = truth / truth.sum()
                    held[name] += (found.low <= share) & (share <= found.high)
            for name, count in held.items():
                pct = 100 * count / samples
                shown = ", ".join(f"{one:.1f}" for one in pct)
                print(f"| {n} | {correlation} | {name} | {shown} | {pct.mean():.1f} |", flush=True)


def _share(importance: np.ndarray) -> np.ndarray:
    return importance / importance.sum(axis=-1, keepdims=True)


def main() -> None:
    """Read the command line."""
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], *(int(one) for one in sys.argv[3:]))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", nargs="+", default=[], metavar="NAME=PYTHON")
    parser.add_argument("--coverage", type=int, metavar="SAMPLES")
    given = parser.parse_args()
    if given.coverage:
        coverage(given.coverage)
    else:
        compare(dict(one.split("=", 1) for one in given.peer))


if __name__ == "__main__":
    main()
