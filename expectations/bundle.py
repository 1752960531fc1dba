"""What the bundle must satisfy before anyone sees it: one suite per published table.

`publish` judges the tables after suppression. Exact column lists are what keeps
identifiers and free text out: the contract declares none for a published table.
"""

from __future__ import annotations

from collections.abc import Iterable

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from pipelines.core.contract import CANONICAL
from pipelines.core.estimate import EVIDENCE, MEASURES, PUBLISHED, SCOPES

Range = tuple[float, float]

LIMIT = {"$PARAMETER": "suppress_n"}  # params.yaml: publish.suppress_n
IS_TOLD = Column("value").is_not_null()


def _suite(table: str, expectations: Iterable[gxe.Expectation]) -> gx.ExpectationSuite:
    """Every published table has exactly its columns, and one row per key."""
    contract = PUBLISHED[table]
    shape = [
        gxe.ExpectTableColumnsToMatchOrderedList(column_list=list(contract.schema)),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=list(contract.key)),
    ]
    return gx.ExpectationSuite(name=table, expectations=[*shape, *expectations])


def _estimates(ranges: dict[str, Range]) -> list[gxe.Expectation]:
    """A value lies in its measure's range and inside its interval, on enough answers."""
    return [
        gxe.ExpectColumnValuesToBeInSet(column="measure", value_set=list(ranges)),
        *(
            gxe.ExpectColumnValuesToBeBetween(
                column="value",
                min_value=low,
                max_value=high,
                row_condition=Column("measure").is_in(_having((low, high), ranges)),
            )
            for low, high in sorted(set(ranges.values()))
        ),
        _at_least("value", "low"),
        _at_least("high", "value"),
        *(
            gxe.ExpectColumnValuesToNotBeNull(column=column, row_condition=IS_TOLD)
            for column in ("low", "high", "n")
        ),
        *(
            gxe.ExpectColumnValuesToNotBeNull(column=column)
            for column in ("level", "method", "missing_policy")
        ),
        gxe.ExpectColumnValuesToBeBetween(column="n", min_value=LIMIT, row_condition=IS_TOLD),
        gxe.ExpectColumnValuesToBeInSet(column="evidence", value_set=list(EVIDENCE)),
        gxe.ExpectColumnValuesToBeInSet(column="scope", value_set=list(SCOPES)),
    ]


def _having(wanted: Range, ranges: dict[str, Range]) -> list[str]:
    return [measure for measure, given in ranges.items() if given == wanted]


def _at_least(larger: str, smaller: str) -> gxe.Expectation:
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=larger,
        column_B=smaller,
        or_equal=True,
        ignore_row_if="either_value_is_missing",
    )


def _share(column: str) -> gxe.Expectation:
    return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=0, max_value=1)


def _counts(*columns: str) -> list[gxe.Expectation]:
    return [gxe.ExpectColumnValuesToBeBetween(column=column, min_value=0) for column in columns]


_RANGES = {measure: (low, high) for measure, (low, high, _) in MEASURES.items()}
_WIDTHS = {measure: (low - high, high - low) for measure, (low, high) in _RANGES.items()}
_TABLE = gxe.ExpectColumnValuesToBeInSet(column="table", value_set=list(CANONICAL))

SUITES = {
    "scores": _suite("scores", _estimates(_RANGES)),
    "changes": _suite(
        "changes",
        [
            *_estimates(_WIDTHS),
            gxe.ExpectColumnValuesToBeBetween(
                column="n_against", min_value=LIMIT, row_condition=IS_TOLD
            ),
            _share("p_value"),
            _share("p_adjusted"),
            _at_least("p_adjusted", "p_value"),
        ],
    ),
    "distributions": _suite("distributions", _estimates({"share": _RANGES["share"]})),
    "activity": _suite("activity", [_TABLE, *_counts("n_rows", "n_orders", "n_customers")]),
    "ledger": _suite(
        "ledger", [_TABLE, *_counts("lines", "rows_in", "rows_accepted", "rows_quarantined")]
    ),
    "rules": _suite("rules", [_TABLE, *_counts("n_rows", "n_unexpected")]),
    "quarantine_examples": _suite("quarantine_examples", [_TABLE]),
}
