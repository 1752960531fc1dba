"""Validate: judge every row; bad rows go to quarantine with their reasons."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipelines.contract.canonical import CANONICAL
from pipelines.contract.code import Vocabulary, says
from pipelines.contract.ingest import OFFERS
from pipelines.contract.people import Nobody
from pipelines.contract.rules import CONDITIONS
from pipelines.contract.step import Param, Settings, Step
from pipelines.contract.table import FLAG, TEXT, WHOLE, Column, Table, count


class ValidateSettings(Settings):
    """When a table with bad rows is a bad table."""

    # of a table's rows; more stops the step
    max_rejected_share: Annotated[float, Param("validate.max_rejected_share"), Field(gt=0, le=1)]
    # quarantined rows shown per rule
    examples: Annotated[int, Param("validate.examples"), Field(ge=1)]


ON_FAIL = Vocabulary(
    "what happens",
    {
        "quarantine": says(en="row to quarantine", de="Zeile in Quarantäne"),
        "warn": says(en="warning", de="Hinweis"),
        "stop": says(en="run stops", de="Lauf hält an"),
    },
)
_TABLE = Column("table", TEXT, "canonical table", True, tuple(CANONICAL))

LEDGER = Table(
    "ledger",
    "one raw file's part in one table: nothing is lost",
    OFFERS.key,
    (
        *(_TABLE if column.name == "table" else column for column in OFFERS.columns),
        count("rows_in", "rows judged: read minus skipped", label=says(en="Rows in", de="Hinein")),
        count(
            "rows_accepted", "rows that keep every rule",
            label=says(en="Accepted", de="Angenommen"),
        ),
        count(
            "rows_quarantined", "rows that break a rule",
            label=says(en="In quarantine", de="In Quarantäne"),
        ),
    ),
    rests_on=(Nobody(),),
    empty=says(en="no file was read", de="keine Datei wurde gelesen"),
)  # fmt: skip

RULES = Table(
    "rules",
    "one expectation and how a table met it",
    ("table", "rule"),
    (
        _TABLE,
        Column("rule", TEXT, "name of the rule", required=True),
        Column(
            "expectation", TEXT, "Great Expectations type", True,
            label=says(en="Expectation", de="Expectation"),
        ),
        Column("columns", TEXT, "columns it concerns, separated by blanks"),
        Column(
            "condition", TEXT, "what the rule asks of a row", True, codes=CONDITIONS,
            label=says(en="Rule", de="Regel"),
        ),
        Column(
            "on_fail", TEXT, "what happens", True, codes=ON_FAIL,
            label=says(en="If broken", de="Wenn verletzt"),
        ),
        Column(
            "success", FLAG, "whether every row kept it", True,
            label=says(en="Kept", de="Erfüllt"),
        ),
        count(
            "n_rows", "rows judged", required=False,
            label=says(en="Rows judged", de="Geprüfte Zeilen"),
        ),
        count(
            "n_unexpected", "rows that broke it", required=False,
            label=says(en="Rows that broke it", de="Zeilen, die sie verletzen"),
        ),
    ),
    rests_on=(Nobody(),),
    empty=says(en="nothing was judged", de="nichts wurde beurteilt"),
)  # fmt: skip

QUARANTINE_EXAMPLES = Table(
    "quarantine_examples",
    "one quarantined row that broke one rule",
    ("table", "rule", "source_file", "source_row"),
    (
        _TABLE,
        Column("rule", TEXT, "name of the rule", required=True),
        OFFERS.column("source_file"),
        Column(
            "source_row", WHOLE, "row in that file", True, unit="count",
            label=says(en="Row", de="Zeile"),
        ),
        Column(
            "got", TEXT, "the cells concerned; withheld if they could name a person",
            label=says(en="What it holds", de="Was darin steht"),
        ),
    ),
    rests_on=(Nobody(),),
    empty=says(en="no row broke a rule", de="keine Zeile bricht eine Regel"),
)  # fmt: skip

STEP = Step(
    "validate",
    "judge every row; bad rows to quarantine",
    reads=("mapped",),
    fills=("canonical", "quarantine", "validation"),
    needs=tuple(f"expectations/{name}.py" for name in CANONICAL),
    judges=(LEDGER, RULES, QUARANTINE_EXAMPLES),
    settings=ValidateSettings,
)
