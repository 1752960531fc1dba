"""Driver models of the small survey study: made-up numbers that contradict nothing.

Website has a rating that repeats a general impression, the newest wave has no answer left under
listwise deletion, and the first wave was so small that its model was shrunk.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import polars as pl

from pipelines.contract.driver_codes import APPROACHES, QUADRANTS, RATING_POLICIES, TARGETS
from pipelines.contract.people import EVERYBODY
from tests.app.tiny_bundle import Row, frame

POLICIES, PLACES = RATING_POLICIES.names, QUADRANTS.names
ASKED = {"overall_rating": ("2016", "2017", "2018"), "recommend": ("2017", "2018")}
RESPONDENTS = {"2016": 900, "2017": 1000, "2018": 1100}
SHARES = {  # driver -> share, its yearly drift, performance, reach
    "security": (33.0, -1.0, 71.0, 88.0),
    "food": (24.0, 0.0, 66.0, 71.0),
    "wifi": (13.0, 2.5, 61.0, 45.0),
    "signs": (14.0, 0.0, 74.0, 97.0),
    "parking": (10.0, 0.0, 57.0, 34.0),
    "website": (6.0, 0.0, 71.5, 62.0),
}
STATED = {"security": 81.0, "food": 52.0, "wifi": 77.0, "signs": 69.0}
SEGMENTS = {  # attribute -> value -> share of the respondents; too few are not modelled
    "purpose": {"business": 0.4, "leisure": 0.5, "other": 0.05},
    "first_time": {"yes": 0.4, "no": 0.6},
}
FEWEST = 300
HALO = "website"
HASH = "sha256:" + "6e" * 16
NO_ROWS = "few_rated_all?n=4&least=5&needed=60"
FEW = "few_answers?least=300"
SHRUNK = "prior?columns=33&prior=66"

POLICY_SHIFT = {"use_rating": 0.0, "em": 1.0, "pairwise": 6.0, "listwise": 9.0}
APPROACH_SHIFT = {"lmg": 0.0, "johnson": 0.5, "first": -4.0, "last": 4.0, "latent": -1.5}
TARGET_SHIFT = {"mean": 0.0, "top_box": 2.0, "bottom_box": -4.0}
SEGMENT_SHIFT = {"leisure": 12.0, "business": -12.0}


def _people() -> Iterable[tuple[str, str, float]]:
    yield EVERYBODY, EVERYBODY, 1.0
    for segment, values in SEGMENTS.items():
        for value, share in values.items():
            yield segment, value, share


def _models() -> Iterable[tuple[Row, int]]:
    """Key of every model, and the answers it could rest on."""
    for outcome, waves in ASKED.items():
        for wave in waves:
            for segment, value, share in _people():
                for target in TARGETS.names if segment == EVERYBODY else ("mean",):
                    key = {
                        "mode": "cold",
                        "outcome": outcome,
                        "target": target,
                        "segment": segment,
                        "group": value,
                        "wave": wave,
                    }
                    yield key, int(RESPONDENTS[wave] * share)


def _policies(key: Row) -> tuple[str, ...]:
    is_usual = key["segment"] == EVERYBODY and key["target"] == "mean"
    return POLICIES if is_usual else POLICIES[:1]


def _approaches(key: Row, policy: str) -> tuple[str, ...]:
    """All for the mean of everybody; the latent R2 also for the boxes, under one policy only."""
    linear = APPROACHES[:-1] if len(_policies(key)) > 1 else APPROACHES[:1]
    has_latent = key["segment"] == EVERYBODY and policy == POLICIES[0]
    return (*linear, "latent") if has_latent else linear


def _status(key: Row, policy: str, n: int) -> tuple[str, str | None]:
    if n < FEWEST:
        return "refused", FEW
    if policy == "listwise" and key["wave"] == "2018":
        return "refused", NO_ROWS
    if policy == "use_rating" and key["wave"] == "2016":
        return "shrunk", SHRUNK
    return "fitted", None


def _making(method: str, flags: str | None = None, policy: str = POLICIES[0]) -> Row:
    return {
        "missing_policy": policy,
        "method": method,
        "evidence": "association",
        "flags": flags,
        "inputs_hash": HASH,
    }


def _number(value: float, error: float, n: int, lowest: float | None = 0.0) -> Row:
    low = value - 1.96 * error
    return {
        "value": round(value, 6),
        "low": round(low if lowest is None else max(low, lowest), 6),
        "high": round(value + 1.96 * error, 6),
        "std_error": round(error, 6),
        "level": 0.95,
        "n": n,
        "n_eff": round(0.8 * n, 1),
    }


def _error(n: int) -> float:
    return 60.0 / math.sqrt(n)


def shares(key: Row, policy: str = "use_rating", approach: str = "lmg") -> dict[str, float]:
    """Share of every driver in percent, largest first."""
    year = int(key["wave"]) - 2016
    shift = POLICY_SHIFT[policy] + APPROACH_SHIFT[approach] + TARGET_SHIFT[key["target"]]
    shift += SEGMENT_SHIFT.get(key["group"], 0.0)
    raw = {name: share + drift * year for name, (share, drift, *_) in SHARES.items()}
    raw["food"] += shift
    total = sum(raw.values())
    found = {name: 100 * share / total for name, share in raw.items()}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _places(found: dict[str, float], error: float) -> Iterable[tuple[str, float, Row]]:
    """Rank with its interval and letters of every driver."""
    apart = 1.96 * math.sqrt(2) * error
    values = list(found.values())
    reach = [max(j for j, low in enumerate(values) if high - low <= apart) for high in values]
    ends = sorted(set(reach))  # each letter ends at another driver
    for rank, (name, share) in enumerate(found.items(), start=1):
        above = sum(other - share > apart for other in found.values())
        below = sum(share - other > apart for other in found.values())
        place = {"rank": rank, "rank_low": above + 1, "rank_high": len(found) - below}
        own = [at for at, end in enumerate(ends) if reach.index(end) < rank <= end + 1]
        yield name, share, place | {"letters": "".join("abcdef"[at] for at in own)}


def _drivers(key: Row, policy: str, approach: str, n: int) -> list[Row]:
    error = _error(n)
    rows = []
    for name, share, place in _places(shares(key, policy, approach), error):
        reach = SHARES[name][3]
        slope = 0.12 + share / 100
        rows.append(
            key
            | {"policy": policy, "approach": approach}
            | {"driver": f"{name}_rating", "touchpoint_id": name}
            | _number(share, error, n)
            | place
            | {
                "share_of_noise": None if approach == "latent" else round(900 / n, 6),
                "importance": round(0.0042 * share, 6),
                "importance_low": round(0.0042 * max(share - 1.96 * error, 0), 6),
                "importance_high": round(0.0042 * (share + 1.96 * error), 6),
                "slope": round(slope, 6),
                "slope_low": round(slope - 0.06, 6),
                "slope_high": round(slope + 0.06, 6),
                "reach": reach,
            }
            | _parts(name, share, error, approach)
            | {
                "n_users": int(n * reach / 100),
                "vif": 1.6,
                "halo": 0.08 if name == HALO else 0.42,
                "halo_bound": 0.35,
            }
            | _making(
                _method(key, approach), _flags(n, name if policy in POLICIES[:2] else ""), policy
            )
        )
    return rows


def _flags(n: int, name: str = "") -> str | None:
    """Few answers, and a rating that repeats a general impression."""
    return " ".join(["small"] * (n < 450) + ["halo"] * (name == HALO)) or None


def _parts(name: str, share: float, error: float, approach: str) -> Row:
    """Rating and use of a share; everybody saw the signs, and the website is mostly used."""
    if approach != "lmg":
        return {}
    of_rating = {"signs": 1.0, HALO: 0.4}.get(name, 0.9)
    found = {}
    for part, of in (("rating", of_rating), ("use", 1 - of_rating)):
        if of:
            found[f"{part}_value"] = round(of * share, 6)
            found[f"{part}_low"] = round(max(of * (share - 1.96 * error), 0), 6)
            found[f"{part}_high"] = round(of * (share + 1.96 * error), 6)
    return found


def _method(key: Row, approach: str) -> str:
    """The code of a split of a target: those of the ends of the scale have their own."""
    if approach == "latent":
        return f"latent_{key['target']}"
    return approach if key["target"] == "mean" else f"{approach}_{key['target']}"


def _model(key: Row, policy: str, n: int) -> Row:
    status, reason = _status(key, policy, n)
    used = n if policy != "listwise" else int(0.2 * n)
    number: Row = {"level": 0.95, "n": n}
    if status != "refused":
        number = _number(0.42, 0.02, used) | {"r2_held_out": 0.405}
    return (
        key
        | {"policy": policy, "status": status, "reason": reason, "n_drivers": len(SHARES)}
        | {"n_left_out": n - used}
        | number
        | _making(_method(key, "r2"), policy=policy)
    )


def _priorities(key: Row, n: int) -> list[Row]:
    error = _error(n)
    whole = {
        name: (share, _parts(name, share, error, "lmg")) for name, share in shares(key).items()
    }
    border = sum(parts["rating_value"] for _, parts in whole.values()) / len(SHARES)
    rows = []
    for name, (of_both, parts) in whole.items():
        share, slope = parts["rating_value"], 0.12 + of_both / 100
        performance = SHARES[name][2]
        important, good = share > border, performance > 67.0
        place = (0 if not good else 1) if important else (2 if not good else 3)
        chances = dict.fromkeys((f"p_{q}" for q in PLACES), 0.05)
        chances[f"p_{PLACES[place]}"] = 0.85
        stated = STATED.get(name)
        rows.append(
            key
            | {"driver": f"{name}_rating", "touchpoint_id": name}
            | _number(share, error, n)
            | {
                "performance": performance,
                "performance_low": performance - 1.5,
                "performance_high": performance + 1.5,
                "performance_error": 0.765,
                "correlation": -0.3,
                "slope": round(slope, 6),
                "slope_low": round(slope - 0.06, 6),
                "slope_high": round(slope + 0.06, 6),
                "importance_border": round(border, 6),
                "performance_border": 67.0,
                "quadrant": PLACES[place],
                "stated": stated,
                "stated_low": None if stated is None else stated - 2,
                "stated_high": None if stated is None else stated + 2,
            }
            | chances
            | _making("owen", _flags(n))
        )
    return rows


def _contrasts(key: Row, n: int, everybody: int) -> list[Row]:
    rows = []
    own, others = shares(key), shares(key | {"group": EVERYBODY})
    for name in SHARES:
        difference = own[name] - others[name]
        error = math.hypot(_error(n), _error(everybody - n))
        p_value = math.erfc(abs(difference) / error / math.sqrt(2))
        rows.append(
            key
            | {"driver": f"{name}_rating", "touchpoint_id": name}
            | _number(difference, error, n, None)
            | {"n_against": everybody - n, "p_value": p_value, "p_adjusted": min(1.0, 2 * p_value)}
            | {"adjusted_over": f"groups?n={2 * len(SHARES)}&attributes=3"}
            | _making("contrast")
        )
    return rows


def tables() -> dict[str, pl.DataFrame]:
    """The four tables of driver models."""
    found: dict[str, list[Row]] = {
        "drivers": [],
        "driver_models": [],
        "priorities": [],
        "driver_contrasts": [],
    }
    for key, n in _models():
        for policy in _policies(key):
            found["driver_models"].append(_model(key, policy, n))
            if _status(key, policy, n)[0] != "refused":
                for approach in _approaches(key, policy):
                    found["drivers"] += _drivers(key, policy, approach, n)
        if key["target"] == "mean" and n >= FEWEST:
            found["priorities"] += _priorities(key, n)
            if key["segment"] != EVERYBODY:
                found["driver_contrasts"] += _contrasts(key, n, RESPONDENTS[key["wave"]])
    return {name: frame(name, rows) for name, rows in found.items()}
