"""How often 95 % intervals of shares hold the truth.

    python benchmarks/driver_coverage.py [survey] [normal] [designs] [--samples N]

`survey` is a weighted sample with routing, through the step and through the function; `normal`
compares the two kinds of interval where everything is normal; `designs` are those of
tests/drivers/designed_surveys.py, with touchpoints asked in rotation among them. The other
populations are those of tests/drivers/populations.py.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1] / part) for part in ("", "tests/drivers")]

import populations  # noqa: E402
from designed_surveys import SURVEYS, Survey  # noqa: E402

from pipelines.core.errors import ContractError  # noqa: E402
from pipelines.drivers.analysis import analyse  # noqa: E402
from pipelines.drivers.records import contrast_rows, driver_rows, fitted  # noqa: E402
from pipelines.drivers.sample import ModelSample, ModelTerms  # noqa: E402
from pipelines.importance import relative_importance  # noqa: E402
from pipelines.importance.designs import use_and_rating  # noqa: E402
from pipelines.importance.models import Model  # noqa: E402
from pipelines.importance.parts import CompletedDesign  # noqa: E402
from pipelines.outcomes.sheets import Sheets  # noqa: E402
from pipelines.statistics import bootstrap as boot  # noqa: E402
from pipelines.statistics.dominance import dominance, general_dominance  # noqa: E402

REPLICATES = 1_000


def survey(samples: int) -> None:
    """Print how often 95 % intervals hold the truth: of the step, and of the function."""
    true = populations.experienced_shares(2_000_000)
    ways = {
        "step, 5 % blank": (0.05, by_step),
        "relative_importance, none blank": (0.0, by_function),
    }
    print(f"\n{samples} samples\n\n| n | way | coverage of the shares of five drivers, % | mean |"
          " mean error of the shares, points |")  # fmt: skip
    print("|--:|---|---|--:|---|")
    for n in (400, 1_000):
        for name, (blank, way) in ways.items():
            held, gap = np.zeros(len(true)), np.zeros(len(true))
            for seed in range(samples):
                sheets = populations.experienced(n, np.random.default_rng([n, seed]), blank=blank)
                value, low, high = way(sheets, seed)
                held += (low <= true) & (true <= high)
                gap += value - true
            pct = 100 * held / samples
            print(f"| {n:,} | {name} | {_listed(pct)} | {pct.mean():.1f} |"
                  f" {_listed(gap / samples, 2)} |", flush=True)  # fmt: skip


def by_step(sheets: Sheets, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shares and their intervals from `analyse`."""
    found = analyse(sheets, ModelTerms(0.95, REPLICATES, 2, sheets.n + 1, 30, seed))
    rows = populations.of_policy(found, sheets, "use_rating")
    value, low, high = (np.array([r[name] for r in rows]) for name in ("value", "low", "high"))
    return value, low, high


