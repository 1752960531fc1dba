"""Simulate surveys whose truth is known, and see whether the analysis of drivers finds it.

    python benchmarks/driver_recovery.py [demo] [routing] [use] [few] [--seeds N]

Each prints a table or more; together they take some minutes. The populations are those of the
tests, tests/drivers/populations.py.
"""

from __future__ import annotations

import argparse
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from scipy import stats

sys.path[:0] = [str(Path(__file__).parents[1] / part) for part in ("", "tests/drivers")]

import populations  # noqa: E402

from pipelines.core.errors import ContractError  # noqa: E402
from pipelines.drivers.analysis import analyse  # noqa: E402
from pipelines.drivers.sample import ModelTerms  # noqa: E402
from pipelines.importance import relative_importance  # noqa: E402
from pipelines.outcomes.sheets import Sheets  # noqa: E402
from pipelines.simulate import answers, truth  # noqa: E402
from pipelines.simulate.model import N_RATED, TOUCHPOINT_NAMES  # noqa: E402
from pipelines.simulate.operations import draw_operations  # noqa: E402
from pipelines.simulate.partition import Scene, play  # noqa: E402
from pipelines.simulate.surveys import WAVES, Wave  # noqa: E402
from pipelines.statistics.em import find_patterns, fit_patterns  # noqa: E402

CUSTOMERS = 20_000  # of the demo study
TOP = 5
FIRST = 300  # seed on which none of the study's constants were chosen, nor on those after it
IN_STEP = "step, em, attribute known in ten steps"
LARGE, FEW = 100_000, 300  # answers, of routed surveys
POLICIES = ("pairwise", "mean imputation", "em", "em, attribute known", IN_STEP)


def header(*names: str) -> None:
    """Print the head of a table."""
    print()
    line(*names)
    print("|---" * len(names) + "|")


def line(*cells: object) -> None:
    """Print a row of a table."""
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def terms(sheets: Sheets, seed: int) -> ModelTerms:
    """Few replicates, no segments."""
    return ModelTerms(0.95, 200, 2, sheets.n + 1, 30, seed)


# The demo study


def demo(seeds: int) -> None:
    """Print how often the true order of the demo study's drivers is found, and why not."""
    found, steps = [], {}
    for seed in range(FIRST, FIRST + seeds):
        scene = play(0, CUSTOMERS, draw_operations(np.random.default_rng([seed, 0])), seed)
        for wave in scene.waves:
            told = truth.importance(truth.Sums.over(wave))
            true = (
                100
                * np.array([told["lmg"][name] for name in TOUCHPOINT_NAMES[:N_RATED]])
                / told["r2"]
            )
            found.append(_compared(wave, true, seed))
            for name, answered in _degraded(scene, wave, seed).items():
                steps.setdefault(name, []).append((answered, true))
    _print_order(found)
    _print_neighbours(found)
    _print_steps(steps)


def _compared(wave: Wave, true: np.ndarray, seed: int) -> dict:
    """A survey's shares, errors and letters beside the true shares."""
    sheets = populations.questionnaires(wave)
    rows = populations.of_policy(analyse(sheets, terms(sheets, seed)), sheets, "use_rating")
    return {"wave": wave.name, "n": rows[0]["n"], "true": true} | {
        name: np.array([row[name] for row in rows]) for name in ("value", "std_error", "letters")
    }


def _top(values: np.ndarray) -> list[int]:
    return np.argsort(-values)[:TOP].tolist()


def _print_order(found: list[dict]) -> None:
    header(
        "wave", "surveys", "n", f"order of the top {TOP}", f"the {TOP} as a set", "Kendall's tau",
        "pairs of them told apart", "of those wrong",
    )  # fmt: skip
    for wave in (*WAVES, "all"):
        mine = [one for one in found if wave in (one["wave"], "all")]
        exact = np.mean([_top(one["value"]) == _top(one["true"]) for one in mine])
        same = np.mean([set(_top(one["value"])) == set(_top(one["true"])) for one in mine])
        tau = np.mean([stats.kendalltau(one["value"], one["true"]).statistic for one in mine])
        apart, wrong = np.sum([_pairs_told_apart(one) for one in mine], axis=0)
        pairs = len(mine) * TOP * (TOP - 1) / 2
        line(
            wave, len(mine), f"{np.mean([one['n'] for one in mine]):,.0f}", f"{exact:.2f}",
            f"{same:.2f}", f"{tau:.2f}", f"{apart / pairs:.0%}", f"{wrong / apart:.1%}",
        )  # fmt: skip


def _pairs_told_apart(one: dict) -> tuple[int, int]:
    """Pairs of the true top without a letter in common, and how many are the wrong way."""
    top = _top(one["true"])
    pairs = [(a, b) for at, a in enumerate(top) for b in top[at + 1 :]]
    apart = [(a, b) for a, b in pairs if not set(one["letters"][a]) & set(one["letters"][b])]
    return len(apart), sum(one["value"][a] < one["value"][b] for a, b in apart)


