"""Kano of the small survey study: made-up numbers that contradict nothing.

Parking must not fail and is below its minimum, Wi-Fi can delight, signs hardly go with the outcome,
the website was rated poorly by too few. Visitors for other purposes are too few for classes, the
oldest are withheld.
"""

from __future__ import annotations

import polars as pl

from pipelines.contract.code import WITHHELD
from pipelines.contract.kano_codes import FEATURE_CATEGORIES, KANO_CLASSES
from pipelines.contract.people import EVERYBODY
from tests.app.tiny_bundle import Row, frame

WAVE, HASH = "2018", "sha256:" + "7d" * 16
OUTCOMES = {"overall_rating": 1.0, "recommend": 1.4}  # how steep
SLOPES = {  # driver -> penalty, reward, its error, probabilities of the classes
    "parking": (-14.0, 2.0, 2.0, (0.97, 0.03, 0.0)),
    "security": (-9.0, 8.0, 1.5, (0.02, 0.97, 0.01)),
    "food": (-6.0, 4.0, 2.0, (0.3, 0.65, 0.05)),
    "signs": (-1.0, 0.5, 2.0, (0.4, 0.35, 0.25)),
    "wifi": (-1.5, 9.0, 1.5, (0.01, 0.06, 0.93)),
    "website": None,
}
SHARES = {  # driver -> percent not dissatisfied, probability below the minimum, the gate
    "parking": (84.0, 0.99, "fails"),
    "security": (92.0, 0.05, "holds"),
    "food": (89.5, 0.62, "undecided"),
    "signs": (95.0, 0.01, "holds"),
    "wifi": (88.0, 0.97, "undecided"),
    "website": (96.0, 0.01, "holds"),
}
GROUPS = {  # segment and group -> respondents
    (EVERYBODY, EVERYBODY): 1100,
    ("purpose", "business"): 440,
    ("purpose", "other"): 55,
    ("age", "65 and over"): 5,
}
STAGE = {"parking": "arrive", "food": "travel"}
FEWEST = 400
FEATURES = {  # feature -> touchpoint, shares of the categories
    "short_queue": ("security", (8.0, 20.0, 55.0, 15.0, 1.0, 1.0)),
    "massage": ("food", (48.0, 9.0, 3.0, 34.0, 5.0, 1.0)),
}
CLASSES, CATEGORIES = KANO_CLASSES.names, FEATURE_CATEGORIES.names


def _making(n: int, method: str, policy: str, evidence: str, flags: str | None = None) -> Row:
    hidden = n < 10
    return {
        "missing_policy": policy,
        "method": WITHHELD if hidden else method,
        "evidence": evidence,
        "flags": WITHHELD if hidden else flags,
        "inputs_hash": HASH,
        "level": 0.95,
    }


def _asymmetry(name: str, steep: float) -> Row:
    found = SLOPES[name]
    if found is None:
        return {"reason": "few_low?n=4&least=30"}
    penalty, reward, error, chances = found
    numbers: Row = {"cuts": 4, "spline_penalty": steep * penalty, "spline_reward": steep * reward}
    for side, value in (("penalty", steep * penalty), ("reward", steep * reward)):
        numbers |= {
            side: value,
            f"{side}_low": value - 2 * error,
            f"{side}_high": value + 2 * error,
        }
    numbers |= {f"p_{code}": chance for code, chance in zip(CLASSES, chances, strict=True)}
    numbers |= {"kano_class": CLASSES[chances.index(max(chances))]}
    numbers |= {"n_low": 90, "n_middle": 300, "n_high": 500}
    if name == "signs":
        return numbers
    value = (reward + penalty) / (reward - penalty)
    ends = {"low": max(value - 0.3, -1.0), "high": min(value + 0.3, 1.0)}
    cuts = {"asymmetry_least": ends["low"], "asymmetry_most": ends["high"]}
    return numbers | {"value": value, "std_error": 0.15} | ends | cuts


def _flags(name: str) -> str | None:
    found = SLOPES[name]
    unsure = found is not None and max(found[3]) < 0.8
    flags = ["unsure?sure=80"] if unsure else []
    return " ".join([*flags, *(["no_effect"] if name == "signs" else [])]) or None


