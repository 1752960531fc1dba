"""A model of two touchpoints, small enough to be worked by hand, as its tables tell it."""

import polars as pl

from pipelines.contract.whatif import MOVES_TABLE, OUTCOME_MODELS

KEY = {"mode": "cold", "wave": "2025", "outcome": "nps", "segment": "all", "group": "all"}
MADE = {"level": 0.9, "n": 500, "n_eff": 400.0, "missing_policy": "whole", "method": "logit",
        "evidence": "association", "inputs_hash": "0"}  # fmt: skip
TODAY = {"mean": 60.0, "top_box": 40.0, "bottom_box": 25.0, "nps": 15.0}
MOVES = (("desk", "lift_best"), ("desk", "lift_good"), ("web", "lift_good"), ("web", "widen"))
# Floor of every move; the ceiling is twice that. Draws are the floor less 1, itself, and plus 1.
FLOOR = {"mean": (10.0, 4.0, 6.0, 1.0), "top_box": (16.0, 8.0, 10.0, 2.0),
         "bottom_box": (-9.0, -5.0, -4.0, -1.0)}  # fmt: skip
# What a move adds beside the later ones, and which shares are supported.
INTERACTIONS = {"mean": ([0.0, -1.0, 0.0], [-0.5, 0.0], [0.0], []),
                "top_box": ([0.0, -2.0, 0.0], [-1.0, 0.0], [0.0], []),
                "bottom_box": ([0.0, 1.0, 0.0], [0.5, 0.0], [0.0], [])}  # fmt: skip
LARGEST = (0.5, 1.0, 1.0, 0.0)


def models(**changes) -> pl.DataFrame:
    rows = [
        {**KEY, **MADE, "target": target, "value": today, "low": today, "high": today,
         "status": "fitted", "weight_share": 0.25,
         "along": [0.0, 0.3, 0.2, 0.0] if target == "mean" else None,
         "correlations": [1.0, 0.5, 0.5, 1.0] if target == "mean" else None, **changes}
        for target, today in TODAY.items()
    ]  # fmt: skip
    return table(OUTCOME_MODELS, rows)


def moves(**changes) -> pl.DataFrame:
    rows = []
    for target in TODAY:
        for at, (driver, move) in enumerate(MOVES):
            about = {**KEY, **MADE, "driver": driver, "touchpoint_id": driver, "move": move,
                     "target": target, "n_concerned": 100, "n_shown": 80,
                     "max_share": LARGEST[at]}  # fmt: skip
            if LARGEST[at] == 0:
                about["reason"] = "not_supported?concerned=100&shown=80"
            elif target != "nps":
                floor = FLOOR[target][at]
                about |= {"value": floor, "draws": [floor - 1, floor, floor + 1],
                          "ceiling": 2 * floor, "ceiling_half": 1.5 * floor,
                          "ceiling_draws": [2 * floor - 1, 2 * floor, 2 * floor + 1],
                          "interactions": INTERACTIONS[target][at],
                          "ceiling_interactions": INTERACTIONS[target][at]}  # fmt: skip
            rows.append({**about, **changes})
    return table(MOVES_TABLE, rows)


def table(declared, rows) -> pl.DataFrame:
    return pl.DataFrame(
        [{name: row.get(name) for name in declared.schema} for row in rows],
        schema=declared.schema,
    )
