"""What-if models of the small survey study: made-up numbers that contradict nothing.

Recommendation is mostly halo. The largest lift of Wi-Fi is supported in part, that of parking not
at all, and other purposes have too few answers for a model.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from pipelines.contract.people import EVERYBODY
from pipelines.contract.whatif_codes import LIFTS, MOVES
from tests.app.tiny_bundle import Row, frame
from tests.app.tiny_drivers import HASH, SHARES

WAVE, RESPONDENTS = "2018", 1100
NUDGES = [place / 10 for place in range(-10, 11)]  # draws around every point
TODAY = {  # outcome -> target -> today
    "overall_rating": {"mean": 72.0, "top_two": 66.0, "top_box": 24.0, "bottom_box": 9.0},
    "recommend": {"mean": 76.0, "top_box": 52.0, "bottom_box": 10.0, "nps": 42.0},
}
SCALE = {  # how much of a move's points a target takes
    "mean": 1.0, "top_two": 1.5, "top_box": 1.2, "bottom_box": -0.8, "nps": 2.0,
}  # fmt: skip
STRENGTH = {"lift_middle": 0.4, "lift_good": 1.0, "lift_best": 1.8, "widen": 0.2, "narrow": -0.3}
GROUPS = {"business": 0.4, "leisure": 0.5, "other": 0.05}
FEW = "few_answers?least=300"
REFUSED = {
    ("parking", "lift_best"): "not_supported?concerned=180&shown=40",
    ("signs", "lift_middle"): "few_concerned?least=30&n=12",
    ("website", "widen"): "few_shown?least=30&n=9",
}
LARGEST = {("wifi", "lift_best"): 0.6}
HALO = {"website": 0.85}
VERDICTS = {
    "security": "robust?left=0.2&percent=24",
    "food": "fragile?left=0.02&percent=6",
    "wifi": "robust?left=0.11&percent=15",
    "signs": "not_distinguishable",
    "parking": "no_benchmark?percent=9",
    "website": "not_distinguishable",
}
MAKING = {"missing_policy": "drawn", "evidence": "association", "inputs_hash": HASH, "level": 0.95}


def _people() -> Iterable[tuple[str, str, float]]:
    yield EVERYBODY, EVERYBODY, 1.0
    for group, share in GROUPS.items():
        yield "purpose", group, share


def _key(outcome: str, segment: str, group: str) -> Row:
    return {
        "mode": "cold", "wave": WAVE, "outcome": outcome, "segment": segment, "group": group,
    }  # fmt: skip


def _around(value: float, width: float, n: int) -> Row:
    return {
        "value": value, "low": value - width, "high": value + width, "std_error": width / 2,
        "n": n, "n_eff": 0.8 * n,
    }  # fmt: skip


def _models() -> Iterable[Row]:
    for outcome, targets in TODAY.items():
        for segment, group, share in _people():
            n, key = int(RESPONDENTS * share), _key(outcome, segment, group)
            for target, today in targets.items():
                row = key | {"target": target, "n": n, "method": "logit"} | MAKING
                if group == "other":
                    yield row | {"status": "refused", "reason": FEW}
                    continue
                is_halo = outcome == "recommend"
                yield row | _around(today, 2.0, n) | {
                    "status": "fitted",
                    "n_drivers": len(SHARES),
                    "confounders": "age",
                    "r2_held_out": 0.41,
                    "is_blank_share": 0.08,
                    "halo": 0.72 if is_halo else 0.31,
                    "weight_share": share,
                    "along": _along() if target == "mean" else None,
                    "correlations": _correlations() if target == "mean" else None,
                    "flags": "mostly_shared" if is_halo else None,
                }  # fmt: skip


def _along() -> list[float]:
    names = sorted(SHARES)
    return [0.0 if one == other else 0.05 for one in names for other in names]


def _correlations() -> list[float]:
    names = sorted(SHARES)
    return [1.0 if one == other else 0.4 for one in names for other in names]


def effect(driver: str, move: str, target: str) -> float:
    """Floor of a move at full strength, in points of a target."""
    return round(SHARES[driver][0] / 10 * STRENGTH[move] * SCALE[target], 6)


def _moves() -> Iterable[Row]:
    places = [(driver, move) for driver in sorted(SHARES) for move in sorted(MOVES.names)]
    for outcome, targets in TODAY.items():
        for segment, group, share in _people():
            if group == "other":
                continue
            n = int(RESPONDENTS * share)
            for target in targets:
                for place, (driver, move) in enumerate(places):
                    after = len(places) - place - 1
                    own = _move(driver, move, target, n, after)
                    yield _key(outcome, segment, group) | own


def _move(driver: str, move: str, target: str, n: int, after: int) -> Row:
    concerned = int(n * 0.3)
    row: Row = {
        "driver": f"{driver}_rating", "touchpoint_id": driver, "move": move, "target": target,
        "n": n, "n_eff": 0.8 * n, "method": "logit", "n_concerned": concerned,
        "n_shown": int(n * 0.5), "share_concerned": 30.0, "max_share": 0.0,
        "reason": REFUSED.get((driver, move)), **MAKING,
    }  # fmt: skip
    if row["reason"]:
        return row
    floor = effect(driver, move, target)
    draws = [floor * (1 + 0.2 * nudge) for nudge in NUDGES]
    is_drawn = target != "nps"
    largest = LARGEST.get((driver, move), 1.0)
    flags = ["partly_supported?share=60"] * (largest < 1) + ["mostly_shared"] * (driver in HALO)
    return row | _around(floor, abs(0.2 * floor), n) | {
        "ceiling": 2.5 * floor,
        "ceiling_half": 1.75 * floor if is_drawn else None,
        "ceiling_low": 2.5 * floor - abs(0.5 * floor),
        "ceiling_high": 2.5 * floor + abs(0.5 * floor),
        "naive": 3 * floor if move in LIFTS else None,
        "halo": HALO.get(driver, 0.4),
        "lift": 25.0 if move in LIFTS else None,
        "max_share": largest,
        "draws": draws if is_drawn else None,
        "ceiling_draws": [2.5 * draw for draw in draws] if is_drawn else None,
        "interactions": [0.0] * after if is_drawn else None,
        "ceiling_interactions": [0.0] * after if is_drawn else None,
        "flags": " ".join(flags) or None,
    }  # fmt: skip


def _robustness() -> Iterable[Row]:
    for outcome in TODAY:
        for driver, verdict in VERDICTS.items():
            slope = SHARES[driver][0] / 100
            yield _key(outcome, EVERYBODY, EVERYBODY) | _around(slope, 0.06, RESPONDENTS) | {
                "driver": f"{driver}_rating", "touchpoint_id": driver, "df": 900.0,
                "partial_r2": 0.05, "rv": 0.2, "rv_alpha": 0.12, "verdict": verdict,
                "benchmark": "age", "benchmark_kind": "confounder",
                "benchmark_with_rating": 0.02, "benchmark_with_outcome": 0.03,
                "adjusted": slope - 0.03, "adjusted_low": slope - 0.09,
                "adjusted_high": slope + 0.03, "method": "cinelli_hazlett", **MAKING,
            }  # fmt: skip


def _calibrations() -> Iterable[Row]:
    slopes = {
        ("overall_rating", "mean", "waves"): "less_than_predicted?slope=0.6",
        ("overall_rating", "mean", "groups"): "as_predicted?slope=0.9",
        ("recommend", "nps", "respondents"): "as_predicted?slope=0.9",
    }
    for (outcome, target, held_out), verdict in slopes.items():
        slope = float(verdict.rpartition("=")[2])
        yield {
            "mode": "cold", "outcome": outcome, "target": target, "held_out": held_out,
            "wave": WAVE, "value": slope, "low": slope - 0.2, "high": slope + 0.2, "n": 3000,
            "attainable_low": 0.8, "attainable_high": 1.2, "intercept": 0.1, "rmse": 0.9,
            "rmse_low": 0.6, "rmse_high": 1.5, "mae": 0.7, "rmse_attainable": 0.6,
            "rmse_no_change": 1.4, "n_points": 3, "n_drivers": 6, "verdict": verdict,
            "reason": "one_wave" if held_out == "respondents" else None,
            "method": "meta_regression", **MAKING,
        }  # fmt: skip


def _points() -> Iterable[Row]:
    key = {"mode": "cold", "segment": EVERYBODY, "group": EVERYBODY}
    groups = {"purpose": tuple(GROUPS)}
    spread = (-1.2, 0.3, 1.1)
    held: list[tuple[str, str, str, Row]] = [
        ("overall_rating", "mean", "waves", {"wave": wave}) for wave in ("2016", "2017", "2018")
    ]
    held += [
        ("overall_rating", "mean", "groups", {"segment": "purpose", "group": group, "wave": WAVE})
        for group in groups["purpose"]
    ]
    held += [
        ("recommend", "nps", "respondents", {"tenth": tenth, "wave": WAVE}) for tenth in (1, 5, 10)
    ]
    for place, (outcome, target, held_out, own) in enumerate(held):
        predicted = spread[place % 3]
        yield key | own | {
            "outcome": outcome, "target": target, "held_out": held_out, "predicted": predicted,
            "noise": 0.4, **_around(0.7 * predicted, 0.8, 900), "method": "difference", **MAKING,
        }  # fmt: skip


def tables() -> dict[str, pl.DataFrame]:
    """The five tables of what-if models and of how far to trust them."""
    made = {
        "outcome_models": _models(), "moves": _moves(), "robustness": _robustness(),
        "calibrations": _calibrations(), "calibration_points": _points(),
    }  # fmt: skip
    return {name: frame(name, list(rows)) for name, rows in made.items()}