def asymmetries() -> list[Row]:
    """Of every outcome and group; too small a group has reasons, the smallest nothing."""
    rows = []
    for outcome, steep in OUTCOMES.items():
        for (segment, group), n in GROUPS.items():
            for name in SLOPES:
                few = n < FEWEST
                numbers = {"reason": "few_answers?least=400"} if few else _asymmetry(name, steep)
                refused = numbers.get("reason") is not None
                method = "refused" if refused else "penalty_reward?cuts=4"
                hidden = n < 10
                rows.append(
                    {"mode": "cold", "outcome": outcome, "segment": segment, "group": group}
                    | {"wave": WAVE, "driver": f"{name}_rating", "touchpoint_id": name}
                    | ({} if hidden else {"n": n, "n_eff": 0.8 * n} | numbers)
                    | _making(n, method, "use_levels", "association", _flags(name) if not refused
                              else None)
                )  # fmt: skip
    return rows


def gates() -> list[Row]:
    """Of every touchpoint and group."""
    rows = []
    for (segment, group), n in GROUPS.items():
        for name, (share, p_fails, gate) in SHARES.items():
            chances = (SLOPES[name] or (0, 0, 0, (None,)))[3]
            numbers = {
                "value": share, "low": share - 2, "high": share + 2, "std_error": 1.0, "n": n,
                "n_eff": 0.8 * n, "deff": 1.25, "minimum": 90.0,
                "minimum_source": "declared" if name == "parking" else "default",
                "p_fails": p_fails, "p_basic": chances[0], "p_must_be": chances[0], "gate": gate,
                "must_be_source": None if chances[0] is None else "ratings?n=2",
            }  # fmt: skip
            rows.append(
                {"mode": "cold", "segment": segment, "group": group, "wave": WAVE}
                | {"driver": f"{name}_rating", "touchpoint_id": name}
                | ({} if n < 10 else numbers)
                | _making(n, "gate", "answers", "descriptive")
            )
    return rows


def features() -> list[Row]:
    """Of every feature and group."""
    rows = []
    for (segment, group), n in GROUPS.items():
        for name, (touchpoint, shares) in FEATURES.items():
            told: Row = {}
            for category, share in zip(CATEGORIES, shares, strict=True):
                low, high = max(share - 3, 0.0), share + 3
                told |= {category: share, f"{category}_low": low, f"{category}_high": high}
            first = CATEGORIES[shares.index(max(shares))]
            told |= {
                "value": max(shares), "low": max(shares) - 3, "high": max(shares) + 3,
                "std_error": 1.5, "dominant": first, "decided": True, "satisfaction": 0.4,
                "satisfaction_low": 0.35, "satisfaction_high": 0.45, "dissatisfaction": -0.5,
                "dissatisfaction_low": -0.55, "dissatisfaction_high": -0.45,
                "p_must_be": 1.0 if first == "must_be" else 0.0, "n": n, "n_eff": 0.8 * n,
                "deff": 1.25,
            }  # fmt: skip
            rows.append(
                {"mode": "cold", "segment": segment, "group": group, "wave": WAVE}
                | {"feature": name, "touchpoint_id": touchpoint}
                | ({} if n < 10 else told)
                | _making(n, "kano_table", "pairs", "descriptive")
            )
    return rows


def tables() -> dict[str, pl.DataFrame]:
    """The three tables of Kano."""
    return {
        "asymmetry": frame("asymmetry", asymmetries()),
        "gates": frame("gates", gates()),
        "kano_answers": frame("kano_answers", features()),
    }


def register() -> Row:
    """The features, as the register has them."""
    named = {"short_queue": ("Short queue", "Kurze Schlange"), "massage": ("Massage", "Massage")}
    return {name: {"label": {"en": en, "de": de}} for name, (en, de) in named.items()}


def gaps() -> list[Row]:
    """Scores of what was expected, of parking and food: rows of the table scores."""
    rows = []
    for (segment, group), n in GROUPS.items():
        for name, gap in {"parking": -9.0, "food": -0.5}.items():
            told = {"gap": gap, "under_fulfilled": 45.0, "met": 35.0, "exceeded": 20.0}
            for measure, value in told.items():
                number = {
                    "value": value, "low": value - 2, "high": value + 2, "std_error": 1.0, "n": n,
                    "n_eff": 0.8 * n, "deff": 1.25,
                }  # fmt: skip
                for weighted in (True, False):
                    rows.append(
                        {"mode": "cold", "scope": "touchpoint", "stage": STAGE[name]}
                        | {"touchpoint_id": name, "question_id": f"{name}_rating"}
                        | {"segment": segment, "group": group, "wave": WAVE, "measure": measure}
                        | {"weighted": weighted, "since": WAVE}
                        | ({} if n < 10 else number)
                        | _making(n, "gap" if measure == "gap" else "share", "pairs", "descriptive")
                    )
    return rows