def _print_neighbours(found: list[dict]) -> None:
    """Neighbours in the usual order: true gap, its bias, its error, and who could order them."""
    usual = np.argsort(-np.mean([one["true"] for one in found], axis=0))[: TOP + 1]
    header(
        "neighbours", "true gap, points", "found", "standard error", "truth itself turned",
        "ordered as in truth", "if there were no bias",
    )  # fmt: skip
    for a, b in pairwise(usual):
        true = np.array([one["true"][a] - one["true"][b] for one in found])
        gap = np.array([one["value"][a] - one["value"][b] for one in found])
        error = (gap - true).std(ddof=1)
        right = np.mean(np.sign(gap) == np.sign(true))
        best = stats.norm.cdf(np.abs(true) / error).mean()
        line(
            f"{TOUCHPOINT_NAMES[a]}, {TOUCHPOINT_NAMES[b]}",
            f"{true.mean():.1f}", f"{gap.mean():.1f}", f"{error:.1f}",
            f"{np.mean(true < 0):.0%}", f"{right:.0%}", f"{best:.0%}",
        )  # fmt: skip


def _degraded(scene: Scene, wave: Wave, seed: int) -> dict[str, np.ndarray]:
    """Shares in the whole frame as measurement gets worse, step by step."""
    rng, spread, used = np.random.default_rng(seed), wave.style.scale_use, wave.used.astype(float)
    lenient = answers.LENIENCY * wave.style.leniency
    outcome, every = wave.meant + lenient, np.ones(len(wave.meant))
    coloured = wave.quality + answers.SATISFACTION_HALO * wave.meant[:, None] + lenient[:, None]
    noisy = coloured + answers.RATING_NOISE * rng.normal(size=coloured.shape)
    rated = np.column_stack([answers.RATING.place(one, spread) for one in noisy.T]).astype(float)
    said = np.column_stack([wave.would_answer[name] for name in TOUCHPOINT_NAMES[:N_RATED]]).astype(
        float
    )
    no_rating = (answers.NOT_USED_CODE, answers.DONT_KNOW_CODE, answers.BLANK_CODE)
    given = np.where(np.isin(said, no_rating), rated, said)
    overall = wave.would_answer["overall"].astype(float)
    there = overall != answers.BLANK_CODE
    careful = there & ~wave.style.straight & ~wave.style.speeder
    likely = populations.tendency(scene, wave)
    steps = {
        "latent, as the truth is defined": (wave.quality, outcome, every),
        "halo and leniency in ratings": (coloured, outcome, every),
        "noise": (noisy, outcome, every),
        "five points": (rated, outcome, every),
        "outcome as answered, careful people": (given, overall, every * careful),
        "straight-liners and speeders": (given, overall, every * there),
        "only who answers, weighted": (given, overall, likely * there),
    }
    return {
        name: populations.shares_of(used[w > 0], rating[w > 0], y[w > 0], w[w > 0])
        for name, (rating, y, w) in steps.items()
    }


def _print_steps(steps: dict[str, list[tuple[np.ndarray, np.ndarray]]]) -> None:
    true = np.mean([one for _, one in next(iter(steps.values()))], axis=0)
    usual = np.argsort(-true)[: TOP + 1]
    header(
        "in the whole frame",
        *(TOUCHPOINT_NAMES[place] for place in usual),
        f"order of the top {TOP}",
    )
    for name, runs in steps.items():
        mean = np.mean([found for found, _ in runs], axis=0)[usual]
        exact = np.mean([_top(found) == _top(true) for found, true in runs])
        line(name, *(f"{one:.1f}" for one in mean), f"{exact:.2f}")


# Routing: who rates what depends on an attribute


def routing(seeds: int) -> None:
    """Print the bias of shares when four of twelve drivers are rated, by policy."""
    header(
        "ratings", "policy", "n", "mean bias, points", "worst", "of pairwise's worst",
        "R2 too high by",
    )  # fmt: skip
    for by_scale in (False, True):
        gaps: dict[str, list[np.ndarray]] = {}
        for seed in range(seeds):
            rng = np.random.default_rng([seed, by_scale])
            whole, given = populations.routed(LARGE, rng, by_scale=by_scale)
            true = share_and_r2(whole, "error")
            for policy in POLICIES:
                gaps.setdefault(policy, []).append(_by_policy(given, policy) - true)
        bias = {policy: np.mean(gap, axis=0) for policy, gap in gaps.items()}
        worst = {policy: np.abs(gap[:-1]).max() for policy, gap in bias.items()}
        for policy, gap in bias.items():
            line(
                "1 to 5" if by_scale else "continuous", policy, f"{LARGE:,}",
                f"{np.abs(gap[:-1]).mean():.2f}", f"{worst[policy]:.2f}",
                f"{worst[policy] / worst['pairwise']:.0%}", f"{gap[-1]:.3f}",
            )  # fmt: skip


