"""What-if: how near surfaces come to the full model, how fast they are, and beside a peer.

    python benchmarks/whatif.py [PART ...] [--rows N]

Parts: `accuracy` (published surfaces of sfo and demo against the full model, on 1,000 random
scenarios of up to four moves), `evaluate` (one evaluation of ten moves), `million` (1,000,000
respondents, 20 drivers, 200 draws: time and peak memory), `peer` (n = 2,000 beside statsmodels'
ordered model in a bootstrap loop).
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from pipelines.contract.whatif import MOVES_TABLE, OUTCOME_MODELS, WhatifSettings
from pipelines.core import answers, engine, params, store, waves
from pipelines.core.study import load
from pipelines.decisions.surfaces import Asked, Surface
from pipelines.outcomes.filling import fillings
from pipelines.outcomes.models import fit_outcome
from pipelines.outcomes.scales import SheetScales
from pipelines.outcomes.sheets import sheets
from pipelines.outcomes.slopes import Slopes
from pipelines.whatif.along import moving_along
from pipelines.whatif.moves import MOVE_NAMES, moves_of
from pipelines.whatif.tables import latest, tables_of
from pipelines.whatif.terms import WhatifSample, WhatifTerms
from tests.whatif import naive
from tests.whatif.surveys import WhatifSurvey

MOST_MOVES = 4
STUDIES = ("sfo", "demo")
PEER_SECONDS = 60.0


def terms() -> WhatifTerms:
    """Those of params.yaml."""
    return WhatifTerms.of(params.settings_of(WhatifSettings, params.read()))


def samples(name: str) -> Iterator[WhatifSample]:
    """The samples of a study, of everybody alone."""
    study = load(name)
    responses, customers = (
        engine.from_polars(pl.scan_parquet(study.path("canonical", table)))
        for table in ("responses", "customers")
    )
    register = answers.question_register(responses)
    questions = register["question_id"].unique().sort()
    wide = answers.questionnaires(responses, customers, questions, ())
    people = engine.to_polars(wide).collect()
    asked = list(sheets(people, register, study.map.outcomes, (), 50))
    for one in latest(asked, waves.waves_of(study, responses)):
        yield WhatifSample.of(one, SheetScales.of(one, register), terms())


def full_models(sample: WhatifSample) -> list[tuple]:
    """What `naive.change` needs of every filling of the blanks."""
    found, rows = [], np.ones(sample.sheets.n, bool)
    slopes = Slopes.of(sample.sheets, sample.scales, rows, sample.held)
    every = fillings(sample.sheets, sample.scales, sample.units, sample.fillings, sample.rng)
    for filled in every:
        fit = fit_outcome(
            filled, sample.sheets.target[:, 0], sample.sheets.weight, slopes, sample.scales
        )
        moves = moves_of(filled, fit.model, fit.values @ fit.model.beta, fit.weights,
                         sample.scales.drivers)  # fmt: skip
        by_name = {(move.driver, move.name): move for move in moves}
        found.append((fit, filled, by_name, moving_along(fit, filled)))
    return found


def published(sample: WhatifSample) -> Surface:
    """The surface of everybody, from tables as they are written."""
    found = tables_of(sample, "0")
    models, moves = (
        store.prepare(found[table.name], table, "benchmark")
        for table in (OUTCOME_MODELS, MOVES_TABLE)
    )
    return Surface.of(models, moves)


def scenarios(surface: Surface, rng: np.random.Generator) -> Iterator[list[Asked]]:
    """Random scenarios that the data support: of up to four moves, half of them of full shares."""
    drivers = surface.drivers
    while True:
        count = int(rng.integers(1, MOST_MOVES + 1))
        chosen = rng.choice(len(drivers), count, replace=False)
        shares = np.ones(count) if rng.random() < 0.5 else rng.random(count)
        asked = [Asked(drivers[k], str(rng.choice(MOVE_NAMES)), 1.0) for k in chosen]
        largest = [surface.largest[surface.moves.index((one.driver, one.move))] for one in asked]
        asked = [Asked(one.driver, one.move, float(share * most))
                 for one, share, most in zip(asked, shares, largest, strict=True)]  # fmt: skip
        if not surface.refusals(asked):
            yield asked


def accuracy(study: str, count: int) -> None:
    """Print how far surfaces are from the full model."""
    for sample in samples(study):
        names = sample.sheets.drivers
        surface = published(sample)
        again = WhatifSample.of(sample.sheets, sample.scales, sample.terms)  # the same draws
        models, errors = full_models(again), []
        for _, asked in zip(range(count), scenarios(surface, np.random.default_rng(5)),
                            strict=False):  # fmt: skip
            told = surface.evaluate(asked)
            places = [(names.index(one.driver), one.move, one.share) for one in asked]
            for ceiling in (False, True):
                each = [naive.change(*model, places, ceiling=ceiling) for model in models]
                full = {name: np.mean([one[name] for one in each]) for name in each[0]}
                if "nps" in told:
                    full["nps"] = full["top_box"] - full["bottom_box"]
                errors += [
                    {"target": name, "kind": "ceiling" if ceiling else "floor",
                     "moves": len(asked), "change": abs(value),
                     "error": abs((told[name].ceiling if ceiling else told[name].floor) - value)}
                    for name, value in full.items()
                ]  # fmt: skip
        of = pl.col("error")
        print(f"{study}, {sample.sheets.mode} {sample.sheets.outcome}, n = {sample.sheets.n:,}")
        print(
            pl.DataFrame(errors)
            .group_by("target", "kind")
            .agg(
                pl.col("change").mean().round(2),
                of.median().round(4).alias("median"),
                of.quantile(0.99).round(4).alias("99 %"),
                of.max().round(4).alias("largest"),
                *(of.filter(pl.col("moves") == m).max().round(4).alias(f"of {m}")
                  for m in range(1, MOST_MOVES + 1)),
            )
            .sort("kind", "target")
        )  # fmt: skip


def evaluate() -> None:
    """Print how long one evaluation of ten moves takes."""
    sample = next(samples("sfo"))
    surface = published(sample)
    moves = [Asked(driver, "lift_good", 0.8) for driver in surface.drivers[:10]]
    times = []
    for _ in range(200):
        start = time.perf_counter()
        surface.evaluate(moves)
        times.append(time.perf_counter() - start)
    print(f"ten moves x {len(surface.targets)} targets x 200 draws: "
          f"{1000 * np.median(times):.2f} ms")  # fmt: skip
    found = tables_of(WhatifSample.of(sample.sheets, sample.scales, sample.terms), "0")
    start = time.perf_counter()
    Surface.of(found["outcome_models"], found["moves"])
    print(f"reading a model's rows: {1000 * (time.perf_counter() - start):.1f} ms")


def million(rows: int) -> None:
    """Print time and peak memory of a large survey."""
    survey = WhatifSurvey(drivers=20, blank=0.03)
    sheets_ = survey.sheets(rows, np.random.default_rng(1))
    before = _peak()
    start = time.perf_counter()
    found = tables_of(WhatifSample.of(sheets_, survey.scales, terms()), "0")
    print(f"{rows:,} respondents x 20 drivers x 200 draws: {time.perf_counter() - start:.0f} s, "
          f"peak {_peak():,.0f} MB (the answers alone {before:,.0f} MB), "
          f"{found['moves'].height:,} moves")  # fmt: skip


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def peer() -> None:
    """Print the time beside statsmodels' ordered model in a bootstrap loop."""
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    survey = WhatifSurvey(drivers=8, points=5)
    sheets_ = survey.sheets(2_000, np.random.default_rng(1))
    sample = WhatifSample.of(sheets_, survey.scales, terms())
    tables_of(sample, "0")  # compiles
    start = time.perf_counter()
    tables_of(WhatifSample.of(sheets_, survey.scales, terms()), "0")
    ours = time.perf_counter() - start
    fit, _, moves, _ = full_models(WhatifSample.of(sheets_, survey.scales, terms()))[0]
    step = fit.rows.code
    rng, done, begin = np.random.default_rng(2), 0, time.perf_counter()
    while time.perf_counter() - begin < PEER_SECONDS and done < 200:
        drawn = rng.integers(0, len(step), len(step))
        found = OrderedModel(step[drawn], fit.values[drawn], distr="logit").fit(
            method="bfgs", disp=False
        )
        today = found.model.predict(found.params, fit.values[drawn])
        for move in moves.values():
            values = fit.values.copy()
            values[np.ix_(move.rows, move.columns)] += move.change
            (found.model.predict(found.params, values[drawn]) - today).mean(axis=0)
        done += 1
    loop = (time.perf_counter() - begin) / done * 200
    print(f"n = 2,000, 8 drivers, 40 moves, 200 draws: {ours:.2f} s with interactions, ceilings "
          f"and support; statsmodels' floors alone {loop:,.0f} s ({done} of 200 draws timed): "
          f"{loop / ours:,.0f} x")  # fmt: skip


def main() -> None:
    """Run the parts that were asked for."""
    parts = ("accuracy", "evaluate", "million", "peer")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=parts)
    parser.add_argument("--scenarios", type=int, default=1_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    pl.Config.set_tbl_rows(20).set_tbl_hide_column_data_types(True).set_tbl_hide_dataframe_shape(
        True
    ).set_tbl_width_chars(140).set_tbl_cols(12)
    if "accuracy" in asked.parts:
        for study in STUDIES:
            accuracy(study, asked.scenarios)
    if "evaluate" in asked.parts:
        evaluate()
    if "peer" in asked.parts:
        peer()
    if "million" in asked.parts:
        million(asked.rows)


if __name__ == "__main__":
    main()
