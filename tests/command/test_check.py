"""`touchstone check`: everything that is wrong, at once; rows are judged only by a sound map."""

import shutil
from datetime import UTC, datetime

import narwhals as nw
import polars as pl
import pytest

from pipelines.command import check
from pipelines.command.check import Finding, Judged, check_study
from pipelines.core import study
from pipelines.validate.conditions import Condition
from pipelines.validate.verdicts import Verdict
from tests.small_study import ORDERS, SURVEY, build, edit, order_lines, write


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """The small study; its rows are not judged here, which takes Great Expectations."""
    monkeypatch.setattr(check, "_check_rows", lambda study, raw: [])
    return build(tmp_path / "shop")


def places(found: list[Finding], severity: str = "error") -> list[str]:
    return [finding.where for finding in found if finding.severity == severity]


def test_a_sound_study_has_notes_only(shop):
    (note,) = check_study(str(shop))
    assert not note.is_error
    assert str(note) == (
        "note: shop/raw/survey.csv: expected every column in the map, or left out on purpose, "
        "got 1 not used: 'city'; nothing, if you do not need them"
    )


def test_a_folder_without_a_map_is_an_error(tmp_path):
    build(tmp_path / "shop")
    (found,) = check_study(str(tmp_path / "shopp"))
    assert found.is_error
    assert "did you mean 'shop'" in found.todo


def test_every_problem_of_the_map_is_listed_with_those_of_the_files(shop):
    edit(shop, "study.yaml", "stage: buy", "stage: by", times=2)
    edit(shop, "study.yaml", "values: gender", "values: sex")
    (shop / ORDERS).unlink()
    assert places(check_study(str(shop))) == [
        "shop/study.yaml: touchpoints.checkout.stage",
        "shop/study.yaml: touchpoints.delivery.stage",
        "shop/study.yaml: sources.survey.tables.1.columns.segment_gender.values",
        "shop/study.yaml: sources.orders.files",
    ]


def test_a_study_without_files_is_told_so_once(shop):
    shutil.rmtree(shop / "raw")
    (found,) = check_study(str(shop))
    assert str(found) == (
        "error: shop/raw: expected the files that study.yaml names, got no folder; put them into "
        "shop/raw; `touchstone run demo` makes those of the demo"
    )


def test_every_break_at_a_wave_that_did_not_ask_is_named(shop):
    broken = (
        'breaks:\n  - {question: checkout, wave: "2024", changed: wording}\n'
        '  - {touchpoint: delivery, wave: "2042", changed: mode}\nsegments:\n'
    )
    edit(shop, "study.yaml", "segments:\n", broken)
    declared = study.load(str(shop))
    mapped = (
        declared.mapped("responses").without_rows().select("question_id", "touchpoint_id", "wave")
    )
    rows = [(name, name, "2024") for name in ("checkout", "delivery")]
    asked = pl.DataFrame(rows, schema=mapped.schema, orient="row")
    declared.path("mapped", "responses").parent.mkdir()
    asked.write_parquet(declared.path("mapped", "responses"))
    (found,) = check._check_breaks(declared)
    assert str(found) == (
        "error: shop/study.yaml: breaks.1.wave: expected a wave in which the touchpoint 'delivery' "
        "was asked, got '2042'; did you mean '2024'?"
    )


def test_every_missing_column_is_named_with_the_nearest(shop):
    edit(shop, SURVEY, "id;day;gender;", "idd;day;sex;")
    found = check_study(str(shop))
    assert [(finding.where, finding.got) for finding in found] == [
        ("shop/raw/survey.csv", "a file without 'id'"),
        ("shop/raw/survey.csv", "a file without 'id', 'gender'"),
    ]
    assert "did you mean 'idd'" in found[0].todo


def test_every_place_with_undeclared_cells_is_named(shop):
    edit(shop, SURVEY, ";fair;", ";faire;", times=2)
    edit(shop, SURVEY, ";f;", ";x;")
    found = check_study(str(shop))
    assert places(found) == [
        "shop/raw/survey.csv: answers.delivery (delivery)",
        "shop/raw/survey.csv: customers.columns.segment_gender (gender)",
    ]
    assert found[0].got == "'faire' (2 times)"


def test_each_file_of_a_pattern_is_read(shop):
    edit(shop, "study.yaml", "files: raw/orders.csv", "files: raw/orders*.csv")
    write(shop, "raw/orders_2.csv", ["order,customer", "1,2"])
    write(shop, "raw/orders_3.csv", ["order;customer;day;amount"])
    write(shop, "raw/orders_4.csv", order_lines())
    assert places(check_study(str(shop))) == [
        "shop/raw/orders_2.csv: line 1",
        "shop/raw/orders_3.csv",
    ]


def test_a_variable_of_the_environment_that_is_not_set_is_named(shop, monkeypatch):
    monkeypatch.delenv("SHOP_DB", raising=False)
    edit(
        shop,
        "study.yaml",
        'reader: csv\n    files: raw/orders.csv\n    delimiter: ";"',
        "reader: sql\n    url: $SHOP_DB\n    query: SELECT * FROM orders",
    )
    (found,) = [finding for finding in check_study(str(shop)) if finding.is_error]
    assert found.where == "shop/study.yaml: sources.orders.url"
    assert found.expected == "the environment variable SHOP_DB"