def share_and_r2(
    frame: pl.DataFrame, missing: str, auxiliary: tuple[str, ...] = (), prior_rows: float = 0.0
) -> np.ndarray:
    """Shares in the order of the drivers, then R2."""
    found = relative_importance(
        frame, "y", populations.ROUTED, missing=missing, auxiliary=auxiliary, prior_rows=prior_rows
    )
    share = dict(found.table.select("driver", "importance_pct").iter_rows())
    return np.array([*(share[name] for name in populations.ROUTED), found.r2])


def _by_policy(given: pl.DataFrame, policy: str) -> np.ndarray:
    if policy == "mean imputation":
        filled = given.with_columns(pl.col(populations.ROUTED).fill_null(strategy="mean"))
        return share_and_r2(filled, "error")
    if policy == "em, attribute known":
        return share_and_r2(given, "em", auxiliary=("attribute",))
    if policy == IN_STEP:
        return _by_step(given)
    return share_and_r2(given, policy)


def _by_step(given: pl.DataFrame) -> np.ndarray:
    sheets = populations.asked(given)
    found = analyse(sheets, terms(sheets, 0))
    share = [row["value"] for row in populations.of_policy(found, sheets, "em")]
    (r2,) = (model["value"] for model in found.driver_models if model["policy"] == "em")
    return np.array([*share, r2])


# Use: who rates what is who used it


def use(seeds: int) -> None:
    """Print the bias of shares of touchpoints that are not used by all, by policy."""
    true = populations.experienced_shares(2_000_000)
    header("policy", "n", "bias by driver, points", "worst")
    line("truth", "", _listed(true), "")
    found: dict[str, list[np.ndarray]] = {}
    for seed in range(seeds):
        sheets = populations.experienced(20_000, np.random.default_rng([7, seed]), blank=0.05)
        every = analyse(sheets, terms(sheets, seed))
        for policy in ("use_rating", "em", "pairwise", "listwise"):
            rows = populations.of_policy(every, sheets, policy)
            found.setdefault(policy, []).append(np.array([row["value"] for row in rows]))
    for policy, values in found.items():
        gap = np.mean(values, axis=0) - true
        line(policy, f"{sheets.n:,}", _listed(gap), f"{np.abs(gap).max():.1f}")


def _listed(values: np.ndarray) -> str:
    return ", ".join(f"{one:.1f}" for one in values)


# Few answers


def few(seeds: int) -> None:
    """Print R2 of 300 answers with four of twelve drivers rated: refused, shrunk, overfitted."""
    header("way", "n", "answered", "true R2", "mean R2 found")
    true = share_and_r2(populations.routed(LARGE, np.random.default_rng(0))[0], "error")[-1]
    said: dict[str, list[float]] = {}
    reasons: dict[str, str] = {}
    for seed in range(seeds):
        _, given = populations.routed(FEW, np.random.default_rng([3, seed]))
        said.setdefault("EM without a check", []).append(_unchecked_r2(given))
        for prior in (0.0, 13.0, 50.0, 100.0):
            name = f"relative_importance, em, {prior:.0f} prior rows"
            try:
                r2 = share_and_r2(given, "em", prior_rows=prior)[-1]
                said.setdefault(name, []).append(r2)
                reasons[name] = "shrunk"
            except ContractError as error:
                reasons[name] = f"refused: {error.got}"
        for model in analyse(*_small(given, seed)).driver_models:
            if (model["segment"], model["target"]) == ("all", "mean"):
                name = f"step, {model['policy']}"
                reasons[name] = model["status"]
                if model.get("value") is not None:
                    said.setdefault(name, []).append(model["value"])
                    said.setdefault(f"{name}, held out", []).append(model.get("r2_held_out"))
    for name in {**said, **reasons}:
        found = [one for one in said.get(name, []) if one is not None]
        r2 = f"{np.mean(found):.2f}" if found else ""
        line(name, FEW, reasons.get(name, ""), f"{true:.2f}", r2)


def _unchecked_r2(given: pl.DataFrame) -> float:
    """R2 of plain maximum likelihood, which the product refuses to give."""
    patterns = find_patterns(given.select(*populations.ROUTED, "y").to_numpy())
    matrix = fit_patterns(patterns, patterns.weights, 0.0, 1e-6, 3000).covariance
    beta = np.linalg.pinv(matrix[:-1, :-1], hermitian=True) @ matrix[:-1, -1]
    return float(beta @ matrix[:-1, -1] / matrix[-1, -1])


def _small(given: pl.DataFrame, seed: int) -> tuple[Sheets, ModelTerms]:
    sheets = populations.asked(given)
    return sheets, terms(sheets, seed)


TASKS = {"demo": demo, "routing": routing, "use": use, "few": few}


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", nargs="*", choices=[*TASKS, "all"], default="all")
    parser.add_argument("--seeds", type=int, default=20)
    given = parser.parse_args()
    for name in TASKS if "all" in given.task else given.task:
        TASKS[name](given.seeds)


if __name__ == "__main__":
    main()
