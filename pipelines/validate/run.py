"""Validate: mapped tables in; canonical and quarantined rows, a ledger and Data Docs out."""

from datetime import UTC, datetime, timedelta

from pipelines.core import imports, outputs, params, step, store
from pipelines.core.contract import CANONICAL
from pipelines.core.engine import to_polars
from pipelines.core.estimate import PUBLISHED
from pipelines.core.study import Study
from pipelines.validate import findings, helpers, quarantine


def run(study: Study) -> str:
    """Judge a study's mapped tables by their suites, and split them."""
    with imports.without_grammars():  # Great Expectations takes seconds to import
        from pipelines.validate import docs, judge

    settings, found = params.load().validate_, []
    rows = {table: store.scan(study.path("mapped", table)) for table in CANONICAL}
    prepare = helpers.preparation(study, rows["customers"], datetime.now(UTC) + timedelta(days=1))
    judged = judge.judge_study(study, prepare)
    with outputs.replacing(study.folder, ("canonical", "quarantine", "validation")) as draft:
        for table, judgement in judged.items():
            verdicts = judgement.verdicts
            split = quarantine.split(study, table, prepare(rows[table]), verdicts)
            written = [draft / part / f"{table}.parquet" for part in ("canonical", "quarantine")]
            for path, part in zip(written, (split.accepted, split.rejected), strict=True):
                store.sink(path, to_polars(part))
            good, bad = (store.scan(path) for path in written)
            found.append(findings.examine(study, verdicts, split.counts, good, bad, settings))
        offered = store.read(study.path("mapped", "ledger"))
        for name, content in findings.together(offered, found).items():
            store.write(draft / "validation" / f"{name}.parquet", content, PUBLISHED[name])
        (draft / "validation" / "docs").mkdir()
        for name, page in docs.pages(study.name, judged).items():
            (draft / "validation" / "docs" / name).write_text(page, encoding="utf-8")
    return findings.summary(study.name, found)


if __name__ == "__main__":
    step.main(run)
