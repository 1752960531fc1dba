"""Every rule of every suite: a good table keeps it, and a row made to break it does."""

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from expectations.rules import LARGEST, contract_rules, rule
from pipelines.contract.canonical import CANONICAL
from pipelines.contract.code import DeclarationError, read_code, write_code
from pipelines.contract.rules import CONDITIONS
from pipelines.contract.table import NUMBER, Column, Table
from pipelines.core import engine
from pipelines.core.errors import ContractError
from pipelines.core.study import Study
from pipelines.validate import helpers, judge, quarantine, refusal
from pipelines.validate.verdicts import Verdict
from tests.validate.tiny_studies import LATEST, NUMBERED, lay_out

EARLY, LATE = datetime(1900, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
INFINITY, NAN = float("inf"), float("nan")

# table -> rule -> a change to a good row that breaks it
BREAKS: dict[str, dict[str, dict[str, Any]]] = {
    "customers": {
        "source_system_given": {"source_system": None},
        "source_id_given": {"source_id": None},
        "created_at_not_too_early": {"created_at": EARLY},
        "created_at_not_in_future": {"created_at": LATE},
        "birth_on_not_too_early": {"birth_on": date(1900, 1, 1)},
        "birth_on_not_in_future": {"birth_on": date(2031, 1, 1)},
        "email_shape": {"email": "ann at example.org"},
        "phone_shape": {"phone": "no phone"},
    },
    "responses": {
        "response_id_given": {"response_id": None},
        "question_id_given": {"question_id": None},
        "survey_id_given": {"survey_id": None},
        "wave_given": {"wave": None},
        "mode_given": {"mode": None},
        "measure_given": {"measure": None},
        "scale_min_given": {"scale_min": None},
        "scale_max_given": {"scale_max": NAN},
        "weight_given": {"weight": NAN},
        "mode_allowed": {"mode": "warm"},
        "measure_allowed": {"measure": "NPS"},
        "missing_allowed": {"value": None, "missing": "lost"},
        "value_on_scale_min": {"value": 0.0},
        "value_on_scale_max": {"value": 6.0},
        "scale_ordered": {"scale_min": 5.0, "value": 5.0},
        "answer_or_reason": {"value": NAN},
        "no_answer_beside_reason": {"missing": "refused"},
        "weight_positive": {"weight": 0.0},
        "answered_at_not_too_early": {"answered_at": EARLY},
        "answered_at_not_in_future": {"answered_at": LATE},
        "touchpoint_known": {"touchpoint_id": "tille"},
        "customer_known": {"source_id": "c9"},
    },
    "reviews": {
        "review_id_given": {"review_id": None},
        "origin_given": {"origin": None},
        "direct_given": {"direct": None},
        "text_given": {"text": None},
        "origin_allowed": {"origin": "blog"},
        "rating_min_given": {"rating_min": None},
        "rating_max_given": {"rating_max": None},
        "rating_on_scale_min": {"rating": 0.0},
        "rating_on_scale_max": {"rating": 10.0},
        "written_at_not_too_early": {"written_at": EARLY},
        "written_at_not_in_future": {"written_at": LATE},
        "replied_at_not_too_early": {"replied_at": EARLY},
        "replied_at_not_in_future": {"replied_at": LATE},
        "replied_after_written": {"replied_at": datetime(2024, 4, 1, tzinfo=UTC)},
        "text_shape": {"text": " \n"},
        "text_intact": {"text": "schÃ¶n"},
        "language_shape": {"language": "German"},
        "touchpoint_known": {"touchpoint_id": ""},
        "customer_known": {"source_system": "web"},
    },
    "transactions": {
        "transaction_id_given": {"transaction_id": None},
        "ordered_at_given": {"ordered_at": None},
        "amount_given": {"amount": None},
        "currency_given": {"currency": None},
        "status_given": {"status": None},
        "status_allowed": {"status": "paid"},
        "amount_finite": {"amount": INFINITY},
        "quantity_finite": {"quantity": -INFINITY},
        "sale_positive": {"amount": 0.0},
        "refund_negative": {"status": "returned"},
        "currency_shape": {"currency": "EUR "},
        "ordered_at_not_too_early": {"ordered_at": EARLY},
        "ordered_at_not_in_future": {"ordered_at": LATE},
        "delivered_at_not_too_early": {"delivered_at": EARLY},
        "delivered_at_not_in_future": {"delivered_at": LATE},
        "returned_at_not_too_early": {"returned_at": EARLY},
        "returned_at_not_in_future": {"returned_at": LATE},
        "delivered_after_ordered": {"delivered_at": datetime(2024, 4, 1, tzinfo=UTC)},
        "customer_known": {"source_id": "c9"},
    },
    "interactions": {
        "interaction_id_given": {"interaction_id": None},
        "occurred_at_given": {"occurred_at": None},
        "touchpoint_id_given": {"touchpoint_id": None},
        "occurred_at_not_too_early": {"occurred_at": EARLY},
        "occurred_at_not_in_future": {"occurred_at": LATE},
        "duration_positive": {"duration_s": -1.0},
        "touchpoint_known": {"touchpoint_id": "Till"},
        "customer_known": {"source_id": "c9"},
    },
    "touchpoint_metrics": {
        "date_given": {"date": None},
        "touchpoint_id_given": {"touchpoint_id": None},
        "metric_given": {"metric": None},
        "value_given": {"value": None},
        "date_not_too_early": {"date": date(1900, 1, 1)},
        "date_not_in_future": {"date": date(2031, 1, 1)},
        "touchpoint_known": {"touchpoint_id": "web"},
        "value_finite": {"value": INFINITY},
    },
}
EVERYWHERE = {"columns", "readable", "key_unique"}  # rules of every table

Judged = dict[str, tuple[Verdict, ...]]


def judge_rows(study: Study) -> Judged:
    found = judge.judge_study(study, prepare_for(study))
    return {name: one.verdicts for name, one in found.items()}


def prepare_for(study: Study):
    customers = pl.scan_parquet(study.path("mapped", "customers"))
    return helpers.preparation(study, customers, LATEST)


def good_rows() -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {name: [{}, {}] for name in CANONICAL}
    rows["customers"] = [{"source_id": "c1"}, {"source_id": "c2"}]
    return rows


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    return judge_rows(lay_out(tmp_path_factory.mktemp("suites") / "good", good_rows()))


@pytest.fixture(scope="module")
def bad_study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Two good rows, one bad row per rule, one with an unreadable cell, and two of one key."""
    rows = good_rows()
    for name, breaks in BREAKS.items():
        twice = [{NUMBERED[name]: "twice"}] * 2
        rows[name] += [*breaks.values(), {"unreadable": "value: 'x' is no number"}, *twice]
    return lay_out(tmp_path_factory.mktemp("suites") / "bad", rows)


@pytest.fixture(scope="module")
def bad(bad_study: Study) -> Judged:
    return judge_rows(bad_study)


@pytest.mark.parametrize("name", CANONICAL)
def test_a_good_table_keeps_every_rule(good: Judged, name: str):
    assert [verdict.rule for verdict in good[name] if not verdict.success] == []
    assert {verdict.n_rows for verdict in good[name]} <= {None, 0, 2}


@pytest.mark.parametrize("name", CANONICAL)
def test_every_rule_of_a_suite_is_tried_and_fails_on_the_bad_table(bad: Judged, name: str):
    assert {verdict.rule for verdict in bad[name]} == {*BREAKS[name], *EVERYWHERE}
    assert [verdict.rule for verdict in bad[name] if verdict.success] == ["columns"]


@pytest.mark.parametrize("name", CANONICAL)
def test_the_row_made_to_break_a_rule_is_the_one_that_breaks_it(
    bad_study: Study, bad: Judged, name: str
):
    rows = prepare_for(bad_study)(pl.scan_parquet(bad_study.path("mapped", name)))
    rules = {verdict.rule: verdict.by_row for verdict in bad[name] if verdict.by_row}
    named = engine.to_polars(quarantine.name_broken_rules(rows, rules)).collect()["rules"]
    per_row = [set(rules.split("; ")) - {""} for rules in named]
    expected = [*BREAKS[name], "readable", "key_unique", "key_unique"]
    assert per_row[:2] == [set(), set()]
    assert [
        rule for rule, broken in zip(expected, per_row[2:], strict=True) if rule not in broken
    ] == []


@pytest.mark.parametrize("name", CANONICAL)
def test_the_counts_of_the_judge_are_those_of_the_split(bad_study: Study, bad: Judged, name: str):
    rows = prepare_for(bad_study)(pl.scan_parquet(bad_study.path("mapped", name)))
    split = quarantine.split(bad_study, name, rows, bad[name])
    rejected = engine.to_polars(split.rejected)
    refusal.require_agreement(rejected, bad[name])
    left = [verdict for verdict in bad[name] if verdict.on_fail == "warn"]
    assert all(not verdict.success for verdict in left)


@pytest.mark.parametrize("name", CANONICAL)
def test_every_rule_says_what_it_wants_and_what_to_do(good: Judged, name: str):
    for verdict in good[name]:
        assert CONDITIONS.fault(verdict.condition) is None
        assert len(verdict.sentence) > 10
        assert len(verdict.todo) > 10
        assert verdict.on_fail in ("quarantine", "warn", "stop")


def test_every_condition_that_has_a_sentence_is_asked_by_a_rule(good: Judged):
    asked = {read_code(verdict.condition)[0] for name in good for verdict in good[name]}
    assert asked == set(CONDITIONS.names)


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        ("looks_good", "looks_good is no code of condition"),
        ("given", "given lacks the values column"),
        (write_code("readable", column="wave"), "readable has no place for column"),
    ],
)
def test_a_rule_whose_condition_has_no_sentence_is_refused_when_its_suite_is_built(
    condition: str, fault: str
):
    with pytest.raises(DeclarationError, match=f"rule new: .*got {fault}; declare it in"):
        rule("new", condition)


@pytest.mark.parametrize(
    ("ends", "judged_by", "said"),
    [
        ({"lowest": 0, "highest": 1}, (0, 1), "0 – 1"),
        ({"lowest": 0}, (0, LARGEST), "≥ 0"),
        ({"highest": 1}, (-LARGEST, 1), "≤ 1"),
    ],
)
def test_a_range_that_a_table_declares_is_judged_without_a_word_in_its_suite(ends, judged_by, said):
    declared = Column("share", NUMBER, "a share", **ends)
    (judged,) = contract_rules(Table("t", "one row", ("share",), (declared,)))[-1:]
    assert (judged.column, judged.min_value, judged.max_value) == ("share", *judged_by)
    assert judged.meta["rule"] == "share_in_range"
    assert judged.description == f"share_in_range: share is {said}"


def test_a_rule_that_cannot_be_evaluated_is_an_error_not_a_pass(good: Judged):
    raised = {"raised_exception": True, "exception_message": "no such column"}
    config = SimpleNamespace(meta={"rule": good["reviews"][1].rule})
    for info in (raised, {"some metric": raised}):
        result = SimpleNamespace(exception_info=info, expectation_config=config)
        with pytest.raises(ContractError, match=r"reviews\.py: readable.*got no such column"):
            judge.require_no_exception("reviews", result)


def test_a_broken_rule_marked_stop_ends_the_run(bad: Judged):
    stop = replace(bad["responses"][0], success=False)
    with pytest.raises(ContractError, match=r"has the contract's columns.*run ingest again"):
        refusal.require_sound([stop], "tiny")
