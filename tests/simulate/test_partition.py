"""The same seed gives the same bytes, and a partition needs no other."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines import runner
from pipelines.contract import registry
from pipelines.core import params, study
from pipelines.core.params import PROJECT
from pipelines.simulate import files, partition
from pipelines.simulate import run as simulation
from pipelines.simulate.partition import NUMBERS_PER_PARTITION, kind_of, simulate, sizes
from tests.simulate.conftest import sized

CUSTOMERS = 1_500
ELSEWHERE = """\
import sys
from pipelines import runner
from pipelines.contract import registry
from pipelines.core import params, study
sized = {**params.read(), "simulate": {"customers": int(sys.argv[2])}}
runner.run(registry.step("simulate"), study.load(sys.argv[1]), sized)
"""


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every raw file and of the truth."""
    found = [*sorted((folder / "raw").rglob("*.*")), folder / "truth.json"]
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
    }


@pytest.fixture(scope="module")
def once(tmp_path_factory, simulate_into) -> study.Study:
    return simulate_into(tmp_path_factory.mktemp("once") / "demo", CUSTOMERS)


def test_partitions_have_twenty_thousand_customers_and_the_last_one_the_rest():
    assert list(sizes(45_000)) == [(0, 20_000), (1, 20_000), (2, 5_000)]
    assert list(sizes(20_000)) == [(0, 20_000)]
    assert list(sizes(1)) == [(0, 1)]


def test_waves_of_a_survey_are_dirty_in_the_same_ways():
    assert kind_of("survey/cold_2024") == "survey/cold"
    assert kind_of("survey/hot") == "survey/hot"


def test_all_files_are_the_same_in_another_process_with_one_thread_and_another_hash_seed(
    once, tmp_path
):
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "codes").symlink_to(PROJECT / "data" / "demo" / "codes")
    (folder / "study.yaml").symlink_to(PROJECT / "data" / "demo" / "study.yaml")
    subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(folder), str(CUSTOMERS)],
        cwd=PROJECT,
        env=os.environ | {"POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo"},
        check=True,
        capture_output=True,
    )
    here, there = hashes(once.folder), hashes(folder)
    assert len(here) == 16
    assert {Path(name).suffix for name in here} == {".csv", ".parquet", ".sav", ".xlsx", ".json"}
    assert here == there


def test_a_second_run_writes_the_same_bytes(once, tmp_path, simulate_into):
    again = simulate_into(tmp_path / "demo", CUSTOMERS)
    assert hashes(again.folder) == hashes(once.folder)


def test_another_seed_gives_other_customers(world):
    one, other = (simulate(0, 60, world, seed).exports["crm/customers"] for seed in (1, 2))
    assert not one.equals(other)


def test_the_second_partition_of_two_is_what_it_is_alone(
    tmp_path, monkeypatch, world, simulate_into
):
    monkeypatch.setattr(partition, "PARTITION", 400)
    both = simulate_into(tmp_path / "demo", 800)
    alone = simulate(1, 400, world, params.read()["seed"])
    files.write_partition(tmp_path / "alone", alone.exports, 1)
    second = sorted((tmp_path / "alone").rglob("*.*"))
    assert len(second) == 13
    for path in second:
        name = path.relative_to(tmp_path / "alone")
        assert path.read_bytes() == (both.folder / "raw" / name).read_bytes(), name
    truth = json.loads((both.folder / "truth.json").read_text(encoding="utf-8"))
    assert [len(part["customers"]["person"]) for part in truth["partitions"]] == [400, 400]
    assert truth["partitions"][1]["customers"]["person"][0] == 401
    assert truth["partitions"][1]["dirty"] == alone.truth["dirty"]


def test_numbers_of_two_partitions_never_meet(world, monkeypatch):
    monkeypatch.setattr(partition, "PARTITION", 300)
    first, second = (simulate(number, 300, world, 5).exports for number in (0, 1))
    for export, column in {
        "crm/customers": "KundenNr",
        "shop/accounts": "account",
        "callcentre/callers": "caller",
        "shop/events": "event_id",
        "shop/orders": "Position",
        "reviews/texts": "id",
        "survey/cold_2024": "resp",
    }.items():
        meeting = set(first[export][column].drop_nulls()) & set(second[export][column].drop_nulls())
        assert not meeting - {"K-X000000", "S0000000000", "CC00000"}, export
    assert second["survey/cold_2024"]["resp"].min() == NUMBERS_PER_PARTITION + 1


