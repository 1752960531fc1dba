"""Validate: mapped tables in; canonical and quarantined rows, a ledger and Data Docs out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.contract.canonical import CANONICAL
from pipelines.contract.validate import STEP, ValidateSettings
from pipelines.core import imports, store
from pipelines.core.engine import to_polars
from pipelines.core.study import Study
from pipelines.core.tables import Read
from pipelines.validate import findings, helpers, quarantine


def run(study: Study, settings: ValidateSettings, read: Read, draft: Path) -> str:
    """Judge a study's mapped tables by their suites, and split them."""
    with imports.lean():  # Great Expectations takes seconds to import
        from pipelines.validate import docs, judge

    found = []
    rows = {table: read.scan(f"mapped/{table}") for table in CANONICAL}
    prepare = helpers.preparation(study, rows["customers"], datetime.now(UTC) + timedelta(days=1))
    judged = judge.judge_study(study, prepare)
    for table, judgement in judged.items():
        verdicts = judgement.verdicts
        split = quarantine.split(study, table, prepare(rows[table]), verdicts)
        written = [draft / part / f"{table}.parquet" for part in ("canonical", "quarantine")]
        for path, part in zip(written, (split.accepted, split.rejected), strict=True):
            store.sink(path, to_polars(part))
        good, bad = (store.scan(path) for path in written)
        found.append(findings.examine(study, verdicts, split.counts, good, bad, settings))
    contents = findings.together(read.table("mapped/ledger"), found)
    for declared in STEP.judges:
        path = draft / "validation" / f"{declared.name}.parquet"
        store.write(path, contents[declared.name], declared)
    (draft / "validation" / "docs").mkdir()
    for name, page in docs.pages(study.name, judged).items():
        (draft / "validation" / "docs" / name).write_text(page, encoding="utf-8")
    return findings.summary(found)
