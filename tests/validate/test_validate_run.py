"""The step: what it writes, what it refuses, and that the same input gives the same bytes."""

import hashlib
import re
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines import runner
from pipelines.contract.canonical import CANONICAL
from pipelines.contract.registry import step
from pipelines.contract.validate import LEDGER, QUARANTINE_EXAMPLES, RULES
from pipelines.core import params
from pipelines.core.errors import ContractError, SourceError
from pipelines.core.study import Study, load
from tests.validate.tiny_studies import lay_out

PARTS = ("canonical", "quarantine", "validation")
SECRET = "secret-of-a-person"

BAD_LINES: list[dict[str, Any]] = [
    {"amount": 0.0, "source_file": "raw/b.csv"},
    {"amount": 0.0, "currency": "eur", "source_id": SECRET, "source_file": "raw/b.csv"},
    {"ordered_at": datetime(1900, 1, 1, tzinfo=UTC)},
]
BAD_ANSWERS: list[dict[str, Any]] = [
    {"unreadable": f"email: '{SECRET}' is no address"},
    {"unreadable": "value: 'five' is no number", "value": None},
]
BAD_CUSTOMERS: list[dict[str, Any]] = [{"source_id": "c7", "birth_on": None, "email": SECRET}]


def run(study: Study, **changed: Any) -> str:
    """Run the step, with some of its parameters changed."""
    content = params.read()
    content["validate"] |= changed
    return runner.run(step("validate"), study, content)


def rows() -> dict[str, list[Mapping[str, Any]]]:
    return {
        "customers": [{"source_id": "c1"}, *BAD_CUSTOMERS],
        "transactions": [*[{}] * 60, *BAD_LINES],
        "responses": [*[{}] * 60, *BAD_ANSWERS],
        "reviews": [{}, {"text": SECRET}],
    }


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    validated = lay_out(tmp_path_factory.mktemp("run") / "tiny", rows())
    said = run(validated)
    assert said == "129 rows judged, 5 to quarantine"
    return validated


def read(study: Study, part: str, name: str) -> pl.DataFrame:
    return pl.read_parquet(study.path(part, name))


