"""Bad input: each fault gives a message that says what to do, and what was published stays."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines import runner
from pipelines.command.check import Finding, check_study
from pipelines.command.main import app
from pipelines.core.params import PROJECT
from tests.small_study import ORDERS, SURVEY, build, edit, order_lines, survey_lines, write

BAD_INPUT = 2


@pytest.fixture
def shop(tmp_path) -> Path:
    """The small study, published before."""
    folder = build(tmp_path / "shop")
    bundle = folder / "published" / "0123456789abcdef"
    bundle.mkdir(parents=True)
    (folder / "published" / "manifest.json").write_text('{"bundle": "0123456789abcdef"}')
    (bundle / "scores.parquet").write_bytes(b"PAR1 as it was PAR1")
    return folder


def contents(folder: Path) -> dict[str, str]:
    """Hash every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def truncate_parquet(shop: Path) -> None:
    rows = pl.DataFrame({"order": ["a"], "customer": ["c1"]})
    rows.write_parquet(shop / "raw" / "orders.parquet")
    content = (shop / "raw" / "orders.parquet").read_bytes()
    (shop / "raw" / "orders.parquet").write_bytes(content[:-10])
    edit(
        shop,
        "study.yaml",
        'reader: csv\n    files: raw/orders.csv\n    delimiter: ";"',
        "reader: parquet\n    files: raw/orders.parquet",
    )


@dataclass(frozen=True)
class Fault:
    """One fault: how it is made, which step stops, and what the message says."""

    make: Callable[[Path], None]
    step: str
    where: str
    expected: str
    got: str
    todo: str


FAULTS = {
    "missing column": Fault(
        lambda shop: edit(shop, SURVEY, ";checkout;", ";chekout;"),
        "ingest",
        "shop/raw/survey.csv",
        "the columns that the map to responses names",
        "a file without 'checkout'",
        "did you mean 'chekout'",
    ),
    "wrong scale": Fault(
        lambda shop: edit(shop, "study.yaml", "min: 1, max: 5", "min: 1, max: 3"),
        "validate",
        "shop/raw/survey.csv",
        "the answer is on its scale",
        "question_id=checkout",
        "correct the question's scale in study.yaml",
    ),
    "scale upside down": Fault(
        lambda shop: edit(shop, "study.yaml", "min: 1, max: 5", "min: 5, max: 1"),
        "ingest",
        "shop/study.yaml: scales.five",
        "min must be below max",
        "'max': 1",
        "docs/study.md",
    ),
    "unknown touchpoint": Fault(
        lambda shop: edit(shop, "study.yaml", "touchpoint: checkout", "touchpoint: chekout"),
        "ingest",
        "shop/study.yaml: questions.checkout.touchpoint",
        "a declared touchpoint",
        "'chekout'",
        "did you mean 'checkout'",
    ),
    "translation of no value": Fault(
        lambda shop: edit(shop, "study.yaml", "Female: weiblich", "Femal: weiblich"),
        "ingest",
        "shop/study.yaml: segments.gender.translations.de",
        "a declared value",
        "'Femal'",
        "did you mean 'Female'",
    ),
    "translation into no language": Fault(
        lambda shop: edit(shop, "study.yaml", "{de: {Female", "{ed: {Female"),
        "ingest",
        "shop/study.yaml: segments.gender.translations",
        "a declared language",
        "'ed'",
        "did you mean",
    ),
    "wrong delimiter": Fault(
        lambda shop: edit(shop, "study.yaml", 'delimiter: ";"', 'delimiter: ","'),
        "ingest",
        "shop/raw/survey.csv: line 1",
        "columns separated by ','",
        "';' (semicolon) fits",
        'write `delimiter: ";"`',
    ),
    "truncated parquet": Fault(
        truncate_parquet,
        "ingest",
        "shop/raw/orders.parquet",
        "a whole Parquet file",
        "a truncated one",
        "copy or export it again",
    ),
    "empty file": Fault(
        lambda shop: (shop / ORDERS).write_bytes(b""),
        "ingest",
        "shop/raw/orders.csv",
        "a table",
        "an empty file",
        "export it again",
    ),
    "duplicated ids": Fault(
        lambda shop: write(shop, ORDERS, [*order_lines(), *order_lines()[1:6]]),
        "validate",
        "shop/raw/orders.csv",
        "no two rows have the same transaction_id",
        "transaction_id=o0",
        "deliver each row once",
    ),
    "a date in 1900": Fault(
        lambda shop: edit(shop, ORDERS, ".06.2024", ".01.1900", times=5),
        "validate",
        "shop/raw/orders.csv",
        "ordered_at is in 1995 or later",
        "ordered_at=1899-12-31",
        "correct the format of ordered_at in study.yaml, or the file",
    ),
    "latin-1 bytes in utf-8": Fault(
        lambda shop: write(shop, SURVEY, survey_lines(), encoding="latin-1"),
        "ingest",
        "shop/raw/survey.csv: line 2, byte 24",
        "text in utf-8",
        "the byte 0xf6, probably latin-1",
        "write `encoding: latin-1` in study.yaml",
    ),
    "misspelt key": Fault(
        lambda shop: edit(shop, "study.yaml", "time_zone:", "timezone:"),
        "ingest",
        "shop/study.yaml: ",
        "a known key",
        "'timezone'",
        "did you mean 'time_zone'",
    ),
    "undeclared value label": Fault(
        lambda shop: edit(shop, SURVEY, ";fair;", ";faire;"),
        "ingest",
        "shop/raw/survey.csv: answers.delivery",
        "only codes and labels that study.yaml declares",
        "'faire' (1 times)",
        "declare them there",
    ),
    "undeclared code": Fault(
        lambda shop: edit(shop, SURVEY, ";f;", ";x;"),
        "ingest",
        "shop/raw/survey.csv: customers.columns.segment_gender",
        "only codes and labels that study.yaml declares",
        "'x' (1 times)",
        "declare them there",
    ),
}
STEPS = ("ingest", "validate")


