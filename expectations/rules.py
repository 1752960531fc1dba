"""Rules that several tables share; every expectation carries its name and its sentence.

Helper columns are added before judging: `customer_known` (null for anonymous rows),
`latest_time` and `latest_day` (tomorrow; written as columns so that results, which show a
suite's numbers, do not change from day to day).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

import great_expectations.expectations as gxe

from pipelines.contract.table import Column, Table

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)  # before it nobody collected such data
EARLIEST_BIRTH = datetime(1905, 1, 1, tzinfo=UTC)  # 1900-01-01 is what software writes for "none"
LARGEST = 1e15  # beyond any amount or weight; infinity is, too

OnFail = Literal["quarantine", "warn", "stop"]
Rules = list[gxe.Expectation]


def rule(name: str, says: str, todo: str, on_fail: OnFail = "quarantine") -> dict[str, Any]:
    """Name a rule, say it in a sentence, and say what to do about rows that break it."""
    meta = {"rule": name, "says": says, "todo": todo, "on_fail": on_fail}
    return {"meta": meta, "description": f"{name}: {says}"}


def contract_rules(table: Table) -> Rules:
    """What the contract itself asks of a table: columns, required values, key, value lists."""
    columns = [column.name for column in table.columns]
    return [
        gxe.ExpectTableColumnsToMatchSet(
            column_set=columns,
            exact_match=False,
            **rule("columns", "the table has the contract's columns", "run ingest again", "stop"),
        ),
        gxe.ExpectColumnValuesToBeNull(
            column="unreadable",
            **rule("readable", "every cell could be read", "correct the column's map or the file"),
        ),
        *(given(column.name) for column in table.columns if column.required),
        unique(*table.key),
        *(one_of(column) for column in table.columns if column.values),
    ]


def given(column: str) -> gxe.Expectation:
    """Require a value."""
    todo = f"map a column that is always filled to {column}"
    return gxe.ExpectColumnValuesToNotBeNull(
        column=column, **rule(f"{column}_given", f"{column} is given", todo)
    )


def unique(*columns: str) -> gxe.Expectation:
    """Require that no two rows have the same key; all that share one are rejected."""
    named = rule(
        "key_unique",
        f"no two rows have the same {' and '.join(columns)}",
        "deliver each row once, or set one_per_key in the table's map",
    )
    if len(columns) == 1:
        return gxe.ExpectColumnValuesToBeUnique(column=columns[0], **named)
    return gxe.ExpectCompoundColumnsToBeUnique(
        column_list=list(columns), ignore_row_if="any_value_is_missing", **named
    )


def one_of(column: Column) -> gxe.Expectation:
    """Require one of the values the contract lists."""
    listed = ", ".join(column.values or ())
    return gxe.ExpectColumnValuesToBeInSet(
        column=column.name,
        value_set=list(column.values or ()),
        **rule(
            f"{column.name}_allowed",
            f"{column.name} is one of {listed}",
            f"translate the codes of {column.name} with `values` in study.yaml",
        ),
    )


def matches(
    column: str, regex: str, says: str, todo: str, on_fail: OnFail = "quarantine"
) -> gxe.Expectation:
    """Require a shape of text."""
    return gxe.ExpectColumnValuesToMatchRegex(
        column=column, regex=regex, **rule(f"{column}_shape", says, todo, on_fail)
    )


def touchpoint_known() -> gxe.Expectation:
    """Require a touchpoint of the study's register."""
    return gxe.ExpectColumnValuesToBeInSet(
        column="touchpoint_id",
        value_set={"$PARAMETER": "touchpoints"},
        **rule(
            "touchpoint_known",
            "the touchpoint is in the study's register",
            "declare it under touchpoints in study.yaml, or correct the name",
        ),
    )


def customer_known() -> gxe.Expectation:
    """Require that a customer who is named is in the customer data, if the study has any."""
    return gxe.ExpectColumnValuesToBeInSet(
        column="customer_known",
        value_set=[True],
        **rule(
            "customer_known",
            "the customer is in the customer data; rows without a customer are fine",
            "deliver that customer's record, or correct source_system and source_id",
        ),
    )


def dated(column: str, earliest: datetime = EARLIEST, helper: str = "latest_time") -> Rules:
    """Require a time that can be true: not long before our time, not after tomorrow."""
    todo = f"correct the format of {column} in study.yaml, or the file"
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column=column,
            min_value=earliest,
            **rule(f"{column}_not_too_early", f"{column} is in {earliest.year} or later", todo),
        ),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=helper,
            column_B=column,
            or_equal=True,
            ignore_row_if="either_value_is_missing",
            **rule(f"{column}_not_in_future", f"{column} is not after tomorrow", todo),
        ),
    ]


def at_least(
    column: str, other: str, name: str, says: str, todo: str, on_fail: OnFail = "quarantine"
) -> gxe.Expectation:
    """Require that one column is not below another, where both have values."""
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=column,
        column_B=other,
        or_equal=True,
        ignore_row_if="either_value_is_missing",
        **rule(name, says, todo, on_fail),
    )


def finite(column: str) -> gxe.Expectation:
    """Require a number that can be added up."""
    return gxe.ExpectColumnValuesToBeBetween(
        column=column,
        min_value=-LARGEST,
        max_value=LARGEST,
        **rule(f"{column}_finite", f"{column} is a finite number", f"correct {column} in the file"),
    )