def by_function(sheets: Sheets, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shares and their intervals from `relative_importance`."""
    frame, groups = populations.frame_of(sheets)
    table = relative_importance(
        frame, "y", list(sheets.drivers), weights="w", groups=groups, stratum="stratum",
        replicates=REPLICATES, rng=np.random.default_rng(seed),
    ).table.sort("driver")  # fmt: skip
    return tuple(table[name].to_numpy() for name in ("importance_pct", "low", "high"))


def _listed(values: np.ndarray, digits: int = 1) -> str:
    return ", ".join(f"{one:.{digits}f}" for one in values)


def normal(samples: int) -> None:
    """Print how often either interval holds the truth where everything is normal."""
    print("\n| n | correlation | interval | coverage of the shares of five drivers, % | mean |")
    print("|--:|--:|---|---|--:|")
    beta = np.array([0.5, 0.4, 0.3, 0.2, 0.1])
    for n in (50, 200, 1000):
        for correlation in (0.3, 0.6):
            inner = np.full((5, 5), correlation) + (1 - correlation) * np.eye(5)
            signal = beta @ inner @ beta
            matrix = np.block([[inner, (inner @ beta)[:, None]], [beta @ inner, 2 * signal]])
            true = _share(dominance(matrix).general)
            rng, root = np.random.default_rng(1), np.linalg.cholesky(matrix)
            held = {"percentile": np.zeros(5), "bca": np.zeros(5)}
            for _ in range(samples):
                values = rng.normal(size=(n, 6)) @ root.T
                for name, found in _both_intervals(values, rng).items():
                    held[name] += (found.low <= true) & (true <= found.high)
            for name, count in held.items():
                pct = 100 * count / samples
                shown = f"{_listed(pct)} | {pct.mean():.1f}"
                print(f"| {n} | {correlation} | {name} | {shown} |", flush=True)


def _both_intervals(values: np.ndarray, rng: np.random.Generator) -> dict[str, boot.Interval]:
    n, p = len(values), values.shape[1] - 1
    units = boot.sampling_units(n, None, None, n, rng)
    level = boot.expanded_level(0.95, units, p)
    moments = boot.block_moments(values, np.ones(n), units)
    drawn, left = boot.draw(units, REPLICATES, rng), boot.jackknife_counts(units)
    matrices = (moments.covariances(drawn), np.cov(values.T)[None], moments.covariances(left))
    replicates, value, jackknife = (_share(general_dominance(one)) for one in matrices)
    return {
        "percentile": boot.percentile(replicates, level),
        "bca": boot.bias_corrected(value[0], replicates, jackknife, level),
    }


def _share(importance: np.ndarray) -> np.ndarray:
    return importance / importance.sum(axis=-1, keepdims=True)


def designs(samples: int, only: str | None = None) -> None:
    """Print how often 95 % intervals of every kind hold the truth, by design of the sample."""
    print(f"\n{samples} samples\n\n| design | n | shares | slopes | R2 | performance | contrasts |"
          " standard errors over true ones: shares, slopes |")  # fmt: skip
    print("|---|--:|--:|--:|--:|--:|--:|---|")
    for name, one in SURVEYS.items():
        if only and only != name:
            continue
        for n in (400, 1_000, 3_000):
            drawn = [of_study(one, n, seed) for seed in range(samples)]
            found = {kind: [study[kind] for study in drawn if kind in study] for kind in KINDS}
            cells = [f"{100 * np.mean(found[kind]):.1f}" if found[kind] else "" for kind in KINDS]
            ratios = [_error_ratio(drawn, kind) for kind in ("share", "slope")]
            print(f"| {name} | {n:,} | {' | '.join(cells)} | {_listed(np.array(ratios), 2)} |",
                  flush=True)  # fmt: skip


KINDS = ("share", "slope", "r2", "performance", "contrast")
PERFORMANCE = 50  # mean of every rating
MIN_N = 400  # as in params.yaml; groups with fewer have no contrast


def of_study(survey: Survey, n: int, seed: int) -> dict[str, np.ndarray]:
    """Which intervals of one study hold the truth; values and standard errors beside them."""
    drawn = survey.sheets(n, np.random.default_rng([n, seed]))
    sheets = replace(drawn, rating=drawn.rating + PERFORMANCE)  # within 0 to 100
    sample = ModelSample.of(sheets, ModelTerms(0.95, REPLICATES, 200, MIN_N, 30, seed))
    design = use_and_rating(sheets.rating, sheets.used, sheets.targets, sheets.weight)
    completed = CompletedDesign.of(design, sheets.weight, sheets.segments, sample.units)
    every, totals = np.ones(n, bool), completed.whole
    model = Model.of(design, totals.draws(sample.counts), "mean")
    rows = list(driver_rows(sample, model, totals, every, "lmg", {}))
    of_r2 = fitted(sample, model, totals, every, {})
    told = {
        name: np.array([row[name] for row in rows])
        for name in ("value", "low", "high", "std_error", "slope", "slope_low", "slope_high")
    }
    rated = model.performance.interval(sample.level(totals, len(model.columns) - 1))
    truth, slopes = survey.shares[2], survey.slopes[2]
    return {
        "share": (told["low"] <= truth) & (truth <= told["high"]),
        "slope": (told["slope_low"] <= slopes) & (slopes <= told["slope_high"]),
        "r2": np.array([of_r2["low"] <= survey.r2 <= of_r2["high"]]),
        "performance": (rated.low <= PERFORMANCE) & (rated.high >= PERFORMANCE),
        "share value": told["value"],
        "share error": told["std_error"],
        "slope value": told["slope"],
        "slope error": model.slope.error,
        **_contrasts(survey, sample, completed),
    }  # fmt: skip


def _contrasts(
    survey: Survey, sample: ModelSample, completed: CompletedDesign
) -> dict[str, np.ndarray]:
    half = (sample.sheets.segments["half"] == "0").to_numpy()
    if min(half.sum(), (~half).sum()) < MIN_N:
        return {}
    counts = sample.counts[: sample.terms.segment_replicates]
    try:
        part = completed.part(half)
        others = completed.others(part, half)
    except ContractError:
        return {}
    own, rest = (Model.of(completed.design, t.draws(counts), "mean") for t in (part, others))
    rows = list(contrast_rows(sample, own, rest, part, others, {}))
    low, high = (np.array([row[name] for row in rows]) for name in ("low", "high"))
    true = survey.shares[0] - survey.shares[1]
    return {"contrast": (low <= true) & (true <= high)}


def _error_ratio(drawn: list[dict[str, np.ndarray]], kind: str) -> float:
    true = np.std([one[f"{kind} value"] for one in drawn], axis=0, ddof=1)
    return float(np.mean([one[f"{kind} error"] for one in drawn]) / true.mean())


TASKS = {"survey": survey, "normal": normal, "designs": designs}


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", nargs="*", choices=[*TASKS, "all"], default="all")
    parser.add_argument("--samples", type=int, default=500)
    given = parser.parse_args()
    for name in TASKS if "all" in given.task else given.task:
        TASKS[name](given.samples)


if __name__ == "__main__":
    main()
