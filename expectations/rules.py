"""Rules that several tables share; every expectation carries its name and its condition.

Helper columns are added before judging: `customer_known` (null for anonymous rows),
`latest_time` and `latest_day` (tomorrow; written as columns so that results, which show a
suite's numbers, do not change from day to day).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import great_expectations.expectations as gxe

from pipelines.contract.code import DeclarationError, write_code
from pipelines.contract.rules import CONDITIONS
from pipelines.contract.table import Column, Table

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)  # before it nobody collected such data
EARLIEST_BIRTH = datetime(1905, 1, 1, tzinfo=UTC)  # 1900-01-01 is what software writes for "none"
LARGEST = 1e15  # beyond any amount or weight; infinity is, too

OnFail = Literal["quarantine", "warn", "stop"]
Rules = list[gxe.Expectation]


def rule(name: str, condition: str, on_fail: OnFail = "quarantine") -> dict[str, Any]:
    """Name a rule, and say by a code what it asks of a row.

    Parameters
    ----------
    name : str
        Unique in its table.
    condition : str
        A code of `CONDITIONS` with its values.
    on_fail : str
        What happens to a row that breaks it.

    Raises
    ------
    DeclarationError
        If the code has no sentence, or not the places for its values.
    """
    fault = CONDITIONS.fault(condition)
    if fault is not None:
        raise DeclarationError(
            f"rule {name}: expected a condition with a sentence in every language, got {fault}; "
            "declare it in pipelines/contract/rules.py"
        )
    meta = {"rule": name, "condition": condition, "on_fail": on_fail}
    return {"meta": meta, "description": f"{name}: {CONDITIONS.sentence(condition)}"}


def contract_rules(table: Table, names: Mapping[str, str] | None = None) -> Rules:
    """What the declaration of a table itself asks: columns, required values, key, lists, ranges.

    Parameters
    ----------
    table : Table
    names : mapping, optional
        Of columns with a range: what their rule is called, if not ``<column>_in_range``.
    """
    columns = [column.name for column in table.columns]
    called = names or {}
    return [
        gxe.ExpectTableColumnsToMatchSet(
            column_set=columns, exact_match=False, **rule("columns", "columns", "stop")
        ),
        gxe.ExpectColumnValuesToBeNull(column="unreadable", **rule("readable", "readable")),
        *(given(column.name) for column in table.columns if column.required),
        unique(*table.key),
        *(one_of(column) for column in table.columns if column.listed),
        *(
            in_range(column, called.get(column.name, f"{column.name}_in_range"))
            for column in table.columns
            if column.lowest is not None or column.highest is not None
        ),
    ]


def given(column: str) -> gxe.Expectation:
    """Require a value."""
    return gxe.ExpectColumnValuesToNotBeNull(
        column=column, **rule(f"{column}_given", write_code("given", column=column))
    )


def unique(*columns: str) -> gxe.Expectation:
    """Require that no two rows have the same key; all that share one are rejected."""
    if len(columns) == 1:
        return gxe.ExpectColumnValuesToBeUnique(
            column=columns[0], **rule("key_unique", write_code("unique", column=columns[0]))
        )
    return gxe.ExpectCompoundColumnsToBeUnique(
        column_list=list(columns),
        ignore_row_if="any_value_is_missing",
        **rule("key_unique", write_code("unique_together", columns=", ".join(columns))),
    )


def one_of(column: Column) -> gxe.Expectation:
    """Require one of the values or codes that are declared."""
    listed = ", ".join(column.listed)
    return gxe.ExpectColumnValuesToBeInSet(
        column=column.name,
        value_set=list(column.listed),
        **rule(f"{column.name}_allowed", write_code("allowed", column=column.name, values=listed)),
    )


def in_range(column: Column, name: str) -> gxe.Expectation:
    """Require a number in the range that is declared; an open end leaves out infinity."""
    lowest = -LARGEST if column.lowest is None else column.lowest
    highest = LARGEST if column.highest is None else column.highest
    condition = write_code("in_range", column=column.name, range=_in_signs(column))
    return gxe.ExpectColumnValuesToBeBetween(
        column=column.name, min_value=lowest, max_value=highest, **rule(name, condition)
    )


def _in_signs(column: Column) -> str:
    """A range as it is read in any language."""
    if column.highest is None:
        return f"≥ {column.lowest:g}"
    if column.lowest is None:
        return f"≤ {column.highest:g}"
    return f"{column.lowest:g} – {column.highest:g}"


def matches(
    column: str, regex: str, condition: str, on_fail: OnFail = "quarantine"
) -> gxe.Expectation:
    """Require a shape of text."""
    return gxe.ExpectColumnValuesToMatchRegex(
        column=column, regex=regex, **rule(f"{column}_shape", condition, on_fail)
    )


def touchpoint_known() -> gxe.Expectation:
    """Require a touchpoint of the study's register."""
    return gxe.ExpectColumnValuesToBeInSet(
        column="touchpoint_id",
        value_set={"$PARAMETER": "touchpoints"},
        **rule("touchpoint_known", "touchpoint_known"),
    )


def customer_known() -> gxe.Expectation:
    """Require that a customer who is named is in the customer data, if the study has any."""
    return gxe.ExpectColumnValuesToBeInSet(
        column="customer_known",
        value_set=[True],
        **rule("customer_known", "customer_known"),
    )


def dated(column: str, earliest: datetime = EARLIEST, helper: str = "latest_time") -> Rules:
    """Require a time that can be true: not long before our time, not after tomorrow."""
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column=column,
            min_value=earliest,
            **rule(
                f"{column}_not_too_early",
                write_code("not_before", column=column, year=earliest.year),
            ),
        ),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=helper,
            column_B=column,
            or_equal=True,
            ignore_row_if="either_value_is_missing",
            **rule(f"{column}_not_in_future", write_code("not_after_tomorrow", column=column)),
        ),
    ]


def at_least(
    column: str, other: str, name: str, condition: str, on_fail: OnFail = "quarantine"
) -> gxe.Expectation:
    """Require that one column is not below another, where both have values."""
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=column,
        column_B=other,
        or_equal=True,
        ignore_row_if="either_value_is_missing",
        **rule(name, condition, on_fail),
    )


def finite(column: str) -> gxe.Expectation:
    """Require a number that can be added up."""
    return gxe.ExpectColumnValuesToBeBetween(
        column=column,
        min_value=-LARGEST,
        max_value=LARGEST,
        **rule(f"{column}_finite", write_code("finite", column=column)),
    )
