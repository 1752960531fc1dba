"""Hold what the what-if promises against what moves truly change for the demo study's customers.

    python benchmarks/whatif_recovery.py [TASK ...] [--seeds N] [--first SEED]

Tasks: `exact` says how often intervals of the floor hold the truth where ratings say exactly what
is remembered and the declared confounders suffice, `worlds` that and the same in the demo study as
it is; `steps` which error of measurement
bends it how far, `hidden` how often a lever without an effect is flagged whose slope a hidden
confounder makes. The worlds are those of the tests, tests/whatif/demo_worlds.py.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from scipy import stats

sys.path[:0] = [str(Path(__file__).parents[1])]

from pipelines.outcomes.scales import SheetScales  # noqa: E402
from pipelines.outcomes.sheets import Sheets  # noqa: E402
from pipelines.simulate.truth import LEVER  # noqa: E402
from pipelines.whatif.robustness import robustness_rows  # noqa: E402
from pipelines.whatif.tables import tables_of  # noqa: E402
from pipelines.whatif.terms import WhatifSample, WhatifTerms  # noqa: E402
from tests.whatif import demo_worlds as demo  # noqa: E402
from tests.whatif.demo_worlds import DRIVERS, Errors, Lives, Survey  # noqa: E402

CUSTOMERS = 20_000  # of the demo study
FIRST = 300  # seed on which nothing was chosen, nor on those after it
TERMS = WhatifTerms(
    seed=1, level=0.95, flag_n=30, draws=200, segment_draws=50, imputations=5, min_n=400,
    min_shown=10,
)  # fmt: skip
GOALS = {"lift_middle": demo.MIDDLE, "lift_good": demo.GOOD, "lift_best": demo.BEST}
POINTS = {"overall": 10, "nps": 11}  # of the outcomes' scales
EXACT, STEPPED, STUDY = "ratings say it exactly", "in five steps", "the demo study"
WORLDS = {EXACT: demo.EXACT_RATINGS, STEPPED: demo.CLEAN, STUDY: demo.DEMO}
STRENGTHS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4)  # of a hidden cause, in units of quality


def header(*names: str) -> None:
    """Print the head of a table."""
    print()
    line(*names)
    print("|---" * len(names) + "|")


def line(*cells: object) -> None:
    """Print a row of a table."""
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def scales_of(sheet: Sheets) -> SheetScales:
    """Those of the demo study."""
    return SheetScales(POINTS[sheet.outcome], sheet.outcome == "nps", (5,) * len(DRIVERS))


def floors(sheet: Sheets) -> pl.DataFrame:
    """The table of moves, of everybody, with the true change of each still to come."""
    plain = replace(sheet, segments=pl.DataFrame())
    sample = WhatifSample.of(plain, scales_of(sheet), TERMS)
    found = tables_of(sample, "0" * 16)["moves"]
    return found.filter(pl.col("move").is_in(list(GOALS))).select(
        "driver", "move", "target", "value", "low", "high", "naive"
    )


def truths(survey: Survey, outcome: str) -> pl.DataFrame:
    """What each lift truly changes, and a lift of quality by `LEVER`."""
    rows = []
    for place, driver in enumerate(DRIVERS):
        better = survey.quality[:, place].astype(float) + LEVER
        lever = demo.true_change(survey, place, better, outcome)[0]
        for move, point in GOALS.items():
            quality = demo.lifted(survey, place, point)
            told = demo.true_change(survey, place, quality, outcome)
            rows += [
                (driver, move, target, change, lever)
                for target, change in zip(demo.TARGETS, told, strict=True)
            ]
    columns = ["driver", "move", "target", "true", "lever"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def compared(lives: Lives, errors: Errors, outcome: str, world: str) -> pl.DataFrame:
    """Floor, naive answer and truth of every lift in one world of one seed."""
    survey = demo.ask(lives, errors)
    found = floors(demo.sheet_of(survey, outcome))
    both = truths(survey, outcome).join(found, on=["driver", "move", "target"], how="left")
    return both.with_columns(world=pl.lit(world), outcome=pl.lit(outcome), seed=pl.lit(lives.seed))


KEY = ("world", "outcome", "move", "target", "driver")


def with_mean_truth(rows: pl.DataFrame) -> pl.DataFrame:
    """The truth of all customers there could be: the mean over seeds, whose company is one."""
    return rows.with_columns(
        true=pl.col("true").mean().over(KEY), lever=pl.col("lever").mean().over(KEY)
    ).drop_nulls("value")


def exact(seeds: range) -> None:
    """Print the same of the one world in which the floor should be right."""
    worlds(seeds, (EXACT,))


def worlds(seeds: range, names: tuple[str, ...] = tuple(WORLDS)) -> None:
    """Print how often intervals hold the truth, the error, and that of the naive answer."""
    parts = []
    for seed in seeds:
        lives = Lives.lived(seed, CUSTOMERS)
        for world in names:
            for outcome in POINTS:
                parts.append(compared(lives, WORLDS[world], outcome, world))
    rows = with_mean_truth(pl.concat(parts))
    header("world", "outcome", "target", "move", "pairs", "held", "mean bias, %", "mean error",
           "naive: mean error", "order of levers (tau)", "naive")  # fmt: skip
    shown = ("world", "outcome", "target", "move")
    for about, part in rows.group_by(shown, maintain_order=True):
        if about[2] in ("mean", "nps"):
            line(*about, *_summary(part))
    _by_driver(rows, names)


def _summary(part: pl.DataFrame) -> list[str]:
    held = (part["low"] <= part["true"]) & (part["true"] <= part["high"])
    bias = 100 * (part["value"].sum() / part["true"].sum() - 1)
    taus = [
        (stats.kendalltau(one["value"], one["lever"]).statistic,
         stats.kendalltau(one["naive"], one["lever"]).statistic)
        for _, one in part.group_by("seed")
    ]  # fmt: skip
    floor, naive = np.nanmean(np.array(taus), axis=0)
    errors = [(part[name] - part["true"]).abs().mean() for name in ("value", "naive")]
    return [
        f"{part.height:,}", f"{held.mean():.1%}", f"{bias:+.0f}",
        *(f"{error:.2f}" for error in errors), f"{floor:.2f}", f"{naive:.2f}",
    ]  # fmt: skip


def _by_driver(rows: pl.DataFrame, names: tuple[str, ...]) -> None:
    """Print the same by touchpoint, of the mean answer and lifts to good."""
    header("touchpoint", *(f"{world}: {what}" for world in names
                           for what in ("true", "floor", "naive", "held")))  # fmt: skip
    chosen = rows.filter(outcome="overall", target="mean", move="lift_good")
    for driver in DRIVERS:
        cells = []
        for world in names:
            part = chosen.filter(world=world, driver=driver)
            held = (part["low"] <= part["true"]) & (part["true"] <= part["high"])
            cells += [f"{part[name].mean():.2f}" for name in ("true", "value", "naive")]
            cells.append(f"{held.mean():.0%}")
        line(driver, *cells)


# Steps from the exact world to the demo study: each adds an error, and keeps those before.
STEPS = ("rounding", "response", "noise", "halo", "leniency", "scale_use", "careless")


def steps(seeds: range) -> None:
    """Print how errors bend the floor of the mean answer, one after the other."""
    chosen: dict[str, Errors] = {"none": demo.EXACT_RATINGS}
    errors = demo.EXACT_RATINGS
    for name in STEPS:
        errors = replace(errors, **{name: True})
        chosen[f"+ {name}"] = errors
    parts = []
    for seed in seeds:
        lives = Lives.lived(seed, CUSTOMERS)
        parts += [compared(lives, one, "overall", world) for world, one in chosen.items()]
    rows = with_mean_truth(pl.concat(parts)).filter(target="mean", move="lift_good")
    strong = ("delivery", "hotline", "returns", "store_advice", "web_shop")
    header("errors", "true, mean of all", "floor", "bias, %", "held",
           *(f"{driver}, bias %" for driver in strong), "the others, bias %")  # fmt: skip
    for world in chosen:
        part = rows.filter(world=world)
        held = (part["low"] <= part["true"]) & (part["true"] <= part["high"])
        others = part.filter(~pl.col("driver").is_in(strong))
        each = [part.filter(driver=driver) for driver in strong]
        line(world, f"{part['true'].mean():.2f}", f"{part['value'].mean():.2f}", _bias(part),
             f"{held.mean():.0%}", *map(_bias, each), _bias(others))  # fmt: skip


def _bias(part: pl.DataFrame) -> str:
    return f"{100 * (part['value'].sum() / part['true'].sum() - 1):+.0f}"


def hidden(seeds: range) -> None:
    """Print how often a lever is flagged that has no effect but a hidden confounder."""
    parts: dict[tuple[str, float], list[pl.DataFrame]] = {}
    for seed in seeds:
        lives = Lives.lived(seed, CUSTOMERS)
        for world in (STEPPED, STUDY):
            survey = demo.ask(lives, WORLDS[world])
            for strength in STRENGTHS:
                sheet = demo.sheet_of(demo.with_hidden_cause(survey, strength), "overall")
                rows = robustness_rows(sheet, scales_of(sheet), TERMS)
                found = pl.DataFrame(rows, infer_schema_length=None)
                parts.setdefault((world, strength), []).append(found)
    header("world", "strength", "slope it makes", "told from zero", "of these flagged",
           "robustness value", *(f"{name}: flagged" for name in DRIVERS if name != demo.IDLE)
    )  # fmt: skip
    for (world, strength), every in parts.items():
        found = pl.concat(every, how="diagonal")
        idle = found.filter(driver=demo.IDLE)
        told = idle.filter(~pl.col("verdict").str.starts_with("not_distinguishable"))
        others = [found.filter(driver=name) for name in DRIVERS if name != demo.IDLE]
        slope, rv = f"{idle['value'].mean():.3f}", f"{100 * idle['rv'].mean():.1f} %"
        share = f"{told.height / idle.height:.0%}"
        line(world, strength, slope, share, _flagged(told), rv, *map(_flagged, others))


def _flagged(rows: pl.DataFrame) -> str:
    if rows.is_empty():
        return ""
    return f"{(~rows['verdict'].str.starts_with('robust')).mean():.0%}"


TASKS = {"exact": exact, "worlds": worlds, "steps": steps, "hidden": hidden}


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", nargs="*", choices=[*TASKS, "all"], default="all")
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first", type=int, default=FIRST)
    given = parser.parse_args()
    for name in TASKS if "all" in given.task else given.task:
        TASKS[name](range(given.first, given.first + given.seeds))


if __name__ == "__main__":
    main()
