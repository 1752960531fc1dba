"""What the bundle must satisfy before anyone sees it: one suite per published table.

`publish` judges the tables after suppression. Exact column lists are what keeps
identifiers and free text out: the contract declares none for a published table.
"""

from __future__ import annotations

from collections.abc import Iterable

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from pipelines.contract.canonical import CANONICAL
from pipelines.contract.driver_codes import (
    APPROACHES,
    MODEL_STATUSES,
    QUADRANTS,
    RATING_POLICIES,
    TARGETS,
)
from pipelines.contract.estimate import EVIDENCE, MEASURES, SCOPES
from pipelines.contract.registry import published

Range = tuple[float, float]

LIMIT = {"$PARAMETER": "withhold_below"}  # params.yaml: publish.withhold_below
IS_TOLD = Column("value").is_not_null()


def _suite(table: str, expectations: Iterable[gxe.Expectation]) -> gx.ExpectationSuite:
    """Every published table has exactly its columns, and one row per key."""
    contract = published()[table]
    shape = [
        gxe.ExpectTableColumnsToMatchOrderedList(column_list=list(contract.schema)),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=list(contract.key)),
    ]
    return gx.ExpectationSuite(name=table, expectations=[*shape, *expectations])


def _estimates(ranges: dict[str, Range]) -> list[gxe.Expectation]:
    """A value lies in its measure's range."""
    return [
        _among("measure", ranges),
        *(
            gxe.ExpectColumnValuesToBeBetween(
                column="value",
                min_value=low,
                max_value=high,
                row_condition=Column("measure").is_in(_having((low, high), ranges)),
            )
            for low, high in sorted(set(ranges.values()))
        ),
        *_whole(),
        _among("evidence", EVIDENCE),
        _among("scope", SCOPES),
    ]


def _whole() -> list[gxe.Expectation]:
    """A value lies inside its interval, rests on enough answers, and says how it was made."""
    return [
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
        _enough("n"),
    ]


def _models(lowest: float, highest: float) -> list[gxe.Expectation]:
    """What all tables of driver models have in common: associations, of a declared target."""
    return [
        gxe.ExpectColumnValuesToBeBetween(column="value", min_value=lowest, max_value=highest),
        *_whole(),
        _among("evidence", ("association",)),
        _among("target", TARGETS),
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


def _among(column: str, values: Iterable[str]) -> gxe.Expectation:
    return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(values))


def _enough(column: str) -> gxe.Expectation:
    """A number that is told rests on so many answers or more."""
    return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=LIMIT, row_condition=IS_TOLD)


def _share(column: str) -> gxe.Expectation:
    return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=0, max_value=1)


def _counts(*columns: str) -> list[gxe.Expectation]:
    return [gxe.ExpectColumnValuesToBeBetween(column=column, min_value=0) for column in columns]


_RANGES = {measure: (low, high) for measure, (low, high, _) in MEASURES.items()}
_WIDTHS = {measure: (low - high, high - low) for measure, (low, high) in _RANGES.items()}
_P_VALUES = (
    _enough("n_against"),
    _share("p_value"),
    _share("p_adjusted"),
    _at_least("p_adjusted", "p_value"),
)
_TABLE = _among("table", CANONICAL)

SUITES = {
    "scores": _suite("scores", _estimates(_RANGES)),
    "changes": _suite(
        "changes",
        [
            *_estimates(_WIDTHS),
            *_P_VALUES,
        ],
    ),
    "distributions": _suite("distributions", _estimates({"share": _RANGES["share"]})),
    "drivers": _suite(
        "drivers",
        [
            *_models(0, 100),
            _among("policy", RATING_POLICIES),
            _among("approach", APPROACHES),
            *(_share(name) for name in ("importance", "importance_low", "importance_high")),
            *(_at_least(f"{end}_high", f"{end}_low") for end in ("importance", "rank", "slope")),
            gxe.ExpectColumnValuesToBeBetween(column="rank", min_value=1),
            gxe.ExpectColumnValuesToBeBetween(column="reach", min_value=0, max_value=100),
            _enough("n_users"),
        ],
    ),
    "driver_models": _suite(
        "driver_models",
        [
            *_models(0, 1),
            _among("policy", RATING_POLICIES),
            _among("status", MODEL_STATUSES),
            gxe.ExpectColumnValuesToBeBetween(column="r2_held_out", max_value=1),
            gxe.ExpectColumnValuesToNotBeNull(
                column="reason", row_condition=Column("status").is_in(MODEL_STATUSES[1:])
            ),
        ],
    ),
    "priorities": _suite(
        "priorities",
        [
            *_models(0, 100),
            _among("quadrant", QUADRANTS),
            *(_share(f"p_{name}") for name in QUADRANTS),
            _at_least("performance", "performance_low"),
            _at_least("performance_high", "performance"),
            gxe.ExpectColumnValuesToBeBetween(column="performance", min_value=0, max_value=100),
        ],
    ),
    "driver_contrasts": _suite("driver_contrasts", [*_models(-100, 100), *_P_VALUES]),
    "activity": _suite("activity", [_TABLE, *_counts("n_rows", "n_orders", "n_customers")]),
    "ledger": _suite(
        "ledger", [_TABLE, *_counts("lines", "rows_in", "rows_accepted", "rows_quarantined")]
    ),
    "rules": _suite("rules", [_TABLE, *_counts("n_rows", "n_unexpected")]),
    "quarantine_examples": _suite("quarantine_examples", [_TABLE]),
}
