"""How long the best plan takes, and how far it is proven: by measures, draws and objective.

    python benchmarks/plan.py [--seeds N]

Measures are drawn with gains that go together, costs from lognormal, three capacities, exclusions,
prerequisites and some that are barred; the budget is a quarter of all costs. A cautious plan of
many measures is searched for until the proven gap is below a share of its value. The last table is
all that the app does when a budget moves, on the demo study's surfaces: plan, chances and reasons;
and what it does when a measure is edited.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from pipelines.core.study import DATA_FOLDER
from pipelines.decisions.candidates import candidates
from pipelines.decisions.effects import outlook_of
from pipelines.decisions.plans import Offer, offer_of, plan_under
from pipelines.decisions.portfolio import Options, best_plan

CASES = (
    ("expected", 1.0, 30, 200, 0.0),
    ("expected", 1.0, 200, 1_000, 0.0),
    ("cautious", 0.1, 12, 200, 0.0),
    ("cautious", 0.1, 30, 200, 0.0),
    ("cautious", 0.1, 200, 1_000, 0.01),
)
SOLVED = 20  # draws of which each has its own plan, where not all sets can be listed


def options(n: int, n_draws: int, seed: int) -> tuple[Options, float]:
    """Draw measures, and a budget."""
    rng = np.random.default_rng(seed)
    mean = rng.gamma(2, 0.4, n)
    loads = 0.4 * rng.normal(size=(5, n))
    common = rng.normal(size=(n_draws, 5)) @ loads + rng.normal(size=(n_draws, n))
    value = mean + mean * rng.uniform(0.2, 0.8, n) * common / np.sqrt(1 + (loads**2).sum(axis=0))
    cost = np.round(rng.lognormal(11, 1, n), -3)
    use = rng.integers(0, 60, (n, 3)).astype(float)
    pairs = [(int(a), int(b)) for a, b in rng.choice(n, (n // 10, 2)) if a != b]
    half = len(pairs) // 2
    drawn = Options(value, cost, use, 0.3 * use.sum(axis=0), pairs[:half], pairs[half:],
                    rng.random(n) < 0.05)  # fmt: skip
    return drawn, 0.25 * float(cost.sum())


def offer(n: int, seed: int) -> Offer:
    """The measures of the demo study, again and again with other shares and costs."""
    derived = DATA_FOLDER / "demo" / "derived"
    names = ("outcome_models", "moves", "gates", "asymmetry", "measures", "measure_moves")
    tables = {name: pl.read_parquet(derived / f"{name}.parquet") for name in names}
    here = (pl.col("mode") == "cold", pl.col("outcome") == "nps")
    outlook = outlook_of(
        tables["outcome_models"].filter(*here),
        tables["moves"].filter(*here),
        tables["gates"].filter(here[0]),
        tables["asymmetry"].filter(*here),
        level=0.95,
        seed=seed,
    )
    found = candidates(tables["measures"], tables["measure_moves"], 24.0)
    rng = np.random.default_rng(seed)
    drawn = [
        replace(
            one,
            name=f"{one.name}_{at}",
            cost=float(np.round(one.cost * rng.lognormal(0, 0.5), -3)),
            moves=tuple(replace(m, share=m.share * rng.uniform(0.2, 1)) for m in one.moves),
            excludes=(), requires=(),
        )
        for at, one in enumerate((found * 3)[:n])
    ]  # fmt: skip
    return offer_of(drawn, {"it_days": 300.0, "training_days": 120.0}, outlook, "nps",
                    months=24.0, beyond=())  # fmt: skip


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    seeds = range(1, parser.parse_args().seeds + 1)
    best_plan(*options(5, 20, 0))  # loads HiGHS
    print("| objective | measures | draws | accepted gap | seconds of a core | proven gap |")
    print("|---|--:|--:|--:|--:|--:|")
    for objective, tail, n, n_draws, accepted in CASES:
        seconds, gaps = [], []
        for seed in seeds:
            drawn, budget = options(n, n_draws, seed)
            began = time.process_time()
            found = best_plan(drawn, budget, tail, accepted)
            seconds.append(time.process_time() - began)
            gaps.append(found.gap / found.value)
        times = ", ".join(f"{one:.2f}" for one in seconds)
        told = ", ".join(f"{one:.4f}" for one in gaps)
        print(f"| {objective} | {n} | {n_draws:,} | {accepted:g} | {times} | {told} |", flush=True)
    print("\n| measures | draws | seconds of a core for new effects | for a new plan |")
    print("|--:|--:|--:|--:|")
    for n in (12, 15, 30):
        times, edits = [], []
        for seed in seeds:
            began = time.process_time()
            offered = offer(n, seed)
            edits.append(f"{time.process_time() - began:.2f}")
            budget = 0.25 * float(offered.options.cost.sum())
            began = time.process_time()
            plan_under(budget, offered, objective="expected", tail=0.1, solved=SOLVED)
            times.append(f"{time.process_time() - began:.2f}")
        print(
            f"| {n} | {len(offered.options.value)} | {', '.join(edits)} | {', '.join(times)} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