def says(message: str, fault: Fault) -> bool:
    """Whether a message names place, expected, got and what to do, in that order."""
    rest = message
    for part in (fault.where, "expected ", fault.expected, "got ", fault.got, fault.todo):
        _, found, rest = rest.partition(part)
        if not found:
            return False
    return True


def start(name: str, shop: Path) -> int:
    """Start a step as its command does, in this process; give its exit code."""
    try:
        runner.main([name, str(shop)])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_the_study_without_a_fault_runs(shop):
    assert check_study(str(shop)) == [
        Finding(
            "note",
            "shop/raw/survey.csv",
            "every column in the map, or left out on purpose",
            "1 not used: 'city'",
            "nothing, if you do not need them",
        )
    ]
    assert [start(name, shop) for name in STEPS] == [0, 0]
    accepted = pl.read_parquet(shop / "canonical" / "responses.parquet")
    assert accepted.height == 80


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_by_check(shop, name):
    FAULTS[name].make(shop)
    before = contents(shop)
    ran = CliRunner().invoke(app, ["check", str(shop)])
    assert ran.exit_code == BAD_INPUT
    assert "Traceback" not in ran.output
    errors = [line for line in ran.stderr.splitlines() if line.startswith("error: ")]
    assert any(says(line, FAULTS[name]) for line in errors), ran.stderr
    assert contents(shop) == before


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_stops_the_step_and_what_was_published_stays(shop, name, capsys):
    fault = FAULTS[name]
    before = contents(shop / "published")
    fault.make(shop)
    steps = ["ingest"] if fault.step == "ingest" else ["ingest", "validate"]
    *passed, stopped = (start(one, shop) for one in steps)
    assert (passed, stopped) == ([0] * len(passed), BAD_INPUT)
    message = capsys.readouterr().err
    assert says(message, fault), message
    assert "Traceback" not in message
    assert contents(shop / "published") == before


@pytest.mark.parametrize("name", ["latin-1 bytes in utf-8", "misspelt key", "duplicated ids"])
def test_as_a_process_of_its_own_a_step_ends_with_2_and_one_message(shop, name):
    fault = FAULTS[name]
    before = contents(shop / "published")
    fault.make(shop)
    for one in STEPS if fault.step == "validate" else ["ingest"]:
        ran = process(one, shop)
    assert ran.returncode == BAD_INPUT
    assert ran.stdout == ""
    assert says(ran.stderr, fault), ran.stderr
    assert ran.stderr.count("\n") == 1
    assert contents(shop / "published") == before


def process(name: str, shop: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipelines.runner", name, str(shop)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_few_bad_rows_go_to_quarantine_and_are_notes(shop):
    write(shop, ORDERS, [*order_lines(80), order_lines()[1]])
    edit(shop, ORDERS, "o5;c5;06.06.2024", "o5;c5;06.01.1900")
    notes = [finding for finding in check_study(str(shop)) if "(rule " in finding.expected]
    assert [(note.is_error, note.where) for note in notes] == [
        (False, "shop/raw/orders.csv: row 1, transactions: transaction_id"),
        (False, "shop/raw/orders.csv: row 6, transactions: ordered_at"),
    ]
    assert notes[0].got == "transaction_id=o0 in 2 of 81 rows"
    assert notes[1].got == "ordered_at=1900-01-05T23:00:00Z in 1 of 81 rows"
    assert [start(name, shop) for name in STEPS] == [0, 0]
    rejected = pl.read_parquet(shop / "quarantine" / "transactions.parquet")
    assert rejected["rules"].to_list() == ["key_unique", "ordered_at_not_too_early", "key_unique"]


def test_check_lists_every_fault_of_a_map_and_of_the_files(shop):
    for name in ("unknown touchpoint", "misspelt key", "empty file"):
        FAULTS[name].make(shop)
    edit(shop, "study.yaml", "stage: buy", "stage: by", times=2)
    found = check_study(str(shop))
    assert all(finding.is_error for finding in found)
    assert {finding.where for finding in found} >= {"shop/study.yaml: timezone"}
    edit(shop, "study.yaml", "timezone:", "time_zone:")
    found = check_study(str(shop))
    assert [finding.where.removeprefix("shop/") for finding in found] == [
        "study.yaml: touchpoints.checkout.stage",
        "study.yaml: touchpoints.delivery.stage",
        "study.yaml: questions.checkout.touchpoint",
        "raw/orders.csv",
    ]


def test_a_step_killed_half_way_leaves_the_whole_old_output(shop):
    start("ingest", shop)
    before = contents(shop / "mapped")
    write(shop, ORDERS, order_lines(300_000))
    draft = shop / ".mapped.part" / "mapped"
    command = [sys.executable, "-m", "pipelines.runner", "ingest", str(shop)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL) as running:
        while running.poll() is None and not any(draft.glob("*responses*")):
            time.sleep(0.001)
        os.kill(running.pid, signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL
    assert contents(shop / "mapped") == before
    assert draft.exists()  # it was at it

    assert start("ingest", shop) == 0
    assert pl.scan_parquet(shop / "mapped" / "transactions.parquet").collect().height == 300_000
    assert not draft.exists()
