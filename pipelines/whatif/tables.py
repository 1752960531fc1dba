"""The derived tables of what-if, of the latest wave of every outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.contract.table import Table
from pipelines.contract.whatif import MOVES_TABLE, OUTCOME_MODELS
from pipelines.core import answers, engine, progress
from pipelines.core.engine import Frame
from pipelines.core.map import Outcome
from pipelines.outcomes.scales import SheetScales
from pipelines.outcomes.sheets import Sheets, sheets
from pipelines.whatif.exploration import explore
from pipelines.whatif.records import model_rows, move_rows
from pipelines.whatif.terms import WhatifSample, WhatifTerms

Row = dict[str, Any]
DIGITS_OF_CHANGES = 6  # of all but lists; what comes after differs between machines


def latest(found: Sequence[Sheets], places: pl.DataFrame) -> list[Sheets]:
    """Of every mode and outcome the sheets of its latest wave.

    Parameters
    ----------
    found : sequence of Sheets
    places : DataFrame
        Places of waves in time, see `core.waves.waves_of`.
    """
    place = {(mode, wave): at for mode, wave, at in
             places.select("mode", "wave", "place").iter_rows()}  # fmt: skip
    last: dict[tuple[str, str], Sheets] = {}
    for one in sorted(found, key=lambda one: place[one.mode, one.wave]):
        last[one.mode, one.outcome] = one
    return [last[key] for key in sorted(last)]


@dataclass(frozen=True)
class Questioned:
    """What a survey asked of whom.

    Attributes
    ----------
    register : DataFrame
        See `core.answers.question_register`.
    sheets : list of Sheets
        Of all waves and outcomes.
    """

    register: pl.DataFrame
    sheets: list[Sheets]

    @classmethod
    def of(
        cls,
        responses: Frame,
        customers: Frame,
        outcomes: Mapping[str, Outcome],
        segments: Sequence[str],
        min_users: int,
    ) -> Questioned:
        """Take apart canonical tables."""
        register = answers.question_register(responses)
        if register.is_empty():
            return cls(register, [])
        questions = register["question_id"].unique().sort()
        wide = answers.questionnaires(responses, customers, questions, segments)
        people = engine.to_polars(wide).collect()
        return cls(register, list(sheets(people, register, outcomes, segments, min_users)))


def simulate_moves(
    questioned: Questioned, places: pl.DataFrame, terms: WhatifTerms, inputs_hash: str
) -> dict[str, pl.DataFrame]:
    """Say what every move would change in every outcome.

    Returns
    -------
    dict
        The tables outcome_models and moves of `contract.whatif`.
    """
    asked = latest(questioned.sheets, places)
    register = questioned.register
    samples = [WhatifSample.of(one, SheetScales.of(one, register), terms) for one in asked]
    tables: dict[str, list[pl.DataFrame]] = {"outcome_models": [], "moves": []}
    with progress.counting(sum(one.fillings for one in samples), "fillings of blanks"):
        for sample in samples:
            found = tables_of(sample, inputs_hash)
            for name, rows in found.items():
                tables[name].append(rows)
    return {
        OUTCOME_MODELS.name: pl.concat([OUTCOME_MODELS.without_rows(), *tables["outcome_models"]]),
        MOVES_TABLE.name: pl.concat([MOVES_TABLE.without_rows(), *tables["moves"]]),
    }


def tables_of(sample: WhatifSample, inputs_hash: str) -> dict[str, pl.DataFrame]:
    """The tables of one outcome: models, and moves."""
    made = {"inputs_hash": inputs_hash}
    explored = explore(sample)
    models = [made | row for one in explored for row in model_rows(sample, one)]
    moves = [made | row for one in explored for row in move_rows(sample, one)]
    return {
        OUTCOME_MODELS.name: _frame(OUTCOME_MODELS, models),
        MOVES_TABLE.name: _frame(MOVES_TABLE, moves),
    }


def _frame(table: Table, rows: Sequence[Row]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in table.schema}
    return pl.DataFrame(columns, schema=table.schema, strict=False).with_columns(
        pl.col(pl.Float64).round(DIGITS_OF_CHANGES)
    )
