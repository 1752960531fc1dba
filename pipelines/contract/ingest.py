"""Ingest: map every source to the canonical tables."""

from __future__ import annotations

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
        Column("source_file", TEXT, "raw file", required=True),
        count("lines", "data lines in the file"),
        count("rows_read", "rows offered to the table (cells, if unpivoted)"),
        count("rows_skipped", "left out as the map declares: blank or repeated"),
    ),
)

STEP = Step(
    "ingest",
    "map every source to the contract",
    reads=("codes", "raw"),
    fills=("mapped",),
    settings=IngestSettings,
)
