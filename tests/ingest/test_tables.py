"""Tables and ledger: what every file offered, skipped and gave."""

from pathlib import Path

import polars as pl
import pytest
import yaml

from pipelines.contract.canonical import CANONICAL
from pipelines.core import engine
from pipelines.core.errors import ContractError
from pipelines.core.study import Map, Study
from pipelines.ingest.readers import RawTable
from pipelines.ingest.tables import OFFERED_COLUMNS, ledger, map_study
from tests.ingest.test_mapping import MAP, RAW


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "small", Map.model_validate(yaml.safe_load(MAP)))


def raw(file: str, columns: dict[str, list] = RAW) -> RawTable:
    rows = pl.LazyFrame(columns).with_row_index("source_row", 1)
    return RawTable("survey", file, rows, len(columns["ID"]))


def test_all_six_tables_come_out_typed_and_in_the_order_of_files(study):
    files = [raw("raw/a.csv"), raw("raw/b.csv")]
    mapped = map_study(study, files, engine.from_polars)
    assert list(mapped.tables) == list(CANONICAL)
    for name, rows in mapped.tables.items():
        assert dict(rows.collect_schema()) == study.mapped(name).schema
    trace = mapped.tables["responses"].select("source_file", "source_row").collect()
    assert trace.equals(trace.sort("source_file", "source_row"))
    assert mapped.tables["interactions"].collect().is_empty()


def test_a_customer_named_in_two_files_is_kept_once(study):
    mapped = map_study(study, [raw("raw/a.csv"), raw("raw/b.csv")], engine.from_polars)
    people = mapped.tables["customers"].collect()
    assert people["source_file"].to_list() == ["raw/a.csv"] * 4 + ["raw/b.csv"]
    assert people["source_id"].to_list() == ["1", "2", "C3", None, None]


def test_rows_offered_are_lines_times_the_columns_unpivoted(study):
    offers = map_study(study, [raw("raw/a.csv")], engine.from_polars).offers
    read = dict(offers.select("table", "rows_read").rows())
    assert read == {"responses": 8, "customers": 4, "transactions": 4, "reviews": 8}


def offered(may_skip: bool) -> pl.DataFrame:
    row = ("reviews", "survey", "raw/a.csv", 4, 8, may_skip)
    return pl.DataFrame([row], schema=OFFERED_COLUMNS, orient="row")


def written(rows: int) -> pl.DataFrame:
    keys = {"table": ["reviews"], "source": ["survey"], "source_file": ["raw/a.csv"]}
    return pl.DataFrame({**keys, "rows": [rows]})


def test_the_ledger_counts_declared_skips():
    assert ledger(offered(True), written(5))["rows_skipped"].to_list() == [3]


def test_a_table_without_any_row_skipped_all():
    assert ledger(offered(True), written(5).clear())["rows_skipped"].to_list() == [8]


@pytest.mark.parametrize(("may_skip", "rows"), [(False, 7), (True, 9), (False, 9)])
def test_the_ledger_refuses_rows_lost_or_invented(may_skip, rows):
    with pytest.raises(ContractError, match=r"raw/a.csv to reviews: expected 8 rows, got \d"):
        ledger(offered(may_skip), written(rows))