def hashes(study: Study) -> dict[str, str]:
    files = [path for part in PARTS for path in (study.folder / part).rglob("*") if path.is_file()]
    return {
        str(path.relative_to(study.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(files)
    }


def test_every_table_is_written_with_the_contracts_columns_and_no_others(study: Study):
    for name in CANONICAL:
        assert read(study, "canonical", name).schema == study.canonical(name).schema
        assert read(study, "quarantine", name).schema == {
            **study.mapped(name).schema,
            "rules": pl.String(),
        }


def test_a_bad_row_is_kept_with_every_rule_it_breaks_and_where_it_came_from(study: Study):
    kept = read(study, "quarantine", "transactions")
    assert kept.select("source_file", "source_row", "rules").rows() == [
        ("raw/b.csv", 61, "sale_positive"),
        ("raw/b.csv", 62, "sale_positive; currency_shape; customer_known"),
        ("raw/a.csv", 63, "ordered_at_not_too_early"),
    ]
    assert read(study, "canonical", "transactions").height == 60


def test_rows_in_are_rows_accepted_and_rows_quarantined_per_file(study: Study):
    ledger = read(study, "validation", "ledger")
    assert ledger.schema == LEDGER.schema
    lines = ledger.filter(pl.col("table") == "transactions")
    assert lines.select("source_file", "rows_in", "rows_accepted", "rows_quarantined").rows() == [
        ("raw/a.csv", 61, 60, 1),
        ("raw/b.csv", 2, 0, 2),
    ]
    sums = ledger.select(pl.col("rows_in", "rows_accepted", "rows_quarantined").sum()).row(0)
    assert sums == (129, 124, 5)


def test_rules_and_examples_have_their_counts(study: Study):
    rules, shown = (
        read(study, "validation", "rules"),
        read(study, "validation", "quarantine_examples"),
    )
    condition = rules.row(by_predicate=pl.col("rule") == "ordered_at_not_too_early", named=True)
    assert condition["condition"] == "not_before?column=ordered_at&year=1995"
    assert (rules.schema, shown.schema) == (RULES.schema, QUARANTINE_EXAMPLES.schema)
    broken = rules.filter(pl.col("n_unexpected") > 0).select(
        "table", "rule", "n_rows", "n_unexpected"
    )
    assert sorted(broken.rows()) == [
        ("customers", "email_shape", 2, 1),
        ("responses", "answer_or_reason", 62, 1),
        ("responses", "readable", 62, 2),
        ("transactions", "currency_shape", 63, 1),
        ("transactions", "customer_known", 63, 1),
        ("transactions", "ordered_at_not_too_early", 63, 1),
        ("transactions", "sale_positive", 63, 2),
    ]
    got = dict(
        shown.select(pl.concat_str("table", "rule", "source_row", separator=" "), "got").rows()
    )
    assert got["transactions sale_positive 61"] == "amount=0.0 status=completed"
    assert got["transactions customer_known 62"] == "source_system=crm source_id=withheld"
    assert got["responses readable 61"] == "unreadable=withheld"
    assert got["responses readable 62"] == "unreadable=value: 'five' is no number"
    assert got["responses answer_or_reason 62"] == "value=null missing=null"


def test_nothing_that_is_published_names_a_person(study: Study):
    published = [*(study.folder / "validation").rglob("*.*")]
    assert len(published) == 3 + 7
    assert [path.name for path in published if SECRET.encode() in path.read_bytes()] == []


def test_data_docs_show_every_table_and_need_no_network(study: Study):
    docs = study.folder / "validation" / "docs"
    assert {path.name for path in docs.iterdir()} == {
        "index.html",
        *(f"{name}.html" for name in CANONICAL),
    }
    text = (docs / "transactions.html").read_text(encoding="utf-8")
    assert "sale_positive" in text
    assert "2 unexpected values found" in text
    for path in docs.iterdir():
        assert not re.search(
            r"https?://|<script|/tmp|tiny_studies", path.read_text(encoding="utf-8")
        )


def test_the_same_input_gives_the_same_bytes_in_another_folder(tmp_path: Path, study: Study):
    again = tmp_path / "elsewhere" / "tiny"
    shutil.copytree(study.folder, again, ignore=shutil.ignore_patterns("canonical", "quarantine"))
    (again / "validation" / "stale.html").write_text("of another run")
    other = load(str(again))
    run(other)
    assert hashes(other) == hashes(study)


def test_a_table_on_the_wrong_scale_is_refused_and_what_was_there_stays(tmp_path: Path):
    answers = [*[{}] * 10, *[{"value": 7.0}] * 9, *[{"value": 9.0}] * 6]
    study = lay_out(tmp_path / "s", {"customers": [{"source_id": "c1"}], "responses": answers})
    before = study.path("canonical", "responses")
    before.parent.mkdir()
    before.write_text("before")
    with pytest.raises(ContractError) as refused:
        run(study)
    assert str(refused.value) == (
        "data/s/raw/a.csv: table responses, scale_max and value: "
        "expected the answer is on its scale, "
        "got 'question_id=q1 scale_max=5.0 value=7.0', 'question_id=q1 scale_max=5.0 value=9.0' "
        "in 15 of 25 rows; 60.0% of the table's rows are bad, "
        "params.yaml (validate.max_rejected_share) allows 5.0%; "
        "correct the question's scale in study.yaml, or declare the code as missing there"
    )
    assert before.read_text() == "before"
    assert sorted(path.name for path in study.folder.iterdir()) == [
        "canonical",
        "mapped",
        "study.yaml",
    ]


def test_as_many_bad_rows_as_the_parameters_allow_are_put_aside(tmp_path: Path):
    answers = [{}, {"value": 7.0}]
    study = lay_out(tmp_path / "s", {"customers": [{"source_id": "c1"}], "responses": answers})
    with pytest.raises(ContractError, match=r"50\.0% of the table's rows are bad.*allows 49\.0%"):
        run(study, max_rejected_share=0.49)
    assert run(study, max_rejected_share=0.5) == "3 rows judged, 1 to quarantine"
    assert read(study, "validation", "quarantine_examples").height == 1


def test_a_study_that_was_not_ingested_says_so(tmp_path: Path):
    study = lay_out(tmp_path / "s", {})
    study.path("mapped", "reviews").unlink()
    with pytest.raises(
        SourceError, match=r"mapped/reviews\.parquet: expected a table, got no file"
    ):
        run(study)
