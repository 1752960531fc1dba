"""The derived tables of Kano: asymmetries, features and gates of a study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.contract.code import write_code
from pipelines.contract.kano import ASYMMETRY, FEATURE_ANSWERS, GATE_TABLE, STEP
from pipelines.contract.people import EVERYBODY
from pipelines.contract.table import BETWEEN_CODES, Table
from pipelines.core import answers, progress
from pipelines.core.engine import Frame
from pipelines.core.study import Study
from pipelines.kano.asymmetry import KanoTerms, asymmetry_rows
from pipelines.kano.features import feature_rows
from pipelines.kano.gates import GateTerms, gate_rows
from pipelines.kano.survey import KanoSurvey
from pipelines.outcomes.sheets import Sheets, sheets

Row = dict[str, Any]
KANO_DECIMALS = 9  # what comes after differs between machines


def classify(
    study: Study,
    responses: Frame,
    customers: Frame,
    terms: KanoTerms,
    of_gates: GateTerms,
    inputs_hash: str,
) -> dict[str, pl.DataFrame]:
    """Class the touchpoints and features of a study, and judge its gates.

    Returns
    -------
    dict
        The tables of `contract.kano`; empty ones if there are no responses.
    """
    register = answers.question_register(responses)
    if register.is_empty():
        return {table.name: table.without_rows() for table in STEP.writes}
    survey = KanoSurvey.of(study, register, responses, customers)
    shared = {"level": terms.level, "inputs_hash": inputs_hash}
    asymmetries = list(_asymmetries(survey, terms))
    features = list(feature_rows(survey, terms.level, of_gates.flag_n, terms.seed))
    gates = gate_rows(survey, asymmetries, features, of_gates)
    of_features = {"missing_policy": "pairs", "method": "kano_table", "evidence": "descriptive"}
    of_shares = {"missing_policy": "answers", "method": "gate", "evidence": "descriptive"}
    return {
        "asymmetry": _table(asymmetries, ASYMMETRY, shared),
        "kano_answers": _table(features, FEATURE_ANSWERS, shared | of_features),
        "gates": _table(gates, GATE_TABLE, shared | of_shares),
    }


def _asymmetries(survey: KanoSurvey, terms: KanoTerms) -> Iterator[Row]:
    """Rows of the latest wave of every mode and outcome."""
    asked = sheets(
        survey.people, survey.register, survey.map.outcomes, survey.segments, terms.min_users
    )
    latest = {(one.mode, one.outcome, one.wave): one for one in asked}
    kept = [
        latest[mode, outcome, wave]
        for outcome in sorted({outcome for _, outcome, _ in latest})
        for mode, wave in survey.latest([outcome])
        if (mode, outcome, wave) in latest
    ]
    with progress.counting(len(kept), "outcomes"):
        for sheet in kept:
            for row in (*_left_out(survey, sheet, terms), *asymmetry_rows(sheet, terms)):
                yield _made(row, sheet)
            progress.done()


def _left_out(survey: KanoSurvey, sheet: Sheets, terms: KanoTerms) -> Iterator[Row]:
    """Drivers that too few rated."""
    for driver in sheet.left_out:
        yield {
            "segment": EVERYBODY,
            "group": EVERYBODY,
            "driver": driver,
            "touchpoint_id": survey.map.questions[driver].touchpoint,
            "n": sheet.n,
            "reason": write_code("few_raters", least=terms.min_users),
        }


def _made(row: Row, sheet: Sheets) -> Row:
    """Add what all rows of a sheet share, and how the row was made."""
    flags = [row["flags"]] if row.get("flags") else []
    if not sheet.is_weighted:
        flags.append("unweighted_wave")
    refused = row.get("reason") is not None
    return {
        **row,
        "mode": sheet.mode,
        "wave": sheet.wave,
        "outcome": sheet.outcome,
        "missing_policy": "use_levels",
        "method": "refused" if refused else write_code("penalty_reward", cuts=row["cuts"]),
        "evidence": "association",
        "flags": BETWEEN_CODES.join(flags) or None,
    }


def _table(
    rows: Iterator[Row] | Sequence[Row], table: Table, shared: Mapping[str, Any]
) -> pl.DataFrame:
    full = [{**shared, **row} for row in rows]
    found = pl.DataFrame(
        {name: [row.get(name) for row in full] for name in table.schema},
        schema=table.schema,
        strict=False,
    )
    return found.with_columns(pl.col(pl.Float64).round(KANO_DECIMALS))
