"""The runner hands out what a step declared and checks what comes back; never a traceback."""

import sys
from types import ModuleType

import polars as pl
import pytest

from pipelines import runner
from pipelines.contract.code import Vocabulary, says
from pipelines.contract.step import Step
from pipelines.contract.table import NUMBER, TEXT, Column, Table, count
from pipelines.core import store
from pipelines.core.errors import ContractError
from pipelines.core.study import load

MAP = """\
title: {en: Stub}
about: {en: Nothing.}
licence: none
languages: [en]
currency: EUR
time_zone: UTC
sources: {}
"""
WHY = Vocabulary("why", {"few": says(en="only {n}", de="nur {n}")})
HEADS = Table(
    "heads",
    "one desk",
    ("desk",),
    (
        Column("desk", TEXT, "desk", required=True),
        count("n", "people"),
        Column("share", NUMBER, "their share", lowest=0, highest=1),
        Column("why", TEXT, "why not", codes=WHY),
    ),
    rests_on="n",
)
TALLY = Step("tally", "count heads", reads=("canonical/customers",), writes=(HEADS,))
GOOD = {"desk": ["a", "b"], "n": [3, 5], "share": [0.4, 0.6], "why": [None, "few?n=5"]}


def heads(**changed) -> pl.DataFrame:
    return pl.DataFrame(GOOD | changed, schema=HEADS.schema)


@pytest.fixture
def study(tmp_path):
    (tmp_path / "study.yaml").write_text(MAP)
    (tmp_path / "canonical").mkdir()
    pl.DataFrame({"city": ["Bonn", "Köln"]}).write_parquet(tmp_path / "canonical/customers.parquet")
    return load(f"{tmp_path}/")


@pytest.fixture
def step(monkeypatch):
    """A step whose function a test gives; the function of a real one is its run.py's."""

    def given(function, declared=TALLY):
        package, module = ModuleType("pipelines.tally"), ModuleType("pipelines.tally.run")
        module.run = function
        monkeypatch.setitem(sys.modules, "pipelines.tally", package)
        monkeypatch.setitem(sys.modules, "pipelines.tally.run", module)
        return declared

    return given


def test_a_step_gets_what_it_declared_and_its_tables_are_written(step, study):
    def tally(about, settings, read):
        assert read.table("canonical/customers")["city"].to_list() == ["Bonn", "Köln"]
        return {"heads": heads()}

    assert runner.run(step(tally), study, {}) == "2 heads"
    assert store.read(study.path("derived", "heads")).equals(heads())


def test_a_table_that_was_not_declared_cannot_be_read(step, study):
    def tally(about, settings, read):
        return {"heads": read.table("canonical/reviews")}

    with pytest.raises(ContractError, match=r"step tally: expected to read what it declares: 'can"):
        runner.run(step(tally), study, {})


REFUSED = [
    ({"heads": heads(), "diaries": heads()}, "undeclared 'diaries'; declare every table in"),
    ({}, "expected the tables it declares: 'heads', got missing 'heads'"),
    ({"heads": heads(n=[None, 5])}, "table heads: expected a value in n, got 1 rows otherwise"),
    ({"heads": heads(n=[-1, 5])}, "expected n of 0 or more"),
    ({"heads": heads(share=[1.4, 0.6])}, "expected share of 1 or less"),
    ({"heads": heads(share=[float("nan"), 0.6])}, "expected finite numbers in share"),
    ({"heads": heads(desk=["a", "a"])}, "expected one row per desk, got 2 rows that share"),
    ({"heads": heads(why=["many", None])}, "got many is no code of why; declare them in"),
    ({"heads": heads(why=["few", None])}, "got few lacks the values n"),
    ({"heads": heads().with_columns(email=pl.lit("x"))}, "got unknown 'email'"),
    ({"heads": heads().with_columns(pl.col("n").cast(pl.Int8))}, "another type 'n Int8 instead"),
]


@pytest.mark.parametrize(("made", "match"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_not_as_declared_is_refused_and_what_was_there_stays(step, study, made, match):
    runner.run(step(lambda *_: {"heads": heads()}), study, {})
    with pytest.raises(ContractError, match=match):
        runner.run(step(lambda *_: made), study, {})
    assert store.read(study.path("derived", "heads")).equals(heads())


def test_of_two_tables_none_is_written_if_one_is_wrong(step, study):
    both = Step("tally", "count", writes=(HEADS, Table("seats", "one", ("n",), (count("n", "n"),))))
    seats = pl.DataFrame({"n": [None]}, schema={"n": pl.Int64})
    with pytest.raises(ContractError, match="table seats: expected a value in n"):
        runner.run(step(lambda *_: {"heads": heads(), "seats": seats}, both), study, {})
    assert not study.path("derived", "heads").exists()


def test_folders_are_filled_in_a_draft_and_an_error_leaves_those_before(step, study):
    filling = Step("tally", "count", fills=("canonical",))

    def fill(about, settings, read, draft):
        (draft / "canonical" / "new.txt").write_text("new")
        return "1 file"

    def fail(about, settings, read, draft):
        (draft / "canonical" / "half.txt").write_text("half")
        raise ContractError("x", expected="a", got="b", todo="c")

    assert runner.run(step(fill, filling), study, {}) == "1 file"
    with pytest.raises(ContractError):
        runner.run(step(fail, filling), study, {})
    assert [path.name for path in (study.folder / "canonical").iterdir()] == ["new.txt"]


def test_a_study_that_is_wrong_ends_with_code_2_and_a_message(capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        runner.main(["measure", f"{tmp_path}/nowhere"])
    assert ended.value.code == 2
    shown = capsys.readouterr()
    assert "expected a study.yaml, got none" in shown.err
    assert not shown.out


def test_a_step_that_nobody_declared_is_named(capsys):
    with pytest.raises(SystemExit) as ended:
        runner.main(["mesure", "sfo"])
    assert ended.value.code == 2
    assert "step mesure: expected a constant STEP in pipelines/contract/mesure.py" in (
        capsys.readouterr().err
    )


def test_too_few_arguments_show_the_usage():
    with pytest.raises(SystemExit, match=r"usage: python -m pipelines.runner STEP STUDY"):
        runner.main(["measure"])