def test_questions_of_a_long_file_are_compared_with_the_map(shop):
    edit(
        shop, "study.yaml", "answers: {", "long: {question: item, answer: said}\n        answers: {"
    )
    rows = ["c1;01.05.2024;f;checkout ;4", "c1;01.05.2024;f;parking;4"]
    write(shop, SURVEY, ["id;day;gender;item;said", *rows])
    found = check_study(str(shop))
    assert [(f.severity, f.where, f.got) for f in found] == [
        ("error", "shop/study.yaml: sources.survey, answers.delivery", "none"),
        ("note", "shop/study.yaml: sources.survey, answers", "1 not used: 'parking'"),
    ]


def test_nothing_is_written(shop):
    before = sorted(path.name for path in shop.iterdir())
    check_study(str(shop))
    assert sorted(path.name for path in shop.iterdir()) == before


ROWS = pl.DataFrame(
    {
        "source_file": ["raw/a.csv"] * 4,
        "source_row": [1, 2, 3, 4],
        "amount": [1.0, -5.0, -7.0, 2.0],
        "email": ["a@x.de", "bad", None, "b@x.de"],
        "at": [datetime(2024, 1, 1, tzinfo=UTC)] * 4,
    }
)


def verdict(column: str, broken: nw.Expr | None, on_fail: str, n: int) -> Verdict:
    by_row = None if broken is None else Condition((column,), None, broken)
    return Verdict(
        table="transactions",
        rule="rule_of_it",
        expectation="expect_it",
        columns=(column,),
        condition="readable",
        on_fail=on_fail,
        success=False,
        n_rows=4,
        n_unexpected=n,
        by_row=by_row,
    )


def judged() -> Judged:
    rejected = ROWS.filter(pl.col("amount") < 0).with_columns(rules=pl.lit("rule_of_it; other"))
    return Judged("shop", ROWS.lazy(), rejected.lazy())


def test_more_bad_rows_than_allowed_are_an_error_with_the_first_as_example():
    bad = verdict("amount", nw.col("amount") < 0, "quarantine", 2)
    assert judged().finding(bad, max_share=0.4) == Finding(
        "error",
        "shop/raw/a.csv: row 2, transactions: amount",
        "every cell could be read (rule rule_of_it)",
        "amount=-5.0 in 2 of 4 rows; 50.0% of the table's rows are bad, params.yaml allows 40.0%",
        "correct the column's map or the file",
    )


def test_as_many_bad_rows_as_allowed_are_a_note():
    bad = verdict("amount", nw.col("amount") < 0, "quarantine", 2)
    found = judged().finding(bad, max_share=0.5)
    assert not found.is_error
    assert found.got == "amount=-5.0 in 2 of 4 rows"


def test_a_warning_is_a_note_and_shows_no_personal_data():
    odd = verdict("email", nw.col("email") == "bad", "warn", 1)
    found = judged().finding(odd, max_share=0.0)
    assert (found.severity, found.where) == ("note", "shop/raw/a.csv: row 2, transactions: email")
    assert found.got == "email=withheld in 1 of 4 rows"


def test_a_rule_about_the_table_is_an_error_without_an_example():
    wrong = verdict("amount", None, "stop", 0)
    found = judged().finding(wrong, max_share=1.0)
    assert (found.severity, found.where, found.got) == (
        "error",
        "shop/table transactions",
        "otherwise",
    )


def test_waves_that_contradict_their_dates_are_named_before_anything_runs(tmp_path):
    folder = build(tmp_path / "shop")
    edit(folder, "study.yaml", 'wave: {constant: "2024"}', "wave: city")
    rows = (f"c{i};{i % 28 + 1:02d}.05.{2025 - i % 2};f;3;fair;{2023 + i % 2}" for i in range(40))
    write(folder, SURVEY, ["id;day;gender;checkout;delivery;city", *rows])
    (found,) = (one for one in check_study(str(folder)) if one.is_error)
    assert found.where == "shop, cold survey: wave and answered_at"
    assert found.expected == "'2023' answered before '2024', as their names say"
    listed = found.todo.split("`")[1]
    assert listed == 'waves: ["2024", "2023"]'
    with (folder / "study.yaml").open("a", encoding="utf-8") as lines:
        lines.write(f"{listed}\n")
    assert not any(one.is_error for one in check_study(str(folder)))


def test_a_baseline_that_is_no_wave_is_named(tmp_path):
    folder = build(tmp_path / "shop")
    edit(folder, "study.yaml", "currency: EUR\n", 'currency: EUR\nbaseline: "2042"\n')
    (found,) = (one for one in check_study(str(folder)) if one.is_error)
    assert found.where == "shop/study.yaml: baseline"
    assert "did you mean '2024'?" in found.todo