def test_customer_numbers_of_contacts_belong_to_the_system_that_logged_them(written):
    tables = written.clean
    known = {
        "shop/events": ("account", "shop/accounts", "account"),
        "crm/contacts": ("KundenNr", "crm/customers", "KundenNr"),
        "callcentre/contacts": ("caller", "callcentre/callers", "caller"),
        "shop/orders": ("Konto", "shop/accounts", "account"),
        "crm/receipts": ("KundenNr", "crm/customers", "KundenNr"),
    }
    for log, (column, customers, key) in known.items():
        used = set(tables[log][column].drop_nulls())
        assert used, log
        assert used <= set(tables[customers][key]), log
    assert tables["callcentre/contacts"]["caller"].null_count() == 0
    shown = tables["crm/contacts"].filter(pl.col("Kanal") == "store")["KundenNr"]
    assert 0.6 < 1 - shown.null_count() / shown.len() < 0.8  # a card, and it was shown: .9 * .8


def test_logs_are_in_the_order_of_time_and_name_only_what_belongs_there(written):
    events = written.clean["shop/events"]
    assert events["occurred_at"].is_sorted()
    campaign = events.filter(pl.col("campaign").is_not_null())
    assert set(campaign["touchpoint"]) == {"display_ad", "paid_search"}
    first = campaign.select(
        pl.concat_str("touchpoint", pl.lit("-"), pl.col("occurred_at").dt.year().cast(pl.String))
    ).to_series()
    matches = pl.select(campaign["campaign"].str.head(first.str.len_chars()) == first).to_series()
    assert matches.mean() > 0.999  # an hour of New Year's Eve is another year in UTC
    outcomes = events.group_by("touchpoint").agg(pl.col("outcome").drop_nulls().unique().sort())
    told = {name: ends for name, ends in outcomes.rows() if ends}
    assert told == {"delivery": ["late", "on_time"], "returns": ["refunded", "refused"]}
    calls = written.clean["callcentre/contacts"]
    assert set(calls["outcome"]) == {"solved", "unsolved"}
    assert set(calls["type"]) == {"call", "mail"}


# Files


def test_each_system_writes_its_own_dialect(once):
    raw = once.folder / "raw"
    callers = (raw / "callcentre" / "callers_0000.csv").read_bytes()
    assert callers.startswith(b"caller,first,last,phone")
    assert b"\xfc" in callers  # an umlaut, in cp1252
    assert b"\xc3\xbc" not in callers
    customers = (raw / "crm" / "customers_0000.csv").read_text(encoding="utf-8")
    assert customers.startswith("KundenNr;Vorname;Nachname;E-Mail")
    assert "ü" in customers
    assert (raw / "survey" / "cold_2024_0000.sav").read_bytes()[92:109] == b"31 Dec 2512:00:00"


def test_the_number_of_rows_that_is_told_is_the_number_written(tmp_path):
    tables = {"survey/hot": pl.DataFrame({"a": [1, 2]}), "shop/events": pl.DataFrame({"b": [1]})}
    assert files.write_partition(tmp_path, tables, 3) == 3
    assert (tmp_path / "survey" / "hot_0003.csv").read_text() == "a\n1\n2\n"
    assert pl.read_parquet(tmp_path / "shop" / "events_0003.parquet").rows() == [(1,)]


def test_a_run_that_fails_leaves_what_was_there(once, monkeypatch):
    before = hashes(once.folder)

    def breaks(*_: object) -> None:
        raise ValueError("no more paper")

    monkeypatch.setattr(simulation, "simulate", breaks)
    with pytest.raises(ValueError, match="no more paper"):
        runner.run(registry.step("simulate"), once, sized(CUSTOMERS))
    assert hashes(once.folder) == before


def test_generators_of_parts_do_not_depend_on_each_other():
    draw = partition._Generators(3, 0)
    first = draw("orders").random(3)
    draw("words").random(100)
    assert np.array_equal(draw("orders").random(3), first)
    assert not np.array_equal(draw("logs").random(3), first)
