"""How often 95 % intervals of scores hold the truth, and a change is found where there is none.

    python benchmarks/score_coverage.py [DESIGN ...] [--n N ...] [--rounds N]

Every interval that the step `measure` publishes, by its own function. A round is 40 waves of 20
questions of each kind; the populations are those of the tests, tests/measure/populations.py.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.measure import populations

WAVES, QUESTIONS = 40, 20
KEY = ["kind", "measure"]
# Means of these are the same number on another scale, or no score of theirs.
LEFT_OUT = (pl.col("measure") == "mean") & pl.col("kind").str.contains("^(ces|nps)")


def of_kinds(rows: pl.DataFrame, design: str) -> pl.DataFrame:
    """Weighted rows with their kind of question, whose number tells replicates, and the truth."""
    kind = pl.coalesce("question_id", "stage").str.strip_chars_end("0123456789").str.strip_chars()
    weighted = rows.filter("weighted").with_columns(kind=kind).filter(~LEFT_OUT)
    return weighted.join(populations.truths(design), on=KEY)


def one_round(design: str, n: int, seed: int) -> pl.DataFrame:
    """Whether each interval holds its truth, and whether each change is found."""
    rows = populations.responses(design, n, WAVES, QUESTIONS, seed)
    tables = populations.measured(rows, QUESTIONS)
    inside = (pl.col("low") <= pl.col("truth")) & (pl.col("truth") <= pl.col("high"))
    scores = of_kinds(tables["scores"], design).select(*KEY, of=pl.lit("holds"), found=inside)
    changes = of_kinds(tables["changes"], design).filter(against="previous")
    alarms = changes.select(*KEY, of=pl.lit("alarms"), found=pl.col("p_value") < 0.05)
    return pl.concat([scores, alarms])


def measured(design: str, n: int, rounds: int) -> pl.DataFrame:
    """Shares in percent: ``kind, measure, of, n, design, share``."""
    found = pl.concat(one_round(design, n, seed) for seed in range(rounds))
    share = pl.col("found").mean().mul(100).alias("share")
    cells = found.group_by(*KEY, "of").agg(share)
    return cells.with_columns(n=pl.lit(n), design=pl.lit(design))


def show(cells: pl.DataFrame) -> None:
    """Print a table of one n: a row per kind and measure, a column per design."""
    wide = cells.pivot(on="design", index=KEY, values="share", maintain_order=True).sort(KEY)
    print("\n| " + " | ".join(wide.columns) + " |\n|---|---|" + "--:|" * (wide.width - 2))
    for kind, measure, *shares in wide.iter_rows():
        print(f"| {kind} | {measure} | " + " | ".join(f"{share:.1f}" for share in shares) + " |")


def main() -> None:
    """Print coverage and false alarms of every n, in percent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("designs", nargs="*", default=list(populations.DESIGNS))
    parser.add_argument("--n", nargs="*", type=int, default=[15, 50, 400])
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    cells = pl.concat(measured(d, n, options.rounds) for n in options.n for d in options.designs)
    for of, title in (("holds", "Intervals that hold the truth"), ("alarms", "False alarms")):
        for n in options.n:
            print(f"\n{title}, n = {n}, %")
            show(cells.filter(of=of, n=n))


if __name__ == "__main__":
    main()
