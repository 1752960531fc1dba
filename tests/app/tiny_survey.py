"""A small survey study: three waves, six touchpoints in three stages, three segments, NPS.

The numbers follow a formula, so that a test can say what a page must show.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from pipelines.contract.people import EVERYBODY
from pipelines.contract.registry import published
from pipelines.publish.withholding import blank
from tests.app import tiny_drivers, tiny_kano, tiny_plan, tiny_whatif
from tests.app.tiny_bundle import Row, frame, labels, write
from tests.contract.samples import sample

WAVES = ("2016", "2017", "2018")
UNWEIGHTED_WAVE = "2016"  # its answers count one each
NPS_WAVES = ("2017", "2018")  # the question is younger than the survey
TOUCHPOINTS = {  # id -> stage, label, German label, mean in the first wave, yearly drift, reach
    "website": ("inform", "Website", "Website", 71.0, 0.3, 62.0),
    "signs": ("arrive", "Signs and directions", "Wegweiser und Beschilderung", 74.0, 0.2, 97.0),
    "parking": ("arrive", "Parking", "Parken", 62.0, -2.6, 34.0),
    "security": ("travel", "Security checkpoint", "Sicherheitskontrolle", 68.0, 2.4, 88.0),
    "food": ("travel", "Restaurants", "Gastronomie", 66.0, 0.1, 71.0),
    "wifi": ("travel", "Wi-Fi", "WLAN", 58.0, 4.0, 45.0),
}
STAGES = {
    "inform": ("Inform", "Informieren"),
    "arrive": ("Arrive", "Ankommen"),
    "travel": ("Travel", "Reisen"),
}
SEGMENTS = {
    "purpose": (("Purpose of travel", "Reisezweck"), ("business", "leisure", "other")),
    "age": (("Age", "Alter"), ("under 35", "35 to 64", "65 and over")),
    "first_time": (("First visit", "Erster Besuch"), ("yes", "no")),
}
GERMAN = {"purpose": {"business": "geschäftlich", "leisure": "Urlaub", "other": "anderer"}}
RESPONDENTS = {"2016": 900, "2017": 1000, "2018": 1100}
SMALL = ("purpose", "other")  # n is below 30
WITHHELD = ("age", "65 and over")  # n is below 10
HASH = "sha256:" + "5f" * 16
EXCLUDED = "answers"

LIKERT = ("1", "2", "3", "4", "5")
LIKERT_SHARES = (4.0, 9.0, 22.0, 36.0, 24.0)
REASONS = {"not_experienced": 3.0, "skipped": 2.0}


def _number(value: float | None, half_width: float, n: int, *, weighted: bool) -> Row:
    hidden = n < 10
    return {
        "value": None if hidden else round(value, 6),
        "low": None if hidden else round(value - half_width, 6),
        "high": None if hidden else round(value + half_width, 6),
        "std_error": None if hidden else round(half_width / 1.96, 6),
        "level": 0.95,
        "n": None if hidden else n,
        "n_eff": None if hidden else round(n * (0.8 if weighted else 1.0), 1),
        "deff": None if hidden else (1.25 if weighted else 1.0),
    }


def _flags(n: int, wave: str) -> str | None:
    flags = ["withheld"] if n < 10 else ["small"] if n < 30 else []
    if wave == UNWEIGHTED_WAVE:
        flags.append("unweighted_wave")
    return " ".join(flags) or None


def _making(method: str, n: int, wave: str, policy: str = EXCLUDED) -> Row:
    return {
        "missing_policy": policy,
        "method": "withheld" if n < 10 else method,
        "evidence": "descriptive",
        "flags": _flags(n, wave),
        "inputs_hash": HASH,
    }


def _people() -> Iterable[tuple[str, str, float, float]]:
    """Segment, value, share of the respondents, shift of the score."""
    yield EVERYBODY, EVERYBODY, 1.0, 0.0
    for segment, (_, values) in SEGMENTS.items():
        for place, value in enumerate(values):
            share = {SMALL: 0.05, WITHHELD: 0.005}.get((segment, value), 0.4)
            yield segment, value, share, 3.0 * (place - 1)


def _subjects() -> Iterable[tuple[Row, float, float, float]]:
    """What is scored, its first mean, its drift and its reach."""
    for touchpoint, (stage, _, _, mean, drift, reach) in TOUCHPOINTS.items():
        subject = {"scope": "touchpoint", "stage": stage, "touchpoint_id": touchpoint}
        yield subject | {"question_id": f"{touchpoint}_rating"}, mean, drift, reach
    for place, stage in enumerate(STAGES):
        subject = {"scope": "stage", "stage": stage, "touchpoint_id": None, "question_id": None}
        yield subject, 66.0 + 2 * place, 0.8, 100.0
    subject = {"scope": "overall", "stage": None, "touchpoint_id": None}
    yield subject | {"question_id": "overall_rating"}, 72.0, 0.9, 100.0


def _scores() -> list[Row]:
    rows = []
    for segment, group, share, shift in _people():
        for year, wave in enumerate(WAVES):
            for weighted in (True, False):
                key = {
                    "mode": "cold",
                    "segment": segment,
                    "group": group,
                    "wave": wave,
                    "weighted": weighted,
                }
                asked = max(int(RESPONDENTS[wave] * share), 4)
                rows += _mean_scores(key, year, asked, shift - (0.0 if weighted else 0.7))
                if wave in NPS_WAVES:
                    rows.append(_nps(key, year, asked, shift))
    return rows


def _mean_scores(key: Row, year: int, asked: int, shift: float) -> list[Row]:
    rows = []
    for subject, mean, drift, reach in _subjects():
        n = int(asked * reach / 100)
        value = mean + drift * year + shift
        measures = {"mean": value, "top2": value - 8.0}
        if subject["scope"] == "touchpoint":
            measures["reach"] = reach + year
        if subject["scope"] == "stage":
            measures = {"mean": value}
        for measure, number in measures.items():
            base = asked if measure == "reach" else n
            half = 196 * 0.22 / math.sqrt(max(base, 1))
            method = "mean" if measure == "mean" else "share"
            rows.append(
                subject
                | key
                | {"measure": measure, "since": WAVES[0]}
                | _number(number, half, base, weighted=key["weighted"])
                | _making(method, base, key["wave"])
            )
    return rows


def _nps(key: Row, year: int, asked: int, shift: float) -> Row:
    subject = {"scope": "overall", "stage": None, "touchpoint_id": None, "question_id": "recommend"}
    half = 196 * 0.72 / math.sqrt(asked)
    number = _number(39.8 + 2.2 * (year - 1) + shift, half, asked, weighted=key["weighted"])
    making = _making("nps", asked, key["wave"])
    return subject | key | {"measure": "nps", "since": NPS_WAVES[0]} | number | making


SUBJECT = ("mode", "scope", "stage", "touchpoint_id", "question_id", "segment", "group")


def _changes(scores: list[Row]) -> list[Row]:
    by_key = {tuple(r[k] for k in (*SUBJECT, "wave", "measure", "weighted")): r for r in scores}
    rows = []
    for row in scores:
        if row["wave"] == WAVES[0] or row["measure"] not in ("mean", "nps"):
            continue
        year = WAVES.index(row["wave"])
        for against, earlier in (("previous", WAVES[year - 1]), ("baseline", WAVES[0])):
            place = (*(row[k] for k in SUBJECT), earlier, row["measure"], row["weighted"])
            if place in by_key:
                rows.append(_change(row, by_key[place], against))
    return rows


def _change(row: Row, before: Row, against: str) -> Row:
    hidden = row["value"] is None or before["value"] is None
    difference = None if hidden else round(row["value"] - before["value"], 6)
    error = None if hidden else round(math.hypot(row["std_error"], before["std_error"]), 6)
    p_value = None if hidden else round(math.erfc(abs(difference) / error / math.sqrt(2)), 6)
    return row | {
        "against": against,
        "wave_against": before["wave"],
        "value": difference,
        "low": None if hidden else round(difference - 1.96 * error, 6),
        "high": None if hidden else round(difference + 1.96 * error, 6),
        "std_error": error,
        "n": None if hidden else row["n"],
        "n_eff": None if hidden else row["n_eff"],
        "n_against": None if hidden else before["n"],
        "n_both": None if hidden else before["n"] // 5,
        "deff": None if hidden else row["deff"],
        "n_eff_against": None if hidden else before["n_eff"],
        "deff_against": None if hidden else before["deff"],
        "p_value": p_value,
        "p_adjusted": None if hidden else min(1.0, p_value * 3),
        "adjusted_over": None if hidden else _family(row),
        "method": "withheld" if hidden else f"{row['measure']}_change",
        "flags": "withheld" if hidden else row["flags"],
    }


def _family(row: Row) -> str:
    """What a change is seen together with."""
    name, n = {
        "touchpoint": ("touchpoints", len(TOUCHPOINTS)),
        "stage": ("stages", len(STAGES)),
        "overall": ("overall", 1),
    }[row["scope"]]
    groups = sum(len(values) for _, values in SEGMENTS.values())
    of_all = row["segment"] == EVERYBODY
    return f"{name}?n={n}" if of_all else f"{name}_of_group?groups={groups}&n={n}"


def _distributions(scores: list[Row]) -> list[Row]:
    rows = []
    for row in scores:
        if row["measure"] != "mean" or row["question_id"] is None:
            continue
        n = row["n"] or 5
        shares = dict(zip(LIKERT, LIKERT_SHARES, strict=True)) | REASONS
        for answer, share in shares.items():
            half = min(share, 196 * math.sqrt(share / 100 * (1 - share / 100) / n))
            number = _number(share, half, n, weighted=row["weighted"])
            making = _making("share", n, row["wave"], "asked")
            rows.append(row | {"measure": "share", "answer": answer} | number | making)
    return rows


RULES = [
    ("responses", "value_in_scale", "expect_column_pair_values_a_to_be_between_b", "value",
     "answer_on_scale", "quarantine", False, 21000, 35),
    ("responses", "wave_known", "expect_column_values_to_not_be_null", "wave",
     "given?column=wave", "quarantine", True, 21000, 0),
    ("responses", "touchpoint_known", "expect_column_values_to_be_in_set", "touchpoint_id",
     "touchpoint_known", "stop", True, 21000, 0),
    ("reviews", "text_present", "expect_column_values_to_not_be_null", "text",
     "text_not_blank", "warn", False, 800, 4),
]  # fmt: skip


def _quality_of_survey() -> dict[str, pl.DataFrame]:
    ledger = [
        {
            "table": "responses",
            "source": f"survey_{wave}",
            "source_file": f"raw/{wave}_Customer_Survey.csv",
            "lines": RESPONDENTS[wave],
            "rows_read": RESPONDENTS[wave] * 7,
            "rows_skipped": 0,
            "rows_in": RESPONDENTS[wave] * 7,
            "rows_accepted": RESPONDENTS[wave] * 7 - bad,
            "rows_quarantined": bad,
        }
        for wave, bad in zip(WAVES, (30, 0, 5), strict=True)
    ]
    names = list(published()["rules"].schema)
    rules = [dict(zip(names, rule, strict=True)) for rule in RULES]
    examples = [
        {
            "table": "responses",
            "rule": "value_in_scale",
            "source_file": "raw/2016_Customer_Survey.csv",
            "source_row": 40 + i,
            "got": "value=9; <b>scale</b>=1..5",
        }
        for i in range(3)
    ]
    return {
        "ledger": frame("ledger", ledger),
        "rules": frame("rules", rules),
        "quarantine_examples": frame("quarantine_examples", examples),
    }


def tables() -> dict[str, pl.DataFrame]:
    """Every published table of the survey study; of steps it does not play, made-up rows."""
    scores = _scores()
    activity = [
        {
            "table": "responses",
            "period": wave,
            "kind": "cold",
            "n_rows": n * 7,
            "n_customers": n,
        }
        for wave, n in RESPONDENTS.items()
    ]
    return {
        **{name: sample(table) for name, table in published().items()},
        "scores": frame("scores", [*scores, *tiny_kano.gaps()]),
        "changes": frame("changes", _changes(scores)),
        "distributions": frame("distributions", _distributions(scores)),
        "activity": frame("activity", activity),
        **tiny_drivers.tables(),
        **tiny_kano.tables(),
        **tiny_whatif.tables(),
        **tiny_plan.tables(),
        **_quality_of_survey(),
    }


def register() -> Row:
    """The register of the survey study."""
    questions = {
        f"{name}_rating": {
            "label": labels(f"How do you rate: {en}?", f"Wie bewerten Sie: {de}?"),
            "measure": "csat",
            "scale": {"min": 1, "max": 5},
            "touchpoint": name,
        }
        for name, (_, en, de, *_) in TOUCHPOINTS.items()
    }
    questions["overall_rating"] = {
        "label": labels("Airport as a whole", "Flughafen insgesamt"),
        "measure": "overall",
        "scale": {"min": 1, "max": 5},
        "touchpoint": None,
    }
    questions["recommend"] = {
        "label": labels("Would you recommend us?", "Würden Sie uns empfehlen?"),
        "measure": "nps",
        "scale": {"min": 0, "max": 10},
        "touchpoint": None,
    }
    return {
        "title": labels("Airport passenger survey", "Fluggastbefragung"),
        "about": labels("Three yearly waves.", "Drei jährliche Wellen."),
        "licence": "public domain",
        "currency": "USD",
        "baseline": "2016",
        "notes": {"2016": labels("No weights were published.", "Ohne Gewichte.")},
        "stages": {name: {"label": labels(*label)} for name, label in STAGES.items()},
        "features": tiny_kano.register(),
        "touchpoints": {
            name: {
                "label": labels(en, de),
                "stage": stage,
                "channel": "terminal",
                "owner": "Terminal operations",
                "direct": name != "website",
                "controllable": name != "website",
            }
            for name, (stage, en, de, *_) in TOUCHPOINTS.items()
        },
        "questions": questions,
        **tiny_plan.register(),
        "segments": {
            name: {
                "label": labels(*label),
                "order": list(values),
                "translations": {"de": GERMAN.get(name, {})},
            }
            for name, (label, values) in SEGMENTS.items()
        },
        "waves": [
            {
                "wave": wave,
                "mode": "cold",
                "n_respondents": n,
                "weighted": wave != UNWEIGHTED_WAVE,
                "first_on": f"{wave}-05-01",
                "last_on": f"{wave}-05-31",
            }
            for wave, n in RESPONDENTS.items()
        ],
    }


def publish(data: Path, **changed: pl.DataFrame) -> str:
    """Publish the study as `airport` below a data folder; return the bundle's hash.

    `changed` are tables to publish in place of its own.
    """
    reason = {"transactions": "no_source?table=transactions"}
    return write(data / "airport", register(), tables() | changed, empty=reason)


def withheld(table: str, **where: object) -> pl.DataFrame:
    """A table of driver models whose rows there are withheld as pipelines/publish does."""
    frame = tables()[table]
    hidden = pl.all_horizontal(pl.col(name) == value for name, value in where.items())
    return blank(frame, published()[table], frame.select(hidden=hidden)["hidden"])
