"""Ingest: map every source to the canonical tables."""

from __future__ import annotations

from pipelines.contract.code import says
from pipelines.contract.step import Engine, Settings, Step
from pipelines.contract.table import TEXT, Column, Table, count


class IngestSettings(Settings):
    """What maps the rows."""

    engine: Engine


# What every raw file offers to a table; `validate` settles it against what became of the rows.
OFFERS = Table(
    "ledger",
    "what one raw file offers to one canonical table",
    ("table", "source", "source_file"),
    (
        Column("table", TEXT, "canonical table", required=True),
        Column("source", TEXT, "source in study.yaml", required=True),
        Column("source_file", TEXT, "raw file", True, label=says(en="File", de="Datei")),
        count(
            "lines", "data lines in the file",
            label=says(en="Lines in the file", de="Zeilen der Datei"),
        ),
        count(
            "rows_read", "rows offered to the table (cells, if unpivoted)",
            label=says(en="Rows read", de="Gelesen"),
        ),
        count(
            "rows_skipped", "left out as the map declares: blank or repeated",
            label=says(en="Left out as mapped", de="Laut Karte ausgelassen"),
        ),
    ),
)  # fmt: skip

STEP = Step(
    "ingest",
    "map every source to the contract",
    reads=("codes", "raw"),
    fills=("mapped",),
    settings=IngestSettings,
)
