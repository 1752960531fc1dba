"""Small canonical tables for the tests of measure."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import polars as pl

from pipelines.contract.canonical import CUSTOMERS, RESPONSES, SEGMENT_PREFIX
from pipelines.core.map import Break
from pipelines.core.waves import ordered
from pipelines.measure.tables import Survey, Terms, measure_survey

TERMS = Terms(level=0.95, flag_n=30, inputs_hash="0123456789abcdef")
STAGES = {"signs": "arrive", "parking": "arrive", "food": "wait"}
MISSING = {"never": "not_experienced", "blank": "skipped"}


def answer(person: str, value: float | str, question: str = "signs", **columns: object) -> dict:
    """Return one row of responses: by default a rating from 1 to 5 of the touchpoint."""
    number = None if isinstance(value, str) else float(value)
    return {
        "response_id": f"{columns.get('wave', '2017')}-{person}",
        "question_id": question,
        "survey_id": "guests",
        "wave": "2017",
        "mode": "cold",
        "source_system": "panel",
        "source_id": f"{columns.get('wave', '2017')}-{person}",
        "measure": "csat",
        "touchpoint_id": question if question in STAGES else None,
        "value": number,
        "scale_min": 1.0,
        "scale_max": 5.0,
        "missing": MISSING[value] if isinstance(value, str) else None,
        "weight": 1.0,
        **columns,
    }


def responses(rows: list[dict]) -> pl.DataFrame:
    """Return rows with the columns of the canonical table."""
    names = list(RESPONSES.schema)
    columns = {name: [row.get(name) for row in rows] for name in names}
    return pl.DataFrame(columns, schema=RESPONSES.schema)


def customers(segments: dict[str, dict[str, str | None]]) -> pl.DataFrame:
    """Return a customer per source id; `segments` is name -> source id -> value."""
    ids = sorted({person for values in segments.values() for person in values})
    columns = {SEGMENT_PREFIX + s: [v.get(p) for p in ids] for s, v in segments.items()}
    keys = {"source_system": ["panel"] * len(ids), "source_id": ids}
    schema = dict.fromkeys([*keys, *columns], pl.String())
    table = pl.DataFrame({**keys, **columns}, schema=schema)
    rest = {c: pl.lit(None, t) for c, t in CUSTOMERS.schema.items() if c not in keys}
    return table.with_columns(**rest)


def survey(
    rows: list[dict] | pl.DataFrame,
    segments: dict[str, dict[str, str | None]] | None = None,
    baseline: str | None = None,
    stages: dict[str, str] = STAGES,
    declared: tuple[str, ...] = (),
    breaks: Sequence[Break] = (),
) -> Survey:
    """Return a survey on Polars; `declared` are its waves as the map lists them."""
    table = rows if isinstance(rows, pl.DataFrame) else responses(rows)
    split = segments or {}
    people = customers(split)
    lazy = (nw.from_native(frame.lazy()) for frame in (table, people))
    return Survey(*lazy, tuple(split), stages, baseline, in_order(table, declared), breaks)


def in_order(table: pl.DataFrame, declared: tuple[str, ...] = ()) -> pl.DataFrame:
    """Return the waves of responses in their order."""
    return ordered(nw.from_native(table.lazy()), "UTC", declared, where="guests")


FIVE = [
    answer("a", 5),
    answer("b", 4),
    answer("c", 2),
    answer("d", "never"),
    answer("e", "blank"),
]


def measured(*args: object, **options: object) -> dict[str, pl.DataFrame]:
    """Measure a survey made by `survey`."""
    return measure_survey(survey(*args, **options), TERMS)


def one(table: pl.DataFrame, **where: object) -> dict:
    """Return the only row with these values; weighted and of everybody unless told otherwise."""
    where = {"weighted": True, "segment": "all", "group": "all", **where}
    found = table.filter(pl.col(name).eq_missing(pl.lit(value)) for name, value in where.items())
    assert found.height == 1, found
    return found.row(0, named=True)
