"""A survey with two waves, Kano's questions and a declared minimum, as canonical tables."""

from __future__ import annotations

from pathlib import Path

import narwhals as nw
import numpy as np
import polars as pl

from pipelines.contract.canonical import CUSTOMERS, RESPONSES
from pipelines.core.map import Map
from pipelines.core.study import Study
from tests.kano.rated_populations import KnownSlopes, rated

TRUE = KnownSlopes(np.array([-22.0, -5.0, -14.0]), np.array([3.0, 20.0, 12.0]))
DRIVERS = ("desk", "page", "line")
# Answers to both questions: must-be, attractive, one-dimensional, indifferent, questionable.
PAIRS = {"m": (2, 5), "a": (1, 3), "o": (1, 5), "i": (3, 3), "q": (1, 1), "r": (5, 1)}
SHARES = {
    "seat": {"m": 60, "a": 10, "o": 15, "i": 10, "q": 3, "r": 2},
    "tea": {"a": 50, "o": 10, "m": 5, "i": 35},
}
MINIMUM = 75.0


def study(**changed: object) -> Study:
    """The map; `changed` replaces its parts."""
    five = {"min": 1, "max": 5, "missing": {"9": "not_experienced"}}
    touchpoints = {
        name: {"label": {"en": name}, "stage": "buy", "channel": "store"} for name in DRIVERS
    }
    touchpoints["desk"]["minimum"] = MINIMUM
    questions = {
        name: {"label": {"en": name}, "measure": "csat", "scale": "five", "touchpoint": name}
        for name in DRIVERS
    } | {"overall": {"label": {"en": "All"}, "measure": "overall", "scale": "ten"}}
    for feature in SHARES:
        for end, kind in (("with", "functional"), ("without", "dysfunctional")):
            questions[f"{end}_{feature}"] = {
                "label": {"en": feature}, "measure": f"kano_{kind}", "scale": "five",
                "touchpoint": "page" if feature == "tea" else "line",
            }  # fmt: skip
    content = {
        "title": {"en": "Shops"}, "about": {"en": "A survey for tests."}, "licence": "none",
        "languages": ["en"], "currency": "EUR", "time_zone": "Europe/Berlin",
        "stages": {"buy": {"label": {"en": "Buying"}}}, "touchpoints": touchpoints,
        "scales": {"five": five, "ten": {"min": 0, "max": 100}}, "questions": questions,
        "features": {
            name: {"label": {"en": name}, "present": f"with_{name}", "absent": f"without_{name}"}
            for name in SHARES
        },
        "segments": {"kind": {"label": {"en": "Kind"}}},
        "outcomes": {"overall": {"drivers": list(DRIVERS)}},
        "sources": {
            "survey": {"reader": "csv", "files": "x.csv", "tables": [{"table": "reviews"}]}
        },
    } | changed  # fmt: skip
    return Study(Path("data/shops"), Map.model_validate(content))


def tables(n: int = 1_200, seed: int = 1) -> tuple[nw.LazyFrame, nw.LazyFrame]:
    """Responses of two waves, the earlier one with other slopes, and customers."""
    parts = [
        _wave("2024", n, KnownSlopes(-TRUE.reward, -TRUE.penalty), seed),
        _wave("2025", n, TRUE, seed + 1),
    ]
    responses = pl.concat(parts).with_columns(segment_kind=pl.lit(None, pl.String))
    schema = {**RESPONSES.schema, "segment_kind": pl.String()}
    whole = responses.select(pl.col(name).cast(kind) for name, kind in schema.items())
    people = pl.DataFrame(
        {
            "source_system": "shop",
            "source_id": [f"c{i}" for i in range(n)],
            "segment_kind": ["many" if i % 10 < 6 else "few" for i in range(n)],
        }
    )
    missing = [name for name in CUSTOMERS.schema if name not in people.columns]
    customers = people.with_columns(pl.lit(None, CUSTOMERS.schema[name]).alias(name)
                                    for name in missing)  # fmt: skip
    return nw.from_native(whole.lazy()), nw.from_native(customers.lazy())


def _wave(wave: str, n: int, true: KnownSlopes, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    given = rated(n, true, rng)
    whole = (given.outcome / 2 + 10).clip(0, 100)  # or else the end of the scale hides rewards
    rows = [_answers(wave, "overall", "overall", None, whole, (0, 100), n)]
    for k, name in enumerate(DRIVERS):
        value = 1 + given.rating[:, k] / 25
        rows.append(_answers(wave, name, "csat", name, value, (1, 5), n))
    for feature, shares in SHARES.items():
        drawn = rng.choice(list(shares), n, p=np.array(list(shares.values())) / 100)
        pair = np.array([PAIRS[letter] for letter in drawn], float)
        for at, (end, kind) in enumerate((("with", "functional"), ("without", "dysfunctional"))):
            question, touchpoint = f"{end}_{feature}", "page" if feature == "tea" else "line"
            rows.append(
                _answers(wave, question, f"kano_{kind}", touchpoint, pair[:, at], (1, 5), n)
            )
    return pl.concat(rows)


def _answers(
    wave: str, question: str, kind: str, touchpoint: str | None, value: np.ndarray,
    scale: tuple[int, int], n: int,
) -> pl.DataFrame:  # fmt: skip
    column = pl.Series(value).fill_nan(None)
    return pl.DataFrame(
        {
            "response_id": [f"{wave}-{i}" for i in range(n)],
            "question_id": question, "survey_id": "yearly", "wave": wave, "mode": "cold",
            "source_system": "shop", "source_id": [f"c{i}" for i in range(n)],
            "answered_at": None, "measure": kind, "touchpoint_id": touchpoint, "value": column,
            "scale_min": scale[0], "scale_max": scale[1],
            "missing": pl.Series(["not_experienced" if v is None else None for v in column]),
            "weight": 1.0, "stratum": None, "cluster": None,
        },
        schema_overrides={
            "answered_at": pl.Datetime("us", "UTC"), "touchpoint_id": pl.String,
            "missing": pl.String, "stratum": pl.String, "cluster": pl.String,
        },
    )  # fmt: skip
