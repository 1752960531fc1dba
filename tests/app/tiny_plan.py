"""A register of measures for the small survey study, and plans as the pipeline would find them.

Wi-Fi has two measures that exclude each other, training needs the desk, parking delights behind a
must-be that fails (see tiny_kano), the website belongs to somebody else, and the signs were
measured by a trial.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from pipelines.contract.people import EVERYBODY
from pipelines.contract.plan_codes import CHOOSING_RULES
from tests.app.tiny_bundle import Row, frame, labels
from tests.app.tiny_drivers import HASH

AIM = {
    "mode": "cold", "outcome": "recommend", "target": "nps", "months": 12.0,
    "budgets": {"least": 0.0, "most": 400_000.0, "steps": 4},
}  # fmt: skip
CAPACITIES = {"it_days": {"label": labels("IT days", "IT-Tage"), "amount": 100.0}}
LABELS = {
    "wifi_upgrade": ("Faster Wi-Fi", "Schnelleres WLAN"),
    "wifi_vouchers": ("Wi-Fi vouchers", "WLAN-Gutscheine"),
    "security_lanes": ("More lanes", "Mehr Spuren"),
    "security_training": ("Training of staff", "Schulung des Personals"),
    "valet": ("Valet parking", "Parkservice"),
    "website_fix": ("Partner's website", "Website des Partners"),
    "new_signs": ("New signs", "Neue Schilder"),
    "food_court": ("All restaurants best", "Alle Restaurants bestmöglich"),
    "wifi_best": ("Best Wi-Fi for all", "Bestes WLAN für alle"),
}
MEASURES: dict[str, Row] = {
    "wifi_upgrade": {"one_off": 80_000.0, "yearly": 20_000.0, "capacity": "it_days=60",
                     "excludes": "wifi_vouchers", "moves": [("wifi", "lift_good", 0.5)]},
    "wifi_vouchers": {"one_off": 10_000.0, "yearly": 30_000.0, "excludes": "wifi_upgrade",
                      "moves": [("wifi", "lift_middle", 0.5)]},
    "security_lanes": {"one_off": 150_000.0, "yearly": 0.0,
                       "moves": [("security", "lift_good", 0.4)]},
    "security_training": {"one_off": 20_000.0, "yearly": 10_000.0, "requires": "security_lanes",
                          "moves": [("security", "widen", 0.2)]},
    "valet": {"one_off": 50_000.0, "yearly": 0.0, "moves": [("parking", "widen", 0.5)]},
    "website_fix": {"one_off": 5_000.0, "yearly": 0.0,
                    "moves": [("website", "lift_good", 0.5)]},
    "new_signs": {"one_off": 40_000.0, "yearly": 0.0, "moves": [("signs", "lift_good", 0.5)],
                  "evidence": "experimental", "measured_outcome": "recommend",
                  "measured_target": "nps", "measured": 0.8, "measured_error": 0.2,
                  "measured_source": "trial of spring"},
    "food_court": {"one_off": 900_000.0, "yearly": 0.0,
                   "moves": [("food", "lift_good", 1.0)]},
    "wifi_best": {"one_off": 30_000.0, "yearly": 0.0, "moves": [("wifi", "lift_best", 0.9)]},
}  # fmt: skip
TOUCHPOINT = {name: one["moves"][0][0] for name, one in MEASURES.items()}


def register() -> dict[str, Any]:
    """What the register of the bundle says of measures."""
    named = {name: {"label": labels(*label)} for name, label in LABELS.items()}
    return {"measures": named, "plan": AIM, "capacities": CAPACITIES}


def _measures() -> list[Row]:
    return [
        {
            "measure_id": name, "touchpoint_id": TOUCHPOINT[name], "segment": EVERYBODY,
            "group": EVERYBODY, "months": 3.0, "status": "idea", "evidence": "association",
            "note": "example" if name != "new_signs" else None,
        }
        | {field: value for field, value in one.items() if field != "moves"}
        for name, one in MEASURES.items()
    ]  # fmt: skip


def _moves() -> list[Row]:
    return [
        {"measure_id": name, "place": place, "driver": f"{touchpoint}_rating",
         "touchpoint_id": touchpoint, "move": move, "share": share}
        for name, one in MEASURES.items()
        for place, (touchpoint, move, share) in enumerate(one["moves"], start=1)
    ]  # fmt: skip


_KEY = {"mode": "cold", "wave": "2018", "outcome": "recommend", "target": "nps"}
_MAKING = {"method": "surface", "evidence": "association", "inputs_hash": HASH, "level": 0.95}


def _numbers(value: float) -> Row:
    return {"value": value, "low": value - 0.4, "high": value + 0.4, "n": 1100, "n_eff": 880.0}


def _plans() -> list[Row]:
    return [
        _KEY | {"objective": objective, "budget": 100_000.0 * step, "n_taken": step,
                "cost": 90_000.0 * step, "gap": 0.0, "p_best": 0.6, "worst": step - 0.6,
                "added": 1.0 * step} | _numbers(1.0 * step) | _MAKING
        for objective in ("expected", "cautious")
        for step in range(5)
    ]  # fmt: skip


def _rules() -> list[Row]:
    lost = dict(zip(CHOOSING_RULES.names, (0.0, 0.5, 1.2, 0.9), strict=True))
    return [
        _KEY | {"objective": "expected", "budget": 100_000.0 * step, "rule": rule, "n_taken": step,
                "cost": 90_000.0 * step, "regret": regret, "regret_low": regret - 0.1,
                "regret_high": regret + 0.1} | _numbers(2.0 - regret) | _MAKING
        for step in range(1, 5)
        for rule, regret in lost.items()
    ]  # fmt: skip


BARS = {
    "valet": "gate?p=0.99&touchpoint=parking",
    "website_fix": "not_controllable?touchpoint=website",
    "wifi_best": "beyond_support?asked=90&concerned=330&largest=60&shown=550",
}
WHY = BARS | {"security_lanes": "taken", "wifi_vouchers": "excluded?other=wifi_upgrade"}


def _effects() -> list[Row]:
    return [
        _KEY | {"segment": EVERYBODY, "group": EVERYBODY, "measure_id": name,
                "bar": BARS.get(name)} | ({} if name in BARS else _numbers(1.0)) | _MAKING
        for name in MEASURES
    ]  # fmt: skip


def _members() -> list[Row]:
    return [
        _KEY | {"objective": "expected", "budget": 200_000.0, "measure_id": name,
                "why": WHY.get(name, "outweighed")}
        | ({} if name in BARS else _numbers(1.0)) | _MAKING
        for name in MEASURES
    ]  # fmt: skip


def tables() -> dict[str, pl.DataFrame]:
    """The tables of measures and plans that pages read."""
    made = {
        "measures": _measures(), "measure_moves": _moves(), "plans": _plans(),
        "plan_rules": _rules(), "measure_effects": _effects(), "plan_members": _members(),
    }  # fmt: skip
    return {name: frame(name, rows) for name, rows in made.items()}
