"""The manifest says what a bundle is and what it was made from."""

from pipelines.contract import registry
from pipelines.contract.publish import EMPTY_REASONS as EMPTY_TABLES
from pipelines.contract.registry import published
from pipelines.core import params
from pipelines.core.versions import hash_of
from pipelines.publish import manifest
from pipelines.publish.manifest import Hashes, code_files, describe, inputs, reasons, row_counts
from tests.publish.stub_study import table

EMPTY = {name: contract.without_rows() for name, contract in published().items()}
FILES = {f"{name}.parquet": f"hash of {name}" for name in published()}
HASHES = Hashes(files=FILES, inputs={"raw/a.csv": "1"}, code={"pipelines/core/study.py": "2"})


def test_the_bundle_is_named_by_its_content():
    made = describe("stub", EMPTY, HASHES, params.read(), [])
    assert made["bundle"] == hash_of(FILES)[:16]
    other = Hashes(FILES | {"scores.parquet": "other"}, HASHES.inputs, HASHES.code)
    assert describe("stub", EMPTY, other, params.read(), [])["bundle"] != made["bundle"]


def test_the_manifest_has_what_a_reviewer_asks_for():
    tables = EMPTY | {"activity": table("activity", {}), "ledger": table("ledger", {})}
    waves = [{"wave": "Wave 2"}, {"wave": "Wave 12"}, {"wave": "Wave 2"}]  # of two modes
    made = describe("stub", tables, HASHES, params.read(), waves)
    assert made["window"] == {
        "first": "2017-05-01",
        "last": "2017-05-31",
        "waves": ["Wave 2", "Wave 12"],
    }
    assert made["tables"]["activity"] == {"rows": 1, "sha256": "hash of activity"}
    assert made["rows"] == {"responses": {"in": 100, "accepted": 98, "quarantined": 2}}
    assert made["inputs"] == {"raw/a.csv": "1"}
    assert set(made["params"]) == {
        "engine", "seed", "validate", "measure", "drivers", "kano", "publish",
    }  # fmt: skip
    assert set(made["versions"]) == set(manifest.PACKAGES)


def test_inputs_are_the_map_the_code_lists_and_the_raw_files_even_with_odd_names(study):
    patterns = inputs(study.map, table("ledger", {}, {"table": "reviews"}))
    assert patterns == ["study.yaml", "codes/ages.csv", "raw/survey [[]1].csv"]


def test_rows_are_added_up_over_the_files_of_a_table():
    ledger = table("ledger", {}, {"source_file": "raw/b.csv", "rows_in": 5, "rows_accepted": 5,
                                  "rows_quarantined": 0})  # fmt: skip
    assert row_counts(ledger) == {"responses": {"in": 105, "accepted": 103, "quarantined": 2}}


def test_every_empty_table_has_its_reason_by_a_code():
    given = reasons(EMPTY | {"ledger": table("ledger", {"table": "transactions"})}, published())
    assert given["responses"] == "no_source?table=responses"
    assert given["scores"] == given["changes"] == given["responses"]
    assert given["quarantine_examples"] == given["activity"] == "own"
    assert "transactions" not in given
    assert "ledger" not in given
    assert not [reason for reason in given.values() if EMPTY_TABLES.fault(reason)]


def test_a_table_of_which_every_row_is_bad_says_so():
    bad = {"rows_accepted": 0, "rows_quarantined": 100}
    found = reasons(EMPTY | {"ledger": table("ledger", bad)}, published())
    assert found["scores"] == "quarantined?table=responses"


def test_the_code_of_every_step_that_leads_to_a_bundle_is_in_its_hash():
    named = {path.as_posix() for path in code_files(params.PROJECT)}
    assert {f"pipelines/{step.name}/run.py" for step in registry.upstream("publish")} <= named
    assert {"pipelines/contract/drivers.py", "expectations/responses.py"} <= named
    assert not [name for name in named if name.startswith(("pipelines/simulate/", "app/"))]
